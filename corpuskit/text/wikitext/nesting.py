"""Links, templates and tables, replaced by what they show, from the inside out in one pass.

Most links and templates hold no other: they are found whole, and the plainest links give way to their labels all at
once. Of the others each that opens is a frame on a stack; one that closes is rendered, and what it shows is text of the
frame around it. So the work is linear in the text, whatever is left open, and frames deeper than MAX_DEPTH do not open.
"""

import re

from corpuskit.text.wikitext.debris import CITATION, HOLE, tidied
from corpuskit.text.wikitext.links import Namespaces, text_of_link
from corpuskit.text.wikitext.tables import text_of_table
from corpuskit.text.wikitext.templates import is_citation, text_of_template

_PLAIN = r"\[\]{}|:\n\x02-\x04"
"""As part of a set of a pattern: what a plain link does not hold."""
PLAIN_LINK = re.compile(
    rf"\[\[(?<!\[\[\[)(?>[^{_PLAIN}]{{0,255}}\||)([^{_PLAIN}#\s](?:[^{_PLAIN}]{{0,1000}}[^{_PLAIN}\s])?)\]\]"
)
"""A link to a page of this wiki: its label, or its target if it has none, is what it shows as it stands."""
SIGN = re.compile(r"(\[\[[^\[\]{}]*\]\]|\{\{[^{}\[\]]*\}\}(?!\})|\[\[|\]\]|\{\{\{(?!\{)|\{\{|\{\||\}\}+|\|\}(?!\}))")
"""What opens or closes a link, template, parameter or table, or is a whole link or template with no other in it.

Each form begins with a character, not with a repetition, so that the engine can look for it.
"""
LONGEST_SIGN = 3
LINE_START = re.compile(rf"(?:^|\n)[ \t:*#{HOLE}{CITATION}]*\Z")
"""What must stand before the sign that opens or closes a table."""
LINK, TEMPLATE, PARAMETER, TABLE = "[[", "{{", "{{{", "{|"
CLOSED_BY = {"]]": LINK, "|}": TABLE}
TABLE_SIGNS = frozenset((TABLE, "|}"))
MAX_INDENT, MAX_PARTS = 200, 8
"""Characters, and parts of a frame, that an indent may take."""
MAX_DEPTH = 60
"""MediaWiki itself opens at most 40 templates within one another."""
MAX_LINK = 20_000
"""Characters of a link: an unclosed one must not swallow the article."""


class _Frame:
    __slots__ = ("kind", "parts")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.parts: list[str] = []


def unnested(wikitext: str, title: str, namespaces: Namespaces) -> str:
    """Return the text without links, templates and tables, each replaced by what it shows.

    A link or template that nothing closes is left as text, without its brackets.
    """
    outermost = _Frame("")
    stack = [outermost]
    parts = SIGN.split("".join(PLAIN_LINK.split(wikitext)))
    for index in range(0, len(parts) - 1, 2):
        text, sign = parts[index], parts[index + 1]
        frame = stack[-1]
        if text:
            frame.parts.append(text)
        if len(sign) > LONGEST_SIGN and sign[0] != "}":
            frame.parts.append(_replacement(sign[:2], sign[2:-2], title, namespaces))
        elif sign in TABLE_SIGNS and not _is_at_line_start(frame.parts):
            frame.parts.append(sign)
        elif sign[0] == "}":
            _close_braces(stack, len(sign), title, namespaces)
        elif sign in CLOSED_BY:
            _close(stack, CLOSED_BY[sign], title, namespaces)
        elif len(stack) <= MAX_DEPTH:
            stack.append(_Frame(sign))
    stack[-1].parts.append(parts[-1])
    while len(stack) > 1:
        _give_up(stack)
    return "".join(outermost.parts)


def _is_at_line_start(parts: list[str]) -> bool:
    """Whether nothing but an indent, and what was taken out, stands before what follows these parts of a frame."""
    before = "".join([part[-MAX_INDENT - 1 :] for part in parts[-MAX_PARTS:]])
    return LINE_START.search(before, max(0, len(before) - MAX_INDENT)) is not None


def _close_braces(stack: list[_Frame], count: int, title: str, namespaces: Namespaces) -> None:
    """Close what a row of braces ends: two a template, three a parameter, or two if there are no more."""
    while count > 1:
        innermost = next((frame.kind for frame in reversed(stack) if frame.kind != LINK), "")
        kind = PARAMETER if innermost == PARAMETER and (count > 2 or stack[-1].kind == PARAMETER) else TEMPLATE
        _close(stack, kind, title, namespaces)
        count -= min(count, 3) if kind == PARAMETER else 2
    if count:
        stack[-1].parts.append("}")


def _close(stack: list[_Frame], kind: str, title: str, namespaces: Namespaces) -> None:
    """Close the frame of this kind: the innermost, or one around it if only links are open in between."""
    depth = len(stack) - 1
    while depth and stack[depth].kind != kind:
        if stack[depth].kind != LINK and not (kind == TEMPLATE and stack[depth].kind == PARAMETER):
            return
        depth -= 1
    if not depth:
        return
    while len(stack) - 1 > depth:
        _give_up(stack)
    frame = stack.pop()
    stack[-1].parts.append(_replacement(kind, "".join(frame.parts), title, namespaces))


def _replacement(kind: str, content: str, title: str, namespaces: Namespaces) -> str:
    """Return what stands for a link, template, parameter or table with this content."""
    if kind == LINK:
        content = tidied(content)
        text = text_of_link(content, namespaces)
        if text and ("\n\n" in content or len(content) > MAX_LINK):
            text = content
    elif kind == TEMPLATE:
        content = tidied(content)
        text = text_of_template(content, title) or (CITATION if is_citation(content) else HOLE)
    elif kind == TABLE:
        text = f"\n\n{text_of_table(content)}\n\n"
    else:
        text = content.partition("|")[2]
    return text or HOLE


def _give_up(stack: list[_Frame]) -> None:
    """Leave what stands in the innermost frame as text of the one around it; a table ends here, as in MediaWiki."""
    frame = stack.pop()
    is_table = frame.kind == TABLE
    stack[-1].parts.extend([f"\n\n{text_of_table(''.join(frame.parts))}\n\n"] if is_table else frame.parts)
