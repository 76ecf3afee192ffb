"""Equal ids are told when any dataset is published, however many documents it has."""

from pathlib import Path

import pytest

from corpuskit.core.document import Document
from corpuskit.core.publish import equal_ids
from corpuskit.core.publish.equal_ids import EqualIds
from tests.conftest import Run, lines_of

ROWS = [{"id": str(number % 5), "text": f"The tide of day {number}"} for number in range(12)]


@pytest.mark.parametrize("output", ["out", "out.jsonl"])
def test_a_published_dataset_tells_equal_ids(tmp_path: Path, corpuskit: Run, output: str) -> None:
    done = corpuskit("files", "-o", output, stdin=lines_of(ROWS))
    told = b"7 documents have the source and the id of another, '0' first; `explain` and `diff` cannot tell them apart"
    assert done.returncode == 0 and done.stderr.count(told) == 1
    assert b"the id of another" not in corpuskit("files", "-o", output, stdin=lines_of(ROWS[:5])).stderr


def test_equal_ids_of_two_sources_or_epochs_are_no_matter(corpuskit: Run) -> None:
    rows = [{"id": "1", "text": "a", "metadata": metadata} for metadata in ({"source": "a"}, {"epoch": 2}, {})]
    assert b"the id of another" not in corpuskit("export", "-o", "out", stdin=lines_of(rows)).stderr


def test_a_stream_tells_nothing_of_ids(corpuskit: Run) -> None:
    assert b"the id of another" not in corpuskit("files", stdin=lines_of(ROWS)).stderr


@pytest.mark.parametrize(("held", "is_sorted_at_once"), [(10**6, 10**6), (7, 10**6), (7, 40), (1, 3)])
def test_as_many_are_told_whatever_lies_on_the_disk(
    monkeypatch: pytest.MonkeyPatch, held: int, is_sorted_at_once: int
) -> None:
    monkeypatch.setattr(equal_ids, "MOST_HELD", held)
    monkeypatch.setattr(equal_ids, "MOST_SORTED", is_sorted_at_once)
    monkeypatch.setattr(equal_ids, "FIRST_DOCUMENTS", 20)
    ids = EqualIds()
    for number in range(150):
        ids.add(Document(str(number * number % 101), "", {}))
    distinct = len({number * number % 101 for number in range(150)})
    ids.add(Document("0", "", {"source": "another"}))
    (told,) = ids.remarks()
    assert told.startswith(f"{150 - distinct} documents have the source and the id of another")
    ids.close()
