"""Split blocks of bytes into lines."""

import json
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from corpuskit.core.document import BYTE_ORDER_MARK, MAX_LINE, Reject, parse
from corpuskit.core.outcome import Rejected
from corpuskit.core.reading.decompress import GAP

KEPT_OF_LONG_LINE = 1024 * 1024

Line = tuple[int, bytes]
"""A line without its line feed, and the offset of its first byte."""


class CutLine(NamedTuple):
    """A line that the end of a stream cut: its first decompressed byte, and how many bytes of it arrived."""

    offset: int
    length: int


class LineSplitter:
    """Splits blocks into lines, holding no more than one line, and that up to `MAX_LINE` bytes."""

    def __init__(self, name: str) -> None:
        """`name` is what rejects call the stream."""
        self.name = name
        self.cut_line: CutLine | None = None
        """Where the stream ended inside a line that is not a whole record."""
        self.parts: list[bytes] = []
        self.part_bytes = 0
        self.offset = 0
        self.blanks = 0
        """How many blank lines in a row were passed and not yet reported."""
        self.first_blank = 0, b""

    def split(self, blocks: Iterator[bytes]) -> Iterator[Line | Rejected]:
        """Yield the lines of the blocks in order; `GAP` ends a line that cannot be finished.

        Blank lines in a row are one reject: a few kilobytes can hold hundreds of millions of them.
        """
        for run in self.split_into_runs(blocks):
            if isinstance(run, Rejected):
                yield run
            else:
                yield from run

    def split_into_runs(self, blocks: Iterator[bytes]) -> Iterator[list[Line] | Rejected]:
        """Yield what `split` does, the lines of a block together where nothing stands between them."""
        for block in blocks:
            yield from self.take(block)
        yield from self.end()

    def take(self, block: bytes) -> Iterator[list[Line] | Rejected]:
        """Yield the lines that a block ends; the rest of it is held."""
        if block == GAP:
            yield from self._blank_lines()
            yield from self._cut()
            return
        *whole, rest = block.split(b"\n", 1 if block.isspace() else -1)
        # Nearly all lines but one that was begun before are whole, in one block, and after a line.
        begun = 0 if self.is_between_lines() else 1
        yield from self._taken_singly(whole[:begun])
        if self._are_objects(whole[begun:]):
            yield self._taken_together(whole[begun:])
        else:
            yield from self._taken_singly(whole[begun:])
        self._hold(rest if len(whole) != 1 else self._skip_blanks(rest))

    def end(self) -> Iterator[list[Line] | Rejected]:
        """Yield what is held at the end of the stream."""
        yield from self._blank_lines()
        if self.part_bytes:
            yield _run_of(self._last())

    def is_between_lines(self) -> bool:
        """Whether nothing is held."""
        return not self.part_bytes and not self.blanks

    def skip(self, size: int) -> None:
        """Pass over whole lines of which nobody asks, between lines."""
        self.offset += size

    def _are_objects(self, lines: Sequence[bytes]) -> bool:
        """Whether nothing is held, and there are lines, all of which begin as objects do and are not too long."""
        if not self.is_between_lines() or not lines:
            return False
        return {line[:1] for line in lines} == {b"{"} and max(map(len, lines)) <= MAX_LINE

    def _taken_together(self, lines: Sequence[bytes]) -> list[Line]:
        """Return whole lines with their offsets."""
        *offsets, self.offset = accumulate([len(line) + 1 for line in lines], initial=self.offset)
        return list(zip(offsets, lines, strict=True))

    def _taken_singly(self, lines: Sequence[bytes]) -> Iterator[list[Line] | Rejected]:
        """Yield the lines that a block ends, each after what is held of it."""
        for line in lines:
            self._hold(line)
            item = self._take(1)
            if isinstance(item, tuple) and (not item[1] or item[1].isspace()):
                self._pass_blank(*item)
                continue
            if self.blanks:
                yield from self._blank_lines()
            yield _run_of(item)

    def _skip_blanks(self, rest: bytes) -> bytes:
        """Pass over any whole lines in the rest of a block, which are then all blank; return what follows them."""
        end = rest.rfind(b"\n") + 1
        if end:
            self._pass_blank(self.offset, rest[: rest.find(b"\n")], rest.count(b"\n"))
            self.offset += end
        return rest[end:]

    def _pass_blank(self, offset: int, line: bytes, count: int = 1) -> None:
        if not self.blanks:
            self.first_blank = offset, line
        self.blanks += count

    def _blank_lines(self) -> Iterator[Rejected]:
        """Yield the blank lines that were just passed, as one reject."""
        if self.blanks:
            offset, line = self.first_blank
            detail = "the line is blank" if self.blanks == 1 else f"{self.blanks} blank lines"
            self.blanks = 0
            yield Rejected("empty-line", self.name, offset, line, detail)

    def _hold(self, part: bytes) -> None:
        self.part_bytes += len(part)
        if part and self.part_bytes - len(part) <= MAX_LINE:
            self.parts.append(part)

    def _take(self, line_feed: int) -> Line | Rejected:
        offset, length = self.offset, self.part_bytes
        line = b"".join(self.parts) if len(self.parts) != 1 else self.parts[0]
        self.parts.clear()
        self.part_bytes = 0
        self.offset += length + line_feed
        if length > MAX_LINE:
            detail = f"{length} bytes, at most {MAX_LINE}"
            return Rejected("line-too-long", self.name, offset, line[:KEPT_OF_LONG_LINE], detail)
        return offset, line

    def _cut(self) -> Iterator[Rejected]:
        if self.part_bytes:
            item = self._take(0)
            if isinstance(item, Rejected):
                yield item
            else:
                yield Rejected("cut-line", self.name, item[0], item[1], "damage ends this line")

    def _last(self) -> Line | Rejected:
        """Return the last line of a stream that does not end in a line feed: whole, or cut."""
        item = self._take(0)
        if isinstance(item, tuple) and item[1] == BYTE_ORDER_MARK:
            return Rejected("empty-line", self.name, *item, "the line is blank but for a byte order mark")
        if isinstance(item, tuple) and not _is_json(item[1]):
            self.cut_line = CutLine(item[0], len(item[1]))
            return Rejected("cut-line", self.name, item[0], item[1], "the stream ends inside this line")
        return item


def _run_of(item: Line | Rejected) -> list[Line] | Rejected:
    return item if isinstance(item, Rejected) else [item]


def _is_json(line: bytes) -> bool:
    try:
        parse(line)
    except Reject:
        return _is_whole(line)
    return True


def _is_whole(line: bytes) -> bool:
    """Return whether a line that is refused ends where its value ends: then it is a bad record, not a cut one."""
    try:
        json.loads(line, parse_int=str)
    except (ValueError, RecursionError):
        return False
    return True


def after_lines(blocks: Iterator[bytes], number: int) -> Iterator[bytes]:
    """Yield the blocks without the first lines of the stream, as many as `number`, which are not split."""
    for block in blocks:
        if number:
            lines = block.count(b"\n")
            if lines >= number:
                block, number = block.split(b"\n", number)[number], 0
                if block:
                    yield block
            else:
                number -= lines
        else:
            yield block


def whole_lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the bytes, cut only at line ends: searching a block is far faster than searching its lines."""
    rest = b""
    for block in blocks:
        end = block.rfind(b"\n") + 1
        if end:
            yield rest + block[:end]
            rest = block[end:]
        else:
            rest += block
    if rest:
        yield rest
