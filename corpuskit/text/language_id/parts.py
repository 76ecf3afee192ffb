"""The languages of a text's parts, from which a text in several languages gets shares."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from corpuskit.text.language_id.chinese import is_chinese_prose
from corpuskit.text.language_id.line import (
    CERTAIN,
    IN_HAN,
    as_line,
    by_script,
    has_letters,
    is_in_han_or_kana,
    is_kana_of_japanese,
    is_told_by_script,
    needs_its_script,
)
from corpuskit.text.language_id.model import predict
from corpuskit.text.language_id.relatives import are_relatives, has_relatives, with_relatives
from corpuskit.text.language_id.scripts import (
    LATIN,
    count_scripts,
    has_letters_of_others,
    may_be_unknown,
    script_counts,
    scripts_of,
    text_size,
    weight_of_all,
    weight_of_letters,
)

__all__ = [
    "HESITANT",
    "LEAST_SHARE",
    "PART_SCORE",
    "RANKS",
    "Identified",
    "by_parts",
    "has_parts",
    "shares_that_count",
    "windows_of_parts",
]

PART, PARTS = 60, 12
"""Least size of a part that is asked for by itself (a Chinese character says as much as three); the most parts."""
WINDOW = 240
"""Characters in which a part of a long text is looked for; a text that is shorter than all is looked at as a whole."""
LONGEST = 110
"""Characters of a part that are asked for: more say hardly more."""
PART_SCORE = 0.65
"""Least probability at which a part is counted."""
NAMES = 0.02
"""Least share of letters in another script than Latin: fewer are a few names or signs."""
FOREIGN, LATIN_NAMES = 0.2, 0.5
"""Share of letters in another script, below which a part of a text whose language is certain is in that language."""
RANKS, HESITANT = 4, 0.01
"""How many languages are asked for, and the least probability of one besides the first."""
TWO_SCRIPTS = 0.2
"""Share of letters in another script from which every part is asked for; twice it of Chinese and Japanese."""
LEAST_SHARE = 0.1
"""Smaller shares are names, quotations and errors."""
CLEAR = 0.4
"""Share of the letters in parts of a page's languages that are certain, from which its other parts may be anything."""

_SENTENCE_END = re.compile(r"(?<=[.!?。！？؟।])\s*(?=\S)")


class Identified(NamedTuple):
    """The language of a text."""

    language: str
    """The code of the model, or `und` if there is none."""
    score: float
    """The probability of it and its relatives, to four digits; with shares, that of its parts to be in these."""
    shares: dict[str, float]
    """The share of the letters in each language if there are several, the largest first; else empty."""
    relatives: dict[str, float]
    """The probability of it and of each relative, if the relatives have some; else empty."""


class _Part(NamedTuple):
    text: str
    language: str
    score: float


def has_parts(text: str) -> bool:
    """Whether a text is long enough to be in two languages."""
    return len(text) >= 2 * PART or (not text.isascii() and text_size(text) >= 2 * PART)


def windows_of_parts(text: str) -> str:
    """Return what the parts of a text are taken from: all of it, or of a long one its windows."""
    return "\n".join(_windows(text)) if _is_long(text) else text


def by_parts(
    text: str, language_of_all: str, score_of_all: float, scripts: Counter[str] | None, ask_all: bool = False
) -> Identified | None:
    """Return the languages of a text by its parts, or None if they say no more than was known.

    Where every second part of many is in the language of all, or in none for certain, the others are not asked for,
    unless many letters are in another script. The letters of a text in two scripts may have been counted before.
    With `ask_all`, no part is spared.
    """
    is_long = _is_long(text)
    chosen = _windows(text) if is_long else _all_parts(text)
    if len(chosen) < 2:
        return None
    foreign = FOREIGN if LATIN in scripts_of(language_of_all) else LATIN_NAMES
    parts: list[_Part] = []
    turns = (chosen[::2], chosen[1::2]) if len(chosen) >= PARTS else (chosen,)
    for some in turns:
        for part in map(_longest_of, some) if is_long else some:
            if not ask_all and score_of_all >= CERTAIN and not has_letters_of_others(part, language_of_all, foreign):
                language, score = language_of_all, score_of_all
            else:
                language, score = _of_part(part[:LONGEST], language_of_all)
            language = language_of_all if are_relatives(language, language_of_all) else language
            parts.append(_Part(part, language, score))
        if all(part.language == language_of_all for part in parts if part.score >= PART_SCORE):
            if len(parts) < len(chosen) and (ask_all or _is_in_two_scripts(text, language_of_all)):
                continue
            if score_of_all >= PART_SCORE:
                return None
            break
    if not scripts and has_letters_of_others(text, "en", NAMES):
        scripts = count_scripts(text)
    if scripts and is_kana_of_japanese(scripts):
        parts = _beside_japanese(parts)
    return _weigh(parts, scripts)


def _beside_japanese(parts: list[_Part]) -> list[_Part]:
    """Return the parts of a page with kana: those in Han characters alone are in one Chinese language, if in any.

    They are in none for certain if they may be Japanese headings. Of single sentences in traditional characters the
    model takes some for Cantonese.
    """
    in_han = [part.language in IN_HAN and part.language != "ja" for part in parts]
    are_chinese = [is_han and is_chinese_prose(part.text) for part, is_han in zip(parts, in_han, strict=True)]
    scores: dict[str, float] = {}
    for part in itertools.compress(parts, are_chinese):
        scores[part.language] = scores.get(part.language, 0.0) + part.score
    chinese = max(scores, key=scores.__getitem__, default="zh")
    return [
        part._replace(language=chinese) if is_chinese else part._replace(language="und", score=0.0) if is_han else part
        for part, is_han, is_chinese in zip(parts, in_han, are_chinese, strict=True)
    ]


def _is_in_two_scripts(text: str, language: str) -> bool:
    """Whether a text has so many letters in other scripts that the parts not asked for may be in another language."""
    return has_letters_of_others(text, language, TWO_SCRIPTS * weight_of_letters(language))


def _weigh(parts: list[_Part], scripts: Counter[str] | None) -> Identified | None:
    """Return the languages of parts, which stand for all letters in the scripts of the text."""
    if scripts:
        letters = [script_counts(part.text) for part in parts]
        shares = _shares(parts, letters, scripts)
    else:
        letters = [Counter({LATIN: sum(map(str.isalpha, part.text))}) for part in parts]
        shares = _shares(parts, letters, Counter({LATIN: 1}))
    if not shares:
        return None
    weights = [weight_of_all(counts) if scripts else counts.total() for counts in letters]
    score = _score(parts, weights, shares)
    return Identified(next(iter(shares)), round(score, 4), shares if len(shares) > 1 else {}, {})


def _score(parts: list[_Part], weights: list[int], shares: dict[str, float]) -> float:
    """Return the mean probability of the parts that count in the languages that have a share, by their letters."""
    total, weighted = 0, 0.0
    for part, weight in itertools.compress(zip(parts, weights, strict=True), _counted(parts, weights, shares)):
        total += weight
        if part.language in shares:
            weighted += weight * part.score
    return weighted / total


def _counted(parts: list[_Part], weights: list[int], shares: dict[str, float]) -> list[bool]:
    """Return which parts tell the score of a page: those that are certain, where they have so many of its letters.

    Tables, names and code do not count then. Else it is those in its language; of a page in one, also those in none.
    """
    certain = [part.language in shares and part.score >= PART_SCORE for part in parts]
    if sum(itertools.compress(weights, certain)) >= CLEAR * sum(weights):
        return certain
    is_mixed = len(shares) > 1
    language = next(iter(shares))
    return [part.language == language or (part.score < PART_SCORE and not is_mixed) for part in parts]


def _shares(parts: list[_Part], letters: list[Counter[str]], scripts: Counter[str]) -> dict[str, float]:
    """Return the shares that count, from the letters of parts in their languages' own scripts."""
    of_parts = Counter[str]()
    for counts in letters:
        of_parts.update(counts)
    worth = {script: scripts[script] / scripts.total() / number for script, number in of_parts.items() if number}
    shares: dict[str, float] = {}
    sizes: Counter[str] = Counter()
    for part, counts in zip(parts, letters, strict=True):
        if part.score >= PART_SCORE:
            letters_of_own = sum(
                number * worth[script] for script, number in counts.items() if _is_own(script, part, scripts)
            )
            shares[part.language] = shares.get(part.language, 0.0) + letters_of_own
            sizes[part.language] += text_size(part.text)
    return shares_that_count({language: share for language, share in shares.items() if sizes[language] >= PART})


def shares_that_count(shares: dict[str, float]) -> dict[str, float]:
    """Return the shares that are no names, quotations and errors, to two digits, the largest first."""
    return {
        language: round(share, 2)
        for language, share in sorted(shares.items(), key=lambda item: -item[1])
        if share * weight_of_letters(language) >= LEAST_SHARE
    }


def _is_own(script: str, part: _Part, scripts: Counter[str]) -> bool:
    return len(scripts) == 1 or script in scripts_of(part.language)


def _of_part(part: str, language_of_all: str) -> tuple[str, float]:
    if not has_letters(part):
        return "und", 0.0
    if is_in_han_or_kana(part, language_of_all):
        return language_of_all, 1.0
    line = as_line(part)
    if is_told_by_script(line, language_of_all):
        return language_of_all, 1.0
    ranked = predict(line, 1)
    if not ranked:
        return "und", 0.0
    language, score = ranked[0]
    if language_of_all == "und" and may_be_unknown(language):
        return "und", 0.0
    if score < PART_SCORE and has_relatives(language):
        # Asking for one alone is faster, and most parts are certain.
        score = _with_its_own_relatives(predict(line, RANKS), language_of_all)
    # Of a part, the model's doubts about the language of a script are believed.
    if needs_its_script(line, language, 1.0):
        return by_script(line, script_counts(line), language, score)
    return language, score


def _with_its_own_relatives(ranked: list[tuple[str, float]], language_of_all: str) -> float:
    """Return the probability of the first language and its relatives, without those that are nearer to another.

    Galician speaks for Portuguese on a Portuguese page, not for Spanish.
    """
    relatives = with_relatives(ranked)
    if language_of_all not in relatives:
        relatives = {code: score for code, score in relatives.items() if not are_relatives(code, language_of_all)}
    return sum(relatives.values())


def _is_long(text: str) -> bool:
    return len(text) > WINDOW * PARTS


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
    sizes = map(len if text.isascii() else text_size, sentences)
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
