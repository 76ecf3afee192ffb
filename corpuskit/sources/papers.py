"""`papers`: papers in JATS or LaTeX become documents."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from corpuskit.core.document import Document, Reject
from corpuskit.core.reading.input_kinds import ARCHIVE_SUFFIXES, archive_of_name, demand_any_of_kind, demand_no_archive
from corpuskit.core.step import Drop, Item, Rejected, Source
from corpuskit.core.wording import quantity
from corpuskit.formats.fields import filled_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpuskit.core.reading.inputs import Input
    from corpuskit.formats.jats import Article
    from corpuskit.formats.latex_sources import Find

JATS = (".xml", ".nxml", ".xml.gz", ".nxml.gz")
LATEX = (".tex", ".ltx", ".tex.gz")
SUFFIXES = (*JATS, *LATEX, *ARCHIVE_SUFFIXES)
MAX_LATEX = 256 * 1024 * 1024
"""Most bytes of LaTeX in one archive, which are held in memory."""
ARXIV = re.compile(r"(?<![\d.])(\d{4}\.\d{4,5}(?:v\d+)?)(?!\d)")
MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Papers(Source):
    """Read scientific papers (JATS XML, LaTeX sources, archives) and yield one document each.

    JATS is what PubMed Central, eLife, PLOS and most open-access publishers give out. The text is the title, abstract,
    body and appendices, with headings, items of lists, rows of tables (a tab between cells), boxes and captions of
    tables; formulas become TeX between `\\(` and `\\)`, from TeX or from MathML. Left out are citations by number,
    notes, figures, acknowledgements, names of authors, and reviews or responses that are printed with a paper.

    Of LaTeX, as on arXiv, the file with `\\documentclass` is read with what it includes from its folder or below,
    and with its simple macros expanded; preamble, comments, figures, footnotes, citations and bibliography are left
    out, formulas stay. An archive of LaTeX is one paper for each such file.

    The id is the DOI, the PMC, PubMed or arXiv number, else the file's name. Metadata: `title`, `url`, `date` of
    publication, `language`, and `license` where a link to a known licence is in `<license>`; the link is the evidence.

    Drops: `no-text`. Rejects: `bad-xml`, `entity-expansion`, `not-jats`; `no-main-file`, `not-text`, `includes-itself`,
    `macro-expansion`; `undecodable`, `damaged-text`, `document-too-large` (64 MiB, 4 million elements, or 2 million
    commands), `unsafe-path`; for archives `archive-in-archive`, `encrypted`, `member-too-large` (256 MiB), and
    `no-paper` for one without any. Other files in an archive, such as pictures, are passed over. Holds one paper in
    memory, and of an archive all LaTeX.

        corpuskit papers PMC001xxxxxx.tar.gz --source pmc --origin public_dataset
    """

    suffixes: ClassVar[tuple[str, ...]] = SUFFIXES

    references: Annotated[bool, "Keep the list of references, a line each."] = False
    captions: Annotated[bool, "Keep captions of figures, without the figures."] = False

    def versions(self) -> dict[str, str]:
        """Return the version of the XML parser."""
        from corpuskit.core.startup import installed_version

        return {"lxml": installed_version("lxml")}

    def check_inputs(self, inputs: "Sequence[Input]") -> None:
        """Raise UsageError if, by their names and first bytes, none of the inputs can hold papers."""
        demand_any_of_kind(self.name(), inputs, ("an archive",))

    def read(self, input_: "Input") -> Iterator[Item]:
        """Yield the documents, drops and rejects of one file or archive in its order."""
        archive = archive_of_name(input_.name)
        if archive is not None:
            yield from self._read_archive(input_, archive)
        elif input_.name.lower().endswith(LATEX):
            yield from self._read_latex_file(input_)
        else:
            yield from self._read_file(input_)

    def _read_archive(self, input_: "Input", archive: str) -> Iterator[Item]:
        from corpuskit.formats.archives import items_of_archive
        from corpuskit.formats.latex_sources import finder_in_archive, main_files

        files: dict[str, bytes] = {}
        size = passed_over = 0

        def read_member(member: "Input") -> Iterator[Item]:
            nonlocal size, passed_over
            name = member.name.lower()
            if name.endswith(JATS):
                yield from self._read_file(member)
            elif name.endswith((".tex", ".ltx", ".bbl", ".tikz", ".txt", ".sty", ".cls")):
                files[member.name] = member.read_all(MAX_BYTES)
                size += len(files[member.name])
                if size > MAX_LATEX:
                    files.clear()
                    raise Reject("document-too-large", f"more than {MAX_LATEX} bytes of LaTeX in the archive")
            else:
                passed_over += 1
                member.remark("a file in it is no paper and is passed over")

        has_papers = False
        for item in items_of_archive(input_, archive, read_member):
            has_papers = True
            yield item
        mains = list(main_files(files))
        for name in mains:
            id_ = name if len(mains) > 1 else input_.name
            yield self._latex_document(id_, name, files[name], finder_in_archive(files, name), input_)
        if not mains and any(name.lower().endswith((".tex", ".ltx")) for name in files):
            yield Rejected("no-main-file", input_.name, 0, b"", "no file in it has a \\documentclass")
        elif not has_papers and not mains and not input_.damage:
            yield Rejected(
                "no-paper", input_.name, 0, b"", f"no paper is in it, but {quantity(passed_over, 'other file')}"
            )

    def _read_latex_file(self, input_: "Input") -> Iterator[Item]:
        from pathlib import Path

        from corpuskit.formats.latex_sources import finder_in_folder, is_main
        from corpuskit.formats.whole_file import MAX_REJECT_BYTES, read_whole_file

        data = read_whole_file(input_, MAX_BYTES)
        if isinstance(data, Rejected):
            yield data
        elif is_main(data):
            path = input_.local_path or Path(input_.name)
            find = finder_in_folder(path.parent, path.name)
            yield self._latex_document(input_.name, input_.name, data, find, input_)
        elif b"\0" in data:
            yield Rejected("not-text", input_.name, 0, data[:MAX_REJECT_BYTES], "it is no LaTeX but binary data")
        elif input_.is_named:
            detail = "it has no \\documentclass; name the main file or its folder"
            yield Rejected("no-main-file", input_.name, 0, data[:MAX_REJECT_BYTES], detail)
        else:
            input_.remark("a part of a paper, read where it is included")

    def _latex_document(self, id_: str, name: str, data: bytes, find: "Find", input_: "Input") -> Item:
        from corpuskit.formats.latex_sources import bibliography_of, whole_source
        from corpuskit.formats.whole_file import MAX_REJECT_BYTES
        from corpuskit.text.publications.latex import read_latex

        try:
            source = whole_source(data, find, lambda missing: input_.remark("a file that it includes is not there"))
            paper = read_latex(source, bibliography=bibliography_of(name, find), captions=self.captions)
        except Reject as reject:
            return Rejected(reject.reason, name, 0, data[:MAX_REJECT_BYTES], reject.detail)
        number = ARXIV.search(id_)
        metadata = filled_fields(
            {
                "url": f"https://arxiv.org/abs/{number[1]}" if number else "",
                "title": paper.title,
                "content_type": "text/plain",
            }
        )
        id_ = f"arXiv:{number[1]}" if number else id_
        return Document(id_, paper.text, metadata) if paper.text else Drop(Document(id_, "", metadata), "no-text")

    def _read_file(self, input_: "Input") -> Iterator[Item]:
        from corpuskit.formats.jats import read_articles
        from corpuskit.formats.latex_sources import is_main
        from corpuskit.formats.whole_file import MAX_REJECT_BYTES, read_whole_file

        data = read_whole_file(input_, MAX_BYTES)
        if isinstance(data, Rejected):
            yield data
            return
        demand_no_archive(self.name(), input_, data)
        if input_.is_stream and is_main(data):
            yield self._latex_document(input_.name, input_.name, data, lambda name: None, input_)
            return
        try:
            articles = read_articles(data)
        except Reject as reject:
            yield Rejected(reject.reason, input_.name, 0, data[:MAX_REJECT_BYTES], reject.detail)
            return
        for number, article in enumerate(articles, 1):
            name = input_.name if len(articles) == 1 else f"{input_.name}/{number}"
            yield self._document(article, name)

    def _document(self, article: "Article", name: str) -> Item:
        from corpuskit.formats.xml_tree import entity_reader
        from corpuskit.text.html.formulas import inline_tex, tex_of_element
        from corpuskit.text.publications.jats import paper_text, title_of

        character = entity_reader(article.root)
        title = title_of(article.root, tex_of_element, character)
        text = paper_text(
            article.root,
            tex_of_element,
            inline_tex,
            character,
            references=self.references,
            captions=self.captions,
        )
        metadata = filled_fields(
            {
                "url": article.url,
                "date": article.date,
                "title": title,
                "content_type": "text/plain",
                "language": article.language,
                "license": article.license,
                "license_evidence": article.license_evidence,
            }
        )
        id_ = article.id or name
        if not text:
            return Drop(Document(id_, "", metadata), "no-text")
        return Document(id_, f"{title}\n\n{text}" if title else text, metadata)
