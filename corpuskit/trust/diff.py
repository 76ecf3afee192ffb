"""The command that says what changed between two datasets."""

import heapq
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypedDict

from corpuskit.core import console
from corpuskit.core.counts import line_digest
from corpuskit.core.disk.window_spool import WindowSpool
from corpuskit.core.document import encode
from corpuskit.core.errors import RefusedError, UsageError
from corpuskit.core.option_values import misfit
from corpuskit.core.provenance.entries import StepEntry
from corpuskit.core.publish.dataset import Dataset
from corpuskit.core.settings import Settings
from corpuskit.core.step import Arguments, Command, argument_list
from corpuskit.core.wording import quantity

Key = tuple[str, str, int]
"""Source, id and epoch of a document."""

PART_DOCUMENTS = 1 << 17
"""How many documents of both datasets are compared at a time, about."""


IS_STEP = "is a step"
MOST_LISTED = 6
"""Sources, reasons, steps and options of each kind to print, so that all of them fit on a screen."""


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
    document, the reason is given if the second dataset's decisions hold one. What is compared lies in temporary files.
    Steps are matched by name and order. Of a long list the start is printed, and all of it with `--all` or `--json`.

        corpuskit diff corpus-of-yesterday corpus
    """

    inputs: ClassVar[str] = "BEFORE AFTER"
    answers: ClassVar[bool] = True

    samples: Annotated[int, "Ids to show for each kind of change."] = 3
    all: Annotated[bool, "Print all that differs, also what a screen has no room for."] = False
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
        is_different = answer["options"] or any(answer[kind]["documents"] for kind in ("added", "removed", "changed"))
        exit_code = RefusedError.exit_code if self.exit_code and is_different else 0
        if settings.json:
            console.write_stdout(console.answer_line("diff", answer, exit_code))
        else:
            console.write_report("\n".join(_lines(answer, None if self.all else MOST_LISTED)))
        return exit_code

    def compare(self, before: Dataset, after: Dataset) -> Differences:
        """Return the differences between two datasets."""
        parts = 1 + (_document_count(before) + _document_count(after)) // PART_DOCUMENTS
        added, removed, changed = (_Changes(self.samples) for _ in range(3))
        same, reasons = 0, Counter[str]()
        with (
            closing(_IdParts(parts)) as old_parts,
            closing(_IdParts(parts)) as new_parts,
            closing(_IdParts(parts)) as decided,
        ):
            _deal_documents(before, old_parts)
            _deal_documents(after, new_parts)
            for entry in after.decisions():
                if entry["id"] is not None:
                    decided.add(entry["id"], f"{entry['step']}: {entry['reason']}")
            for part in range(parts):
                old, new = _lines_by_key(old_parts, part), _lines_by_key(new_parts, part)
                removed_keys = [key for key in old if key not in new]
                same += sum(1 for key in new if old.get(key) == new[key])
                added.add([key for key in new if key not in old])
                removed.add(removed_keys)
                changed.add([key for key in new if key in old and old[key] != new[key]])
                reasons += _reasons(decided, part, {identifier for _, identifier, _ in removed_keys})
        return {
            "same": same,
            "added": added.summary(),
            "removed": removed.summary(),
            "changed": changed.summary(),
            "reasons": dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
            "options": _options(before, after),
        }


class _IdParts:
    """Values by document id, on disk, in parts by a hash of the id: what is known of an id is in one part."""

    def __init__(self, parts: int) -> None:
        self._spool, self._parts = WindowSpool(parts), parts

    def add(self, identifier: str, *values: Any) -> None:
        """Note values of an id."""
        import xxhash

        part = xxhash.xxh3_64_intdigest(identifier.encode("utf-8", "surrogatepass")) % self._parts
        self._spool.append(part, json.dumps([identifier, *values]).encode() + b"\n")

    def of(self, part: int) -> Iterator[list[Any]]:
        """Yield the ids of a part, each with its values, in the order in which they came."""
        for block in self._spool.blocks(part):
            yield from map(json.loads, block.splitlines())

    def close(self) -> None:
        """Remove the file."""
        self._spool.close()


class _Changes:
    """The documents that changed in one way: how many, by source, and the first ones."""

    def __init__(self, samples: int) -> None:
        self._samples, self._first = samples, list[Key]()
        self._by_source = Counter[str]()

    def add(self, keys: list[Key]) -> None:
        """Count more documents."""
        self._by_source.update(source for source, _, _ in keys)
        self._first = heapq.nsmallest(self._samples, [*self._first, *keys])

    def summary(self) -> ChangeSummary:
        """Return what is printed."""
        return {
            "documents": self._by_source.total(),
            "sources": dict(sorted(self._by_source.items())),
            "samples": [identifier for _, identifier, _ in self._first],
        }


def _document_count(dataset: Dataset) -> int:
    return sum(shard["documents"] for shard in dataset.shards())


def _deal_documents(dataset: Dataset, parts: _IdParts) -> None:
    """Note source, epoch and the digest of the line of each document."""
    for shard in dataset.shards():
        for document in dataset.documents(shard):
            metadata = document.metadata
            source, epoch = str(metadata.get("source") or "unnamed"), metadata.get("epoch") or 1
            parts.add(document.id, source, epoch, line_digest(encode(document)))


def _lines_by_key(parts: _IdParts, part: int) -> dict[Key, int]:
    """Return the digests of the lines of a part's documents."""
    return {(source, identifier, epoch): digest for identifier, source, epoch, digest in parts.of(part)}


def _reasons(decided: _IdParts, part: int, removed_ids: set[str]) -> Counter[str]:
    """Count why removed documents were left out this time; `not read` if the decisions do not mention them."""
    reason_of = {identifier: reason for identifier, reason in decided.of(part) if identifier in removed_ids}
    return Counter(reason_of.get(identifier, "not read") for identifier in removed_ids)


def _options(before: Dataset, after: Dataset) -> list[OptionChange]:
    """Return the steps that only one dataset has, and the options and versions that differ."""
    versions = [
        OptionChange(what=f"version of {name}", before=old, after=new)
        for name, old, new in _differing(before.manifest["versions"], after.manifest["versions"])
    ]
    return [*_step_changes(before.manifest["steps"], after.manifest["steps"]), *versions]


def _step_changes(before: Sequence[StepEntry], after: Sequence[StepEntry]) -> Iterator[OptionChange]:
    """Yield how steps differ, in their order: those whose names are in the same order on both sides are the same."""
    from difflib import SequenceMatcher

    names, new_names = ([step["name"] for step in steps] for steps in (before, after))
    for _, start, end, new_start, new_end in SequenceMatcher(None, names, new_names, autojunk=False).get_opcodes():
        old, new = before[start:end], after[new_start:new_end]
        if [step["name"] for step in old] != [step["name"] for step in new]:
            yield from (OptionChange(what=step["id"], before=IS_STEP, after=None) for step in old)
            yield from (OptionChange(what=step["id"], before=None, after=IS_STEP) for step in new)
            continue
        for old_step, new_step in zip(old, new, strict=True):
            for key, value, new_value in _differing(old_step["options"], new_step["options"]):
                yield OptionChange(what=f"{new_step['id']} {key}", before=value, after=new_value)


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield the keys whose values differ, with the values; None stands for what is missing."""
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            yield key, before.get(key), after.get(key)


def _lines(answer: Differences, most: int | None) -> list[str]:
    """Return what differs as people read it, of each kind the first `most`."""
    verb = "is" if answer["same"] == 1 else "are"
    lines = [f"{quantity(answer['same'], 'document')} {verb} the same"]
    for kind, change in (("added", answer["added"]), ("removed", answer["removed"]), ("changed", answer["changed"])):
        if change["documents"]:
            sources = [f"{console.escape(name)} {number:,}" for name, number in change["sources"].items()]
            samples = ", ".join(map(console.escape, change["samples"]))
            lines.append(f"{change['documents']:,} {kind}: {', '.join(_first_of(sources, most))}  e.g. {samples}")
    lines += _first_of([f"  gone: {number:,} {reason}" for reason, number in answer["reasons"].items()], most)
    steps = [entry for entry in answer["options"] if IS_STEP in (entry["before"], entry["after"])]
    for side in ("before", "after"):
        if ids := [entry["what"] for entry in steps if entry[side] == IS_STEP]:
            lines.append(f"only {side}: {', '.join(_first_of(ids, most))}")
    options = [
        f"{entry['what']}: {_value_text(entry['before'])} -> {_value_text(entry['after'])}"
        for entry in answer["options"]
        if entry not in steps
    ]
    return [*lines, *_first_of(options, most)]


def _first_of(words: list[str], most: int | None) -> list[str]:
    """Return the first words, and how many more there are."""
    if most is None or len(words) <= most:
        return words
    return [*words[:most], f"and {len(words) - most:,} more (`--all` prints them)"]


def _value_text(value: Any) -> str:
    """Return an option's value as a recipe writes it; `-` on the side that does not have it."""
    if value is None:
        return "-"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return console.escape(text)
