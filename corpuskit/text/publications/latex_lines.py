"""What becomes of the text of a block of LaTeX: its formulas, quotation marks and white space."""

import re

from corpuskit.text.publications.citations import OMITTED, without_omitted

_MATH_NOISE = re.compile(r"\\label\s*\{[^{}]*\}|\\(?:nonumber|notag)(?![A-Za-z])|\\tag\*?\s*\{[^{}]*\}")
_QUOTES = (("``", "“"), ("''", "”"), ("---", "—"), ("--", "–"), ("`", "‘"))
_SECTION_SIGN = re.compile(rf"\u00a7[ \u00a0\u00a7]*{OMITTED}")
"""A sign for a section whose number is left out."""


def formula(tex: str, is_apart: bool) -> str:
    """Return a formula between its signs, which say whether it stands apart."""
    tex = " ".join(_MATH_NOISE.sub("", tex).split())
    if not tex:
        return ""
    return f" \\[{tex}\\] " if is_apart else f"\\({tex}\\)"


def with_quotes(text: str) -> str:
    """Return a text with the signs that TeX makes of backquotes, apostrophes and hyphens in a row."""
    for sign, replacement in _QUOTES if "`" in text or "''" in text or "--" in text else ():
        text = text.replace(sign, replacement)
    return text


def block_line(text: str, kind: str) -> str:
    """Return the text of a block with single spaces and no traces of citations."""
    text = without_omitted(_SECTION_SIGN.sub(OMITTED, text))
    if kind == "row":
        cells = [" ".join(cell.split()) for cell in text.split("\t")]
        return "\t".join(cells).rstrip() if any(cells) else ""
    indent = text[: len(text) - len(text.lstrip(" "))] if kind == "item" and text.lstrip()[:1] in "-0123456789" else ""
    return indent + " ".join(text.split())
