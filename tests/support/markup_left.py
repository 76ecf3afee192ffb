"""A detector of markup that was left in a text: tags, references to characters, commands of TeX outside formulas."""

import re

FORMULA = re.compile(r"\\\((?:[^\\]|\\(?!\)))*\\\)|\\\[(?:[^\\]|\\(?!\]))*\\\]")
SIGNS = {
    "tag": re.compile(r"</?[A-Za-z][\w:.-]*(?:\s[^<>]*)?/?>|<!--|<!\[CDATA|<\?xml"),
    "reference": re.compile(r"&(?:#\d+|#x[0-9A-Fa-f]+|[A-Za-z]{2,12});"),
    "command": re.compile(r"\\[A-Za-z]{2,}|\\[&%$#_{}]"),
    "attribute": re.compile(r"\b(?:xmlns|xlink:href|epub:type|ref-type|rid)(?::\w+)?=[\"']"),
    "brackets": re.compile(r"\(\s*[,;]?\s*\)|\[\s*[,;]?\s*\]"),
    "control": re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f]"),
}


def markup_left(text: str) -> list[tuple[str, str]]:
    """Return what kinds of markup a text holds, each with what was found."""
    outside = FORMULA.sub("x", text)
    found = [(kind, match[0]) for kind, pattern in SIGNS.items() for match in pattern.finditer(outside)]
    return found + [("tag", match[0]) for formula in FORMULA.findall(text) for match in SIGNS["tag"].finditer(formula)]


PLANTS = {
    "tag": "a <italic>word</italic>",
    "reference": "fish &amp; chips",
    "command": r"see \ref{fig:one} there",
    "attribute": 'ref-type="bibr" rid="B1"',
    "brackets": "as shown [, ] before",
    "control": "a\x00b",
}
"""What the detector has to find, by kind."""
