r"""Formulas as TeX between `\(` and `\)`: from MathML, or from the TeX that a page holds beside it.

MathML Core (https://www.w3.org/TR/mathml-core/) names the elements; a page's own TeX is taken wherever there is any.
"""

import re
from functools import lru_cache

from corpuskit.text.html.markup import attribute, decode_entities

__all__ = ["inline_tex", "tex_of_element", "tex_of_math"]

MAX_DEPTH = 64
"""Elements of a formula that are nested deeper are read as if they were not."""
MAX_REMEMBERED = 200
"""Most characters of MathML whose TeX is remembered."""

_ANNOTATION = re.compile(r"<annotation\b([^>]*)>([^<]*)", re.ASCII | re.IGNORECASE)
_TOKEN = re.compile(r"([^<]*+)(?:<(/?)(?:\w+:)?(\w+)((?:[^>\"']++|\"[^\"]*+\"|'[^']*+'|(?!))*+)>|<|$)")
_ONE_TOKEN = re.compile(r"<(m[ino])>([^<]*+)</\1>")
"""What many formulas are: a name, a number or a sign."""
_ROW_END = r" \\ "
"""Ends a row of a matrix."""
_SILENT = frozenset(("annotation", "annotation-xml", "mphantom"))
_SYMBOLS = {
    "\u2212": "-", "\u2217": "*", "\u2264": r"\le ", "\u2265": r"\ge ", "\u2260": r"\ne ", "\u00d7": r"\times ",
    "\u22c5": r"\cdot ", "\u221e": r"\infty ", "\u2211": r"\sum ", "\u222b": r"\int ", "\u220f": r"\prod ",
    "\u2192": r"\to ", "\u2208": r"\in ", "\u00b1": r"\pm ", "\u2061": "", "\u2062": "", "\u2063": "", "\u2064": "",
}  # fmt: skip
"""Signs that TeX writes as commands; the last four are invisible operators. Any other character stands for itself."""

_DELIMITERS = (("\\(", "\\)"), ("\\[", "\\]"), ("$$", "$$"), ("$", "$"))
_LAST_SIGNS = tuple(end for _, end in _DELIMITERS)


def inline_tex(tex: str) -> str:
    r"""Return TeX between `\(` and `\)` on one line; empty if there is none.

    >>> inline_tex("E =\n mc^2")
    '\\(E = mc^2\\)'
    """
    line = " ".join(tex.split())
    for start, end in _DELIMITERS if line.endswith(_LAST_SIGNS) else ():
        if len(line) > len(start) + len(end) and line.startswith(start) and line.endswith(end):
            line = line[len(start) : -len(end)].strip()
            break
    line = line.removeprefix("{\\displaystyle ").removesuffix("}") if line.startswith("{\\displaystyle ") else line
    return f"\\({line.strip()}\\)" if line.strip() else ""


def tex_of_math(attributes: str, content: str) -> str:
    """Return a `math` element as TeX: its annotation, else its `alttext`, else what its elements say."""
    for own_attributes, text in _ANNOTATION.findall(content) if "nnotat" in content.lower() else ():
        if "tex" in own_attributes.lower() and text.strip():
            return inline_tex(decode_entities(text))
    if "alttext" in attributes and (alternative := attribute(attributes, "alttext")):
        return inline_tex(alternative)
    return _short_formula(content) if len(content) <= MAX_REMEMBERED else inline_tex(_presentation(content))


def tex_of_element(markup: str) -> str:
    """Return a `math` element, given as its markup, as TeX."""
    start, _, content = markup.partition(">")
    return tex_of_math(start, content)


@lru_cache(maxsize=1024)
def _short_formula(content: str) -> str:
    """Return a formula that is likely to come again: most are a letter or two."""
    return inline_tex(_presentation(content))


class _Element:
    """An open element with the TeX of its children."""

    __slots__ = ("children", "tag")

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.children: list[str] = []


def _presentation(content: str) -> str:
    """Return the TeX of presentation MathML, in time linear in its length."""
    if token := _ONE_TOKEN.fullmatch(content):
        return _text(token[2], token[1]) if token[2].strip() else ""
    stack = [_Element("math")]
    skipped = ""
    for match in _TOKEN.finditer(content):
        text, closing, tag, attributes = match.groups()
        if skipped:
            skipped = "" if closing and tag == skipped else skipped
            continue
        if text.strip():
            stack[-1].children.append(_text(text, stack[-1].tag))
        if tag is None:
            continue
        if closing:
            _close(stack, tag)
        elif tag in _SILENT:
            skipped = "" if attributes.endswith("/") else tag
        elif not attributes.endswith("/") and len(stack) < MAX_DEPTH:
            stack.append(_Element(tag))
        elif attributes.endswith("/") and tag == "mspace":
            stack[-1].children.append(" ")
    while len(stack) > 1:
        _close(stack, stack[-1].tag)
    return "".join(stack[0].children)


def _close(stack: list[_Element], tag: str) -> None:
    """End the innermost open element, if it has this tag, and give its TeX to its parent."""
    if len(stack) > 1 and stack[-1].tag == tag:
        element = stack.pop()
        stack[-1].children.append(_tex(element))


def _text(text: str, tag: str) -> str:
    line = " ".join(decode_entities(text).split())
    if tag == "mtext":
        return rf"\text{{{line}}}"
    if tag == "mi" and len(line) > 1 and line.isascii() and line.isalpha():
        return rf"\{line} " if line in _FUNCTIONS else rf"\mathrm{{{line}}}"
    return "".join(_SYMBOLS.get(character, character) for character in line)


_FUNCTIONS = frozenset(("sin", "cos", "tan", "log", "ln", "exp", "lim", "max", "min", "det", "arg", "sup", "inf"))
_TEMPLATES = {
    "mfrac": r"\frac{{{0}}}{{{1}}}",
    "msup": "{0}^{{{1}}}",
    "msub": "{0}_{{{1}}}",
    "msubsup": "{0}_{{{1}}}^{{{2}}}",
    "mroot": r"\sqrt[{1}]{{{0}}}",
    "munder": "{0}_{{{1}}}",
    "mover": "{0}^{{{1}}}",
    "munderover": "{0}_{{{1}}}^{{{2}}}",
}
"""TeX of the elements whose children have a role each."""
_ACCENTS = {
    "\u2192": r"\vec", r"\to": r"\vec", "~": r"\tilde", "\u02dc": r"\tilde", "^": r"\hat", "\u02c6": r"\hat",
    "\u02d9": r"\dot", "\u00a8": r"\ddot", "\u00af": r"\bar", "\u203e": r"\bar", "_": r"\bar", "\u0305": r"\bar",
    "\u0304": r"\bar", "\u2015": r"\bar", "\u2014": r"\bar", "-": r"\bar", "\u23de": r"\overbrace",
}  # fmt: skip
"""Signs over a base that are accents, not limits."""
_WIDE_ACCENTS = {
    r"\bar": r"\overline", r"\hat": r"\widehat", r"\tilde": r"\widetilde", r"\vec": r"\overrightarrow",
}  # fmt: skip
"""What they are over more than one sign."""
_UNDERLINES = {"_": r"\underline", "\u0332": r"\underline", "\u23df": r"\underbrace"}
"""Signs below a base that are no limits."""
_ONE_SIGN = re.compile(r".|\\[a-z]+ ?")


def _tex(element: _Element) -> str:
    template = _TEMPLATES.get(element.tag)
    if element.tag in ("mover", "munder") and len(element.children) == 2:
        base, sign = element.children[0], element.children[1].strip()
        accent = (_ACCENTS if element.tag == "mover" else _UNDERLINES).get(sign, "")
        if accent:
            return f"{accent if _ONE_SIGN.fullmatch(base) else _WIDE_ACCENTS.get(accent, accent)}{{{base}}}"
    if template and len(element.children) == (3 if "{2}" in template else 2):
        return template.format(*element.children)
    content = "".join(element.children)
    if element.tag == "msqrt":
        return rf"\sqrt{{{content}}}"
    if element.tag == "mtable":
        return rf"\begin{{matrix}}{content.removesuffix(_ROW_END)}\end{{matrix}}"
    if element.tag in ("mtr", "mlabeledtr"):
        return " & ".join(element.children) + _ROW_END
    return content
