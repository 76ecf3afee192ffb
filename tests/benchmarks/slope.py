"""Memory and time of `mix` as its input grows: `python -m tests.benchmarks.slope FOLDER [--documents N] [--jobs J]`.

FOLDER holds JSONL texts (`docs` of the benchmark corpus). A recipe with quality rules, dedup, scrubbing, a budget and
shuffled output in two formats is built over N, 4 N and 16 N of them, cut into files of 1,000. Printed are CPU seconds,
CPU milliseconds a document, and the peak of resident memory of all processes of the run together, looked at
twenty times a second.
"""

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from corpuskit.core.document import encode
from corpuskit.core.reading.resolve import resolve
from corpuskit.core.stream.flow import Flow

FILE_DOCUMENTS = 1000
RECIPE = """
budget: {{tokens: {tokens}}}
sources:
  texts: {{from: files, inputs: [texts/], origin: other, steps: [{{filter-quality: {{rules: [gopher, c4]}}}}]}}
together: [dedup, scrub-pii]
output: {{dir: out, formats: [jsonl, parquet], order: shuffled, shard_documents: 200}}
"""


def lines(folder: Path) -> Iterator[bytes]:
    documents = Flow([], lambda verdict: None).documents(resolve([str(folder)], (".jsonl", ".jsonl.gz")))
    return (encode(document) + b"\n" for document in documents)


def prepare(source: Path, folder: Path, count: int) -> None:
    (folder / "texts").mkdir()
    found = itertools.islice(lines(source), count)
    for number, batch in enumerate(iter(lambda: list(itertools.islice(found, FILE_DOCUMENTS)), [])):
        (folder / "texts" / f"{number:05d}.jsonl").write_bytes(b"".join(batch))
    (folder / "recipe.yaml").write_text(RECIPE.format(tokens=count * 10))


def resident(process: int) -> int:
    """Bytes of memory of a process and all below it; pages that they share count once a process."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
        children = [path.read_text().split() for path in Path(f"/proc/{process}/task").glob("*/children")]
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(resident(int(child)) for part in children for child in part)


def measure(folder: Path, jobs: int) -> tuple[float, int]:
    """CPU seconds, and the peak of memory in bytes."""
    command = [sys.executable, "-m", "corpuskit", "mix", "recipe.yaml", "--quiet", "-j", str(jobs)]
    before = os.times()
    peak = 0
    with subprocess.Popen(command, cwd=folder) as run:
        while run.poll() is None:
            peak = max(peak, resident(run.pid))
            time.sleep(0.05)
    if run.returncode:
        sys.exit(run.returncode)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system, peak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=5000)
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_args()
    print(f"{'documents':>10} {'CPU s':>8} {'ms each':>8} {'peak MB':>8}")
    for times in (1, 4, 16):
        count = arguments.documents * times
        with tempfile.TemporaryDirectory(prefix="corpuskit-slope-") as scratch:
            prepare(arguments.folder.resolve(), Path(scratch), count)
            seconds, peak = measure(Path(scratch), arguments.jobs)
        print(f"{count:>10,} {seconds:>8.1f} {seconds / count * 1000:>8.2f} {peak / 1e6:>8.1f}", flush=True)


if __name__ == "__main__":
    main()
