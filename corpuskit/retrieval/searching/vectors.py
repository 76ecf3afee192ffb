"""Search by vectors: every one is looked at, a block at a time, so that nothing is missed and little is held."""

import sqlite3
from typing import Any

from corpuskit.core.errors import DamagedError, RemoteError
from corpuskit.retrieval.searching.ranking import ScoredId, best

__all__ = ["vector_hits"]

BLOCK_ROWS = 4096


def vector_hits(
    connection: sqlite3.Connection, vector: bytes, condition: tuple[str, dict[str, Any]], most: int
) -> list[ScoredId]:
    """Return the best hits by cosine among the documents that a condition admits; `vector` is float16, of length 1.

    Products are summed row by row, as a product of matrices would round by where a row stands. Raises RemoteError if
    the vector has other dimensions than those of the index.
    """
    import numpy as np

    asked = np.frombuffer(vector, "<f2").astype(np.float32)
    cursor = connection.execute(
        "SELECT documents.number, id, vector FROM vectors JOIN documents USING (number) "  # noqa: S608
        f"WHERE {condition[0]} ORDER BY vectors.number",
        condition[1],
    )
    hits: list[ScoredId] = []
    while rows := cursor.fetchmany(BLOCK_ROWS):
        _demand_dimensions({len(row[2]) if isinstance(row[2], bytes) else 0 for row in rows}, len(vector))
        block = np.frombuffer(b"".join(row[2] for row in rows), "<f2").reshape(len(rows), -1).astype(np.float32)
        if not np.isfinite(block).all() or not all(isinstance(row[1], str) for row in rows):
            raise DamagedError("the index is damaged: a vector or an id in it is none; make it anew")
        scores = (block * asked).sum(axis=1)
        least = hits[-1].score if len(hits) == most else -np.inf
        candidates = np.flatnonzero(scores >= least).tolist()
        hits = best(hits + [ScoredId(rows[i][0], rows[i][1], float(scores[i])) for i in candidates], most)
    return hits


def _demand_dimensions(sizes: set[int], asked_size: int) -> None:
    if len(sizes) > 1 or 0 in sizes:
        raise DamagedError("the index is damaged: its vectors have unlike dimensions; make it anew")
    if sizes != {asked_size}:
        raise RemoteError(
            f"the server gives a vector of {asked_size // 2} dimensions, and those of the index have "
            f"{sizes.pop() // 2}; check the server and its model"
        )
