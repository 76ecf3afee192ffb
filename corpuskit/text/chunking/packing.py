"""Blocks are packed into chunks of about equal size, anew below each heading, so that an edit changes few chunks.

A chunk that is cut by counting moves all chunks behind an edit. One that begins at a heading, and ends at a paragraph
that its words choose, moves those of its section at most, and hardly ever more than a few of them.
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
    has_text = False
    section_trail: tuple[str, ...] = ()
    for block in blocks_of(text):
        if block.level:
            # A heading without anything below it goes on with the next one.
            if has_text:
                yield from _packed(text, section, section_trail, size, overlap)
                section, has_text = [], False
            trail = [(level, heading) for level, heading in trail if level < block.level]
            trail.append((block.level, block.heading))
            section_trail = tuple(heading for _, heading in trail if heading)
        section.append(block)
        has_text = has_text or not block.level
    yield from _packed(text, section, section_trail, size, overlap)


def _packed(
    text: str, section: list[TextBlock], trail: tuple[str, ...], size: int, overlap: int
) -> Iterator[TextChunk]:
    """Yield the chunks of one section."""
    parts = [_stripped(text, *part) for block in section for part in _fitting(text, block, size)]
    begin = end = 0
    while end < len(parts):
        end = _end_of_chunk(text, parts, begin, end, size)
        yield TextChunk(parts[begin][0], parts[end - 1][1], trail)
        if end < len(parts):
            first = max(parts[end - 1][1] - overlap, parts[end][1] - size)
            begin = next(number for number in range(begin + 1, end + 1) if parts[number][0] >= first)


def _end_of_chunk(text: str, parts: list[tuple[int, int]], begin: int, least: int, size: int) -> int:
    """Return the number of the part before which a chunk ends that begins with a part, and goes beyond `least`.

    Of the ends that leave it half full or more, the one before the part with the lowest hash: behind an edit, chunks
    soon end where they did before (content-defined chunking, as in Muthitacharoen, Chen and Mazieres, "A low-bandwidth
    network file system", 2001, over paragraphs instead of bytes).
    """
    import xxhash

    end = least + 1
    while end < len(parts) and parts[end][1] - parts[begin][0] <= size:
        end += 1
    if end == len(parts):
        return end
    half = parts[begin][0] + size // 2
    ends = [number for number in range(least + 1, end + 1) if parts[number - 1][1] >= half] or [end]
    return min(ends, key=lambda number: (xxhash.xxh3_64_intdigest(_bytes_of(text, parts[number])), -number))


def _bytes_of(text: str, part: tuple[int, int]) -> bytes:
    return text[part[0] : part[1]].encode("utf-8", "surrogatepass")


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
