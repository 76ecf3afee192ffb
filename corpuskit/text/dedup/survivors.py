"""Clusters of duplicates: how equal texts are found, what a drop says, what the survivor takes over."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from corpuskit.core.document import Document, Reject
from corpuskit.core.outcome import Drop, Rejected

DIGEST_BYTES = 16
MOST_TAKEN_OVER = 100
"""Entries of evidence, and declarations, of a cluster that its survivor takes over."""

STRICTNESS = ("allowed", "unknown", "disallowed")
"""The values that a use may have in `rights`, the strictest last."""

TAKEN_OVER = ("source", "license", "rights", "declarations", "duplicates")
"""The metadata of dropped documents that a survivor may take over."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST = 2**63 - 1


def digest(document: Document) -> bytes:
    """Return the hash by which equal texts of one tenant, or of none, are found: xxh3 of the UTF-8, 128 bits."""
    import xxhash

    value: bytes = xxhash.xxh3_128_digest(tenant_prefix(document) + document.text.encode("utf-8", "surrogatepass"))
    return value


def tenant_prefix(document: Document) -> bytes:
    """Return what sets a tenant's hashes apart; empty without a tenant. No text begins like it: 0xFF is not UTF-8."""
    tenant = document.metadata.get("tenant")
    return b"" if tenant is None else b"\xff" + str(tenant).encode("utf-8", "surrogatepass") + b"\xff"


def tenant_salt(document: Document) -> int:
    """Return the 64 bits by which a tenant's band keys differ from those of all others; 0 without a tenant."""
    import xxhash

    prefix = tenant_prefix(document)
    return xxhash.xxh3_64_intdigest(prefix) if prefix else 0


def preference(document: Document, keep: str) -> int:
    """Return a 64-bit number; the lower it is, the earlier the document is considered."""
    if keep == "longest":
        return -len(document.text)
    return -_instant(document.metadata.get("date") or document.metadata.get("crawl_date"))


def drop(document: Document, leader: str, similarity: float, equal: bool, snapshot: str | None = None) -> Drop:
    """Return the drop of a document that is equal or similar to that with the id `leader`, maybe in `snapshot`."""
    reason = "duplicate" if equal else "near-duplicate"
    earlier = {} if snapshot is None else {"snapshot": snapshot}
    return Drop(document, reason, {"of": leader, **earlier, "similarity": round(float(similarity), 4)})


def rejected(document: Document, reject: Reject, number: int) -> Rejected:
    """Return the reject of a document that no line can hold; `number` counts the documents before it."""
    return Rejected(reject.reason, "dedup", number, b"", reject.detail, document.id)


def survivor_of(document: Document, dropped: Iterable[dict[str, Any]]) -> Document:
    """Return the survivor of a cluster, given the metadata of the documents dropped for it.

    Counts of an earlier dedup are continued. A document that states no rights does not affect those of its cluster.
    """
    cluster = _ClusterMetadata(document.metadata)
    for metadata in dropped:
        cluster.count += 1
        cluster.add(metadata)
    gained: dict[str, Any] = {}
    if cluster.rights or cluster.evidence:
        evidence = {"evidence": cluster.evidence} if cluster.evidence else {}
        gained["rights"] = {**cluster.rights, **evidence}
    declarations = _with_declarations_of(document.metadata, cluster.declarations)
    if declarations:
        gained["declarations"] = declarations
    return document.with_metadata(duplicates=cluster.duplicates(), **gained)


def _with_declarations_of(metadata: dict[str, Any], others: list[Any]) -> dict[str, Any]:
    """Return the survivor's declarations, with those of the documents it stands for under `of`, each once.

    They stay apart, as `filter-rights` reads those of one page together.
    """
    own_declarations = {key: value for key, value in _object(metadata, "declarations").items() if key != "of"}
    different = [other for other in others if other != own_declarations]
    return {**own_declarations, "of": different} if different else own_declarations


class _ClusterMetadata:
    """The metadata gathered from the documents of a cluster."""

    def __init__(self, metadata: dict[str, Any]) -> None:
        self.count = 0
        self.sources: set[str] = set()
        self.licenses: set[str] = set()
        self.rights: dict[str, Any] = {}
        self.evidence: list[Any] = []
        self.declarations: list[Any] = []
        self.add(metadata)

    def add(self, metadata: dict[str, Any]) -> None:
        before = _object(metadata, "duplicates")
        if type(count := before.get("count")) is int:
            self.count += count
        self.sources.update(_words(metadata.get("source")), _words(before.get("sources")))
        self.licenses.update(_words(metadata.get("license")), _words(before.get("licenses")))
        for use, right in _object(metadata, "rights").items():
            if use == "evidence" and isinstance(right, list):
                _extend(self.evidence, right)
            else:
                self.rights[use] = _stricter(self.rights.get(use), right)
        declarations = _object(metadata, "declarations")
        own_declarations = {key: value for key, value in declarations.items() if key != "of"}
        others = declarations.get("of")
        _extend(
            self.declarations,
            [*([own_declarations] if own_declarations else []), *(others if isinstance(others, list) else [])],
        )

    def duplicates(self) -> dict[str, Any]:
        entry: dict[str, Any] = {"count": self.count}
        if self.sources:
            entry["sources"] = sorted(self.sources)
        if len(self.licenses) > 1:
            entry["licenses"] = sorted(self.licenses)
        return entry


def _extend(values: list[Any], more: list[Any]) -> None:
    """Add what is not there yet, up to a limit: a cluster may be of a whole site's pages."""
    for value in more:
        if len(values) < MOST_TAKEN_OVER and value not in values:
            values.append(value)


def _object(metadata: dict[str, Any], key: str) -> dict[str, Any]:
    value = metadata.get(key)
    return value if isinstance(value, dict) else {}


def _words(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [word for word in values if isinstance(word, str)]


def _stricter(current: Any, other: Any) -> Any:
    """Return the stricter of two rights; if neither word names one, the first."""
    if other not in STRICTNESS:
        return other if current is None else current
    if current not in STRICTNESS:
        return other
    return max(current, other, key=STRICTNESS.index)


def _instant(date: Any) -> int:
    """Return the microseconds from 1970 to an ISO 8601 date, UTC if it names no zone; -LAST if it is not a date.

    >>> _instant("2024-05") == _instant("2024-05-01T00:00:00Z") > _instant("2024")
    True
    """
    if not isinstance(date, str):
        return -LAST
    whole = date + "-01-01"[len(date) - 4 :] if re.fullmatch(r"\d{4}(-\d\d)?", date, re.ASCII) else date
    try:
        moment = datetime.fromisoformat(whole)
        return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - EPOCH) // timedelta(microseconds=1)
    except (ValueError, OverflowError):
        return -LAST
