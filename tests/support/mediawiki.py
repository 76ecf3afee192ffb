"""Dumps of a small wiki, as MediaWiki writes them."""

from collections.abc import Iterable
from typing import NamedTuple
from xml.sax.saxutils import escape

NAMESPACES = {-1: "Special", 0: "", 1: "Talk", 2: "User", 6: "File", 14: "Category"}


class Page(NamedTuple):
    """A page of one or more revisions, the last one the latest."""

    title: str
    text: str
    namespace: int = 0
    earlier: tuple[str, ...] = ()
    redirect: str = ""
    model: str = "wikitext"


def head(
    database: str = "testwiki", base: str = "https://test.example.org/wiki/Main_Page", language: str = "en"
) -> str:
    """The beginning of a dump."""
    names = "".join(
        f'<namespace key="{key}" case="first-letter">{name}</namespace>' for key, name in NAMESPACES.items()
    )
    return (
        f'<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="{language}">\n'
        f"  <siteinfo>\n    <sitename>Test</sitename>\n    <dbname>{database}</dbname>\n    <base>{base}</base>\n"
        f"    <namespaces>{names}</namespaces>\n  </siteinfo>\n"
    )


def page(number: int, item: Page) -> str:
    """A page, with its number as its id."""
    revisions = "".join(
        f"    <revision>\n      <id>{number * 100 + order}</id>\n"
        f"      <timestamp>2024-0{order + 1}-01T00:00:00Z</timestamp>\n"
        f"      <contributor><username>Somebody</username><id>1</id></contributor>\n      <model>{item.model}</model>\n"
        f'      <text xml:space="preserve">{escape(text)}</text>\n    </revision>\n'
        for order, text in enumerate((*item.earlier, item.text))
    )
    redirect = f'    <redirect title="{escape(item.redirect)}" />\n' if item.redirect else ""
    return (
        f"  <page>\n    <title>{escape(item.title)}</title>\n    <ns>{item.namespace}</ns>\n    <id>{number}</id>\n"
        f"{redirect}{revisions}  </page>\n"
    )


def dump(pages: Iterable[Page], **site: str) -> bytes:
    """A whole dump."""
    body = "".join(page(number, item) for number, item in enumerate(pages, start=1))
    return f"{head(**site)}{body}</mediawiki>\n".encode()
