"""`wikipedia`: the articles of a MediaWiki dump become documents."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from corpuskit.core.document import Document
from corpuskit.core.option_values import misfit
from corpuskit.core.reading.input_kinds import demand_any_of_kind, demand_kind
from corpuskit.core.step import Drop, Item, Rejected, Source
from corpuskit.formats.fields import filled_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpuskit.core.reading.inputs import Input
    from corpuskit.formats.mediawiki.dump import DumpPage
    from corpuskit.formats.mediawiki.site import Site
    from corpuskit.text.wikitext.article import Namespaces

SUFFIXES = (".xml", ".xml.bz2", ".xml.gz", ".xml.zst", ".xml.xz")


@dataclass(frozen=True)
class Wikipedia(Source):
    """Read dumps of Wikipedia and other MediaWiki wikis and yield their articles as documents.

    Dumps are on https://dumps.wikimedia.org: `…-pages-articles.xml.bz2`, multistream or not; those with all revisions
    are read too, and give the latest. Wiktionary, Wikisource, Wikibooks and others have the same format.

    An article becomes plain text: paragraphs, headings, items of lists and rows of tables (a tab between cells).
    References, boxes, navigation, files, categories and most templates are left out; templates that stand for words of
    a sentence, such as `convert`, `lang` or `nowrap`, are replaced by them, and formulas become TeX between `\\(` and
    `\\)`. The id is the wiki's name and the page's number; metadata has `title`, `url`, `date` and `revision`,
    `language`, and for wikis of Wikimedia the licence that its terms state, CC-BY-SA-4.0 (Wikinews: CC-BY-4.0). Names
    of contributors stay in the dump.

    Drops: `other-namespace` (talk, users, categories …), `redirect`, `disambiguation`, `not-wikitext`, and `no-text`
    if only templates are in it. Rejects: `bad-xml`, `document-too-large` (a revision of over 32 MiB), and `not-a-dump`
    for a whole file. Damage costs the pages that it hits. Holds one revision in memory.

        corpuskit wikipedia lvwiki-latest-pages-articles.xml.bz2 --source wiki --origin public_dataset
    """

    suffixes: ClassVar[tuple[str, ...]] = SUFFIXES

    namespaces: Annotated[
        tuple[str, ...], "Numbers of the namespaces to keep; 0 holds articles, 102 on some Wikisources authors."
    ] = ("0",)
    keep_disambiguation: Annotated[bool, "Keep pages that list what a title may mean."] = False

    def __post_init__(self) -> None:
        """Raise UsageError unless each of --namespaces is a number."""
        for number in self.namespaces:
            if not number.removeprefix("-").isdecimal():
                raise misfit("namespaces", "numbers, such as 0 or 0,102", number)

    def versions(self) -> dict[str, str]:
        """Return the version of the XML parser."""
        from corpuskit.core.startup import installed_version

        return {"lxml": installed_version("lxml")}

    def check_inputs(self, inputs: "Sequence[Input]") -> None:
        """Raise UsageError if, by their names and first bytes, none of the inputs is a dump."""
        demand_any_of_kind(self.name(), inputs)

    def read(self, input_: "Input") -> Iterator[Item]:
        """Yield the documents, drops and rejects of one dump in its order."""
        from corpuskit.formats.mediawiki.dump import read_pages

        demand_kind(self.name(), input_)
        site, names = None, None
        for page in read_pages(input_):
            if isinstance(page, Rejected):
                yield page
                continue
            if names is None or page.site is not site:
                site, names = page.site, _names_in(page.site)
            yield self._item(page, names)

    def _item(self, page: "DumpPage", names: "Namespaces") -> Item:
        from corpuskit.text.wikitext.article import article_text, is_disambiguation, is_redirect

        if str(page.namespace) not in self.namespaces:
            return _drop(page, "other-namespace", namespace=page.namespace)
        if page.is_redirect or is_redirect(page.text):
            return _drop(page, "redirect")
        if page.model != "wikitext":
            return _drop(page, "not-wikitext", model=page.model)
        if not self.keep_disambiguation and is_disambiguation(page.text):
            return _drop(page, "disambiguation")
        text = article_text(page.text, page.title, names)
        return Document(_id(page), text, _metadata(page)) if text else _drop(page, "no-text")


def _names_in(site: "Site") -> "Namespaces":
    from corpuskit.formats.mediawiki.site import CATEGORY, FILE
    from corpuskit.text.wikitext.article import Namespaces

    return Namespaces().with_names(site.names_of(FILE), site.names_of(CATEGORY))


def _id(page: "DumpPage") -> str:
    return "/".join(filter(None, (page.site.database, page.id or page.title)))


def _metadata(page: "DumpPage") -> dict[str, str]:
    license_, evidence = page.site.license() or ("", "")
    return filled_fields(
        {
            "url": page.site.url(page.title) or "",
            "date": page.timestamp,
            "title": page.title,
            "content_type": "text/plain",
            "language": page.site.language,
            "license": license_,
            "license_evidence": evidence,
            "revision": page.revision,
        }
    )


def _drop(page: "DumpPage", reason: str, **values: Any) -> Drop:
    """Return the drop of a page without its text."""
    return Drop(Document(_id(page), "", {"title": page.title}), reason, values)
