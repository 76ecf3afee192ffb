"""How near `aggregate-labels --method auto` comes to the better method: `python -m tests.benchmarks.label_methods`.

The votes are those of two real sets with gold, adult2 of Get-Another-Label and that of Mozafari et al. For each of some
random splits one half of the gold is given to `auto`, and all methods are scored on the other half. Printed are the
shares of right labels and by how many items `auto` is above or below the better of majority and Dawid-Skene; last, the
votes a CPU second of the whole command on made-up votes.
"""

import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.corpus import SHARED

SETS = ("adult2", "mozafari")
METHODS = ("majority", "dawid-skene")


def read(name: str) -> list[dict[str, Any]]:
    with gzip.open(SHARED / "product" / "crowd" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def write_votes(path: Path, votes: Iterator[tuple[str, str, str]]) -> int:
    """Write votes (item, rater, label) as `signals` would; return their number."""
    count = 0
    with path.open("w") as file:
        for count, (item, rater, label) in enumerate(votes, start=1):
            metadata = {
                "tenant": "acme",
                "consent": {"scope": ["label"]},
                "actor": rater,
                "labels": {"label": label},
                "signal": {"kind": "label", "value": label, "weight": 1.0, "item": item},
            }
            file.write(json.dumps({"id": f"v{count}", "text": "", "metadata": metadata}) + "\n")
    return count


def made_up_votes(items: int) -> Iterator[tuple[str, str, str]]:
    """Four votes an item, by 500 raters of whom the best are right in 95 of 100 cases and the worst in 55."""
    choice = random.Random(1)
    for item in range(items):
        truth = choice.random() < 0.3
        for rater in choice.sample(range(500), 4):
            is_right = choice.random() < 0.55 + 0.4 * rater / 500
            yield f"i{item}", f"r{rater}", str(truth == is_right)


def aggregate(folder: Path, votes: str, *arguments: str) -> float:
    """CPU seconds of `aggregate-labels`, which writes `labels.jsonl`."""
    command = [sys.executable, "-m", "corpuskit", "aggregate-labels", votes, *arguments, "-q", "-o", "labels.jsonl"]
    process = subprocess.Popen(command, cwd=folder)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_utime + usage.ru_stime


def labels_of(folder: Path, votes: str, *arguments: str) -> dict[str, str]:
    aggregate(folder, votes, "--min-raters", "1", "--min-posterior", "0", *arguments)
    documents = map(json.loads, (folder / "labels.jsonl").read_text().splitlines())
    return {document["metadata"]["signal"]["item"]: document["metadata"]["labels"]["label"] for document in documents}


def compare(folder: Path, name: str, seeds: range) -> None:
    """Print a line for each split of one set, and the sum of them."""
    votes = read(f"{name}_votes")
    write_votes(folder / "votes.jsonl", ((vote["item"], vote["rater"], vote["label"]) for vote in votes))
    voted = {vote["item"] for vote in votes}
    gold = {row["item"]: row["gold"] for row in read(f"{name}_gold") if row["item"] in voted}
    labels = {method: labels_of(folder, "votes.jsonl", "--method", method) for method in METHODS}
    above = []
    for seed in seeds:
        items = sorted(gold)
        random.Random(seed).shuffle(items)
        given, held = items[: len(items) // 2], items[len(items) // 2 :]
        rows = [json.dumps({"item": item, "label": gold[item]}) for item in given]
        (folder / "gold.jsonl").write_text("\n".join(rows))
        labels["auto"] = labels_of(folder, "votes.jsonl", "--gold", "gold.jsonl")
        right = {method: sum(found.get(item) == gold[item] for item in held) for method, found in labels.items()}
        above.append(right["auto"] - max(right[method] for method in METHODS))
        shares = "   ".join(f"{method} {count / len(held):.3f}" for method, count in right.items())
        print(f"{name:10} split {seed:4}   {shares}   auto {above[-1]:+} of {len(held)} items", flush=True)
    mean = sum(above) / len(above)
    print(f"{name:10} {len(above)} splits: auto between {min(above):+} and {max(above):+}, mean {mean:+.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=100, help="seed of the first split")
    parser.add_argument("--splits", type=int, default=10)
    given = parser.parse_args()
    print(time.strftime("%d %B %Y"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for of in SETS:
            compare(folder, of, range(given.first, given.first + given.splits))
        count = write_votes(folder / "many.jsonl", made_up_votes(60_000))
        for method in METHODS:
            seconds = aggregate(folder, "many.jsonl", "--method", method)
            print(f"{method:12} {count:,} votes, {count / seconds:,.0f} a CPU second of the whole command")


if __name__ == "__main__":
    main()
