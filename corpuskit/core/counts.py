"""Counting: what went into a step, what came out, and the balance between the two.

A stream's digest does not depend on its order: it is the sum, modulo 2**128, of the xxh3 hashes (128 bits) of its
lines, so shards and tasks can be added up in any order, and a repeated line counts each time.
"""

import builtins
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NotRequired, TypedDict

_MODULUS = 1 << 128
MAX_GROUPS = 1000
"""Most groups of documents that a step's drops are counted by; it is told of the first ones it meets."""


class StreamEntry(TypedDict):
    """A stream of canonical lines."""

    documents: int
    bytes: int
    """Line feeds included."""
    digest: str | None
    """Sum of the lines' hashes, 128 bits in hexadecimal; None for what a source reads, as its inputs have digests."""


CountEntry = TypedDict(
    "CountEntry",
    {
        "in": StreamEntry,
        "made": int,  # documents that the step added, such as repetitions
        "out": StreamEntry,
        "dropped": dict[str, int],  # by reason
        "rejected": dict[str, int],  # by reason
        "ways": NotRequired[dict[str, int]],  # documents that came out, by how the step came to them
        "hits": NotRequired[dict[str, int]],  # what the step found in documents, by type
        "killed": NotRequired[list[str]],  # ids of the documents on which the step had to be stopped
        # In the results of tasks alone:
        "absent_fields": NotRequired[list[str]],
        "number_ids": NotRequired[int],
        "groups": NotRequired[dict[str, dict[str, int]]],
    },
)
"""The account of one step."""


def line_digest(line: bytes) -> int:
    """Return the xxh3 hash of one line, 128 bits."""
    import xxhash

    return xxhash.xxh3_128_intdigest(line)


@dataclass
class StreamCount:
    """Documents, bytes (line feeds included) and digest of a stream of lines."""

    documents: int = 0
    bytes: int = 0
    digest: int = 0

    def add(self, line: builtins.bytes) -> None:
        """Count one line, given without its line feed."""
        self.add_hashed(line, line_digest(line))

    def add_hashed(self, line: builtins.bytes, digest: int) -> None:
        """Count one line whose digest is known."""
        self.documents += 1
        self.bytes += len(line) + 1
        self.digest = (self.digest + digest) % _MODULUS

    def add_many_hashed(self, lines: "Sequence[builtins.bytes]", digests: Iterable[int]) -> None:
        """Count lines whose digests are known."""
        self.documents += len(lines)
        self.bytes += sum(map(len, lines)) + len(lines)
        self.digest = (self.digest + sum(digests)) % _MODULUS

    def add_many(self, lines: "Sequence[builtins.bytes]") -> None:
        """Count lines, given without their line feeds."""
        import xxhash

        self.add_many_hashed(lines, map(xxhash.xxh3_128_intdigest, lines))

    def replace(self, before: builtins.bytes, after: builtins.bytes) -> None:
        """Count a line in the place of one that was counted."""
        self.bytes += len(after) - len(before)
        self.digest = (self.digest + line_digest(after) - line_digest(before)) % _MODULUS

    def merge(self, other: "StreamCount") -> None:
        """Add another stream's count to this one."""
        self.documents += other.documents
        self.bytes += other.bytes
        self.digest = (self.digest + other.digest) % _MODULUS

    def as_json(self) -> StreamEntry:
        """Return the entry in ledger and manifest."""
        return {"documents": self.documents, "bytes": self.bytes, "digest": f"{self.digest:032x}"}

    @classmethod
    def from_json(cls, value: StreamEntry) -> "StreamCount":
        """Return the count that `as_json` wrote; a digest of None is 0."""
        return cls(value["documents"], value["bytes"], int(value["digest"] or "0", 16))


@dataclass
class StepCount:
    """The account of one step: in + made = out + dropped + rejected."""

    received: StreamCount = field(default_factory=StreamCount)
    sent: StreamCount = field(default_factory=StreamCount)
    made: int = 0
    dropped: "Counter[str]" = field(default_factory=Counter)
    rejected: "Counter[str]" = field(default_factory=Counter)
    ways: "Counter[str]" = field(default_factory=Counter)
    """Documents that came out, by `Document.way`; those without one are not among them."""
    hits: "Counter[str]" = field(default_factory=Counter)
    """What the step found in its documents, by type (`Document.hits`)."""
    killed: list[str] = field(default_factory=list)
    """Ids of the documents that were rejected because the step did not finish on them."""
    groups: "dict[str, Counter[str]]" = field(default_factory=dict)
    """What became of the documents of each of `Stage.groups`: drops by reason, and all under an empty one."""
    number_ids: int = 0
    """Documents read whose id was an integer and became a string."""
    absent_fields: frozenset[str] | None = None
    """Fields that the step's options name and none of its documents has; None before the first document."""

    def merge(self, other: "StepCount") -> None:
        """Add another part's account to this one."""
        self.received.merge(other.received)
        self.sent.merge(other.sent)
        self.made += other.made
        self.dropped.update(other.dropped)
        self.rejected.update(other.rejected)
        self.ways.update(other.ways)
        self.hits.update(other.hits)
        self.killed += other.killed
        self.number_ids += other.number_ids
        for group, reasons in other.groups.items():
            self.count_group(group, reasons)
        if self.absent_fields is None or other.absent_fields is None:
            self.absent_fields = other.absent_fields if self.absent_fields is None else self.absent_fields
        else:
            self.absent_fields &= other.absent_fields

    def count_group(self, group: str, reasons: "Mapping[str, int]") -> None:
        """Add to what became of a group's documents."""
        if group in self.groups or len(self.groups) < MAX_GROUPS:
            self.groups.setdefault(group, Counter()).update(reasons)

    def is_balanced(self) -> bool:
        """Whether every document is accounted for: in + made = out + dropped + rejected."""
        left_out = self.dropped.total() + self.rejected.total()
        return self.received.documents + self.made == self.sent.documents + left_out

    def as_task_json(self) -> CountEntry:
        """Return `as_json` with what only the sum of all tasks can tell."""
        entry = self.as_json()
        if self.absent_fields is not None:
            entry["absent_fields"] = sorted(self.absent_fields)
        if self.number_ids:
            entry["number_ids"] = self.number_ids
        if self.groups:
            entry["groups"] = {group: dict(reasons) for group, reasons in self.groups.items()}
        return entry

    def as_json(self) -> CountEntry:
        """Return the counting part of a manifest's step entry."""
        entry: CountEntry = {
            "in": self.received.as_json(),
            "made": self.made,
            "out": self.sent.as_json(),
            "dropped": dict(sorted(self.dropped.items())),
            "rejected": dict(sorted(self.rejected.items())),
        }
        if self.ways:
            entry["ways"] = dict(sorted(self.ways.items()))
        if self.hits:
            entry["hits"] = dict(sorted(self.hits.items()))
        if self.killed:
            entry["killed"] = self.killed
        return entry

    @classmethod
    def from_json(cls, value: CountEntry) -> "StepCount":
        """Return the account that `as_json` or `as_task_json` wrote."""
        absent_fields = value.get("absent_fields")
        return cls(
            StreamCount.from_json(value["in"]),
            StreamCount.from_json(value["out"]),
            value["made"],
            Counter(value["dropped"]),
            Counter(value["rejected"]),
            Counter(value.get("ways", {})),
            Counter(value.get("hits", {})),
            list(value.get("killed", ())),
            {group: Counter(reasons) for group, reasons in value.get("groups", {}).items()},
            value.get("number_ids", 0),
            None if absent_fields is None else frozenset(absent_fields),
        )
