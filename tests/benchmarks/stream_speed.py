"""How long `filter-quality` and `filter-language` take for each kind of text, beside another checkout.

    python -m tests.benchmarks.stream_speed --old CHECKOUT [--rounds N] [--step NAME] FILE.jsonl…

Each file is a stream of documents, the first of them English prose that is kept. Every measurement is a process of its
own, warmed up by one document; CPU seconds of the stage alone, the least of the rounds, which take turns. `times` is
old by new: above 1, this checkout is faster. A checkout that drops documents at its first rules does less work, so the
shares that each keeps are given, and what a megabyte costs beside one of the first stream.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STAGES = {"filter-quality": "FilterQuality()", "filter-language": "FilterLanguage(annotate=True)"}
MEASURE = """
import json, sys, time
from corpuskit.stages.filter_language import FilterLanguage
from corpuskit.stages.filter_quality import FilterQuality
from corpuskit.core.document import Document
step = {stage}
step.apply_many([Document("", "The mole keeps the sea from the harbour.", {{}})])
records = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
documents = [Document(str(n), each["text"], each.get("metadata", {{}})) for n, each in enumerate(records)]
start = time.process_time()
kept = 0
for first in range(0, len(documents), 256):
    kept += sum(isinstance(each, Document) for each in step.apply_many(documents[first : first + 256]))
seconds = time.process_time() - start
print(json.dumps([seconds, kept / len(documents), sum(len(each["text"].encode()) for each in records) / 1e6]))
"""


def measured(checkout: Path, stage: str, stream: Path) -> tuple[float, float, float]:
    """Return the CPU seconds of a stage, the share of documents that it keeps, and the megabytes of the stream."""
    command = [sys.executable, "-c", MEASURE.format(stage=STAGES[stage]), str(stream.resolve())]
    environment = {**os.environ, "PYTHONPATH": str(checkout.resolve())}
    run = subprocess.run(command, env=environment, cwd=checkout, check=True, capture_output=True, text=True)
    seconds, kept, size = json.loads(run.stdout)
    return seconds, kept, size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--old", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--step", action="append", choices=STAGES, dest="steps")
    parser.add_argument("files", nargs="+", type=Path)
    given = parser.parse_args()
    print("| step | stream | MB | old CPU s | new CPU s | times | old keeps | new keeps | a MB beside the first |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for stage in given.steps or STAGES:
        first = 0.0
        for stream in given.files:
            rounds = [[measured(each, stage, stream) for each in (given.old, ROOT)] for _ in range(given.rounds)]
            old, new = (min(results) for results in zip(*rounds, strict=True))
            first = first or new[0] / new[2]
            print(
                f"| {stage} | {stream.stem} | {new[2]:.1f} | {old[0]:.3f} | {new[0]:.3f} | {old[0] / new[0]:.2f} "
                f"| {old[1]:.2f} | {new[1]:.2f} | {new[0] / new[2] / first:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
