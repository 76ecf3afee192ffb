"""The languages of a text's parts, from which a text in several languages gets shares."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator

from corpuskit.text.language_id.line import as_line, by_script, has_letters, is_told_by_script, needs_its_script
from corpuskit.text.language_id.model import predict
from corpuskit.text.language_id.relatives import are_relatives
from corpuskit.text.language_id.scripts import script_counts

__all__ = ["LEAST_SHARE", "language_shares"]

PART, PARTS = 60, 12
"""Least bytes of a part that is asked for by itself (a letter of more bytes says more); the most parts of a text."""
WINDOW = 240
"""Characters in which a part of a long text is looked for; a text that is shorter than all is looked at as a whole."""
LONGEST = 110
"""Characters of a part that are asked for: more say hardly more."""
PART_SCORE = 0.65
"""Least probability at which a part is counted."""
LEAST_SHARE = 0.1
"""Smaller shares are names, quotations and errors."""

_SENTENCE_END = re.compile(r"(?<=[.!?。！？؟।])\s*(?=\S)")


def language_shares(text: str, language_of_all: str) -> tuple[dict[str, float], float]:
    """Return the share of letters that each language has, the largest first, and the mean probability of the largest.

    There are no shares if all parts are in one language. Where every second part of many is in the language of all, or
    in none for certain, the others are not asked for.
    """
    if len(text) < 2 * PART and len(text.encode("utf-8", "replace")) < 2 * PART:
        return {}, 0.0
    is_long = len(text) > WINDOW * PARTS
    parts = _windows(text) if is_long else _all_parts(text)
    if len(parts) < 2:
        return {}, 0.0
    scored_parts: list[tuple[str, str, float]] = []
    turns = (parts[::2], parts[1::2]) if len(parts) >= PARTS // 2 else (parts,)
    for some in turns:
        for part in map(_longest_of, some) if is_long else some:
            language, score = _of_part(part[:LONGEST], language_of_all)
            if score >= PART_SCORE:
                is_relative = are_relatives(language, language_of_all)
                scored_parts.append((part, language_of_all if is_relative else language, score))
        if all(language == language_of_all for _, language, _ in scored_parts):
            return {}, 0.0
    return _shares_of_letters(scored_parts)


def _shares_of_letters(scored_parts: list[tuple[str, str, float]]) -> tuple[dict[str, float], float]:
    """Return the shares of languages with at least the bytes of a part, from parts with their languages and scores."""
    letters: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    weighted: dict[str, float] = {}
    for part, language, score in scored_parts:
        number = sum(map(str.isalpha, part))
        letters[language] += number
        sizes[language] += len(part.encode("utf-8", "replace"))
        weighted[language] = weighted.get(language, 0) + number * score
    total = letters.total()
    shares = {
        language: round(number / total, 2)
        for language, number in letters.most_common()
        if sizes[language] >= PART and number >= LEAST_SHARE * total
    }
    if len(shares) < 2:
        return {}, 0.0
    language = next(iter(shares))
    return shares, weighted[language] / letters[language]


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
    last = len(text) - WINDOW
    starts = [last * index // (PARTS - 1) for index in range(PARTS)]
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
    chosen = (int(index * step) for index in range(min(number_of_parts, PARTS)))
    return [" ".join(sentences[bounds[part] : bounds[part + 1]]) for part in chosen]


def _sentences(text: str) -> Iterator[str]:
    lines = filter(None, map(str.strip, text.splitlines()))
    return itertools.chain.from_iterable(_SENTENCE_END.split(line) if len(line) > PART else (line,) for line in lines)
