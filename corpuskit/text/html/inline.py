"""From inline markup, the source between two block tags, to text and the part of it that lies in links."""

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from corpuskit.text.html.formulas import inline_tex
from corpuskit.text.html.markup import INLINE_TAG, INLINE_TAG_PARTS, LINK, attribute, decode_entities
from corpuskit.text.html.pattern_sets import pattern_set
from corpuskit.text.html.unseen import is_hidden

__all__ = ["LINE_BREAK", "inline_text"]

LINE_BREAK = "\v"
"""Stands for `<br>` while a block is read: whitespace that no page has on purpose."""
MAX_OPEN = 256
"""Most open tags; those nested deeper mean nothing."""

_MEANINGFUL = (
    r"<su[bp]|<r[tp]|hid|display:|katex-html|MathJax|mjx-chtml|line-?n|lnt|gutter|blob-num|user-select|sr-only|visually"
    r"|-none|visible-xs|show-for-small|screen-reader|latex|math|tex[\"']|#</a>|#x|&para;|&sect;|#182;|#167;|#128279;"
    r"|alt=[\"'][^\"'>]*\\"
    "|(?-i:\xb6|\xa7|\U0001f517|\uf0c1)"
)
"""Markup with none of these has no tags but those that only format."""
_WORDS_MAY_MEET = r"</(?:span|b|strong)><"
"""Outside code, tags that follow one another may part words."""
_HIDDEN_WORD, _HIDDEN, _LINE_NUMBER, _BLOCK_STYLE, _TEX_CLASS, _NARROW, _WIDE = (1 << bit for bit in range(7))
_CLASS = r"""(?:class|id)=["']?[^"'>]*?\b"""
_ATTRIBUTE_PATTERNS = (
    r"hidden|display:\s*none",
    r"user-select:\s*none"
    rf"|{_CLASS}(?:katex-html|MathJax(?:_Preview|_SVG|_CHTML)?|mjx-chtml|sr-only|visually-?hidden|screen-reader-text)\b",
    rf"{_CLASS}(?:linenos?|lnt|gutter|blob-num|line-?num(?:ber)?s?|react-code-line-number"
    r"|source-?line-?nos?)\b",
    r"display:\s*(?:block|flex|grid|table)\b",
    r"""class=["']?[^"'>]*\b(?:tex|math|latex|mwe-math-fallback-image\w*)\b""",
    # Classes of Bootstrap, Foundation and Tailwind for what only small screens show, in place of other words.
    r"""class=["']?(?:[^"'>]*\s)?(?:d-(?:sm|md|lg)-none|(?:sm|md|lg):hidden|hidden-(?:sm|md|lg)-up|show-for-small-only"""
    r"""|visible-xs(?:-inline|-block|-inline-block)?)(?:["'\s>]|$)""",
    r"""class=["']?(?:[^"'>]*\s)?(?:d-(?:md|lg|xl|xxl)-|(?:md|lg|xl|2xl):)(?:inline|block|flex)""",
)
_PERMALINK_SIGNS = frozenset(("¶", "#", "§", "🔗", "⚓", "\uf0c1", "\uf1cb", "¶¶"))
_EXPONENT = re.compile(r"[+\-\u2212\u2013]?(?:\d{1,4}(?:[.,/]\d{1,3})?|[nxkijtm])[+\-\u2212]?", re.ASCII)
_INDEX = re.compile(r"\d{1,4}", re.ASCII)
_MINUS = r"\-\u2212\u2013"
_TERM = (
    r"(?=[\w(])\(?(?:\d{1,4}(?:[.,]\d{1,3})?[ ]?)?(?:(?:log|ln|exp|sin|cos|tan)[ ]?)?"
    r"(?:[ijkmnpqtuvwxyz\u03b8\u03bb\u03c0\u03c9]{1,3}|[A-Za-z])?\)?"
)
"""A number, a product of variables, or a function of these; ordinals (`th`, `er`) and titles (`me`) are none."""
_OPERATOR = rf"[ ]?[+{_MINUS}*/\u00b7\u00d7^][ ]?"
_SUM = re.compile(rf"[+{_MINUS}]?{_TERM}(?:{_OPERATOR}{_TERM})+")
_PRODUCT = re.compile(
    rf"[+{_MINUS}]?(?:\d{{1,4}}[ ]?)?(?:(?:log|ln|exp|sin|cos|tan)[ ])?[ijkmnpqtuvwxyz\u03b8\u03bb\u03c0\u03c9]{{1,3}}"
)
_NOTES = re.compile(rf"[a-h][ ]?[{_MINUS}/][ ]?[a-h]")
"""The letters of several footnotes."""
MAX_EXPRESSION = 24
"""Most characters of an exponent or index that is an expression."""
_TEX_COMMAND = re.compile(
    r"\\(?:begin\{|left[(\[|.\\]|(?:[dt]?frac|sqrt|sum|int|prod|lim|operatorname|math[a-z]+|infty|partial|nabla|cdot|times"
    r"|leq?|geq?|neq?|vec|overline|underline|alpha|beta|gamma|delta|epsilon|theta|lambda|sigma|phi|psi|omega)(?![a-zA-Z]))"
)
_TEX_SIGNS = frozenset("{}^_=")
_PARTING = frozenset(("span", "b", "strong"))
_VOID = frozenset(("br", "wbr", "img", "source", "link", "meta", "input"))


def inline_text(markup: str, linked: int, in_code: bool) -> tuple[str, int]:
    """Return the text of inline markup and how many of its characters are in links, with those known already."""
    if "<" not in markup:
        return decode_entities(markup), linked
    has_links = "<a" in markup
    is_plain_code = in_code and not has_links and "&" not in markup
    if _tags_with_meaning(is_plain_code).Match(markup):
        return _careful_text(markup, linked, in_code)
    if has_links:
        inner = "".join(LINK.findall(markup))
        linked += len(INLINE_TAG.sub("", inner) if "<" in inner else inner)
    return decode_entities(INLINE_TAG.sub("", markup)), linked


@cache
def _tags_with_meaning(is_code: bool) -> Any:
    return pattern_set((_MEANINGFUL,) if is_code else (_MEANINGFUL, _WORDS_MAY_MEET))


@cache
def _attribute_patterns() -> Any:
    return pattern_set(_ATTRIBUTE_PATTERNS)


@lru_cache(maxsize=8192)
def _marks_of(attributes: str) -> int:
    """Return the bits of the `_ATTRIBUTE_PATTERNS` that an inline tag's attributes match."""
    patterns: list[int] = _attribute_patterns().Match(attributes)
    if not patterns:
        return 0
    marks = sum(1 << pattern for pattern in patterns)
    if marks & _HIDDEN_WORD and not is_hidden(attributes):
        marks &= ~_HIDDEN_WORD
    return marks | _HIDDEN if marks & _NARROW and not marks & _WIDE else marks


@dataclass(slots=True)
class _InlineReader:
    """Text so far, with what is open around its end."""

    in_code: bool
    parts: list[str] = field(default_factory=list)
    open_tags: list[str] = field(default_factory=list)
    hidden_at: int = 0
    """Number of open tags with the hidden one that text is in; 0 outside."""
    link_start: int = -1
    """Index in `parts` of what an open link begins with."""
    link_is_local: bool = False
    scripts: list[tuple[int, int]] = field(default_factory=list)
    """Of each open `sup` and `sub`: how many tags are open with it, and the index in `parts` of what it begins with."""
    linked: int = 0
    after_closing: bool = False
    """Whether a `span`, `b` or `strong` ended right before."""
    index_is_open: bool = False
    """Whether an exponent or index ended right before, so that a digit would join it."""

    def add_text(self, text: str) -> None:
        """Append text that follows the tags read so far."""
        if self.hidden_at:
            return
        text = decode_entities(text)
        if self.index_is_open and text[:1].isdigit():
            self.parts.append(" ")
        self.parts.append(text)
        self.index_is_open = self.after_closing = False

    def open_tag(self, tag: str, attributes: str, following: str) -> None:
        """Read a start tag; `following` is the text right after it."""
        if tag in _VOID:
            if tag == "img" and not self.hidden_at and (tex := _tex_of_image(attributes)):
                self.parts.append(tex)
            return
        if len(self.open_tags) >= MAX_OPEN:
            return
        self.open_tags.append(tag)
        if self.hidden_at:
            return
        marks = _marks_of(attributes) if attributes else 0
        if tag == "rt" or tag == "rp" or (marks and _is_hidden(tag, marks)):
            self.hidden_at = len(self.open_tags)
        elif tag == "a":
            self.link_start, self.link_is_local = len(self.parts), "#" in attributes
        elif tag == "sup" or tag == "sub":
            if tag == "sub":
                self._part_fraction()
            self.scripts.append((len(self.open_tags), len(self.parts)))
        elif self.in_code:
            return
        elif marks & _BLOCK_STYLE and "block" in attributes:
            self.parts.append(LINE_BREAK)
        elif self.after_closing and following and tag in _PARTING and self._words_meet(following):
            self.parts.append(" ")

    def close_tag(self, tag: str) -> None:
        """Read an end tag; one that ends nothing is passed over."""
        if tag not in self.open_tags:
            return
        while self.open_tags.pop() != tag:
            pass
        if self.hidden_at:
            if len(self.open_tags) < self.hidden_at:
                self.hidden_at = 0
        elif tag == "a":
            if self.link_start >= 0:
                self._end_link()
        elif tag == "sup" or tag == "sub":
            depth = len(self.open_tags) + 1
            while self.scripts and self.scripts[-1][0] > depth:
                self.scripts.pop()
            if self.scripts and self.scripts[-1][0] == depth:
                self._end_script(tag, self.scripts.pop()[1])
        self.after_closing = tag in _PARTING

    def _end_link(self) -> None:
        text = "".join(self.parts[self.link_start :])
        # Headings of generated documentation end in a link to themselves.
        if self.link_is_local and text.strip() in _PERMALINK_SIGNS:
            del self.parts[self.link_start :]
        else:
            self.linked += len(text)
        self.link_start = -1

    def _end_script(self, tag: str, start: int) -> None:
        """Mark an exponent or index that would change a number or a word if it stood beside it unmarked."""
        text = "".join(self.parts[start:]).strip()
        base = "".join(self.parts[max(0, start - 2) : start])[-2:]
        before = base[-1:]
        if tag == "sup":
            is_marked = (before.isalnum() or before in tuple(")]}")) and _EXPONENT.fullmatch(text) is not None
        else:
            is_long = before.isdigit() or (before.isalpha() and len(text) > 1)
            is_marked = is_long and _INDEX.fullmatch(text) is not None
        sign = "^" if tag == "sup" else "_"
        if is_marked:
            self.parts[start:] = [sign, text]
            self.index_is_open = True
        elif _may_be_expression(text) and _is_expression(sign, base, text):
            self.parts[start:] = [sign, f"({text})"]
        elif text and tag == "sub" and text[-1].isdigit():
            self.index_is_open = True

    def _part_fraction(self) -> None:
        """Take an exponent for the numerator of a fraction if a slash and an index follow: 2 1/2, not 2^1/2."""
        if len(self.parts) < 4:
            return
        base, sign, numerator, slash = self.parts[-4:]
        is_number = base[-1:].isascii() and base[-1:].isdigit() and numerator.isascii() and numerator.isdigit()
        if sign == "^" and slash in ("/", "\u2044") and is_number:
            self.parts[-3] = " "

    def _words_meet(self, following: str) -> bool:
        """Whether a word or number ends before and another begins: "Anna LeeKeeper", "$120" and "10 % off".

        Digits that stand in elements of their own are those of one number, as on a counter.
        """
        before = self.parts[-1] if self.parts else ""
        last, first = before[-1:], following[0]
        if last.isdigit() and first.isdigit():
            return len(before) > 1 and before[-2].isdigit() and following[1:2].isdigit()
        return (last.islower() and (first.isupper() or first.isdigit())) or (last.isdigit() and first.isupper())


def _careful_text(markup: str, linked: int, in_code: bool) -> tuple[str, int]:
    reader = _InlineReader(in_code)
    first_text, *rest = INLINE_TAG_PARTS.split(markup)
    if first_text:
        reader.add_text(first_text)
    for closing, tag, attributes, text in zip(*[iter(rest)] * 4, strict=True):
        if closing:
            reader.close_tag(tag)
        else:
            reader.open_tag(tag, attributes, text)
        if text:
            reader.add_text(text)
    return "".join(reader.parts), linked + reader.linked


def _may_be_expression(text: str) -> bool:
    """Whether a text is short and more than one sign, and has a letter."""
    return 1 < len(text) <= MAX_EXPRESSION and any(character.isalpha() for character in text)


def _is_expression(sign: str, base: str, text: str) -> bool:
    """Whether an exponent or index (`^` or `_`) is an expression; `base` are the two characters before it.

    >>> _is_expression("^", " e", "iz"), _is_expression("^", " 2", "k+1"), _is_expression("^", "me", "a-b")
    (True, True, False)
    """
    if not base or (base[-1].isalpha() and base[:-1].isalnum()) or not (base[-1].isalnum() or base[-1] in ")]}"):
        return False
    if _SUM.fullmatch(text):
        return _NOTES.fullmatch(text) is None
    is_product = sign == "^" and _PRODUCT.fullmatch(text) is not None
    # Beside a number, letters alone may be a unit or an ordinal.
    return is_product and not (base[-1].isdigit() and text.isalpha())


def _is_hidden(tag: str, marks: int) -> bool:
    if marks & (_HIDDEN_WORD | _HIDDEN):
        return True
    # On `code` a class for line numbers asks a script to write them.
    return marks & _LINE_NUMBER > 0 and tag not in ("code", "samp", "kbd")


def _tex_of_image(attributes: str) -> str:
    r"""Return the TeX of an image of a formula: its classes say that it is one, or its `alt` text is TeX beyond doubt.

    >>> _tex_of_image(r'src="e.png" alt="\\frac{a}{b}"')
    '\\(\\frac{a}{b}\\)'
    """
    alternative = attribute(attributes, "alt") or ""
    is_tex = not _TEX_SIGNS.isdisjoint(alternative) and _TEX_COMMAND.search(alternative)
    return inline_tex(alternative) if is_tex or _marks_of(attributes) & _TEX_CLASS else ""
