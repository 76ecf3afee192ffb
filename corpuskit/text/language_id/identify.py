"""Which language a text is in, by the model and the scripts of the text.

Where the model hesitates between two languages, or a text has letters of two scripts, parts of it are asked for one by
one, and languages get shares.
"""

from collections import Counter
from typing import NamedTuple

from corpuskit.text.language_id.line import CERTAIN, as_line, by_script, has_letters, needs_its_script
from corpuskit.text.language_id.model import predict
from corpuskit.text.language_id.parts import LEAST_SHARE, language_shares
from corpuskit.text.language_id.relatives import are_relatives
from corpuskit.text.language_id.scripts import script_counts

__all__ = ["IDENTIFIER", "Identified", "detect", "identify"]

IDENTIFIER = "corpuskit-language/7"
"""Name and version of the rules around the model, for the manifest."""

LONG = 520
"""Characters from which windows stand for a text."""
WINDOW, WINDOWS = 64, 8
"""Characters in a window, and the number of evenly spaced windows. These 512 characters give the same language as the
full text for 1,462 of 1,463 long pages of documentation, manuals and news, and find as many second languages as 1,000
do; the odd banner at the top of a page weighs no more than its share."""
HESITANT, RIVAL = 0.01, 0.1
"""Least probability of the second language of a page that may have two, and least share in what the first leaves: a
text in no language, such as code, spreads that over many."""
RANKS = 4
"""How many languages are asked for."""


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
    line = as_line(_windows(text))
    if not has_letters(line):
        return _UNDETERMINED
    ranked = predict(line, RANKS, HESITANT) or predict(line, 1)
    if not ranked:
        return _UNDETERMINED
    language, score = ranked[0]
    is_mixed = score < CERTAIN and _has_rival(ranked)
    if needs_its_script(line, language, score):
        scripts = script_counts(line)
        language, score = by_script(line, scripts, language, score)
        is_mixed = is_mixed or len(_large_scripts(scripts)) > 1
    if is_mixed:
        shares, score_of_parts = language_shares(text, language)
        if shares:
            return Identified(next(iter(shares)), round(score_of_parts, 4), shares)
    return Identified(language, round(score, 4), {})


def _windows(text: str) -> str:
    """Return what stands for a text."""
    if len(text) <= LONG:
        return text
    last = len(text) - WINDOW
    starts = [last * index // (WINDOWS - 1) for index in range(WINDOWS)]
    return "\n".join([text[start : start + WINDOW] for start in starts])


def _has_rival(ranked: list[tuple[str, float]]) -> bool:
    """Whether a language that is no relative of the first has much of what the first and its relatives leave."""
    language, score = ranked[0]
    rest = 1 - score
    for other, probability in ranked[1:]:
        if not are_relatives(language, other):
            return probability >= max(HESITANT, RIVAL * rest)
        rest -= probability
    return False


def _large_scripts(scripts: Counter[str]) -> list[str]:
    """Return the scripts with a share that counts; Japanese is written in two."""
    merged = Counter(scripts)
    merged["HAN"] += merged.pop("KANA", 0)
    return [script for script, letters in merged.items() if letters >= LEAST_SHARE * merged.total()]
