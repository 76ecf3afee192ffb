"""Matches of an earlier run: a band has the same matches with and without them, and fewer are compared with them."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.core.document import Document
from corpuskit.stages.dedup import Dedup
from corpuskit.text.dedup import earlier_matches, sharded
from corpuskit.text.dedup.matching import Matcher
from corpuskit.text.dedup.sharded import ShardedDedup
from tests.support.dedup import cut, families
from tests.support.properties import examples

SMALL: dict[str, Any] = {"ngram": 3, "permutations": 32, "bands": 16, "threshold": 0.5}


def run_of(**options: Any) -> ShardedDedup:
    run = Dedup(**SMALL, **options).sharded()
    assert isinstance(run, ShardedDedup)
    return run


def signed(run: ShardedDedup, folder: Path, documents: list[Document], places: list[int]) -> list[Path]:
    """Sign documents in shards that are cut at these places."""
    signatures = []
    for number, shard in enumerate(cut(documents, places)):
        signatures.append(folder / f"{number}.signatures")
        run.sign(shard, signatures[-1])
    return signatures


def compared(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note how many pairs are compared at a time."""
    counts: list[int] = []
    agreement = Matcher._agreement
    monkeypatch.setattr(
        Matcher, "_agreement", lambda self, left, right: counts.append(len(left)) or agreement(self, left, right)
    )
    return counts


@settings(max_examples=examples(120), deadline=None)
@given(families(), st.lists(st.integers(0, 24), min_size=1, max_size=4), st.data())
@pytest.mark.parametrize("rows", [3, sharded.ROWS_AT_ONCE])
def test_matches_of_the_first_shards_change_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    rows: int,
    documents: list[Document],
    places: list[int],
    data: st.DataObject,
) -> None:
    folder, run = tmp_path_factory.mktemp("tasks"), run_of()
    signatures = signed(run, folder, documents, places)
    known_files = data.draw(st.integers(1, len(signatures)))
    band = data.draw(st.integers(0, SMALL["bands"] - 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sharded, "ROWS_AT_ONCE", rows)
        run.match(band, signatures[:known_files], folder / "earlier")
        run.match(band, signatures, folder / "alone")
        run.match(band, signatures, folder / "after", folder / "earlier")
    assert (folder / "after").read_bytes() == (folder / "alone").read_bytes()


def copies(names: str) -> list[Document]:
    return [
        Document(name, f"The mole keeps the sea from the harbour of the old town, said {who}.")
        for name, who in zip(names, ["one"] * len(names), strict=True)
    ]


def test_only_what_is_new_is_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of()
    signatures = signed(run, tmp_path, copies("abcdef"), [5])
    run.match(0, signatures[:1], tmp_path / "earlier")
    counts = compared(monkeypatch)
    run.match(0, signatures, tmp_path / "alone")
    assert sum(counts) == 5
    counts.clear()
    run.match(0, signatures, tmp_path / "after", tmp_path / "earlier")
    assert sum(counts) == 1


@pytest.mark.parametrize("change", ["others", "fewer", "many"])
def test_matches_of_other_shards_or_too_many_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    run = run_of()
    signatures = signed(run, tmp_path, copies("abcdef"), [3, 5])
    run.match(0, signatures if change == "fewer" else signatures[:2], tmp_path / "earlier")
    now = {"others": [signatures[1], signatures[0], signatures[2]], "fewer": signatures[:2], "many": signatures}[change]
    if change == "many":
        monkeypatch.setattr(earlier_matches, "MOST_MATCHES", 3)
    run.match(0, now, tmp_path / "alone")
    counts = compared(monkeypatch)
    run.match(0, now, tmp_path / "after", tmp_path / "earlier")
    assert sum(counts) == sum(len(shard) for shard in cut(list("abcdef"), [3, 5])[: len(now)]) - 1
    assert (tmp_path / "after").read_bytes() == (tmp_path / "alone").read_bytes()


def test_a_new_document_that_is_preferred_leads_earlier_ones() -> None:
    assert run_of().goes_on_from_matches
    assert not run_of(keep="longest").goes_on_from_matches
