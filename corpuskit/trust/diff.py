"""What changed between two datasets?"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

from corpuskit.core import console
from corpuskit.core.counts import line_digest
from corpuskit.core.document import encode
from corpuskit.core.errors import UsageError
from corpuskit.core.provenance.entries import Manifest
from corpuskit.core.publish.dataset import Dataset
from corpuskit.core.settings import Settings
from corpuskit.core.step import Command

Key = tuple[str, str, int]


@dataclass(frozen=True)
class Diff(Command):
    """Compare two datasets: documents added, removed and changed, by source, and options that differ.

    A document is the same if its source, id and epoch are; it changed if its line did. Of those that are gone the
    reason is given where the second dataset's decisions hold one. Holds the ids of both datasets in memory.

        corpuskit diff corpus-of-yesterday corpus
    """

    inputs: ClassVar[str] = "BEFORE AFTER"
    answers: ClassVar[bool] = True

    samples: Annotated[int, "Ids to show of each kind of change."] = 3

    def execute(self, arguments: list[str], settings: Settings) -> int:
        """Print the differences; 0 whether or not there are any, as both are answers."""
        if len(arguments) != 2:
            raise UsageError("name two datasets: `corpuskit diff BEFORE AFTER`")
        answer = self.compare(*(Dataset(Path(argument)) for argument in arguments))
        if settings.json:
            console.write_stdout(console.answer_line("diff", answer))
        else:
            console.write_stdout("\n".join(_lines(answer)))
        return 0

    def compare(self, before: Dataset, after: Dataset) -> dict[str, Any]:
        """The differences, as `--json` prints them."""
        old, new = _documents(before), _documents(after)
        removed = [key for key in old if key not in new]
        changes = {
            "added": [key for key in new if key not in old],
            "removed": removed,
            "changed": [key for key in new if key in old and old[key] != new[key]],
        }
        return {
            "same": sum(1 for key in new if old.get(key) == new[key]),
            **{kind: self._summed(keys) for kind, keys in changes.items()},
            "reasons": _reasons(after, removed),
            "options": _options(before, after),
        }

    def _summed(self, keys: list[Key]) -> dict[str, Any]:
        by_source = Counter(source for source, _, _ in keys)
        return {
            "documents": len(keys),
            "sources": dict(sorted(by_source.items())),
            "samples": [identifier for _, identifier, _ in sorted(keys)[: self.samples]],
        }


def _documents(dataset: Dataset) -> dict[Key, int]:
    documents = {}
    for shard in dataset.shards():
        for document in dataset.documents(shard):
            metadata = document.metadata
            key = (str(metadata.get("source") or "unnamed"), document.id, metadata.get("epoch") or 1)
            documents[key] = line_digest(encode(document))
    return documents


def _reasons(after: Dataset, removed: list[Key]) -> dict[str, int]:
    """Why documents that are gone were left out this time; `not read` where the decisions know nothing of them."""
    removed_ids = {identifier for _, identifier, _ in removed}
    why = {
        entry["id"]: f"{entry['step']}: {entry['reason']}" for entry in after.decisions() if entry["id"] in removed_ids
    }
    counted = Counter(why.get(identifier, "not read") for identifier in removed_ids)
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _options(before: Dataset, after: Dataset) -> list[dict[str, Any]]:
    """Steps that stand in one only, or with other options, and versions that differ."""
    old, new = (_described(dataset.manifest) for dataset in (before, after))
    return [
        {"what": what, "before": old.get(what), "after": new.get(what)}
        for what in sorted(old.keys() | new.keys())
        if old.get(what) != new.get(what)
    ]


def _described(manifest: Manifest) -> dict[str, Any]:
    options = {f"{step['id']} {key}": value for step in manifest["steps"] for key, value in step["options"].items()}
    steps = {step["id"]: "is a step" for step in manifest["steps"]}
    return {**steps, **options, **{f"version of {name}": value for name, value in manifest["versions"].items()}}


def _lines(answer: dict[str, Any]) -> list[str]:
    lines = [f"{answer['same']:,} documents are the same"]
    for kind in ("added", "removed", "changed"):
        part = answer[kind]
        if part["documents"]:
            sources = ", ".join(f"{console.escape(name)} {number:,}" for name, number in part["sources"].items())
            samples = ", ".join(map(console.escape, part["samples"]))
            lines.append(f"{part['documents']:,} {kind}: {sources}  e.g. {samples}")
    lines += [f"  gone: {number:,} {reason}" for reason, number in answer["reasons"].items()]
    lines += [f"{entry['what']}: {entry['before']} -> {entry['after']}" for entry in answer["options"]]
    return lines
