"""`books`: one document a book, in the order of its spine, without what is not its text."""

import zipfile
from pathlib import Path

import pytest

from corpuskit.core.document import Document
from corpuskit.core.outcome import Rejected
from corpuskit.core.reading.inputs import Input
from corpuskit.core.step import Drop, Item
from corpuskit.sources.books import Books
from tests.conftest import Run
from tests.support.epub import CONTAINER, METADATA, epub
from tests.support.markup_left import markup_left
from tests.support.timing import grows_linearly

PLAIN = """The Project Gutenberg EBook of The Tide, by A. Writer

This eBook is for the use of anyone anywhere at no cost.

Title: The Tide
       A Story

Author: A. Writer

Release Date: March 4, 2009 [EBook #999999]

Language: German

*** START OF {this} PROJECT GUTENBERG EBOOK THE TIDE ***




Produced by Some Volunteers and
the Proofreading Team


CHAPTER I

It rose
and fell.



The end.

{end}

*** START: FULL LICENSE ***
"""
ENDS = (
    ("THIS", "*** END OF THIS PROJECT GUTENBERG EBOOK THE TIDE ***"),
    ("THE", "*** END OF THE PROJECT GUTENBERG EBOOK THE TIDE ***"),
    (
        "THE",
        "End of the Project Gutenberg EBook of The Tide, by A. Writer\n\n*** END OF THE PROJECT GUTENBERG EBOOK X ***",
    ),
    ("THIS", "End of Project Gutenberg's The Tide"),
)
OLD = """**The Project Gutenberg Etext of The Tide**
The Tide. March, 1994 [Etext #888888]

*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*

It rose.

End of The Project Gutenberg Etext of The Tide
"""


def read(data: bytes, name: str = "a.epub", step: Books | None = None) -> list[Item]:
    return list((step or Books()).read(Input(name, content=data)))


def text_of(body: str) -> str:
    (item,) = read(epub(body))
    return item.text if isinstance(item, Document) else ""


def test_a_book_carries_what_its_package_says() -> None:
    (book,) = read(epub("<h1>I</h1><p>It rose.</p>", "<p>It fell.</p>"))
    assert isinstance(book, Document)
    assert book.id == "urn:uuid:1" and book.text == "I\n\nIt rose.\n\nIt fell."
    assert book.metadata == {
        "date": "2020-05-06",
        "title": "The Tide",
        "author": "A. Writer",
        "content_type": "text/plain",
        "language": "en-GB",
        "license": "LicenseRef-PublicDomain",
        "license_evidence": "Public domain in the USA.",
    }


def test_chapters_are_documents_if_asked_for() -> None:
    items = read(
        epub("<h2>One</h2><p>a</p>", "<nav epub:type='toc'><ol><li>x</li></ol></nav>"), step=Books(by="chapter")
    )
    first, second = items
    assert isinstance(first, Document) and (first.id, first.metadata["chapter"]) == ("urn:uuid:1/1", "One")
    assert isinstance(second, Drop) and second.reason == "no-text"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<section epub:type='titlepage'><p>By me</p></section><p>a</p>", "a"),
        ("<p>a<a epub:type='noteref' href='#n'>1</a>.</p>", "a."),
        (
            "<blockquote epub:type='z3998:verse'><p><span>one</span>\n<br/>\n<span>two</span></p></blockquote>",
            "one\ntwo",
        ),
        ("<ol><li>a</li><li><p>b</p><ul><li>c</li></ul></li></ol>", "1. a\n2. b\n  - c"),
        ("<table><tr><th>h</th></tr><tr><td>1</td><td>2</td></tr></table>", "h\n1\t2"),
        ("<p>so\u00adft\u2060 &amp; <i>x</i><img alt='no' src='a.png'/></p><script>no()</script>", "soft & x"),
        ("<figure><img src='x'/><figcaption>no</figcaption></figure><pre>a\n b</pre>", "a\n b"),
        (
            '<p><math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi><mo>=</mo><mn>1</mn></math></p>',
            r"\(x=1\)",
        ),
        ("<p><ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>字</p>", "漢字"),
    ],
)
def test_elements_become_plain_text(body: str, text: str) -> None:
    assert text_of(body) == text


@pytest.mark.parametrize(
    ("rights", "license_"),
    [
        ("<dc:rights>https://creativecommons.org/licenses/by-sa/3.0/</dc:rights>", "CC-BY-SA-3.0"),
        ("<dc:rights>Given away under CC0.</dc:rights>", "CC0-1.0"),
        (
            "<link rel='dcterms:rights' href='http://creativecommons.org/publicdomain/mark/1.0/'/>",
            "CC-PDM-1.0",
        ),
        ("<dc:rights>This is not CC0.</dc:rights>", None),
        ("<dc:rights>Not in the public domain, but CC0 was meant.</dc:rights>", None),
        (
            "<dc:rights>Cover under CC BY https://creativecommons.org/licenses/by/4.0/ ; text (c) 2020, all rights "
            "reserved</dc:rights>",
            None,
        ),
        ("<dc:rights>Cover: https://creativecommons.org/licenses/by/4.0/</dc:rights>", None),
        ("<dc:rights>(c) 2020. The source is in the public domain.</dc:rights>", None),
        (
            "<dc:rights>https://creativecommons.org/licenses/by/4.0/</dc:rights>"
            "<link rel='dcterms:rights' href='https://creativecommons.org/licenses/by-nc/4.0/'/>",
            "CC-BY-4.0 AND CC-BY-NC-4.0",
        ),
        ("<dc:rights>This is not in the public domain.</dc:rights>", None),
        ("<dc:rights>All rights reserved.</dc:rights>", None),
        ("", None),
    ],
)
def test_a_licence_needs_a_link_or_words_for_it(rights: str, license_: str | None) -> None:
    metadata = METADATA.replace("<dc:rights>Public domain in the USA.</dc:rights>", rights)
    (book,) = read(epub("<p>a</p>", metadata=metadata))
    assert isinstance(book, Document) and book.metadata.get("license") == license_


def test_odd_but_legal_packages_are_read() -> None:
    spine = '<itemref idref="i1"/><itemref idref="i0" linear="no"/>'
    (book,) = read(epub("<p>a</p>", "<p>b</p>", spine=spine))
    assert isinstance(book, Document) and book.text == "b"
    entities = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "x.dtd"><html><body><p>a&mdash;b</p></body></html>'
    (book,) = read(epub("", extra={"book/c 0.xhtml": entities}))
    assert isinstance(book, Document) and book.text == "a—b"


def test_an_unknown_entity_stays_as_it_is_written() -> None:
    chapter = '<!DOCTYPE html PUBLIC "x" "y"><html><body><p>Oak &unknownent; and &foo; end</p></body></html>'
    (book,) = read(epub("", extra={"book/c 0.xhtml": chapter}))
    assert isinstance(book, Document) and book.text == "Oak &unknownent; and &foo; end"


BOMB = '<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]><html><body>&c;</body></html>'
ENCRYPTION = (
    '<encryption><EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"><CipherData>'
    '<CipherReference URI="book/c%200.xhtml"/></CipherData></EncryptedData></encryption>'
)
BAD = {
    "cut.epub": (epub("<p>a</p>")[:-60], "bad-epub"),
    "flat.epub": (b"hello", "bad-epub"),
    "out.epub": (epub(hrefs=("../../../etc/passwd",)), "unsafe-path"),
    "container.epub": (
        epub("<p/>", extra={"META-INF/container.xml": CONTAINER.replace("book/p", "../p")}),
        "unsafe-path",
    ),
    "bomb.epub": (epub("", extra={"book/c 0.xhtml": BOMB}), "entity-expansion"),
    "drm.epub": (epub("<p>a</p>", extra={"META-INF/encryption.xml": ENCRYPTION}), "encrypted"),
    "missing.epub": (epub("<p>a</p>", hrefs=("nowhere.xhtml",)), "bad-epub"),
    "remote.epub": (epub("<p>a</p>", "<p>b</p>", hrefs=("c%200.xhtml", "http://x.example/b.xhtml")), "bad-epub"),
    "spine.epub": (epub("<p>a</p>", spine='<itemref idref="no"/>'), "bad-epub"),
    "broken.epub": (epub("<p>a"), "bad-xml"),
    "large.epub": (epub("", extra={"book/c 0.xhtml": " " * (33 << 20)}), "member-too-large"),
    "novel.txt": (b"Only a text.\n", "not-gutenberg"),
    "picture.txt": (b"\0\1\2\0" * 99, "not-a-book"),
}


def test_bad_books_are_one_named_reject_each_and_cost_no_neighbour(tmp_path: Path) -> None:
    members = {"0.epub": epub("<p>a</p>"), **{name: data for name, (data, _) in BAD.items()}, "in.zip": b"PK"}
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name, data in {**members, "zz.epub": epub("<p>z</p>")}.items():
            archive.writestr(name, data)
    items = list(Books().read(Input("a.zip", tmp_path / "a.zip")))
    assert [item.text for item in items if isinstance(item, Document)] == ["a", "z"]
    rejects = {item.input: item.reason for item in items if isinstance(item, Rejected)}
    expected = {f"a.zip/{name}": reason for name, (_, reason) in BAD.items()}
    assert rejects == expected | {"a.zip/in.zip": "archive-in-archive"} and len(items) == len(rejects) + 2


@pytest.mark.parametrize(("this", "end"), ENDS)
def test_a_gutenberg_text_loses_header_and_footer(this: str, end: str) -> None:
    (book,) = read(PLAIN.format(this=this, end=end).replace("\n", "\r\n").encode(), "pg.txt")
    assert isinstance(book, Document)
    assert book.text == "CHAPTER I\n\nIt rose\nand fell.\n\nThe end."
    assert book.id == "gutenberg/999999" and book.metadata == {
        "url": "https://www.gutenberg.org/ebooks/999999",
        "date": "2009-03-04",
        "title": "The Tide A Story",
        "author": "A. Writer",
        "content_type": "text/plain",
        "language": "de",
    }


@pytest.mark.parametrize("line", ["End of Project Gutenberg", "*** END OF THE PROJECT GUTENBERG EBOOK X ***"])
def test_a_line_like_the_mark_of_the_end_cuts_no_text(line: str) -> None:
    body = f"It rose.\n\n{line}\n\n" + "It fell again.\n" * 100
    end = "*** END OF THE PROJECT GUTENBERG EBOOK THE TIDE ***"
    (book,) = read(PLAIN.format(this="THE", end=f"{body}\n{end}").encode(), "pg.txt")
    assert isinstance(book, Document) and line in book.text and book.text.endswith("It fell again.")
    without_end = PLAIN.format(this="THE", end=body + "It fell again.\n" * 4000).partition("*** START: FULL")[0]
    (book,) = read(without_end.encode(), "pg.txt")
    assert isinstance(book, Document) and book.text.endswith("It fell again.")


def test_an_archive_without_books_is_a_reject(corpuskit: Run, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.jpg", "no")
    for command, reason in (("books", b"no-book"), ("papers", b"no-paper")):
        done = corpuskit(command, "a.zip")
        assert done.returncode == 2 and reason in done.stderr and b"in it, but 1 other file" in done.stderr


def test_a_login_in_an_address_is_told_nobody() -> None:
    metadata = METADATA.replace("urn:uuid:1", "https://me:secret@example.org/tide").replace(
        "Public domain in the USA.", "CC0, see https://me:secret@example.org/"
    )
    (book,) = read(epub("<p>a</p>", metadata=metadata))
    assert isinstance(book, Document) and "secret" not in repr(book)
    assert book.metadata["url"] == "https://example.org/tide"
    assert book.metadata["license_evidence"] == "CC0, see https://example.org/"


def test_an_old_gutenberg_text_does_too() -> None:
    (book,) = read(OLD.encode(), "old.txt")
    assert isinstance(book, Document) and (book.id, book.text) == ("gutenberg/888888", "It rose.")


def test_commands_name_one_another(corpuskit: Run, tmp_path: Path) -> None:
    (tmp_path / "a.epub").write_bytes(epub("<p>a</p>"))
    assert b"corpuskit books" in corpuskit("files", "a.epub").stderr
    (tmp_path / "cut.epub").write_bytes(epub("<p>a</p>")[:300])
    assert b"bad-epub" in (done := corpuskit("books", "cut.epub").stderr) and b"corpuskit files" not in done
    assert corpuskit("books", stdin=epub("<p>a</p>")).stdout == corpuskit("books", "a.epub").stdout != b""


@pytest.mark.parametrize("unit", ["<p>a</p>", "<ul><li>a</li></ul>", "<p><b>a</b>(</p>", "<p>a<br/></p>"])
def test_time_is_linear(unit: str) -> None:
    assert grows_linearly(lambda size: read(epub(unit * size)), 1000, 8000)


@pytest.mark.parametrize("unit", ["*** START OF THE ", "Produced by x\n\n", "Title:\n ", "***", "\n"])
def test_time_is_linear_for_texts(unit: str) -> None:
    texts = {size: (PLAIN.format(this="THE", end=unit * size) + unit * size).encode() for size in (5000, 40000)}
    assert grows_linearly(lambda size: read(texts[size], "a.txt"), 5000, 40000)


def test_real_books(shared_data: Path) -> None:
    for name, title in (("a-day-at-a-time", "A Day at a Time"), ("love-among-the-chickens", "Love Among the Chickens")):
        (book,) = Books().read(Input(name, shared_data / "books" / f"{name}.epub"))
        assert isinstance(book, Document) and book.metadata["title"] == title
        assert book.metadata["license"] == "CC0-1.0" and "CC0" in book.metadata["license_evidence"]
        assert len(book.text) > 200_000 and not markup_left(book.text)
        assert "Uncopyright" not in book.text and "Standard Ebooks" not in book.text
    name = "w3c_epub_tests.tar.xz"
    items = list(Books().read(Input(name, shared_data / "books" / name)))
    assert len(items) == 7 and all(isinstance(item, Document) and not markup_left(item.text) for item in items)
