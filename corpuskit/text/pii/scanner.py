"""Personal data in a text, found by patterns: where it is and of what type.

Left to finer tools: names, postal addresses, numbers in plain words, addresses in plain words without brackets or a
word for e-mail (`name at example dot org`), values broken by zero-width characters, images of text. The other modules
of this package say what each detector takes.
"""

import re
from functools import cache
from typing import NamedTuple

from corpuskit.text.pii import detector, emails, national_ids, network, numbers, phones, secrets
from corpuskit.text.pii.detector import Detector, Span

VERSION = "10"
"""Raised whenever a detector's verdict on any text changes."""

DETECTORS = (
    secrets.PRIVATE_KEY,
    network.URL_CREDENTIALS,
    secrets.API_KEY,
    emails.EMAIL,
    emails.HIDDEN_EMAIL,
    numbers.IBAN,
    numbers.CREDIT_CARD,
    *national_ids.DETECTORS,
    numbers.SSN,
    network.IPV6,
    network.IPV4,
    phones.PHONE,
)
"""In order of precedence: what one detector takes, the next ones do not see."""

_FOLD = -1
"""The number of the trigger that calls for no detector, but for a text with its digits in ASCII."""
_PLACEHOLDER = detector.pattern(r"\{\{[A-Z][A-Z0-9_]{1,31}(?::[0-9a-f]{16})?\}\}")
_LONG_RUN, _ANY_LONG_RUN = re.compile(rb"[0-9]{40,}"), detector.pattern("[0-9]{40}")
"""More digits than any national id has: no id is in there, and the automata of ids are slow on them."""


class Hit(NamedTuple):
    """One finding; `start` and `end` count characters of the text."""

    start: int
    end: int
    type: str


class DetectorFailed(Exception):
    """A detector did not finish, so the text may hold anything; the message names detector and error, no text."""


class Scanner:
    """Finds hits of the given types, or of all types if none are given."""

    def __init__(self, types: tuple[str, ...] = ()) -> None:
        self._detectors = [each for each in DETECTORS if not types or each.type in types]
        gates = {each.gate or each.trigger: number for number, each in enumerate(self._detectors)}
        self._open = _Triggers([(detector.FOLDABLE, _FOLD), *gates.items()])
        self._gated = _Triggers([(each.trigger, number) for number, each in enumerate(self._detectors) if each.gate])

    def find(self, text: str) -> list[Hit]:
        """Return the hits in the order of the text; no two overlap. Raises DetectorFailed."""
        data = text.encode()
        numbers = self._open.match(data)
        if not numbers:
            return []
        if _FOLD in numbers:
            text = detector.folded(text)
            data = text.encode()
            numbers = [number for number in self._open.match(data) if number != _FOLD]
        detectors = self._called_for(data, numbers)
        if not detectors:
            return []
        findings: list[tuple[int, int, str]] = []
        rest = _without_placeholders(data)
        for each in detectors:
            spans = _spans(each, rest)
            findings += [(start, end, each.type) for start, end in spans]
            rest = _blank(rest, spans)
        return _in_characters(text, data, sorted(findings))

    def _called_for(self, data: bytes, numbers: list[int]) -> list[Detector]:
        """Return the detectors whose triggers the text holds; `numbers` are those of gates and triggers without."""
        if any(self._detectors[number].gate for number in numbers):
            near = national_ids.near_ids(data)
            shortened = _LONG_RUN.sub(b"0", near) if _ANY_LONG_RUN.search(near) else near
            numbers = [number for number in numbers if not self._detectors[number].gate] + self._gated.match(shortened)
        return [self._detectors[number] for number in sorted(numbers)]


class _Triggers:
    """Patterns and their numbers, matched in two passes: automata of half the patterns have far fewer states."""

    def __init__(self, patterns: list[tuple[str, int]]) -> None:
        half = len(patterns) // 2
        self._halves = [_TriggerSet(part) for part in (patterns[:half], patterns[half:]) if part]

    def match(self, data: bytes) -> list[int]:
        """Return the numbers of the patterns that the text holds. Raises DetectorFailed."""
        numbers: list[int] = []
        for half in self._halves:
            numbers += half.match(data)
        return numbers


class _TriggerSet:
    """Patterns and their numbers, matched in one pass."""

    def __init__(self, patterns: list[tuple[str, int]]) -> None:
        self._numbers = [number for _, number in patterns]
        self._set = detector.trigger_set([source for source, _ in patterns])

    def match(self, data: bytes) -> list[int]:
        matched = self._set.Match(data)
        # If a set search runs out of memory, RE2 returns no matches; but the last trigger always matches.
        if not matched or len(self._numbers) not in matched:
            raise DetectorFailed("triggers: OutOfMemory")
        if len(matched) == 1:
            return []
        return [self._numbers[number] for number in matched if number < len(self._numbers)]


@cache
def scanner(types: tuple[str, ...] = ()) -> Scanner:
    """Return the scanner of these types, compiled once per process."""
    return Scanner(types)


def without_placeholders(text: str) -> str:
    """Return the text with the placeholders of earlier scrubbing blanked, each character by one NUL."""
    if "{{" not in text:
        return text
    return _without_placeholders(text.encode()).decode()


def normalised(kind: str, value: str) -> str:
    """Return the value as it is compared: one spelling for letter case and for the gaps between digits.

    >>> normalised("email", "Jo@Example.ORG"), normalised("credit-card", "4111 1111-1111 1111")
    ('jo@example.org', '4111111111111111')
    """
    value = detector.folded(value)
    if kind == "email":
        return emails.plain_email(value)
    if kind in ("phone", "credit-card", "ssn"):
        return "".join(character for character in value if character in "0123456789")
    if kind == "iban":
        return "".join(character for character in value if character.isalnum()).upper()
    if kind in national_ids.TYPES:
        return national_ids.compact(kind, value)
    if kind == "ipv6":
        import ipaddress

        return str(ipaddress.IPv6Address(value))
    return value


def _spans(each: Detector, data: bytes) -> list[Span]:
    try:
        return list(each.find(data))
    except Exception as error:
        raise DetectorFailed(f"{each.type}: {type(error).__name__}") from error


def _without_placeholders(data: bytes) -> bytes:
    if b"{{" not in data:
        return data
    return _blank(data, [match.span() for match in _PLACEHOLDER.finditer(data)])


def _blank(data: bytes, spans: list[Span]) -> bytes:
    """Return the data with each span overwritten by NUL bytes, so that offsets stay and nothing matches there again."""
    if not spans:
        return data
    parts, offset = [], 0
    for start, end in spans:
        parts += [data[offset:start], b"\0" * (end - start)]
        offset = end
    return b"".join([*parts, data[offset:]])


def _in_characters(text: str, data: bytes, findings: list[tuple[int, int, str]]) -> list[Hit]:
    if len(text) == len(data):
        return [Hit(*each) for each in findings]
    hits, offset, characters = [], 0, 0
    for start, end, kind in findings:
        first = characters + len(data[offset:start].decode())
        characters = first + len(data[start:end].decode())
        offset = end
        hits.append(Hit(first, characters, kind))
    return hits
