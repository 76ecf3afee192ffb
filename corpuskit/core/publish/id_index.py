"""Which ids a shard holds, in a frame after its last line that zstd readers skip.

Skippable frames are part of the format (RFC 8878, 3.1.2): a magic number, a length, and bytes of the user's own. Ours
holds the hashes of the ids (the low 32 bits of xxh3, little-endian) in the order of the lines, their number, and a
mark. So one document among millions is found without decompressing the shards that it is not in.
"""

import struct
import sys
from array import array
from pathlib import Path

FRAME = 0x184D2A5B
MARK = b"cids"

_HEAD, _TAIL = struct.Struct("<II"), struct.Struct("<I4s")
_LOW = 0xFFFFFFFF
_START = b'{"id":"'
"""How a canonical line begins."""


class IdIndex:
    """The ids of a shard that is being written: 4 bytes each."""

    def __init__(self) -> None:
        """Start without ids."""
        self._hashes = array("I")

    def add(self, identifier: str) -> None:
        """Record the id of the next document."""
        self._hashes.append(_hash(_encoded(identifier)))

    def add_of_line(self, line: bytes) -> None:
        """Record the id of a document by its canonical line."""
        end = line.index(b'"', len(_START))
        encoded = line[len(_START) : end]
        if b"\\" in encoded:
            import orjson

            encoded = _encoded(orjson.loads(line)["id"])
        self._hashes.append(_hash(encoded))

    def frame(self) -> bytes:
        """Return the frame to write after the last line."""
        if sys.byteorder == "big":
            self._hashes.byteswap()
        body = self._hashes.tobytes() + _TAIL.pack(len(self._hashes), MARK)
        return _HEAD.pack(FRAME, len(body)) + body


def may_hold(path: Path, identifier: str) -> bool:
    """Whether a shard may hold a document of this id; True for every file that has no such frame."""
    with open(path, "rb") as stream:
        size = stream.seek(0, 2)
        if size < _HEAD.size + _TAIL.size:
            return True
        stream.seek(-_TAIL.size, 2)
        count, mark = _TAIL.unpack(stream.read(_TAIL.size))
        length = 4 * count + _TAIL.size
        if mark != MARK or size < _HEAD.size + length:
            return True
        stream.seek(-length - _HEAD.size, 2)
        if _HEAD.unpack(stream.read(_HEAD.size)) != (FRAME, length):
            return True
        hashes = stream.read(4 * count)
    hash_bytes = _hash(_encoded(identifier)).to_bytes(4, "little")
    offset = hashes.find(hash_bytes)
    while offset > 0 and offset % 4:
        offset = hashes.find(hash_bytes, offset + 1)
    return offset >= 0


def _encoded(identifier: str) -> bytes:
    return identifier.encode("utf-8", "surrogatepass")


def _hash(encoded: bytes) -> int:
    import xxhash

    return xxhash.xxh3_64_intdigest(encoded) & _LOW
