"""A checksum of all bytes of an index, in its head: it shows damage that no command happens to read.

It stands where SQLite leaves 4 bytes to the program (https://www.sqlite.org/fileformat.html, 1.3.16: "user version").
Whoever changes the file on purpose can write another, so what it vouches for is that nothing else did.
"""

from pathlib import Path

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.regular_file import open_regular
from corpuskit.core.errors import cannot_read
from corpuskit.formats.search_index.layout import damaged_index

__all__ = ["demand_seal", "remove_seal", "write_seal"]

_OFFSET, _BYTES = 60, 4
_NO_SEAL = bytes(_BYTES)
"""Of an index that was last written with erasure deferred, which has to cost little, or before there were seals."""
_BLOCK_BYTES = 128 * 1024
"""Read at a time: what a processor keeps near."""


def write_seal(path: Path) -> None:
    """Let a file that is no longer written to have its checksum in its head."""
    _, seal = _seals(path)
    _write(path, seal)


def remove_seal(path: Path) -> None:
    """Let a file have no checksum."""
    _write(path, _NO_SEAL)


def demand_seal(path: Path) -> None:
    """Raise DamagedError for an index whose bytes are not those that were written; for that, all of it is read.

    Raises PublishError if it cannot be read.
    """
    try:
        written, seal = _seals(path)
    except OSError as error:
        raise cannot_read(path, error) from None
    if written not in (seal, _NO_SEAL):
        raise damaged_index(path, "its bytes are not those that corpuskit wrote")


def _seals(path: Path) -> tuple[bytes, bytes]:
    """Return the seal that a file has, and the one that it should have."""
    import xxhash

    hash_ = xxhash.xxh3_64()
    block = memoryview(bytearray(_BLOCK_BYTES))
    with open_regular(path, follow_links=True) as buffered:
        stream = buffered.raw
        size = stream.readinto(block)
        written = bytes(block[_OFFSET : _OFFSET + _BYTES])
        block[_OFFSET : _OFFSET + _BYTES] = _NO_SEAL
        while size:
            hash_.update(block[:size])
            size = stream.readinto(block)
    seal = hash_.digest()[:_BYTES]
    return written, seal if seal != _NO_SEAL else b"\1" + _NO_SEAL[1:]


def _write(path: Path, seal: bytes) -> None:
    with filesystem.open_update(path) as stream:
        stream.seek(_OFFSET)
        stream.write(seal)
