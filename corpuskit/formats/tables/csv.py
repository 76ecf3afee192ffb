"""Rows of delimited text (CSV, TSV), with what cannot be read named row by row."""

import codecs
import csv
import itertools
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpuskit.core.document import MAX_LINE, Reject

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input

LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r(?!$))")
SAMPLE = 1024 * 1024
KEPT_OF_LONG_ROW = 1024 * 1024


@dataclass(slots=True)
class TextLine:
    """One physical line, its end included; `problem` says why it is not to be parsed."""

    offset: int
    text: str
    problem: str = ""


@dataclass(slots=True)
class CsvRow:
    """One row: its fields, or what is wrong with it."""

    offset: int
    text: str
    fields: list[str]
    problem: str = ""
    detail: str = ""


def read_rows(input_: "Input", delimiter: str, encoding: str | None = None) -> Iterator[CsvRow]:
    """The rows of one input, the header first.

    The encoding is that of its byte order mark, else `encoding`, else what its first MiB looks like.
    """
    from corpuskit.formats.text_encoding import byte_order_mark, encoding_of

    blocks = _with_holes(input_)
    sample = list(_sample(blocks))
    head = b"".join(block for block, _ in sample)
    start, marked = byte_order_mark(head)
    try:
        chosen = marked or encoding or encoding_of(head, cut=True)
    except Reject:
        # Mostly UTF-8: the rows with the damage are rejected, their neighbours are not.
        chosen = "utf-8"
    if sample:
        sample[0] = (sample[0][0][start:], sample[0][1])
    return rows(TextLines(chosen, start).split(itertools.chain(sample, blocks)), delimiter)


def _with_holes(input_: "Input") -> Iterator[tuple[bytes, bool]]:
    """Decompressed blocks, each with whether bytes are missing before it."""
    reported = 0
    for block in input_.blocks():
        yield block, len(input_.damage) != reported
        reported = len(input_.damage)
    if len(input_.damage) != reported:
        yield b"", True


def _sample(blocks: Iterator[tuple[bytes, bool]]) -> Iterator[tuple[bytes, bool]]:
    size = 0
    for block, hole in blocks:
        yield block, hole
        size += len(block)
        if size >= SAMPLE:
            return


class TextLines:
    """Decodes blocks and cuts them into lines at LF, CR LF or CR, each with its offset in bytes.

    The lines on both sides of a hole are no whole lines. Bytes that cannot be decoded become lone surrogates.
    """

    def __init__(self, encoding: str, start: int) -> None:
        """`start` is the offset of the first byte given to `split`, which follows any byte order mark."""
        self.encoding = encoding
        self.offset = start
        self.decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")
        self.held_back: list[str] = []
        self.held_size = 0
        self.problem = ""

    def split(self, blocks: Iterable[tuple[bytes, bool]]) -> Iterator[TextLine]:
        """The lines of the blocks, in order; with each block comes whether there is a hole before it."""
        for block, hole in blocks:
            if hole:
                yield from self._end("cut-row")
                self.decoder.reset()
                self.problem = "cut-row"
            yield from self._decode(block)
        yield from self._decode(b"", final=True)
        yield from self._end("")

    def _decode(self, block: bytes, *, final: bool = False) -> Iterator[TextLine]:
        try:
            text = self.decoder.decode(block, final)
        except UnicodeDecodeError:
            # UTF-16 and UTF-32 alone: no byte of them stands for itself.
            yield from self._end("undecodable")
            yield TextLine(self.offset, "", "undecodable")
            self.decoder.reset()
            self.offset += len(block)
            self.problem = "" if final else "undecodable"
        else:
            yield from self._add(text)

    def _add(self, text: str) -> Iterator[TextLine]:
        self._hold(text)
        if "\n" in text or "\r" in text or (len(self.held_back) > 1 and self.held_back[-2].endswith("\r")):
            text = "".join(self.held_back)
            end = 0
            for match in LINE.finditer(text):
                end = match.end()
                yield self._take(match[0])
            self._let_go()
            self._hold(text[end:])
        if self.held_size > MAX_LINE:
            yield from self._end("row-too-long")
            self.problem = "row-too-long"

    def _hold(self, text: str) -> None:
        if text:
            self.held_back.append(text)
            self.held_size += len(text)

    def _let_go(self) -> None:
        self.held_back.clear()
        self.held_size = 0

    def _end(self, problem: str) -> Iterator[TextLine]:
        if self.held_back:
            self.problem = self.problem or problem
            yield self._take("".join(self.held_back))
        self._let_go()

    def _take(self, text: str) -> TextLine:
        line = TextLine(self.offset, text, self.problem)
        self.offset += len(text.encode(self.encoding, "surrogateescape"))
        self.problem = ""
        return line


def rows(lines: Iterable[TextLine], delimiter: str) -> Iterator[CsvRow]:
    """The rows of delimited text (RFC 4180, any delimiter), the header among them; blank lines are none.

    A row whose quotes do not close, or that has another number of fields than the first, is a problem of its first
    line alone: reading goes on with the next line.
    """
    csv.field_size_limit(MAX_LINE)
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    width = 0
    while (first := feed.begin()) is not None:
        if first.problem:
            feed.lines_taken.append(feed.back.popleft())
            yield CsvRow(first.offset, first.text[:KEPT_OF_LONG_ROW], [], first.problem)
            continue
        try:
            fields = next(reader)
        except (csv.Error, StopIteration) as error:
            feed.give_back()
            yield CsvRow(first.offset, first.text, [], "bad-row", str(error) or "the quotes do not close")
            continue
        if not fields:
            continue
        width = width or len(fields)
        if len(fields) == width:
            yield CsvRow(first.offset, "".join(line.text for line in feed.lines_taken), fields)
            continue
        if width > 1:
            feed.give_back()
        yield CsvRow(first.offset, first.text, [], "bad-row", f"{len(fields)} fields, the header has {width}")


class _Feed:
    """The lines that the csv module asks for; those of a broken row can be given back."""

    def __init__(self, lines: Iterable[TextLine]) -> None:
        self.lines = iter(lines)
        self.back: deque[TextLine] = deque()
        self.lines_taken: list[TextLine] = []
        self.size = 0

    def begin(self) -> TextLine | None:
        """The line that the next row starts with."""
        self.lines_taken = []
        self.size = 0
        if not self.back:
            line = next(self.lines, None)
            if line is None:
                return None
            self.back.append(line)
        return self.back[0]

    def give_back(self) -> None:
        """Let the next row start at the second line of this one."""
        self.back.extendleft(reversed(self.lines_taken[1:]))

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = self.back.popleft() if self.back else next(self.lines)
        if self.lines_taken and (line.problem or self.size > MAX_LINE):
            self.back.appendleft(line)
            raise StopIteration
        self.lines_taken.append(line)
        self.size += len(line.text)
        return line.text


def column_names(fields: list[str]) -> list[str]:
    """Column names: `column-N` for one without a name, `name-2` for the second of a name."""
    names: dict[str, None] = {}
    repeats: dict[str, int] = {}
    for number, field in enumerate(fields, start=1):
        name = label = field.strip() or f"column-{number}"
        while name in names:
            repeats[label] = repeats.get(label, 1) + 1
            name = f"{label}-{repeats[label]}"
        names[name] = None
    return list(names)
