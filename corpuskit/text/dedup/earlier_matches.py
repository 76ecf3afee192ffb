"""The matches of one band among documents that an earlier run had already, so that they are not compared again.

Later documents never lead earlier ones. So if new documents come after all others, what the others matched stays:
within a band, a document matches the leader that was noted for it, and none of those that were asked before.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpuskit.core.disk.regular_file import open_regular

if TYPE_CHECKING:
    from corpuskit.core.disk.block_file import BlockFile
    from corpuskit.text.dedup.entries import Entries
    from corpuskit.text.dedup.matching import Flags
    from corpuskit.text.dedup.minhash import Ranks, Similarities

MOST_MATCHES = 1 << 19
"""More matches are not gone on from: they are held in memory, 24 bytes each, and twice while they are sorted."""
UNLIKE = -1.0
"""Similarity of documents that an earlier run found too different."""


def signed_facts(signatures: Sequence[Path]) -> dict[str, Any]:
    """Return what a file of matches says of the files that were compared, whose names say what is in them."""
    return {"files": len(signatures), "sha256": _digest(signatures)}


class EarlierMatches:
    """What a band's matches were before the last files came in."""

    def __init__(self, file: "BlockFile", start: int, end: int) -> None:
        """The matches in `file` are those of the documents from rank `start` to before `end`."""
        import numpy

        ranks = file.load("place")[:, 0]
        order = numpy.argsort(ranks, kind="stable")
        self._start, self._end, self._ranks = start, end, ranks[order]
        self._leaders = file.load("leader")[:, 0][order]
        self._similarities = file.load("similarity")[:, 0][order]

    @classmethod
    def in_file(cls, path: Path, entries: "Entries", signatures: Sequence[Path]) -> "EarlierMatches | None":
        """Return the matches in a file; None unless they are those of the first of these signatures, and not many."""
        from corpuskit.core.disk.block_file import BlockFile

        with open_regular(path) as stream:
            file = BlockFile(stream, path.name)
            files = file.attributes["files"]
            if len(file) > MOST_MATCHES or not 0 < files <= len(signatures):
                return None
            if file.attributes["sha256"] != _digest(signatures[:files]):
                return None
            first, documents = entries.part(files - 1)
            return cls(file, entries.start, entries.start + first + documents)

    def computed(self, leaders: "Ranks", ranks: "Ranks") -> "tuple[Similarities, Flags]":
        """Return the similarities of documents and their leaders, and of which of them they are known."""
        import numpy

        is_computed = (ranks >= self._start) & (ranks < self._end)
        similarities = numpy.where(is_computed, UNLIKE, 0.0)
        if len(self._ranks):
            at = numpy.minimum(numpy.searchsorted(self._ranks, ranks), len(self._ranks) - 1)
            matched = is_computed & (self._ranks[at] == ranks) & (self._leaders[at] == leaders)
            similarities[matched] = self._similarities[at][matched]
        return similarities, is_computed


def _digest(signatures: Sequence[Path]) -> str:
    return hashlib.sha256("\n".join(path.name for path in signatures).encode()).hexdigest()
