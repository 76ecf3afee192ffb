"""Open WebUI: an export of feedback, each record with a thumb and a snapshot of the chat."""

from collections.abc import Iterator
from typing import Any

from corpuskit.formats.product_logs.event import LoggedEvent, NoEvent, Record, missing, value_at

STARS = {1: 5, -1: 1}
"""A thumb up and a thumb down, as stars."""


def events_of(record: Record) -> Iterator[LoggedEvent | NoEvent]:
    """Yield the rating of one record, with the chat up to the message that was rated."""
    if record.get("type", "rating") != "rating":
        yield NoEvent("no-rating")
        return
    if not isinstance(record.get("data"), dict):
        missing("data")
    message = value_at(record, "meta.message_id")
    stars = STARS.get(value_at(record, "data.rating"))
    if stars is None:
        yield NoEvent("no-rating")
        return
    yield LoggedEvent(
        id=record.get("id") or missing("id"),
        time=record.get("created_at"),
        item=message or missing("meta.message_id"),
        type="rate",
        actor=record.get("user_id"),
        value=stars,
        model=value_at(record, "data.model_id"),
        role="user",
        turns=tuple(turns_up_to(messages_of(record), str(message))),
        consent=record.get("consent"),
    )


def messages_of(record: Record) -> dict[str, Record]:
    """Return the snapshot's messages by id; newer versions keep them one level deeper."""
    for path in ("snapshot.chat.chat.history.messages", "snapshot.chat.history.messages", "snapshot.history.messages"):
        messages = value_at(record, path)
        if isinstance(messages, dict):
            messages = list(messages.values())
        if isinstance(messages, list):
            whole = [message for message in messages if isinstance(message, dict) and "id" in message]
            return {str(message["id"]): message for message in whole}
    return {}


def turns_up_to(messages: dict[str, Record], message_id: str) -> list[tuple[str, str]]:
    """Return the turns from the first message to the one with this id."""
    turns: list[tuple[str, str]] = []
    visited: set[str] = set()
    message: Any = messages.get(message_id)
    while isinstance(message, dict) and str(message["id"]) not in visited:
        visited.add(str(message["id"]))
        if message.get("role") in ("system", "user", "assistant") and isinstance(message.get("content"), str):
            turns.append((message["role"], message["content"]))
        message = messages.get(str(message.get("parentId")))
    return turns[::-1]
