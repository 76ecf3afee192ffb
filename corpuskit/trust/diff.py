"""The command that says what changed between two datasets."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypedDict

from corpuskit.core import console
from corpuskit.core.counts import line_digest
from corpuskit.core.document import encode
from corpuskit.core.errors import RefusedError, UsageError
from corpuskit.core.option_values import misfit
from corpuskit.core.provenance.entries import Manifest
from corpuskit.core.publish.dataset import Dataset
from corpuskit.core.settings import Settings
from corpuskit.core.step import Arguments, Command, argument_list
from corpuskit.core.wording import quantity

Key = tuple[str, str, int]
"""Source, id and epoch of a document."""


class ChangeSummary(TypedDict):
    """The documents that changed in one way."""

    documents: int
    sources: dict[str, int]
    """Their number by source."""
    samples: list[str]
    """Some of their ids."""


class OptionChange(TypedDict):
    """A step, option or version that differs."""

    what: str
    """`2-dedup`, `2-dedup threshold` or `version of minhash`."""
    before: Any
    after: Any
    """None on the side that does not have it."""


class Differences(TypedDict):
    """The differences between two datasets, as `--json` prints them."""

    same: int
    """Documents whose lines are equal."""
    added: ChangeSummary
    removed: ChangeSummary
    changed: ChangeSummary
    reasons: dict[str, int]
    """Why documents were removed, most frequent first."""
    options: list[OptionChange]


@dataclass(frozen=True)
class Diff(Command):
    """Compare two datasets: documents added, removed and changed, by source, and options that differ.

    Documents are matched by source, id and epoch; a document counts as changed if its line differs. For a removed
    document, the reason is given if the second dataset's decisions hold one. Holds the ids of both datasets in memory.

        corpuskit diff corpus-of-yesterday corpus
    """

    inputs: ClassVar[str] = "BEFORE AFTER"
    answers: ClassVar[bool] = True

    samples: Annotated[int, "Ids to show for each kind of change."] = 3
    exit_code: Annotated[bool, "Exit with 6 if there are differences."] = False

    def __post_init__(self) -> None:
        """Raise UsageError for a number of samples below 0."""
        if self.samples < 0:
            raise misfit("samples", "a number from 0 on", self.samples)

    def execute(self, arguments: Arguments, settings: Settings) -> int:
        """Print the differences. Returns 0 whether or not there are any, unless `exit_code` is set."""
        arguments = argument_list(arguments)
        if len(arguments) != 2:
            raise UsageError("name two datasets: `corpuskit diff BEFORE AFTER`")
        answer = self.compare(*(Dataset(Path(argument)) for argument in arguments))
        if settings.json:
            console.write_stdout(console.answer_line("diff", dict(answer)))
        else:
            console.write_stdout("\n".join(_lines(answer)))
        is_different = answer["options"] or any(answer[kind]["documents"] for kind in ("added", "removed", "changed"))
        return RefusedError.exit_code if self.exit_code and is_different else 0

    def compare(self, before: Dataset, after: Dataset) -> Differences:
        """Return the differences between two datasets."""
        old, new = _documents(before), _documents(after)
        removed = [key for key in old if key not in new]
        return {
            "same": sum(1 for key in new if old.get(key) == new[key]),
            "added": self._summary([key for key in new if key not in old]),
            "removed": self._summary(removed),
            "changed": self._summary([key for key in new if key in old and old[key] != new[key]]),
            "reasons": _reasons(after, removed),
            "options": _options(before, after),
        }

    def _summary(self, keys: list[Key]) -> ChangeSummary:
        by_source = Counter(source for source, _, _ in keys)
        return {
            "documents": len(keys),
            "sources": dict(sorted(by_source.items())),
            "samples": [identifier for _, identifier, _ in sorted(keys)[: self.samples]],
        }


def _documents(dataset: Dataset) -> dict[Key, int]:
    """Return the digest of each document's line."""
    documents = {}
    for shard in dataset.shards():
        for document in dataset.documents(shard):
            metadata = document.metadata
            key = (str(metadata.get("source") or "unnamed"), document.id, metadata.get("epoch") or 1)
            documents[key] = line_digest(encode(document))
    return documents


def _reasons(after: Dataset, removed: list[Key]) -> dict[str, int]:
    """Count why removed documents were left out this time; `not read` if the decisions do not mention them."""
    removed_ids = {identifier for _, identifier, _ in removed}
    reason_of = {
        entry["id"]: f"{entry['step']}: {entry['reason']}" for entry in after.decisions() if entry["id"] in removed_ids
    }
    counts = Counter(reason_of.get(identifier, "not read") for identifier in removed_ids)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _options(before: Dataset, after: Dataset) -> list[OptionChange]:
    """Return the steps that only one dataset has, and the options and versions that differ."""
    old, new = (_settings(dataset.manifest) for dataset in (before, after))
    return [
        {"what": what, "before": old.get(what), "after": new.get(what)}
        for what in sorted(old.keys() | new.keys())
        if old.get(what) != new.get(what)
    ]


def _settings(manifest: Manifest) -> dict[str, Any]:
    """Return the steps, options and versions of a manifest, each under the name that `OptionChange` has for it."""
    options = {f"{step['id']} {key}": value for step in manifest["steps"] for key, value in step["options"].items()}
    steps = {step["id"]: "is a step" for step in manifest["steps"]}
    return {**steps, **options, **{f"version of {name}": value for name, value in manifest["versions"].items()}}


def _lines(answer: Differences) -> list[str]:
    verb = "is" if answer["same"] == 1 else "are"
    lines = [f"{quantity(answer['same'], 'document')} {verb} the same"]
    for kind, change in (("added", answer["added"]), ("removed", answer["removed"]), ("changed", answer["changed"])):
        if change["documents"]:
            sources = ", ".join(f"{console.escape(name)} {number:,}" for name, number in change["sources"].items())
            samples = ", ".join(map(console.escape, change["samples"]))
            lines.append(f"{change['documents']:,} {kind}: {sources}  e.g. {samples}")
    lines += [f"  gone: {number:,} {reason}" for reason, number in answer["reasons"].items()]
    lines += [
        f"{entry['what']}: {_value_text(entry['before'])} -> {_value_text(entry['after'])}"
        for entry in answer["options"]
    ]
    return lines


def _value_text(value: Any) -> str:
    """Return an option's value as a recipe writes it; `-` on the side that does not have it."""
    if value is None:
        return "-"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return console.escape(text)
