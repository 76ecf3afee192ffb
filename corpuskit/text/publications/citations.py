"""Citations that are left out of a sentence, with the brackets and commas that were theirs."""

import re

OMITTED = "\0"
"""Stands for a citation that was left out. XML cannot hold it; of LaTeX it is removed first."""
_BRACKETS = re.compile(r"[ \xa0]?[\[(]([\s,;:\u2013\u2212\0-]*+)[\])]")
_BETWEEN = " ,;\u2013\u2212-"


def without_omitted(text: str) -> str:
    """Return a text without the signs of citations, and without the commas and brackets that were between them.

    >>> without_omitted("Seen [\\0, \\0] before (Oak, 2001; \\0)")
    'Seen before (Oak, 2001)'
    """
    if OMITTED not in text:
        return text
    text = _BRACKETS.sub(lambda match: "" if OMITTED in match[1] else match[0], text)
    first, *others = text.split(OMITTED)
    parts = [first]
    for number, part in enumerate(others, 1):
        rest = part.lstrip(_BETWEEN)
        if not rest and number < len(others):
            continue
        parts[-1] = parts[-1].rstrip(" ")
        if rest[:1] in (")", "]"):
            parts[-1] = parts[-1].rstrip(_BETWEEN)
        elif not parts[-1].endswith(("(", "[")):
            rest = part
        parts.append(rest)
    return "".join(parts)
