"""`papers`: papers in JATS or LaTeX become documents."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from corpuskit.core.document import Document, Reject
from corpuskit.core.reading.input_kinds import archive_of_name, demand_any_of_kind
from corpuskit.core.step import Drop, Item, Rejected, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpuskit.core.reading.inputs import Input
    from corpuskit.formats.jats import Article

ARCHIVES = (".tar", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst", ".tgz", ".txz", ".zip")
SUFFIXES = (".xml", ".nxml", ".xml.gz", ".nxml.gz", *ARCHIVES)
MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Papers(Source):
    """Read scientific papers (JATS XML, alone or in tar and zip archives) and yield one document each.

    JATS is what PubMed Central, eLife, PLOS and most open-access publishers give out. The text is the title, abstract,
    body and appendices, with headings, items of lists, rows of tables (a tab between cells), boxes and captions of
    tables; formulas become TeX between `\\(` and `\\)`, from TeX or from MathML. Left out are citations by number,
    notes, figures, acknowledgements, names of authors, and reviews or responses that are printed with a paper.

    The id is the DOI, else the PMC or PubMed number, else the file's name. Metadata: `title`, `url`, `date` of
    publication, `language`, and `license` where a link to a known licence is in `<license>`; the link is the evidence.

    Drops: `no-text`. Rejects: `bad-xml`, `entity-expansion`, `not-jats`, `damaged-text`, `document-too-large`
    (64 MiB); for archives `archive-in-archive`, `encrypted`, `member-too-large` (256 MiB) and `unsafe-path`. Other
    files in an archive, such as pictures, are passed over. Holds one paper in memory.

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
        if archive is None:
            yield from self._read_file(input_)
            return
        from corpuskit.formats.archives import items_of_archive

        yield from items_of_archive(input_, archive, self._read_member)

    def _read_member(self, member: "Input") -> Iterator[Item]:
        if member.name.lower().endswith((".xml", ".nxml", ".xml.gz", ".nxml.gz")):
            yield from self._read_file(member)
        else:
            member.remark("a file in it is no paper and is passed over")

    def _read_file(self, input_: "Input") -> Iterator[Item]:
        from corpuskit.formats.jats import read_articles
        from corpuskit.formats.whole_file import MAX_REJECT_BYTES, read_whole_file

        data = read_whole_file(input_, MAX_BYTES)
        if isinstance(data, Rejected):
            yield data
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
        from corpuskit.formats.xml_tree import entity_texts, named_character
        from corpuskit.text.html.formulas import inline_tex
        from corpuskit.text.xml_text.jats import paper_text, title_of

        own_entities = entity_texts(article.root)

        def character(reference: str) -> str:
            return own_entities.get(reference.strip("&;")) or named_character(reference)

        title = title_of(article.root, _tex_of_mathml, character)
        text = paper_text(
            article.root,
            _tex_of_mathml,
            inline_tex,
            character,
            references=self.references,
            captions=self.captions,
        )
        metadata = {
            "url": article.url,
            "date": article.date,
            "title": title,
            "content_type": "text/plain",
            "language": article.language,
            "license": article.license,
            "license_evidence": article.license_evidence,
        }
        metadata = {key: value for key, value in metadata.items() if value}
        id_ = article.id or name
        if not text:
            return Drop(Document(id_, "", metadata), "no-text")
        return Document(id_, f"{title}\n\n{text}" if title else text, metadata)


def _tex_of_mathml(markup: str) -> str:
    """Return a `math` element, as markup, as TeX between its signs."""
    from corpuskit.text.html.formulas import tex_of_math

    start, _, content = markup.partition(">")
    return tex_of_math(start, content)
