"""Citations that are left out of a sentence, with the brackets, commas and lead-ins that were theirs.

"as shown before (see [3, 4])" needs none of it. "Inspired by [3], we" needs a word: it says "[citation]", as a neutral
mark tells a reader, and a model, that a name stood there.
"""

import re

OMITTED = "\0"
"""Stands for a mark that was left out, such as of a footnote. XML cannot hold it; of LaTeX it is removed first."""
CITED = "\1"
"""Stands for a citation, likewise."""
CITATION = "[citation]"
"""What is written where a sentence uses a citation as a noun."""
_BRACKETS = re.compile(r"[ \xa0]?[\[(]([\s,;:\u2013\u2212\0\x01-]*+)[\])]")
_LEAD_INS = re.compile(
    r"[ \xa0]?[\[(]((?:[\s,;:\u2013\u2212\0\x01-]"
    r"|(?:see|also|e\.g\.|i\.e\.|cf\.?|for|an?|example|instance|reviews?|reviewed|in|and|or|refs?\.?|references?|therein"
    r"|sections?|sec\.|figures?|figs?\.|tables?|appendix|equations?|eqs?\.)(?![A-Za-z])|(?!))*+)[\])]",
    re.IGNORECASE,
)
"""Brackets in which nothing but lead-ins is left."""
_RUN = re.compile(r"[\x01\0](?:[ ,;\u2013\u2212-]*(?:and )?[\x01\0])+")
_WANTS_NOUN = (
    r"(\b(?:by|in|from|of|to|with|following|see|e\.g\.,?|cf\.|than|like|unlike|both|on|at|for|via|using|per|under|and|or)"
    r"[ \xa0]?)"
)
_NOUN = re.compile(rf"{_WANTS_NOUN}\x01", re.IGNORECASE)
_BEFORE_NOUN = re.compile(rf"{_WANTS_NOUN}$", re.IGNORECASE)
_BETWEEN = " ,;\u2013\u2212-"


def without_omitted(text: str) -> str:
    """Return a text without the signs of citations, and without the commas and brackets that were between them.

    >>> without_omitted("Seen [\\0, \\0] before (Oak, 2001; \\0)")
    'Seen before (Oak, 2001)'
    >>> without_omitted("Inspired by [\\1, \\1], we look (see [\\1]).")
    'Inspired by [citation], we look.'
    """
    if OMITTED not in text and CITED not in text:
        return text
    for brackets in (_BRACKETS, _LEAD_INS):
        text = brackets.sub(_mark_of, text)
    text = _RUN.sub(lambda match: CITED if CITED in match[0] else OMITTED, text)
    text = _NOUN.sub(lambda match: f"{match[1].rstrip()} {CITATION}", text).replace(CITED, OMITTED)
    return _without_marks(text)


def wants_noun(before: str) -> bool:
    """Whether a citation after these words is a noun of the sentence, not an addition to it.

    >>> wants_noun("Inspired by "), wants_noun("It rose ")
    (True, False)
    """
    return _BEFORE_NOUN.search(before[-40:]) is not None


def _mark_of(brackets: "re.Match[str]") -> str:
    """Return the mark that stands for brackets with nothing else in them; brackets without one as they are."""
    return CITED if CITED in brackets[1] else OMITTED if OMITTED in brackets[1] else brackets[0]


def _without_marks(text: str) -> str:
    first, *others = text.split(OMITTED)
    parts = [first]
    for number, part in enumerate(others, 1):
        rest = part.lstrip(_BETWEEN)
        if not rest and number < len(others):
            continue
        parts[-1] = parts[-1].rstrip(" \xa0")
        if rest[:1] in (")", "]"):
            parts[-1] = parts[-1].rstrip(_BETWEEN)
        elif not parts[-1].endswith(("(", "[")):
            rest = part
        parts.append(rest)
    return "".join(parts)
