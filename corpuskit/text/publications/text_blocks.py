"""Blocks of a publication's text, put together."""

from collections.abc import Iterable

_CLOSE_KINDS = ("item", "row", "line")
"""Kinds of block of which several follow one another line by line."""


def text_of_blocks(blocks: Iterable[tuple[str, str]]) -> str:
    """Return the text of blocks, given as kind and text: apart by blank lines, but for items, rows and lines.

    >>> text_of_blocks([("paragraph", "a"), ("item", "- b"), ("item", "- c")])
    'a\\n\\n- b\\n- c'
    """
    parts = []
    before = ""
    for kind, text in blocks:
        parts.append("\n" if kind == before and kind in _CLOSE_KINDS else "\n\n")
        parts.append(text)
        before = kind
    return "".join(parts[1:])
