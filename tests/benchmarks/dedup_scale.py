"""Memory and time of dedup's tasks by size: `python -m tests.benchmarks.dedup_scale FOLDER [--documents N …]`.

Signatures are generated and not read: a fifth of the documents repeat the keys and the signature of another one, the
others are alone. Each size is cut into shards of 50,000 documents in FOLDER, where a million takes 700 MB. Then one
matching task (a band), the task that resolves all matches (of that band, taken for each), and one that filters a
shard run in processes of their own. Per size, the processor time and the peak memory of each are printed.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

from corpuskit.core.disk.block_file import BlockWriter
from corpuskit.stages.dedup import Dedup

SHARD = 50_000
Hashes = "np.ndarray[tuple[int, ...], np.dtype[np.uint64]]"

REPEATED = 5
"""One in so many documents is like an earlier one."""


def generate(folder: Path, documents: int, step: Dedup) -> list[Path]:
    """Write the entries of as many documents, in shards; the same ones at every call."""
    parameters = step.parameters()
    fields = parameters.comparison_fields()
    folder.mkdir(parents=True)
    paths = []
    for shard, first in enumerate(range(0, documents, SHARD)):
        rows = min(SHARD, documents - first)
        numbers = np.arange(first, first + rows, dtype=np.uint64)
        like = np.random.default_rng(shard).integers(0, numbers + np.uint64(1), dtype=np.uint64)
        seeds = np.where(numbers % np.uint64(REPEATED) == 0, like, numbers)
        columns = {"digest": np.column_stack((mixed(numbers, 1), mixed(numbers, 2))), "wordless": np.zeros(rows, bool)}
        columns |= {f"key-{band}": mixed(seeds, 3 + band) for band in range(parameters.bands)}
        factors = np.arange(1, parameters.permutations + 1, dtype=np.uint64)
        columns["signature"] = (mixed(seeds, 99)[:, None] * (2 * factors + np.uint64(1)) >> np.uint64(32)).astype("<u4")
        path = folder / f"{shard:05d}.signatures"
        strings = {"id": [b"document-%d" % number for number in numbers.tolist()], "facts": [b"{}"] * rows}
        with open(path, "wb+", buffering=0) as file:
            writer = BlockWriter(file, fields, ("id", "facts"))
            writer.append(columns, strings, rows)
            writer.finish({})
        paths.append(path)
    return paths


def mixed(numbers: Hashes, salt: int) -> Hashes:
    """Return numbers that look random, as hashes do (the finaliser of SplitMix64)."""
    values = (numbers + np.uint64(salt)) * np.uint64(0x9E37_79B9_7F4A_7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
    return values ^ (values >> np.uint64(27))


def run(task: str, folder: Path) -> None:
    """Run one task in this process and print what it took."""
    sharded = Dedup().sharded()
    assert sharded is not None
    signatures = sorted(folder.glob("*.signatures"))
    matches, verdicts = folder / "band.matches", folder / "all.verdicts"
    found = 0
    before = resource.getrusage(resource.RUSAGE_SELF)
    if task == "match":
        sharded.match(0, signatures, matches)
    elif task == "resolve":
        parts = sharded.resolve(signatures, [matches] * sharded.buckets, verdicts).parts
        (folder / "parts.json").write_text(json.dumps(parts))
    else:
        offset, length, _ = json.loads((folder / "parts.json").read_text())[-1]
        with open(verdicts, "rb") as stream:
            stream.seek(offset)
            found = sum(change is not None for change in sharded.changes(stream.read(length)))
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"seconds": seconds, "megabytes": used.ru_maxrss / 1024, "changes": found}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, nargs="+", default=[1_000_000, 4_000_000])
    parser.add_argument("--task", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.task:
        run(arguments.task, arguments.folder)
        return
    print(f"{'documents':>12}  {'task':8} {'CPU s':>8} {'MB':>7}")
    for documents in arguments.documents:
        folder = arguments.folder / str(documents)
        shutil.rmtree(folder, ignore_errors=True)
        generate(folder, documents, Dedup())
        for task in ("match", "resolve", "filter"):
            command = [sys.executable, "-m", "tests.benchmarks.dedup_scale", str(folder), "--task", task]
            used = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
            print(f"{documents:>12,}  {task:8} {used['seconds']:8.1f} {used['megabytes']:7,.0f}", flush=True)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
