"""The raw source of a page: its tokens, attributes, entities and the ends of raw text.

The patterns follow the tokenizer of the HTML standard (https://html.spec.whatwg.org/multipage/parsing.html#tokenization)
as far as text depends on it: whitespace, letters and digits of markup are those of ASCII, whose flag they all have.
Each is possessive, so that reading takes time linear in the page. A group that is repeated ends in `|(?!)`, which never
matches: Python up to 3.11.4 goes on where a failed try got to (https://github.com/python/cpython/issues/106052), and
this one gets nowhere.
"""

import html
import re
from functools import cache

__all__ = [
    "INLINE_TAG",
    "INLINE_TAG_PARTS",
    "LINK",
    "TOKEN",
    "attribute",
    "decode_common_entities",
    "decode_entities",
    "end_of_comment",
    "end_of_raw_text",
    "unescape",
    "whole_number",
]

_ATTRIBUTES = r"""[^>=]*+(?:=\s*+(?>"[^"]*+"|'[^']*+'|)[^>=]*+)*+"""
"""Quotation marks count after an equals sign only, so a stray one swallows nothing."""
_INLINE_NAMES = (
    "a(?:bbr|cronym)|b(?>d[io]|ig|)|c(?:ite|ode)|d(?:el|fn)|em|font|i(?>mg|n(?:put|s)|)|kbd|link|m(?:ark|eta)|nobr"
    "|picture|q|r(?:[bpt]|uby)|s(?>amp|mall|ource|pan|tr(?:ike|ong)|u[bp]|)|t(?:ime|t)|u|var|wbr"
)
"""Names of the tags that end no block. Those in capitals are rare and take the slow way, as any unknown tag does."""
_INLINE = rf"</?(?:{_INLINE_NAMES})(?:>|(?=[\s/]){_ATTRIBUTES}>)"
_LINK = rf"<a(?=[\s>]){_ATTRIBUTES}>[^<]*+(?:{_INLINE}[^<]*+|(?!))*+</a>"
_ITEM = rf"<li(?=[\s>]){_ATTRIBUTES}>\s*+{_LINK}\s*+</li>\s*+"
_COMMENT = r"!(?=--)[^-]*+(?:-(?!-!?>)[^-]*+|(?!))*+--!?>"
"""The rest of a comment; `<!-->` is a whole one, and `--!>` ends one by mistake."""
_COMMENT_END = re.compile("--!?>")
TOKEN = re.compile(
    rf"([^<]*+(?:(?:{_INLINE}|{_LINK})[^<]*+|(?!))*+)(?:((?:{_ITEM}|(?!)){{3,}}+)"
    rf"|<(?:/([A-Za-z][^\s/>]*+){_ATTRIBUTES}>|([A-Za-z][^\s/>]*+{_ATTRIBUTES})>|{_COMMENT}|(!--|[!?/]?))|\Z)",
    re.ASCII,
)
"""Text with its inline tags and whole links; then a run of items that are only links, a tag, a comment, or another `<`.

Groups: text, run of items, name of an end tag, source of a start tag, what follows a `<` that begins no tag. There is
always a token, the last one without any but the first group, so that a search takes linear time.
"""
INLINE_TAG = re.compile(rf"{_INLINE}|</?a(?=[\s>]){_ATTRIBUTES}>", re.ASCII)
INLINE_TAG_PARTS = re.compile(rf"<(/?)((?:{_INLINE_NAMES})(?=[\s/>])|a(?=[\s>]))({_ATTRIBUTES})>", re.ASCII)
"""The same in groups: `/` of an end tag, name, attributes."""
LINK = re.compile(rf"{_INLINE}|<a(?=[\s>]){_ATTRIBUTES}>(?>([^<]*+(?:{_INLINE}[^<]*+|(?!))*+)</a>|)", re.ASCII)
"""A link with its content as a group; inline tags are found too, so that no link is found in their attributes."""

_RAW_ENDS = {
    name: re.compile("</" + "".join(f"[{letter}{letter.upper()}]" for letter in name) + r"(?=[\s/>])", re.ASCII)
    for name in ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "math")
}
_SCRIPT = re.compile(r"<[sS][cC][rR][iI][pP][tT][\s/>]", re.ASCII)
_RARE_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|nbsp);)[#A-Za-z]")
_COMMON_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&nbsp;", "\xa0"), ("&amp;", "&"))
_LEADING_ZEROS = re.compile(r"&#0++(?=\d)", re.ASCII)
_LONG_NUMBER = re.compile(r"&#\d{8,}+;?", re.ASCII)
_NUMBER = re.compile(r"\s*([+-]?\d{1,9})", re.ASCII)


def attribute(attributes: str, name: str) -> str | None:
    """Return the value of an attribute, empty if it has none; None if there is no such attribute."""
    match = _attribute_pattern(name).search(attributes)
    if match is None:
        return None
    return decode_entities(next((value for value in match.groups() if value is not None), ""))


def whole_number(value: str | None) -> int | None:
    """Return the number that an attribute's value begins with, if it begins with one."""
    match = _NUMBER.match(value) if value else None
    return int(match[1]) if match else None


def decode_entities(text: str) -> str:
    """Return text without entities. The few that make up nearly all of them are decoded many times faster."""
    if "&" not in text:
        return text
    return unescape(text) if _RARE_ENTITY.search(text) else decode_common_entities(text)


def unescape(text: str) -> str:
    """Return text without entities of any kind; numbers of thousands of digits, too, which Python does not read."""
    try:
        return html.unescape(text)
    except ValueError:
        return html.unescape(_LONG_NUMBER.sub("\ufffd", _LEADING_ZEROS.sub("&#", text)))


def decode_common_entities(text: str) -> str:
    """Decode the few entities of serialised markup; a general decoder takes a second for each megabyte of them."""
    if "&" not in text:
        return text
    for entity, character in _COMMON_ENTITIES:
        text = text.replace(entity, character)
    return text


def end_of_comment(markup: str, start: int) -> int:
    """Return the offset after the comment whose `<!--` ends at `start`; the page's end if it is never closed."""
    match = _COMMENT_END.search(markup, start - 2)
    return match.end() if match else len(markup)


def end_of_raw_text(markup: str, tag: str, start: int) -> tuple[int, int]:
    """Return where raw text that begins at `start` ends, and the offset after its end tag."""
    if tag == "script":
        end = _end_of_script(markup, start)
    else:
        match = _RAW_ENDS[tag].search(markup, start)
        end = match.start() if match else len(markup)
    after = markup.find(">", end)
    return end, len(markup) if after < 0 else after + 1


def _end_of_script(markup: str, start: int) -> int:
    """Return where a script ends; one inside a comment in it has its own end (HTML, "script data double escaped")."""
    position, in_comment = start, False
    while match := _RAW_ENDS["script"].search(markup, position):
        end = match.start()
        comment = markup.rfind("<!--", position, end)
        if comment >= 0 or in_comment:
            inner = max(comment, position)
            in_comment = markup.find("-->", inner, end) < 0
            if in_comment and _SCRIPT.search(markup, inner, end):
                position = match.end()
                continue
        return end
    return len(markup)


@cache
def _attribute_pattern(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"""(?:^|[\s"'/]){name}(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"']++))|(?=[\s/=]|$))""",
        re.ASCII | re.IGNORECASE,
    )
