"""What a step changes of a file of documents is a patch beside it, unless it is much; what is read is the same."""

import errno
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from corpuskit import Document, encode
from corpuskit.core.disk import filesystem
from corpuskit.core.errors import DamagedError
from corpuskit.mix.engine import patched_files
from corpuskit.mix.engine.patched_files import write_changed
from corpuskit.mix.engine.patches import PatchedRow
from corpuskit.mix.engine.shards import TaskLog, WorkShard, lines_of, work_shards, write_shards
from corpuskit.mix.engine.tasks import FinishedTask

DOCUMENTS = [Document(f"d{number}", f"text of number {number} " * 4) for number in range(40)]
LINES = list(map(encode, DOCUMENTS))


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patched_files, "LEAST_BYTES", 1)


def shard_of(folder: Path, name: str, written: list[patched_files.WrittenShard]) -> WorkShard:
    """The files that a task of this name has left, as one shard."""
    result = TaskLog(folder / name).close([], written)
    shards = work_shards(FinishedTask(folder / name, result))
    return WorkShard(tuple(file for shard in shards for file in shard.files), name)


def first_shard(folder: Path) -> WorkShard:
    return shard_of(
        folder,
        "first",
        write_shards([Document(f"d{n}", f"text of number {n} " * 4) for n in range(40)], folder / "first"),
    )


def change_of(changes: dict[bytes, Sequence[bytes]]) -> patched_files.Change:
    def change(row: PatchedRow) -> Sequence[bytes] | None:
        lines = [after for line in row.lines for after in changes.get(line, [line])]
        return None if row.instead is None and lines == [row.line] else lines

    return change


def after(lines: list[bytes], changes: dict[bytes, Sequence[bytes]]) -> list[bytes]:
    return [line for before in lines for line in changes.get(before, [before])]


FEW = {
    LINES[3]: [],
    LINES[4]: [b'{"id":"d4","text":"b"}'],
    LINES[39]: [b'{"id":"x","text":"1"}', b'{"id":"y","text":"2"}'],
}
MANY = {line: [line.replace(b"text of", b"word in")] for line in LINES[5:]}
NEARLY_ALL: dict[bytes, Sequence[bytes]] = {line: [] for line in LINES[:36]}
ALL: dict[bytes, Sequence[bytes]] = {line: [] for line in LINES}


@pytest.mark.parametrize(
    ("changes", "is_linked"), [({}, True), (FEW, True), (MANY, False), (NEARLY_ALL, False), (ALL, False)]
)
@pytest.mark.parametrize("has_links", [True, False])
def test_what_is_read_is_what_was_made_of_the_lines(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[bytes, Sequence[bytes]],
    is_linked: bool,
    has_links: bool,
) -> None:
    if not has_links:
        monkeypatch.setattr(filesystem, "link", refuse)
    before = first_shard(tmp_path)
    written = write_changed(before, change_of(changes), tmp_path / "second")
    changed = shard_of(tmp_path, "second", written)
    assert list(lines_of(changed)) == after(LINES, changes)
    assert changed.documents == len(after(LINES, changes))
    assert changed.bytes == sum(map(len, after(LINES, changes)))
    assert [shard.base for shard in written] == (["first/0"] if is_linked and has_links else [""] * len(written))
    assert any(path.samefile(before.files[0].path) for path in tmp_path.glob("second-0000.jsonl*")) == (
        is_linked and has_links
    )
    assert len(list(tmp_path.glob("*.patch.zst"))) == (is_linked and has_links and bool(changes))


def refuse(path: Path, target: Path) -> None:
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


def test_a_second_step_changes_what_the_first_has_left(tmp_path: Path) -> None:
    again = {LINES[4]: [b"never"], b'{"id":"d4","text":"b"}': [b'{"id":"d4","text":"c"}'], LINES[10]: []}
    one = shard_of(tmp_path, "second", write_changed(first_shard(tmp_path), change_of(FEW), tmp_path / "second"))
    two = shard_of(tmp_path, "third", write_changed(one, change_of(again), tmp_path / "third"))
    assert list(lines_of(two)) == after(after(LINES, FEW), again)
    assert two.files[0].base == "first/0"
    offsets = [item[0] for file in two.inputs() for item in file.lines() if isinstance(item, tuple)]
    lines = list(lines_of(two))
    assert offsets == [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]


def test_small_files_are_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patched_files, "LEAST_BYTES", 10**9)
    first = first_shard(tmp_path)
    both = WorkShard(first.files * 2, "both")
    written = write_changed(both, change_of(FEW), tmp_path / "second")
    assert len(written) == 1
    assert list(lines_of(shard_of(tmp_path, "second", written))) == after(LINES, FEW) * 2


@pytest.mark.parametrize("damage", ["cut", "turned", "other", "rows"])
def test_a_patch_that_does_not_fit_is_damage(tmp_path: Path, damage: str) -> None:
    changed = shard_of(tmp_path, "second", write_changed(first_shard(tmp_path), change_of(FEW), tmp_path / "second"))
    (file,) = changed.files
    assert file.patch is not None
    content = file.patch.read_bytes()
    if damage == "cut":
        file.patch.write_bytes(content[:-9])
    elif damage == "turned":
        file.patch.write_bytes(content[::-1])
    elif damage == "other":
        file.patch.write_bytes(file.path.read_bytes())
    else:
        changed = WorkShard((file._replace(rows=41),), "more")
    with pytest.raises(DamagedError, match="is damaged"):
        list(lines_of(changed))


def test_a_task_that_is_done_again_leaves_the_file_that_it_had_linked(tmp_path: Path) -> None:
    first = first_shard(tmp_path)
    write_changed(first, change_of(FEW), tmp_path / "second")
    again = shard_of(tmp_path, "second", write_changed(first, change_of(MANY), tmp_path / "second"))
    assert list(lines_of(again)) == after(LINES, MANY)
    assert list(lines_of(first)) == LINES
