"""What a recipe will need, estimated from a few documents of each source before any work."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from corpuskit.core.document import Document, Reject, encode
from corpuskit.core.errors import CorpuskitError, RefusedError
from corpuskit.core.reading.inputs import Input
from corpuskit.core.step import CorpusStage, Drop, Stage, Step
from corpuskit.core.stream.flow import tagged
from corpuskit.core.tokens import Counter
from corpuskit.mix.engine.mix_tasks import MOST_BUCKETS
from corpuskit.mix.engine.shards import SHARD_BYTES
from corpuskit.mix.recipe.recipe import Recipe, tags_of
from corpuskit.mix.recipe.source_specs import SourceSpec

ItemType = TypeVar("ItemType")

SAMPLED_INPUTS = 10
SAMPLED_BYTES = 1024 * 1024
"""Stored bytes read from each of these inputs."""
SAMPLED_DOCUMENTS = 100
"""How many of the documents read there go through the stages."""
PROCESS_BYTES = 150 * 1024 * 1024
"""Memory of a worker apart from what grows with the corpus: libraries, models, batches."""
INPUT_BYTES = 8 * 1024
"""Memory per input in the process that hands out tasks: its tasks in all phases, its entry in the manifest."""
COMPRESSION = 3
"""How many times smaller a text is in a shard, compressed."""


@dataclass(frozen=True)
class SupplyEstimate:
    """What a source is likely to give."""

    sampled: int
    """Documents that the estimate is based on."""
    read: int
    """Documents in its inputs."""
    remaining: int
    """Documents that remain after its steps."""
    remaining_bytes: int
    tokens: int
    """Those of the remaining documents."""
    inputs: int
    sampled_inputs: int
    """Inputs whose start was read."""


@dataclass(frozen=True)
class ResourceNeed:
    """Bytes of memory, in all processes together, and of disk below the output folder."""

    memory: int
    disk: int

    def text(self, target: Path | None) -> str:
        """Return the needs in one line, with the free disk if the output folder is known."""
        memory, disk = _size_text(self.memory), _size_text(self.disk)
        free = f", {_size_text(free_disk(target))} free" if target is not None else ""
        return f"memory: about {memory}; disk: about {disk} until it is published{free}"


def estimate_supply(
    source: SourceSpec, steps: Sequence[Step], inputs: Sequence[Input], count_tokens: Counter
) -> SupplyEstimate:
    """Read the start of some inputs, pass some documents through the source's stages, and scale up the sums.

    Nothing is read of a source that asks a server for what it yields.
    """
    if not source.from_step.is_previewed:
        return SupplyEstimate(0, 0, 0, 0, 0, len(inputs), 0)
    local = [file for file in inputs if file.local_path is not None and not file.is_stream]
    documents: list[Document] = []
    bytes_read = 0
    sampled_files, most = _spread_sample(local, SAMPLED_INPUTS), 0
    for file in sampled_files:
        first_documents, size = _read_start(source, file)
        most = max(most, len(first_documents))
        documents += first_documents
        bytes_read += size
    sample = _spread_sample(documents, SAMPLED_DOCUMENTS)
    stages = [step for step in steps if isinstance(step, Stage)]
    remaining = [result for document in sample if (result := _apply_all(stages, document)) is not None]
    scale = sum(map(stored_bytes, local)) / bytes_read if bytes_read else 0.0
    of_documents = len(documents) / len(sample) if sample else 0.0
    # Where a file is one document, as with code, their number follows from that of the files, and not from their sizes.
    scale_of_numbers = len(local) / len(sampled_files) if most == 1 else scale
    sums = (
        len(sample),
        len(remaining),
        sum(len(encode(document)) for document in remaining),
        sum(count_tokens(document.text) for document in remaining),
    )
    read, remaining_documents = (round(figure * of_documents * scale_of_numbers) for figure in sums[:2])
    remaining_bytes, tokens = (round(figure * of_documents * scale) for figure in sums[2:])
    return SupplyEstimate(
        len(sample), read, remaining_documents, remaining_bytes, tokens, len(inputs), len(sampled_files)
    )


def estimate_need(recipe: Recipe, supplies: Sequence[SupplyEstimate], jobs: int) -> ResourceNeed:
    """Return the most memory that any phase takes, and the disk that all phases take until publication."""
    documents = sum(supply.remaining for supply in supplies)
    lines = sum(supply.remaining_bytes for supply in supplies)
    shard_bytes = lines // COMPRESSION
    steps = [step for source in recipe.sources for step in source.steps] + list(recipe.together)
    of_stages = [step.memory_for(documents, jobs) for step in steps if isinstance(step, CorpusStage)]
    # A worker holds the lines of a shard while it selects, and those of a bucket twice, as read and as split, while it
    # writes.
    of_mixing = max(min(lines, SHARD_BYTES), 2 * lines // MOST_BUCKETS) * jobs
    of_inputs = INPUT_BYTES * sum(supply.inputs for supply in supplies)
    phases = 2 + len(recipe.together) + len(recipe.output.formats)
    disk_of_stages = sum(step.disk_for(documents) for step in steps if isinstance(step, CorpusStage))
    memory = PROCESS_BYTES * (jobs + 1) + of_inputs + max([of_mixing, *of_stages])
    return ResourceNeed(memory, shard_bytes * phases + disk_of_stages)


def demand_resources(need: ResourceNeed, target: Path, jobs: int) -> None:
    """Raise RefusedError, with what would help, if this machine does not have enough disk or memory."""
    free, memory = free_disk(target), machine_memory()
    if need.disk > free:
        raise RefusedError(
            f"about {_size_text(need.disk)} of disk are needed below {str(target)!r}, and {_size_text(free)} are free; "
            "choose an -o with more room, or one format in `output: {formats: …}`"
        )
    if need.memory > memory:
        raise RefusedError(
            f"about {_size_text(need.memory)} of memory are needed, and this machine has {_size_text(memory)}; "
            f"use fewer processes (`-j {max(jobs // 2, 1)}`), or a cluster (`--executor slurm`)"
        )


def free_disk(target: Path) -> int:
    """Return the free bytes of the disk that the output goes to."""
    folder = target.absolute()
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def machine_memory() -> int:
    """Return the bytes of memory of this machine, or of the control group that this process is in."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return memory
    return min(memory, int(limit)) if limit.isdigit() else memory


def stored_bytes(file: Input) -> int:
    """Return the bytes of an input as stored; 0 if it is not on this machine."""
    return file.local_path.stat().st_size if file.local_path else 0


def _spread_sample(items: Sequence[ItemType], most: int) -> Sequence[ItemType]:
    """Return at most `most` of the items, evenly spaced.

    >>> _spread_sample("abcdefg", 3)
    'ace'
    """
    return items[:: max(len(items) // most, 1)][:most]


def _read_start(source: SourceSpec, file: Input) -> tuple[list[Document], int]:
    """Return the documents in the first stored bytes of an input, and the number of those bytes."""
    tags = tags_of(source)
    documents: list[Document] = []
    try:
        for item in source.from_step.read(file):
            result = tagged(item, tags) if isinstance(item, Document) else item
            documents += [result] if isinstance(result, Document) else []
            if file.bytes_read() > SAMPLED_BYTES:
                return documents, file.bytes_read()
    except (CorpuskitError, Reject):
        # The run itself will say what is wrong with an input.
        pass
    return documents, stored_bytes(file)


def _apply_all(stages: Sequence[Stage], document: Document) -> Document | None:
    """Return what the stages make of a document; None if one of them leaves it out."""
    for stage in stages:
        (result,) = stage.apply_many([document])
        if isinstance(result, (Drop, Reject)):
            return None
        document = result
    return document


def _size_text(count: float) -> str:
    for unit in ("bytes", "KB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:,.0f} {unit}" if unit == "bytes" else f"{count:,.1f} {unit}"
        count = count / 1000
    return ""
