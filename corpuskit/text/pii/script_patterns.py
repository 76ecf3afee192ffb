r"""Patterns over letters of all scripts that are small, since of all characters only those matter that they name.

RE2 needs a thousand instructions for `\p{L}`, and some patterns hold it forty times. Here every other character is read
as one that stands for its class, so that classes list no more than those and the named characters.
"""

import re
from functools import cache
from typing import Any

from corpuskit.text.pii.detector import pattern
from corpuskit.text.pii.word_list import Keys, holds_all, keys_of

_STAND_INS = "ªꀀ\u20d0ↀ²¤"
"""A Latin and another letter, a mark, a Latin number (`ↀ`) and another, and a sign; no pattern names these."""
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
        self._keys: list[Keys] | None = None
        self._ascii = pattern(_limited(source, ""))
        self._all: Any = None
        self._named = frozenset[str]()
        self._replacements: dict[str, str] = {}

    def occurs_in(self, text: bytes) -> bool:
        """Whether RE2 finds the pattern in a text that begins and ends with whole characters."""
        if self._keys is None:
            self._keys = keys_of(self._source.removeprefix("(?i)"))
        if not holds_all(self._keys, text.decode(errors="ignore").casefold()):
            return False
        if text.isascii():
            return self._ascii.search(text) is not None
        if self._all is None:
            signs = _NOT_ASCII.findall(_ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), self._source))
            self._all = pattern(_limited(self._source, "".join(sorted({*signs}))))
            self._named = frozenset(map(str.casefold, self._source)) | {sign.casefold() for sign in signs}
        simple = _NOT_ASCII.sub(self._replacement, text.decode(errors="ignore"))
        return self._all.search(simple.encode()) is not None

    def _replacement(self, match: re.Match[str]) -> str:
        sign = match[0]
        if sign not in self._replacements:
            self._replacements[sign] = sign if sign.casefold() in self._named else _stand_in(sign)
        return self._replacements[sign]


def _limited(source: str, signs: str) -> str:
    """Return a pattern that matches as this one does in texts of ASCII, stand-ins and these characters."""
    return _CLASS_OR_SET.sub(lambda match: _with_ranges(match[0], signs), source)


def _with_ranges(part: str, signs: str) -> str:
    if not part.startswith("["):
        return f"[{_ranges(_CLASS.match(part)[1], signs)}]"  # type: ignore[index]
    return _CLASS.sub(lambda match: _ranges(match[1], signs), part)


def _ranges(name: str, signs: str) -> str:
    members = [sign for sign in (*signs, *_STAND_INS) if is_of_class(name, sign)] if signs else []
    return _ASCII[name] + "".join(members) or _NO_CHARACTER


def _stand_in(sign: str) -> str:
    """Return the stand-in of the same classes; for a mark that is a letter in capitals, that of a letter."""
    return next(each for each in _STAND_INS if _classes(each) <= _classes(sign))


@cache
def _classes(sign: str) -> frozenset[str]:
    return frozenset(name for name in _ASCII if is_of_class(name, sign))


def is_of_class(name: str, sign: str) -> bool:
    """Whether a character is in a class of Unicode, such as `L` or `Latin`."""
    return _class(name).match(sign.encode()) is not None


@cache
def _class(name: str) -> Any:
    return pattern(rf"(?i)\p{{{name}}}")
