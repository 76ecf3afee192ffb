"""What in wikitext is not wikitext: comments, formulas, code, references, poems, galleries.

One pass over all such tags. What is kept of them is protected: a mark stands in its place, so that nothing that follows
can change it.
"""

import html
import re

from corpuskit.text.wikitext.debris import HOLE
from corpuskit.text.wikitext.entities import decoded

DROPPED = frozenset(
    """
    gallery graph hiero imagemap indicator inputbox mapframe maplink ref references score templatedata templatestyles
    timeline section categorytree dynamicpagelist rss charinsert langconvert languages
    """.split()  # noqa: SIM905 - a list of words reads better
)
"""Extensions that show no text, or none that belongs into the article's."""
FORMULAS = frozenset(("math", "chem", "ce"))
CODE = frozenset(("source", "syntaxhighlight"))
VERBATIM = frozenset(("nowiki", "pre"))
POEMS = frozenset(("poem",))
COMMENT_END = "-->"
NAMES = DROPPED | FORMULAS | CODE | VERBATIM | POEMS
TAG = re.compile(rf"<(?:!--|(/?)(?i:({'|'.join(sorted(NAMES, key=len, reverse=True))}))\b([^<>]*?)(/?)>)")
MARK = "\0"
"""Stands before and after the number of what was protected."""
PROTECTED = re.compile(r"\0(\d+)\0")
FIRST_LINE_BREAK = re.compile(r"^[ \t]*\n")
INLINE = re.compile(r"\binline\b")


def protect(wikitext: str) -> tuple[str, list[str]]:
    """Return the text without what is no wikitext, and what of that is protected, for `restore`.

    A tag that nothing closes is left out; a comment that nothing closes goes on to the end, as in MediaWiki.
    """
    matches = list(TAG.finditer(wikitext))
    if not matches:
        return wikitext, []
    last_ends = {match[2].lower(): match.start() for match in matches if match[1]}
    protected: list[str] = []
    parts: list[str] = []
    position = 0
    open_tag: re.Match[str] | None = None
    for match in matches:
        if match.start() < position:
            continue
        if open_tag is not None:
            if match[1] and match[2].lower() == open_tag[2].lower():
                parts.append(_text_of_tag(open_tag, wikitext[open_tag.end() : match.start()], protected))
                position, open_tag = match.end(), None
            continue
        parts.append(wikitext[position : match.start()])
        position = match.end()
        if not match[2]:
            end = wikitext.find(COMMENT_END, position)
            position = len(wikitext) if end < 0 else end + len(COMMENT_END)
            parts.append(HOLE)
        elif not match[1] and not match[4] and last_ends.get(match[2].lower(), -1) > match.start():
            open_tag = match
        elif match[2].lower() in DROPPED:
            parts.append(HOLE)
    parts.append(wikitext[position:])
    return "".join(parts), protected


def restore(text: str, protected: list[str]) -> str:
    """Return the text with what was protected in its places."""
    return PROTECTED.sub(lambda match: protected[int(match[1])], text) if protected else text


def _text_of_tag(open_tag: "re.Match[str]", content: str, protected: list[str]) -> str:
    """Return what stands for a tag and its content, which may be protected."""
    name = open_tag[2].lower()
    if name in DROPPED:
        return HOLE
    if name in POEMS:
        return "\n\n" + content.strip("\n").replace("\n", "<br>\n") + "\n\n"
    if name in FORMULAS:
        formula = " ".join(decoded(content).split())
        content = rf"\({formula}\)" if formula else ""
    if name in FORMULAS or name in CODE:
        content = html.escape(content, quote=False)  # entities of the text are resolved at the end, and these are none
    mark = f"{MARK}{len(protected)}{MARK}"
    if name in ("pre", *CODE) and "\n" in content and not INLINE.search(open_tag[3]):
        protected.append(FIRST_LINE_BREAK.sub("", content).rstrip())
        return f"\n\n{mark}\n\n"
    protected.append(content)
    return mark
