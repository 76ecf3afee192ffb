"""The prose of a page that is mostly something else: plain words in a row, as code, tables and menus have few."""

import re

__all__ = ["prose_of"]

RUN = 6
"""Words in a row, from which they are prose: signatures, names and the entries of a menu are shorter."""
CHARACTERS = 20
"""Han characters and kana in a row that say as much."""

_SMALL = r"[a-z\xa1-\U0010ffff]"
"""A character of a word but capitals: those of other alphabets are not told apart."""
_OR_NONE = "|(?!)"
"""What takes back a try that fails halfway (https://github.com/python/cpython/issues/106052)."""
_WORD = rf"[(\"“«]?+[A-Za-z\xa1-\U0010ffff]{_SMALL}*+(?:['’-]{_SMALL}++{_OR_NONE})*+[,.;:!?)\"”»]*+"
_WORDS = rf"(?<!\S)(?:{_WORD}[ ]{_OR_NONE}){{{RUN - 1},}}+(?:{_WORD}(?!\S){_OR_NONE})?+"
_HAN_OR_KANA = r"[\u3041-\u30ff\u3400-\u9fff]"
_RUNS = re.compile(_WORDS)
_RUNS_OF_ALL_SCRIPTS = re.compile(rf"{_WORDS}|(?:{_HAN_OR_KANA}|[、。「」，：；！？]){{{CHARACTERS},}}+")
_CHARACTER = re.compile(_HAN_OR_KANA)


def prose_of(text: str) -> str:
    """Return the runs of plain words on one line of a text each, as lines.

    >>> prose_of("$rv = spi_exec(q);\\nIt returns at most this many rows. SELECT a, b FROM t;")
    'It returns at most this many rows. '
    """
    runs = _RUNS if text.isascii() or not _CHARACTER.search(text) else _RUNS_OF_ALL_SCRIPTS
    return "\n".join(runs.findall(text))
