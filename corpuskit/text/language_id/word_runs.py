"""The prose of a page that is mostly something else: plain words in a row, as code, tables and menus have few."""

import re

__all__ = ["prose_of"]

RUN = 6
"""Words in a row, from which they are prose: signatures, names and the entries of a menu are shorter."""

_SMALL = r"[^\s!-`{-~]"
"""Any character of a word but capitals: those of other alphabets are not told apart."""
_WORD = rf"[(\"“«]?+[A-Za-z\x80-\U0010ffff]{_SMALL}*+(?:['’-]{_SMALL}++)*+[,.;:!?)\"”»]*+"
_WORDS_IN_A_ROW = re.compile(rf"(?<!\S)(?:{_WORD}[ ]){{{RUN - 1},}}+(?:{_WORD}(?!\S))?+")


def prose_of(text: str) -> str:
    """Return the runs of plain words on one line of a text each, as lines.

    >>> prose_of("$rv = spi_exec(q);\\nIt returns at most this many rows. SELECT a, b FROM t;")
    'It returns at most this many rows.'
    """
    return "\n".join(_WORDS_IN_A_ROW.findall(text))
