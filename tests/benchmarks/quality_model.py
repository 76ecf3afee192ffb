"""How well `train-quality` tells good from bad, and how fast `filter-quality` is with its model.

    python -m tests.benchmarks.quality_model [--fasttext PYTHON]

Good are reviews with 5 stars, bad those with 1 or 2, all of the reviews in the data. Printed is the AUC on a fifth that
is held back by hash, and how many documents of 300 characters `filter-quality --model` judges in a CPU
second. With `--fasttext`, a Python that has the package fasttext (which cannot be installed next to fasttext-predict)
learns from the same rows and is asked about the same: words and pairs, with its own settings and with some others.
"""

import argparse
import csv
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import xxhash

from tests.benchmarks.corpus import SHARED

FASTTEXT = """
import json, sys, fasttext
model = fasttext.train_supervised("learn.txt", wordNgrams=2, thread=1, verbose=0, **json.loads(sys.argv[1]))
scores = []
for line in open("held.txt"):
    # `predict` of the last release fails under numpy 2; this is what it calls.
    by_label = {label: score for score, label in model.f.predict(line, 2, 0.0, "strict")}
    scores.append(by_label.get("__label__good", 0.0))
print(json.dumps(scores))
"""
SETTINGS = ({}, {"epoch": 25}, {"epoch": 25, "lr": 0.5}, {"epoch": 5, "lr": 1.0}, {"epoch": 50, "lr": 0.2})


def reviews() -> tuple[list[str], list[str]]:
    """The good and the bad reviews, each text once."""
    with gzip.open(SHARED / "product" / "clothing_reviews.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    good = dict.fromkeys(row["review_text"] for row in rows if row["rating"] == "5")
    bad = dict.fromkeys(row["review_text"] for row in rows if row["rating"] in "12")
    return [text for text in good if text not in bad], [text for text in bad if text not in good]


def is_held_back(text: str) -> bool:
    """Whether `train-quality` holds this text back."""
    return xxhash.xxh3_64_intdigest(text.encode()) % 5 == 0


def write(path: Path, texts: list[str]) -> None:
    lines = (json.dumps({"id": f"{path.stem}-{number}", "text": text}) for number, text in enumerate(texts))
    path.write_text("".join(f"{line}\n" for line in lines))


def cpu_seconds(folder: Path, *arguments: str) -> float:
    with open(os.devnull, "wb") as sink:
        process = subprocess.Popen([sys.executable, "-m", "corpuskit", *arguments, "--quiet"], cwd=folder, stdout=sink)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_utime + usage.ru_stime


def auc_of_fasttext(folder: Path, python: str, good: list[str], bad: list[str], settings: dict[str, float]) -> float:
    import numpy as np

    from corpuskit.text.quality_model.linear import area_under_curve

    labelled = [*((text, "good") for text in good), *((text, "bad") for text in bad)]
    learned = sorted(
        (pair for pair in labelled if not is_held_back(pair[0])),
        key=lambda pair: xxhash.xxh64_hexdigest(pair[0].encode()),
    )
    held = [pair for pair in labelled if is_held_back(pair[0])]
    (folder / "learn.txt").write_text("".join(f"__label__{name} {' '.join(text.split())}\n" for text, name in learned))
    (folder / "held.txt").write_text("".join(f"{' '.join(text.split())}\n" for text, _ in held))
    command = [python, "-c", FASTTEXT, json.dumps(settings)]
    answer = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    scores = np.array(json.loads(answer.splitlines()[-1]))
    is_good = np.array([name == "good" for _, name in held])
    return area_under_curve(scores[is_good], scores[~is_good])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fasttext", metavar="PYTHON", help="a Python with the package fasttext")
    python = parser.parse_args().fasttext
    good, bad = reviews()
    print(f"{len(good):,} good and {len(bad):,} bad reviews   {time.strftime('%d %B %Y')}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "good.jsonl", good)
        write(folder / "bad.jsonl", bad)
        command = [sys.executable, "-m", "corpuskit", "train-quality", "good.jsonl", "bad.jsonl", "-o", "reviews.model"]
        answer = json.loads(subprocess.run([*command, "--json"], cwd=folder, check=True, capture_output=True).stdout)
        print(f"train-quality      AUC {answer['auc']:.4f}   {answer['bytes']:,} bytes   controls {answer['controls']}")
        if python:
            for settings in SETTINGS:
                auc = auc_of_fasttext(folder, python, good, bad, settings)
                print(f"fasttext           AUC {auc:.4f}   {settings or 'its own settings'}")
        prose = " ".join([*good, *bad])
        write(folder / "speed.jsonl", [prose[300 * number : 300 * number + 300] for number in range(2_500)] * 40)
        empty = cpu_seconds(folder, "head", "-n", "1", "speed.jsonl")
        seconds = cpu_seconds(folder, "filter-quality", "--model", "reviews.model", "speed.jsonl")
        speed = f"{100_000 / seconds:,.0f} documents of 300 characters a CPU second"
        print(f"filter-quality     {speed}, with {empty:.2f} s to start")


if __name__ == "__main__":
    main()
