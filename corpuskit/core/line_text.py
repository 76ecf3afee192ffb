"""The text of a line of JSON, read or written in one pass by compiled code where that was built.

A line is mostly its text. orjson makes a string of it, and `document`, to see that the line is canonical, has it encode
and write all of it again; `c/line.c` sees that on its one way through. It knows what programs write: `id` and `text`
first, in UTF-8, with the short escapes. Whatever else a line has is orjson's to read or to refuse. Of a text whose
bytes are known it writes the literal from these, where orjson would encode the string first.
"""

from collections.abc import Callable

from corpuskit.core.compiled_module import compiled_module

__all__ = ["join_text", "split_text"]

_core = compiled_module("corpuskit.core._line")
split_text: Callable[[bytes], tuple[str, bytes, int, int] | None] | None = getattr(_core, "split_text", None)
"""Return the text of a line, its bytes in UTF-8, and where its literal starts and ends; None to leave it to orjson."""
join_text: Callable[[bytes, bytes, bytes], bytes] | None = getattr(_core, "join_text", None)
"""Return a line: what stands before the literal of a text, the text in UTF-8, and what stands behind the literal."""
