r"""Patterns of many languages, compiled as small as the scripts of the text that is searched allow.

RE2 needs a thousand instructions for `\p{L}`, and words of all languages hold it a hundred times: to compile that takes
a twentieth of a second, and its automaton grows slowly. Most windows that are searched hold no letters but ASCII, or
those of a few scripts. For these, words that need other letters are left out, and classes list only what may occur.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from corpuskit.text.pii.detector import pattern


class Scripts(NamedTuple):
    """Characters that a text may be limited to, and what is left of Unicode's classes among them."""

    characters: str
    """Ranges as in a class of Python."""
    others: re.Pattern[bytes]
    """Matches, in UTF-8, where any other character begins."""
    classes: dict[str, str]
    """Ranges of a class, by the name that follows `\\p`."""


ASCII_LETTERS = Scripts(
    "\0-\xa9\xab-\xb1\xb4\xb6-\xb8\xbb\xbf\u2000-\u203f",
    re.compile(rb"[\xc3-\xe1\xe3-\xff]|\xc2[\xaa\xb2\xb3\xb5\xb9\xba\xbc-\xbe]|\xe2(?!\x80)"),
    {"L": "A-Za-z", "Latin": "A-Za-z", "M": "", "N": "0-9"},
)
"""ASCII with the dashes, quotes and signs that English texts hold beside it."""
_LATIN = "A-Za-zªºÀ-ÖØ-öø-\u02b8\u02e0-\u02e4\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a"
COMMON = Scripts(
    "\0-\u06ff\u1e00-\u1eff\u2000-\u203f\u20ac\u2116\u2122\u3000-\u30ff\u4e00-\u9fef\uac00-\ud7a3\uff00-\uff7f",
    re.compile(
        rb"[\xdc-\xe0\xee\xf0-\xff]|\xe1(?![\xb8-\xbb])|\xe2(?!\x80|\x82\xac|\x84[\x96\xa2])|\xe3(?![\x80-\x83])"
        rb"|\xe4(?![\xb8-\xbf])|\xe9\xbf[\xb0-\xbf]|\xea(?![\xb0-\xbf])|\xed(?![\x80-\x9d]|\x9e[\x80-\xa3])"
        rb"|\xef(?![\xbc\xbd])"
    ),
    {
        "L": f"{_LATIN}µ\u02b9-\u02c1\u02c6-\u02d1\u02ec\u02ee\u0370-\u0374\u0376\u0377\u037a-\u037d\u037f\u0386"
        "\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03f5\u03f7-\u0481\u048a-\u052f\u0531-\u0556\u0559\u0560-\u0588"
        "\u05d0-\u05ea\u05ef-\u05f2\u0620-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06e5\u06e6\u06ee\u06ef\u06fa-\u06fc"
        "\u06ff\u3005\u3006\u3031-\u3035\u303b\u303c\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
        "\u4e00-\u9fef\uac00-\ud7a3\uff66-\uff7f",
        "Latin": _LATIN,
        "M": "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f"
        "\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u302a-\u302f\u3099\u309a",
        "N": "0-9²³¹¼-¾\u0660-\u0669\u06f0-\u06f9\u3007\u3021-\u3029\u3038-\u303a\uff10-\uff19",
    },
)
"""Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic, Chinese, Japanese and Korean."""

_TOKEN = re.compile(r"\[(?:\\.|[^\]\\])*\]|\((?:\?[a-z-]*:)?|\\p\{\w+\}|\\.|[\0-'*-Z\]-{}~]+|.", re.DOTALL)
"""A class, an opening bracket, an escape, ASCII letters and signs, or any one character."""
_FLAGS = re.compile(r"(?:\(\?[a-z]+\))?")
_CLASS = re.compile(r"\\p\{(\w+)\}")
_OPTIONAL = ("?", "*", "{0")


class ScriptPattern:
    """A pattern that is compiled for the scripts of a text when such a text first comes."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._compiled: dict[int, Any] = {}

    def search(self, text: bytes, offset: int = 0) -> Any:
        """Search as RE2 does."""
        return self._for(text).search(text, offset)

    def match(self, text: bytes) -> Any:
        """Match as RE2 does."""
        return self._for(text).match(text)

    def sub(self, replacement: bytes, text: bytes) -> bytes:
        """Replace as RE2 does."""
        return self._for(text).sub(replacement, text)  # type: ignore[no-any-return]

    def _for(self, text: bytes) -> Any:
        if text.isascii() or not ASCII_LETTERS.others.search(text):
            return self._of(ASCII_LETTERS)
        return self._of(None if COMMON.others.search(text) else COMMON)

    def _of(self, scripts: Scripts | None) -> Any:
        compiled = self._compiled.get(id(scripts))
        if compiled is None:
            source = self._source if scripts is None else limited(self._source, scripts)
            compiled = self._compiled[id(scripts)] = pattern(source)
        return compiled


def limited(source: str, scripts: Scripts) -> str:
    """Return a pattern that matches as this one does in texts that hold no characters but these.

    >>> limited(r"(?i)tel|тел|n[ou]m\\p{L}*", ASCII_LETTERS)
    '(?i)tel|n[ou]m[A-Za-z]*'
    """
    flags = _FLAGS.match(source)[0]  # type: ignore[index]
    tokens = (match[0] for match in _TOKEN.finditer(source, len(flags)))
    return flags + _Limiter(tokens, scripts).alternatives()[0]


class _Limiter:
    """Reads a pattern and leaves out what cannot match: each alternative with a character that does not occur."""

    def __init__(self, tokens: Iterator[str], scripts: Scripts) -> None:
        self._tokens = tokens
        self._classes = scripts.classes
        self._may_occur = re.compile(f"[{scripts.characters}]")
        self._captures = 0

    def alternatives(self) -> tuple[str, bool]:
        """Return what is left up to the bracket that closes this group, and whether it can match."""
        texts, possible_texts = [], []
        ended = False
        while not ended:
            captures = self._captures
            text, possible, ended = self._alternative()
            texts.append(text)
            # Groups that capture keep their numbers.
            if possible or self._captures > captures:
                possible_texts.append(text)
        return "|".join(possible_texts or texts), bool(possible_texts)

    def _alternative(self) -> tuple[str, bool, bool]:
        """Return an alternative, whether it can match, and whether its group ends with it."""
        parts: list[str] = []
        possible = last_possible = True
        for token in self._tokens:
            possible = possible and (last_possible or token.startswith(_OPTIONAL))
            if token in ("|", ")"):
                return "".join(parts), possible, token == ")"
            part, last_possible = self._part(token)
            parts.append(part)
        return "".join(parts), possible and last_possible, True

    def _part(self, token: str) -> tuple[str, bool]:
        """Return the text of a token or of the group that it opens, and whether it can match."""
        if token.startswith("("):
            self._captures += token == "("
            text, possible = self.alternatives()
            return f"{token}{text})", possible
        if token.startswith("["):
            return _CLASS.sub(lambda match: self._classes[match[1]], token), self._has_member(token)
        if match := _CLASS.match(token):
            return f"[{self._classes[match[1]]}]", True
        return token, token.isascii() or bool(self._may_occur.match(token))

    def _has_member(self, token: str) -> bool:
        """Whether a class may match: one of characters alone has to have one that may occur."""
        if token.startswith("[^") or "-" in token or "\\" in token:
            return True
        return bool(self._may_occur.search(token[1:-1]))
