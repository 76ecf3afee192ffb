"""The licence that a dataset's card states, as an SPDX expression.

The Hub's identifiers are listed in huggingface.co/docs/hub/repositories-licenses; most are SPDX's in small letters.
"""

import re
from typing import Any

from corpuskit.core.licenses import listed_name
from corpuskit.formats.hub.card_fields import card_fields

SPDX = {
    "odc-by": "ODC-By-1.0",
    "odbl": "ODbL-1.0",
    "pddl": "PDDL-1.0",
    "gfdl": "GFDL-1.3-only",
    "bsd": "BSD-3-Clause",
    "gpl-2.0": "GPL-2.0-only",
    "gpl-3.0": "GPL-3.0-only",
    "agpl-3.0": "AGPL-3.0-only",
    "lgpl-2.1": "LGPL-2.1-only",
    "lgpl-3.0": "LGPL-3.0-only",
    "cc": "",
    "gpl": "",
    "lgpl": "",
    "other": "",
    "unknown": "",
}
"""Identifiers that are not SPDX's in small letters; empty if they do not say which licence it is.

Of the GNU licences the Hub does not say whether later versions may be chosen, so they may not.
"""


def card_license(card: str) -> str | None:
    """Return the licence in the front matter of a card; None if it states none that SPDX has.

    Several licences all apply. A name of its own (`license: other`, `license_name: x`) is a `LicenseRef-`.

    >>> card_license("---\\nlicense: [cc-by-4.0, mit]\\n---\\n")
    'CC-BY-4.0 AND MIT'
    """
    try:
        fields = card_fields(card)
    except ValueError:
        return None
    front_license = fields.get("license")
    names = front_license if isinstance(front_license, list) else [front_license]
    expressions = [_expression(name, fields) for name in names if isinstance(name, str)]
    return None if not expressions or not all(expressions) else " AND ".join(sorted({*map(str, expressions)}))


def _expression(name: str, fields: dict[str, Any]) -> str | None:
    own_name = fields.get("license_name")
    if name.lower() == "other" and isinstance(own_name, str) and own_name.strip():
        return f"LicenseRef-{re.sub('[^A-Za-z0-9.-]+', '-', own_name).strip('-')}"
    return listed_name(SPDX.get(name.lower(), name))
