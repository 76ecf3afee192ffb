"""Lines in compressed files that tasks leave: all of them in order, or some, without decompressing the others.

A file of documents consists of zstd frames of whole lines, and of a table that says how long each frame is. The table
is a frame that readers skip, as the seekable format of zstd has it
(https://github.com/facebook/zstd/blob/dev/contrib/seekable_format/zstd_seekable_compression_format.md):

    head        magic number of a skippable frame, length of what follows
    each frame  length, length of its content
    tail        number of frames, 0, magic number of the format

All numbers have 32 bits and are little-endian, but for the 0, which has 8.
"""

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from corpuskit.core.disk.compression import frame_compressor
from corpuskit.core.disk.regular_file import open_regular
from corpuskit.core.errors import is_out_of_memory
from corpuskit.mix.engine.task_files import READ_BYTES, damaged_error

SKIPPABLE, SEEKABLE = 0x184D2A5E, 0x8F92EAB1
HEAD, ENTRY, TAIL = struct.Struct("<II"), struct.Struct("<II"), struct.Struct("<IBI")


class Frame(NamedTuple):
    """One frame of a file."""

    length: int
    content: int
    """Length of its content."""


class FrameWriter:
    """Compresses what is written to a stream, each write as a frame."""

    def __init__(self, stream: BinaryIO) -> None:
        """`stream` is closed by `close`."""
        self._stream, self._compressor = stream, frame_compressor()
        self._frames: list[Frame] = []

    def write(self, lines: bytes) -> int:
        """Write whole lines."""
        if lines:
            frame = self._compressor.compress(lines)
            self._frames.append(Frame(len(frame), len(lines)))
            self._stream.write(frame)
        return len(lines)

    def close(self) -> None:
        """Write the table, and close the stream."""
        with self._stream:
            entries = b"".join(ENTRY.pack(*frame) for frame in self._frames)
            table = entries + TAIL.pack(len(self._frames), 0, SEEKABLE)
            self._stream.write(HEAD.pack(SKIPPABLE, len(table)) + table)


def stored_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a compressed file that a task wrote. Raises DamagedError unless it is whole."""
    parts: list[bytes] = []
    for block in _stored_blocks(path):
        first, *others = block.split(b"\n")
        parts.append(first)
        if others:
            yield b"".join(parts)
            *whole_lines, last = others
            yield from whole_lines
            parts = [last]
    if any(parts):
        raise damaged_error(path)


def _stored_blocks(path: Path) -> Iterator[bytes]:
    """Yield the content of a compressed file that a task wrote. Raises DamagedError for one that is damaged."""
    import zstandard

    with open_regular(path) as stream:
        decompressor = zstandard.ZstdDecompressor()
        reader = decompressor.stream_reader(stream, read_size=READ_BYTES, read_across_frames=True)
        try:
            while block := reader.read(READ_BYTES):
                yield block
        except zstandard.ZstdError as error:
            raise _decompression_error(path, error) from None


def stored_lines_at(path: Path, starts: Sequence[int], ends: Sequence[int], size: int) -> Iterator[bytes]:
    """Yield the lines between these offsets, which ascend, of a file of this size; all are those of its content.

    Only frames that have some of them are decompressed. Raises DamagedError if one of these, or the table, is damaged.
    """
    with open_regular(path) as stream:
        frames = _frames_of(stream)
        if sum(frame.content for frame in frames) != size:
            raise damaged_error(path)
        ranges = zip(starts, ends, strict=True)
        start, end = next(ranges, (size, size))
        at = offset = 0
        for frame in frames:
            if start < at + frame.content:
                stream.seek(offset)
                content = _content_of(stream.read(frame.length), path)
                while start < at + frame.content:
                    if len(content) != frame.content or content[end - at : end - at + 1] != b"\n":
                        raise damaged_error(path)
                    yield content[start - at : end - at]
                    start, end = next(ranges, (size, size))
            at, offset = at + frame.content, offset + frame.length


def _frames_of(stream: BinaryIO) -> list[Frame]:
    """Return the frames by the table at the end of a file; none if there is no table."""
    size = stream.seek(0, 2)
    if size < HEAD.size + TAIL.size:
        return []
    stream.seek(size - TAIL.size)
    count, _, magic = TAIL.unpack(stream.read(TAIL.size))
    length = count * ENTRY.size
    if magic != SEEKABLE or length > size - TAIL.size - HEAD.size:
        return []
    stream.seek(size - TAIL.size - length)
    return [Frame(*entry) for entry in ENTRY.iter_unpack(stream.read(length))]


def _content_of(frame: bytes, path: Path) -> bytes:
    import zstandard

    try:
        return zstandard.ZstdDecompressor().decompress(frame)
    except zstandard.ZstdError as error:
        raise _decompression_error(path, error) from None


def _decompression_error(path: Path, error: Exception) -> Exception:
    """Return what to raise for a file that could not be decompressed."""
    return MemoryError() if is_out_of_memory(error) else damaged_error(path)
