"""The TDM Reservation Protocol (W3C Community Group): `tdm-reservation` 1 or 0, in a file, a header or the page.

Each later place supersedes the earlier ones, and the absence of a value never resets one. A reservation is for text and
data mining as a whole, which here is training and input. In the file, the first entry that matches is the one.
A value in another spelling than the number 1 or 0, or a file of another structure, is read only if it reserves.
"""

import json
import re
from typing import Any, NamedTuple

from corpuskit.text.rights.path_rules import matches_path
from corpuskit.text.rights.statements import ALLOWED, DISALLOWED

__all__ = ["TdmEntry", "matching_entry", "parse_tdm_file", "reservation", "reservation_verdicts"]

MAX_ENTRIES = 10_000
MAX_DEPTH = 8
_USES = ("train", "input")
_RESERVED_WORDS = frozenset({"1", "1.0", "true", "yes", "reserved"})
_RESERVED = re.compile(
    r"""tdm[-_]?reservation["']?\s{0,20}[:=]\s{0,20}["']?(1|true|yes)\b[^\n]{0,200}""", re.IGNORECASE
)
_NAMES = frozenset({"tdm-reservation", "tdm_reservation", "tdmreservation"})


class TdmEntry(NamedTuple):
    """One entry of a file: a pattern of paths, and whether rights are reserved there."""

    location: str
    reserved: bool
    raw: str


def reservation(value: Any, *, strict: bool = True) -> bool | None:
    """Return whether a value reserves rights; None if it says nothing. Only a strict 0 or "0" says that it does not.

    >>> [reservation(value) for value in ("1", " 0 ", 1, True, "true", "2")]
    [True, False, True, True, True, None]
    """
    text = str(value).strip().lower() if isinstance(value, (str, int, float)) else ""
    if text in _RESERVED_WORDS:
        return True
    is_zero = (type(value) is int and value == 0) or (isinstance(value, str) and text == "0")
    return False if is_zero and strict else None


def reservation_verdicts(reserved: bool | None) -> dict[str, str]:
    """Return what a reservation means for our uses."""
    return {} if reserved is None else dict.fromkeys(_USES, DISALLOWED if reserved else ALLOWED)


def parse_tdm_file(text: str) -> list[TdmEntry]:
    """Return the entries of a tdmrep.json in order; of a file that is none, only what it reserves."""
    try:
        value = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return _reserved_in_text(text)
    if isinstance(value, list) and value and all(_is_entry(entry) for entry in value[:MAX_ENTRIES]):
        return [_entry(entry) for entry in value[:MAX_ENTRIES]]
    return _reserved_anywhere(value, 0)


def matching_entry(entries: list[TdmEntry], path: str) -> TdmEntry | None:
    """Return the first entry whose pattern matches a path."""
    return next((entry for entry in entries if matches_path(path, entry.location)), None)


def _is_entry(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    location, number = value.get("location"), value.get("tdm-reservation")
    return isinstance(location, str) and location.startswith(("/", "*")) and type(number) is int and number in (0, 1)


def _entry(value: dict[str, Any]) -> TdmEntry:
    return TdmEntry(value["location"], value["tdm-reservation"] == 1, json.dumps(value, ensure_ascii=False))


def _reserved_anywhere(value: Any, depth: int) -> list[TdmEntry]:
    """Return the reservations in JSON of any structure, each for its location or else for the whole site."""
    if depth > MAX_DEPTH or not isinstance(value, (dict, list)):
        return []
    if isinstance(value, list):
        return [entry for item in value[:MAX_ENTRIES] for entry in _reserved_anywhere(item, depth + 1)]
    entries = []
    for key, item in value.items():
        if key.lower() in _NAMES and reservation(item, strict=False):
            location = value.get("location")
            is_pattern = isinstance(location, str) and location.startswith(("/", "*"))
            entries.append(TdmEntry(str(location) if is_pattern else "/", True, json.dumps(value, ensure_ascii=False)))
        else:
            entries += _reserved_anywhere(item, depth + 1)
    return entries


def _reserved_in_text(text: str) -> list[TdmEntry]:
    """Return a reservation for the whole site if broken JSON has one."""
    match = _RESERVED.search(text)
    return [TdmEntry("/", True, match[0].strip())] if match else []
