"""The example of a product's logs: labels, pairs, a model and a mix come out, and nobody who did not agree."""

import json
import runpy
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from corpuskit import Dataset, encode
from tests.whole.test_examples import Checkout, checkout

__all__ = ["checkout"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shop(checkout: Checkout) -> Checkout:
    """The checkout after the example of a product's logs has run."""
    checkout.run("sh examples/product-data/run.sh")
    return checkout


SHOP = "examples/product-data"


def shop_documents(shop: Checkout) -> dict[str, list[dict[str, Any]]]:
    """What each of the example's datasets holds."""
    names = ("work/moderation", "work/tickets", "work/feedback", "corpus")
    return {name: documents_in(shop.root / SHOP / name) for name in names}


def documents_in(folder: Path) -> list[dict[str, Any]]:
    dataset = Dataset(folder)
    return [json.loads(encode(document)) for shard in dataset.shards() for document in dataset.documents(shard)]


def kind_of(document: dict[str, Any]) -> str | None:
    kind: str | None = document["metadata"].get("signal", {}).get("kind")
    return kind


def parents_of(documents: list[dict[str, Any]]) -> set[str]:
    return {parent for document in documents for parent in document["metadata"].get("parents", [])}


def ratings_of(shop: Checkout, *people: str) -> set[str]:
    """The events that these people's ratings would be."""
    ratings = json.loads((shop.root / SHOP / "inputs/feedback.json").read_bytes())
    return {f"shop/{one['id']}" for one in ratings if one["user_id"].partition("@")[0] in people}


def test_the_shop_gets_labels_pairs_a_model_and_a_mix(shop: Checkout) -> None:
    found = shop_documents(shop)
    kinds = {name: Counter(map(kind_of, rows)) for name, rows in found.items()}
    assert kinds["work/moderation"].keys() == kinds["work/tickets"].keys() == {"label"}
    assert kinds["work/feedback"].keys() == {"pair", "unpaired"} and kinds["corpus"].keys() == {
        "pair",
        "unpaired",
        None,
    }
    votes = [json.loads(line) for line in (shop.root / SHOP / "inputs/moderation.jsonl").read_text().splitlines()]
    by_post: dict[str, Counter[str]] = {}
    for vote in votes:
        by_post.setdefault(vote["post"], Counter())[vote["class"]] += 1
    for label in found["work/moderation"]:
        ((best, number),) = by_post[label["metadata"]["signal"]["item"]].most_common(1)
        assert number == 1 or label["metadata"]["labels"]["class"] == best
    manifest = json.loads((shop.root / SHOP / "corpus/manifest.json").read_bytes())
    shares = {name: source["share"] for name, source in manifest["sources"].items()}
    # The last document of a source may reach over its cap.
    assert shares["feedback"] + shares["answers"] <= 0.405 and shares["feedback"] >= 0.05
    feedback = json.loads((shop.root / SHOP / "work/feedback/manifest.json").read_bytes())
    rated = (one["metadata"]["signal"] for one in found["work/feedback"] if kind_of(one) == "unpaired")
    ratings = Counter(signal["value"] for signal in rated)
    assert (feedback["kto"]["desirable"], feedback["kto"]["undesirable"]) == (ratings[True], ratings[False])
    assert len(list((shop.root / SHOP / "corpus/trl").glob("*.parquet"))) == 5


def test_the_shops_model_chooses_answers_that_help(shop: Checkout) -> None:
    logs = runpy.run_path(str(shop.root / SHOP / "logs.py"))
    answers = [one["text"] for one in shop_documents(shop)["corpus"] if one["metadata"]["source"] == "answers"]
    helpful = [text for text in answers if any(opening in text for opening in logs["OPENINGS"])]
    assert answers and len(helpful) >= 0.95 * len(answers)


def test_nobody_in_the_shops_corpus_is_named_or_unwilling(shop: Checkout) -> None:
    for name, rows in shop_documents(shop).items():
        text = json.dumps(rows)
        assert "example.org" not in text and "555 0143" not in text, name
        if name != "corpus":
            assert {one["metadata"]["tenant"] for one in rows} == {"shop"}
    unwilling = ratings_of(shop, "user0", "user1")
    assert unwilling
    for rows in shop_documents(shop).values():
        assert not unwilling & parents_of(rows)


def test_who_leaves_the_shop_is_in_no_later_corpus(shop: Checkout) -> None:
    folder = shop.root / SHOP
    consents = folder / "inputs/consent.jsonl"
    before = consents.read_text()
    theirs = ratings_of(shop, "user5")
    try:
        consents.write_text(before + '{"actor": "user5@example.org", "scope": []}\n')
        shop.run(f"corpuskit mix {SHOP}/recipe.yaml -o later")
    finally:
        consents.write_text(before)
    earlier, later = (parents_of(documents_in(path)) for path in (folder / "corpus", shop.root / "later"))
    assert theirs & earlier and later and not theirs & later
