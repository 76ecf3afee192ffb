"""The decompressed bytes of any container, whole or damaged: gzip, zstd, bzip2, xz, LZ4, plain; known by content.

What a library would pass off as a normal end of file is reported as damage, and after damage reading goes on at
the next member that can be decompressed, so that one bad member costs its neighbours nothing.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from corpuskit.core.reading.members import Damaged

GAP = b""
"""Stands in the stream of blocks where bytes are missing."""


MOST_EXPANDED = 4
"""How many members of one file may expand out of proportion before the rest of it is given up."""


def decompressed_blocks(
    stream: BinaryIO, damaged: "Damaged", name: str = "", plain_chunk: int | None = None
) -> Iterator[bytes]:
    """Yield decompressed bytes in order, and `GAP` wherever damage lost some. Damage is reported, never raised.

    The name does not matter for bytes that could be text; but binary bytes under the name of a compressed file are
    taken for one whose beginning is damaged. `plain_chunk` bytes are read at a time of a file that is not compressed.
    """
    from corpuskit.core.reading.members import CHUNK, EXPANDS, FREE_BYTES, RATIO, members_of

    members = members_of(stream, damaged, name, plain_chunk=plain_chunk or CHUNK)
    total = expanded = 0
    while members.open_next():
        if not members.follows_whole_member:
            yield GAP
        member_bytes = 0
        while block := members.read():
            yield block
            member_bytes += len(block)
        if members.fault:
            yield GAP
        if members.fault == EXPANDS and expanded < MOST_EXPANDED:
            # One such member is no reason to give up those after it, unless there are more of its kind.
            expanded += 1
        else:
            total += member_bytes
        if total > FREE_BYTES and total > RATIO * members.consumed:
            damaged(f"expands more than {RATIO}-fold; the rest of it was not read", members.consumed, 0)
            yield GAP
            return
