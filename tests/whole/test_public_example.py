"""The example of public sources: each has the licence that its README says, and no evaluation data comes through."""

import json
import re

import pytest

from tests.whole.test_examples import Checkout, checkout

__all__ = ["checkout"]

pytestmark = pytest.mark.slow

FOLDER = "examples/public"


@pytest.fixture(scope="module")
def harbour(checkout: Checkout) -> Checkout:
    """The checkout after the example has run."""
    checkout.run(f"sh {FOLDER}/run.sh")
    return checkout


def test_each_source_has_the_licence_of_the_table(harbour: Checkout) -> None:
    readme = (harbour.root / FOLDER / "README.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| (\w+) \| `[\w-]+` \| ([\w.-]+): ", readme, re.MULTILINE))
    manifest = json.loads((harbour.root / FOLDER / "corpus/manifest.json").read_bytes())
    assert {name: source["license"] for name, source in manifest["sources"].items()} == told
    card = (harbour.root / FOLDER / "corpus/README.md").read_text(encoding="utf-8")
    for name, license_ in told.items():
        assert re.search(rf"^\| {name} \| public\\_dataset \| {license_} \| .+", card, re.MULTILINE), name


def test_the_letter_with_the_question_is_left_out_and_the_book_is_repaired(harbour: Checkout) -> None:
    texts = {document["id"]: document["text"] for document in harbour.documents(harbour.root / FOLDER / "corpus")}
    assert "letter-3" not in texts
    assert not any("ferry" in text for text in texts.values())
    (book,) = [text for text in texts.values() if "ninety steps" in text]
    assert "\u201cOne day there will be ninety-one,\u201d" in book
    assert not any("vendor" in identifier for identifier in texts)


def test_a_licence_that_is_not_allowed_takes_its_sources_out(harbour: Checkout) -> None:
    narrow = "policy.licenses.allow='[CC-BY-4.0,CC0-1.0,BSD-2-Clause]'"
    harbour.run(f"corpuskit mix {FOLDER}/recipe.yaml --set {narrow} -o {FOLDER}/corpus-narrow")
    manifest = json.loads((harbour.root / FOLDER / "corpus-narrow/manifest.json").read_bytes())
    assert set(manifest["sources"]) == {"papers", "books", "code"}


def test_the_page_beside_it_is_of_this_corpus(harbour: Checkout) -> None:
    harbour.run(f"corpuskit report {FOLDER}/corpus --check {FOLDER}/corpus/report.html")
