"""A file as the members it was stored in: gzip members, zstd or LZ4 frames, bzip2 or xz streams, or one span of bytes.

Damage does not spread beyond its member. In a web archive every record has a member of its own, so the member's byte
offset is also the record's address. Each member is checked to its end; after a broken one, reading goes on at the next
member that decompresses. This needs no seeking: a pipe will do. The bytes of the current member are kept, up to
16 MiB, to be searched again if it turns out to be broken.
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol

from corpuskit.core.errors import is_out_of_memory
from corpuskit.core.reading.codecs import CODECS, Codec, codec_of

STEP = 16 * 1024
CHUNK = 256 * 1024
WINDOW = 16 * 1024 * 1024
PROBED = 1024
RATIO = 250
MUCH = 8 * 1024 * 1024
SMALL_STEP = 1024
"""Stored bytes to decode at once after bytes that expanded to a lot."""
EXPANDS = "expands"
FREE_BYTES = 256 * 1024 * 1024

_BINARY = bytes((*range(9), *range(0x0E, 0x1B), *range(0x1C, 0x20)))
"""Bytes that no text has."""

Damaged = Callable[[str, int, int], None]
"""Called with damage: what it is, at which stored byte, and how many stored bytes are lost."""


class Members(Protocol):
    """What a reader of records needs from a file: its members in order, each as decompressed chunks."""

    start: int
    """Stored offset at which the open member starts."""
    consumed: int
    """Stored offset up to which it has been read."""
    fault: str
    """Why the open member ended early: `cut`, `corrupt`, `expands`; empty as long as it is whole."""
    follows_whole_member: bool
    """Whether the open member comes right after a whole one."""
    has_whole_record: bool
    """Set by the reader once it has a whole record of the open member."""
    checked: bool
    """Whether a checksum vouches for the content of the open member."""
    plain: bool
    """Whether stored and decompressed offsets are the same."""

    def open_next(self) -> bool:
        """Open the next member; False at the end of the file."""
        ...

    def read(self) -> bytes:
        """Return the next decompressed bytes of the open member; empty at its end."""
        ...

    def rewind(self, offset: int) -> bool:
        """Go back to an offset of the open member; False if the file does not allow it."""
        ...


def _starts_plain(head: bytes) -> bool:
    """Whether a file that starts like this is not compressed: text, or an archive, which may hold compressed files."""
    # Nothing finds one of many bytes as quickly as leaving them out does.
    is_text = len(head.translate(None, _BINARY)) == len(head)
    return is_text or head[257:262] == b"ustar" or head.startswith(b"PK\x03\x04")


def members_of(
    stream: BinaryIO,
    damaged: Damaged,
    name: str = "",
    plain: Callable[[bytes], bool] = _starts_plain,
    plain_chunk: int = CHUNK,
) -> Members:
    """Return the members of a stream, whose compression its first bytes show.

    If they show none, and by `plain` are not how a plain file starts either, the first member may be damaged: the
    compression is then that of the file's name, or of the first member found whose content starts like a plain file.
    Of a file that is not compressed, `plain_chunk` bytes are read at a time.
    """
    stored = StoredBytes(stream)
    head = bytes(stored.at(0, STEP))
    codec = codec_of(head)
    if codec is None and head and not plain(head):
        codec = _codec_of_name(name) or _codec_within(stored.at(0, CHUNK), plain)
    return CompressedFile(stored, codec, damaged) if codec else PlainFile(stored, stream, plain_chunk)


def is_plain(data: bytes) -> bool:
    """Whether a file that starts with these bytes is read as it is, by its content, whatever its name says."""
    head = data[:STEP]
    return codec_of(head) is None and (not head or _starts_plain(head))


def _codec_of_name(name: str) -> Codec | None:
    return next((kind() for kind in CODECS if name.endswith(kind.ending)), None)


def _codec_within(data: bytearray, plain: Callable[[bytes], bool]) -> Codec | None:
    candidates = []
    for codec in CODECS:
        offset = data.find(codec.magic)
        while offset >= 0:
            first = _first_bytes(codec, data[offset : offset + STEP])
            if first and plain(first):
                candidates.append((offset, codec))
                break
            offset = data.find(codec.magic, offset + 1)
    return min(candidates, key=lambda item: item[0])[1]() if candidates else None


def _first_bytes(codec: type[Codec], data: bytearray) -> bytes:
    try:
        return codec().careful_decoder().decompress(data)
    except codec.errors():
        return b""


class StoredBytes:
    """The bytes of a stream by offset, read forward only; bytes before the offset given to `forget` are gone."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._buffer = bytearray()
        self._base = 0
        self._ended = False

    @property
    def first(self) -> int:
        """The lowest offset that is still in memory."""
        return self._base

    def at(self, offset: int, size: int) -> bytearray:
        """Return up to `size` bytes from an offset; fewer only at the end of the stream."""
        while offset + size > self._base + len(self._buffer) and not self._ended:
            chunk = self._stream.read(CHUNK)
            self._buffer += chunk
            self._ended = not chunk
        index = offset - self._base
        return self._buffer[index : index + size]

    def rest(self, offset: int, size: int) -> bytes:
        """Return the next bytes from an offset, if none before it are needed: those in memory, else up to `size`."""
        buffered = bytes(self._buffer[offset - self._base :])
        self._buffer.clear()
        self._base = offset + len(buffered)
        if buffered or self._ended:
            return buffered
        chunk = self._stream.read(size)
        self._base += len(chunk)
        self._ended = not chunk
        return chunk

    def forget(self, offset: int) -> None:
        """Let go of everything before an offset."""
        surplus = offset - self._base
        if surplus > CHUNK:
            del self._buffer[:surplus]
            self._base = offset

    def restart(self, offset: int) -> None:
        """Read on from an offset that the stream itself has been moved to."""
        self._buffer.clear()
        self._base, self._ended = offset, False


class PlainFile:
    """A file that is not compressed: one member."""

    plain = True
    fault = ""
    follows_whole_member = True
    has_whole_record = False
    checked = False
    start = 0

    def __init__(self, stored: StoredBytes, stream: BinaryIO, chunk: int) -> None:
        self._stored = stored
        self._stream = stream
        self._chunk = chunk
        self._is_open = False
        self.consumed = 0

    def open_next(self) -> bool:
        was_open, self._is_open = self._is_open, True
        return not was_open and bool(self._stored.at(0, 1))

    def read(self) -> bytes:
        chunk = self._stored.rest(self.consumed, self._chunk)
        self.consumed += len(chunk)
        return chunk

    def rewind(self, offset: int) -> bool:
        if not self._stream.seekable():
            return False
        self._stream.seek(offset)
        self._stored.restart(offset)
        self.consumed = offset
        return True


class CompressedFile:
    """A file of gzip members, zstd frames or LZ4 frames."""

    plain = False

    def __init__(self, stored: StoredBytes, codec: Codec, damaged: Damaged, start: int = 0) -> None:
        self._stored = stored
        self._codec = codec
        self._damaged = damaged
        self._output_bytes = 0
        self._searched = 0
        self._ended = True
        self.start = self.consumed = start
        self.fault = ""
        self.follows_whole_member = True
        self.has_whole_record = self.checked = False

    def open_next(self) -> bool:
        position = self.consumed
        self.follows_whole_member = not self.fault
        if self.fault:
            position = self._skip_damage()
        start = self._skip_to_member(position)
        if start is None:
            return False
        self.start = self.consumed = start
        self._stored.forget(start)
        self._decoder = self._codec.decoder()
        self._step = min(self._codec.step, SMALL_STEP)
        self.checked = self._codec.has_checksum(self._stored.at(start, 16))
        self._output_bytes, self.fault, self._ended, self.has_whole_record = 0, "", False, False
        return True

    def read(self) -> bytes:
        while not self._ended:
            held_back = self._codec.holds_back(self._decoder)
            stored = bytearray() if held_back else self._stored.at(self.consumed, self._step)
            if not stored and not held_back:
                return self._break("cut", self._salvage(0))
            try:
                output = self._decoder.decompress(stored)
            except self._codec.errors() as error:
                if is_out_of_memory(error):
                    raise MemoryError from error
                return self._break("corrupt", self._salvage(len(stored)))
            self._ended = self._decoder.eof
            self._step = self._codec.step if len(output) < MUCH else min(self._codec.step, SMALL_STEP)
            self.consumed += len(stored) - (len(self._decoder.unused_data) if self._ended else 0)
            self._output_bytes += len(output)
            self._stored.forget(self.consumed - WINDOW)
            if self._output_bytes > FREE_BYTES and self._output_bytes > RATIO * (self.consumed - self.start):
                return self._break(EXPANDS, output)
            if output:
                return output
        return b""

    def rewind(self, offset: int) -> bool:
        return False

    def _break(self, fault: str, last: bytes = b"") -> bytes:
        self.fault, self._ended = fault, True
        return last

    def _salvage(self, failed: int) -> bytes:
        """Decode the last bytes one by one, with a decoder that has read the same bytes as the failed one."""
        if self._stored.first > self.start:
            return b""
        decoder = self._codec.careful_decoder()
        saved, decoded_bytes = bytearray(), 0
        try:
            for offset, size in self._slices(failed):
                output = decoder.decompress(self._stored.at(offset, size))
                saved += output[max(self._output_bytes - decoded_bytes, 0) :]
                decoded_bytes += len(output)
        except self._codec.errors():
            pass
        return bytes(saved)

    def _slices(self, failed: int) -> Iterator[tuple[int, int]]:
        """Yield offset and size: large up to what failed, then single bytes, since a failing call returns nothing."""
        for offset in range(self.start, self.consumed, STEP):
            yield offset, min(STEP, self.consumed - offset)
        for offset in range(self.consumed, self.consumed + failed):
            yield offset, 1

    def _skip_damage(self) -> int:
        """Report the broken member; return where the next whole one starts, or the end of the file."""
        self._searched += self.consumed - self.start
        position = max(self.start + 1, self._stored.first)
        if self._searched > self.consumed + WINDOW:
            # A file made of members within members would otherwise be read over and over.
            position = max(position, self.consumed)
        next_start = self.find_member(position)
        what = {
            "cut": f"the file is cut within a {self._codec.name} member",
            "corrupt": f"a {self._codec.name} member does not decompress or fails its checksum",
            "expands": f"a {self._codec.name} member expands more than {RATIO}-fold",
        }[self.fault]
        lost_from = self.consumed if self.has_whole_record else self.start
        self._damaged(what, lost_from, next_start - lost_from)
        self.fault = ""
        self.start = self.consumed = next_start
        return next_start

    def _skip_to_member(self, position: int) -> int | None:
        while head := self._stored.at(position, 16):
            if self._codec.starts(head):
                return position
            skip = self._codec.skippable(head)
            if skip:
                self._codec.learn(bytes(self._stored.at(position, min(skip, WINDOW))))
                if not self._stored.at(position + skip - 1, 1):
                    self._damaged("the file is cut within a frame", position, skip)
                position += skip
                self._stored.forget(position)
                continue
            next_start = self.find_member(position)
            if not self._only_padding(position, next_start):
                self._damaged("bytes between members that belong to none", position, next_start - position)
                self.follows_whole_member = False
            position = next_start
        self.start = self.consumed = position
        return None

    def _only_padding(self, position: int, end: int) -> bool:
        return end - position <= WINDOW and not any(self._stored.at(position, end - position))

    def find_member(self, position: int, limit: int | None = None) -> int:
        """Return the first offset from here on where a member decompresses; the end of the file if there is none.

        A member after `limit` need not be found: any offset after it may be returned.
        """
        magic, look = self._codec.magic, CHUNK + PROBED
        while (limit is None or position < limit) and (window := self._stored.at(position, look)):
            # The last bytes of a window are looked at with the next one, so that every probe sees enough.
            end = len(window) if len(window) < look else CHUNK
            index = window.find(magic, 0, end)
            while index >= 0:
                if self._probe(window[index : index + PROBED]):
                    return position + index
                index = window.find(magic, index + 1, end)
            if end < CHUNK:
                return position + end
            position += end - len(magic) + 1
            self._stored.forget(position - WINDOW)
        return position

    def _probe(self, head: bytearray) -> bool:
        if not self._codec.starts(head):
            return False
        try:
            self._codec.careful_decoder().decompress(head)
        except self._codec.errors() as error:
            if is_out_of_memory(error):
                raise MemoryError from error
            return False
        return True
