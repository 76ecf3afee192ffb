"""Statements on the use of a text, and how they are combined.

Three uses are told apart, after the categories of the AI preferences drafts and of Content Signals:

    train     to train or fine-tune models
    input     to give it to a model as context: retrieval, grounding
    search    to find it, and to lead to where it stands

A restriction is believed wherever it is clear, even where its syntax is wrong. A permission is believed only in due
form. What says neither is kept as it is written, and decides nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

__all__ = [
    "ALLOWED",
    "DISALLOWED",
    "MECHANISMS",
    "RULES",
    "SPECIFICATIONS",
    "UNKNOWN",
    "USES",
    "Statement",
    "combined_rights",
    "most_restrictive",
]

USES = ("train", "input", "search")
ALLOWED, UNKNOWN, DISALLOWED = "allowed", "unknown", "disallowed"
MAX_RAW = 1000
"""Characters of a declaration that are kept as evidence."""

RULES = "2"
"""Version of our reading: raised when the same declarations come to another verdict."""

MECHANISMS = frozenset(
    [
        "robots",
        "usage-token",
        "aipref-robots",
        "aipref-header",
        "content-signal",
        "tdmrep",
        "rsl",
        "noai",
        "ai-txt",
        "license-link",
        "license-file",
    ]
)
"""What evidence is called after."""

SPECIFICATIONS = {
    "aipref-attach": "05",
    "aipref-vocab": "08",
    "content-signals": "2026-07",
    "rfc9309": "2022-09",
    "rsl": "1.0",
    "tdmrep": "2024-05",
    "usage-tokens": "kelley-00 (provisional)",
}
"""The versions of the specifications by which declarations are read: their syntax changes between drafts."""


class Statement(NamedTuple):
    """What one declaration says, as it is written, and where it stands."""

    mechanism: str
    raw: str
    location: str
    verdicts: Mapping[str, str] = {}
    """`allowed` or `disallowed` by use; uses on which it says nothing are left out."""
    captured: str = ""
    """Date at which the file with the declaration was fetched; empty for what came with the page."""

    def evidence(self) -> dict[str, str]:
        """Return the entry of `metadata.rights.evidence`."""
        raw = self.raw if len(self.raw) <= MAX_RAW else self.raw[: MAX_RAW - 1] + "…"
        entry = {"mechanism": self.mechanism, "raw": raw, "where": self.location}
        if self.captured:
            entry["captured"] = self.captured
        return {**entry, **{use: self.verdicts[use] for use in USES if use in self.verdicts}}


def most_restrictive(verdicts: Iterable[str]) -> str:
    """Return what several statements come to: any disallows, or else any allows, or else it is unknown.

    >>> most_restrictive(["allowed", "disallowed"]), most_restrictive(["allowed", "unknown"]), most_restrictive([])
    ('disallowed', 'allowed', 'unknown')
    """
    values = set(verdicts)
    return DISALLOWED if DISALLOWED in values else ALLOWED if ALLOWED in values else UNKNOWN


def combined_rights(evidence: list[dict[str, str]]) -> dict[str, Any]:
    """Return `metadata.rights` for this evidence."""
    rights: dict[str, Any] = {use: most_restrictive(entry.get(use, UNKNOWN) for entry in evidence) for use in USES}
    return {**rights, "evidence": evidence} if evidence else rights
