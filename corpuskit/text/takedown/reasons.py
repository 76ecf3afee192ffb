"""Why documents are taken out: the reasons of drops."""

PARENT, NEAR_COPY = "takedown-parent", "takedown-near-copy"
REASONS = {
    "id": "takedown-id",
    "id_hash": "takedown-id",
    "url": "takedown-url",
    "url_prefix": "takedown-url-prefix",
    "domain": "takedown-domain",
    "id_prefix": "takedown-id-prefix",
    "actor": "takedown-actor",
    "tenant": "takedown-tenant",
    "text_hash": "takedown-text",
}
"""By what an entry names."""
ALL_REASONS = frozenset({*REASONS.values(), PARENT, NEAR_COPY})
