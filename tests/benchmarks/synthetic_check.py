"""How `synth-check` judges real texts: `python -m tests.benchmarks.synthetic_check`.

Three questions. *Clean*: are halves of real questions to a bank (77 intents), one taken for synthetic, passed in each
of ten divisions? *Answers*: are the answers of five real models to 47 questions each passed, compared with what the
others answered? *Planted*: is each of eight faults, planted into a clean half, told by its own name, and by no other?
Printed are the rows that fail, and the seconds that a check takes. The evaluation set is Vicuna's questions.
"""

import argparse
import csv
import gzip
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from corpuskit.core.disk.spool import Spool
from corpuskit.core.document import Document, encode
from corpuskit.synthetic.checking.checks import CheckRow
from corpuskit.synthetic.synth_check import SynthCheck
from tests.benchmarks.corpus import SHARED

Rows = list[dict[str, Any]]
EMAIL = "m.keeper@harbour-town.com"
SEEDS = 300


def bank_rows(data: Path, division: int, number: int | None = None) -> Rows:
    """The questions, in an order that a seed decides."""
    with gzip.open(data / "product" / "banking77_train.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        rows = [
            {"id": str(number), "text": row["text"], "metadata": {"labels": {"intent": row["category"]}}}
            for number, row in enumerate(csv.DictReader(stream))
        ]
    random.Random(division).shuffle(rows)
    return rows[:number]


def evaluation_rows(data: Path) -> Rows:
    """Questions on which models are compared."""
    with gzip.open(data / "eval" / "vicuna_bench_question.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [{"question": json.loads(line)["turns"][0]} for line in lines]


def answer_rows(data: Path) -> dict[str, Rows]:
    """The answers by model."""
    by_model: dict[str, Rows] = {}
    with gzip.open(data / "synthetic" / "fastchat_answers.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            metadata = {"origin": "synthetic", "generator": row["model"], "gen_depth": 1}
            document = {"id": f"{row['model']}-{row['question_id']}", "text": row["text"], "metadata": metadata}
            by_model.setdefault(row["model"], []).append(document)
    return by_model


def checks_of(made: Rows, real: Rows, folder: Path, **files: Any) -> dict[str, CheckRow]:
    """Return the table, by name; `files` has documents for options that name a file, and other options as they are."""
    options: dict[str, Any] = {"real": [_write(folder / "real.jsonl", real)]}
    for name, value in files.items():
        options[name] = [_write(folder / f"{name}.jsonl", value)] if isinstance(value, list) else value
    step = SynthCheck(**options)
    with closing(Spool()) as lines:
        for row in made:
            lines.append(encode(Document(row["id"], row["text"], row["metadata"])))
        return {check.name: check for check in step.checks(lines)}


def failing(checks: dict[str, CheckRow]) -> list[str]:
    """Return the rows that fail, in words."""
    return [check.in_words() for check in checks.values() if check.fails]


def _write(path: Path, rows: Rows) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


class CleanHalves:
    """A half taken for synthetic, made of seeds of the other, for faults to be planted in."""

    def __init__(self, data: Path, division: int, number: int | None = None) -> None:
        rows, self.evals = bank_rows(data, division, number), evaluation_rows(data)
        self.real, self.made = rows[: len(rows) // 2], rows[len(rows) // 2 :]
        self.seeds = [dict(row) for row in self.real[:SEEDS]]
        for number, row in enumerate(self.made):
            row["metadata"] |= {"gen_depth": 1, "origin": "synthetic", "parents": [self.seeds[number % SEEDS]["id"]]}

    def checks(self, folder: Path) -> dict[str, CheckRow]:
        """Return the table."""
        return checks_of(self.made, self.real, folder, seeds=self.seeds, against=self.evals, by="labels.intent")


def copy_real(halves: CleanHalves) -> None:
    for number, row in enumerate(halves.made[::40]):
        row["text"] = halves.real[SEEDS + number]["text"]


def copy_each_other(halves: CleanHalves) -> None:
    longest = sorted(halves.made, key=lambda row: -len(row["text"]))
    for number, row in enumerate(halves.made[::25]):
        row["text"] = longest[number % 7]["text"]


def copy_seeds(halves: CleanHalves) -> None:
    for number, row in enumerate(halves.made):
        seed = halves.seeds[number % SEEDS]["text"]
        if len(seed.split()) > 25:
            row["text"] = f"{seed} {row['text'][:40]}"


def contaminate(halves: CleanHalves) -> None:
    longest = max(halves.evals, key=lambda row: len(row["question"]))
    halves.made[7]["text"] += f" {longest['question']}"


def leak(halves: CleanHalves) -> None:
    halves.seeds[3]["text"] += f" Write to {EMAIL}"
    halves.made[9]["text"] += f" My address is {EMAIL}"


def deepen(halves: CleanHalves) -> None:
    halves.made[3]["metadata"]["gen_depth"] = 2


def refuse(halves: CleanHalves) -> None:
    for row in halves.made[::100]:
        row["text"] = f"I'm sorry, but as an AI language model I cannot help with that. {row['text']}"


def flip_labels(halves: CleanHalves) -> None:
    names = sorted({row["metadata"]["labels"]["intent"] for row in halves.made})
    for row in halves.made[::5]:
        intent = row["metadata"]["labels"]["intent"]
        row["metadata"]["labels"] = {"intent": names[(names.index(intent) + 7) % len(names)]}


FAULTS: dict[str, tuple[Callable[[CleanHalves], None], set[str]]] = {
    "copies of real questions": (copy_real, {"near copies of real documents"}),
    "copies of each other": (copy_each_other, {"near copies of each other"}),
    "copies of seeds": (
        copy_seeds,
        {"copies of the own seed", "near copies of real documents", "agreement with labels"},
    ),
    "an evaluation item": (contaminate, {"items of evaluation sets"}),
    "an address of a seed": (leak, {"personal data of seeds or real documents"}),
    "a second generation": (deepen, {"documents deeper than gen_depth 1"}),
    "refusals": (refuse, {"refusals and boilerplate"}),
    "wrong labels": (flip_labels, {"agreement with labels", "agreement in the worst class"}),
}
"""What is planted, and the rows that may fail for it: the first has to, the others follow from it."""


def planted(data: Path, folder: Path, number: int | None = None) -> Iterator[tuple[str, set[str], dict[str, CheckRow]]]:
    """Yield each fault, the rows that may fail for it, and the table."""
    for name, (plant, rows) in FAULTS.items():
        halves = CleanHalves(data, 1, number)
        plant(halves)
        yield name, rows, halves.checks(folder)


def main() -> None:
    """Print all three."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--divisions", type=int, default=10)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for division in range(arguments.divisions):
            begin = time.process_time()
            alarms = failing(CleanHalves(arguments.data, division).checks(folder))
            print(
                f"division {division}: {alarms or 'passes'}, {time.process_time() - begin:.1f} CPU seconds", flush=True
            )
        by_model = answer_rows(arguments.data)
        for model, answers in by_model.items():
            others = [row for other, rows in by_model.items() if other != model for row in rows]
            print(f"answers of {model}: {failing(checks_of(answers, others, folder)) or 'pass'}", flush=True)
        for fault, rows, checks in planted(arguments.data, folder):
            told = {check.name for check in checks.values() if check.fails}
            verdict = "told" if told & rows and told <= rows else "NOT TOLD" if not told & rows else "told with others"
            print(f"{fault}: {verdict}: {'; '.join(failing(checks))}", flush=True)


if __name__ == "__main__":
    main()
