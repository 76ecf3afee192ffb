"""From HTML to main text: the limits, the engines, the cleaning.

Every engine takes a `Page`, which is parsed once and checked first. Limits are on work, never on time, so that a
page gets the same verdict on any machine: what an engine could spend on a page that passes them is bounded.
"""

import logging
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice
from typing import Any, Literal

import re2
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

from corpuskit.core.document import Reject
from corpuskit.text.html import blocks, classifier
from corpuskit.text.html.metadata import page_metadata
from corpuskit.text.html.reader import read

__all__ = ["ENGINES", "Format", "Page", "auto", "clean", "fast", "open_page", "resiliparse", "trafilatura"]

Format = Literal["text", "markdown"]

MAX_BYTES = 16 * 1024 * 1024
MAX_TAGS = 100_000
"""Most `<` of a page; a bound on its elements that costs next to nothing."""
MAX_TAGS_TRAFILATURA = 12_000
"""trafilatura's time grows with the square of a page's elements; 99 in 100 real news pages have fewer than 5,500."""
MAX_OPTIONS = 10_000
"""Most `option` elements: the native parser's time grows with the square of them."""
MAX_DEPTH = 256
"""libxml2 leaves out everything from deeper elements on, without a word."""
MAX_ATTRIBUTES = 1_000
"""Of one element. Parsers compare each new attribute with all before it."""
MAX_REPEATED = 5_000_000
"""Most elements that unclosed formatting may add: HTML5 repeats each in every later paragraph."""
ENOUGH_TEXT = 250
"""Characters from which `auto` trusts the fast engine."""
SURE = 0.5
"""Part of the words on which the fast engine must be sure for `auto` to trust it."""

_BODY = re.compile(r"<body\b[^>]{0,4096}>", re.IGNORECASE)
_WRAPPING = 3
"""The native extraction takes any list with fewer ancestors than these for navigation; so the body's content gets
them. On the benchmark pages nothing else changes."""
_LONG_TAG = re.compile(rf"<[A-Za-z](?=[^>]{{{2 * MAX_ATTRIBUTES - 1}}})")
_MANY_LONG_TAGS = 100
_MANY_QUOTED_BRACKETS = 20
_ATTRIBUTE = r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+))?+"""
_START_TAG = re.compile(
    rf"<([A-Za-z][^\s/>]*+)(?:{_ATTRIBUTE}){{0,{MAX_ATTRIBUTES}}}+({_ATTRIBUTE})?",
)
_RAW_END = {
    name: re.compile(f"</{name}", re.IGNORECASE)
    for name in ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
}
_FOREIGN = re.compile(r"<(?:svg|math)\b", re.IGNORECASE)
_OPTION = re.compile(r"<option", re.IGNORECASE)
_FORMATTING = re.compile(r"<(/?)(big|b|code|em|font|i|small|strike|strong|s|tt|u)[\s/>]", re.IGNORECASE)
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_CONTROL_REFERENCE = re.compile(
    r"&#(?:x0*(?:[1-8bcef]|1[0-9a-f])(?![0-9a-f])|0*(?:[1-8]|1[124-9]|2\d|3[01])(?!\d));?", re.IGNORECASE
)
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class Page:
    """A page that passed the limits: its source and its tree."""

    source: str
    tree: Any
    tags: int

    @cached_property
    def stated_metadata(self) -> dict[str, str]:
        """What the page says about itself: `title`, `date`, `author`, `html_language`."""
        return page_metadata(self.source, self.tree)


def open_page(text: str) -> Page:
    """Parse a page. Raises Reject `document-too-large`, `too-many-nodes`, `too-many-attributes` or `too-deep`."""
    source, content = _encoded(text)
    tags = content.count(b"<")
    if tags > MAX_TAGS:
        raise Reject("too-many-nodes", f"{tags} tags, at most {MAX_TAGS}")
    if tags > MAX_OPTIONS and len(_OPTION.findall(source)) > MAX_OPTIONS:
        raise Reject("too-many-nodes", f"more than {MAX_OPTIONS} options of forms")
    if _has_element_of_many_attributes(source, content):
        raise Reject("too-many-attributes", f"an element has more than {MAX_ATTRIBUTES}")
    if _repeated_formatting(source, tags) > MAX_REPEATED:
        raise Reject("too-many-nodes", "formatting elements that are never closed")
    wrapped, times = _BODY.subn(lambda body: body[0] + "<div>" * _WRAPPING, source, count=1)
    tree: Any = HTMLTree.parse(wrapped)
    if tree.document.query_selector(_deeper_than(MAX_DEPTH + _WRAPPING * times)) is not None:
        raise Reject("too-deep", f"elements nested deeper than {MAX_DEPTH}")
    return Page(source, tree, tags)


def fast(page: Page, output: Format) -> str:
    """The blocks that the learned classifier takes for content, in the order of the page."""
    text, _ = _classified(page, output)
    return text


def resiliparse(page: Page, output: Format) -> str:
    """Native main-content extraction as it is: hardly loses anything, keeps more page furniture."""
    if output == "markdown":
        return _written(_blocks(page), output)
    return str(
        extract_plain_text(page.tree, main_content=True, preserve_formatting=True, comments=False, alt_texts=False)
    )


def trafilatura(page: Page, output: Format) -> str:
    """trafilatura without comments, without its memory of earlier pages and without its search for dates.

    Raises Reject `too-many-nodes` and, where its parser had to leave something out, `too-deep`.
    """
    from trafilatura import extract
    from trafilatura.utils import HTML_PARSER, load_html

    if page.tags > MAX_TAGS_TRAFILATURA:
        raise Reject("too-many-nodes", f"{page.tags} tags, at most {MAX_TAGS_TRAFILATURA} for trafilatura")
    options = _trafilatura_options(output)
    # A reference to a control character makes trafilatura give up the whole page.
    tree = load_html(_CONTROL_REFERENCE.sub("", page.source))
    for error in HTML_PARSER.error_log:
        if error.type_name == "ERR_RESOURCE_LIMIT":
            # The parser goes on and leaves out what is beyond its limit.
            reason = "too-deep" if "depth" in error.message else "document-too-large"
            raise Reject(reason, "beyond a limit of libxml2")
    if tree is None:
        return ""
    return extract(tree, options=options) or ""


def auto(page: Page, output: Format) -> str:
    """The fast engine where it is confident and finds enough text; else trafilatura, if the page is not too large."""
    text, sure = _classified(page, output)
    if (len(text) >= ENOUGH_TEXT and sure >= SURE) or page.tags > MAX_TAGS_TRAFILATURA:
        return text
    return trafilatura(page, output) or text


ENGINES = {"fast": fast, "trafilatura": trafilatura, "resiliparse": resiliparse, "auto": auto}


def clean(text: str) -> str:
    """Text that any encoder takes: no control characters, lone surrogates or non-characters, no idle blank lines."""
    text = _NOT_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    # Line by line: a pattern for trailing spaces takes time quadratic in the longest run of spaces.
    text = "\n".join(line.rstrip(" \t") for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", text).strip("\n ")


def _encoded(text: str) -> tuple[str, bytes]:
    """The text without lone surrogates, and its bytes."""
    try:
        content = text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode()
        content = text.encode()
    if len(content) > MAX_BYTES:
        raise Reject("document-too-large", f"{len(content)} bytes, at most {MAX_BYTES}")
    return text, content


@cache
def _deeper_than(depth: int) -> str:
    """Return a selector of elements with at least this many ancestors; the parser finds them in linear time."""
    return " > ".join(["*"] * (depth + 1))


def _has_element_of_many_attributes(source: str, content: bytes) -> bool:
    """Reads all tags one by one, which takes as long as extraction does, only where such an element may be.

    A tag with that many attributes is long. Brackets in quotes can hide its length, but then there are many of those.
    """
    suspects = [match.start() for match in islice(_LONG_TAG.finditer(source), _MANY_LONG_TAGS)]
    if len(suspects) < _MANY_LONG_TAGS and not _quoted_brackets().Match(content):
        tags = (_START_TAG.match(source, start) for start in suspects)
        if not any(tag is not None and tag[2] is not None for tag in tags):
            return False
    return _many_attributes(source, _FOREIGN.search(source) is not None)


@cache
def _quoted_brackets() -> Any:
    """Finds pages in which many attribute values may hold a `>`, in one pass of an automaton over the bytes."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    pattern_set = re2.Set.SearchSet(options)
    value = rb"""=[ \t\n\f\r]*(?:"[^">]*>|'[^'>]*>)"""
    pattern_set.Add(rb"(?s)(?:" + value + rb".*?){%d}" % _MANY_QUOTED_BRACKETS)
    pattern_set.Compile()
    return pattern_set


def _many_attributes(source: str, foreign: bool) -> bool:
    """Read start tags, passing over comments and over raw text, which `foreign` content may turn into tags."""
    position = source.find("<")
    while position >= 0:
        tag = _START_TAG.match(source, position)
        if tag is None:
            comment = source.startswith("<!--", position)
            position = source.find("-->" if comment else "<", position + 1)
            continue
        if tag[2] is not None:
            return True
        position = tag.end()
        if raw := _RAW_END.get(tag[1].lower()):
            end = raw.search(source, position)
            stop = end.start() if end else len(source)
            if foreign and any(inner[2] is not None for inner in _START_TAG.finditer(source, position, stop)):
                return True
            position = stop
        position = source.find("<", position)
    return False


def _repeated_formatting(source: str, tags: int) -> int:
    """Bound the number of elements that the parser adds by opening unclosed formatting again."""
    if tags * tags <= MAX_REPEATED:
        return 0
    formatting = _FORMATTING.findall(source)
    if len(formatting) * tags <= MAX_REPEATED:
        return 0
    still_open: Counter[str] = Counter()
    most: Counter[str] = Counter()
    for closing, name in formatting:
        still_open[name] = max(0, still_open[name] + (-1 if closing else 1))
        most[name] = max(most[name], still_open[name])
    return sum(most.values()) * tags


def _classified(page: Page, output: Format) -> tuple[str, float]:
    """The text of the blocks that are content, and the part of the page's words that is clearly one or the other."""
    body = page.tree.body
    elements, placed = read(body.html if body is not None else "")
    marks, words = classifier.score_blocks(elements, placed, page.stated_metadata.get("title", ""))
    is_kept = classifier.choose(placed, marks)
    chosen = [block for item, keep in zip(placed, is_kept, strict=True) if keep for block in item.blocks]
    if not chosen:
        return _written(blocks.content_blocks(_blocks(page)), output), 0.0
    return _written(chosen, output), classifier.confidence(marks, words)


def _blocks(page: Page) -> list[blocks.Block]:
    # Bullets and numbers are written by `html_blocks`.
    return blocks.parse_blocks(
        extract_plain_text(
            page.tree,
            main_content=True,
            preserve_formatting="minimal_html",
            links=True,
            comments=False,
            alt_texts=False,
        )
    )


def _written(page: list[blocks.Block], output: Format) -> str:
    return blocks.as_markdown(page) if output == "markdown" else blocks.as_text(page)


@cache
def _trafilatura_options(output: Format) -> Any:
    from trafilatura.settings import Extractor, use_config

    for name in ("trafilatura", "justext", "htmldate"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return Extractor(
        config=use_config(),
        output_format="markdown" if output == "markdown" else "txt",
        comments=False,
        dedup=False,
        # Never used, as no metadata is asked for; stated so that no default takes today's date.
        date_params={"max_date": "2100-12-31"},
    )
