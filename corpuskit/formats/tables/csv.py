"""Rows of delimited text (CSV, TSV); each row that cannot be read comes with its problem."""

import codecs
import csv
import itertools
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from corpuskit.core.document import MAX_LINE, Reject

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input

LINE_END = re.compile(r"\r\n|\n|\r(?!\Z)")
"""A CR at the end of the text so far may be half of a CR LF."""
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
SAMPLE_BYTES = 1024 * 1024
MAX_PROBLEM_TEXT = 1024 * 1024
"""Characters of a line with a problem that its row carries."""


@dataclass(slots=True)
class TextLine:
    """One physical line with its line end; `problem` says why it must not be parsed."""

    offset: int
    text: str
    problem: str = ""


@dataclass(slots=True)
class CsvRow:
    """One row: its fields, or the problem with it."""

    offset: int
    text: str
    fields: list[str]
    problem: str = ""
    detail: str = ""


class Table(NamedTuple):
    """A table that is being read."""

    rows: Iterator[CsvRow]
    """The header first."""
    head: bytes
    """The first MiB."""
    encoding: str

    def demand_text(self) -> None:
        """Raise Reject("not-text") if it begins with binary data."""
        from corpuskit.formats.text_encoding import LARGEST_SHARE_IN_TABLES, demand_text

        demand_text(self.head.decode(self.encoding, "replace"), LARGEST_SHARE_IN_TABLES)


def open_table(input_: "Input", delimiter: str, encoding: str | None = None) -> Table:
    """Begin to read the table in one input.

    The encoding is that of the byte order mark, else `encoding`, else what the first MiB looks like.
    """
    from corpuskit.formats.text_encoding import byte_order_mark, encoding_of

    blocks = _with_holes(input_)
    sample = list(_sample(blocks))
    head = b"".join(block for block, _ in sample)
    start, marked_encoding = byte_order_mark(head)
    try:
        chosen = marked_encoding or encoding or encoding_of(head, cut=True)
    except Reject:
        # It is UTF-8 with damage: the damaged rows are rejected, the others are not.
        chosen = "utf-8"
    if sample:
        sample[0] = (sample[0][0][start:], sample[0][1])
    lines = TextLines(chosen, start).split(itertools.chain(sample, blocks))
    return Table(rows(lines, delimiter), head[start:], chosen)


def _with_holes(input_: "Input") -> Iterator[tuple[bytes, bool]]:
    """Yield decompressed blocks, each with whether bytes are missing before it."""
    damage_before = 0
    for block in input_.blocks():
        yield block, len(input_.damage) != damage_before
        damage_before = len(input_.damage)
    if len(input_.damage) != damage_before:
        yield b"", True


def _sample(blocks: Iterator[tuple[bytes, bool]]) -> Iterator[tuple[bytes, bool]]:
    """Take from the front the blocks that have `SAMPLE_BYTES` together."""
    size = 0
    for block, hole in blocks:
        yield block, hole
        size += len(block)
        if size >= SAMPLE_BYTES:
            return


class TextLines:
    """A decoder of blocks that splits them into lines at LF, CR LF or CR, each with its offset in bytes.

    The lines on both sides of a hole are marked as cut. Bytes that cannot be decoded become lone surrogates.

        blocks     b"a,b\\r\\n1,"         b"2\\r"      b"\\n3"
        lines      0: "a,b\\r\\n"                     5: "1,2\\r\\n"    and 10: "3" at the end
        pending    ["1,"]              ["1,2\\r"]  ["3"]               after each block
    """

    def __init__(self, encoding: str, start: int) -> None:
        """`start` is the offset of the first byte given to `split`, after the byte order mark if there is one."""
        self.encoding = encoding
        self.offset = start
        self.decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")
        # The text after the last line end, in the spans in which it came.
        self.pending: list[str] = []
        self.pending_size = 0
        # The problem of the line that the next text belongs to.
        self.problem = ""

    def split(self, blocks: Iterable[tuple[bytes, bool]]) -> Iterator[TextLine]:
        """Yield the lines of the blocks in order. Each block says whether there is a hole before it."""
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
        except UnicodeError:
            # Only UTF-16 and UTF-32 come here: their bytes cannot be kept one by one as surrogates.
            yield from self._end("undecodable")
            yield TextLine(self.offset, "", "undecodable")
            self.decoder.reset()
            self.offset += len(block)
            self.problem = "" if final else "undecodable"
        else:
            yield from self._add(text)

    def _add(self, text: str) -> Iterator[TextLine]:
        self._append(text)
        if "\n" in text or "\r" in text or (len(self.pending) > 1 and self.pending[-2].endswith("\r")):
            text = "".join(self.pending)
            end = 0
            for match in LINE_END.finditer(text):
                yield self._new_line(text[end : match.end()])
                end = match.end()
            self._clear()
            self._append(text[end:])
        if self.pending_size > MAX_LINE:
            yield from self._end("row-too-long")
            self.problem = "row-too-long"

    def _append(self, text: str) -> None:
        if text:
            self.pending.append(text)
            self.pending_size += len(text)

    def _clear(self) -> None:
        self.pending.clear()
        self.pending_size = 0

    def _end(self, problem: str) -> Iterator[TextLine]:
        """Yield the pending text, if there is any, as a line of its own with this problem."""
        if self.pending:
            self.problem = self.problem or problem
            yield self._new_line("".join(self.pending))
        self._clear()

    def _new_line(self, text: str) -> TextLine:
        line = TextLine(self.offset, text, self.problem)
        self.offset += self._stored_bytes(text)
        self.problem = ""
        return line

    def _stored_bytes(self, text: str) -> int:
        try:
            return len(text.encode(self.encoding, "surrogateescape"))
        except UnicodeEncodeError:
            # The codec cannot write single bytes back; each surrogate stands for one.
            decoded = LONE_SURROGATE.sub("", text)
            return len(decoded.encode(self.encoding, "replace")) + len(text) - len(decoded)


def rows(lines: Iterable[TextLine], delimiter: str) -> Iterator[CsvRow]:
    """Yield the rows of delimited text (RFC 4180, any delimiter), the header too, but not blank lines.

    If the quotes of a row do not close, or it has another number of fields than the first row, only its first line
    becomes a row with a problem, and reading goes on with the line after it.
    """
    csv.field_size_limit(MAX_LINE)
    feed = _LineFeed(lines)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    width = 0
    while (first := feed.begin()) is not None:
        if first.problem:
            feed.row_lines.append(feed.returned_lines.popleft())
            yield CsvRow(first.offset, first.text[:MAX_PROBLEM_TEXT], [], first.problem)
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
            yield CsvRow(first.offset, "".join(line.text for line in feed.row_lines), fields)
            continue
        if width > 1:
            feed.give_back()
        yield CsvRow(first.offset, first.text, [], "bad-row", f"{len(fields)} fields, the header has {width}")


class _LineFeed:
    """The lines that the csv module asks for. Those of a broken row can be given back."""

    def __init__(self, lines: Iterable[TextLine]) -> None:
        self.lines = iter(lines)
        self.returned_lines: deque[TextLine] = deque()
        self.row_lines: list[TextLine] = []
        self.size = 0

    def begin(self) -> TextLine | None:
        """Begin the next row; return its first line, None at the end."""
        self.row_lines = []
        self.size = 0
        if not self.returned_lines:
            line = next(self.lines, None)
            if line is None:
                return None
            self.returned_lines.append(line)
        return self.returned_lines[0]

    def give_back(self) -> None:
        """Let the next row start at the second line of this one."""
        self.returned_lines.extendleft(reversed(self.row_lines[1:]))

    def __iter__(self) -> "_LineFeed":
        return self

    def __next__(self) -> str:
        line = self.returned_lines.popleft() if self.returned_lines else next(self.lines)
        if self.row_lines and (line.problem or self.size > MAX_LINE):
            self.returned_lines.appendleft(line)
            raise StopIteration
        self.row_lines.append(line)
        self.size += len(line.text)
        return line.text


def column_names(fields: list[str]) -> list[str]:
    """Return names for the columns: `column-N` for one without a name, `name-2` for the second of a name.

    >>> column_names(["text", "", "text"])
    ['text', 'column-2', 'text-2']
    """
    names: dict[str, None] = {}
    repeats: dict[str, int] = {}
    for number, field in enumerate(fields, start=1):
        name = label = field.strip() or f"column-{number}"
        while name in names:
            repeats[label] = repeats.get(label, 1) + 1
            name = f"{label}-{repeats[label]}"
        names[name] = None
    return list(names)
