r"""Patterns of many languages, compiled as small as the scripts of the text that is searched allow.

RE2 needs a thousand instructions for `\p{L}`, and words of all languages hold it a hundred times: to compile that takes
a twentieth of a second, and its automaton grows slowly. Most windows that are searched hold no letters but ASCII, or
those of a few scripts. For these, words that need other letters are left out, and classes list only what may occur.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

from corpuskit.text.pii.detector import pattern


class Scripts(NamedTuple):
    """Characters that a text may be limited to, and what is left of Unicode's classes among them."""

    others: re.Pattern[bytes]
    """Matches, in UTF-8, where a character of another script begins."""
    classes: dict[str, str]
    """Ranges of a class, by the name that follows `\\p`; where it has no member, a character that does not occur."""


_OTHER_SIGNS = rb"\xe2(?!\x80|\x86[\x90-\xbf]|[\x87-\x90\x94-\x9c\x9f-\xaf]"
"""What is no sign of U+2000 to U+2BFF: letters and numbers are among those; the bracket is left open."""
ASCII_LETTERS = Scripts(
    re.compile(rb"[\xc3-\xe1\xe3-\xff]|\xc2[\xaa\xb2\xb3\xb5\xb9\xba\xbc-\xbe]|%b)" % _OTHER_SIGNS),
    {"L": "A-Za-z", "Latin": "A-Za-z", "M": "\u0300", "N": "0-9"},
)
"""ASCII, with dashes, quotes, boxes and other signs beside it."""
_EUROPEAN_LATIN = "A-Za-zªºÀ-ÖØ-öø-\u024f"
EUROPEAN = Scripts(
    re.compile(
        rb"[\xca-\xcd\xd4-\xe1\xe3-\xff]|\xc9[\x90-\xbf]|\xce[\x80-\x85]|\xcf[\x8f-\xbf]|\xd2[\x82-\x89]"
        rb"|%b|\x82\xac|\x84[\x96\xa2])" % _OTHER_SIGNS
    ),
    {
        "L": f"{_EUROPEAN_LATIN}µ\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u0400-\u0481\u048a-\u04ff",
        "Latin": _EUROPEAN_LATIN,
        "M": "\u0345",
        "N": "0-9²³¹¼-¾",
    },
)
"""Latin, Greek and Cyrillic."""
_LATIN = "A-Za-zªºÀ-ÖØ-öø-\u02b8\u02e0-\u02e4\u1e00-\u1eff\u212a\u212b\uff21-\uff3a\uff41-\uff5a"
_ROMAN = "\u2160-\u2182\u2185-\u2188"
"""Numbers, though of the Latin script."""
_FOLDED = "\u1c80-\u1c88\u1fbe\u2126"
"""Letters that are, but for their case, one of another script: Cyrillic and Greek."""
COMMON = Scripts(
    re.compile(
        rb"[\xdc-\xe0\xee\xf0-\xff]|\xe1(?![\xb8-\xbb]|\xb2[\x80-\x88]|\xbe\xbe)"
        rb"|%b|\x82\xac|\x84[\x96\xa2\xa6\xaa\xab]|\x85[\xa0-\xbf]|\x86[\x80-\x82\x85-\x88])|\xe3(?![\x80-\x83])"
        rb"|\xe4(?![\xb8-\xbf])|\xe9\xbf[\xb0-\xbf]|\xea(?![\xb0-\xbf])|\xed(?![\x80-\x9d]|\x9e[\x80-\xa3])"
        rb"|\xef(?![\xbc\xbd])" % _OTHER_SIGNS
    ),
    {
        "L": f"{_LATIN}{_FOLDED}µ\u02b9-\u02c1\u02c6-\u02d1\u02ec\u02ee\u0370-\u0374\u0376\u0377\u037a-\u037d\u037f"
        "\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03f5\u03f7-\u0481\u048a-\u052f\u0531-\u0556\u0559"
        "\u0560-\u0588\u05d0-\u05ea\u05ef-\u05f2\u0620-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06e5\u06e6\u06ee\u06ef"
        "\u06fa-\u06fc\u06ff\u3005\u3006\u3031-\u3035\u303b\u303c\u3041-\u3096\u309d-\u309f\u30a1-\u30fa"
        "\u30fc-\u30ff\u4e00-\u9fef\uac00-\ud7a3\uff66-\uff7f",
        "Latin": f"{_LATIN}{_ROMAN}",
        "M": "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f"
        "\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u302a-\u302f\u3099\u309a",
        "N": f"0-9²³¹¼-¾{_ROMAN}\u0660-\u0669\u06f0-\u06f9\u3007\u3021-\u3029\u3038-\u303a\uff10-\uff19",
    },
)
"""Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic, Chinese, Japanese and Korean."""
_STAND_INS = {
    "Latin": {3: "\u1efb", 4: "\U0001df01"},
    "L": {2: "\u0531", 3: "\u4e02", 4: "\U00020000"},
    "M": {2: "\u0483", 3: "\u302a", 4: "\U000101fd"},
    "N": {2: "\xbc", 3: "\u3021", 4: "\U00010107"},
    "": {2: "\u0589", 3: "\u2af0", 4: "\U0001f0a1"},
}
"""For a character of any other script, one of its class that takes as many bytes; no pattern names these."""
_ALL_STAND_INS = [sign for signs in _STAND_INS.values() for sign in signs.values()]
_ANY_STAND_IN = re.compile(f"[{''.join(_ALL_STAND_INS)}]")
_PERHAPS_UNNAMED = re.compile("[^\0-\u058f]")
_CASELESS = re.compile("[\u0590-\u06ff\u3001-\u30ff\u4e00-\u9fef\uac00-\ud7a3]")
"""Characters of common scripts that have no letter case: what a pattern does not hold, it does not match."""

_TOKEN = re.compile(r"\[(?:\\.|[^\]\\])*\]|\((?:\?[a-z-]*:)?|\\p\{\w+\}|\\.|[^\\\[\]()|?*+{}]+(?![?*{])|.", re.DOTALL)
"""A class, an opening bracket, an escape, letters and signs, of which none is optional, or any one character."""
_FIRST_LETTER = re.compile(r"(?:\\b)?([^\\\[\](){}|?*+.^$])(?![?*]|\{0)")
_ESCAPE = re.compile(r"\\x\{(\w+)\}")
_FLAGS = re.compile(r"(?:\(\?[a-z]+\))?")
_CLASS = re.compile(r"\\p\{(\w+)\}")
_OPTIONAL = ("?", "*", "{0")


class ScriptPattern:
    """A pattern that is compiled for the scripts of a text when such a text first comes."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._named = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), source)
        self._ascii: Any = None
        self._european: Any = None
        self._common: Any = None
        self._stand_ins: dict[str, str] = {}

    def search(self, text: bytes, offset: int = 0) -> Any:
        """Search as RE2 does; the match tells only where it is, and its groups."""
        compiled, text = self._prepared(text)
        return compiled.search(text, offset)

    def match(self, text: bytes) -> Any:
        """Match as RE2 does, at the beginning."""
        compiled, text = self._prepared(text)
        return compiled.match(text)

    def without(self, text: bytes) -> bytes:
        """Return the text without what the pattern matches."""
        compiled, prepared = self._prepared(text)
        parts, offset = [], 0
        for match in compiled.finditer(prepared):
            parts.append(text[offset : match.start()])
            offset = match.end()
        return b"".join([*parts, text[offset:]])

    def _prepared(self, text: bytes) -> tuple[Any, bytes]:
        """Return the pattern for the scripts of a text, and the text with stand-ins for what no word is written in."""
        if text.isascii() or not ASCII_LETTERS.others.search(text):
            if self._ascii is None:
                self._ascii = pattern(limited(self._source, ASCII_LETTERS))
            return self._ascii, text
        is_rare = bool(EUROPEAN.others.search(text))
        if is_rare:
            # A window may begin within a character.
            signs = _PERHAPS_UNNAMED.sub(self._stand_in_for, text.decode(errors="surrogateescape"))
            text = signs.encode(errors="surrogateescape")
            is_rare = bool(EUROPEAN.others.search(_ANY_STAND_IN.sub("", signs).encode(errors="surrogateescape")))
        if not is_rare:
            if self._european is None:
                self._european = pattern(limited(self._source, _with_stand_ins(EUROPEAN, [])))
            return self._european, text
        if self._common is None:
            rare_signs = [sign for sign in sorted(set(self._named)) if COMMON.others.match(sign.encode())]
            self._common = pattern(limited(self._source, _with_stand_ins(COMMON, rare_signs)))
        return self._common, text

    def _stand_in_for(self, match: re.Match[str]) -> str:
        return self._stand_ins.get(match[0]) or self._stand_ins.setdefault(match[0], self._named_or_stand_in(match[0]))

    def _named_or_stand_in(self, sign: str) -> str:
        """Return a character as it is if the pattern may name it, perhaps in the other letter case."""
        if sign in self._named or not (_CASELESS.match(sign) or COMMON.others.match(sign.encode("utf-8", "replace"))):
            return sign
        return _stand_in(sign)


def _with_stand_ins(scripts: Scripts, rare_signs: list[str]) -> Scripts:
    """Return the scripts, these characters and all stand-ins."""
    signs = rare_signs + _ALL_STAND_INS
    classes = {name: ranges + "".join(_of_class(signs, name)) for name, ranges in scripts.classes.items()}
    return Scripts(scripts.others, classes)


def _of_class(signs: list[str], name: str) -> list[str]:
    members = _class(name)
    return [sign for sign in signs if members.match(sign.encode())]


@cache
def _class(name: str) -> Any:
    return pattern(rf"\p{{{name}}}")


def _stand_in(sign: str) -> str:
    """Return the stand-in for a character, and bytes that are none as they are."""
    if "\ud800" <= sign <= "\udfff":
        return sign
    name = next((name for name in _STAND_INS if name and _of_class([sign], name)), "")
    return _STAND_INS[name][len(sign.encode())]


def limited(source: str, scripts: Scripts) -> str:
    """Return a pattern that matches as this one does in texts that hold no characters but these.

    >>> limited(r"(?i)n[ou]m\\p{L}*|тел|tel", ASCII_LETTERS)
    '(?i)n[ou]m[A-Za-z]*|tel'
    """
    flags = _FLAGS.match(source)[0]  # type: ignore[index]
    tokens = (match[0] for match in _TOKEN.finditer(source, len(flags)))
    return flags + _Limiter(tokens, scripts).alternatives()[0]


def _by_first_letter(texts: list[str]) -> list[str]:
    """Return alternatives with those together that begin alike, which RE2 reads as one for as long as they are alike.

    Only the order of those changes that cannot match at the same offset.
    """
    ordered: list[str] = []
    for has_letter, run in groupby(texts, lambda text: bool(_FIRST_LETTER.match(text))):
        alternatives = list(run)
        ordered += sorted(alternatives, key=_first_letter) if has_letter else alternatives
    return ordered


def _first_letter(text: str) -> str:
    return _FIRST_LETTER.match(text)[1].casefold()  # type: ignore[index]


class _Limiter:
    """Reads a pattern and leaves out what cannot match: each alternative with a character that does not occur."""

    def __init__(self, tokens: Iterator[str], scripts: Scripts) -> None:
        self._tokens = tokens
        self._classes = scripts.classes
        self._others = None if scripts.others is COMMON.others else scripts.others
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
        return "|".join(_by_first_letter(possible_texts or texts)), bool(possible_texts)

    def _alternative(self) -> tuple[str, bool, bool]:
        """Return an alternative, whether it can match, and whether its group ends with it."""
        parts: list[str] = []
        possible = last_possible = True
        for symbol in self._tokens:
            possible = possible and (last_possible or symbol.startswith(_OPTIONAL))
            if symbol in "|)":
                return "".join(parts), possible, symbol != "|"
            part, last_possible = self._part(symbol)
            parts.append(part)
        return "".join(parts), possible and last_possible, True

    def _part(self, symbol: str) -> tuple[str, bool]:
        """Return the text of a symbol or of the group that it opens, and whether it can match."""
        if symbol.startswith("("):
            self._captures += len(symbol) == 1
            text, possible = self.alternatives()
            return f"{symbol}{text})", possible
        if symbol.startswith("["):
            return _CLASS.sub(lambda match: self._classes[match[1]], symbol), self._has_member(symbol)
        if match := _CLASS.match(symbol):
            return f"[{self._classes[match[1]]}]", True
        return symbol, symbol.isascii() or not self._others or not self._others.search(symbol.encode())

    def _has_member(self, symbol: str) -> bool:
        """Whether a class may match: one of characters alone has to have one that may occur."""
        if symbol.startswith("[^") or "-" in symbol or "\\" in symbol:
            return True
        return not self._others or any(not self._others.match(sign.encode()) for sign in symbol[1:-1])
