"""The compressions we read, with one decoder per member: gzip, zstd (with an archive's dictionary), bzip2, xz, LZ4.

Sources: RFC 1952; RFC 8878 and the IIPC's `.warc.zst` (a dictionary in a skippable frame in front); the bzip2 block
header; the .xz file format 1.2.1; the LZ4 frame format 1.6.
"""

import io
import zlib
from functools import cache
from typing import Any, ClassVar, Protocol, cast

MAX_WINDOW = 128 * 1024 * 1024
MAX_FRAME = 128 * 1024 * 1024
MAX_BLOCK = 4 * 1024 * 1024
MAX_DICTIONARY = 16 * 1024 * 1024
MAX_DICTIONARY_XZ = 256 * 1024 * 1024
"""Memory that one xz stream may ask for; `xz -9` asks for 65 MiB."""
SKIPPABLE = (0x184D2A50, 0x184D2A5F)
DICTIONARY_FRAME = 0x184D2A5D


class Decoder(Protocol):
    """One member: give it stored bytes until `eof`; what it did not need is in `unused_data`."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: Any, /) -> bytes: ...


class Codec:
    """How members of one compression are found and decoded."""

    name: ClassVar[str]
    ending: ClassVar[str]
    """How names of such files end."""
    magic: ClassVar[bytes]
    step: ClassVar[int] = 16 * 1024
    """Stored bytes to decode at once; small enough that a bomb cannot fill memory in one go."""

    @classmethod
    def errors(cls) -> tuple[type[Exception], ...]:
        """Return what decoders raise for damage: a method, so that only those who read a codec import its library."""
        raise NotImplementedError

    def starts(self, head: bytes | bytearray) -> bool:
        """Whether a member can start with these bytes."""
        return head.startswith(self.magic)

    def decoder(self) -> Decoder:
        """Return a decoder for the next member."""
        raise NotImplementedError

    def careful_decoder(self) -> Decoder:
        """Return a decoder that gives all it can before it fails."""
        return self.decoder()

    def skippable(self, head: bytes | bytearray) -> int:
        """Return how many bytes to skip that are valid here but are not a member; 0 if there are none."""
        return 0

    def learn(self, frame: bytes) -> None:
        """Learn what the next members need from such skipped bytes."""

    def has_checksum(self, head: bytes | bytearray) -> bool:
        """Whether the member that starts like this ends in a checksum of its content."""
        return True

    def holds_back(self, decoder: Decoder) -> bool:
        """Whether the decoder has more to give before it needs more stored bytes."""
        return False


class Gzip(Codec):
    """Decoded with ISA-L, which is three times as fast as zlib; what fails is tried again with zlib."""

    name, ending = "gzip", ".gz"
    magic = b"\x1f\x8b\x08"

    @classmethod
    def errors(cls) -> tuple[type[Exception], ...]:
        from isal import isal_zlib

        return (zlib.error, cast(type[Exception], isal_zlib.error))

    def starts(self, head: bytes | bytearray) -> bool:
        """Return whether a member starts here: RFC 1952 keeps three flag bits at zero."""
        return head.startswith(self.magic) and (len(head) < 4 or not head[3] & 0xE0)

    def decoder(self) -> Decoder:
        from isal import isal_zlib

        decoder: Decoder = isal_zlib.decompressobj(wbits=31)
        return decoder

    def careful_decoder(self) -> Decoder:
        return zlib.decompressobj(wbits=31)


class Zstd(Codec):
    """Frames, with the dictionary of the archive if it has one."""

    name, ending = "zstd", ".zst"
    magic = b"\x28\xb5\x2f\xfd"
    # A block of 4 stored bytes can stand for 128 KiB.
    step = 1024

    def __init__(self) -> None:
        import zstandard

        self._plain = self._maker = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW)

    @classmethod
    def errors(cls) -> tuple[type[Exception], ...]:
        from zstandard import ZstdError

        return (ZstdError,)

    def decoder(self) -> Decoder:
        return self._maker.decompressobj()

    def has_checksum(self, head: bytes | bytearray) -> bool:
        return len(head) > 4 and bool(head[4] & 0x04)

    def skippable(self, head: bytes | bytearray) -> int:
        if len(head) < 8 or not SKIPPABLE[0] <= int.from_bytes(head[:4], "little") <= SKIPPABLE[1]:
            return 0
        return 8 + int.from_bytes(head[4:8], "little")

    def learn(self, frame: bytes) -> None:
        """Adopt a dictionary, which may itself be a zstd frame."""
        import zstandard

        if int.from_bytes(frame[:4], "little") != DICTIONARY_FRAME or self._maker is not self._plain:
            return
        data = frame[8:]
        if len(data) < 8:
            return
        if data.startswith(self.magic):
            try:
                if zstandard.frame_content_size(data) > MAX_DICTIONARY:
                    return
                data = self._plain.decompress(data, max_output_size=MAX_DICTIONARY)
            except zstandard.ZstdError:
                # The frames that need it will not decompress, and that is reported.
                return
        dictionary = zstandard.ZstdCompressionDict(data)
        self._maker = zstandard.ZstdDecompressor(dict_data=dictionary, max_window_size=MAX_WINDOW)


class Bzip2(Codec):
    """Streams of blocks, each with its checksum."""

    name, ending = "bzip2", ".bz2"
    magic = b"BZh"

    @classmethod
    def errors(cls) -> tuple[type[Exception], ...]:
        return (OSError, ValueError)

    def starts(self, head: bytes | bytearray) -> bool:
        """Return whether a member starts here: a block size, and the first block or the end of an empty stream."""
        return head.startswith(self.magic) and bytes(head[4:10]) in (b"1AY&SY", b"\x17rE8P\x90")

    def decoder(self) -> Decoder:
        import bz2

        return _BoundedStream(bz2.BZ2Decompressor())

    def holds_back(self, decoder: Decoder) -> bool:
        return isinstance(decoder, _BoundedStream) and decoder.holds_back


class Xz(Codec):
    """Streams of blocks, with a checksum of each block unless the stream's flags say that there is none."""

    name, ending = "xz", ".xz"
    magic = b"\xfd7zXZ\x00"

    @classmethod
    def errors(cls) -> tuple[type[Exception], ...]:
        return (OSError, EOFError)

    def has_checksum(self, head: bytes | bytearray) -> bool:
        return len(head) > 7 and bool(head[7] & 0x0F)

    def decoder(self) -> Decoder:
        return _XzStream()

    def holds_back(self, decoder: Decoder) -> bool:
        return isinstance(decoder, _BoundedStream) and decoder.holds_back


class _BoundedStream:
    """Decodes a bounded amount at a time: 45 stored bytes can stand for 45 million."""

    def __init__(self, decoder: Any) -> None:
        """`decoder` is one of the standard library, which takes a most number of bytes to give."""
        self._decoder = decoder

    @property
    def eof(self) -> bool:
        return bool(self._decoder.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._decoder.unused_data)

    @property
    def holds_back(self) -> bool:
        return not (self._decoder.eof or self._decoder.needs_input)

    def decompress(self, data: Any, /) -> bytes:
        """Return up to `MAX_BLOCK` bytes; the rest comes with the next call."""
        return bytes(self._decoder.decompress(data, MAX_BLOCK))


class _XzStream(_BoundedStream):
    """A stream of xz, whose errors are passed on as OSError: lzma is imported by those alone who read xz."""

    def __init__(self) -> None:
        import lzma

        super().__init__(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MAX_DICTIONARY_XZ))

    def decompress(self, data: Any, /) -> bytes:
        import lzma

        try:
            return super().decompress(data)
        except lzma.LZMAError as error:
            raise OSError(str(error)) from None


class Lz4(Codec):
    """Frames, decoded whole."""

    name, ending = "LZ4", ".lz4"
    magic = b"\x04\x22\x4d\x18"

    @classmethod
    def errors(cls) -> tuple[type[Exception], ...]:
        return (OSError,)

    def has_checksum(self, head: bytes | bytearray) -> bool:
        return len(head) > 4 and bool(head[4] & 0x04)

    def decoder(self) -> Decoder:
        return _Lz4Frame()


class _Lz4Frame:
    """Collects one LZ4 frame by its block sizes, then decodes it in one go."""

    def __init__(self) -> None:
        self._frame = bytearray()
        self._next = 0
        self._block_sum = self._content_sum = 0
        self.eof = False
        self.unused_data = b""

    def decompress(self, data: bytes, /) -> bytes:
        """Return nothing until the frame is complete. Raises OSError if it is broken."""
        self._frame += data
        if len(self._frame) > MAX_FRAME:
            raise OSError("the LZ4 frame is too large")
        if not self._complete():
            return b""
        self.eof = True
        self.unused_data = bytes(self._frame[self._next :])
        return self._decode(bytes(self._frame[: self._next]))

    def _complete(self) -> bool:
        if not self._next and not self._header():
            return False
        while self._next + 4 <= len(self._frame):
            size = int.from_bytes(self._frame[self._next : self._next + 4], "little")
            after = (size & 0x7FFFFFFF) + self._block_sum if size else self._content_sum
            if self._next + 4 + after > len(self._frame):
                return False
            self._next += 4 + after
            if size == 0:
                return True
        return False

    def _header(self) -> bool:
        if len(self._frame) < 7:
            return False
        flags = self._frame[4]
        if flags >> 6 != 1:
            raise OSError("not an LZ4 frame of version 1")
        self._block_sum = 4 if flags & 0x10 else 0
        self._content_sum = 4 if flags & 0x04 else 0
        self._next = 7 + (8 if flags & 0x08 else 0) + (4 if flags & 0x01 else 0)
        return True

    @staticmethod
    def _decode(frame: bytes) -> bytes:
        from fastwarc.stream_io import Lz4Reader

        output = bytearray()
        reader = Lz4Reader(io.BytesIO(frame))
        while block := reader.read(1024 * 1024):
            output += block
            if len(output) > MAX_FRAME:
                raise OSError("the LZ4 frame is too large")
        return bytes(output)


CODECS: tuple[type[Codec], ...] = (Gzip, Zstd, Bzip2, Xz, Lz4)


def codec_of(head: bytes | bytearray) -> Codec | None:
    """Return the compression of a file that starts with these bytes; None for a plain file."""
    if not head or head[0] not in _first_bytes():
        return None
    for codec in _unused_codecs():
        if codec.starts(head) or codec.skippable(head):
            return type(codec)()
    return None


@cache
def _first_bytes() -> frozenset[int]:
    """Return with which bytes a member or a skippable frame can start: few files have to be looked at closely."""
    skippable = (magic & 0xFF for magic in range(SKIPPABLE[0], SKIPPABLE[1] + 1))
    return frozenset((*(codec.magic[0] for codec in CODECS), *skippable))


@cache
def _unused_codecs() -> tuple[Codec, ...]:
    """Return one of each, to ask how files start: making a decompressor for each of many plain files takes longer."""
    return tuple(kind() for kind in CODECS)
