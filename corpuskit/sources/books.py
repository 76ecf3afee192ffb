"""`books`: e-books in EPUB and texts of Project Gutenberg become documents."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from corpuskit.core.document import Document, Reject
from corpuskit.core.reading.input_kinds import (
    ARCHIVE_SUFFIXES,
    archive_of_content,
    archive_of_name,
    demand_any_of_kind,
    demand_no_archive,
)
from corpuskit.core.step import Drop, Item, Rejected, Source
from corpuskit.core.wording import quantity
from corpuskit.formats.fields import filled_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpuskit.core.reading.inputs import Input

SUFFIXES = (".epub", ".txt", ".txt.gz", *ARCHIVE_SUFFIXES)
MAX_BYTES = 256 * 1024 * 1024
GUTENBERG = "https://www.gutenberg.org/ebooks/"


@dataclass(frozen=True)
class Books(Source):
    """Read books (EPUB, plain text of Project Gutenberg, archives) and yield one document each.

    An EPUB is read in the order of its spine: headings, paragraphs, items of lists, rows of tables (a tab between
    cells), lines of verse, formulas as TeX. Left out are covers, title pages, imprints, tables of contents, indices,
    pictures with captions, and signs of notes. A Gutenberg text (.txt) loses its licence header and footer, old or new,
    and keeps its lines as they are.

    The id is the package's identifier, or `gutenberg/` and the number. Metadata: `title`, `author`, `url`, `date`,
    `language`, `edition`, and `license` where the package's rights name one by a link, or say CC0 or public domain;
    their words are the evidence. A header of Project Gutenberg grants no licence that has a name, so it gives none.

    Drops: `no-text`. Rejects: `bad-epub`, `bad-xml`, `entity-expansion`, `encrypted` (DRM), `unsafe-path`,
    `member-too-large`, `not-gutenberg`, `not-a-book`, `undecodable`, `damaged-text`, `document-too-large` (256 MiB, or
    4 million elements), `archive-in-archive`, and `no-book` for an archive without any. Holds one book in memory.

        corpuskit books library/ --source books --origin public_dataset
    """

    suffixes: ClassVar[tuple[str, ...]] = SUFFIXES

    by: Annotated[
        Literal["book", "chapter"], "What a document is; a chapter is one file of an EPUB, texts stay whole."
    ] = "book"

    def versions(self) -> dict[str, str]:
        """Return the version of the XML parser."""
        from corpuskit.core.startup import installed_version

        return {"lxml": installed_version("lxml")}

    def check_inputs(self, inputs: "Sequence[Input]") -> None:
        """Raise UsageError if, by their names and first bytes, none of the inputs can hold books."""
        demand_any_of_kind(self.name(), inputs, ("an archive", "text"))

    def read(self, input_: "Input") -> Iterator[Item]:
        """Yield the documents, drops and rejects of one file or archive in its order."""
        archive = archive_of_name(input_.name)
        if archive is None:
            yield from self._read_file(input_)
            return
        from corpuskit.formats.archives import items_of_archive

        passed_over = 0

        def read_member(member: "Input") -> Iterator[Item]:
            nonlocal passed_over
            if member.name.lower().endswith((".epub", ".txt", ".txt.gz")):
                yield from self._read_file(member)
            else:
                passed_over += 1
                member.remark("a file in it is no book and is passed over")

        has_books = False
        for item in items_of_archive(input_, archive, read_member):
            has_books = True
            yield item
        if not has_books and not input_.damage:
            yield Rejected(
                "no-book", input_.name, 0, b"", f"no book is in it, but {quantity(passed_over, 'other file')}"
            )

    def _read_file(self, input_: "Input") -> Iterator[Item]:
        from corpuskit.formats.whole_file import MAX_REJECT_BYTES, read_whole_file

        data = read_whole_file(input_, MAX_BYTES)
        if isinstance(data, Rejected):
            yield data
            return
        if archive_of_content(data) == "tar":
            demand_no_archive(self.name(), input_, data)
        is_package = data.startswith(b"PK") or input_.name.lower().endswith(".epub")
        try:
            if is_package:
                yield from self._read_epub(input_.name, data)
            else:
                yield self._read_text(input_, data)
        except Reject as reject:
            raw = b"" if is_package else data[:MAX_REJECT_BYTES]
            yield Rejected(reject.reason, input_.name, 0, raw, reject.detail)

    def _read_epub(self, name: str, data: bytes) -> Iterator[Item]:
        from corpuskit.formats.epub import read_book
        from corpuskit.text.publications.xhtml import heading_of

        book = read_book(data)
        id_ = book.id or name
        metadata = {
            "url": book.id if book.id.startswith(("http://", "https://")) else "",
            "date": book.date,
            "title": book.title,
            "author": book.author,
            "content_type": "text/plain",
            "language": book.language,
            "license": book.license,
            "license_evidence": book.license_evidence,
        }
        texts = [_chapter_text(chapter) for chapter in book.chapters]
        if self.by == "book":
            yield _item(id_, "\n\n".join(filter(None, texts)), metadata)
            return
        for number, (chapter, text) in enumerate(zip(book.chapters, texts, strict=True), 1):
            yield _item(f"{id_}/{number}", text, metadata | {"chapter": heading_of(chapter)})

    def _read_text(self, input_: "Input", data: bytes) -> Item:
        from corpuskit.formats.gutenberg import read_gutenberg
        from corpuskit.formats.text_encoding import decode_text

        if b"\0" in data[:1024] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise Reject("not-a-book", "neither EPUB nor text")
        book = read_gutenberg(decode_text(data, None))
        if not book.has_end:
            input_.remark("a text without the mark of its end")
        metadata = {
            "url": f"{GUTENBERG}{book.number}" if book.number else "",
            "date": book.date,
            "title": book.title,
            "author": book.author,
            "content_type": "text/plain",
            "language": book.language,
            "edition": book.edition,
        }
        return _item(f"gutenberg/{book.number}" if book.number else input_.name, book.text, metadata)


def _chapter_text(chapter: Any) -> str:
    from corpuskit.formats.xml_tree import entity_reader
    from corpuskit.text.html.formulas import tex_of_element
    from corpuskit.text.publications.xhtml import chapter_text

    return chapter_text(chapter, tex_of_element, entity_reader(chapter))


def _item(id_: str, text: str, values: dict[str, str]) -> Item:
    metadata = filled_fields(values)
    return Document(id_, text, metadata) if text else Drop(Document(id_, "", metadata), "no-text")
