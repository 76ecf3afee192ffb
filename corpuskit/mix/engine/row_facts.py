"""What stages made of one row of a file, and how it is written down.

Only a row that is one document before and after is remembered, and only if at most one stage changed it: then its line
before, its line after and the number of that stage say what each stage received and sent. All that the stages count
besides is an *effect*; most rows of a file share one.
"""

import json
from collections import Counter
from typing import Any, NamedTuple

from corpuskit.core.counts import StepCount, line_digest
from corpuskit.core.document import encode
from corpuskit.core.stream.batch import Batch


class Passing(NamedTuple):
    """What stages made of what stands in the place of a row."""

    lines: list[bytes]
    counts: list[StepCount]
    has_verdicts: bool

    @classmethod
    def of_batch(cls, batch: Batch) -> "Passing":
        """Return what came out of stages."""
        return cls([encode(document) for document in batch.documents], batch.counts, bool(batch.verdicts))

    def effect(self, line: bytes) -> "Effect | None":
        """Return what the stages did to a line besides; None if that cannot be remembered."""
        if len(self.lines) != 1 or self.has_verdicts:
            return None
        before, after = line_digest(line), line_digest(self.lines[0])
        changed_by = len(self.counts)
        for number, count in enumerate(self.counts):
            is_changed = number > changed_by
            if count.received.digest != (after if is_changed else before) or count.groups or count.killed:
                return None
            if not is_changed and count.sent.digest != before:
                changed_by = number
            if count.sent.digest != (after if number >= changed_by else before):
                return None
        return Effect(changed_by, tuple(map(_besides_streams, self.counts)))


Besides = tuple[int, int, tuple[tuple[str, int], ...], tuple[tuple[str, int], ...], frozenset[str] | None]
"""Documents made, numbers that were ids, ways, hits and absent fields of a `StepCount`."""


class Effect(NamedTuple):
    """What stages counted on a row, but for its lines."""

    changed_by: int
    """Number of the stage that changed the line; the number of all stages if none did."""
    besides: tuple[Besides, ...]

    def counts(self, rows: int) -> list[StepCount]:
        """Return what each stage counts on this many rows."""
        return [
            StepCount(
                made=made * rows,
                number_ids=number_ids * rows,
                ways=Counter({way: count * rows for way, count in ways}),
                hits=Counter({kind: count * rows for kind, count in hits}),
                absent_fields=absent_fields,
            )
            for made, number_ids, ways, hits, absent_fields in self.besides
        ]

    def as_text(self) -> str:
        """Return what `of_text` reads."""
        besides = [(*rest, None if fields is None else sorted(fields)) for *rest, fields in self.besides]
        return json.dumps([self.changed_by, besides])

    @classmethod
    def of_text(cls, text: str) -> "Effect":
        """Return the effect that `as_text` wrote."""
        changed_by, besides = json.loads(text)
        return cls(changed_by, tuple(map(_besides_from_json, besides)))


class Fact(NamedTuple):
    """What is known of a row."""

    effect: str
    """An `Effect` as text, which is compared faster."""
    of: bytes
    """Zeros if it is about the line of the file, else the digest of the line that a patch had put in its place."""
    changed_line: bytes
    """What the line became; empty if it stayed."""


def _besides_streams(count: StepCount) -> Besides:
    ways = tuple(sorted(count.ways.items())) if count.ways else ()
    hits = tuple(sorted(count.hits.items())) if count.hits else ()
    return count.made, count.number_ids, ways, hits, count.absent_fields


def _besides_from_json(value: Any) -> Besides:
    made, number_ids, ways, hits, fields = value
    return made, number_ids, _pairs(ways), _pairs(hits), None if fields is None else frozenset(fields)


def _pairs(value: Any) -> tuple[tuple[str, int], ...]:
    return tuple((name, count) for name, count in value)
