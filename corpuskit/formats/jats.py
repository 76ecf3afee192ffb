"""Papers in JATS: the bytes of a file as its articles, with what their front matter says.

Elements: Journal Article Tag Suite 1.3 (ANSI/NISO Z39.96), https://jats.nlm.nih.gov/archiving/tag-library/1.3/. Its
forerunner, the NLM tag set, has the same.
"""

import calendar
from typing import TYPE_CHECKING, NamedTuple

from corpuskit.core.document import Reject
from corpuskit.formats.license_links import (
    MAX_EVIDENCE,
    LicenseStatement,
    joined_license,
    statement_of_link,
    statement_of_text,
)
from corpuskit.formats.xml_tree import all_text, local_name, parse_xml

if TYPE_CHECKING:
    from lxml.etree import _Element

MATHML = "http://www.w3.org/1998/Math/MathML"
HREF = "{http://www.w3.org/1999/xlink}href"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
LICENSE_REF = "{http://www.niso.org/schemas/ali/1.0/}license_ref"
ID_TYPES = ("doi", "pmcid", "pmc", "pmid", "publisher-id")
"""Kinds of number that a paper is known by, best first."""
DATE_TYPES = ("pub", "publication", "epub", "epreprint", "collection", "epub-ppub", "ppub", "")
"""Kinds of date of publication, best first; `pub` is the one of JATS 1.1 and later, and some publishers name none."""
MONTHS = {
    name.lower(): number for names in (calendar.month_name, calendar.month_abbr) for number, name in enumerate(names)
}


class Article(NamedTuple):
    """An article and what its front matter says of it; what it does not say is empty."""

    root: "_Element"
    id: str
    url: str
    date: str
    language: str
    license: str
    license_evidence: str


def read_articles(data: bytes) -> list[Article]:
    """Return the articles of a file, most of which hold one.

    Raises Reject: `not-jats` if there is no `<article>` in it, `bad-xml`, `entity-expansion`.
    """
    root = parse_xml(data)
    _drop_namespaces(root)
    if root.tag == "article":
        return [_article(root)]
    articles = [_article(element) for element in root.iter("article") if element.find("front") is not None]
    if not articles:
        raise Reject("not-jats", f"its root is <{root.tag}>, and no <article> is in it")
    return articles


def _drop_namespaces(root: "_Element") -> None:
    """Give the elements of JATS their local names: some archives put them into a namespace, most do not."""
    for element in root.iter("{*}*"):
        tag = str(element.tag)
        if tag.startswith("{") and not tag.startswith((f"{{{MATHML}}}", "{http://www.niso.org/")):
            element.tag = local_name(tag)


def _article(root: "_Element") -> Article:
    meta = root.find("front/article-meta")
    ids = _ids(meta)
    doi = ids.get("doi", "")
    pmc = ids.get("pmcid") or ids.get("pmc") or ""
    pmc = f"PMC{pmc}" if pmc.isdecimal() else pmc
    pmid = ids.get("pmid", "")
    id_ = doi or pmc or (f"pmid:{pmid}" if pmid else "") or ids.get("publisher-id", "")
    url = (
        f"https://doi.org/{doi}"
        if doi
        else f"https://pmc.ncbi.nlm.nih.gov/articles/{pmc}/"
        if pmc
        else f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"
        if pmid
        else ""
    )
    date = _date(meta)
    license_, evidence = _license(meta, date)
    return Article(root, id_, url, date, root.get(LANGUAGE, "").lower(), license_, evidence)


def _ids(meta: "_Element | None") -> dict[str, str]:
    elements = meta.iterfind("article-id") if meta is not None else ()
    return {
        element.get("pub-id-type", ""): text
        for element in elements
        if element.get("pub-id-type") in ID_TYPES and (text := all_text(element)) and " " not in text
    }


def _date(meta: "_Element | None") -> str:
    """Return the best date of publication, as far as it is stated: a day, a month or a year."""
    dates: dict[str, str] = {}
    for element in meta.iterfind("pub-date") if meta is not None else ():
        kind = element.get("date-type") or element.get("pub-type") or ""
        if kind in DATE_TYPES:
            # Of two dates of a kind, such as of print and of the web, the first that has a day counts.
            dates[kind] = max(dates.get(kind, ""), _iso_date(element), key=len)
    ordered = [dates[kind] for kind in DATE_TYPES if dates.get(kind)]
    return next((date for date in ordered if len(date) == len("2000-01-01")), ordered[0] if ordered else "")


def _iso_date(element: "_Element") -> str:
    """Return the date that an element says in its parts, or in its attribute if that is more exact."""
    year, _, rest = element.get("iso-8601-date", "").partition("-")
    month, _, rest = rest.partition("-")
    parts = [all_text(element.find(name)) for name in ("year", "month", "day")]
    return max(_checked_date(*parts), _checked_date(year, month, rest[:2]), key=len)


def _checked_date(year: str, month: str, day: str) -> str:
    if not (year.isdecimal() and year.isascii() and len(year) == 4):
        return ""
    number = int(month) if month.isdecimal() and len(month) < 3 else MONTHS.get(month.lower(), 0)
    if not 1 <= number <= 12:
        return year
    if not (day.isdecimal() and len(day) < 3 and 1 <= int(day) <= calendar.monthrange(int(year) or 4, number)[1]):
        return f"{year}-{number:02}"
    return f"{year}-{number:02}-{int(day):02}"


def _license(meta: "_Element | None", date: str) -> tuple[str, str]:
    """Return the licence that `<license>` states for the paper, and the links that say so; two empty strings if none.

    Each element states terms for the whole, so one with a link to other terms than a licence leaves none.
    """
    statements: list[LicenseStatement] = []
    for element in meta.iterfind("permissions/license") if meta is not None else ():
        refs = [all_text(ref) for ref in element.iter(LICENSE_REF) if _is_in_force(ref, date)]
        links = [link for link in (element.get(HREF, ""), *refs) if link]
        own_statements = [statement_of_link(link) for link in links] + [statement_of_text(_words(element))]
        if links and not any(statement.whole for statement in own_statements):
            return "", ""
        statements += own_statements
    license_ = joined_license(statements)
    evidence = dict.fromkeys(statement.evidence for statement in statements if statement.whole or statement.parts)
    return (license_, " ".join(evidence)[:MAX_EVIDENCE]) if license_ else ("", "")


def _is_in_force(ref: "_Element", date: str) -> bool:
    """Whether a licence holds since the paper was published; one that starts later is after an embargo."""
    start = ref.get("start_date", "")
    return not start or (bool(date) and start[: len(date)] <= date)


def _words(element: "_Element") -> str:
    """Return the text of `<license>`, with the address of each link before its words."""
    parts = [element.text or ""]
    for child in element:
        if child.tag in ("ext-link", "uri"):
            parts.append(f" {child.get(HREF, '')} {all_text(child)}")
        elif isinstance(child.tag, str) and child.tag != LICENSE_REF:
            parts.append(_words(child) + (". " if child.tag in ("license-p", "p") else ""))
        parts.append(child.tail or "")
    return "".join(parts)
