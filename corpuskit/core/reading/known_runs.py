"""Lines of a stream, but for runs of them that are known by their bytes: those are not even taken apart."""

from collections.abc import Generator, Iterator

from corpuskit.core.outcome import Rejected
from corpuskit.core.reading.decompress import GAP
from corpuskit.core.reading.lines import Line, LineSplitter
from corpuskit.core.recogniser import Passed, Recogniser

__all__ = ["lines_and_passed"]

MOST_HELD = 64 * 1024
"""Bytes that a recogniser may need to tell whether it knows the next line."""
_Part = list[Line] | Rejected | Passed


def lines_and_passed(blocks: Iterator[bytes], splitter: LineSplitter, recogniser: Recogniser) -> Iterator[_Part]:
    """Yield what `splitter` makes of the blocks, and in place of lines that the recogniser passes, what it says.

    The lines of each part are to be run before the next part is asked for.
    """
    held_bytes = b""
    for block in blocks:
        if block == GAP:
            if held_bytes:
                yield from splitter.take(held_bytes)
            yield from splitter.take(GAP)
            held_bytes = b""
        else:
            held_bytes = yield from _parts(held_bytes, block, splitter, recogniser)
    if held_bytes:
        yield from splitter.take(held_bytes)
    yield from splitter.end()


def _parts(
    held_bytes: bytes, block: bytes, splitter: LineSplitter, recogniser: Recogniser
) -> Generator[_Part, None, bytes]:
    """Yield the parts of a block, and of what was held before it; return what is to be held until the next."""
    start = 0
    if held_bytes:
        block, start = yield from _across(held_bytes, block, splitter, recogniser)
    while start < len(block):
        end = len(block)
        if splitter.is_between_lines():
            passed, lines_left = recogniser.pass_known(block, start)
            if passed is not None:
                splitter.skip(passed.count.bytes)
                start += passed.count.bytes
                yield passed
            if lines_left == 0:
                break
            end = _end_of_lines(block, start, lines_left)
        elif not splitter.blanks:
            end = _end_of_lines(block, start, 1)
        yield from splitter.take(block[start:end])
        start = end
    return block[start:]


def _across(
    held_bytes: bytes, block: bytes, splitter: LineSplitter, recogniser: Recogniser
) -> Generator[Passed, None, tuple[bytes, int]]:
    """Pass lines that begin in what is held; return the block, copied only if need be, and where to go on in it."""
    passed, _ = recogniser.pass_known(held_bytes + block[:MOST_HELD], 0)
    size = 0
    if passed is not None:
        size = passed.count.bytes
        splitter.skip(size)
        yield passed
    return (held_bytes[size:] + block, 0) if size < len(held_bytes) else (block, size - len(held_bytes))


def _end_of_lines(block: bytes, start: int, lines: int | None) -> int:
    """Return where so many lines end that begin at `start`, or all of them; the end of the block if it has fewer."""
    if lines is None:
        return len(block)
    end = start
    for _ in range(lines):
        end = block.find(b"\n", end) + 1
        if not end:
            return len(block)
    return end
