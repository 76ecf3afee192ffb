"""The lines of a text file, each a text by itself: the last needs no line feed, and blank ones are none."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from corpuskit.core.document import MAX_LINE
from corpuskit.core.outcome import Rejected

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input


class NumberedLine(NamedTuple):
    """One line that is not blank: its number, from 1, the offset of its first byte, and its bytes."""

    number: int
    offset: int
    content: bytes


def text_lines(input_: "Input") -> Iterator[NumberedLine | Rejected]:
    """Yield the lines of an input; a reject for one that is too long, or of which damage took a part."""
    rest, number, offset, damages, is_cut = b"", 1, 0, 0, False
    for block in input_.blocks():
        if len(input_.damage) != damages:
            # What comes before the damage is no whole line, and what comes after it not either.
            damages, is_cut = len(input_.damage), True
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            yield from _line(input_, number, offset, line, is_cut)
            number, offset, is_cut = number + 1, offset + len(line) + 1, False
        if len(rest) > MAX_LINE:
            yield Rejected("line-too-long", input_.name, offset, b"", f"line {number}, and so the rest, is too long")
            return
    yield from _line(input_, number, offset, rest, is_cut or len(input_.damage) != damages)


def _line(input_: "Input", number: int, offset: int, line: bytes, is_cut: bool) -> Iterator[NumberedLine | Rejected]:
    if is_cut:
        yield Rejected("cut-line", input_.name, offset, line, f"a part of line {number} is missing")
    elif line.strip():
        yield NumberedLine(number, offset, line)
