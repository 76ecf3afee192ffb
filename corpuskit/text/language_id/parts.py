"""The languages of a text's parts, from which a text in several languages gets shares."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from corpuskit.text.language_id.line import as_line, by_script, has_letters, is_told_by_script, needs_its_script
from corpuskit.text.language_id.model import predict
from corpuskit.text.language_id.relatives import are_relatives
from corpuskit.text.language_id.scripts import count_scripts, has_letters_of_others, script_counts, scripts_of

__all__ = ["LEAST_SHARE", "PART_SCORE", "Identified", "by_parts"]

PART, PARTS = 60, 12
"""Least bytes of a part that is asked for by itself (a letter of more bytes says more); the most parts of a text."""
WINDOW = 240
"""Characters in which a part of a long text is looked for; a text that is shorter than all is looked at as a whole."""
LONGEST = 110
"""Characters of a part that are asked for: more say hardly more."""
PART_SCORE = 0.65
"""Least probability at which a part is counted."""
NAMES = 0.02
"""Least share of letters in another script than Latin: fewer are a few names or signs."""
LEAST_SHARE = 0.1
"""Smaller shares are names, quotations and errors."""

_SENTENCE_END = re.compile(r"(?<=[.!?。！？؟।])\s*(?=\S)")


class Identified(NamedTuple):
    """The language of a text."""

    language: str
    """The code of the model, or `und` if there is none."""
    score: float
    """The probability, to four digits; of a text in several languages, that of its parts in this one."""
    shares: dict[str, float]
    """The share of the letters in each language if there are several, the largest first; else empty."""


class _Part(NamedTuple):
    letters: Counter[str]
    """The number of letters in each script; under no name if the text is in one."""
    size: int
    language: str
    score: float


def by_parts(text: str, language_of_all: str) -> Identified | None:
    """Return the languages of a text by its parts; None if it is too short to have some, or all are in none.

    Where every second part of many is in the language of all, or in none for certain, the others are not asked for.
    """
    if len(text) < 2 * PART and len(text.encode("utf-8", "replace")) < 2 * PART:
        return None
    is_long = len(text) > WINDOW * PARTS
    chosen = _windows(text) if is_long else _all_parts(text)
    if len(chosen) < 2:
        return None
    scripts = count_scripts(text) if has_letters_of_others(text, "en", NAMES) else Counter()
    parts: list[_Part] = []
    turns = (chosen[::2], chosen[1::2]) if len(chosen) >= PARTS // 2 else (chosen,)
    for some in turns:
        for part in map(_longest_of, some) if is_long else some:
            language, score = _of_part(part[:LONGEST], language_of_all)
            letters = script_counts(part) if scripts else Counter({"": sum(map(str.isalpha, part))})
            language = language_of_all if are_relatives(language, language_of_all) else language
            parts.append(_Part(letters, len(part.encode("utf-8", "replace")), language, score))
        if all(part.language == language_of_all for part in parts if part.score >= PART_SCORE):
            break
    return _weigh(parts, scripts or Counter({"": 1}))


def _weigh(parts: list[_Part], scripts: Counter[str]) -> Identified | None:
    """Return the languages of parts, which stand for all letters of each script."""
    letters_of_parts: Counter[str] = Counter()
    for part in parts:
        letters_of_parts.update(part.letters)
    shares: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for part in parts:
        if part.score < PART_SCORE:
            continue
        sizes[part.language] += part.size
        for script, letters in part.letters.items():
            if not script or script in scripts_of(part.language):
                shares[part.language] += letters / letters_of_parts[script] * scripts[script] / scripts.total()
    large = [language for language, share in shares.most_common() if sizes[language] >= PART and share * _weight(language) >= LEAST_SHARE]
    if not large:
        return None
    language = large[0]
    own = [part for part in parts if part.language == language or part.score < PART_SCORE]
    total = sum(part.letters.total() for part in own)
    score = sum(part.letters.total() * part.score for part in own if part.language == language) / total
    return Identified(language, round(score, 4), {code: round(shares[code], 2) for code in large} if len(large) > 1 else {})


def _weight(language: str) -> int:
    return 2 if "HAN" in scripts_of(language) else 1


def _of_part(part: str, language_of_all: str) -> tuple[str, float]:
    if not has_letters(part):
        return "und", 0.0
    line = as_line(part)
    if is_told_by_script(line, language_of_all):
        return language_of_all, 1.0
    ranked = predict(line, 1)
    if not ranked:
        return "und", 0.0
    language, score = ranked[0]
    # Of a part, the model's doubts about the language of a script are believed.
    if needs_its_script(line, language, 1.0):
        return by_script(line, script_counts(line), language, score)
    return language, score


def _windows(text: str) -> list[str]:
    step = len(text) / PARTS
    starts = [int((index + 0.5) * step - WINDOW / 2) for index in range(PARTS)]
    return [text[start : start + WINDOW] for start in starts]


def _longest_of(window: str) -> str:
    """Return the longest line or sentence of a window; all of it if its lines are short."""
    longest = max(_sentences(window), key=len, default="")
    return longest if len(longest) >= PART else " ".join(window.split())


def _all_parts(text: str) -> list[str]:
    """Return the lines of a text, short ones joined, long ones cut at the ends of sentences; if many, some of them."""
    sentences = list(_sentences(text))
    sizes = map(len, sentences) if text.isascii() else (len(each.encode("utf-8", "replace")) for each in sentences)
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
    chosen = (int((index + 0.5) * step) for index in range(min(number_of_parts, PARTS)))
    return [" ".join(sentences[bounds[part] : bounds[part + 1]]) for part in chosen]


def _sentences(text: str) -> Iterator[str]:
    lines = filter(None, map(str.strip, text.splitlines()))
    return itertools.chain.from_iterable(_SENTENCE_END.split(line) if len(line) > PART else (line,) for line in lines)
