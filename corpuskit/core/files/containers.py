"""The one reader of compressed containers: gzip, zstd, bzip2 or plain, told by content, never by name.

A container is a row of members (gzip), frames (zstd) or streams (bzip2). Each must reach its own end; what a library
would pass off as a normal end of file is reported as damage. Behind damage the reader looks for the next member that
can be decompressed and goes on there, so that one bad member costs its neighbours nothing.

Formats: RFC 1952 (gzip), RFC 8878 (zstd), the bzip2 block header.
"""

import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

CHUNK = 64 * 1024
RETAINED = 64 * 1024 * 1024
RATIO = 250
RATIO_APPLIES_BEYOND = 256 * 1024 * 1024

Damaged = Callable[[str, int, int], None]
"""Called with what is wrong, the byte in the stored file, and how many stored bytes were lost."""


@dataclass(frozen=True)
class Codec:
    """How one kind of container is recognised, decompressed and found again behind damage."""

    name: str
    opening: bytes
    """What a file of this kind starts with; shorter than the magic, so that damage in the rest of it is seen."""
    magic: "re.Pattern[bytes]"
    start: Callable[[], Any]
    ending: str
    feed: int = CHUNK


def sniff(head: bytes, name: str = "") -> Codec | None:
    """The codec that these first bytes show; None for plain bytes.

    The name decides nothing for bytes that could be text; but binary bytes under the name of a compressed file are one
    whose opening is damaged.
    """
    for codec in CODECS:
        if head.startswith(codec.opening) or codec.magic.match(head):
            return codec
    if _CONTROL.search(head):
        return next((codec for codec in CODECS if name.endswith(codec.ending)), None)
    return None


class Window:
    """A stored stream that can go back to any byte since the last `mark`.

    Seekable streams seek. Others keep what was read since the mark, up to 64 MiB: behind damage in a longer member
    the search for the next one starts at the oldest byte still held.
    """

    def __init__(self, raw: BinaryIO) -> None:
        """Start at the stream's present position, which counts as byte 0 if it cannot tell."""
        self._raw = raw
        self._seekable = raw.seekable()
        self._held = bytearray()
        self._held_from = 0
        self.position = 0

    def mark(self) -> None:
        """Bytes before the present position will not be asked for again."""
        if not self._seekable:
            del self._held[: self.position - self._held_from]
            self._held_from = self.position

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; fewer only at the end of the stream or of what is held."""
        if self._seekable:
            data = self._raw.read(size)
        else:
            data = self._read_held(size)
        self.position += len(data)
        return data

    def go_to(self, position: int) -> None:
        """Continue reading at this byte, or at the oldest one held."""
        if self._seekable:
            self._raw.seek(position)
            self.position = position
        else:
            self.position = max(position, self._held_from)

    def _read_held(self, size: int) -> bytes:
        at = self.position - self._held_from
        if at == len(self._held):
            self._held += self._raw.read(size)
            surplus = len(self._held) - RETAINED
            if surplus > 0 and surplus <= at:
                del self._held[:surplus]
                self._held_from += surplus
                at -= surplus
        return bytes(self._held[at : at + size])


GAP = b""
"""Stands in the stream of blocks where bytes are missing."""


def blocks(raw: BinaryIO, damaged: Damaged, name: str = "") -> Iterator[bytes]:
    """Decompressed bytes in order; `GAP` wherever damage cost some. Damage is reported, never raised."""
    window = Window(raw)
    head = window.read(CHUNK)
    codec = sniff(head, name)
    if codec is None:
        while head:
            yield head
            window.mark()
            head = window.read(CHUNK)
        return
    window.go_to(0)
    yield from _guarded(_members(window, codec, damaged), window, damaged)


def _members(window: Window, codec: Codec, damaged: Damaged) -> Iterator[bytes]:
    while True:
        window.mark()
        start = window.position
        if not _skip_padding(window, codec):
            return
        error = yield from _member(window, codec)
        if error is None:
            continue
        found = _next_member(window, codec, start + 1)
        end = window.position if found is None else found
        damaged(f"{codec.name}: {error}", start, end - start)
        yield GAP
        if found is None:
            return


def _member(window: Window, codec: Codec) -> Generator[bytes, None, str | None]:
    """Yield one member's bytes; return what is wrong with it, or None."""
    decompressor = codec.start()
    while True:
        data = window.read(codec.feed)
        if not data:
            return "the file ends inside a member"
        try:
            block = decompressor.decompress(data)
        except Exception as error:  # each library raises its own type
            return _plain(error)
        if block:
            yield block
        if decompressor.eof:
            window.go_to(window.position - len(decompressor.unused_data))
            return None


def _skip_padding(window: Window, codec: Codec) -> bool:
    """Step over NUL padding and skippable zstd frames; False at the end of the file."""
    while True:
        start = window.position
        head = window.read(CHUNK)
        if not head:
            return False
        body = head.lstrip(b"\0")
        if codec.name == "zstd" and SKIPPABLE.match(body) and len(body) >= 8:
            length = int.from_bytes(body[4:8], "little")
            _skip(window, start + len(head) - len(body), 8 + length)
        elif body:
            window.go_to(start + len(head) - len(body))
            return True


def _skip(window: Window, position: int, length: int) -> None:
    window.go_to(position)
    while length > 0:
        data = window.read(min(length, CHUNK))
        if not data:
            return
        length -= len(data)
        window.mark()


def _next_member(window: Window, codec: Codec, position: int) -> int | None:
    """The next byte at which a member starts that can be decompressed, and go there."""
    window.go_to(position)
    overlap = b""
    while True:
        data = window.read(CHUNK)
        if not data:
            return None
        here = window.position
        searched = overlap + data
        base = here - len(searched)
        for match in codec.magic.finditer(searched):
            if _starts_member(window, codec, base + match.start()):
                window.go_to(base + match.start())
                return base + match.start()
        window.go_to(here)
        overlap = searched[-9:]


def _starts_member(window: Window, codec: Codec, position: int) -> bool:
    window.go_to(position)
    try:
        return bool(codec.start().decompress(window.read(codec.feed)))
    except Exception:  # each library raises its own type
        return False


def _guarded(stream: Iterator[bytes], window: Window, damaged: Damaged) -> Iterator[bytes]:
    """Stop a stream that grows beyond what honest data does (a decompression bomb)."""
    total = 0
    for block in stream:
        total += len(block)
        if total > RATIO_APPLIES_BEYOND and total > RATIO * window.position:
            damaged(f"expands more than {RATIO} times", window.position, 0)
            yield GAP
            return
        yield block


def _plain(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


def _gzip() -> Any:
    from isal import igzip_lib

    return igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)


def _zstd() -> Any:
    import zstandard

    return zstandard.ZstdDecompressor(max_window_size=128 * 1024 * 1024).decompressobj()


def _bzip2() -> Any:
    import bz2

    return bz2.BZ2Decompressor()


SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
CODECS = (
    Codec("gzip", b"\x1f\x8b", re.compile(rb"\x1f\x8b\x08[\x00-\x1f]", re.DOTALL), _gzip, ".gz"),
    # A zstd run of equal bytes costs four bytes for 128 KiB, so small feeds bound what one call can return.
    Codec(
        "zstd",
        b"\x28\xb5\x2f\xfd",
        re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),
        _zstd,
        ".zst",
        feed=8 * 1024,
    ),
    Codec("bzip2", b"BZh", re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"), _bzip2, ".bz2"),
)
