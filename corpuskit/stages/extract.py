"""`extract`: HTML to main text."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from corpuskit.core.step import Document, Drop, Item, Reject, Source, Stage
from corpuskit.formats.detect import PAGE_SUFFIXES, is_page
from corpuskit.text.prose import is_html, is_xhtml

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input

__all__ = ["Extract"]


@dataclass(frozen=True)
class Extract(Stage):
    """Turn HTML pages into their main text, as plain text or Markdown.

    A document whose `metadata.content_type` is `text/html` or `application/xhtml+xml` is extracted and becomes
    `text/plain` or `text/markdown`. Any other passes unchanged, so plain text (WET files) can run through the same
    pipe. HTML files, and folders with such, are also taken directly: `corpuskit extract site/`. What the page says of
    itself is written to `metadata.title`, `metadata.author` and `metadata.html_language`; its date replaces
    `metadata.date` only if the page states one. The title is the heading that `og:title` or `<title>` confirms, else
    one of these without the site's name. The date is the day of publication that most of these give: the address,
    JSON-LD of this page, `<meta>`, an element marked as the time, a line by the heading; else of a change. A day that
    could be read in two ways is left out. `metadata.url` tells the page's JSON-LD from that of other pages.

    Engines: `fast` (reads the source, then chooses blocks of text by learned trees: words, links, position and
    surroundings), `resiliparse` (the native extraction alone: more text, more boilerplate), `trafilatura` (slow, what
    that library chooses), `auto` (`fast`, or the longer of the two texts if `fast` is unsure or finds hardly any).

    Tables, lists and code are kept or left out whole. Formulas are written as TeX between `\\(` and `\\)`, exponents
    with `^`. What is hidden is left out unless a control of the page opens it; `noscript` is read if nothing else is.

    Drops `no-content`. Rejects `document-too-large` (16 MiB), `too-many-nodes` (250,000 blocks of text or 500,000
    elements around them; 100,000 tags for `resiliparse`, 12,000 for `trafilatura`) and `extract-failed`; `resiliparse`
    and `trafilatura` also `too-deep` (256 elements) and `too-many-attributes` (1,000 on one element).
    Holds one page and its tree in memory; the order of documents does not matter.

        corpuskit fetch-warc crawl.warc.gz | corpuskit extract --format markdown
    """

    engine: Annotated[Literal["fast", "trafilatura", "resiliparse", "auto"], "How to find the main text."] = "fast"
    format: Annotated[Literal["text", "markdown"], "What to write: plain text or Markdown."] = "text"

    suffixes: ClassVar[tuple[str, ...]] = PAGE_SUFFIXES
    makes_prose: ClassVar[bool] = True

    def read_directly(self, input_: "Input") -> Iterator[Item] | None:
        """Return the page that an input is, by its name or by its first bytes; None for JSONL."""
        if not is_page(input_):
            return None
        from corpuskit.core.options import build_step
        from corpuskit.core.registry import find_step

        files = build_step(find_step("files"), {"format": "html"})
        assert isinstance(files, Source)
        return files.read(input_)

    def prepare(self) -> None:
        """Load the engine and its model by extracting a tiny page."""
        self.apply_many([Document("", "<p>The mole keeps the sea from the harbour.", {"content_type": "text/html"})])

    def apply(self, document: Document) -> Document | Drop:
        """Return the document with its main text, or a Drop. Raises Reject at a limit or if the engine fails."""
        if not is_html(document):
            return document
        try:
            text, way, stated_metadata = self._extract_page(document)
        except (Reject, MemoryError):
            raise
        except Exception as error:
            raise Reject("extract-failed", type(error).__name__) from None
        if not text:
            return Drop(document, "no-content")
        extracted = document.with_text(
            text, content_type=self._content_type, declarations=_declarations(document), **stated_metadata
        )
        extracted.way = way
        return extracted

    @property
    def guarded(self) -> bool:
        """True, because pages come from anyone and are read by libraries."""
        return True

    def versions(self) -> dict[str, str]:
        """Return the versions of the libraries that the engine uses, and the digest of the learned trees."""
        from corpuskit.core.startup import installed_version

        names = ["resiliparse"]
        if self.engine in ("trafilatura", "auto"):
            names += ["trafilatura", "justext", "lxml"]
        versions = {name: installed_version(name) for name in names}
        if self.engine in ("fast", "auto"):
            from corpuskit.text.html.compiled import ALGORITHM
            from corpuskit.text.html.model_file import model_digest

            # Earlier manifests have this key, and `diff` compares with them.
            versions["html_model.json"] = f"sha256:{model_digest()}"
            # The same whether the compiled core or Python follows the rules.
            versions["html-rules"] = str(ALGORITHM)
        return versions

    @property
    def _content_type(self) -> str:
        return "text/markdown" if self.format == "markdown" else "text/plain"

    def _extract_page(self, document: Document) -> tuple[str, str, dict[str, str]]:
        from corpuskit.text.html.extract import ENGINES, clean, open_page

        page = open_page(document.text, _address(document), is_xml=is_xhtml(document), utf8=document.utf8)
        # Read before the engine runs, as an engine may change the tree.
        stated_metadata = {key: clean(value) for key, value in page.stated_metadata.items()}
        extraction = ENGINES[self.engine](page, self.format)
        return clean(extraction.text), extraction.way, stated_metadata


def _declarations(document: Document) -> dict[str, Any] | None:
    """Return what the response and the page declare on its use, for a `filter-rights` that stands behind."""
    from corpuskit.text.html.declaring_tags import declaring_tags
    from corpuskit.text.rights.agents import default_training_names
    from corpuskit.text.rights.declarations import with_declarations
    from corpuskit.text.rights.page_head import head_words, page_declarations

    value = document.metadata.get("declarations")
    if "rights" in document.metadata:
        return value  # it has read the page already
    agents = default_training_names()
    tags = declaring_tags(document.text, *head_words(agents), document.line, document.utf8)
    return with_declarations(value, page_declarations(*tags, agents))


def _address(document: Document) -> str:
    """Return the address that the page was found at; its id, if that is one; empty if neither says."""
    for value in (document.metadata.get("url"), document.id):
        if isinstance(value, str) and value.startswith(("http://", "https://")):
            return value
    return ""
