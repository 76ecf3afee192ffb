"""The text of a line of JSON, read in one pass by compiled code where that was built.

A line is mostly its text. orjson makes a string of it, and `document`, to see that the line is canonical, has it encode
and write all of it again; `c/line.c` sees that on its one way through. It knows what programs write: `id` and `text`
first, in UTF-8, with the short escapes. Whatever else a line has is orjson's to read or to refuse.
"""

import importlib
import json
import os
from collections.abc import Callable
from typing import Any

__all__ = ["split_text", "without_literal"]

MAX_TRIES = 4
"""How many keys called `text` are tried to find the record's own."""
_TEXT_KEY = b'"text":'


def _load() -> Any:
    if os.environ.get("CORPUSKIT_NO_CORE", "0") not in ("", "0"):
        return None
    try:
        return importlib.import_module("corpuskit.core._line").split_text
    except ImportError:
        return None


split_text: Callable[[bytes], tuple[str, bytes, int, int] | None] | None = _load()
"""Return the text of a line, its bytes in UTF-8, and where its literal starts and ends; None to leave it to orjson."""


def without_literal(line: bytes, literal: bytes, text: str) -> bytes | None:
    """Return a line with its text replaced by an empty string; None if the text is not found in it.

    `literal` is the text as canonical lines write it. Inside a string every quote is escaped, so what follows a key's
    closing quote and colon is always a whole value.
    """
    shortened = _without(line, literal)
    if shortened is None and not text.isascii():
        return _without(line, json.encoder.encode_basestring_ascii(text).encode())
    return shortened


def _without(line: bytes, literal: bytes) -> bytes | None:
    rank = -1
    for _ in range(MAX_TRIES):
        rank = line.find(_TEXT_KEY, rank + 1)
        if rank < 0:
            return None
        start = rank + len(_TEXT_KEY)
        start += line.startswith(b" ", start)
        if line.startswith(literal, start):
            return line[:start] + b'""' + line[start + len(literal) :]
    return None
