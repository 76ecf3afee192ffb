"""Zendesk: tickets, from the API's export or a table of it."""

from collections.abc import Iterator

from corpuskit.formats.product_logs.event import LoggedEvent, NoEvent, Record, missing, value_at

RATED = {"good": "good", "bad": "bad"}


def events_of(record: Record) -> Iterator[LoggedEvent | NoEvent]:
    """Yield the outcome of a ticket: its status, its kind, and whether the requester was satisfied."""
    if record.get("status") in (None, ""):
        missing("status")
    score = value_at(record, "satisfaction_rating.score")
    outcome = {
        "status": record["status"],
        "type": record.get("type") or None,
        "priority": record.get("priority") or None,
        "csat": RATED.get(score) if isinstance(score, str) else None,
    }
    subject, description = (record.get(key) or "" for key in ("subject", "description"))
    yield LoggedEvent(
        id=record.get("id") or missing("id"),
        time=record.get("updated_at") or record.get("created_at"),
        item=record["id"],
        type="outcome",
        actor=record.get("requester_id"),
        value=outcome,
        role="user",
        turns=(("user", f"{subject}\n\n{description}".strip()),),
        consent=record.get("consent"),
    )
