"""How long `filter-quality`, `filter-language` and `scrub-pii` take for each kind of text, beside another checkout.

    python -m tests.benchmarks.stream_speed --old CHECKOUT [--rounds N] [--step NAME] [--kept-by-both] FILE.jsonl…

Each file is a stream of documents, the first of them English prose that is kept. Every measurement is a process of its
own, warmed up by one document (`scrub-pii`, which compiles patterns when they are first needed, by the whole stream).
Figures are CPU seconds of the stage alone, the least of the rounds, which take turns. `times` is old by new: above 1,
this checkout is faster. A checkout that drops documents at its first rules does less work, so the shares that each
keeps are given, and what a megabyte costs beside one of the first stream. With `--kept-by-both`, only the documents
that both checkouts keep are measured, for which both apply every rule.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
STAGES = {
    "filter-quality": "FilterQuality()",
    "filter-language": "FilterLanguage(annotate=True)",
    "scrub-pii": "ScrubPii()",
}
MEASURE = """
import json, sys, time
from corpuskit.stages.filter_language import FilterLanguage
from corpuskit.stages.filter_quality import FilterQuality
from corpuskit.stages.scrub_pii import ScrubPii
from corpuskit.core.document import Document
step = {stage}
step.apply_many([Document("", "The mole keeps the sea from the harbour: +1 212-555-0100, mole@example.org", {{}})])
records = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
documents = [Document(str(n), each["text"], each.get("metadata", {{}})) for n, each in enumerate(records)]
if {warmed}:
    step.apply_many(documents)
start = time.process_time()
kept = []
for first in range(0, len(documents), 256):
    outcomes = step.apply_many(documents[first : first + 256])
    kept += [first + row for row, each in enumerate(outcomes) if isinstance(each, Document)]
seconds = time.process_time() - start
print(json.dumps([seconds, len(documents), kept, sum(len(each["text"].encode()) for each in records) / 1e6]))
"""


class Measured(NamedTuple):
    """What a stage took for a stream, and what it kept of it."""

    seconds: float
    documents: int
    kept: list[int]
    megabytes: float

    @property
    def share(self) -> float:
        """The share of documents that are kept."""
        return len(self.kept) / max(self.documents, 1)


def measured(checkout: Path, stage: str, stream: Path) -> Measured:
    """Return what a stage of a checkout takes for a stream, in CPU seconds."""
    command = [
        sys.executable,
        "-c",
        MEASURE.format(stage=STAGES[stage], warmed=stage == "scrub-pii"),
        str(stream.resolve()),
    ]
    environment = {**os.environ, "PYTHONPATH": str(checkout.resolve())}
    run = subprocess.run(command, env=environment, cwd=checkout, check=True, capture_output=True, text=True)
    return Measured(*json.loads(run.stdout))


def kept_by_all(checkouts: list[Path], stage: str, stream: Path, folder: Path) -> Path:
    """Return a stream of the documents that every checkout keeps; it is made in the folder."""
    rows = set.intersection(*(set(measured(each, stage, stream).kept) for each in checkouts))
    with stream.open(encoding="utf-8") as lines, (folder / stream.name).open("w", encoding="utf-8") as kept:
        kept.writelines(line for row, line in enumerate(lines) if row in rows)
    return folder / stream.name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--old", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--step", action="append", choices=STAGES, dest="steps")
    parser.add_argument("--kept-by-both", action="store_true")
    parser.add_argument("files", nargs="+", type=Path)
    given = parser.parse_args()
    checkouts = [given.old, ROOT]
    print("| step | stream | MB | old CPU s | new CPU s | times | old keeps | new keeps | a MB beside the first |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for stage in given.steps or STAGES:
            first = 0.0
            for stream in given.files:
                part = kept_by_all(checkouts, stage, stream, Path(folder)) if given.kept_by_both else stream
                rounds = [[measured(each, stage, part) for each in checkouts] for _ in range(given.rounds)]
                old, new = (min(results) for results in zip(*rounds, strict=True))
                first = first or new.seconds / new.megabytes
                print(
                    f"| {stage} | {stream.stem} | {new.megabytes:.1f} | {old.seconds:.3f} | {new.seconds:.3f} "
                    f"| {old.seconds / new.seconds:.2f} | {old.share:.2f} | {new.share:.2f} "
                    f"| {new.seconds / new.megabytes / first:.2f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
