"""The licence that a link names: addresses of Creative Commons deeds, and of a few other licences, as SPDX.

SPDX names: https://spdx.org/licenses/. Deeds: https://creativecommons.org/licenses/list.en.
"""

import re

_DEED = re.compile(
    r"(?:https?://)?(?:www\.)?creativecommons\.org/licen[sc]es/(by(?:-nc)?(?:-nd|-sa)?)/(\d\.\d)"
    r"(?:/(igo|[a-z]{2}))?(?=[/?#.)\s]|$)",
    re.IGNORECASE,
)
_ZERO = re.compile(r"(?:https?://)?(?:www\.)?creativecommons\.org/publicdomain/zero/1\.0(?!\d)", re.IGNORECASE)
_MARK = re.compile(
    r"(?:https?://)?(?:www\.)?creativecommons\.org/(?:publicdomain/mark/1\.0|licenses/publicdomain)(?!\d)",
    re.IGNORECASE,
)
PUBLIC_DOMAIN = "LicenseRef-PublicDomain"
"""SPDX has no name for what is in the public domain."""
VERSIONS = frozenset(("1.0", "2.0", "2.5", "3.0", "4.0"))
OTHER_LINKS = (
    (re.compile(r"(?:www\.)?opensource\.org/licenses?/mit\b", re.IGNORECASE), "MIT"),
    (re.compile(r"(?:www\.)?apache\.org/licenses/license-2\.0", re.IGNORECASE), "Apache-2.0"),
    (re.compile(r"(?:www\.)?gnu\.org/(?:licenses|copyleft)/fdl-1\.3", re.IGNORECASE), "GFDL-1.3-only"),
    (re.compile(r"w3\.org/Consortium/Legal/2015/copyright-software-and-document", re.IGNORECASE), "W3C-20150513"),
)


def license_of_link(link: str) -> str | None:
    """Return the SPDX name of the licence that an address is of, wherever in a text it stands; None for any other.

    A deed in the form of one country (`…/by/3.0/us/`) has a name in SPDX only for some, so it has none here.

    >>> license_of_link("http://creativecommons.org/licenses/by-nc/3.0"), license_of_link("https://example.org/by/4.0")
    ('CC-BY-NC-3.0', None)
    """
    if (deed := _DEED.search(link)) and deed[2] in VERSIONS:
        suffix = f"-{deed[3].upper()}" if deed[3] else ""
        name = f"CC-{deed[1].upper()}-{deed[2]}{suffix}"
        return name if not suffix or name in NAMES_OF_COUNTRIES else None
    if _ZERO.search(link):
        return "CC0-1.0"
    if _MARK.search(link):
        return PUBLIC_DOMAIN
    return next((name for pattern, name in OTHER_LINKS if pattern.search(link)), None)


NAMES_OF_COUNTRIES = frozenset(
    """
    CC-BY-2.5-AU CC-BY-3.0-AT CC-BY-3.0-AU CC-BY-3.0-DE CC-BY-3.0-IGO CC-BY-3.0-NL CC-BY-3.0-US CC-BY-NC-3.0-DE
    CC-BY-NC-ND-3.0-DE CC-BY-NC-ND-3.0-IGO CC-BY-NC-SA-2.0-DE CC-BY-NC-SA-2.0-FR CC-BY-NC-SA-2.0-UK
    CC-BY-NC-SA-3.0-DE CC-BY-NC-SA-3.0-IGO CC-BY-ND-3.0-DE CC-BY-SA-2.0-UK CC-BY-SA-2.1-JP CC-BY-SA-3.0-AT
    CC-BY-SA-3.0-DE CC-BY-SA-3.0-IGO
    """.split()  # noqa: SIM905 - a list of words reads better
)
"""Those forms of one country that SPDX has."""
