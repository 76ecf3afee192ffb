r"""Patterns over letters of all scripts that are small, since of all characters only those matter that they name.

RE2 needs a thousand instructions for `\p{L}`, and some patterns hold it forty times. Here every other character is read
as one that stands for its class, so that classes list no more than those and the named characters.
"""

import re
from functools import cache
from typing import Any

from corpuskit.text.pii.detector import pattern
from corpuskit.text.pii.word_list import Keys, holds_all, keys_of

_STAND_INS = "ª\u1fbeꀀ\u20d0ↀ²¤"
"""A Latin letter, one that is a mark in capitals, any other; a mark, a Latin and another number, and a sign.

No pattern names these.
"""
_ASCII = {"Latin": "A-Za-z", "L": "A-Za-z", "M": "", "N": "0-9"}
_CLASS_OR_SET = re.compile(r"\\p\{\w+\}|\[(?:\\.|[^\]\\])*\]")
_CLASS = re.compile(r"\\p\{(\w+)\}")
_ESCAPE = re.compile(r"\\x\{(\w+)\}")
_NOT_ASCII = re.compile(r"[^\0-\x7f]")
_NO_CHARACTER = r"\x{10ffff}"


class ScriptPattern:
    """A pattern that is compiled for ASCII, or for all characters, when such a text first comes."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._flags = "(?i)" if source.startswith("(?i)") else ""
        self._keys: list[Keys] | None = None
        self._ascii = pattern(self._limited(""))
        self._all: Any = None
        self._named = frozenset[str]()
        self._replacements: dict[str, str] = {}

    def occurs_in(self, text: bytes) -> bool:
        """Whether RE2 finds the pattern in a text; of characters that are cut off at its ends, nothing is read."""
        if self._keys is None:
            self._keys = keys_of(self._source.removeprefix(self._flags))
        if not holds_all(self._keys, text.decode(errors="ignore").casefold()):
            return False
        if text.isascii():
            return self._ascii.search(text) is not None
        if self._all is None:
            signs = _NOT_ASCII.findall(_ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), self._source))
            self._all = pattern(self._limited(_STAND_INS + "".join(sorted({*signs}))))
            self._named = frozenset(map(self._fold, (*self._source, *signs)))
        simple = _NOT_ASCII.sub(self._replacement, text.decode(errors="ignore"))
        return self._all.search(simple.encode()) is not None

    def _limited(self, signs: str) -> str:
        """Return a pattern that matches as this one does in texts of ASCII and these characters."""
        return _CLASS_OR_SET.sub(lambda match: self._with_ranges(match[0], signs), self._source)

    def _with_ranges(self, part: str, signs: str) -> str:
        ranges = _CLASS.sub(lambda match: self._ranges(match[1], signs), part)
        return ranges if part.startswith("[") else f"[{ranges}]"

    def _ranges(self, name: str, signs: str) -> str:
        members = [sign for sign in signs if is_of_class(name, sign, self._flags)]
        return _ASCII[name] + "".join(members) or _NO_CHARACTER

    def _fold(self, sign: str) -> str:
        return sign.casefold() if self._flags else sign

    def _replacement(self, match: re.Match[str]) -> str:
        sign = match[0]
        if sign not in self._replacements:
            self._replacements[sign] = sign if self._fold(sign) in self._named else _stand_in(sign, self._flags)
        return self._replacements[sign]


def _stand_in(sign: str, flags: str) -> str:
    """Return the stand-in that is of the same classes."""
    return next(each for each in _STAND_INS if _classes(each, flags) <= _classes(sign, flags))


@cache
def _classes(sign: str, flags: str) -> frozenset[str]:
    return frozenset(name for name in _ASCII if is_of_class(name, sign, flags))


def is_of_class(name: str, sign: str, flags: str = "") -> bool:
    """Whether a character is in a class of Unicode, such as `L` or `Latin`."""
    return _class(name, flags).match(sign.encode()) is not None


@cache
def _class(name: str, flags: str) -> Any:
    return pattern(rf"{flags}\p{{{name}}}")
