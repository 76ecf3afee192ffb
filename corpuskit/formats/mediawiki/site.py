"""What a dump says of the wiki that it is of: name, address, language, and what its namespaces are called."""

import re
from functools import cache
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from lxml import etree

NAMESPACE_NUMBER = re.compile(r"-?[0-9]{1,9}", re.ASCII)
LOGIN = re.compile(r"(?<=//)[^/?#]*@")
"""User and password in an address, which may have no scheme."""
ARTICLES = 0
FILE, CATEGORY = 6, 14
WIKIMEDIA = (
    "wikipedia.org",
    "wiktionary.org",
    "wikibooks.org",
    "wikisource.org",
    "wikiquote.org",
    "wikinews.org",
    "wikiversity.org",
    "wikivoyage.org",
    "wikimedia.org",
    "mediawiki.org",
    "wikidata.org",
)
"""The hosts of Wikimedia's projects, https://wikimediafoundation.org/what-we-do/wikimedia-projects/."""
OTHER_LICENCES = {"wikinews.org": "CC-BY-4.0"}
"""Projects whose texts are under another licence than the others': the Terms of Use, section 7."""
TERMS = "Wikimedia Terms of Use, section 7, https://foundation.wikimedia.org/wiki/Policy:Terms_of_Use"
OTHER_CODES = {"simple": "en", "als": "gsw", "be-x-old": "be", "be-tarask": "be", "no": "nb", "bat-smg": "sgs",
               "cbk-zam": "cbk", "fiu-vro": "vro", "map-bms": "jv", "nds-nl": "nds", "roa-rup": "rup",
               "roa-tara": "nap", "zh-classical": "lzh", "zh-min-nan": "nan", "zh-yue": "yue"}  # fmt: skip
"""Wikis whose code is no language code, https://meta.wikimedia.org/wiki/Special_language_codes."""


class Site(NamedTuple):
    """A wiki, as `<siteinfo>` describes it. What a dump does not say is empty."""

    database: str = ""
    base: str = ""
    """Address of its main page, without a login."""
    language: str = ""
    """ISO 639 code."""
    namespaces: dict[str, int] = {}  # noqa: RUF012 - a tuple's default, which nothing changes
    """Numbers by name, in small letters."""

    def url(self, title: str) -> str | None:
        """Return a page's address; None if the dump does not say where its pages are.

        >>> Site(base="https://en.wikipedia.org/wiki/Main_Page").url("AC/DC (band)")
        'https://en.wikipedia.org/wiki/AC/DC_(band)'
        """
        folder, slash, _ = self.base.rpartition("/")
        if not slash or "//" not in folder:
            return None
        return f"{folder}/{quote(title.replace(' ', '_'), safe='/:@!$*(),;~')}"

    def license(self) -> tuple[str, str] | None:
        """Return SPDX id and evidence for the texts of Wikimedia's wikis; None for others, which do not say."""
        return _license_of(self.base)

    def names_of(self, number: int) -> frozenset[str]:
        """Return what a namespace is called here, in small letters."""
        return frozenset(name for name, key in self.namespaces.items() if key == number)

    def namespace_of(self, title: str) -> int:
        """Return the number of the namespace that a title starts with: the articles' if with none."""
        prefix, colon, _ = title.partition(":")
        return self.namespaces.get(prefix.strip().lower(), ARTICLES) if colon else ARTICLES


@cache
def _license_of(base: str) -> tuple[str, str] | None:
    host = urlsplit(base).hostname or ""
    project = next((name for name in WIKIMEDIA if host == name or host.endswith(f".{name}")), None)
    return (OTHER_LICENCES.get(project, "CC-BY-SA-4.0"), TERMS) if project else None


def site_of(head: bytes) -> Site:
    """Return the wiki that a dump is of, from all that comes before its first page; empty if it says nothing.

    The head may be cut anywhere.
    """
    # The bytes are UTF-8 by now, whatever encoding the file states.
    parser = etree.XMLParser(encoding="utf-8", recover=True, resolve_entities=False, no_network=True)
    root = etree.fromstring(head, parser) if head.strip() else None
    if root is None:
        return Site()
    values: dict[str, str] = {}
    namespaces: dict[str, int] = {}
    for element in root.iter(etree.Element):
        name = str(element.tag).rpartition("}")[2]
        text = (element.text or "").strip()
        if name == "namespace":
            key = element.get("key", "")
            if text and NAMESPACE_NUMBER.fullmatch(key):
                namespaces[text.lower()] = int(key)
        elif name in ("dbname", "base", "sitename"):
            values[name] = text
    code = root.get("{http://www.w3.org/XML/1998/namespace}lang", "")
    language = OTHER_CODES.get(code.lower(), code.partition("-")[0].lower())
    is_code = language.isascii() and language.isalpha() and len(language) in (2, 3)
    base = LOGIN.sub("", values.get("base", ""))
    return Site(values.get("dbname") or values.get("sitename", ""), base, language if is_code else "",
                namespaces)  # fmt: skip
