"""What a run has published, from what: so that the same recipe over the same inputs need not be run again.

The note of a run lies in the cache, under the name of the folder that it published. The same run would publish the same
bytes if its recipe, settings, code and inputs are the same; and they are there if the published files are as the run
left them. A file whose status has changed is hashed to see whether its content has, too.
"""

import dataclasses
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

from corpuskit.core import console
from corpuskit.core.disk.durable import size_and_digest
from corpuskit.core.disk.file_status import FileStatus, file_status, settled
from corpuskit.core.provenance.entries import InputEntry, Manifest, upstream_state
from corpuskit.core.provenance.manifest import MANIFEST
from corpuskit.core.publish.recovery import STAGING, extra_names_of, listed_names
from corpuskit.core.publish.report_file import REPORT_NAME
from corpuskit.core.reading.inputs import Input
from corpuskit.core.registry import build_formats
from corpuskit.core.settings import Settings
from corpuskit.core.tokens import token_version
from corpuskit.core.wording import quantity
from corpuskit.mix.engine.phases import Inputs, corpus_stages, steps_of, target_folder, tokenizer_of
from corpuskit.mix.engine.real_floor import snapshot_state
from corpuskit.mix.engine.summary import SourceOutcome
from corpuskit.mix.engine.tasks import code_digest, identity_of
from corpuskit.mix.engine.work_cache import WorkCache
from corpuskit.mix.recipe.recipe import Recipe, tags_of


class FileNote(TypedDict):
    """A file as a run read or left it."""

    status: FileStatus
    bytes: int
    sha256: str


_StepOutcomeKeys = TypedDict("_StepOutcomeKeys", {"in": int | None})  # a keyword of Python


class StepOutcome(_StepOutcomeKeys):
    """What `--json` says of one step; counts are null before a cut."""

    id: str
    made: int
    out: int | None
    dropped: dict[str, int]
    rejected: dict[str, int]
    hits: dict[str, int]


class OutcomeNote(TypedDict):
    """What `--json` says of the run."""

    read: int
    made: int
    """Documents that steps added: repetitions, and parts of what was split."""
    documents: int
    dropped: dict[str, int]
    rejected: dict[str, int]
    tokens: int
    tokenizer: str
    digest: str
    """Of the manifest."""
    upstream: str
    """The least sure state of any step: `verified`, `unverified` or `cut`; `none` if all read files alone."""
    sources: dict[str, SourceOutcome]
    steps: list[StepOutcome]


class RunNote(TypedDict):
    """What a run has published, from what."""

    key: str
    """Hash of everything that it depends on, except for the content of its inputs."""
    inputs: list[FileNote]
    """In the order of the recipe."""
    outputs: dict[str, FileNote]
    """By path in the published folder."""
    outcome: OutcomeNote


def note_name(target: Path) -> str:
    """Return the name of the note of runs into a folder."""
    return hashlib.sha256(os.fsencode(target.resolve())).hexdigest()[:32]


def can_be_noted(recipe: Recipe, inputs: Inputs) -> bool:
    """Whether a run depends on its files alone, and leaves nothing but the published folder."""
    files = [file for of_source in inputs.values() for file in of_source]
    is_local = all(file.local_path is not None and not file.is_stream for file in files)
    return is_local and not any(step.has_effects() for step in corpus_stages(recipe))


def run_key(recipe: Recipe, inputs: Inputs, settings: Settings) -> str:
    """Return a hash of everything that a run depends on, except for the content of its inputs."""
    sources = [
        [
            [identity_of(step) for step in steps_of(recipe, source)],
            vars(tags_of(source)),
            [source.name, source.license, source.weight, source.max_epochs],
            [[file.name, file.expected_sha256, dict(file.stated_metadata)] for file in inputs[source.name]],
        ]
        for source in recipe.sources
    ]
    content = [
        code_digest(),
        sources,
        [identity_of(step) for step in recipe.together],
        [recipe.seed, recipe.budget.tokens if recipe.budget else None, token_version(tokenizer_of(recipe))],
        dataclasses.asdict(recipe.policy),
        snapshot_state(recipe.policy.real_not_below, target_folder(recipe, settings)),
        [dict(recipe.caps), recipe.any_source, dict(recipe.floors)],
        recipe.card,
        [recipe.output.formats, recipe.output.order, recipe.output.shard_documents, recipe.output.report],
        [format_.versions() for format_ in build_formats(recipe.output.formats, recipe.output.tokens)],
        [settings.max_rejects, settings.accept_damaged, settings.allow_empty],
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def tell_unchanged(recipe: Recipe, inputs: Inputs, settings: Settings, target: Path, cache: WorkCache) -> bool:
    """Say so if a run would publish what is in its folder already; return whether that is the case."""
    note: RunNote | None = cache.run_note(note_name(target), RunNote)
    if note is None or not can_be_noted(recipe, inputs):
        return False
    if note["key"] != run_key(recipe, inputs, settings) or not _has_all(note, inputs, target):
        return False
    outcome = note["outcome"]
    if settings.json:
        print_outcome(outcome, target, 0.0)
    elif not settings.quiet:
        documents = quantity(outcome["documents"], "document")
        console.notice("mix", f"unchanged: {str(target)!r} has the {documents} that this recipe and its inputs give")
    return True


def print_outcome(outcome: OutcomeNote, target: Path, seconds: float) -> None:
    """Print the line of `--json`: what was published, where, and in how many seconds."""
    counts = (outcome["read"], outcome["made"], outcome["documents"], outcome["dropped"], outcome["rejected"])
    printed_keys = ("read", "made", "documents", "dropped", "rejected")
    more_keys = {key: value for key, value in outcome.items() if key not in printed_keys}
    console.print_counts("mix", *counts, more_keys={"output": str(target), "seconds": round(seconds, 3), **more_keys})


class PublishedFacts(TypedDict):
    """What a manifest says that the line of `--json` repeats."""

    tokens: int
    tokenizer: str
    digest: str
    upstream: str
    steps: list[StepOutcome]


def published_facts(manifest: Manifest) -> PublishedFacts:
    """Return what the line of `--json` says by the manifest."""
    return {
        "tokens": sum(source["tokens"] for source in manifest["sources"].values()),
        "tokenizer": manifest["tokenizer"],
        "digest": manifest["digest"],
        "upstream": upstream_state(manifest["steps"]),
        "steps": [
            {
                "id": entry["id"],
                "in": entry["in"]["documents"] if "in" in entry else None,
                "made": entry.get("made", 0),
                "out": entry["out"]["documents"] if "out" in entry else None,
                "dropped": entry.get("dropped", {}),
                "rejected": entry.get("rejected", {}),
                "hits": entry.get("hits", {}),
            }
            for entry in manifest["steps"]
        ],
    }


def _has_all(note: RunNote, inputs: Inputs, target: Path) -> bool:
    """Whether the inputs, and the files that were published, are what they were, and no run has begun since."""
    files = [file for of_source in inputs.values() for file in of_source]
    if len(files) != len(note["inputs"]) or (target / STAGING).exists():
        return False
    paths = [target / name for name in note["outputs"]] + [file.local_path for file in files]
    notes = [*note["outputs"].values(), *note["inputs"]]
    return all(path is not None and _is_unchanged(path, each) for path, each in zip(paths, notes, strict=True))


def run_note(
    key: str,
    statuses: Sequence[FileStatus],
    entries: Sequence[InputEntry],
    target: Path,
    manifest: Manifest,
    outcome: OutcomeNote,
) -> RunNote | None:
    """Return the note of a run that read inputs with these statuses and entries, and published `manifest`.

    There is none if another run might give other bytes.
    """
    if len(statuses) != len(entries) or not manifest.get("repeatable", True):
        return None
    names = [MANIFEST, *listed_names(manifest), *extra_names_of(manifest), REPORT_NAME]
    digests = _digests_of(manifest)
    return {
        "key": key,
        "inputs": [
            {"status": status, "bytes": entry["bytes"], "sha256": entry["sha256"]}
            for status, entry in zip(statuses, entries, strict=True)
        ],
        "outputs": {name: _note_of(target, name, digests) for name in names if (target / name).exists()},
        "outcome": outcome,
    }


def statuses_of(inputs: Inputs) -> list[FileStatus]:
    """Return the status of each input, in the order of the recipe."""
    files: list[Input] = [file for of_source in inputs.values() for file in of_source]
    return [settled(file_status(file.local_path)) for file in files if file.local_path is not None]


def _note_of(target: Path, name: str, digests: Mapping[str, tuple[int, str]]) -> FileNote:
    path = target / name
    size, digest = digests[name] if name in digests else size_and_digest(path)
    return {"status": file_status(path), "bytes": size, "sha256": digest}


def _digests_of(manifest: Manifest) -> Mapping[str, tuple[int, str]]:
    """Return size and sha256 of the shards and decisions, by path."""
    files: list[Any] = [*manifest["shards"], *manifest["decisions"]]
    return {entry["path"]: (entry["bytes"], entry["sha256"]) for entry in files}


def _is_unchanged(path: Path, note: FileNote) -> bool:
    try:
        if file_status(path) == note["status"]:
            return True
        return path.stat().st_size == note["bytes"] and size_and_digest(path) == (note["bytes"], note["sha256"])
    except OSError:
        return False
