"""The chain: what happened to a stream, step by step, from its sources to where it is now.

Every process takes the chains of what it reads, joins them, adds its own step and hands the result on, through the
ledger to the next process of a pipe, through the manifest to the next run.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from corpuskit.core.counts import StepCount, StreamCount
from corpuskit.core.errors import UsageError
from corpuskit.core.registry import origin_of
from corpuskit.core.step import Step

Entry = dict[str, Any]


@dataclass
class Chain:
    """Steps in topological order, the inputs they started from, and what their content depends on."""

    steps: list[Entry] = field(default_factory=list)
    inputs: list[Entry] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    heads: list[str] = field(default_factory=list)
    """Ids of the steps whose output this stream is."""
    decisions: list[str] = field(default_factory=list)
    """Files that hold the verdicts of these steps, as paths; they become part of what is published."""

    def as_json(self) -> Entry:
        """The form in the ledger."""
        return {
            "steps": self.steps,
            "inputs": self.inputs,
            "versions": self.versions,
            "heads": self.heads,
            "decisions": self.decisions,
        }

    @classmethod
    def from_json(cls, value: Entry) -> "Chain":
        """The chain that `as_json` wrote."""
        return cls(**value)

    def add(self, step: Step, upstream: str, count: StepCount | None) -> str:
        """Append a step that takes everything that flows so far; its id."""
        for name, version in {**step.versions(), **origin_of(step)}.items():
            self.record_version(name, version)
        figures = count.as_json() if count is not None else {}
        if figures and step.kind == "source":
            # What a source takes in are records of files, which the inputs' digests stand for.
            figures["in"]["digest"] = None
        return self.append(step.name(), step.options(), upstream, figures)

    def append(self, name: str, options: Entry, upstream: str, figures: Entry) -> str:
        """Append an entry that takes everything that flows so far; its id."""
        entry: Entry = {
            "id": f"{len(self.steps) + 1}-{name}",
            "from": list(self.heads),
            "name": name,
            "options": options,
            "upstream": upstream,
            **figures,
        }
        self.steps.append(entry)
        self.heads = [entry["id"]]
        return str(entry["id"])

    def record_version(self, name: str, version: str) -> None:
        """Note what shapes content; one snapshot is of one version of each thing."""
        if self.versions.setdefault(name, version) != version:
            raise UsageError(
                f"parts of this stream were made with {name} {self.versions[name]} and {version}; "
                "build them with one version"
            )

    def cut(self) -> None:
        """Say that a later step took only a part: earlier steps keep name and options, without counts."""
        for entry in self.steps:
            for key in ("in", "made", "out", "dropped", "rejected"):
                entry.pop(key, None)
            entry["upstream"] = "cut"
        self.decisions = []

    def sent(self) -> StreamCount:
        """What flows out of the chain's heads, summed."""
        total = StreamCount()
        for entry in self.steps:
            if entry["id"] in self.heads and "out" in entry:
                total.merge(StreamCount.from_json(entry["out"]))
        return total


def join(chains: list[Chain]) -> Chain:
    """One chain of several, ids renumbered; the same whatever the order they are given in."""
    return follow(sorted(chains, key=lambda item: json.dumps([item.inputs, item.steps], sort_keys=True)))


def follow(chains: list[Chain]) -> Chain:
    """One chain of several in this order, ids renumbered."""
    joined = Chain()
    for chain in chains:
        renamed = {}
        for entry in chain.steps:
            renamed[entry["id"]] = f"{len(joined.steps) + 1}-{entry['name']}"
            joined.steps.append(
                {**entry, "id": renamed[entry["id"]], "from": [renamed[parent] for parent in entry["from"]]}
            )
        joined.heads += [renamed[head] for head in chain.heads]
        joined.inputs += [item for item in chain.inputs if item not in joined.inputs]
        joined.decisions += chain.decisions
        for name, version in chain.versions.items():
            joined.record_version(name, version)
    return joined
