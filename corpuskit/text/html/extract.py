"""From HTML to main text: limits, engines, cleaning.

Every engine takes a `Page`, which has been checked and is parsed at most once. Limits are on work, never on time, so a
page gets the same verdict on any machine: they bound what an engine can spend on a page that passes.
"""

import logging
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice
from typing import Any, Literal, NamedTuple

import re2
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

from corpuskit.core.document import Reject
from corpuskit.core.sizes import size_text
from corpuskit.text.html import blocks, classifier
from corpuskit.text.html.choice import choose
from corpuskit.text.html.compiled import compiled_core
from corpuskit.text.html.compiled_page import choose_compiled, read_compiled
from corpuskit.text.html.metadata import page_metadata
from corpuskit.text.html.notices import is_notice
from corpuskit.text.html.reader import read

__all__ = [
    "ENGINES",
    "Extraction",
    "Page",
    "TextFormat",
    "auto",
    "clean",
    "fast",
    "open_page",
    "resiliparse",
    "trafilatura",
]

TextFormat = Literal["text", "markdown"]

MAX_BYTES = 16 * 1024 * 1024
MAX_TAGS = 100_000
"""Most `<` in a page that the native parser takes: a bound on its elements that costs next to nothing."""
MAX_TAGS_TRAFILATURA = 12_000
"""trafilatura's time grows with the square of a page's elements; 99 of 100 real news pages have fewer than 5,500."""
MAX_OPTIONS = 10_000
"""Most `option` elements: the native parser's time grows with the square of them."""
MAX_DEPTH = 256
"""libxml2 silently leaves out everything from a deeper element on."""
MAX_ATTRIBUTES = 1_000
"""Most attributes of an element: parsers compare each new one with all before it."""
MAX_REPEATED = 5_000_000
"""Most elements that unclosed formatting may add: HTML5 repeats each in every later paragraph."""
ENOUGH_TEXT = 250
"""Characters from which `auto` trusts the fast engine."""
ENOUGH_CONFIDENCE = 0.5
"""Share of the words that the fast engine must be sure about for `auto` to trust it."""

_BODY = re.compile(r"<body\b[^>]{0,4096}>", re.IGNORECASE)
_WRAPPING = 3
"""Elements put around the body's content: the native extraction takes a list with fewer ancestors for navigation.

On the benchmark pages nothing else changes.
"""
_LONG_TAG = re.compile(rf"<[A-Za-z](?=[^>]{{{2 * MAX_ATTRIBUTES - 1}}})")
_MANY_LONG_TAGS = 100
_MANY_QUOTED_BRACKETS = 20
_ATTRIBUTE = r"""[\s/]*+[^\s/>][^\s/>=]*+(?>\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+)|)"""
_START_TAG = re.compile(
    rf"<([A-Za-z][^\s/>]*+)(?:{_ATTRIBUTE}|(?!)){{0,{MAX_ATTRIBUTES}}}+({_ATTRIBUTE})?",
)
_RAW_END = {
    name: re.compile(f"</{name}", re.ASCII | re.IGNORECASE)
    for name in ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
}
_FOREIGN = re.compile(r"<(?:svg|math)\b", re.ASCII | re.IGNORECASE)
_OPTION = re.compile(r"<option", re.ASCII | re.IGNORECASE)
_FORMATTING = re.compile(r"<(/?)(big|b|code|em|font|i|small|strike|strong|s|tt|u)[\s/>]", re.ASCII | re.IGNORECASE)
_NOT_TEXT = re.compile(
    "[\xad\u200b\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_CONTROL_REFERENCE = re.compile(
    r"&#(?:x0*(?:[1-8bcef]|1[0-9a-f])(?![0-9a-f])|0*(?:[1-8]|1[124-9]|2\d|3[01])(?!\d));?",
    re.ASCII | re.IGNORECASE,
)
_BLANK_LINES = re.compile(r"\n(?:[ \t]*+\n|(?!)){2,}+")


class Extraction(NamedTuple):
    """The text of a page."""

    text: str
    way: str = ""
    """What chose it, in an engine that has several ways: `trees`, `plain` (rules) or `trafilatura`."""


@dataclass(frozen=True)
class Page:
    """A page that is not too large."""

    markup: str
    url: str = ""
    """The page's address, if that is known."""
    is_xml: bool = False
    """Whether it is XHTML by its media type."""
    utf8: bytes | None = None
    """The markup in UTF-8, if that is known: what the compiled core reads."""

    @cached_property
    def tags(self) -> int:
        """How many `<` the markup has."""
        return self.markup.count("<")

    @cached_property
    def stated_metadata(self) -> dict[str, str]:
        """Return what the page says about itself: `title`, `date`, `author`, `html_language`."""
        return page_metadata(self.markup, self.url, self.utf8)

    @cached_property
    def tree(self) -> Any:
        """Return the native parser's tree. Raises Reject `too-many-nodes`, `too-many-attributes` or `too-deep`."""
        return _parse(self.markup, self.tags)


def open_page(text: str, url: str = "", *, is_xml: bool = False, utf8: bytes | None = None) -> Page:
    """Take a page to extract; `utf8` is its text in UTF-8, if that is known. Raises Reject `document-too-large`."""
    try:
        size = _size_in_bytes(text) if utf8 is None else len(utf8)
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode()
        size = _size_in_bytes(text)
    if size > MAX_BYTES:
        raise Reject("document-too-large", f"{size:,} bytes, at most {size_text(MAX_BYTES)}")
    return Page(text, url, is_xml, utf8)


def _size_in_bytes(text: str) -> int:
    core = compiled_core()
    if core is None:
        return len(text.encode())
    # The core encodes a text once, and its later calls take what was encoded.
    size: int = core.size_in_bytes(text)
    return size


def _parse(markup: str, tags: int) -> Any:
    if tags > MAX_TAGS:
        raise Reject("too-many-nodes", f"{tags} tags, at most {MAX_TAGS} for the native parser")
    content = markup.encode()
    if tags > MAX_OPTIONS and len(_OPTION.findall(markup)) > MAX_OPTIONS:
        raise Reject("too-many-nodes", f"more than {MAX_OPTIONS} options of forms")
    if _has_too_many_attributes(markup, content):
        raise Reject("too-many-attributes", f"an element has more than {MAX_ATTRIBUTES}")
    if _repeated_formatting_bound(markup, tags) > MAX_REPEATED:
        raise Reject("too-many-nodes", "formatting elements that are never closed")
    wrapped_markup, bodies = _BODY.subn(lambda body: body[0] + "<div>" * _WRAPPING, markup, count=1)
    tree: Any = HTMLTree.parse(wrapped_markup)
    if tree.document.query_selector(_selector_of_depth(MAX_DEPTH + _WRAPPING * bodies)) is not None:
        raise Reject("too-deep", f"elements nested deeper than {MAX_DEPTH}")
    return tree


def fast(page: Page, output: TextFormat) -> Extraction:
    """Return the blocks that the learned classifier takes for content, in the order of the page.

    Raises Reject `too-many-nodes`.
    """
    extraction, _ = _classify(page, output)
    return extraction


def resiliparse(page: Page, output: TextFormat) -> Extraction:
    """Return the native main content as it is: it hardly loses anything, but keeps more boilerplate."""
    if output == "markdown":
        return Extraction(_render(_native_blocks(page), output))
    text = str(
        extract_plain_text(page.tree, main_content=True, preserve_formatting=True, comments=False, alt_texts=False)
    )
    return Extraction(_BLANK_LINES.sub("\n\n", text))


def trafilatura(page: Page, output: TextFormat) -> Extraction:
    """Return trafilatura's text, without comments, its memory of earlier pages, or its search for dates.

    Raises Reject `too-many-nodes` and, if its parser had to leave something out, `too-deep` or `document-too-large`.
    """
    from trafilatura import extract
    from trafilatura.utils import HTML_PARSER, load_html

    # Its parser has the same limits and reports none of them, so the native parser speaks first.
    _ = page.tree
    if page.tags > MAX_TAGS_TRAFILATURA:
        raise Reject("too-many-nodes", f"{page.tags} tags, at most {MAX_TAGS_TRAFILATURA} for trafilatura")
    options = _trafilatura_options(output)
    # A reference to a control character makes trafilatura give up on the whole page.
    tree = load_html(_CONTROL_REFERENCE.sub("", page.markup))
    for error in HTML_PARSER.error_log:
        if error.type_name == "ERR_RESOURCE_LIMIT":
            # The parser goes on without what is beyond its limit.
            reason = "too-deep" if "depth" in error.message else "document-too-large"
            raise Reject(reason, "beyond a limit of libxml2")
    if tree is None:
        return Extraction("")
    return Extraction(_BLANK_LINES.sub("\n\n", extract(tree, options=options) or ""))


def auto(page: Page, output: TextFormat) -> Extraction:
    """Return the fast engine's text if it is sure and long enough; else trafilatura's, unless the page is too large."""
    extraction, confidence = _classify(page, output)
    is_trusted = len(extraction.text) >= ENOUGH_TEXT and confidence >= ENOUGH_CONFIDENCE
    if is_trusted or page.tags > MAX_TAGS_TRAFILATURA:
        return extraction
    try:
        other_text = trafilatura(page, output).text
    except Reject:
        return extraction
    return Extraction(other_text, "trafilatura") if len(other_text) > len(extraction.text) else extraction


ENGINES = {"fast": fast, "trafilatura": trafilatura, "resiliparse": resiliparse, "auto": auto}


def clean(text: str) -> str:
    """Return text that any encoder takes: no control characters, surrogates, non-characters or trailing spaces."""
    if text.isprintable():
        # On one line, without anything to remove: what most titles and names are.
        return text.rstrip(" ")
    core = compiled_core()
    cleaned: str | None = None if core is None else core.clean(text)
    return _clean(text) if cleaned is None else cleaned


def _clean(text: str) -> str:
    text = _NOT_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    # Line by line: a pattern for trailing spaces takes time quadratic in the longest run of spaces.
    return "\n".join(line.rstrip(" \t") for line in text.split("\n")).strip("\n")


@cache
def _selector_of_depth(depth: int) -> str:
    """Return a selector of elements with `depth` ancestors or more; the parser finds them in linear time."""
    return " > ".join(["*"] * (depth + 1))


def _has_too_many_attributes(markup: str, content: bytes) -> bool:
    """Whether an element has more than `MAX_ATTRIBUTES`.

    Reading all tags one by one takes as long as extraction, so it is done only if there may be such an element: its tag
    is long. Brackets in quotes can hide the length, but only if there are many of them.
    """
    suspects = [match.start() for match in islice(_LONG_TAG.finditer(markup), _MANY_LONG_TAGS)]
    if len(suspects) < _MANY_LONG_TAGS and not _quoted_brackets().Match(content):
        tags = (_START_TAG.match(markup, start) for start in suspects)
        if not any(tag is not None and tag[2] is not None for tag in tags):
            return False
    return _any_tag_has_too_many(markup, _FOREIGN.search(markup) is not None)


@cache
def _quoted_brackets() -> Any:
    """Return an automaton that finds, in one pass over the bytes, many attribute values that may contain `>`."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    pattern_set = re2.Set.SearchSet(options)
    value = rb"""=[ \t\n\f\r]*(?:"[^">]*>|'[^'>]*>)"""
    pattern_set.Add(rb"(?s)(?:" + value + rb".*?){%d}" % _MANY_QUOTED_BRACKETS)
    pattern_set.Compile()
    return pattern_set


def _any_tag_has_too_many(markup: str, foreign: bool) -> bool:
    """Whether any start tag has more than `MAX_ATTRIBUTES`.

    Comments are skipped, and so is raw text unless there is `foreign` content, which may turn it into tags.
    """
    position = markup.find("<")
    while position >= 0:
        tag = _START_TAG.match(markup, position)
        if tag is None:
            is_comment = markup.startswith("<!--", position)
            position = markup.find("-->" if is_comment else "<", position + 1)
            continue
        if tag[2] is not None:
            return True
        position = tag.end()
        if raw := _RAW_END.get(tag[1].lower()):
            end = raw.search(markup, position)
            stop = end.start() if end else len(markup)
            if foreign and any(inner[2] is not None for inner in _START_TAG.finditer(markup, position, stop)):
                return True
            position = stop
        position = markup.find("<", position)
    return False


def _repeated_formatting_bound(markup: str, tags: int) -> int:
    """Return a bound on the elements that the parser adds by opening unclosed formatting again."""
    if tags * tags <= MAX_REPEATED:
        return 0
    formatting = _FORMATTING.findall(markup)
    if len(formatting) * tags <= MAX_REPEATED:
        return 0
    still_open: Counter[str] = Counter()
    most: Counter[str] = Counter()
    for closing, name in formatting:
        still_open[name] = max(0, still_open[name] + (-1 if closing else 1))
        most[name] = max(most[name], still_open[name])
    return sum(most.values()) * tags


def _classify(page: Page, output: TextFormat) -> tuple[Extraction, float]:
    """Return the text of the blocks that are content, and the classifier's confidence."""
    title = page.stated_metadata.get("title", "")
    if compiled_core() is not None:
        compiled_choice = choose_compiled(
            read_compiled(page.markup if page.utf8 is None else page.utf8, page.is_xml), title
        )
        way = "plain" if compiled_choice.is_plain else "trees" if compiled_choice.features else ""
        if output == "text" and compiled_choice.is_kept.count(1) > 1:
            return Extraction(compiled_choice.kept_text(), way), compiled_choice.confidence
        return Extraction(_text_of(compiled_choice.kept_blocks(), output), way), compiled_choice.confidence
    elements, placed_blocks = read(page.markup, page.is_xml)
    if not placed_blocks:
        return Extraction(""), 0.0
    scores = classifier.score_blocks(elements, placed_blocks, title)
    choice = choose(placed_blocks, scores)
    kept_blocks = [
        block for placed, keep in zip(placed_blocks, choice.is_kept, strict=True) if keep for block in placed.blocks
    ]
    return Extraction(_text_of(kept_blocks, output), "plain" if choice.is_plain else "trees"), scores.confidence


def _text_of(kept_blocks: list[blocks.Block], output: TextFormat) -> str:
    """Return the text of the blocks; none if it is only a notice ("Loading...") in place of the page's content."""
    if len(kept_blocks) == 1 and is_notice(kept_blocks[0].text):
        return ""
    return _render(kept_blocks, output)


def _native_blocks(page: Page) -> list[blocks.Block]:
    # Bullets and numbers come from `blocks`.
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


def _render(page_blocks: list[blocks.Block], output: TextFormat) -> str:
    return blocks.as_markdown(page_blocks) if output == "markdown" else blocks.as_text(page_blocks)


@cache
def _trafilatura_options(output: TextFormat) -> Any:
    from trafilatura.settings import Extractor, use_config

    for name in ("trafilatura", "justext", "htmldate"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return Extractor(
        config=use_config(),
        output_format="markdown" if output == "markdown" else "txt",
        comments=False,
        dedup=False,
        # Never used, as no metadata is asked for, but the default would be today's date.
        date_params={"max_date": "2100-12-31"},
    )
