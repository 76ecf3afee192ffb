"""What a corpus stage changes of a file is found by what was noted of its lines; the others are not even made lines."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from corpuskit import Document, encode
from corpuskit.core.errors import DamagedError
from corpuskit.core.step import VerdictPart
from corpuskit.mix.engine import patched_files
from corpuskit.mix.engine.line_counts import NotedLines, read_noted_lines
from corpuskit.mix.engine.sharded_stage import FilterShard, MatchBucket, ResolveMatches, SignShard
from corpuskit.mix.engine.shards import WorkShard, lines_of, work_shards, write_shards
from corpuskit.mix.engine.stored_lines import stored_lines_at
from corpuskit.mix.engine.task_results import DocumentsResult
from corpuskit.mix.engine.tasks import FinishedTask
from corpuskit.stages.dedup import Dedup
from tests.support.recipes import paragraph

STEP = Dedup(bands=2)
DOCUMENTS = [Document(f"d{number}", paragraph(number % 55), {"source": f"s{number}"}) for number in range(70)]


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patched_files, "LEAST_BYTES", 1)


def shard_of(folder: Path, documents: Sequence[Document]) -> WorkShard:
    """Documents in two files; of the second, everything is new."""
    files = [
        file
        for number, part in enumerate((documents[:50], documents[50:]))
        for shard in work_shards(
            FinishedTask(
                folder / f"read{number}",
                {
                    "files": [],
                    "counts": [],
                    "left_out": {},
                    "verdict_files": [],
                    "shards": [written.as_json() for written in write_shards(part, folder / f"read{number}")],
                },
            )
        )
        for file in shard.files
    ]
    return WorkShard(tuple(files), "key")


def filtered(folder: Path, shard: WorkShard, name: str = "filter") -> tuple[DocumentsResult, list[bytes]]:
    """Deduplicate a shard; return what the last task says, and the lines that it leaves."""
    SignShard(STEP, shard).run(folder / "sign")
    signatures = folder / "sign.signatures"
    matches = []
    for band in range(2):
        MatchBucket(STEP, band, (signatures,)).run(folder / f"match{band}")
        matches.append(folder / f"match{band}.matches")
    resolved = ResolveMatches(STEP, (signatures,), tuple(matches)).run(folder / "resolve")
    part = VerdictPart(**resolved["parts"][0])
    task = FilterShard(STEP, shard, signatures, folder / "resolve.verdicts", part)
    result = task.run(folder / name)
    left = work_shards(FinishedTask(folder / name, result))
    return result, [line for shard in left for line in lines_of(shard)]


def test_what_is_left_is_the_same_whether_lines_are_made_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shard = shard_of(tmp_path, DOCUMENTS)
    made: list[int] = []

    def noted(path: Path, starts: Sequence[int], ends: Sequence[int], size: int) -> object:
        made.append(len(starts))
        return stored_lines_at(path, starts, ends, size)

    monkeypatch.setattr("corpuskit.mix.engine.sharded_stage.stored_lines_at", noted)
    result, lines = filtered(tmp_path, shard)
    # Fifteen documents of the first file stand for one more each; of the twenty in the second, fifteen are dropped.
    assert made == [15]
    assert [entry.get("patch") is not None for entry in result["shards"]] == [True, True]
    assert len(lines) == 55 and lines[20] == encode(DOCUMENTS[20])
    monkeypatch.setattr("corpuskit.mix.engine.sharded_stage.FilteredRows.filter_known", lambda *_: None)
    result_of_reading, lines_of_reading = filtered(tmp_path, shard, "reading")
    assert lines == lines_of_reading
    assert [result[key] for key in ("counts", "left_out")] == [result_of_reading[key] for key in ("counts", "left_out")]  # type: ignore[literal-required]
    assert [(entry["documents"], entry["bytes"]) for entry in result["shards"]] == [
        (entry["documents"], entry["bytes"]) for entry in result_of_reading["shards"]
    ]


def test_notes_of_another_number_of_lines_are_damage(tmp_path: Path) -> None:
    notes = NotedLines()
    assert list(notes.noting([b"a", b"bcd"])) == [b"a", b"bcd"]
    notes.write(tmp_path / "x.lines")
    lengths, digests = read_noted_lines(tmp_path / "x.lines", 2)
    assert lengths.tolist() == [1, 3] and digests.shape == (2, 16)
    with pytest.raises(DamagedError, match=r"x\.lines"):
        read_noted_lines(tmp_path / "x.lines", 3)
