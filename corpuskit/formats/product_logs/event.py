"""What a log says happened: one event, in the log's own words, before anything in it is protected."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any, NoReturn

from corpuskit.core.document import Reject
from corpuskit.core.wording import excerpt

TYPES = ("rate", "choose", "edit", "accept", "reject", "label", "report", "outcome", "withdraw")
"""What people do to a model's or another person's words."""

ROLES = ("user", "annotator", "moderator")
"""Whose act an event is; each annotator's label counts, of the others' labels the latest of an item."""

MILLISECONDS = 1e11
"""From here on, a number of seconds would lie beyond the year 5138: it counts milliseconds."""

FEWEST_STARS, MOST_STARS = 1, 5
"""The scale of all ratings; on another one, a thumb up that the log calls 1 would be a bad rating."""

Record = dict[str, Any]


@dataclass(slots=True)
class LoggedEvent:
    """One event as the log has it. Its strings may name people: only `events` may see it."""

    id: Any
    time: Any
    item: Any
    type: str
    actor: Any = None
    value: Any = None
    model: Any = None
    role: Any = None
    turns: tuple[tuple[str, str], ...] = ()
    """Who said what, in order."""
    consent: Any = None
    is_dated: bool = True
    """Whether the format states when things happened."""


@dataclass(slots=True)
class NoEvent:
    """A record, or a part of one, that is well-formed and no event; `reason` is in kebab-case."""

    reason: str


def value_at(record: Any, path: str) -> Any:
    """Return the value at a path such as `data.ratings[0].value`; None if there is none.

    A key that itself holds dots is tried first. A leading `$.` is left out.
    """
    path = path.removeprefix("$.")
    if isinstance(record, dict) and path in record:
        return record[path]
    value = record
    for key in path.replace("[", ".[").split("."):
        if key.startswith("[") and key.endswith("]") and isinstance(value, list):
            index = int(key[1:-1]) if key[1:-1].isascii() and key[1:-1].isdigit() else len(value)
            value = value[index] if index < len(value) else None
        elif isinstance(value, dict):
            value = value.get(key)
        else:
            return None
    return value


def missing(path: str) -> NoReturn:
    """Raise Reject for a record that lacks what an event needs."""
    raise Reject("bad-event", f"`{path}` is missing or empty")


def as_iso_time(value: Any, path: str) -> str:
    """Return an ISO 8601 time in UTC, of seconds or milliseconds since 1970 or of an ISO text. Raises Reject.

    >>> as_iso_time(1704067200000, "at"), as_iso_time("2024-01-01 01:00:00+01:00", "at")
    ('2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z')
    """
    if value is None or value == "":
        missing(path)
    try:
        if isinstance(value, str) and not value.replace(".", "", 1).isdigit():
            moment = datetime.fromisoformat(value.removesuffix(" UTC"))
            moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        else:
            seconds = float(value)
            moment = datetime.fromtimestamp(seconds / 1000 if abs(seconds) >= MILLISECONDS else seconds, UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        raise Reject("bad-event", f"`{path}` is no time") from None
    return moment.isoformat().removesuffix("+00:00") + "Z"


def measured(event_type: str, value: Any) -> Any:
    """Return an event's value, the stars of a rating and an edited share as numbers: tables hold them as words.

    Raises Reject for what is neither 1 to 5 stars nor a share from 0 to 1; null, and any other type's value, stay.

    >>> measured("rate", "4"), measured("accept", "0.25"), measured("label", "4")
    (4, 0.25, '4')
    """
    if value is None or event_type not in ("rate", "accept"):
        return value
    number = as_number(value)
    if event_type == "rate" and (number is None or not FEWEST_STARS <= number <= MOST_STARS):
        raise Reject(
            "bad-event",
            f"`value` is {excerpt(repr(value), 20)}, and not {FEWEST_STARS} to {MOST_STARS} stars; "
            "translate it under `values` of a map, such as `values: {good: 5}`",
        )
    if event_type == "accept" and (number is None or not 0 <= number <= 1):
        raise Reject("bad-event", f"`value` is {excerpt(repr(value), 20)}, and not the share edited later, from 0 to 1")
    return number


def as_number(value: Any) -> int | float | None:
    """Return a number, or a word that is one, as a number; anything else as None.

    >>> [as_number(value) for value in (4, "4", " 4.5 ", "4 stars", True, "inf", 10**400)]
    [4, 4, 4.5, None, None, None, None]
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):  # a JSON number may have hundreds of digits
        return None
    if not isfinite(number):
        return None
    if not isinstance(value, str):
        return value
    return int(number) if number.is_integer() else number


def as_name(value: Any) -> str:
    """Return a string or number as a string; anything else, and an empty one, as the empty string."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value)


def strings(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the keys of a record whose values are strings with something in them."""
    yield from ((key, value) for key, value in record.items() if isinstance(value, str) and value.strip())
