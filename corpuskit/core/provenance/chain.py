"""The chain: what happened to a stream, step by step, from its sources to where it is now.

Every process joins the chains of its inputs, adds its own step and passes the result on: through the ledger to the
next process of a pipe, through the manifest to the next run.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypedDict, cast

from corpuskit.core.counts import CountEntry, StepCount, StreamCount, StreamEntry
from corpuskit.core.disk.stored_json import Checks
from corpuskit.core.errors import CorpuskitError, UsageError
from corpuskit.core.provenance.entries import InputEntry, StepEntry

ACCOUNT = frozenset({"in", "made", "out", "dropped", "rejected"})
CHECKS: Checks = {
    int: lambda value: type(value) is int and abs(value) < 1 << 64,
    float: lambda value: type(value) is float and math.isfinite(value),
}
"""Numbers in a manifest or a ledger entry fit into 64 bits."""


class DecisionFile(TypedDict):
    """A file of verdicts on its way to the folder that publishes it."""

    path: str
    ids: dict[str, str]
    """The ids of steps in the chain, by what the lines say of the step: its former id or, without one, its name.

    Without entries, the lines stay as they are.
    """


class ChainEntry(TypedDict):
    """A chain as the ledger holds it."""

    steps: list[StepEntry]
    inputs: list[InputEntry]
    versions: dict[str, str]
    heads: list[str]
    decisions: list[DecisionFile]


class StepDescription(NamedTuple):
    """What a chain records of a step: its name, its options, and what its content depends on."""

    name: str
    options: dict[str, Any]
    versions: dict[str, str]
    reads_files: bool = False
    """Whether it takes records from files rather than documents from a stream."""


@dataclass
class Chain:
    """Steps in topological order, the inputs they started from, and what their content depends on."""

    steps: list[StepEntry] = field(default_factory=list)
    inputs: list[InputEntry] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    heads: list[str] = field(default_factory=list)
    """Ids of the steps whose output this stream is."""
    decisions: list[DecisionFile] = field(default_factory=list)
    """The files that hold the verdicts of these steps; they become part of the published dataset."""

    def as_json(self) -> ChainEntry:
        """Return the form that the ledger holds."""
        return cast(ChainEntry, dict(vars(self)))

    @classmethod
    def from_json(cls, value: ChainEntry) -> "Chain":
        """Return the chain that `as_json` wrote."""
        return cls(**value)

    def add(self, step: StepDescription, upstream: str, count: StepCount | None) -> str:
        """Append a step that takes the output of all heads, and return its id.

        Without a count, the entry says what the step is, but not yet what it did. Raises CorpuskitError if the count
        does not account for every document.
        """
        for name, version in step.versions.items():
            self.record_version(name, version)
        entry: StepEntry = {
            "id": self.next_ids([step.name])[0],
            "from": list(self.heads),
            "name": step.name,
            "options": step.options,
            "upstream": upstream,
        }
        if count is not None:
            _demand_balance(step.name, count)
            entry.update(count.as_json())  # type: ignore[typeddict-item]
            if step.reads_files and upstream != "verified":
                # A source takes in records from files, whose digests are listed among the inputs, or a dataset's lines.
                entry["in"]["digest"] = None
        self.steps.append(entry)
        self.heads = [entry["id"]]
        return entry["id"]

    def next_ids(self, names: Iterable[str]) -> list[str]:
        """Return the ids that steps of these names will have, if they are added one after the other."""
        return [f"{number}-{name}" for number, name in enumerate(names, len(self.steps) + 1)]

    def record_version(self, name: str, version: str) -> None:
        """Record the version of what shapes content. Raises UsageError if the stream was made with another one, too."""
        if self.versions.setdefault(name, version) != version:
            raise UsageError(
                f"parts of this stream were made with {name} {self.versions[name]} and {version}; "
                "build them with one version"
            )

    def cut(self) -> None:
        """Record that a later step took only a part: earlier steps keep name and options, but lose their counts.

        A step that read what nobody vouched for still did.
        """
        for entry in self.steps:
            for key in ("in", "made", "out", "dropped", "rejected", "ways", "hits"):
                entry.pop(key, None)  # type: ignore[misc]
            if entry["upstream"] != "unverified":
                entry["upstream"] = "cut"
        self.decisions = []

    def sent(self) -> StreamCount:
        """Sum what flows out of the chain's heads."""
        total = StreamCount()
        for entry in self.steps:
            if entry["id"] in self.heads and "out" in entry:
                total.merge(StreamCount.from_json(entry["out"]))
        return total


def is_sound_chain(chain: ChainEntry) -> bool:
    """Whether the steps of a stored chain, whose values have their types, follow from one another."""
    ids = {entry["id"] for entry in chain["steps"]}
    return (
        follow_from_one_another(chain["steps"])
        and all(map(is_account, chain["steps"]))
        and ids.issuperset(chain["heads"])
        and not any("\0" in file["path"] for file in chain["decisions"])
        and all(ids.issuperset(file["ids"].values()) for file in chain["decisions"])
    )


def follow_from_one_another(steps: list[StepEntry]) -> bool:
    """Whether every step has an id of its own, and comes after all steps whose output it took."""
    known_ids: set[str] = set()
    for entry in steps:
        if entry["id"] in known_ids or not known_ids.issuperset(entry["from"]):
            return False
        known_ids.add(entry["id"])
    return True


def is_account(entry: StepEntry) -> bool:
    """Whether a step has all parts of its account, or none, as after a cut."""
    parts = len(ACCOUNT & entry.keys())
    if parts not in (0, len(ACCOUNT)) or (not parts and ("ways" in entry or "hits" in entry)):
        return False
    return "in" not in entry or (has_sound_digest(entry["in"]) and has_sound_digest(entry["out"]))


def has_sound_digest(entry: StreamEntry) -> bool:
    """Whether the digest of a stream is absent, or 128 bits in hexadecimal."""
    return entry["digest"] is None or re.fullmatch("[0-9a-f]{32}", entry["digest"]) is not None


def is_balanced(entry: StepEntry) -> bool:
    """Whether a step accounts for every document: in + made = out + dropped + rejected. True after a cut."""
    return "in" not in entry or StepCount.from_json(cast(CountEntry, entry)).is_balanced()


def join(chains: list[Chain]) -> Chain:
    """Join several chains into one, with ids renumbered; the result does not depend on the order they are given in."""
    return follow(sorted(chains, key=lambda item: json.dumps([item.inputs, item.steps], sort_keys=True)))


def follow(chains: list[Chain]) -> Chain:
    """Join several chains into one in this order, with ids renumbered."""
    result = Chain()
    for chain in chains:
        new_ids: dict[str, str] = {}
        for entry in chain.steps:
            new_ids[entry["id"]] = f"{len(result.steps) + 1}-{entry['name']}"
            parents = [new_ids[parent] for parent in entry["from"]]
            result.steps.append({**entry, "id": new_ids[entry["id"]], "from": parents})
        result.heads += [new_ids[head] for head in chain.heads]
        result.inputs += [item for item in chain.inputs if item not in result.inputs]
        result.decisions += renumbered(chain.decisions, new_ids)
        for name, version in chain.versions.items():
            result.record_version(name, version)
    return result


def renumbered(files: Iterable[DecisionFile], new_ids: Mapping[str, str]) -> list[DecisionFile]:
    """Return files of verdicts whose steps have new ids."""
    return [{**file, "ids": {key: new_ids[id_] for key, id_ in file["ids"].items()}} for file in files]


def _demand_balance(name: str, count: StepCount) -> None:
    if not count.is_balanced():
        raise CorpuskitError(f"{name} lost count of its documents; this is a bug in corpuskit, please report it")
