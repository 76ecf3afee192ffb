r"""Words of many languages, of which few can stand in one text: each is compiled when a text first holds its letters.

As one pattern of RE2, a thousand words with classes such as `\p{L}` take a fiftieth of a second to compile, and longer
for a hundred matches with groups. But all matches of a word hold some letters, its keys; pairs of letters tell which
keys a few bytes hold, and only their words are searched. The match is that of one pattern with all words in order.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from operator import add
from typing import Any, Generic, NamedTuple, TypeVar

from corpuskit.text.pii.detector import pattern

_TOKEN = re.compile(
    r"(?P<letters>(?:[^\\\[\]()|?*+{}^$.]|\\\W)+)|(?P<sign>[|)])|(?P<open>\((?:\?[a-z-]*:)?)"
    r"|(?P<times>[?*]|\{\d*,?\d*\})|\[(?P<one>[^\\\[\]^-]{1,8})\]|\[(?:\\.|[^\]\\])*\]|\\\w(?:\{\w+\})?|.",
    re.DOTALL,
)
_PLAIN = re.compile(r"(?:\\b)?([^\\\[\]()|?*+{}^$.]+)(?:\\b|\\p\{\w+\}\*)?(?=\||\Z)")
_ESCAPED = re.compile(r"\\(.)")
_MOST_KEYS = 8
"""Spellings that are told apart for letters of which there are several, as in `t[eé]l[eé]`."""
_LONG_ENOUGH = 4
"""Letters of a key, of which few texts hold all and not the word; other letters than ASCII count twice."""

Keys = tuple[str, ...]
_EMPTY: Keys = ("",)


Kind = TypeVar("Kind", bound=str)


class Alternatives(NamedTuple, Generic[Kind]):
    """Alternatives that say the same, and what stands before and after each of them."""

    kind: Kind
    sources: str
    before: str = ""
    after: str = ""


class Alternative(NamedTuple, Generic[Kind]):
    """One alternative: what it says, its pattern, and keys besides those by which it is looked up."""

    kind: Kind
    pattern: Any
    keys: list[Keys]


class WordList(Generic[Kind]):
    """Alternatives of one pattern in their order; letters may have either case."""

    def __init__(self, *parts: Alternatives[Kind]) -> None:
        self._parts = parts

    def possible(self, text: bytes) -> list[Alternative[Kind]]:
        """Return the words that a text may hold."""
        letters = text.decode(errors="ignore").casefold()
        words, by_sign, by_pair, always = self._index
        numbers = {*always}
        for sign in by_sign.keys() & set(letters):
            numbers.update(by_sign[sign])
        for pair in by_pair.keys() & set(map(add, letters, letters[1:])):
            numbers.update(number for key, number in by_pair[pair] if key in letters)
        return [word for number in sorted(numbers) if holds_all((word := words[number]).keys, letters)]

    def end_at(self, text: bytes, offset: int) -> int | None:
        """Return where the first of the words ends that begin at this offset."""
        matches = (word.pattern.match(text, offset) for word in self.possible(text[offset:]))
        return next((match.end() for match in matches if match), None)

    @cached_property
    def _index(
        self,
    ) -> tuple[list[Alternative[Kind]], dict[str, list[int]], dict[str, list[tuple[str, int]]], list[int]]:
        """The words, and the numbers of those with a key of one sign, by a pair of a key's, and of those without."""
        words, keys_of_words = [], []
        for kind, sources, before, after in self._parts:
            around = keys_of(before) + keys_of(after)
            for source, needed in alternatives(sources):
                keys, *others = _rarest_first(needed + around) or [()]
                words.append(Alternative(kind, pattern(f"(?i){before}(?:{source}){after}"), others))
                keys_of_words.append(keys)
        frequency = Counter(pair for keys in keys_of_words for key in keys for pair in _pairs(key))
        by_sign: dict[str, list[int]] = {}
        by_pair: dict[str, list[tuple[str, int]]] = {}
        for number, keys in enumerate(keys_of_words):
            for key in keys:
                if len(key) == 1:
                    by_sign.setdefault(key, []).append(number)
                else:
                    by_pair.setdefault(min(_pairs(key), key=frequency.__getitem__), []).append((key, number))
        return words, by_sign, by_pair, [number for number, keys in enumerate(keys_of_words) if not keys]


def first_match(words: Iterable[Alternative[Kind]], text: bytes, offset: int) -> tuple[Alternative[Kind], Any] | None:
    """Return the word that matches first from this offset on, and its match; of those at one place, the first."""
    first = None
    for word in words:
        match = word.pattern.search(text, offset)
        if match and (first is None or match.start() < first[1].start()):
            first = word, match
    return first


def alternatives(source: str) -> list[tuple[str, list[Keys]]]:
    r"""Return the alternatives of a pattern, and the keys of each.

    >>> alternatives(r"\bt[eé]lex?\b|[☎☏]|\d")
    [('\\bt[eé]lex?\\b', [('tele', 'téle')]), ('[☎☏]', [('☎', '☏')]), ('\\d', [])]
    """
    words, start = list[tuple[str, list[Keys]]](), 0
    keys: list[Keys]
    while start <= len(source):
        if plain := _PLAIN.match(source, start):
            keys, end = [(plain[1].casefold(),)], plain.end()
        else:
            keys, _, end = _alternative(_TOKEN.finditer(source, start), len(source))
        words.append((source[start:end], keys))
        start = end + 1
    return words


def holds_all(needed: list[Keys], letters: str) -> bool:
    """Whether a text of these letters, all small, has one of each of these keys."""
    return all(any(key in letters for key in keys) for keys in needed)


def keys_of(source: str) -> list[Keys]:
    """Return the keys of a pattern: of each of these, every match holds one, whatever the case of its letters."""
    return _alternative(_TOKEN.finditer(source), len(source))[0]


def _alternative(tokens: Iterator[re.Match[str]], end: int) -> tuple[list[Keys], str, int]:
    """Return the keys of an alternative, the sign that ends it, and where that stands."""
    needed: list[Keys] = []
    # What the letters may be that were read last, and what they were without the very last.
    run = shorter = _EMPTY
    for token in tokens:
        kind = token.lastgroup
        if kind == "sign":
            return _folded([*needed, run]), token[0], token.start()
        if kind == "letters":
            letters = _ESCAPED.sub(r"\1", token[0])
            run, shorter = tuple(key + letters for key in run), tuple(key + letters[:-1] for key in run)
        elif kind == "one" and len(run) * len(token["one"]) <= _MOST_KEYS:
            run, shorter = tuple(key + sign for key in run for sign in token["one"]), run
        elif kind == "times":
            # What stands before may be left out.
            if run == _EMPTY:
                needed.pop()
            else:
                needed.append(shorter)
            run = shorter = _EMPTY
        else:
            needed += [run, _of_group(tokens, end) if kind == "open" else _EMPTY]
            run = shorter = _EMPTY
    return _folded([*needed, run]), "", end


def _of_group(tokens: Iterator[re.Match[str]], end: int) -> Keys:
    """Read a group and return keys of which all its matches hold one."""
    best, sign = list[str](), "|"
    while sign == "|":
        keys, sign, _ = _alternative(tokens, end)
        best += _rarest_first(keys)[0] if keys else _EMPTY
    return tuple(best)


def _rarest_first(needed: list[Keys]) -> list[Keys]:
    return needed if len(needed) < 2 else sorted(needed, key=_rarity, reverse=True)


def _folded(needed: list[Keys]) -> list[Keys]:
    return [tuple([key.casefold() for key in keys]) for keys in needed if all(keys)]


def _rarity(keys: Keys) -> tuple[int, int]:
    """Return what is greater for keys that fewer texts hold."""
    return min(_LONG_ENOUGH, *[len(key) << (not key.isascii()) for key in keys]), -len(keys)


def _pairs(key: str) -> list[str]:
    return list(map(add, key, key[1:]))
