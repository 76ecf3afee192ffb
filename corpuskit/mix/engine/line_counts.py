"""Counts of many lines at once, from numbers that were noted of each when it was read."""

from typing import TYPE_CHECKING, Any

from corpuskit.core.counts import StreamCount

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIGEST_BYTES = 16


def digest_bytes(digest: int) -> bytes:
    """Return a line's digest as it is noted."""
    return digest.to_bytes(DIGEST_BYTES, "little")


def noted_count(lengths: "NDArray[Any]", digests: "NDArray[Any]") -> StreamCount:
    """Return the count of lines with these lengths, without line feeds, and digests, of `DIGEST_BYTES` each.

    >>> import numpy
    >>> digests = numpy.frombuffer(digest_bytes(7) + digest_bytes((1 << 128) - 3), "|u1").reshape(2, -1)
    >>> noted_count(numpy.array([10, 20]), digests)
    StreamCount(documents=2, bytes=32, digest=4)
    """
    import numpy

    quarters = numpy.ascontiguousarray(digests).view("<u4").reshape(-1, 4).sum(axis=0, dtype="<u8").tolist()
    total = sum(quarter << (32 * number) for number, quarter in enumerate(quarters))
    return StreamCount(len(lengths), int(lengths.sum()) + len(lengths), total % (1 << 128))
