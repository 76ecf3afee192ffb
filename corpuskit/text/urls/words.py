"""Words and patterns in addresses: whole words, words that convict together, and letters within words."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import unquote_to_bytes

from corpuskit.text.urls.addresses import Address

_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789") | frozenset(range(0x80, 0x100))
_SPACED = bytes(byte if byte in _LETTERS else 0x20 for byte in range(0x100))
_OTHERS = bytes(byte for byte in range(0x100) if byte not in _LETTERS)


def list_words(text: str) -> list[str]:
    """Return the words of a list, one a line: small letters and digits alone; lines that start with # are comments."""
    lines = (line for line in text.removeprefix("\ufeff").splitlines() if not line.startswith("#"))
    words = (line.lower().encode().translate(None, _OTHERS).decode() for line in lines)
    return [word for word in words if word]


def list_patterns(text: str) -> dict[str, int]:
    """Return the patterns of a list with their lines, from 1 on; lines that start with # are comments."""
    lines = [line.strip() for line in text.removeprefix("\ufeff").split("\n")]
    numbers = {line: number for number, line in reversed(list(enumerate(lines, start=1)))}
    return {line: numbers[line] for line in lines if line and not line.startswith("#")}


def words_of(address: Address) -> list[bytes]:
    """Return the words of an address in order: what stands between characters that are no letters or digits."""
    return _letters(address).translate(_SPACED).split()


def joined_letters(address: Address) -> bytes:
    """Return all letters and digits of an address, one after the other."""
    return _letters(address).translate(None, _OTHERS)


def _letters(address: Address) -> bytes:
    text = (address.host + address.rest).encode("utf-8", "replace")
    return unquote_to_bytes(text).decode("utf-8", "replace").lower().encode() if b"%" in text else text


class ListedWords:
    """Words of which an address has a number: one, or several that convict only together."""

    def __init__(self, words: Iterable[str], least: int = 1) -> None:
        """Take the words, and how many different ones convict."""
        self._words = frozenset(word.encode() for word in words)
        self._least = least

    def words_in(self, words: Sequence[bytes]) -> list[str]:
        """Return the words of the list that are among these, each once; none if there are too few."""
        if self._words.isdisjoint(words):
            return []
        listed_words = dict.fromkeys(word for word in words if word in self._words)
        return [word.decode() for word in listed_words] if len(listed_words) >= self._least else []


class PatternError(ValueError):
    """A pattern that cannot be used; its text is the pattern and what is wrong."""

    def __init__(self, pattern: str, detail: str) -> None:
        """Take the pattern, and what is wrong with it."""
        super().__init__(f"{pattern!r}: {detail}")
        self.pattern = pattern


class Patterns:
    """Regular expressions of RE2, which take a time that grows with the address alone; capitals do not matter."""

    def __init__(self, patterns: Iterable[str], *, literal: bool = False) -> None:
        """Take the patterns, or strings that are looked for as they are. Raises PatternError."""
        self._patterns = list(dict.fromkeys(patterns))
        self._literal = literal
        if self._patterns:
            _ = self._set

    def __getstate__(self) -> dict[str, Any]:
        """Leave the compiled form behind: another process makes its own."""
        return {key: value for key, value in self.__dict__.items() if key != "_set"}

    def pattern_in(self, text: bytes) -> str | None:
        """Return the first pattern of the list that is found in a text; None if none is."""
        if not self._patterns:
            return None
        numbers = self._set.Match(text)
        return self._patterns[min(numbers)] if numbers else None

    @cached_property
    def _set(self) -> Any:
        import re2

        options = re2.Options()
        options.literal = self._literal
        options.case_sensitive = False
        options.log_errors = False
        options.max_mem = 256 << 20
        patterns = re2.Set.SearchSet(options)
        for pattern in self._patterns:
            try:
                patterns.Add(pattern)
            except re2.error:
                raise PatternError(pattern, _fault_of(pattern, options)) from None
        patterns.Compile()
        return patterns


def _fault_of(pattern: str, options: Any) -> str:
    """Return what is wrong with a pattern; a set of patterns does not say it."""
    import re2

    try:
        re2.compile(pattern, options)
    except re2.error as error:
        detail = error.args[0] if error.args else ""
        return (detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)) or "no RE2 pattern"
    return "no RE2 pattern, or too large a one"
