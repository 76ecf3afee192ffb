"""What a recipe will need, estimated from a few documents of each source before any work."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpuskit.core.document import Document, Reject, encode
from corpuskit.core.errors import CorpuskitError, RefusedError
from corpuskit.core.reading.inputs import Input
from corpuskit.core.step import CorpusStage, Drop, Stage, Step
from corpuskit.core.stream.flow import tagged
from corpuskit.core.tokens import Counter
from corpuskit.mix.engine.mix_tasks import MOST_BUCKETS
from corpuskit.mix.engine.shards import SHARD_BYTES
from corpuskit.mix.recipe.recipe import Recipe, SourceSpec
from corpuskit.mix.recipe.shell_pipe import tags_of

SAMPLED_INPUTS = 10
SAMPLED_BYTES = 1024 * 1024
"""Stored bytes that are read of each."""
SAMPLED_DOCUMENTS = 100
"""How many of what is found there go through the stages."""
PROCESS_BYTES = 150 * 1024 * 1024
"""What a worker holds beside what grows with the corpus: libraries, models, batches."""
INPUT_BYTES = 8 * 1024
"""An input, in the process that hands out the tasks: its tasks of all phases, its entry in the manifest."""
COMPRESSION = 3
"""How many times smaller text is as a shard."""


@dataclass(frozen=True)
class Supply:
    """What a source is likely to give: documents read, documents left after its steps, their bytes and tokens."""

    sampled: int
    read: int
    left: int
    left_bytes: int
    tokens: int
    inputs: int


@dataclass(frozen=True)
class Need:
    """Bytes of memory, in all processes together, and of disk below the output folder."""

    memory: int
    disk: int


def supply(recipe: Recipe, source: SourceSpec, steps: Sequence[Step], inputs: list[Input], count: Counter) -> Supply:
    """Read the start of some of a source's inputs, pass some of what is found through its stages, and scale it up."""
    local = [place for place in inputs if place.local_path is not None and not place.is_stream]
    sample = local[:: max(len(local) // SAMPLED_INPUTS, 1)][:SAMPLED_INPUTS]
    found: list[Document] = []
    looked_at = 0
    for place in sample:
        documents, size = _start_of(source, place)
        found += documents
        looked_at += size
    scale = sum(map(_stored, local)) / looked_at if looked_at else 0.0
    tried = found[:: max(len(found) // SAMPLED_DOCUMENTS, 1)][:SAMPLED_DOCUMENTS]
    stages = [stage for stage in steps if isinstance(stage, Stage)]
    left = [document for item in tried if (document := _through(stages, item)) is not None]
    each = scale * len(found) / len(tried) if tried else 0.0
    figures = (len(tried), len(left), sum(len(encode(item)) for item in left), sum(count(item.text) for item in left))
    read, left_over, size, tokens = (round(figure * each) for figure in figures)
    return Supply(len(tried), read, left_over, size, tokens, len(inputs))


def need(recipe: Recipe, supplies: Sequence[Supply], jobs: int) -> Need:
    """The most memory that a phase takes, and the disk that all of them take until publication."""
    documents = sum(part.left for part in supplies)
    lines = sum(part.left_bytes for part in supplies)
    stream = lines // COMPRESSION
    steps = [step for source in recipe.sources for step in source.steps] + list(recipe.together)
    held = [step.memory_for(documents, jobs) for step in steps if isinstance(step, CorpusStage)]
    # A worker holds the lines of a shard while it selects, and of a bucket, as read and as cut up, while it writes.
    blended = max(min(lines, SHARD_BYTES), 2 * lines // MOST_BUCKETS) * jobs
    listed = INPUT_BYTES * sum(part.inputs for part in supplies)
    phases = 2 + len(recipe.together) + len(recipe.output.formats)
    kept = sum(step.disk_for(documents) for step in steps if isinstance(step, CorpusStage))
    return Need(PROCESS_BYTES * (jobs + 1) + listed + max([blended, *held]), stream * phases + kept)


def demand_room(wanted: Need, target: Path, jobs: int) -> None:
    """Raise RefusedError, with what would help, if this machine cannot hold what is needed."""
    free, memory = free_disk(target), memory_of_machine()
    if wanted.disk > free:
        raise RefusedError(
            f"about {_size(wanted.disk)} of disk are needed below {str(target)!r}, and {_size(free)} are free; "
            "choose an -o with more room, or one format in `output: {formats: …}`"
        )
    if wanted.memory > memory:
        raise RefusedError(
            f"about {_size(wanted.memory)} of memory are needed, and this machine has {_size(memory)}; "
            f"take fewer processes (`-j {max(jobs // 2, 1)}`), or a cluster (`--executor slurm`)"
        )


def free_disk(target: Path) -> int:
    """Free bytes where the output goes."""
    place = target.absolute()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def memory_of_machine() -> int:
    """Bytes of memory that this machine, or the control group this process is in, has."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return memory
    return min(memory, int(limit)) if limit.isdigit() else memory


def need_text(wanted: Need, target: Path | None) -> str:
    """The needs in one line."""
    where = f", {_size(free_disk(target))} free" if target is not None else ""
    return f"memory: about {_size(wanted.memory)}; disk: about {_size(wanted.disk)} until it is published{where}"


def _start_of(source: SourceSpec, place: Input) -> tuple[list[Document], int]:
    """The documents in the first stored bytes of an input, and how many bytes these are."""
    tags = tags_of(source)
    found: list[Document] = []
    try:
        for item in source.from_step.read(place):
            kept = tagged(item, tags) if isinstance(item, Document) else item
            found += [kept] if isinstance(kept, Document) else []
            if place.bytes_read() > SAMPLED_BYTES:
                return found, place.bytes_read()
    except (CorpuskitError, Reject):
        # What is wrong with an input, the run will say.
        pass
    return found, _stored(place)


def _stored(place: Input) -> int:
    return place.local_path.stat().st_size if place.local_path else 0


def _through(stages: Sequence[Stage], document: Document) -> Document | None:
    for stage in stages:
        (result,) = stage.apply_many([document])
        if isinstance(result, (Drop, Reject)):
            return None
        document = result
    return document


def _size(count: int) -> str:
    for unit in ("bytes", "KB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:,.0f} {unit}" if unit == "bytes" else f"{count:,.1f} {unit}"
        count = count / 1000  # type: ignore[assignment]
    return ""
