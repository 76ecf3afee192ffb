"""Blocks are packed into chunks of about equal size, anew below each heading, so that an edit changes few chunks.

A chunk that is cut by counting moves all chunks behind an edit. One that begins at a heading, and goes on with whole
paragraphs, moves those of its section at most.
"""

from collections.abc import Iterator
from typing import NamedTuple

from corpuskit.text.chunking.blocks import TextBlock, blocks_of, sentences_of


class TextChunk(NamedTuple):
    """A part of a text, in characters, and the headings that it stands below."""

    start: int
    end: int
    trail: tuple[str, ...]


def chunks_of(text: str, size: int, overlap: int = 0) -> Iterator[TextChunk]:
    """Yield the chunks of a text: at most `size` characters each, but for words that are longer.

    With an overlap, a chunk also begins with the last blocks of the one before it, in the same section, as far as they
    have at most so many characters.
    """
    trail: list[tuple[int, str]] = []
    section: list[TextBlock] = []
    section_trail: tuple[str, ...] = ()
    for block in blocks_of(text):
        if block.level:
            # A heading without anything below it goes on with the next one.
            if any(not other.level for other in section):
                yield from _packed(text, section, section_trail, size, overlap)
                section = []
            trail = [(level, heading) for level, heading in trail if level < block.level]
            trail.append((block.level, block.heading))
            section_trail = tuple(heading for _, heading in trail if heading)
        section.append(block)
    yield from _packed(text, section, section_trail, size, overlap)


def _packed(
    text: str, section: list[TextBlock], trail: tuple[str, ...], size: int, overlap: int
) -> Iterator[TextChunk]:
    """Yield the chunks of one section."""
    parts = [_stripped(text, *part) for block in section for part in _fitting(text, block, size)]
    waiting: list[tuple[int, int]] = []
    for part in parts:
        if waiting and part[1] - waiting[0][0] > size:
            yield TextChunk(waiting[0][0], waiting[-1][1], trail)
            first = max(waiting[-1][1] - overlap, part[1] - size)
            waiting = [earlier for earlier in waiting[1:] if earlier[0] >= first]
        waiting.append(part)
    if waiting:
        yield TextChunk(waiting[0][0], waiting[-1][1], trail)


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a part without the white space around it."""
    part = text[start:end]
    return end - len(part.lstrip()), start + len(part.rstrip())


def _fitting(text: str, block: TextBlock, size: int) -> Iterator[tuple[int, int]]:
    """Yield a block whole or, if it is longer than a chunk, its lines or sentences, or as many words as fit."""
    if block.end - block.start <= size:
        yield block.start, block.end
        return
    for start, end in _finer(text, block):
        if end - start <= size:
            yield start, end
        else:
            yield from _by_words(text, start, end, size)


def _finer(text: str, block: TextBlock) -> Iterator[tuple[int, int]]:
    """Yield the lines of a block of several, such as a table or code, and the sentences of one line."""
    start = block.start
    for line in text[block.start : block.end].split("\n"):
        end = start + len(line)
        if line.strip():
            yield from sentences_of(text, start, end)
        start = end + 1


def _by_words(text: str, start: int, end: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield as many words as fit, one part after the other; what has no spaces is cut anywhere."""
    while end - start > size:
        cut = max(text.rfind(" ", start + 1, start + size + 1), text.rfind("\t", start + 1, start + size + 1))
        cut = cut if cut > start else start + size
        yield start, cut
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end
