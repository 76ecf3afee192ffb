"""Which language a text is in, by the model and the scripts of the text.

Where the model hesitates between two languages, or a text has letters of two scripts, parts of it are asked for one by
one, and languages get shares.
"""

from collections import Counter
from typing import NamedTuple

from corpuskit.text.language_id.chinese import has_chinese_prose, has_run_of_han
from corpuskit.text.language_id.function_words import has_words_of_another
from corpuskit.text.language_id.line import CERTAIN, as_line, by_script, has_letters, needs_its_script, told_by_script
from corpuskit.text.language_id.model import predict
from corpuskit.text.language_id.parts import (
    HESITANT,
    LEAST_SHARE,
    PART_SCORE,
    RANKS,
    Identified,
    by_parts,
    has_parts,
    shares_that_count,
    windows_of_parts,
)
from corpuskit.text.language_id.relatives import are_relatives, with_relatives
from corpuskit.text.language_id.scripts import (
    LATIN,
    blocks_of_others,
    count_scripts,
    has_letters_of_others,
    scripts_of,
    text_size,
    weighed,
    weight_of_letters,
)
from corpuskit.text.language_id.word_runs import prose_of

__all__ = ["IDENTIFIER", "Identified", "detect", "identify"]

IDENTIFIER = "corpuskit-language/12"
"""Name and version of the rules around the model, for the manifest."""

LONG = 520
"""Characters from which windows stand for a text."""
WINDOW, WINDOWS = 64, 8
"""Characters in a window, and the number of windows, each in the middle of an eighth of the text."""
DENSE = 1.6
"""Size of a character from which half of them are enough, as in Chinese."""
SURE = 0.9
"""Probability of a language from which a short text is not looked through for a second one in the same script."""
NOTHING, LEAST_DOUBTFUL = 0.1, 0.3
"""Least probabilities of the language of a text that may have a second one, and of one whose parts may speak more
clearly: code and pictures have less."""
RIVAL = 0.1
"""Least share of the second language of a page that may have two in what the first leaves: a text in no language, such
as code, spreads that over many."""
LEAST_PROSE, MOST_PROSE = 0.2, 0.9
"""Share of the characters of an uncertain text in its prose, from which the prose is asked for, and up to which it may
say anything else than all of the text has said."""
LEAST_RELATIVES = 0.1
"""Least probability of all relatives that are told."""
SECOND_SCRIPT, LATIN_NAMES = 0.05, 0.15
"""Least share of the letters in another script of a text that may have a second language: Latin names are many."""


_UNDETERMINED = Identified("und", 0.0, {}, {})


def detect(text: str) -> tuple[str, float]:
    """Return the most probable language and its probability, to four digits; `und` and 0 for a text without letters."""
    identified = identify(text)
    return identified.language, identified.score


def identify(text: str) -> Identified:
    """Return the language of a text, and the share of each if there are several; `und` for a text without letters."""
    of_all = _identify_all(text)
    is_doubtful = of_all.score < PART_SCORE and not of_all.shares and of_all.language != "und"
    return (_by_prose(text) if is_doubtful and len(text) > LONG else None) or of_all


def _identify_all(text: str) -> Identified:
    """Return the language of a text by all that is in it, prose or not."""
    line = as_line(_sample(text))
    if not has_letters(line):
        return _UNDETERMINED
    whole = _as_a_whole(line, text)
    score = round(sum(whole.relatives.values()) or whole.score, 4)
    if whole.may_be_mixed or (LEAST_DOUBTFUL <= score < PART_SCORE and len(text) > LONG):
        of_parts = by_parts(text, whole.language, whole.score, whole.scripts, whole.has_signs_of_another)
        if of_parts and (of_parts.shares or of_parts.language != whole.language or of_parts.score > score):
            is_the_same = of_parts.language == whole.language and not of_parts.shares
            return of_parts._replace(relatives=_relatives_to_tell(whole.relatives)) if is_the_same else of_parts
    return Identified(whole.language, score, {}, _relatives_to_tell(whole.relatives))


def _by_prose(text: str) -> Identified | None:
    """Return the language of a text by its prose alone, or None if it has little, or the prose is uncertain too."""
    looked_at = windows_of_parts(text)
    prose = prose_of(looked_at)
    if not LEAST_PROSE * len(looked_at) <= len(prose) <= MOST_PROSE * len(looked_at) or not has_parts(prose):
        return None
    identified = _identify_all(prose)
    if identified.score < PART_SCORE:
        return None
    if not identified.shares:
        return identified
    of_letters = _letters(prose) / _letters(looked_at)
    shares = shares_that_count({language: share * of_letters for language, share in identified.shares.items()})
    return identified._replace(shares=shares if len(shares) > 1 else {})


class _Whole(NamedTuple):
    """What a text is as a whole."""

    language: str
    score: float
    may_be_mixed: bool
    has_signs_of_another: bool
    """Whether it has function words of another language in Latin script, or beside Japanese what may be Chinese."""
    scripts: Counter[str] | None
    """The letters in each script, if they had to be counted."""
    relatives: dict[str, float]
    """The probabilities of the language and its relatives, of a text that is long enough to trust the first."""


def _as_a_whole(line: str, text: str) -> _Whole:
    """Return the language of a text, of which a line is a sample, by its script or the model."""
    others = blocks_of_others(text)
    language, score = told_by_script(text, others) if others else ("", 0.0)
    can_be_mixed = has_parts(text)
    may_be_mixed, scripts, relatives = False, None, {}
    if not language:
        ranked = predict(line, RANKS, HESITANT) or predict(line, 1) or [_UNDETERMINED[:2]]
        language, score = ranked[0]
        sure = SURE if len(text) <= LONG else CERTAIN
        may_be_mixed = can_be_mixed and NOTHING <= score < sure and _has_rival(ranked)
        if (others or LATIN not in scripts_of(language)) and needs_its_script(line, language, score):
            scripts = count_scripts(text)
            language, score = by_script(line, scripts, language, score)
            may_be_mixed = may_be_mixed or (can_be_mixed and len(_large_scripts(scripts)) > 1)
        if can_be_mixed and len(ranked) > 1 and (language, score) == ranked[0]:
            relatives = with_relatives(ranked)
    if others and can_be_mixed and not may_be_mixed:
        may_be_mixed = has_letters_of_others(text, language, _second_script(language))
    has_signs = can_be_mixed and _has_signs_of_another(text, line, language, others)
    return _Whole(language, score, may_be_mixed or has_signs, has_signs, scripts, relatives)


def _has_signs_of_another(text: str, line: str, language: str, others: bytes) -> bool:
    """Whether a text has signs of a language in the same script, of which model and letters say nothing."""
    if language == "ja":
        return has_run_of_han(others) and has_chinese_prose(windows_of_parts(text))
    return LATIN in scripts_of(language) and has_words_of_another(line, language)


def _relatives_to_tell(relatives: dict[str, float]) -> dict[str, float]:
    """Return the probabilities of a language and its relatives, if the relatives have so much that they are told."""
    if len(relatives) < 2 or sum(list(relatives.values())[1:]) < LEAST_RELATIVES:
        return {}
    return {language: round(score, 4) for language, score in relatives.items()}


def _second_script(language: str) -> float:
    return SECOND_SCRIPT if LATIN in scripts_of(language) else LATIN_NAMES * weight_of_letters(language)


def _sample(text: str) -> str:
    """Return what stands for a text."""
    sample = text if len(text) <= LONG else _windows(text, WINDOW)
    if len(sample) > LONG // 2 and not sample.isascii() and text_size(sample) > DENSE * len(sample):
        return _windows(text, WINDOW // 2)
    return sample


def _windows(text: str, width: int) -> str:
    step = len(text) / WINDOWS
    starts = [int((index + 0.5) * step - width / 2) for index in range(WINDOWS)]
    return "\n".join([text[start : start + width] for start in starts])


def _has_rival(ranked: list[tuple[str, float]]) -> bool:
    """Whether a language that is no relative of the first has much of what the first and its relatives leave."""
    language, score = ranked[0]
    rest = 1 - score
    for other, probability in ranked[1:]:
        if not are_relatives(language, other):
            return probability >= max(HESITANT, RIVAL * rest)
        rest -= probability
    return False


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _large_scripts(scripts: Counter[str]) -> list[str]:
    """Return the scripts with a share that counts; Japanese is written in two."""
    merged = weighed(scripts)
    merged["HAN"] += merged.pop("KANA", 0)
    return [script for script, letters in merged.items() if letters >= LEAST_SHARE * merged.total()]
