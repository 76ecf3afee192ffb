"""The example of one site's declarations: what its README says of each page and profile is what comes out."""

import json
import re
from pathlib import Path

import pytest

from tests.whole.test_examples import Checkout, checkout

__all__ = ["checkout"]

pytestmark = pytest.mark.slow

FOLDER = "examples/opt-out"
SITE = "https://garden.example/"


@pytest.fixture(scope="module")
def garden(checkout: Checkout) -> Checkout:
    """The checkout after the example has run."""
    checkout.run(f"sh {FOLDER}/run.sh")
    return checkout


def paths_in(garden: Checkout, dataset: str) -> set[str]:
    return {
        document["metadata"]["url"].removeprefix(SITE) for document in garden.documents(garden.root / FOLDER / dataset)
    }


def test_each_row_of_the_table_is_true(garden: Checkout) -> None:
    verdict_of = {
        document["metadata"]["url"].removeprefix(SITE): document["metadata"]["rights"]["train"]
        for document in garden.documents(garden.root / FOLDER / "annotated")
    }
    rows = re.findall(r"^\| (`/.*?) \|.*\| (\w+) \|$", (garden.root / FOLDER / "README.md").read_text(), re.MULTILINE)
    told = {}
    for pages, verdict in rows:
        for page in re.findall(r"`/([^`]*)`", pages):
            matching = [path for path in verdict_of if path.startswith(page.removesuffix("…"))]
            assert matching, page
            told |= dict.fromkeys(matching, verdict)
    assert told == verdict_of


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        ("", {"open/soil", "open/frost", "open/paths", "notes/licensed", "blog/plain"}),
        (
            "profile=at-crawl",
            {"open/soil", "open/frost", "open/paths", "notes/licensed", "blog/plain", "essays/winter"},
        ),
        ("profile=opt-in", {"open/soil", "open/frost", "open/paths"}),
        (
            "use=input",
            {"open/soil", "open/frost", "open/paths", "notes/licensed", "blog/plain", "blog/no-training"}
            | {"essays/winter", "recipes/jam"},
        ),
    ],
)
def test_each_profile_leaves_what_it_should(garden: Checkout, change: str, paths: set[str]) -> None:
    if not change:
        assert paths_in(garden, "corpus") == paths
        return
    garden.run(f"corpuskit mix {FOLDER}/recipe.yaml --set policy.rights.{change} -o '{FOLDER}/corpus-{change}'")
    assert paths_in(garden, f"corpus-{change}") == paths


def test_the_manifest_tells_what_was_left_out_and_by_what_table(garden: Checkout) -> None:
    manifest = json.loads((garden.root / FOLDER / "corpus" / "manifest.json").read_bytes())
    (step,) = [step for step in manifest["steps"] if step["name"] == "filter-rights"]
    assert step["dropped"] == {"rights-disallowed": 5}
    assert step["options"]["profile"] == "opt-out-now" and step["options"]["table"]["name"] == "rights.jsonl.zst"
    assert manifest["versions"]["usage-tokens"].endswith("(provisional)")
    essay = next(
        document["id"]
        for document in garden.documents(garden.root / FOLDER / "annotated")
        if document["metadata"]["url"].endswith("winter")
    )
    explained = garden.run(f"corpuskit explain {FOLDER}/corpus {essay}").stdout
    assert "Disallow: /essays/" in explained and "robots.txt:9" in explained


def test_the_inputs_are_the_same_bytes_each_time(garden: Checkout) -> None:
    inputs = garden.root / FOLDER / "inputs"
    before = {path: path.read_bytes() for path in sorted(inputs.rglob("*.gz"))}
    garden.run(f"python3 {FOLDER}/crawl.py && corpuskit rights-table {FOLDER}/inputs -o '{inputs}/rights.jsonl.zst'")
    assert before == {path: path.read_bytes() for path in sorted(Path(inputs).rglob("*.gz"))}
