"""Search by words: BM25 of FTS5 over text and title.

A query is plain words. None of the syntax of FTS5 reaches it: each word is quoted, and any of them may match.
"""

import re
import sqlite3
from typing import Any

from corpuskit.retrieval.searching.ranking import ScoredId

__all__ = ["lexical_hits", "match_expression"]

MOST_WORDS = 1000
"""Different words of a query that are looked for, the first ones."""
TITLE_WEIGHT = 2.0
"""Of a word in the title, where one in the text has 1."""
_WORD = re.compile("(?:[^\\W_]|[\u0300-\u036f])+")


def match_expression(query: str) -> str:
    """Return the words of a query, quoted and joined by OR; empty if it has none.

    >>> match_expression('col:umn AND "lift" NOT (x*)^')
    '"col" OR "umn" OR "AND" OR "lift" OR "NOT" OR "x"'
    """
    words = dict.fromkeys(_WORD.findall(query))
    return " OR ".join(f'"{word}"' for word in list(words)[:MOST_WORDS])


def lexical_hits(
    connection: sqlite3.Connection, query: str, condition: tuple[str, dict[str, Any]], most: int
) -> list[ScoredId]:
    """Return the best hits among the documents that a condition admits."""
    expression = match_expression(query)
    if not expression:
        return []
    rows = connection.execute(
        f"SELECT number, id, -bm25(words, 1.0, {TITLE_WEIGHT}) AS score "  # noqa: S608
        "FROM words JOIN documents ON documents.number = words.rowid "
        f"WHERE words MATCH :expression AND {condition[0]} ORDER BY score DESC, id LIMIT :most",
        {"expression": expression, "most": most, **condition[1]},
    )
    return [ScoredId(*row) for row in rows]
