"""What stages made of the rows of a file, row by row: read from the memo of an earlier run, and written for the next.

Only a row that is one document before and after is remembered, and only if at most one stage changed it: then its line
before, its line after and the number of that stage say what each stage received and sent. All that the stages count
besides is an *effect*; most rows of a file share one.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import numpy

from corpuskit.core.counts import StepCount, StreamCount, line_digest
from corpuskit.core.disk import filesystem
from corpuskit.core.disk.block_file import ROWS, BlockFile, BlockWriter, Field
from corpuskit.core.disk.regular_file import open_regular
from corpuskit.core.document import encode
from corpuskit.core.stream.batch import Batch
from corpuskit.mix.engine.patches import PatchedRow
from corpuskit.mix.engine.row_memo import RowMemo

MOST_EFFECTS = 10_000
UNKNOWN = 0


class Passing(NamedTuple):
    """What stages made of what stands in the place of a row."""

    lines: list[bytes]
    counts: list[StepCount]
    has_verdicts: bool

    @classmethod
    def of_batch(cls, batch: Batch) -> "Passing":
        """Return what came out of stages."""
        return cls([encode(document) for document in batch.documents], batch.counts, bool(batch.verdicts))

    def effect(self, line: bytes) -> "Effect | None":
        """Return what the stages did to a line besides; None if that cannot be remembered."""
        if len(self.lines) != 1 or self.has_verdicts:
            return None
        before, after = line_digest(line), line_digest(self.lines[0])
        changed_by = len(self.counts)
        for number, count in enumerate(self.counts):
            is_changed = number > changed_by
            if count.received.digest != (after if is_changed else before) or count.groups or count.killed:
                return None
            if not is_changed and count.sent.digest != before:
                changed_by = number
            if count.sent.digest != (after if number >= changed_by else before):
                return None
        return Effect(changed_by, tuple(map(_besides_streams, self.counts)))


Besides = tuple[int, int, tuple[tuple[str, int], ...], tuple[tuple[str, int], ...], frozenset[str] | None]
"""Documents made, numbers that were ids, ways, hits and absent fields of a `StepCount`."""


class Effect(NamedTuple):
    """What stages counted on a row, but for its lines."""

    changed_by: int
    """Number of the stage that changed the line; the number of all stages if none did."""
    besides: tuple[Besides, ...]

    def counts(self, rows: int) -> list[StepCount]:
        """Return what each stage counts on this many rows."""
        return [
            StepCount(
                made=made * rows,
                number_ids=number_ids * rows,
                ways=Counter({way: count * rows for way, count in ways}),
                hits=Counter({kind: count * rows for kind, count in hits}),
                absent_fields=absent_fields,
            )
            for made, number_ids, ways, hits, absent_fields in self.besides
        ]

    def as_text(self) -> str:
        """Return what `of_text` reads."""
        besides = [(*rest, None if fields is None else sorted(fields)) for *rest, fields in self.besides]
        return json.dumps([self.changed_by, besides])

    @classmethod
    def of_text(cls, text: str) -> "Effect":
        """Return the effect that `as_text` wrote."""
        changed_by, besides = json.loads(text)
        return cls(changed_by, tuple(map(_besides_from_json, besides)))


class Fact(NamedTuple):
    """What is known of a row."""

    effect: str
    """An `Effect` as text, which is compared faster."""
    of: bytes
    """Empty if it is about the line of the file, else the digest of the line that a patch had put in its place."""
    changed_line: bytes
    """What the line became; empty if it stayed."""


class PassedRows:
    """The rows of a shard in order: what is known of each, what is found out, and the account of all of them."""

    def __init__(self, memos: Mapping[str, RowMemo], tasks: Path, part: Path, stages: int) -> None:
        """`memos` are by name of the file; they lie in the folder of `tasks`, and `part` is where to write one."""
        self._memos, self._tasks, self._part = memos, tasks, part
        self._counts = [StepCount() for _ in range(stages)]
        self._unchanged = StreamCount()
        self._changed = [(StreamCount(), StreamCount()) for _ in range(stages)]
        """Of known rows, by the number of the stage that changed them: their lines before and after."""
        self._rows: dict[str, int] = {}
        """How many rows had each effect."""
        self._effects: dict[str, Effect] = {}
        self._texts: dict[Effect, str] = {}
        self._file_name = ""
        self._file: MemoOfFile | None = None

    def __enter__(self) -> "PassedRows":
        """Return itself."""
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Finish the memo of the last file, or leave it if something was raised."""
        if self._file is not None:
            self._file.close(is_whole=kind is None)

    def passed(self, row: PatchedRow, pass_on: Callable[[PatchedRow], Passing]) -> Sequence[bytes] | None:
        """Return what stages make of a row; None for the line of the file itself. `pass_on` asks the stages."""
        if row.input != self._file_name:
            self._enter(row.input)
        fact = None if self._file is None else self._file.next_fact()
        if len(row.lines) != 1:
            self._remember(fact)
            return self._counted(pass_on(row)) if row.lines else ()
        (line,) = row.lines
        of = b"" if row.instead is None else hashlib.sha256(line).digest()
        if fact is None or fact.of != of:
            passing = pass_on(row)
            effect = passing.effect(line)
            if effect is None:
                self._remember(None)
                return self._counted(passing)
            (line_after,) = passing.lines
            fact = Fact(self._text_of(effect), of, b"" if line_after == line else line_after)
        self._remember(fact)
        self._count(fact, line)
        return [fact.changed_line] if fact.changed_line else row.instead

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

    def _enter(self, name: str) -> None:
        if self._file is not None:
            self._file.close(is_whole=True)
        memo = self._memos.get(name)
        self._file_name, self._file = name, None if memo is None else MemoOfFile(memo, self._tasks, self._part)

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

    def _count(self, fact: Fact, line: bytes) -> None:
        self._rows[fact.effect] = self._rows.get(fact.effect, 0) + 1
        if not fact.changed_line:
            self._unchanged.add(line)
            return
        if fact.effect not in self._effects:
            self._effects[fact.effect] = Effect.of_text(fact.effect)
        before, after = self._changed[self._effects[fact.effect].changed_by]
        before.add(line)
        after.add(fact.changed_line)

    def _remember(self, fact: Fact | None) -> None:
        if self._file is not None:
            self._file.remember(fact)


class MemoOfFile:
    """The memo of one file, read row by row, while the next one is written."""

    def __init__(self, memo: RowMemo, tasks: Path, part: Path) -> None:
        """Open what an earlier run has left, if it has, and the file at `part`, which is to take its place."""
        self._memo, self._tasks, self._part = memo, tasks, part
        self._stack = ExitStack()
        path = memo.path_in(tasks)
        self._facts: Iterator[Fact | None] = iter(())
        if path is not None:
            self._facts = _facts_in(BlockFile(self._stack.enter_context(open_regular(path)), path.name))
        stream = self._stack.enter_context(filesystem.open_scratch(part))
        self._writer = BlockWriter(stream, [Field("effect", "<u4", 1)], ["of", "changed"])
        self._numbers: dict[str, int] = {}
        self._new_facts: list[tuple[int, bytes, bytes]] = []

    def next_fact(self) -> Fact | None:
        """Return what is known of the next row; None if nothing is."""
        return next(self._facts, None)

    def remember(self, fact: Fact | None) -> None:
        """Write down what is known of a row."""
        if fact is None or (fact.effect not in self._numbers and len(self._numbers) == MOST_EFFECTS):
            self._new_facts.append((UNKNOWN, b"", b""))
        else:
            number = self._numbers.setdefault(fact.effect, len(self._numbers) + 1)
            self._new_facts.append((number, fact.of, fact.changed_line))
        if len(self._new_facts) == ROWS:
            self._write()

    def close(self, *, is_whole: bool) -> None:
        """Close the files; what was written becomes the memo if it is about the whole file."""
        with self._stack:
            if is_whole:
                self._write()
                self._writer.finish({"effects": [*self._numbers]})
        if is_whole:
            self._memo.adopt(self._tasks, {"": self._part})

    def _write(self) -> None:
        numbers = numpy.array([number for number, _, _ in self._new_facts], "<u4")
        strings = {
            "of": [of for _, of, _ in self._new_facts],
            "changed": [changed_line for _, _, changed_line in self._new_facts],
        }
        self._writer.append({"effect": numbers}, strings, len(numbers))
        self._new_facts = []


def _facts_in(file: BlockFile) -> Iterator[Fact | None]:
    effects: list[str] = file.attributes["effects"]
    numbers = (number for block in file.column("effect") for number in block[:, 0].tolist())
    for number, of, changed_line in zip(numbers, file.strings("of"), file.strings("changed"), strict=True):
        yield None if number == UNKNOWN else Fact(effects[number - 1], of, changed_line)


def _besides_streams(count: StepCount) -> Besides:
    ways = tuple(sorted(count.ways.items())) if count.ways else ()
    hits = tuple(sorted(count.hits.items())) if count.hits else ()
    return count.made, count.number_ids, ways, hits, count.absent_fields


def _besides_from_json(value: Any) -> Besides:
    made, number_ids, ways, hits, fields = value
    return made, number_ids, _pairs(ways), _pairs(hits), None if fields is None else frozenset(fields)


def _pairs(value: Any) -> tuple[tuple[str, int], ...]:
    return tuple((name, count) for name, count in value)
