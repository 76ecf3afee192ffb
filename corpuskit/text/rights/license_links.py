"""Links to licences, as SPDX expressions.

A licence is no statement on training or search. It goes to `metadata.license`, where `filter-license` reads it, and
only if all such links of a page name the same one: a link may be about a picture.
"""

import re
from collections.abc import Mapping, Sequence

from corpuskit.core.licenses import license_of_address

__all__ = ["license_in_evidence"]

_LINK = re.compile(r"<([^<>]*)>\s*((?:;[^,<]*)*)")
_IS_LICENSE = re.compile(
    r"""\brel\s*=\s*(?:"[^"]*\blicense\b[^"]*"|'[^']*\blicense\b[^']*'|license\b)""", re.IGNORECASE
)
SPDX_MARK = "SPDX-License-Identifier:"


def license_in_evidence(evidence: Sequence[Mapping[str, str]]) -> tuple[str, str]:
    """Return the licence that all links to licences name, as an SPDX expression, and where; empty if there is no one.

    Without links, that of a licence file of the host that states an SPDX expression.
    """
    from corpuskit.core.licenses import expression_problem

    links = [(entry["raw"], entry["where"]) for entry in evidence if entry["mechanism"] == "license-link"]
    licenses = {spdx for raw, _ in links for spdx in map(license_of_address, _addresses(raw))}
    if links:
        return (licenses.pop() or "", f"rel=license, {links[0][1]}") if len(licenses) == 1 else ("", "")
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
