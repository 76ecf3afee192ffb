"""E-books in EPUB 2 and 3: the bytes of a package as its chapters in reading order, with its metadata.

Nothing is unpacked to disk. Sources: EPUB 3.3 (https://www.w3.org/TR/epub-33/), OPF 2.0.1 for EPUB 2. Of encryption
only the obfuscation of fonts is legal in an open book.
"""

import io
import posixpath
import re
import zipfile
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from corpuskit.core.document import Reject
from corpuskit.core.wording import printable_name, without_logins
from corpuskit.formats.archives import FAULTS, fault_in_words
from corpuskit.formats.license_links import MAX_EVIDENCE, joined_license, statement_of_link, statement_of_text
from corpuskit.formats.xml_tree import MAX_NODES, all_text, count_nodes, local_name, parse_xml

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_MEMBER = 32 * 1024 * 1024
MAX_BOOK = 256 * 1024 * 1024
"""Most bytes of all members that are read of a book."""
XHTML = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
GUIDE_LEFT_OUT = ("cover", "title-page", "toc", "copyright-page", "colophon", "loi", "lot", "index")
"""Kinds of page that the guide of EPUB 2 names and that are no text of the book."""
_DATE = re.compile(r"(\d{4}(?:-\d\d(?:-\d\d)?)?)(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?")


class Book(NamedTuple):
    """A book with its chapters in order; what its package does not say is empty."""

    id: str
    title: str
    author: str
    language: str
    date: str
    license: str
    license_evidence: str
    chapters: "list[_Element]"


class _Package:
    """The members of a zip, each of them read at most once and all within one limit."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except FAULTS as error:
            raise Reject("bad-epub", f"the zip cannot be read ({fault_in_words(error)})") from None
        self._names = {entry.filename: entry for entry in self._zip.infolist()}
        self._left = MAX_BOOK
        self._nodes = 0

    def read(self, name: str) -> bytes | None:
        """Return a member's bytes; None if there is none of this name."""
        entry = self._names.get(name)
        if entry is None:
            return None
        readable_name = printable_name(name)
        if entry.flag_bits & 1:
            raise Reject("encrypted", f"{readable_name} has a password")
        if entry.file_size > min(MAX_MEMBER, self._left):
            raise Reject("member-too-large", f"{readable_name} has {entry.file_size} bytes")
        self._left -= entry.file_size
        try:
            with self._zip.open(entry) as stream:
                return stream.read(MAX_MEMBER)
        except FAULTS as error:
            raise Reject("bad-epub", f"{readable_name} cannot be read ({fault_in_words(error)})") from None

    def tree(self, name: str) -> "_Element":
        """Return the tree of an XML member. Raises Reject, also if there is none of this name."""
        data = self.read(name)
        if data is None:
            raise Reject("bad-epub", f"{printable_name(name)} is missing")
        self._nodes += count_nodes(data)
        if self._nodes > MAX_NODES:
            raise Reject("document-too-large", f"more than {MAX_NODES} elements, attributes and references in all")
        try:
            return parse_xml(data)
        except Reject as reject:
            raise Reject(reject.reason, f"{printable_name(name)}: {reject.detail}") from None


def read_book(data: bytes) -> Book:
    """Return the book in a package.

    Raises Reject: `bad-epub` for a package that is damaged or lacks what it names, `bad-xml`, `entity-expansion`,
    `encrypted`, `member-too-large` (32 MiB, or 256 MiB in all), `document-too-large`, `unsafe-path`.
    """
    package = _Package(data)
    container = package.tree("META-INF/container.xml")
    paths = [element.get("full-path", "") for element in _named(container, "rootfile")]
    if not paths:
        raise Reject("bad-epub", "META-INF/container.xml names no package document")
    path = _inside("", paths[0])
    root = package.tree(path)
    names = _chapter_names(root, posixpath.dirname(path))
    _demand_open(package, names)
    return _book(root, [package.tree(name) for name in names])


def _named(root: "_Element", name: str) -> "list[_Element]":
    return [element for element in root.iter("{*}*") if local_name(element.tag) == name]


def _inside(folder: str, reference: str) -> str:
    """Return the name of the member that a reference in a folder leads to. Raises Reject if it leads out."""
    path = unquote(urlsplit(reference).path)
    name = posixpath.normpath(posixpath.join(folder, path))
    if path.startswith("/") or "\\" in path or name == ".." or name.startswith(("../", "/")):
        raise Reject("unsafe-path", f"it names {printable_name(reference)!r}")
    return name


def _chapter_names(root: "_Element", folder: str) -> list[str]:
    """Return the members that the spine lists, without those that are no text of the book."""
    items = {element.get("id"): element for element in _named(root, "item")}
    left_out = {
        _inside(folder, reference.get("href", ""))
        for reference in _named(root, "reference")
        if reference.get("type", "").lower() in GUIDE_LEFT_OUT
    }
    names: dict[str, None] = {}
    spine = _named(root, "itemref")
    if not spine:
        raise Reject("bad-epub", "its spine is empty")
    for reference in spine:
        item = _readable(items, reference.get("idref"))
        if item is None or reference.get("linear") == "no" or "nav" in item.get("properties", "").split():
            continue
        if (address := urlsplit(item.get("href", ""))).scheme:
            host = printable_name(address.hostname or address.scheme)
            raise Reject("bad-epub", f"its spine names a chapter outside of the package, at {host}")
        names[_inside(folder, item.get("href", ""))] = None
    kept_names = [name for name in names if name not in left_out]
    return kept_names or list(names)


def _readable(items: "dict[str | None, _Element]", id_: str | None) -> "_Element | None":
    """Return an item in XHTML, or what stands in for it; None if there is neither. Raises Reject for an unknown id."""
    if id_ not in items:
        raise Reject("bad-epub", f"its spine names {printable_name(str(id_))!r}, which is not in the manifest")
    for _ in range(8):
        item = items.get(id_)
        if item is None or item.get("media-type") in XHTML:
            return item
        id_ = item.get("fallback")
    return None


def _demand_open(package: _Package, names: list[str]) -> None:
    """Raise Reject if a chapter is encrypted."""
    data = package.read("META-INF/encryption.xml")
    if data is None:
        return
    for reference in _named(parse_xml(data), "CipherReference"):
        if unquote(reference.get("URI", "")) in names:
            raise Reject("encrypted", "its chapters are encrypted (DRM)")


def _book(root: "_Element", chapters: "list[_Element]") -> Book:
    identifiers = _named(root, "identifier")
    unique = [element for element in identifiers if element.get("id") == root.get("unique-identifier")]
    license_, evidence = _license(root)
    authors = [all_text(element) for element in _named(root, "creator")]
    return Book(
        without_logins(all_text((unique or identifiers or [None])[0])),
        _first(root, "title"),
        "; ".join(filter(None, authors)),
        _first(root, "language"),
        _date(root),
        license_,
        evidence,
        chapters,
    )


def _first(root: "_Element", name: str) -> str:
    return next(filter(None, map(all_text, _named(root, name))), "")


def _date(root: "_Element") -> str:
    elements = _named(root, "date")
    events = {element.get("{http://www.idpf.org/2007/opf}event"): element for element in reversed(elements)}
    element = events.get("publication", events.get(None))
    match = _DATE.fullmatch(all_text(element))
    return match[0] if match else ""


def _license(root: "_Element") -> tuple[str, str]:
    """Return the licence that links or words of the metadata name, and these as evidence; two empty strings if none."""
    links = [
        element.get("href", "") for element in _named(root, "link") if "rights" in (element.get("rel") or "").lower()
    ]
    words = [all_text(element) for element in _named(root, "rights")]
    words += [all_text(e) for e in _named(root, "meta") if e.get("property") in ("dcterms:rights", "dcterms:license")]
    statements = [statement_of_link(link) for link in links]
    statements += [statement_of_text(text, with_words=True) for text in words]
    license_ = joined_license(statements)
    evidence = dict.fromkeys(statement.evidence for statement in statements if statement.whole or statement.parts)
    return (license_, " ".join(evidence)[:MAX_EVIDENCE]) if license_ else ("", "")
