"""Code assistants: a suggestion was shown, accepted or rejected; later, how much of it was edited."""

from collections.abc import Iterator

from corpuskit.formats.product_logs.event import LoggedEvent, NoEvent, Record, missing

TYPES = {"accepted": "accept", "rejected": "reject"}
NO_EVENTS = ("shown", "replay", "browsing")


def events_of(record: Record) -> Iterator[LoggedEvent | NoEvent]:
    """Yield an accept or reject; a showing, and its replays while it stays on screen, are counted and no event."""
    happened = str(record.get("event") or missing("event")).lower()
    if happened in NO_EVENTS:
        yield NoEvent(happened)
        return
    number = record.get("id", record.get("seq"))
    shares = record.get("edit_share")
    share = shares[-1] if isinstance(shares, list) and shares else shares
    turns = [("user", record.get("prompt_tail")), ("assistant", record.get("suggestion"))]
    if isinstance(record.get("final"), str):
        turns += [("chosen", record["final"])]
    yield LoggedEvent(
        id=missing("seq") if number in (None, "") else f"{record.get('user', '')}-{number}",
        time=record.get("ts"),
        item=f"{record.get('user', '')}-{number}",
        type=TYPES.get(happened) or missing("event"),
        actor=record.get("user"),
        value=share if happened == "accepted" else None,
        model=record.get("model"),
        role="user",
        turns=tuple((role, body) for role, body in turns if isinstance(body, str)),
        consent=record.get("consent"),
    )
