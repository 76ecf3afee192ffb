"""How many times as fast `verify -j` is: `python -m tests.benchmarks.verify_workers DATASET... [--jobs 2]`.

By processor time, as a busy machine has no clock to go by: the parts that files are read in are each read alone, and
dealt to workers as they are when every worker takes the next part as soon as it is free. With workers it takes the time
of the process that starts them, start and imports included, that in which a worker loads modules, and that of the
longest share. Rounds alternate between one
process and workers; the lowest time of each counts. The last columns are the processor time of all processes together.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

ROUNDS = 2

CHECKED = """
import resource, sys
from pathlib import Path
from corpuskit.cli.main import main
sys.argv = ["corpuskit", "verify", "--quiet", "-j", sys.argv[2], sys.argv[1]]
try:
    main()
except SystemExit as end:
    assert not end.code
for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
    usage = resource.getrusage(who)
    print(usage.ru_utime + usage.ru_stime)
"""
"""Prints the processor time of the command and of its workers."""

PARTS = """
import json, sys, time
from pathlib import Path
from corpuskit.core.publish.dataset import Dataset
from corpuskit.core.stream.freed_memory import keep_freed_memory
from corpuskit.trust.verifying.dealing import dealt, works_of
from corpuskit.trust.verifying.file_check import load_libraries, read
load_libraries()
keep_freed_memory()
dataset, seconds = Dataset(Path(sys.argv[1])), []
works = dealt(works_of(dataset.manifest), int(sys.argv[2]))
cold = time.process_time()
read(dataset, works[-1])
cold = time.process_time() - cold
for work in works:
    begin = time.process_time()
    read(dataset, work)
    seconds.append(time.process_time() - begin)
print(json.dumps([max(0, cold - seconds[-1]), *seconds]))
"""
"""Prints the processor time of each part, in the order of reading, and before them that of loading modules."""


def output_of(script: str, dataset: Path, jobs: int) -> str:
    command = [sys.executable, "-c", script, str(dataset), str(jobs)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def longest_share(seconds: list[float], jobs: int) -> float:
    """Return how long the last worker reads."""
    busy = [0.0] * jobs
    for part in seconds:
        busy[busy.index(min(busy))] += part
    return max(busy)


def measured(dataset: Path, jobs: int) -> str:
    """Return a row of the table."""
    alone, parents, totals, parts = [], [], [], []
    for _ in range(ROUNDS):
        alone.append(sum(map(float, output_of(CHECKED, dataset, 1).split())))
        own, of_workers = map(float, output_of(CHECKED, dataset, jobs).split())
        parents.append(own)
        totals.append(own + of_workers)
        parts.append(json.loads(output_of(PARTS, dataset, jobs)))
    loading, *lowest = [min(seconds) for seconds in zip(*parts, strict=True)]
    workers = min(parents) + loading + longest_share(lowest, jobs)
    return (
        f"| {dataset.name} | {len(lowest)} | {min(alone):.2f} | {workers:.2f} | {min(alone) / workers:.2f} "
        f"| {min(totals):.2f} | {min(totals) / min(alone):.2f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("datasets", type=Path, nargs="+")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    print(f"| dataset | parts | -j 1, s | -j {arguments.jobs}, s | times as fast | all processes, s | of -j 1 |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for dataset in arguments.datasets:
        print(measured(dataset, arguments.jobs), flush=True)


if __name__ == "__main__":
    main()
