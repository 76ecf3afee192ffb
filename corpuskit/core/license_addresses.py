"""The licence at an address, as SPDX names it: deeds of Creative Commons, and pages of other licences.

Names: https://spdx.org/licenses/. Deeds: https://creativecommons.org/licenses/list.en.
"""

import re
from collections.abc import Callable, Iterator

from corpuskit.core.licenses import entry_problem, listed_name

_HOSTS = r"(?:creativecommons|spdx|opensource|apache|gnu|w3)\.org"
_START = r"(?:https?://)?(?:www\.)?"
_IN_TEXT = re.compile(rf"(?<![\w./=&?@%-]){_START}{_HOSTS}/[^\s<>\"'()\[\]{{}}|\\]+", re.IGNORECASE)
_VERSIONS = r"(1\.0|2\.0|2\.1|2\.5|3\.0|4\.0)"
_DEED = re.compile(rf"licen[sc]es/(by(?:-nc|-nd|-sa){{0,2}})/{_VERSIONS}(?:/([^/?#]*))?(?:[/?#].*)?", re.IGNORECASE)
_PAGE_OF_DEED = re.compile(r"(?:deed|legalcode|rdf)\b.*|", re.IGNORECASE)


def license_of_address(address: str) -> str | None:
    """Return the SPDX name of the licence at an address; None for an address of any other page.

    The form of a deed for one country (`…/by/3.0/us/`) is a licence of its own, which SPDX has for some countries.

    >>> license_of_address("http://creativecommons.org/licenses/by-nc/3.0"), license_of_address("https://example.org/")
    ('CC-BY-NC-3.0', None)
    """
    match = re.fullmatch(rf"{_START}({_HOSTS})/(.+)", address.strip(), re.IGNORECASE)
    return next((name for name in _NAMES[match[1].lower()](match[2]) if name), None) if match else None


def addresses_in(text: str) -> Iterator[tuple[int, str]]:
    """Yield the addresses in a text that may be of a licence, each with where it begins.

    >>> list(addresses_in("Under (https://creativecommons.org/licenses/by/4.0/)."))
    [(7, 'https://creativecommons.org/licenses/by/4.0/')]
    """
    for match in _IN_TEXT.finditer(text):
        yield match.start(), match[0].rstrip(".,;:!?*_")


def _creative_commons(path: str) -> Iterator[str | None]:
    if deed := _DEED.fullmatch(path):
        # The deeds of version 1.0 have some parts in another order than SPDX: by-nd-nc.
        by, *others = deed[1].upper().split("-")
        country = "" if _PAGE_OF_DEED.fullmatch(deed[3] or "") else f"-{deed[3]}"
        yield listed_name(f"CC-{'-'.join([by, *sorted(others)])}-{deed[2]}{country}")
    for pattern, name in _DEDICATIONS:
        if pattern.match(path):
            yield listed_name(name)


_DEDICATIONS = (
    (re.compile(r"(?:publicdomain|licen[sc]es)/(?:zero|cc0)/1\.0(?!\d)", re.IGNORECASE), "CC0-1.0"),
    (re.compile(r"publicdomain/mark/1\.0(?!\d)", re.IGNORECASE), "CC-PDM-1.0"),
    (re.compile(r"licen[sc]es/publicdomain(?![\w-])", re.IGNORECASE), "CC-PDDC"),
)


def _spdx(path: str) -> Iterator[str | None]:
    if match := re.fullmatch(r"licenses/([A-Za-z0-9.+-]+?)(?:\.html|\.json|\.txt)?/?(?:#.*)?", path):
        # A former name such as GPL-2.0 is no listed one, but still means a licence.
        yield listed_name(match[1]) or ("" if entry_problem(match[1]) else match[1])


def _open_source(path: str) -> Iterator[str | None]:
    if match := re.fullmatch(r"licenses?/([A-Za-z0-9.-]+?)(?:-license)?(?:\.php|\.html)?/?(?:[?#].*)?", path, re.I):
        yield listed_name(match[1]) or listed_name(re.sub(r"(?<=\d)-(?=\d)", ".", match[1]))


def _apache(path: str) -> Iterator[str | None]:
    if re.match(r"licenses/license-2\.0(?!\d)", path, re.I):
        yield "Apache-2.0"


def _gnu(path: str) -> Iterator[str | None]:
    """Yield the version at hand: that later ones may be chosen is said elsewhere, if at all."""
    if match := re.match(r"(?:licenses|copyleft)/(?:old-licenses/)?(a?gpl|lgpl|fdl)-(\d\.\d)(?!\d)", path, re.I):
        family = match[1].upper().replace("FDL", "GFDL")
        yield listed_name(f"{family}-{match[2]}-only")


def _w3c(path: str) -> Iterator[str | None]:
    if path.lower().startswith("consortium/legal/2015/copyright-software-and-document"):
        yield "W3C-20150513"


_NAMES: dict[str, Callable[[str], Iterator[str | None]]] = {
    "creativecommons.org": _creative_commons,
    "spdx.org": _spdx,
    "opensource.org": _open_source,
    "apache.org": _apache,
    "gnu.org": _gnu,
    "w3.org": _w3c,
}
