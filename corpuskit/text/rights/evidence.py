"""The evidence in `metadata.rights`: what an earlier run wrote, and what a later one adds."""

from collections.abc import Iterable
from typing import Any

from corpuskit.text.rights.statements import ALLOWED, DISALLOWED, USES, Statement, most_restrictive

__all__ = ["evidence_of", "verdicts_by_mechanism"]

EARLIER = "earlier"
MAX_ENTRIES = 100
_KEYS = ("mechanism", "raw", "where")

Evidence = dict[str, str]


def evidence_of(rights: Any, statements: Iterable[Statement]) -> list[Evidence]:
    """Return the evidence in a value of `metadata.rights`, and that of statements which are not in it yet.

    What an earlier run read of the page is no longer there to be read, so it stays; a restriction without
    evidence becomes an entry of its own, and a permission without evidence counts for nothing.
    """
    entries = _earlier(rights)
    keys = {tuple(entry[key] for key in _KEYS) for entry in entries}
    for statement in statements:
        entry = statement.evidence()
        key = tuple(entry[key] for key in _KEYS)
        if key not in keys:
            keys.add(key)
            entries.append(entry)
    if len(entries) > MAX_ENTRIES:
        # What decides comes first, so that no verdict changes.
        entries.sort(key=lambda entry: (not _has(entry, DISALLOWED), not _has(entry, ALLOWED)))
    return entries[:MAX_ENTRIES]


def verdicts_by_mechanism(evidence: Iterable[Evidence], use: str) -> dict[str, str]:
    """Return what each mechanism says on a use: `allowed` or `disallowed`; those that say neither are left out."""
    verdicts: dict[str, list[str]] = {}
    for entry in evidence:
        if use in entry:
            verdicts.setdefault(entry["mechanism"], []).append(entry[use])
    return {mechanism: most_restrictive(values) for mechanism, values in verdicts.items()}


def _has(entry: Evidence, verdict: str) -> bool:
    return any(entry.get(use) == verdict for use in USES)


def _earlier(rights: Any) -> list[Evidence]:
    """Return the evidence that a document brings along; what has another structure is passed over."""
    if not isinstance(rights, dict):
        return []
    listed = rights.get("evidence")
    entries = [
        {key: value for key, value in entry.items() if isinstance(value, str)}
        for entry in (listed if isinstance(listed, list) else ())
        if isinstance(entry, dict) and all(isinstance(entry.get(key), str) for key in _KEYS)
    ]
    missing = {}
    for use in USES:
        verdict = rights.get(use)
        supported = most_restrictive(entry.get(use, "") for entry in entries)
        if verdict == DISALLOWED and supported != DISALLOWED:
            missing[use] = verdict
    if missing:
        entries.append({"mechanism": EARLIER, "raw": "", "where": "metadata.rights", **missing})
    return entries
