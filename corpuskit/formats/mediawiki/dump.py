"""MediaWiki's XML dumps: the decompressed bytes of a dump, cut into pages.

A page is found by its tags, which cannot stand in text (there `<` is `&lt;`), and parsed by itself: so damage in one
page costs no other. Of a page's revisions only the latest is held. Format: https://www.mediawiki.org/xml/export-0.11/.
"""

import codecs
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from corpuskit.core.document import Reject
from corpuskit.core.outcome import Rejected
from corpuskit.formats.mediawiki.site import NAMESPACE_NUMBER, Site, site_of

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input

MAX_REVISION = 32 * 1024 * 1024
MAX_HEAD = 4 * 1024 * 1024
"""Bytes of what comes before the first page, or before a page's first revision."""
MAX_REJECT_BYTES = 1024 * 1024
TAG = re.compile(rb"<(?:(/?)(page|revision)(?:\s[^<>]*)?>|!--|!\[CDATA\[)")
"""All forms begin with one character, which the engine looks for; what text is full of costs nothing."""
SECTION_ENDS = {b"<!--": b"-->", b"<![CDATA[": b"]]>"}
"""What ends the sections of XML in which tags are text."""
LONGEST_TAG = 256
TIMESTAMP = re.compile(rb"<timestamp>([^<]{1,64})</timestamp>")
ADVICE = "take a file such as ...-pages-articles.xml.bz2 from https://dumps.wikimedia.org"
CUT_PAGE = "the dump ends inside a page"
CUT_SECTION = "the dump ends inside a comment"
ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
"""How a dump that is not plain UTF-8 begins."""


class DumpPage(NamedTuple):
    """A page in its latest revision."""

    site: Site
    id: str
    title: str
    namespace: int
    is_redirect: bool
    revision: str
    timestamp: str
    model: str
    """What its text is: `wikitext`, or code or data of some kind."""
    text: str


def read_pages(input_: "Input") -> Iterator[DumpPage | Rejected]:
    """Yield the pages of a dump in order, and as Rejected those that cannot be read.

    Reasons: `bad-xml`, `document-too-large`. A dump that ends inside a page is damaged. Holds one revision in memory.
    Raises Reject("not-a-dump") for anything else.
    """
    site: Site | None = None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True)
    for segment in _segments(input_):
        if isinstance(segment, Rejected):
            yield segment
        elif segment.kind == "head":
            if segment.content.strip() and b"<mediawiki" not in segment.content:
                raise Reject("not-a-dump", f"{input_.name} has no <mediawiki>; {ADVICE}")
            site = site_of(segment.content)
        else:
            yield _page(input_.name, site or Site(), segment, parser)


class _Segment(NamedTuple):
    kind: str
    """`head` for what comes before the first page, `page` for a page without all revisions but the latest."""
    offset: int
    """Of its first byte in the decompressed stream, in UTF-8."""
    content: bytes


class _Cutter:
    """Finds the tags of pages and revisions in a stream of blocks, and holds what lies between them while it counts."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._buffer = b""
        self._offset = 0
        """Of the buffer's first byte."""
        self._is_headed = False
        self._section_end = b""
        """What ends the comment or the characters (CDATA) that are being read."""
        self._begin_page(-1)

    @property
    def is_in_page(self) -> bool:
        return self._page_offset >= 0

    @property
    def is_in_section(self) -> bool:
        return bool(self._section_end)

    def feed(self, block: bytes) -> Iterator[_Segment | Rejected]:
        self._buffer += block
        position = self._end_of_section(0)
        while not self._section_end and (match := TAG.search(self._buffer, position)) is not None:
            if match[2] is None:
                self._section_end = SECTION_ENDS[match[0]]
                self._between(position, match.end())
                position = self._end_of_section(match.end())
            else:
                self._between(position, match.start())
                yield from self._tag(match)
                position = match.end()
        end = self._end_of_complete_tags(position)
        self._between(position, end)
        self._buffer, self._offset = self._buffer[end:], self._offset + end

    def gap(self) -> None:
        """Forget what has begun: bytes are missing, and what follows need not belong to it."""
        self._buffer = self._section_end = b""
        self._begin_page(-1)

    def finish(self) -> Iterator[_Segment]:
        """Yield what stands before the first page if there is none."""
        if not self._is_headed:
            yield _Segment("head", 0, b"".join(self._head))

    def _end_of_section(self, position: int) -> int:
        """Take what is left of a comment, or of characters that are no markup, and return where they end."""
        mark = self._section_end
        start = self._buffer.find(mark, position) if mark else -1
        if start < 0:
            return position
        end = start + len(mark)
        self._section_end = b""
        self._between(position, end)
        return end

    def _end_of_complete_tags(self, position: int) -> int:
        """Return up to where the buffer can be taken: a tag may go on in the next block."""
        size = len(self._buffer)
        if self._section_end:
            return max(position, size - len(self._section_end) + 1)
        opening = self._buffer.find(b"<", max(position, size - LONGEST_TAG))
        return size if opening < 0 else opening

    def _begin_page(self, offset: int) -> None:
        self._page_offset = offset
        self._head: list[bytes] = []
        self._head_size = 0
        self._revision: list[bytes] | None = None
        """The revision that is being read; None between revisions."""
        self._revision_size = 0
        self._latest = b""
        self._latest_time = b""
        self._is_too_large = False

    def _between(self, start: int, end: int) -> None:
        """Take the bytes between two tags."""
        if start >= end:
            return
        content = self._buffer[start:end]
        if self._revision is not None:
            self._revision_size += len(content)
            if self._revision_size <= MAX_REVISION:
                self._revision.append(content)
        elif self.is_in_page or not self._is_headed:
            self._head_size += len(content)
            if self._head_size <= MAX_HEAD:
                self._head.append(content)

    def _tag(self, match: "re.Match[bytes]") -> Iterator[_Segment | Rejected]:
        is_end, name = bool(match[1]), match[2]
        if name == b"page" and not is_end:
            if not self._is_headed:
                self._is_headed = True
                yield _Segment("head", 0, b"".join(self._head))
            if self.is_in_page:
                yield self._rejected("bad-xml", "a page begins inside a page")
            self._begin_page(self._offset + match.start())
        elif not self.is_in_page:
            return
        elif name == b"page":
            yield self._page()
            self._begin_page(-1)
        elif not is_end:
            self._revision, self._revision_size = [], 0
        elif self._revision is not None:
            self._end_revision()

    def _end_revision(self) -> None:
        content = b"".join(self._revision or [])
        match = TIMESTAMP.search(content)
        time = match[1] if match else b""
        if time >= self._latest_time:
            self._latest, self._latest_time = content, time
            self._is_too_large = self._revision_size > MAX_REVISION
        self._revision = None

    def _page(self) -> _Segment | Rejected:
        if self._is_too_large or self._head_size > MAX_HEAD:
            return self._rejected("document-too-large", f"a revision of more than {MAX_REVISION} bytes")
        if self._revision is not None:
            return self._rejected("bad-xml", "the page ends inside a revision")
        head = b"".join(self._head)
        return _Segment("page", self._page_offset, b"<page>%s<revision>%s</revision></page>" % (head, self._latest))

    def _rejected(self, reason: str, detail: str) -> Rejected:
        raw = b"".join((*self._head, *(self._revision or [self._latest])))
        return Rejected(reason, self._name, self._page_offset, raw[:MAX_REJECT_BYTES], detail)


def _segments(input_: "Input") -> Iterator[_Segment | Rejected]:
    cutter = _Cutter(input_.name)
    for block in _utf8(input_.blocks_and_gaps()):
        if block:
            yield from cutter.feed(block)
        else:
            cutter.gap()
    yield from cutter.finish()
    if (cutter.is_in_page or cutter.is_in_section) and not input_.damage:
        input_.damaged(CUT_PAGE if cutter.is_in_page else CUT_SECTION, input_.reach, 0)


def _utf8(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the blocks in UTF-8, in which most dumps are; the first bytes tell of UTF-16."""
    first = next(blocks, b"")
    encoding = next((name for mark, name in ENCODINGS if first.startswith(mark)), None)
    if encoding is None:
        yield first
        yield from blocks
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    yield decoder.decode(first).encode()
    for block in blocks:
        yield decoder.decode(block).encode() if block else block


def _page(name: str, site: Site, segment: _Segment, parser: etree.XMLParser) -> DumpPage | Rejected:
    try:
        page = etree.fromstring(segment.content, parser)
    except etree.XMLSyntaxError as error:
        raw = segment.content[:MAX_REJECT_BYTES]
        return Rejected("bad-xml", name, segment.offset, raw, str(error.msg).partition(", line")[0])
    elements = _first_children(page)
    revision = _first_children(elements["revision"])
    title, namespace = _line(elements, "title"), _line(elements, "ns")
    return DumpPage(
        site,
        _line(elements, "id"),
        title,
        int(namespace) if NAMESPACE_NUMBER.fullmatch(namespace) else site.namespace_of(title),
        "redirect" in elements,
        _line(revision, "id"),
        _line(revision, "timestamp"),
        _line(revision, "model") or "wikitext",
        _text_of(revision.get("text")),
    )


def _first_children(element: "etree._Element") -> "dict[str, etree._Element]":
    """Return an element's children by name, of each name the first."""
    return {str(child.tag): child for child in element.iterchildren(reversed=True)}


def _line(elements: "dict[str, etree._Element]", name: str) -> str:
    element = elements.get(name)
    return (element.text or "").strip() if element is not None else ""


def _text_of(element: "etree._Element | None") -> str:
    """Return an element's text; tags in it, which should have been written as text, are text as they stand."""
    if element is None:
        return ""
    parts = [element.text or ""]
    for child in element:
        parts += etree.tostring(child, encoding="unicode", with_tail=False), child.tail or ""
    return "".join(parts)
