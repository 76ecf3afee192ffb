"""What `reweigh` makes of feedback whose preference is known: `python -m tests.benchmarks.reweighing`.

The texts are real, the users are not: each of some made-up users accepts texts of one kind and rejects those of others.
Kinds are departments of a clothing shop's reviews, groups of questions to a bank, and languages of web pages; half of
the texts of a kind are the corpus, half the feedback. Printed are the largest change that each of these makes to a
share, and what it does to the kind that is preferred:

    planted   all users prefer one kind
    random    users accept and reject at random, over several seeds
    flood     one tenant of four prefers another kind: first it is as loud as the others, then its ten times as many
              users send what they can
"""

import argparse
import csv
import gzip
import io
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from corpuskit.mix.recipe.recipe import load_recipe
from corpuskit.mix.reweigh import Reweigh
from tests.benchmarks.corpus import SHARED

Texts = dict[str, list[str]]
TENANTS, USERS = 4, 30
OF_KIND = 800


def table(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path) as stream:
        yield from csv.DictReader(io.TextIOWrapper(stream, "utf-8"))


def reviews() -> Texts:
    texts: Texts = {}
    for row in table(SHARED / "product" / "clothing_reviews.csv.gz"):
        if row["department_name"] in ("Tops", "Dresses", "Bottoms", "Jackets") and row["review_text"]:
            texts.setdefault(row["department_name"].lower(), []).append(row["review_text"])
    return texts


def questions() -> Texts:
    texts: Texts = {}
    for row in table(SHARED / "product" / "banking77_train.csv.gz"):
        kind = row["category"].split("_")[0].lower()
        if kind in ("card", "transfer", "cash", "top", "exchange"):
            texts.setdefault(kind, []).append(row["text"])
    return texts


def pages() -> Texts:
    texts: Texts = {}
    with gzip.open(SHARED / "extract" / "daniel_news_5lang.gold.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            texts.setdefault(row["lang"], []).append(row["gold_text"])
    return {kind: members for kind, members in texts.items() if len(members) >= 60}


def halves(texts: Texts) -> tuple[Texts, Texts]:
    chance = random.Random(7)
    first, second = {}, {}
    for kind, members in sorted(texts.items()):
        members = sorted(set(members))
        chance.shuffle(members)
        members = members[:OF_KIND]
        first[kind], second[kind] = members[::2], members[1::2]
    return first, second


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def give_feedback(folder: Path, texts: Texts, prefers: Callable[[int, str], bool], loud: int = 1) -> None:
    """Write good.jsonl and bad.jsonl: users of tenants each meet texts, and accept those that their tenant prefers."""
    sets: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for kind, members in texts.items():
        for number, text in enumerate(members):
            for tenant in range(TENANTS) if loud > 1 else [number % TENANTS]:
                if tenant and number % TENANTS != tenant:
                    continue
                # The loud tenant meets nearly every text, by ten times as many users.
                user = number % (USERS * (loud if tenant == 0 else 1))
                metadata = {
                    "tenant": f"t{tenant}",
                    "actor": f"u{user}",
                    "consent": {"scope": ["text", "train"], "basis": "terms"},
                }
                row = {"id": f"{kind}-{number}-{tenant}", "text": text, "metadata": metadata}
                sets[prefers(tenant, kind)].append(row)
    write(folder / "good.jsonl", sets[True])
    write(folder / "bad.jsonl", sets[False])


def answer(folder: Path) -> dict[str, Any]:
    recipe = load_recipe(folder / "recipe.yaml")
    return Reweigh(corpus=folder / "corpus.jsonl").reweigh(
        recipe, str(folder / "good.jsonl"), str(folder / "bad.jsonl")
    )


def moves(result: dict[str, Any]) -> dict[str, float]:
    return {name: row["new"] - row["share"] for name, row in result["sources"].items()}


def measure(name: str, texts: Texts, seeds: int) -> None:
    corpus, feedback = halves(texts)
    kinds = list(corpus)
    with tempfile.TemporaryDirectory() as folder_name:
        folder = Path(folder_name)
        rows = [
            {"id": f"{kind}-{number}", "text": text, "metadata": {"source": kind}}
            for kind, members in corpus.items()
            for number, text in enumerate(members)
        ]
        write(folder / "corpus.jsonl", rows)
        sources = [
            f"  {kind}: {{from: files, inputs: [in.jsonl], origin: public_dataset, license: MIT}}" for kind in kinds
        ]
        (folder / "recipe.yaml").write_text("\n".join(["budget: {tokens: 1000000}", "sources:", *sources, ""]))
        planted: list[tuple[float, float]] = []
        for kind in kinds:
            give_feedback(folder, feedback, lambda _, each, kind=kind: each == kind)
            result = answer(folder)
            row = result["sources"][kind]
            planted.append((row["new"] / row["share"] - 1, result["auc"]))
        low, high = min(planted), max(planted)
        print(f"{name:10} planted  preferred {low[0]:+.1%} to {high[0]:+.1%}, AUC {low[1]:.3f} to {high[1]:.3f}")
        worst = 0.0
        for seed in range(seeds):
            chance = random.Random(seed)
            give_feedback(folder, feedback, lambda *_, chance=chance: chance.random() < 0.5)
            worst = max(worst, *map(abs, moves(answer(folder)).values()))
        print(f"{name:10} random   at most {100 * worst:.2f} points, over {seeds} seeds")
        quiet, other = kinds[0], kinds[1]
        give_feedback(folder, feedback, lambda tenant, each: each == (quiet if tenant else other))
        before = moves(answer(folder))
        give_feedback(folder, feedback, lambda tenant, each: each == (quiet if tenant else other), loud=10)
        result = answer(folder)
        after = moves(result)
        print(
            f"{name:10} flood    {quiet} {100 * before[quiet]:+.2f} to {100 * after[quiet]:+.2f} points, "
            f"{other} {100 * before[other]:+.2f} to {100 * after[other]:+.2f}, AUC {result['auc']:.3f}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    seeds = parser.parse_args().seeds
    print(time.strftime("%d %B %Y"), file=sys.stderr)
    for name, texts in (("reviews", reviews()), ("questions", questions()), ("pages", pages())):
        measure(name, texts, seeds)


if __name__ == "__main__":
    main()
