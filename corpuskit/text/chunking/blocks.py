"""The blocks of a text: headings, paragraphs, lists, tables and code, as Markdown writes them (CommonMark 0.31.2).

A text without blank lines is one of lines, each of which is a block.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_SENTENCE_END = re.compile(
    r"""(?x)
      [.!?…]["'”’»)\]]* (?=\s)      # Latin and others: white space follows
    | [。！？｡︒]["'”’」』）]*          # Chinese, Japanese
    | [।॥؟۔።]["'”’]* (?=\s|$)      # Indic, Arabic, Ethiopic
    """
)


class TextBlock(NamedTuple):
    """A part of a text that should stay whole, in characters."""

    start: int
    end: int
    level: int = 0
    """Of a heading, 1 to 6; 0 for all else."""
    heading: str = ""


def blocks_of(text: str) -> Iterator[TextBlock]:
    """Yield the blocks of a text in order, without the white space around them."""
    has_blank_lines = re.search(r"\n[^\S\n]*\n", text.strip()) is not None
    start = end = -1
    fence = ""
    for line_start, line in _lines(text):
        content = line.rstrip()
        if fence:
            end = line_start + len(content) if content else end
            if content.strip().startswith(fence) and not content.strip().strip(fence[0]):
                fence = ""
            continue
        opening = _FENCE.match(content)
        heading = _HEADING.match(content)
        if start >= 0 and (not content or heading or (opening and has_blank_lines) or not has_blank_lines):
            yield TextBlock(start, end)
            start = -1
        if heading and content:
            words = _heading_text(content[heading.end() :])
            yield TextBlock(line_start, line_start + len(content), len(heading[1]), words)
        elif content:
            start = start if start >= 0 else line_start + len(line) - len(line.lstrip())
            end = line_start + len(content)
            fence = opening[1] if opening else ""
    if start >= 0:
        yield TextBlock(start, end)


def _heading_text(content: str) -> str:
    """Return what a heading says, without a closing sequence of `#`, which white space has to precede.

    >>> _heading_text("Tides ##"), _heading_text("C#"), _heading_text("##")
    ('Tides', 'C#', '')
    """
    without_closing = content.rstrip("#")
    is_closed = not without_closing or without_closing[-1].isspace()
    return (without_closing if is_closed else content).strip()


def sentences_of(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a part of a text, without the white space between them."""
    position = start
    for match in _SENTENCE_END.finditer(text, start, end):
        if match.end() > position:
            yield position, match.end()
            position = match.end()
            while position < end and text[position].isspace():
                position += 1
    if position < end:
        yield position, end


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1
