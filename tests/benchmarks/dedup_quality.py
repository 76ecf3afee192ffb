"""Recall and precision of `dedup` on real texts: `python -m tests.benchmarks.dedup_quality [--threshold T] [FOLDER]`.

FOLDER (default `../shared/data`) holds `dedup/articles_1000.train.gz` with its planted pairs, and the news texts of
`extract/daniel_news_5lang.gold.jsonl.gz`. *Planted*: recall of the planted pairs, precision of the drops.
*Full comparison*: every document is compared with all before it; one whose shingles are shared with any of them from
the threshold on should be dropped. Recall and precision of drops are against that; an estimate misjudges documents
that lie close to the threshold, so the share of wrong ones farther than 0.1 from it is printed too.
*Copies*: of each text of 100 words or more a copy is added, of which so many words are changed that the two have a
Jaccard similarity near 0.9. Recall is of these copies; precision is the share of all drops that have a Jaccard
similarity of 0.7 or more to some document before them.
"""

import argparse
import gzip
import json
import random
from collections import defaultdict
from pathlib import Path

import numpy as np

from corpuskit.core.document import Document
from corpuskit.core.step import Drop
from corpuskit.stages.dedup import Dedup
from corpuskit.text.dedup.shingles import shingles

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
OPTIONS: dict[str, dict[str, str]] = {"signature": {}, "jaccard": {"verify": "jaccard"}}


def articles(folder: Path) -> list[Document]:
    with gzip.open(folder / "dedup/articles_1000.train.gz", "rt", encoding="utf-8") as lines:
        return [Document(name, text) for name, text in (line.rstrip("\n").split(" ", 1) for line in lines)]


def news(folder: Path) -> list[Document]:
    with gzip.open(folder / "extract/daniel_news_5lang.gold.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [Document(page["id"], page["gold_text"]) for page in map(json.loads, lines)]


def nearest(documents: list[Document]) -> dict[str, float]:
    """For each document the greatest Jaccard similarity to any document before it, by comparing all."""
    holders: dict[int, list[int]] = defaultdict(list)
    sizes, found = [], {}
    for number, document in enumerate(documents):
        hashes = np.unique(shingles(document.text, 5)).tolist()
        shared = np.bincount([other for value in hashes for other in holders[value]], minlength=number or 1)
        unions = len(hashes) + np.array(sizes or [1]) - shared
        found[document.id] = float((shared / np.maximum(unions, 1)).max())
        sizes.append(len(hashes))
        for value in hashes:
            holders[value].append(number)
    return found


def dropped(documents: list[Document], threshold: float, options: dict[str, str]) -> dict[str, str]:
    step = Dedup(threshold=threshold, **options)  # type: ignore[arg-type]
    return {item.document.id: item.values["of"] for item in step.run(documents) if isinstance(item, Drop)}


def with_copies(documents: list[Document]) -> tuple[list[Document], set[str]]:
    """The documents and, behind them, altered copies; the ids of the copies."""
    generator, copies = random.Random(9), []
    for document in documents:
        words = document.text.split(" ")
        # Each changed word changes five shingles of the union: 1 in 95 words gives 0.9.
        for place in generator.sample(range(len(words)), len(words) // 95) if len(words) >= 100 else ():
            words[place] = f"x{generator.randrange(10**6)}"
        if (text := " ".join(words)) != document.text:
            copies.append(Document(f"copy of {document.id}", text))
    return documents + copies, {copy.id for copy in copies}


def report_copies(verify: str, options: dict[str, str], documents: list[Document], threshold: float) -> None:
    together, copies = with_copies(documents)
    similar = nearest(together)
    drops = dropped(together, threshold, options)
    mean = sum(similar[copy] for copy in copies) / len(copies)
    right = sum(similar[name] >= 0.7 for name in drops)
    print(
        f"{verify:10}copies    recall {share(len(copies & drops.keys()), len(copies))} (mean Jaccard {mean:.3f}), "
        f"precision {share(right, len(drops))}"
    )


def share(part: int, whole: int) -> str:
    return f"{part}/{whole} = {part / whole:.3f}" if whole else "0/0"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    parser.add_argument("--threshold", type=float, default=0.8)
    arguments = parser.parse_args()
    truth = (arguments.folder / "dedup/articles_1000.truth").read_text().splitlines()
    planted = {tuple(sorted(line.split())) for line in truth}
    sets = {"articles": articles(arguments.folder), "news": news(arguments.folder)}
    best = {name: nearest(documents) for name, documents in sets.items()}
    for verify, options in OPTIONS.items():
        report_copies(verify, options, [*sets["articles"], *sets["news"]], arguments.threshold)
        for name, documents in sets.items():
            drops = dropped(documents, arguments.threshold, options)
            if name == "articles":
                pairs = {tuple(sorted(pair)) for pair in drops.items()}
                hits = len(pairs & planted)
                print(f"{verify:10}planted   recall {share(hits, len(planted))}, precision {share(hits, len(pairs))}")
            right = {name for name, value in best[name].items() if value >= arguments.threshold}
            wrong = right ^ drops.keys()
            far = sum(abs(best[name][document] - arguments.threshold) > 0.1 for document in wrong)
            hits = len(right & drops.keys())
            print(
                f"{verify:10}{name:10}recall {share(hits, len(right))}, precision {share(hits, len(drops))}, "
                f"wrong by more than 0.1: {far} of {len(documents)} documents"
            )


if __name__ == "__main__":
    main()
