"""What an index keeps of a document: who may find it, and the words by which it is found.

The columns say what `Audience.objection` looks at for the use `retrieve`, so that a search can ask for it in SQL. The
rights to model input come on top: what is disallowed is never found, nor what is said in a way that cannot be read.
"""

from typing import Any, NamedTuple

from corpuskit.core.audience import Audience, day, scopes_of
from corpuskit.core.document import Document, encode

__all__ = ["ALLOWED", "DISALLOWED", "UNKNOWN", "DocumentEntry", "audience_condition", "embedded_text", "entry_of"]

DISALLOWED, UNKNOWN, ALLOWED = 0, 1, 2
"""Values of the column `input`."""
NEEDED_SCOPES = frozenset({"text", "retrieve"})
NO_TENANT = b"\0"
"""In place of a tenant that is no string: a value that no search asks for."""


class DocumentEntry(NamedTuple):
    """The columns of a document, without its number."""

    id: str
    tenant: str | bytes | None
    """None for everybody."""
    agreed: int
    """1 if the document needs no consent, or has it."""
    until: str | None
    """Last day of the consent, such as 2026-11-01; None without an end."""
    input: int
    digest: bytes
    """Hash of the line, 128 bits."""
    line: bytes


def entry_of(document: Document) -> DocumentEntry:
    """Return the columns of a document."""
    import xxhash

    line = encode(document)
    metadata = document.metadata
    tenant = metadata.get("tenant")
    agreed, until = _consent_of(metadata)
    return DocumentEntry(
        document.id,
        tenant if tenant is None or isinstance(tenant, str) else NO_TENANT,
        agreed,
        until,
        _input_right(metadata.get("rights")),
        xxhash.xxh3_128_digest(line),
        line,
    )


def title_of(document: Document) -> str:
    """Return the title by which a document is found; empty if it has none."""
    title = document.metadata.get("title")
    return title if isinstance(title, str) else ""


def embedded_text(document: Document) -> str:
    """Return what of a document is embedded: its title, where the text does not begin with that, and its text."""
    title = title_of(document).strip()
    return document.text if not title or document.text.startswith(title) else f"{title}\n{document.text}"


def audience_condition(audience: Audience, least_right: int = UNKNOWN) -> tuple[str, dict[str, Any]]:
    """Return the SQL condition on `documents` that holds for what an audience may find, and its parameters.

    `least_right` is the lowest value of `input` that passes, never `DISALLOWED`.
    """
    condition = (
        "documents.input >= :least_right AND documents.agreed = 1 "
        "AND (documents.tenant IS NULL OR documents.tenant = :tenant) "
        "AND (documents.until IS NULL OR documents.until >= :day)"
    )
    last_day = audience.as_of.isoformat() if audience.as_of is not None else "9999-99"
    values = {"least_right": max(least_right, UNKNOWN), "tenant": audience.tenant, "day": last_day}
    return condition, values


def _consent_of(metadata: dict[str, Any]) -> tuple[int, str | None]:
    """Return whether the document may be found at all, and until which day."""
    consent = metadata.get("consent")
    if consent is None and metadata.get("tenant") is None:
        return 1, None
    if not isinstance(consent, dict) or not set(scopes_of(consent)) >= NEEDED_SCOPES:
        return 0, None
    until = consent.get("until")
    if until is None:
        return 1, None
    last_day = day(until)
    return (0, None) if last_day is None else (1, last_day.isoformat())


def _input_right(rights: Any) -> int:
    """Return the value of `input`: silence is unknown, and what cannot be read is a no."""
    verdict = rights.get("input", "unknown") if isinstance(rights, dict) else rights
    if rights is None or verdict == "unknown":
        return UNKNOWN
    return ALLOWED if verdict == "allowed" else DISALLOWED
