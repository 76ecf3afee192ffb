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
    parts: list[bytes] = []
    number, offset, length, damages, is_cut = 1, 0, 0, 0, False
    for block in input_.blocks():
        if len(input_.damage) != damages:
            # What comes before the damage is no whole line, and what comes after it not either.
            damages, is_cut = len(input_.damage), True
        *ends, rest = block.split(b"\n")
        for end in ends:
            length += len(end)
            yield from _line(input_, number, offset, length, [*parts, end], is_cut)
            number, offset, length, is_cut = number + 1, offset + length + 1, 0, False
            parts.clear()
        length += len(rest)
        # Of a line that is too long no more is kept, and its end is looked for.
        parts = [*parts, rest] if length <= MAX_LINE else []
    yield from _line(input_, number, offset, length, parts, is_cut or len(input_.damage) != damages)


def _line(
    input_: "Input", number: int, offset: int, length: int, parts: list[bytes], is_cut: bool
) -> Iterator[NumberedLine | Rejected]:
    line = b"".join(parts)
    if is_cut:
        yield Rejected("cut-line", input_.name, offset, line, f"a part of line {number} is missing")
    elif length > MAX_LINE:
        yield Rejected("line-too-long", input_.name, offset, b"", f"line {number} has {length:,} bytes")
    elif line.strip():
        yield NumberedLine(number, offset, line)
