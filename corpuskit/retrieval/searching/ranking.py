"""What a search gives: numbers of documents, best first, and how two such lists become one."""

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["RANK_OFFSET", "ScoredId", "best", "fused"]

RANK_OFFSET = 60
"""`k` of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009)."""


class ScoredId(NamedTuple):
    """One document that was found."""

    number: int
    """In the index."""
    id: str
    score: float
    """The higher, the better; what it means depends on the kind of search."""


def best(hits: Sequence[ScoredId], most: int) -> list[ScoredId]:
    """Return the best hits, those of equal scores by id: numbers differ between indexes of the same documents.

    >>> [hit.id for hit in best([ScoredId(1, "b", 0.5), ScoredId(2, "a", 0.5), ScoredId(3, "c", 0.7)], 2)]
    ['c', 'a']
    """
    return sorted(hits, key=lambda hit: (-hit.score, hit.id))[:most]


def fused(lists: Sequence[Sequence[ScoredId]], most: int) -> list[ScoredId]:
    """Return the best hits by reciprocal rank: the sum of 1 / (60 + rank) over the lists that have the document.

    >>> lists = [[ScoredId(1, "a", 9), ScoredId(2, "b", 8)], [ScoredId(2, "b", 0.3)]]
    >>> [(hit.id, round(hit.score, 4)) for hit in fused(lists, 2)]
    [('b', 0.0325), ('a', 0.0164)]
    """
    scores: dict[tuple[int, str], float] = {}
    for hits in lists:
        for rank, hit in enumerate(hits, 1):
            key = (hit.number, hit.id)
            scores[key] = scores.get(key, 0.0) + 1 / (RANK_OFFSET + rank)
    return best([ScoredId(*key, score) for key, score in scores.items()], most)
