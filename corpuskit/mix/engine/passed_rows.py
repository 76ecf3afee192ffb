"""What stages made of the rows of files, row by row: read from the memo of an earlier run, and written for the next.

A file of whose rows enough is known is not read (`pass_known`): what has changed of it lies in its patch.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy
from numpy.typing import NDArray

from corpuskit.core.counts import StepCount, StreamCount
from corpuskit.mix.engine.line_counts import noted_count
from corpuskit.mix.engine.passed_memo import NO_PATCH, UNKNOWN, MemoBlock, OwnLine, PassedMemo, PassedMemoWriter
from corpuskit.mix.engine.patched_files import WrittenPatch, stays_patched
from corpuskit.mix.engine.patches import PatchedRow, PatchWriter, read_patch
from corpuskit.mix.engine.row_facts import Effect, Fact, Passing
from corpuskit.mix.engine.row_memo import RowMemo
from corpuskit.mix.engine.shards import WorkFile
from corpuskit.mix.engine.task_files import damaged_error

MOST_NEW = 64
"""The memo of a file that is not read is written anew when more than a part of this many of its rows are new to it."""

PassOn = Callable[[PatchedRow], Passing]
"""Asks the stages what they make of a row."""


class PassedRows:
    """The rows of a shard in order: what is known of each, what is found out, and the account of all of them."""

    def __init__(self, memos: Mapping[str, RowMemo], tasks: Path, part: Path, stages: int, pass_on: PassOn) -> None:
        """`memos` are by name of the file; they lie in the folder of `tasks`, and `part` is where to write one."""
        self._memos, self._tasks, self._part, self._pass_on = memos, tasks, part, pass_on
        self._counts = [StepCount() for _ in range(stages)]
        self._unchanged = StreamCount()
        self._changed = [(StreamCount(), StreamCount()) for _ in range(stages)]
        """Of known rows, by the number of the stage that changed them: their lines before and after."""
        self._rows: dict[str, int] = {}
        """How many rows had each effect."""
        self._effects: dict[str, Effect] = {}
        self._texts: dict[Effect, str] = {}
        self._file_name = ""
        self._file: _FileInTurn | None = None

    def __enter__(self) -> "PassedRows":
        """Return itself."""
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Finish the memo of the last file, or leave it if something was raised."""
        if self._file is not None:
            self._file.close(is_whole=kind is None)

    def passed(self, row: PatchedRow) -> Sequence[bytes] | None:
        """Return what stages make of a row; None for the line of the file itself."""
        if row.input != self._file_name:
            self._enter(row.input)
        fact = None if self._file is None else self._file.next_fact()
        lines, new_fact = self._passed(row, fact)
        if self._file is not None:
            self._file.remember(new_fact, OwnLine.of(row.line))
        return lines

    def pass_known(self, file: WorkFile, patch: PatchWriter) -> WrittenPatch | None:
        """Write to `patch` what stages make of a file, without reading the file; None if too little is known."""
        memo = self._memos.get(file.path.name)
        if memo is None:
            return None
        with PassedMemo.open_for(memo, self._tasks) as earlier_memo:
            replaced = {} if file.patch is None else dict(read_patch(file.patch))
            if earlier_memo is None or not _is_enough(earlier_memo, file, replaced):
                return None
            self._leave()
            new_facts: dict[int, Fact] = {}
            offset = documents = size = 0
            for block in _known_blocks(earlier_memo, replaced):
                count = self._count_own(block)
                documents, size = documents + count.documents, size + count.bytes - count.documents
                for at, lines in self._changed_rows(block, file, offset, new_facts):
                    patch.replace(block.memo.first + at, lines)
                    documents, size = documents + len(lines), size + sum(map(len, lines))
                offset += int(block.standing().sum())
            if len(new_facts) * MOST_NEW > len(earlier_memo):
                self._write_memo(memo, earlier_memo, new_facts)
        return WrittenPatch(documents, size)

    def counts(self) -> list[StepCount]:
        """Return the account of each stage."""
        for effect, rows in self._rows.items():
            self._merge(Effect.of_text(effect).counts(rows))
        self._rows.clear()
        for stage, count in enumerate(self._counts):
            count.received.merge(self._unchanged)
            count.sent.merge(self._unchanged)
            for changed_by, (before, after) in enumerate(self._changed):
                count.received.merge(before if stage <= changed_by else after)
                count.sent.merge(before if stage < changed_by else after)
        return self._counts

    def _passed(self, row: PatchedRow, fact: Fact | None) -> tuple[Sequence[bytes] | None, Fact | None]:
        """Return what stages make of a row, by what is known of it if that fits, and what is known of it then."""
        if len(row.lines) != 1:
            return (self._counted(self._pass_on(row)) if row.lines else ()), fact
        (line,) = row.lines
        of = NO_PATCH if row.instead is None else hashlib.sha256(line).digest()
        if fact is None or fact.of != of:
            passing = self._pass_on(row)
            effect = passing.effect(line)
            if effect is None:
                return self._counted(passing), None
            (line_after,) = passing.lines
            fact = Fact(self._text_of(effect), of, b"" if line_after == line else line_after)
        count = StreamCount()
        count.add(line)
        self._count(fact, count)
        return ([fact.changed_line] if fact.changed_line else row.instead), fact

    def _count_own(self, block: "KnownBlock") -> StreamCount:
        """Count the rows in whose place no patch has put anything, and return the count of those that stay so."""
        memo = block.memo
        numbers, rows = numpy.unique(memo.numbers[block.is_own], return_counts=True)
        for number, count in zip(numbers.tolist(), rows.tolist(), strict=True):
            effect = memo.effects[number - 1]
            self._rows[effect] = self._rows.get(effect, 0) + count
        unchanged = noted_count(memo.lengths[block.stays], memo.digests[block.stays])
        self._unchanged.merge(unchanged)
        return unchanged

    def _changed_rows(
        self, block: "KnownBlock", file: WorkFile, offset: int, new_facts: dict[int, Fact]
    ) -> Iterator[tuple[int, Sequence[bytes]]]:
        """Yield the rows of a block that differ from those of the file, each with the lines in its place."""
        offsets = offset + numpy.cumsum(block.standing()) - block.standing()
        for at in numpy.flatnonzero(~block.stays).tolist():
            if block.replaced.get(at) == []:  # the row was left out before
                yield at, ()
                continue
            fact = block.memo.fact(at)
            if block.is_own[at]:
                assert fact is not None
                row_slice = slice(at, at + 1)
                self._count_change(fact, noted_count(block.memo.lengths[row_slice], block.memo.digests[row_slice]))
                yield at, [fact.changed_line]
                continue
            row = PatchedRow(file.path.name, int(offsets[at]), b"", block.replaced[at])
            lines, new_fact = self._passed(row, fact)
            if new_fact is not None and new_fact != fact:
                new_facts[block.memo.first + at] = new_fact
            yield at, lines or ()

    def _write_memo(self, memo: RowMemo, earlier_memo: PassedMemo, new_facts: Mapping[int, Fact]) -> None:
        writer = PassedMemoWriter(memo, self._tasks, self._part)
        for block in earlier_memo.blocks():
            for at in range(len(block.numbers)):
                writer.add(new_facts.get(block.first + at) or block.fact(at), block.own_line(at))
        writer.close(is_whole=True)

    def _enter(self, name: str) -> None:
        self._leave()
        memo = self._memos.get(name)
        self._file_name, self._file = name, None if memo is None else _FileInTurn(memo, self._tasks, self._part)

    def _leave(self) -> None:
        if self._file is not None:
            self._file.close(is_whole=True)
        self._file_name, self._file = "", None

    def _counted(self, passing: Passing) -> list[bytes]:
        self._merge(passing.counts)
        return passing.lines

    def _merge(self, counts: Sequence[StepCount]) -> None:
        for count, part in zip(self._counts, counts, strict=True):
            count.merge(part)

    def _text_of(self, effect: Effect) -> str:
        if effect not in self._texts:
            self._texts[effect] = effect.as_text()
        return self._texts[effect]

    def _count(self, fact: Fact, line: StreamCount) -> None:
        self._rows[fact.effect] = self._rows.get(fact.effect, 0) + 1
        if fact.changed_line:
            self._count_change(fact, line)
        else:
            self._unchanged.merge(line)

    def _count_change(self, fact: Fact, line: StreamCount) -> None:
        if fact.effect not in self._effects:
            self._effects[fact.effect] = Effect.of_text(fact.effect)
        before, after = self._changed[self._effects[fact.effect].changed_by]
        before.merge(line)
        after.add(fact.changed_line)


class _FileInTurn:
    """The memo of a file that is read row by row, while the next memo is written."""

    def __init__(self, memo: RowMemo, tasks: Path, part: Path) -> None:
        self._stack = ExitStack()
        earlier_memo = self._stack.enter_context(PassedMemo.open_for(memo, tasks))
        blocks = iter(()) if earlier_memo is None else earlier_memo.blocks()
        self._facts = (block.fact(at) for block in blocks for at in range(len(block.numbers)))
        self._writer = PassedMemoWriter(memo, tasks, part)
        self.next_fact = partial(next, self._facts, None)
        self.remember = self._writer.add

    def close(self, *, is_whole: bool) -> None:
        """Close the files; what was written becomes the memo if it is about the whole file."""
        with self._stack:
            self._writer.close(is_whole=is_whole)


class KnownBlock(NamedTuple):
    """Rows of which is known what becomes of them, and what a patch has put in the place of some."""

    memo: MemoBlock
    replaced: dict[int, Sequence[bytes]]
    """The lines in the place of rows, by their number in the block."""
    is_own: "NDArray[Any]"
    """Of each row, whether no patch has put anything in its place."""
    stays: "NDArray[Any]"
    """Of each row, whether it is its own and stages leave it alone."""

    def standing(self) -> "NDArray[Any]":
        """Return how many bytes stand in the place of each row, line feeds included."""
        standing = numpy.where(self.is_own, self.memo.lengths + 1, 0).astype("<i8")
        for at, lines in self.replaced.items():
            standing[at] = sum(len(line) + 1 for line in lines)
        return standing


def _known_blocks(earlier_memo: PassedMemo, replaced: Mapping[int, Sequence[bytes]]) -> Iterator[KnownBlock]:
    rows = [*replaced]
    for block in earlier_memo.blocks():
        count = len(block.numbers)
        here = rows[bisect_left(rows, block.first) : bisect_left(rows, block.first + count)]
        is_own = numpy.ones(count, bool)
        is_own[[row - block.first for row in here]] = False
        is_changed = numpy.fromiter(map(bool, block.changed_lines), bool, count)
        yield KnownBlock(block, {row - block.first: replaced[row] for row in here}, is_own, is_own & ~is_changed)


def _is_enough(earlier_memo: PassedMemo, file: WorkFile, replaced: Mapping[int, Sequence[bytes]]) -> bool:
    """Whether all own lines of a file are known, and most of what comes out are its own lines."""
    if len(earlier_memo) != file.rows:
        return False
    if replaced and [*replaced] != sorted(row for row in replaced if row < len(earlier_memo)):
        raise damaged_error(file.patch or file.path)
    of_patch = sum(len(line) for lines in replaced.values() for line in lines)
    before = after = changed = 0
    for block in _known_blocks(earlier_memo, replaced):
        memo, is_own = block.memo, block.is_own
        if (memo.numbers[is_own] == UNKNOWN).any() or memo.of[is_own].any():
            return False
        before += int(memo.lengths.sum())
        after += int(memo.lengths[is_own].sum())
        changed += sum(len(memo.changed_lines[at]) for at in numpy.flatnonzero(is_own & ~block.stays).tolist())
    return stays_patched(file, of_patch + changed, before, after + of_patch)
