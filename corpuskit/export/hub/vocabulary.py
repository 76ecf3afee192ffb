"""The Hugging Face Hub's names for licences and sizes of datasets."""

import re
from collections.abc import Sequence

LICENSES = frozenset(
    """
    afl-3.0 agpl-3.0 apache-2.0 artistic-2.0 bsd-2-clause bsd-3-clause bsd-3-clause-clear bsl-1.0 c-uda cc-by-2.0
    cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0
    cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cc-by-nd-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc0-1.0
    cdla-permissive-1.0 cdla-permissive-2.0 cdla-sharing-1.0 ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 eupl-1.2
    gfdl gpl-2.0 gpl-3.0 isc lgpl-2.1 lgpl-3.0 lppl-1.3c mit mpl-2.0 ms-pl ncsa odbl odc-by ofl-1.1 osl-3.0 pddl
    postgresql unlicense wtfpl zlib
    """.split()  # noqa: SIM905 - a list of words reads better
)
"""Licences that the Hugging Face Hub knows, under its own names (huggingface.co/docs/hub/repositories-licenses)."""
SIZES = ("1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T")


def size_category(documents: int) -> str:
    """Return the Hub's name for a number of documents: `n<1K`, `1K<n<10K` … `n>1T`."""
    bounds = [10 ** (3 + rank) for rank in range(len(SIZES))]
    rank = sum(documents >= bound for bound in bounds)
    if rank == 0:
        return "n<1K"
    return "n>1T" if rank == len(SIZES) else f"{SIZES[rank - 1]}<n<{SIZES[rank]}"


def license_fields(expressions: Sequence[str | None]) -> dict[str, str]:
    """Return `license`, and `license_name` if the Hub has no name for it: the licence of all sources, or `mixed`.

    `expressions` holds an SPDX expression for each source, None for one that states none.
    """
    distinct = set(expressions)
    if distinct <= {None}:
        return {"license": "unknown"}
    if len(distinct) > 1:
        return {"license": "other", "license_name": "mixed"}
    expression = str(distinct.pop()).lower()
    hub_name = _hub_name(expression)
    if hub_name in LICENSES:
        return {"license": hub_name}
    return {"license": "other", "license_name": re.sub(r"[^a-z0-9.]+", "-", expression).strip("-")}


def _hub_name(expression: str) -> str:
    name = re.sub(r"-(?:only|or-later)$", "", expression)
    if name.startswith("gfdl-"):
        return "gfdl"
    return {"odc-by-1.0": "odc-by", "odbl-1.0": "odbl", "pddl-1.0": "pddl"}.get(name, name)
