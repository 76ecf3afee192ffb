"""Links to licences, as SPDX expressions: Creative Commons by their addresses, others by their names at spdx.org.

A licence is no statement on training or search. It goes to `metadata.license`, where `filter-license` reads it, and
only if all such links of a page name the same one: a link may be about a picture.
"""

import re
from collections.abc import Mapping, Sequence

__all__ = ["license_in_evidence", "spdx_of_address"]

_CC = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/licenses/(by(?:-nc)?(?:-nd|-sa)?)/(\d\.\d)(?:/(\w{2,6}))?(?:/.*)?",
    re.IGNORECASE,
)
_CC_PUBLIC = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/(publicdomain/zero|publicdomain/mark|licenses/zero)/1\.0(?:/.*)?",
    re.IGNORECASE,
)
_SPDX = re.compile(r"https?://(?:www\.)?spdx\.org/licenses/([A-Za-z0-9.+-]+?)(?:\.html|\.json)?/?", re.IGNORECASE)
_LINK = re.compile(r"<([^<>]*)>\s*((?:;[^,<]*)*)")
_IS_LICENSE = re.compile(
    r"""\brel\s*=\s*(?:"[^"]*\blicense\b[^"]*"|'[^']*\blicense\b[^']*'|license\b)""", re.IGNORECASE
)
SPDX_MARK = "SPDX-License-Identifier:"
_PORTED = frozenset({"us", "de", "fr", "uk", "nl", "at", "au", "jp", "igo", "ch", "dk"})
"""Countries whose ported licences may be in the SPDX list; the list itself decides."""


def license_in_evidence(evidence: Sequence[Mapping[str, str]]) -> tuple[str, str]:
    """Return the licence that all links to licences name, as an SPDX expression, and where; empty if there is no one.

    Without links, that of a licence file of the host that states an SPDX expression.
    """
    from corpuskit.core.licenses import expression_problem

    links = [(entry["raw"], entry["where"]) for entry in evidence if entry["mechanism"] == "license-link"]
    licenses = {spdx for raw, _ in links for spdx in map(spdx_of_address, _addresses(raw))}
    if links:
        return (licenses.pop(), f"rel=license, {links[0][1]}") if len(licenses) == 1 else ("", "")
    for entry in evidence:
        _, mark, expression = entry["raw"].partition(SPDX_MARK)
        if entry["mechanism"] == "license-file" and mark and not expression_problem(expression.strip()):
            return expression.strip(), entry["where"]
    return "", ""


def _addresses(raw: str) -> list[str]:
    """Return the address in a link's raw text, or those with `rel=license` in a `Link` field."""
    if not raw.startswith("<"):
        return [raw]
    return [address for address, rest in _LINK.findall(raw) if _IS_LICENSE.search(rest) and "rsl+xml" not in rest]


def spdx_of_address(address: str) -> str:
    """Return the SPDX name of the licence at an address; empty if it is of none that we know.

    >>> spdx_of_address("https://creativecommons.org/licenses/by-sa/4.0/deed.de")
    'CC-BY-SA-4.0'
    >>> spdx_of_address("http://creativecommons.org/publicdomain/zero/1.0/"), spdx_of_address("/terms")
    ('CC0-1.0', '')
    """
    from corpuskit.core.licenses import entry_problem

    address = address.strip()
    if match := _CC.fullmatch(address):
        country = (match[3] or "").lower()
        name = f"CC-{match[1].upper()}-{match[2]}" + (f"-{country.upper()}" if country in _PORTED else "")
    elif match := _CC_PUBLIC.fullmatch(address):
        # The mark says that others hold no rights; SPDX has it since 3.26.
        name = "CC-PDM-1.0" if "mark" in match[1].lower() else "CC0-1.0"
    elif match := _SPDX.fullmatch(address):
        name = match[1]
    else:
        return ""
    return "" if entry_problem(name) else name
