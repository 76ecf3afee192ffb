"""How `synth-check` judges long answers and reviews: `python -m tests.benchmarks.synthetic_answers`.

Faults are planted into the 235 answers of five models, less those with phrases of assistants, which are compared with
what people wrote to people as assistants. For the labels, which are the categories of the questions, answers of some
models are compared with those of others. *Reviews*: ten divisions of reviews of clothes, whose label is the department,
pass as they are, and do not with a fifth of the labels changed. Printed are the rows that fail.
"""

import argparse
import copy
import csv
import gzip
import json
import random
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpuskit.synthetic.checking.checks import CheckRow
from corpuskit.synthetic.checking.phrases import is_boilerplate
from tests.benchmarks.corpus import SHARED
from tests.benchmarks.synthetic_check import Rows, answer_rows, checks_of, failing

ADDRESS = "m.keeper@harbour-town.com"
REVIEWS = 6000
MODELS_TAKEN_FOR_REAL = ("gpt35", "bard", "vicuna-13b")
LONG_SEED = 40
"""Words of a seed that is worth copying."""


@dataclass
class Answers:
    """Answers, what they are compared with, and the seeds that they say they were made from."""

    made: Rows
    real: Rows
    seeds: Rows
    evals: Rows

    def checks(self, folder: Path) -> dict[str, CheckRow]:
        """Return the table."""
        return checks_of(self.made, self.real, folder, seeds=self.seeds, against=self.evals)


def people_rows(data: Path) -> tuple[Rows, Rows]:
    """What people asked, and what people answered as assistants."""
    questions: Rows = []
    replies: Rows = []
    with gzip.open(data / "product" / "oasst_en_trees.jsonl.gz", "rt", encoding="utf-8") as lines:
        waiting = [json.loads(line)["prompt"] for line in lines]
    while waiting:
        message = waiting.pop()
        waiting += message.get("replies", ())
        row = {"id": message["message_id"], "text": message["text"], "metadata": {}}
        (replies if message["role"] == "assistant" else questions).append(row)
    return questions, replies


def plain_answers(data: Path) -> Answers:
    """The answers without phrases of assistants, each made from a long question of a person."""
    questions, replies = people_rows(data)
    with gzip.open(data / "eval" / "decon_bundled" / "gsm8k_test-1.jsonl.gz", "rt", encoding="utf-8") as lines:
        evals = [{"question": json.loads(line)["question"]} for line in lines]
    seeds = sorted(questions, key=lambda row: (-len(row["text"]), row["id"]))[:80]
    made = [row for rows in answer_rows(data).values() for row in rows if not is_boilerplate(row["text"])]
    for number, row in enumerate(made):
        row["metadata"]["parents"] = [seeds[number % len(seeds)]["id"]]
    return Answers(made, replies, seeds, evals)


def near_copies(answers: Answers) -> None:
    longest = sorted(answers.made, key=lambda row: -len(row["text"]))
    for original, row in zip(longest[:7], longest[-7:], strict=True):
        row["text"] = f"{original['text']} That is all."


def copies_of_seeds(answers: Answers) -> None:
    texts = {seed["id"]: seed["text"] for seed in answers.seeds}
    for row in answers.made:
        seed = texts[row["metadata"]["parents"][0]]
        if len(seed.split()) > LONG_SEED:
            row["text"] = f"{seed} {row['text'][:40]}"


def leak_of_an_evaluation(answers: Answers) -> None:
    longest = max(answers.evals, key=lambda row: len(row["question"]))
    answers.made[50]["text"] += f"\nAnother example: {longest['question'].lower()}"


def one_template(answers: Answers) -> None:
    for row in answers.made:
        words = row["text"].split()
        row["text"] = (
            f"The question is about {' '.join(words[:4])}. There are three points that everybody should keep in mind "
            f"about it. First, {' '.join(words[4:8])}. Second, one has to look at all sides of the matter. Third, "
            f"{' '.join(words[8:12])}. Taken together, these three points tell what there is to know about it."
        )


def refusals(answers: Answers) -> None:
    for row in answers.made[::40]:
        row["text"] = f"I'm sorry, but I can't assist with that request. {row['text'][:80]}"


def personal_data(answers: Answers) -> None:
    answers.seeds[3]["text"] += f" Write to {ADDRESS}."
    answers.made[9]["text"] += f" You can reach them at {ADDRESS.upper()}."


def second_generation(answers: Answers) -> None:
    answers.made[3]["metadata"]["gen_depth"] = 2


OWN_SEED, OF_EACH_OTHER = "copies of the own seed", "near copies of each other"
DIVERSITY = "compression against real texts"
FAULTS: dict[str, tuple[Callable[[Answers], None], str, set[str]]] = {
    "near copies": (near_copies, OF_EACH_OTHER, set()),
    "copies of seeds": (copies_of_seeds, OWN_SEED, {OF_EACH_OTHER, DIVERSITY}),
    "a question of GSM8K": (leak_of_an_evaluation, "items of evaluation sets", set()),
    "one template": (one_template, DIVERSITY, {OF_EACH_OTHER}),
    "refusals": (refusals, "refusals and boilerplate", set()),
    "an address of a seed": (personal_data, "personal data of seeds or real documents", set()),
    "a second generation": (second_generation, "documents deeper than gen_depth 1", set()),
}
"""What is planted, the row that has to fail for it, and those that may fail with it."""


def planted(data: Path, folder: Path) -> Iterator[tuple[str, str, set[str], dict[str, CheckRow]]]:
    """Yield each fault, the row that has to fail, those that may, and the table."""
    clean = plain_answers(data)
    for name, (plant, row, others) in FAULTS.items():
        answers = copy.deepcopy(clean)
        plant(answers)
        yield name, row, others, answers.checks(folder)


def answers_by_category(data: Path) -> tuple[Rows, Rows]:
    """The answers of some models, taken for real, and those of the others, with the question's category as label."""
    with gzip.open(data / "eval" / "vicuna_bench_question.jsonl.gz", "rt", encoding="utf-8") as lines:
        category = {str(row["question_id"]): row["category"] for row in map(json.loads, lines)}
    real: Rows = []
    made: Rows = []
    for model, rows in answer_rows(data).items():
        for row in rows:
            row["metadata"]["labels"] = {"kind": category[row["id"].rpartition("-")[2]]}
        (real if model in MODELS_TAKEN_FOR_REAL else made).extend(rows)
    return real, made


def flip_labels(rows: Rows, key: str) -> Rows:
    """Return the rows with every fifth label changed to the next one."""
    names = sorted({row["metadata"]["labels"][key] for row in rows})
    flipped = copy.deepcopy(rows)
    for row in flipped[::5]:
        label = row["metadata"]["labels"][key]
        row["metadata"]["labels"] = {key: names[(names.index(label) + 1) % len(names)]}
    return flipped


def review_halves(data: Path, division: int) -> tuple[Rows, Rows]:
    """Reviews in two halves, the second one taken for synthetic."""
    with gzip.open(data / "product" / "clothing_reviews.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        rows: Rows = [
            {"id": str(number), "text": row["review_text"], "metadata": {"labels": {"part": row["department_name"]}}}
            for number, row in enumerate(csv.DictReader(stream))
            if row["department_name"] and row["review_text"]
        ]
    random.Random(division).shuffle(rows)
    real, made = rows[: REVIEWS // 2], rows[REVIEWS // 2 : REVIEWS]
    for row in made:
        row["metadata"] |= {"gen_depth": 1, "origin": "synthetic"}
    return real, made


def label_rows(made: Rows, real: Rows, folder: Path, key: str) -> dict[str, CheckRow]:
    """Return the table for labels in a field."""
    return checks_of(made, real, folder, by=f"labels.{key}")


def verdict(row: str, others: set[str], checks: dict[str, CheckRow]) -> str:
    """Return whether the row fails that has to, and no other than may."""
    names = {check.name for check in checks.values() if check.fails}
    if row not in names:
        return "NOT TOLD"
    return "told" if names <= {row, *others} else "told with others"


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--divisions", type=int, default=10)
    arguments = parser.parse_args()
    data = arguments.data
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clean = plain_answers(data)
        print(f"{len(clean.made)} plain answers: {failing(clean.checks(folder)) or 'pass'}", flush=True)
        for fault, row, others, checks in planted(data, folder):
            print(f"{fault}: {verdict(row, others, checks)}: {'; '.join(failing(checks))}", flush=True)
        real, made = answers_by_category(data)
        labels = {"agreement with labels", "agreement in the worst class"}
        print("categories:", _labels_in_words(label_rows(made, real, folder, "kind"), labels), flush=True)
        flipped = label_rows(flip_labels(made, "kind"), real, folder, "kind")
        print("categories, a fifth changed:", _labels_in_words(flipped, labels), flush=True)
        for division in range(arguments.divisions):
            real, made = review_halves(data, division)
            for what, rows in (("as they are", made), ("a fifth changed", flip_labels(made, "part"))):
                failures = failing(label_rows(rows, real, folder, "part"))
                print(f"reviews, division {division}, {what}: {failures or 'pass'}", flush=True)


def _labels_in_words(checks: dict[str, CheckRow], names: set[str]) -> str:
    return "; ".join(f"{'FAILS ' * check.fails}{check.in_words()}" for check in checks.values() if check.name in names)


if __name__ == "__main__":
    main()
