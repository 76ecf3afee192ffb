"""How a source's inputs are read: a file a task, small files together, and big archives in parts.

What a task reads is decided by names, sizes and first bytes alone, so it is the same whatever the number of workers.
Parts are read on the chance that they fit together to the file (`core/reading/byte_ranges.py`). Where they do not,
because it is damaged, say, their results are left alone and one task reads it whole; so what comes out is always what
the reading of the whole file gives.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpuskit.core.disk.durable import size_and_digest
from corpuskit.core.errors import DamagedError
from corpuskit.core.reading.byte_ranges import (
    ByteRange,
    byte_ranges,
    content_of,
    cover_file,
    keys_are_unique,
    write_keys,
)
from corpuskit.core.reading.hashing_stream import open_local
from corpuskit.core.reading.inputs import Input
from corpuskit.core.settings import Tags
from corpuskit.core.step import Source, Step
from corpuskit.core.stream.flow import Flow
from corpuskit.mix.engine.shards import Accounts, write_shards
from corpuskit.mix.engine.tasks import Result, Settled, Task, identity_of, shared

TASK_BYTES = 64 * 1024
TASK_FILES = 1000
KEYS = ".keys"


@dataclass(frozen=True)
class ReadInputs(Task):
    """Inputs of a source through its source step and stages."""

    name: str
    inputs: tuple[Input, ...]
    steps: tuple[Step, ...]
    tags: Tags

    def label(self) -> str:
        """The source and its first input."""
        more = f" and {len(self.inputs) - 1} more" if len(self.inputs) > 1 else ""
        return f"{self.name}: {self.steps[0].name()} of {self.inputs[0].name}{more}"

    def identity(self) -> Any:
        """Steps, tags and the names of the inputs; their content is compared by `stands`."""
        named = [[place.name, place.expected_sha256] for place in self.inputs]
        return [named, [identity_of(step) for step in self.steps], vars(self.tags)]

    def run(self, stem: Path) -> Result:
        """Read them all."""
        accounts = Accounts(stem)
        places = [place.unread_copy() for place in self.inputs]
        seen = [_status(place) for place in places]
        flow = Flow([shared(step) for step in self.steps], accounts.take, tags=self.tags)
        shards = write_shards(flow.documents(places), stem)
        inputs = [place.manifest_entry() for place in places]
        for place, before in zip(places, seen, strict=True):
            if _status(place) != before:
                raise _changed(place)
        key = _key(stem, inputs)
        return {**accounts.close(flow.counts, shards), "inputs": inputs, "seen": seen, "key": key}

    def stands(self, result: Result) -> bool:
        """Whether the inputs still are what was read: by their status, or by their digest where that is another.

        What came from an address has no content before it is fetched; what was fetched stands.
        """
        return all(
            place.local_path is None or _status(place) == seen or _same_content(place, known)
            for place, seen, known in zip(self.inputs, result["seen"], result["inputs"], strict=True)
        )


@dataclass(frozen=True)
class ReadPart(Task):
    """One part of a local file through its source step and stages."""

    name: str
    place: Input
    begin: int
    end: int
    steps: tuple[Step, ...]
    tags: Tags

    def label(self) -> str:
        """The source, the input and the stretch."""
        return f"{self.name}: {self.steps[0].name()} of {self.place.name}, bytes {self.begin:,} to {self.end:,}"

    def identity(self) -> Any:
        """Steps, tags, the input's name and the stretch; its content is compared by `stands`."""
        place = [self.place.name, self.begin, self.end]
        return [place, [identity_of(step) for step in self.steps], vars(self.tags)]

    def run(self, stem: Path) -> Result:
        """Read it; the result says where it was found to start and stop, and what was looked at for that."""
        part = ByteRange(self.begin, self.end)
        place = Input(self.place.name, local_path=self.place.local_path, byte_range=part)
        accounts = Accounts(stem)
        seen = _status(place)
        flow = Flow([shared(step) for step in self.steps], accounts.take, tags=self.tags)
        shards = write_shards(flow.documents([place]), stem)
        keys = stem.with_name(stem.name + KEYS)
        write_keys(part.keys, keys)
        looked_at = [part.head, self.begin, place.reach]
        content = self._content(looked_at)
        if _status(place) != seen:
            raise _changed(place)
        result = accounts.close(flow.counts, shards)
        result["files"].append(keys.name)
        found = {"start": part.start, "stop": part.stop, "damaged": bool(place.damage), "keys": keys.name}
        key = _key(stem, content)
        return {**result, "part": found, "seen": seen, "looked_at": looked_at, "content": content, "key": key}

    def stands(self, result: Result) -> bool:
        """Whether what was looked at is as it was."""
        return bool(_status(self.place) == result["seen"] or self._content(result["looked_at"]) == result["content"])

    def _content(self, looked_at: Sequence[int]) -> list[Any]:
        assert self.place.local_path is not None
        return list(content_of(self.place.local_path, *looked_at))


@dataclass(frozen=True)
class MeasureFile(Task):
    """Length and sha256 of a local file that is read in parts."""

    place: Input

    def label(self) -> str:
        """The input."""
        return f"the sha256 of {self.place.name}"

    def identity(self) -> Any:
        """The input's name; its content is compared by `stands`."""
        return [self.place.name]

    def run(self, stem: Path) -> Result:
        """Read it to its end."""
        seen = _status(self.place)
        entry = Input(self.place.name, local_path=self.place.local_path).manifest_entry()
        if _status(self.place) != seen:
            raise _changed(self.place)
        return {"files": [], "input": entry, "seen": seen}

    def stands(self, result: Result) -> bool:
        """Whether the file is as it was."""
        return _status(self.place) == result["seen"] or _same_content(self.place, result["input"])


@dataclass(frozen=True)
class Reading:
    """Inputs, and the tasks that read them: one task for all, or one for each part of the one that there is."""

    whole: ReadInputs
    parts: tuple[ReadPart, ...] = ()

    @property
    def tasks(self) -> list[Task]:
        """The tasks to begin with."""
        return [MeasureFile(self.parts[0].place), *self.parts] if self.parts else [self.whole]

    def settle(self, found: list[Settled]) -> list[Settled] | None:
        """Of the results of these tasks those that hold documents; None if the inputs have to be read whole."""
        if not self.parts:
            return found
        for task, (_, result) in zip(self.tasks, found, strict=True):
            if not task.stands(result):
                raise _changed(self.parts[0].place)
        (_, measured), *read = found
        parts = [result["part"] for _, result in read]
        keys = [stem.with_name(part["keys"]) for (stem, _), part in zip(read, parts, strict=True)]
        if not cover_file(parts, measured["input"]["bytes"]) or not keys_are_unique(keys):
            return None
        (stem, first), *others = read
        return [(stem, {**first, "inputs": [measured["input"]]}), *others]


def readings(name: str, inputs: Sequence[Input], steps: Sequence[Step], tags: Tags) -> list[Reading]:
    """How the inputs of a source are read by its source step and the stages behind it; in their order."""
    found = []
    for places in group(inputs):
        whole = ReadInputs(name, tuple(places), tuple(steps), tags)
        ranges = _ranges(places[0], steps[0]) if len(places) == 1 else []
        found.append(Reading(whole, tuple(ReadPart(name, places[0], *part, tuple(steps), tags) for part in ranges)))
    return found


def group(inputs: Sequence[Input]) -> list[list[Input]]:
    """Inputs cut into tasks: one a file, but small files together; the same whatever the number of workers."""
    groups: list[list[Input]] = []
    size = 0
    for source in inputs:
        length = source.local_path.stat().st_size if source.local_path else TASK_BYTES
        if not groups or size + length > TASK_BYTES or len(groups[-1]) >= TASK_FILES:
            groups.append([])
            size = 0
        groups[-1].append(source)
        size += length
    return groups


def _ranges(place: Input, step: Step) -> list[tuple[int, int]]:
    """The stretches that a file is to be read in; none if it is to be read whole."""
    if not isinstance(step, Source) or not step.part_bytes or place.local_path is None or place.is_stream:
        return []
    size = place.local_path.stat().st_size
    if size <= step.part_bytes or place.expected_sha256 is not None:
        return []
    with open_local(place.local_path) as stream:
        return byte_ranges(size, step.part_bytes) if step.splits(stream) else []


def _status(place: Input) -> list[int] | None:
    """What changes when a file is written to: no program can set the last of these back."""
    if place.local_path is None:
        return None
    status = place.local_path.stat()
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns]


def _same_content(place: Input, known: dict[str, Any]) -> bool:
    assert place.local_path is not None
    return size_and_digest(place.local_path) == (known["bytes"], known["sha256"])


def _changed(place: Input) -> DamagedError:
    return DamagedError(f"{place.name} was changed while it was read; run it again")


def _key(stem: Path, content: Any) -> str:
    return hashlib.sha256(json.dumps([stem.name, content], sort_keys=True).encode()).hexdigest()
