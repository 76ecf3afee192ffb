"""The metadata keys that have a meaning, in their canonical order."""

import functools
import itertools
from typing import Any

__all__ = ["KNOWN_FIELDS", "RESERVED", "ordered"]

RESERVED = {
    key: (kind, meaning)
    for key, kind, meaning in (
        ("url", str, "address the document was fetched from"),
        ("date", str, "ISO 8601 date that the document states"),
        ("crawl_date", str, "ISO 8601 time at which the document was fetched"),
        ("title", str, "title"),
        ("content_type", str, "media type of `text`; `text/html` until `extract` has run"),
        ("http_status", int, "status of the HTTP response"),
        ("warc_file", str, "name of the WARC or ARC file"),
        ("warc_offset", int, "byte at which the record starts in the file as it is stored"),
        ("warc_length", int, "bytes that the record takes in the file as it is stored"),
        ("language", str, "ISO 639-1 code, or ISO 639-3 where there is none"),
        ("language_score", float, "probability of `language`, or of all in `language_shares`, 0 to 1"),
        ("source", str, "name of the source in the recipe"),
        ("origin", str, "one of `ORIGINS`"),
        ("license", str, "SPDX licence expression"),
        ("license_evidence", str, "where the licence was stated"),
        ("rights", dict, "`train`, `input`, `search`: `allowed`, `disallowed` or `unknown`; `evidence`: who says so"),
        ("declarations", dict, "what the page declares on its use, until `filter-rights` has read it"),
        ("tenant", str, "customer whose product data this is"),
        ("consent", dict, "what the person agreed to: `scope`, `basis`, `until`"),
        ("actor", str, "pseudonym of the person who acted, under the tenant's key"),
        ("event", dict, "what the person did in the product: `type`, `value`, `item` and so on"),
        ("generator", str, "model that wrote a synthetic text"),
        ("gen_depth", int, "0 for human text, else 1 more than the deepest parent"),
        ("parents", list[str], "ids of the documents that this one was made from"),
        ("labels", dict, "classes and ratings"),
        ("signal", dict, "what to train on: `kind`, `value`, `weight`"),
        ("quality", dict, "signals and verdicts of `filter-quality --annotate`"),
        ("duplicates", dict, "`count`, `sources` and differing `licenses` of the documents this one stands for"),
        ("pii", list, "`{start, end, type}` of personal data, in characters"),
        ("epoch", int, "which repetition this is, from 2 on"),
    )
}
"""Reserved metadata keys in canonical order: type and meaning."""

KNOWN_FIELDS = ("text", "id", "metadata", *(f"metadata.{key}" for key in RESERVED))
"""Fields that have a meaning; documents may have others."""

_RANK = {key: rank for rank, key in enumerate(RESERVED)}
_LAST = len(_RANK)


def ordered(metadata: dict[str, Any]) -> dict[str, Any]:
    """Return the metadata with the reserved keys first, in canonical order."""
    order = _canonical_order(tuple(metadata))
    return metadata if order is None else {key: metadata[key] for key in order}


@functools.lru_cache(maxsize=4096)
def _canonical_order(keys: tuple[str, ...]) -> list[str] | None:
    """Return keys in canonical order, None if they are; cached, as a stream has few different sequences of keys."""
    ranks = [_RANK.get(key, _LAST) for key in keys]
    if all(before <= after for before, after in itertools.pairwise(ranks)):
        return None
    return sorted(keys, key=lambda key: _RANK.get(key, _LAST))
