"""OpenAssistant: trees of messages, in which people ranked the replies to a message."""

from collections.abc import Iterator

from corpuskit.formats.product_logs.event import LoggedEvent, NoEvent, Record, missing

SPEAKERS = {"prompter": "user", "assistant": "assistant"}
MOST_DEPTH = 100


def events_of(record: Record) -> Iterator[LoggedEvent | NoEvent]:
    """Yield a choice for each reply that was ranked below the best of its siblings. The trees state no times."""
    prompt = record.get("prompt")
    if not isinstance(prompt, dict):
        missing("prompt")
    count = 0
    for event in _choices(prompt, ()):
        count += 1
        yield event
    if not count:
        yield NoEvent("no-ranks")


def _choices(message: Record, before: tuple[tuple[str, str], ...]) -> Iterator[LoggedEvent]:
    if message.get("role") not in SPEAKERS or not isinstance(message.get("text"), str) or len(before) > MOST_DEPTH:
        return
    turns = (*before, (SPEAKERS[message["role"]], message["text"]))
    replies = [reply for reply in message.get("replies") or [] if isinstance(reply, dict) and not reply.get("deleted")]
    ranked = sorted(
        (reply for reply in replies if isinstance(reply.get("rank"), int) and isinstance(reply.get("text"), str)),
        key=lambda reply: reply["rank"],
    )
    for reply in ranked[1:]:
        yield LoggedEvent(
            id=f"{ranked[0].get('message_id') or missing('message_id')}-{reply.get('message_id')}",
            time=message.get("created_date"),
            item=message.get("message_id") or missing("message_id"),
            type="choose",
            value=reply["rank"] - ranked[0]["rank"],
            model=ranked[0].get("model_name"),
            role="annotator",
            turns=(*turns, ("chosen", ranked[0]["text"]), ("rejected", reply["text"])),
            is_dated="created_date" in message,
        )
    for reply in replies:
        yield from _choices(reply, turns)
