"""One line of text and its language: the model's answer, where the script of the line allows it.

Words in capitals are asked for in small letters, as the model has read few in capitals. A language that the line's
script rules out is none: the model then chooses among those that are written in it.
"""

import re
import string
from collections import Counter

from corpuskit.text.language_id.model import ALL, predict
from corpuskit.text.language_id.scripts import (
    LATIN,
    has_letters_of_others,
    has_unknown_letters,
    is_alone_in_its_script,
    language_of_script,
    languages_written_in,
    looks_foreign,
    may_be_unknown,
    scripts_of,
    weighed,
)

__all__ = [
    "as_line",
    "by_script",
    "has_letters",
    "is_in_han_or_kana",
    "is_kana_of_japanese",
    "is_told_by_script",
    "needs_its_script",
    "told_by_script",
]

CAPITALS = 0.25
"""Share of words in capitals from which a text is asked for in small letters: a heading has fewer on a page."""
KANA_SHARE = 0.05
"""Least share of kana among the Han characters and kana of Japanese."""
MOSTLY_KANA = 0.4
"""Least share of kana and their punctuation in a text that is Japanese all through."""
OWN_LETTERS = 0.2
"""Least share of letters in a language's own scripts; the others may be names, or a notice of another language."""
MANY = 24
"""How many languages are asked for where the first is ruled out; all take three times as long."""
CERTAIN = 0.97
"""Probability from which the model's language is believed whatever else the line holds."""
IN_HAN = languages_written_in("HAN") or frozenset()
"""Chinese languages and Japanese."""

_COUNTED = 200
"""About so many bytes of a line are counted to see whether it has many capitals."""
_SMALL_LETTERS, _CAPITAL_LETTERS = string.ascii_lowercase.encode(), string.ascii_uppercase.encode()
_KANA_BLOCK = b"\x30"
_KANA = re.compile("[\u3041-\u30fa\u30fc-\u30ff\uff66-\uff9f]")


def as_line(text: str) -> str:
    """Return a text as one line for the model; words in capitals are in small letters if they are many."""
    try:
        encoded = text.encode()
    except UnicodeEncodeError:
        encoded = text.encode("utf-8", "replace")
        text = encoded.decode()
    words = text.split()
    if not _is_mostly_small(encoded) and _has_many_capitals(words):
        words = [word.lower() if word.isupper() else word for word in words]
    return " ".join(words)


def has_letters(line: str) -> bool:
    """Whether there is a letter of any script."""
    return any(map(str.isalpha, line))


def needs_its_script(line: str, language: str, score: float) -> bool:
    """Whether the letters of a line have to be looked at before the model's answer is believed."""
    if looks_foreign(line, language) or may_be_unknown(language):
        return True
    if language in IN_HAN:
        # The model tells kana from Han badly where a text is short.
        return (language == "ja") != _has_kana(line)
    return score < CERTAIN and is_alone_in_its_script(language)


def told_by_script(text: str, blocks: bytes) -> tuple[str, float]:
    """Return the language that the script of a text tells without the model, and its share; empty and 0 if none.

    The blocks are those of its letters that are not Latin.
    """
    language, share = language_of_script(text, blocks)
    is_in_kana = blocks.count(_KANA_BLOCK) > MOSTLY_KANA * len(blocks) and _has_kana(text[:_COUNTED])
    if language == "ja" and not is_in_kana:
        return "", 0.0
    return language, share


def is_told_by_script(line: str, language: str) -> bool:
    """Whether a line is written in the script of a language that has it for itself, so that it needs no model."""
    return is_alone_in_its_script(language) and not may_be_unknown(language) and not looks_foreign(line, language)


def is_in_han_or_kana(line: str, language: str) -> bool:
    """Whether enough of a line in Chinese or Japanese is Han and kana, so that it needs no model."""
    if language not in ("zh", "ja") or not has_letters_of_others(line, "en", OWN_LETTERS):
        return False
    return (language == "ja") == _has_kana(line)


def by_script(line: str, scripts: Counter[str], language: str, score: float) -> tuple[str, float]:
    """Return a language that is written in the script of a line, and its share of what the model gives to all such."""
    if not scripts.total():
        return language, score
    ((script, letters),) = scripts.most_common(1)
    if script in ("HAN", "KANA"):
        possible: frozenset[str] | None = frozenset(["ja"]) if is_kana_of_japanese(scripts) else IN_HAN - {"ja"}
    else:
        possible = languages_written_in(script)
    if possible and has_unknown_letters(line, script):
        return "und", 0.0
    weights = weighed(scripts)
    own_share = sum(weights[script] for script in scripts_of(language)) / weights.total()
    is_possible = possible is None or language in possible or script not in scripts_of(language)
    if is_possible and own_share >= OWN_LETTERS:
        return language, max(score, own_share) if is_alone_in_its_script(language) else score
    if possible is not None and len(possible) < 2:
        return (next(iter(possible)), letters / scripts.total()) if possible else ("und", 0.0)
    allowed = _allowed(predict(line, MANY), possible) or _allowed(predict(line, ALL), possible)
    total = sum(probability for _, probability in allowed)
    return (allowed[0][0], allowed[0][1] / total) if total else ("und", 0.0)


def is_kana_of_japanese(scripts: Counter[str]) -> bool:
    """Whether a text has so much kana beside Han characters that some of it is Japanese."""
    return scripts["KANA"] > KANA_SHARE * (scripts["KANA"] + scripts["HAN"])


def _has_kana(line: str) -> bool:
    return len(_KANA.findall(line)) > KANA_SHARE * len(line)


def _allowed(ranked: list[tuple[str, float]], possible: frozenset[str] | None) -> list[tuple[str, float]]:
    """Return those languages that are possible; None stands for all in Latin script."""
    return [pair for pair in ranked if (pair[0] in possible if possible is not None else LATIN in scripts_of(pair[0]))]


def _is_mostly_small(encoded: bytes) -> bool:
    """Whether small ASCII letters are most of a text, and capitals few: counting some spares a look at its words."""
    some = encoded[:: 1 + len(encoded) // _COUNTED]
    capitals = len(some) - len(some.translate(None, _CAPITAL_LETTERS))
    return 8 * capitals < len(some) and 2 * len(some.translate(None, _SMALL_LETTERS)) < len(some)


def _has_many_capitals(words: list[str]) -> bool:
    some = words[:: 1 + len(words) // 100]
    return sum(map(str.isupper, some)) > CAPITALS * len(some)
