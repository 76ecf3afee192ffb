"""Which language a text is in: the model's answer, where the script of the text allows it.

Words in capitals are asked for in small letters, as the model has read few in capitals. A language that the text's
script rules out is none: the model then chooses among those that are written in it. Where the model hesitates between
two, or a text has letters of two scripts, its lines are asked for one by one, and languages get shares.
"""

import itertools
import re
import string
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from corpuskit.text.language_id.model import known_codes, predict
from corpuskit.text.language_id.scripts import (
    LATIN,
    has_unknown_letters,
    is_alone_in_its_script,
    languages_written_in,
    looks_foreign,
    may_be_unknown,
    script_counts,
    scripts_of,
)

__all__ = ["IDENTIFIER", "Identified", "detect", "identify"]

IDENTIFIER = "corpuskit-language/3"
"""Name and version of the rules around the model, for the manifest."""

WINDOW, WINDOWS = 200, 8
"""Characters in a window, and the number of evenly spaced windows that stand for a longer text. On whole pages of five
languages these 1,600 characters give the same language as the full text, at a tenth of its cost, and the odd banner
at the top of a page weighs no more than its share. A seventh of a page in another language lies in one of them."""
LONG_WINDOW, LONG_WINDOWS = 500, 24
"""The same for the parts of a text, which are looked for in all of a shorter one."""
CAPITALS = 0.25
"""Share of words in capitals from which a text is asked for in small letters: a heading has fewer on a page."""
KANA_SHARE = 0.05
"""Least share of kana among the Han characters and kana of Japanese."""
OWN_LETTERS = 0.2
"""Least share of letters in a language's own scripts; the others may be names, or a notice of another language."""
CERTAIN, HESITANT = 0.97, 0.01
"""A page may have two languages if the first is less probable than the one, and the second more than the other."""
PART, PARTS = 60, 12
"""Least bytes of a part that is asked for by itself (a letter of more bytes says more); the most parts of a text."""
PART_SCORE = 0.65
"""Least probability at which a part is counted."""
LEAST_SHARE = 0.1
"""Smaller shares are names, quotations and errors."""

_SMALL_LETTERS, _CAPITAL_LETTERS = string.ascii_lowercase.encode(), string.ascii_uppercase.encode()
_IN_HAN = languages_written_in("HAN") or frozenset()
_KANA = re.compile("[\u3041-\u30fa\u30fc-\u30ff\uff66-\uff9f]")
_SENTENCE_END = re.compile(r"(?<=[.!?。！？؟।])\s*(?=\S)")


class Identified(NamedTuple):
    """The language of a text."""

    language: str
    """The code of the model, or `und` if there is none."""
    score: float
    """The probability, to four digits; of a text in several languages, that of its parts in this one."""
    shares: dict[str, float]
    """The share of each language if there are several, the largest first; else empty."""


_UNDETERMINED = Identified("und", 0.0, {})


def detect(text: str) -> tuple[str, float]:
    """Return the most probable language and its probability, to four digits; `und` and 0 for a text without letters."""
    identified = identify(text)
    return identified.language, identified.score


def identify(text: str) -> Identified:
    """Return the language of a text, and the share of each if there are several; `und` for a text without letters."""
    sample = _sample(text)
    if not any(map(str.isalpha, sample)):
        return _UNDETERMINED
    ranked = predict(sample, 2)
    if not ranked:
        return _UNDETERMINED
    language, score = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    is_mixed = score < CERTAIN and second >= HESITANT
    if _needs_its_script(sample, language, score):
        scripts = script_counts(sample)
        language, score = _by_script(sample, scripts, language, score)
        is_mixed = is_mixed or len(_large_scripts(scripts)) > 1
    if is_mixed and (identified := _of_parts(text, language)):
        return identified
    return Identified(language, round(score, 4), {})


def _sample(text: str) -> str:
    """Return what stands for a text, as one line; words in capitals are in small letters if they are many."""
    encoded = _windows(text, WINDOW, WINDOWS).encode("utf-8", "replace")
    words = encoded.decode().split()
    if not _is_mostly_small(encoded) and _has_many_capitals(words):
        words = [word.lower() if word.isupper() else word for word in words]
    return " ".join(words)


def _is_mostly_small(encoded: bytes) -> bool:
    """Whether small ASCII letters are most of a text, and capitals few: counting some spares a look at its words."""
    some = encoded[:: 1 + len(encoded) // WINDOW]
    capitals = len(some) - len(some.translate(None, _CAPITAL_LETTERS))
    return 8 * capitals < len(some) and 2 * len(some.translate(None, _SMALL_LETTERS)) < len(some)


def _has_many_capitals(words: list[str]) -> bool:
    some = words[:: 1 + len(words) // 100]
    return sum(map(str.isupper, some)) > CAPITALS * len(some)


def _windows(text: str, size: int, number: int) -> str:
    if len(text) <= size * number:
        return text
    last = len(text) - size
    starts = [last * index // (number - 1) for index in range(number)]
    return "\n".join(text[start : start + size] for start in starts)


def _needs_its_script(sample: str, language: str, score: float) -> bool:
    """Whether the letters of a text have to be looked at before the model's answer is believed."""
    if looks_foreign(sample, language) or may_be_unknown(language):
        return True
    if language in _IN_HAN:
        # The model tells kana from Han badly where a text is short.
        kana = len(_KANA.findall(sample))
        return (language == "ja") != (kana > KANA_SHARE * len(sample))
    return score < CERTAIN and is_alone_in_its_script(language)


def _by_script(sample: str, scripts: Counter[str], language: str, score: float) -> tuple[str, float]:
    """Return a language that is written in the script of a line, and its share of what the model gives to all such."""
    if not scripts.total():
        return language, score
    ((script, letters),) = scripts.most_common(1)
    if script in ("HAN", "KANA"):
        is_japanese = scripts["KANA"] > KANA_SHARE * (scripts["KANA"] + scripts["HAN"])
        possible: frozenset[str] | None = frozenset(["ja"]) if is_japanese else _IN_HAN - {"ja"}
    else:
        possible = languages_written_in(script)
    if possible and has_unknown_letters(sample, script):
        return "und", 0.0
    own_letters = sum(scripts[script] for script in scripts_of(language))
    is_possible = possible is None or language in possible or script not in scripts_of(language)
    if is_possible and own_letters >= OWN_LETTERS * scripts.total():
        return language, max(score, letters / scripts.total()) if is_alone_in_its_script(language) else score
    if possible is not None and len(possible) < 2:
        return (next(iter(possible)), letters / scripts.total()) if possible else ("und", 0.0)
    allowed = [
        (code, probability)
        for code, probability in predict(sample, len(known_codes()))
        if (code in possible if possible is not None else LATIN in scripts_of(code))
    ]
    total = sum(probability for _, probability in allowed)
    return (allowed[0][0], allowed[0][1] / total) if total else ("und", 0.0)


def _large_scripts(scripts: Counter[str]) -> list[str]:
    """Return the scripts with a share that counts; Japanese is written in two."""
    merged = Counter(scripts)
    merged["HAN"] += merged.pop("KANA", 0)
    return [script for script, letters in merged.items() if letters >= LEAST_SHARE * merged.total()]


def _of_parts(text: str, language_of_all: str) -> Identified | None:
    """Return what the parts of a text say of it if they are in several languages; None if they are not.

    Where every second part of many is in the language of all, or in none for certain, the others are not asked for.
    """
    letters: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    weighted: dict[str, float] = {}
    parts = _parts(_windows(text, LONG_WINDOW, LONG_WINDOWS).encode("utf-8", "replace").decode())
    if len(parts) < 2:
        return None
    turns = (parts[::2], parts[1::2]) if len(parts) >= PARTS // 2 else (parts,)
    for some in turns:
        for part in some:
            language, score = _of_part(part)
            if score >= PART_SCORE:
                number = sum(map(str.isalpha, part))
                letters[language] += number
                sizes[language] += len(part.encode())
                weighted[language] = weighted.get(language, 0) + number * score
        if not letters.keys() - {language_of_all}:
            return None
    total = letters.total()
    shares = {
        language: round(number / total, 2)
        for language, number in letters.most_common()
        if sizes[language] >= PART and number >= LEAST_SHARE * total
    }
    if len(shares) < 2:
        return None
    language = next(iter(shares))
    return Identified(language, round(weighted[language] / letters[language], 4), shares)


def _of_part(part: str) -> tuple[str, float]:
    if not any(map(str.isalpha, part)):
        return "und", 0.0
    sample = _sample(part)
    ranked = predict(sample, 2)
    if not ranked:
        return "und", 0.0
    language, score = ranked[0]
    # Of a part, the model's doubts about the language of a script are believed.
    if _needs_its_script(sample, language, 1.0):
        return _by_script(sample, script_counts(sample), language, score)
    return language, score


def _parts(text: str) -> list[str]:
    """Return the lines of a text, short ones joined, long ones cut at the ends of sentences; if many, some of them."""
    sentences = list(_sentences(text))
    sizes = map(len, sentences) if text.isascii() else (len(sentence.encode()) for sentence in sentences)
    # The sentences before each part; only the parts that are asked for are joined.
    bounds = [0]
    size = 0
    for number, more in enumerate(sizes, 1):
        size += more
        if size >= PART:
            bounds.append(number)
            size = 0
    if bounds[-1] < len(sentences):
        bounds.append(len(sentences))
    number_of_parts = len(bounds) - 1
    step = max(1, number_of_parts / PARTS)
    chosen = (int(index * step) for index in range(min(number_of_parts, PARTS)))
    return [" ".join(sentences[bounds[part] : bounds[part + 1]]) for part in chosen]


def _sentences(text: str) -> Iterator[str]:
    lines = filter(None, map(str.strip, text.splitlines()))
    return itertools.chain.from_iterable(_SENTENCE_END.split(line) if len(line) > PART else (line,) for line in lines)
