"""The chain: what happened to a stream, step by step, from its sources to where it is now.

Every process joins the chains of its inputs, adds its own step and passes the result on: through the ledger to the
next process of a pipe, through the manifest to the next run.
"""

import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from corpuskit.core.counts import CountEntry, StepCount, StreamCount
from corpuskit.core.errors import CorpuskitError, UsageError
from corpuskit.core.provenance.entries import InputEntry, StepEntry


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
    decisions: list[str] = field(default_factory=list)
    """Paths of the files that hold the verdicts of these steps; they become part of the published dataset."""

    def as_json(self) -> dict[str, Any]:
        """Return the form that the ledger holds."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Chain":
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
            "id": f"{len(self.steps) + 1}-{step.name}",
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

    def record_version(self, name: str, version: str) -> None:
        """Record the version of what shapes content. Raises UsageError if the stream was made with another one, too."""
        if self.versions.setdefault(name, version) != version:
            raise UsageError(
                f"parts of this stream were made with {name} {self.versions[name]} and {version}; "
                "build them with one version"
            )

    def cut(self) -> None:
        """Record that a later step took only a part: earlier steps keep name and options, but lose their counts."""
        for entry in self.steps:
            for key in ("in", "made", "out", "dropped", "rejected", "ways"):
                entry.pop(key, None)  # type: ignore[misc]
            entry["upstream"] = "cut"
        self.decisions = []

    def sent(self) -> StreamCount:
        """Sum what flows out of the chain's heads."""
        total = StreamCount()
        for entry in self.steps:
            if entry["id"] in self.heads and "out" in entry:
                total.merge(StreamCount.from_json(entry["out"]))
        return total


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
        result.decisions += chain.decisions
        for name, version in chain.versions.items():
            result.record_version(name, version)
    return result


def _demand_balance(name: str, count: StepCount) -> None:
    if not count.is_balanced():
        raise CorpuskitError(f"{name} lost count of its documents; this is a bug in corpuskit, please report it")
