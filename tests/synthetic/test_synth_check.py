"""`synth-check`: planted faults are told by their names, and clean documents pass."""

import csv
import gzip
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpuskit.core.disk.spool import Spool
from corpuskit.core.document import encode
from corpuskit.core.errors import RefusedError, UsageError
from corpuskit.core.step import Document
from corpuskit.synthetic.checking.checks import CheckRow
from corpuskit.synthetic.checking.labels import Hits, share_in_mixture, worst_class
from corpuskit.synthetic.checking.phrases import is_boilerplate
from corpuskit.synthetic.checking.ratio_interval import _wilson, highest_ratio
from corpuskit.synthetic.synth_check import SynthCheck
from tests.conftest import Run, lines_of

CLASSES = ("card", "fees", "transfer", "limit")
NUMBER = 400
CATEGORY_STEP = 8
"""Every how many-th category of real questions is taken: ten say the same in a fraction of the time."""
EMAIL = "keeper@harbour-town.com"


def made_up(seed: int, number: int = NUMBER, words_in_text: int = 25) -> list[dict[str, Any]]:
    """Return texts of random words, of which a third tell the class."""
    chance = random.Random(seed)
    letters = random.Random(0)
    words = ["".join(letters.choices("abcdefghijklmnop", k=letters.randint(3, 8))) for _ in range(2000)]
    rows = []
    for row in range(number):
        name = CLASSES[row % len(CLASSES)]
        start = CLASSES.index(name) * 100
        own_words = chance.choices(words[start : start + 100], k=words_in_text // 3)
        chosen = [*own_words, *chance.choices(words[400:], k=words_in_text - len(own_words))]
        chance.shuffle(chosen)
        text = " ".join(chosen)
        rows.append({"id": f"{seed}-{row}", "text": text, "metadata": {"labels": {"intent": name}}})
    return rows


class Case:
    """Real documents, seeds and synthetic documents, to plant faults in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.real, self.seeds, self.made = made_up(1, 2 * NUMBER), made_up(2, 100), made_up(3)
        self.evals = [{"question": row["text"]} for row in made_up(4, 20)]
        for number, row in enumerate(self.made):
            row["metadata"] |= {"gen_depth": 1, "parents": [self.seeds[number % 100]["id"]], "origin": "synthetic"}

    def write(self) -> None:
        """Write what the synthetic documents are compared with."""
        for name in ("real", "seeds", "evals"):
            (self.folder / f"{name}.jsonl").write_bytes(lines_of(getattr(self, name)))

    def checks(self, **options: Any) -> dict[str, CheckRow]:
        """Return the rows of the table by name."""
        self.write()
        step = SynthCheck(
            real=[self.folder / "real.jsonl"],
            seeds=[self.folder / "seeds.jsonl"],
            against=[self.folder / "evals.jsonl"],
            by="labels.intent",
            **options,
        )
        with closing(Spool()) as lines:
            for row in self.made:
                lines.append(encode(Document(row["id"], row["text"], row["metadata"])))
            return {check.name: check for check in step.checks(lines)}


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def failures(checks: dict[str, CheckRow]) -> set[str]:
    return {name for name, check in checks.items() if check.fails}


def test_clean_documents_pass_every_check(case: Case) -> None:
    (case.folder / "q.json").write_text(json.dumps({"by": "labels.intent", "quotas": dict.fromkeys(CLASSES, 100)}))
    checks = case.checks(quota=case.folder / "q.json")
    assert failures(checks) == set()
    assert len(checks) == 12
    assert all(check.figure is not None for check in checks.values())
    assert 0.9 <= (checks["agreement with labels"].figure or 0) <= 1.1


def keep_quarter(case: Case) -> None:
    """Keep so many documents as one can plant a few faults among: each takes half a millisecond."""
    for rows in (case.real, case.made):
        del rows[NUMBER // 4 :]


def copy_each_other(case: Case) -> None:
    keep_quarter(case)
    for number in range(0, 10, 2):
        words = case.made[number]["text"].split()
        case.made[number + 1]["text"] = " ".join([*words, "indeed"])


def copy_real(case: Case) -> None:
    keep_quarter(case)
    for number in range(2):
        case.made[number]["text"] = case.real[number]["text"]


def copy_real_text_often(case: Case) -> None:
    keep_quarter(case)
    for row in case.made:
        row["text"] = case.real[0]["text"]


def copy_real_invisibly(case: Case) -> None:
    keep_quarter(case)
    for number in range(2):
        case.made[number]["text"] = "\u200b".join(case.real[number]["text"])


def copy_seeds_invisibly(case: Case) -> None:
    copy_seeds(case)
    for number in range(5):
        case.made[number]["text"] = case.made[number]["text"].replace("a", "a\u2060")


def repeat_few(case: Case) -> None:
    keep_quarter(case)
    for row in case.made:
        row["text"] = case.made[0]["text"]


def keep_few(case: Case) -> None:
    """Keep so few documents as do for a check that a single document fails."""
    for rows in (case.real, case.made):
        del rows[60:]


def mark_otherwise(key: str, value: Any) -> Callable[[Case], None]:
    def plant(case: Case) -> None:
        keep_few(case)
        case.made[3]["metadata"][key] = value

    return plant


def copy_seeds(case: Case) -> None:
    keep_quarter(case)
    for number in range(5):
        case.made[number]["text"] = f"{case.seeds[number]['text']} and {case.made[number]['text'][:60]}"


def contaminate(case: Case) -> None:
    keep_few(case)
    case.made[7]["text"] += f" {case.evals[3]['question']}"


def flip_labels(case: Case) -> None:
    for row in case.made[::5]:
        name = row["metadata"]["labels"]["intent"]
        row["metadata"]["labels"]["intent"] = CLASSES[(CLASSES.index(name) + 1) % len(CLASSES)]


def spoil_one_class(case: Case) -> None:
    for row in [row for row in case.made if row["metadata"]["labels"]["intent"] == "card"][:80]:
        row["metadata"]["labels"]["intent"] = "fees"


def collapse(case: Case) -> None:
    frame = "dear team of the bank i would like to know without delay whether {} because that is what my question is"
    for row in case.made:
        row["text"] = frame.format(" ".join(row["text"].split()[:8]))


def leak(case: Case) -> None:
    keep_few(case)
    case.seeds[5]["text"] += f" write to {EMAIL}"
    case.made[9]["text"] += f" as {EMAIL.upper()} said"


def leak_of_real(case: Case) -> None:
    keep_few(case)
    case.real[5]["text"] += " the card 4111 1111 1111 1111"
    case.made[9]["text"] += " 4111-1111-1111-1111"


def deepen(case: Case) -> None:
    keep_quarter(case)
    case.made[3]["metadata"]["gen_depth"] = 2


def refuse(case: Case) -> None:
    keep_quarter(case)
    for row in case.made[:1]:
        row["text"] = f"I'm sorry, but as an AI language model I cannot say {row['text']}"


FAULTS: list[tuple[Callable[[Case], None], str]] = [
    (copy_each_other, "near copies of each other"),
    (copy_real, "near copies of real documents"),
    (copy_real_text_often, "near copies of real documents"),
    (copy_seeds, "copies of the own seed"),
    (contaminate, "items of evaluation sets"),
    (flip_labels, "agreement with labels"),
    (spoil_one_class, "agreement in the worst class"),
    (collapse, "compression against real texts"),
    (leak, "personal data of seeds or real documents"),
    (leak_of_real, "personal data of seeds or real documents"),
    (deepen, "documents deeper than gen_depth 1"),
    (refuse, "refusals and boilerplate"),
    (copy_real_invisibly, "near copies of real documents"),
    (copy_seeds_invisibly, "copies of the own seed"),
    (repeat_few, "near copies of each other"),
    *(
        (mark_otherwise(key, value), "documents not marked as synthetic")
        for key, value in (("gen_depth", "2"), ("gen_depth", -1), ("gen_depth", None), ("origin", "crawl"))
    ),
]


@pytest.mark.parametrize(("plant", "name"), FAULTS, ids=[plant.__name__ for plant, _ in FAULTS])
def test_a_planted_fault_is_told_by_its_name(case: Case, plant: Callable[[Case], None], name: str) -> None:
    plant(case)
    assert name in failures(case.checks())


def test_what_was_planned_is_compared_with_what_came(case: Case) -> None:
    path = case.folder / "q.json"
    planned = {"card": 140, "fees": 60, "transfer": 100, "limit": 100}
    path.write_text(json.dumps({"by": "labels.intent", "quotas": planned, "have": {}}))
    checks = case.checks(quota=path)
    assert failures(checks) == {"imbalance of classes"}
    assert checks["imbalance of classes"].figure == pytest.approx(0.2)


def test_few_documents_are_not_judged_by_diversity(case: Case) -> None:
    del case.made[150:]
    checks = case.checks()
    unmeasured = {name for name, check in checks.items() if check.figure is None}
    assert unmeasured == {"compression against real texts", "imbalance of classes"}
    assert "only 150 documents" in checks["compression against real texts"].in_words()
    assert failures(checks) == set()


def test_all_pass_or_none(case: Case, corpuskit: Run) -> None:
    case.write()
    (case.folder / "made.jsonl").write_bytes(lines_of(case.made))
    options = ("--real", "real.jsonl", "--by", "labels.intent")
    done = corpuskit("synth-check", "made.jsonl", *options, "-o", "checked.jsonl")
    assert done.returncode == 0, done.stderr
    assert [json.loads(line) for line in (case.folder / "checked.jsonl").read_text().splitlines()] == case.made
    assert b"passes  agreement with labels" in done.stderr
    assert b"not judged" in done.stderr
    done = corpuskit("synth-check", "made.jsonl", *options, "-o", "silent.jsonl", "--quiet")
    assert (done.returncode, done.stderr) == (0, b"")
    deepen(case)
    refuse(case)
    (case.folder / "made.jsonl").write_bytes(lines_of(case.made))
    done = corpuskit("synth-check", "made.jsonl", *options, "-o", "refused.jsonl")
    assert done.returncode == 6
    assert not (case.folder / "refused.jsonl").exists()
    errors = [line for line in done.stderr.decode().splitlines() if "refused: " in line]
    assert [line.split("refused: ")[1].split(":")[0] for line in errors] == [
        "documents deeper than gen_depth 1",
        "refusals and boilerplate",
    ]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_recipe_holds_the_check(case: Case, corpuskit: Run, jobs: str) -> None:
    keep_quarter(case)
    case.write()
    (case.folder / "made.jsonl").write_bytes(lines_of(case.made))
    (case.folder / "recipe.yaml").write_text(
        "sources:\n  synth:\n    from: files\n    inputs: [made.jsonl]\n    origin: synthetic\n"
        "    steps: [{synth-check: {real: [real.jsonl]}}]\n"
    )
    done = corpuskit("mix", "recipe.yaml", "-o", "silent", "--quiet", "-j", jobs)
    assert (done.returncode, done.stderr) == (0, b"")
    refuse(case)
    (case.folder / "made.jsonl").write_bytes(lines_of(case.made))
    (case.folder / "recipe.yaml").write_text(
        "sources:\n  synth:\n    from: files\n    inputs: [made.jsonl]\n    origin: synthetic\n"
        "    steps: [{synth-check: {real: [real.jsonl]}}]\n"
    )
    done = corpuskit("mix", "recipe.yaml", "-o", "out")
    assert done.returncode == 6, done.stderr
    assert b"refusals and boilerplate" in done.stderr
    assert not (case.folder / "out" / "manifest.json").exists()


@pytest.mark.parametrize(
    "text",
    [
        "I\u2019m sorry, but I can't help with that.",
        "Sure! Here is a rewritten version:",
        "As an AI language model, I do not have feelings.",
        "Natürlich! Hier ist der Text",
        "抱歉，我无法回答",
        "What is the fee? I hope this helps!",
        "Dear [insert name], hello",
        "**Certainly!** Here are three questions",
        "Let me know if you have any other questions.",
        "I'm afraid I cannot do that.",
    ],
)
def test_what_assistants_say_is_boilerplate(text: str) -> None:
    assert is_boilerplate(text)


@pytest.mark.parametrize(
    "text",
    [
        "Why was my card declined?",
        "Are you sure the transfer has arrived?",
        "Here the river turns to the south.",
        "I can help you carry it.",
        "It hurts to say so, certainly.",
        "I am afraid of the dark.",
        "Please let me know if you have any alternatives",
        "",
    ],
)
def test_ordinary_words_are_none(text: str) -> None:
    assert not is_boilerplate(text)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_copies": -1}, "`max_copies` expects a share from 0 to 1, not -1"),
        ({"max_boilerplate": 1.5}, "`max_boilerplate` expects a share from 0 to 1, not 1.5"),
        ({"min_agreement": float("nan")}, "a finite number, not nan"),
        ({"max_imbalance": 2.5}, "from 0 to 2"),
        ({"max_compression": 0.5}, "a ratio from 1 on"),
        ({"real": []}, "name real documents"),
    ],
)
def test_limits_out_of_range_are_refused(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    (tmp_path / "real.jsonl").write_bytes(lines_of(made_up(1, 3)))
    with pytest.raises(UsageError, match=message):
        SynthCheck(**{"real": [tmp_path / "real.jsonl"], **options})


def test_an_empty_stream_passes_and_an_empty_comparison_does_not(tmp_path: Path) -> None:
    (tmp_path / "real.jsonl").write_bytes(b"")
    step = SynthCheck(real=[tmp_path / "real.jsonl"])
    assert list(step.run([])) == []
    with pytest.raises(UsageError, match="no document"):
        list(step.run([Document("1", "text")]))


@pytest.mark.parametrize(
    ("made_right", "made", "real_right", "real", "is_told"),
    [
        (0, 20, 18, 20, True),
        (20, 50, 45, 50, True),
        (34, 100, 160, 200, True),
        (1, 25, 2, 25, False),
        (11, 20, 18, 20, False),
        (18, 20, 18, 20, False),
        (11, 323, 2, 25, False),
    ],
)
def test_a_class_fails_beyond_chance_alone(
    made_right: int, made: int, real_right: int, real: int, is_told: bool
) -> None:
    def hits(right: int, number: int) -> Hits:
        return Hits(np.array(["card"] * number, object), np.arange(number) < right)

    worst = worst_class(hits(real_right, real), hits(made_right, made))
    assert worst is not None
    assert (worst.ratio < 0.7) is is_told
    assert worst.ratio >= worst.synthetic / worst.real


def test_a_class_that_the_model_never_knows_is_not_judged() -> None:
    labels = np.array(["card"] * 30, object)
    assert worst_class(Hits(labels, np.zeros(30, bool)), Hits(labels, np.zeros(30, bool))) is None


def test_a_rare_class_with_wrong_labels_alone_is_told(case: Case) -> None:
    def of_card(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row for row in rows if row["metadata"]["labels"]["intent"] == "card"]

    rare = of_card(case.real)[70:]
    case.real = [row for row in case.real if row not in rare]
    surplus = of_card(case.made)[20:]
    case.made = [row for row in case.made if row not in surplus]
    assert failures(case.checks()) == set()
    others = [row for row in made_up(5) if row["metadata"]["labels"]["intent"] != "card"]
    for row, other in zip(of_card(case.made), others, strict=False):
        row["text"] = other["text"]
    assert "agreement in the worst class" in failures(case.checks())


def test_labels_that_no_real_document_has_fail(case: Case) -> None:
    for row in case.made:
        row["metadata"]["labels"]["intent"] = "unheard of"
    checks = case.checks()
    assert "agreement with labels" in failures(checks)
    assert "400 have a label that no real document has" in checks["agreement with labels"].note


def test_the_measure_is_that_of_the_synthetic_mixture() -> None:
    labels = np.array(["easy"] * 90 + ["hard"] * 10, object)
    real = Hits(labels, np.arange(100) < 95)
    assert real.share() == 0.95
    mixed = np.array(["easy"] * 10 + ["hard"] * 30 + ["unheard of"] * 7, object)
    share, number = share_in_mixture(real, mixed)
    assert share == pytest.approx(0.25 * 1 + 0.75 * 0.5)
    assert number == pytest.approx(1 / (0.25**2 / 90 + 0.75**2 / 10))
    assert share_in_mixture(real, labels) == pytest.approx((0.95, 100)), "its own mixture tells as much as it has texts"
    assert share_in_mixture(real, np.array(["unheard of"], object)) == (0, 0)


@pytest.mark.parametrize(("right", "number"), [(0, 20), (7, 20), (20, 20), (800, 1000)])
def test_the_interval_is_wilsons(right: int, number: int) -> None:
    from scipy.stats import binomtest

    interval = binomtest(right, number).proportion_ci(0.9, method="wilson")
    assert _wilson(right / number, number) == pytest.approx((interval.low, interval.high))
    assert highest_ratio(right / number, number, 0.0, 50) == 1
    if right:
        assert highest_ratio(right / number, number, right / number, number) >= 1


def test_lines_that_are_no_documents_are_told(case: Case, corpuskit: Run) -> None:
    keep_quarter(case)
    case.write()
    (case.folder / "made.jsonl").write_bytes(lines_of(case.made))
    with (case.folder / "real.jsonl").open("a") as stream:
        stream.write('{"id": "1"}\nno document\n')
    done = corpuskit("synth-check", "made.jsonl", "--real", "real.jsonl", "--seeds", "seeds.jsonl", "-o", "out.jsonl")
    assert done.returncode == 0, done.stderr
    assert b"real.jsonl: 2 rejected (bad-json 1, no-text 1)" in done.stderr, done.stderr


def test_refused_documents_do_not_leave(case: Case) -> None:
    keep_quarter(case)
    case.write()
    step = SynthCheck(real=[case.folder / "real.jsonl"])
    deepen(case)
    stream: Iterable[Document] = (Document(row["id"], row["text"], row["metadata"]) for row in case.made)
    with pytest.raises(RefusedError):
        next(step.run(stream))


def test_halves_of_real_questions_pass_and_flipped_labels_do_not(shared_data: Path, tmp_path: Path) -> None:
    with gzip.open(shared_data / "product" / "banking77_train.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        rows = [
            {"id": str(number), "text": row["text"], "metadata": {"category": row["category"]}}
            for number, row in enumerate(csv.DictReader(stream))
        ]
    chosen = sorted({row["metadata"]["category"] for row in rows})[::CATEGORY_STEP]
    rows = [row for row in rows if row["metadata"]["category"] in chosen]
    half = len(rows) // 2
    random.Random(1).shuffle(rows)
    (tmp_path / "real.jsonl").write_bytes(lines_of(rows[:half]))
    step = SynthCheck(real=[tmp_path / "real.jsonl"], by="category", max_unmarked=1)

    def checks_of(made: list[dict[str, Any]]) -> dict[str, CheckRow]:
        with closing(Spool()) as lines:
            for row in made:
                lines.append(encode(Document(row["id"], row["text"], row["metadata"])))
            return {check.name: check for check in step.checks(lines)}

    assert failures(checks_of(rows[half:])) == set()
    names = sorted(Counter(row["metadata"]["category"] for row in rows))
    flipped = [dict(row) for row in rows[half:]]
    for row in flipped[::5]:
        row["metadata"] = {"category": names[(names.index(row["metadata"]["category"]) + 7) % len(names)]}
    assert "agreement with labels" in failures(checks_of(flipped))


def test_a_misspelt_field_of_labels_passes_nothing(case: Case, corpuskit: Run) -> None:
    keep_quarter(case)
    case.write()
    (case.folder / "made.jsonl").write_bytes(lines_of(case.made))
    done = corpuskit("synth-check", "made.jsonl", "--real", "real.jsonl", "--by", "labels.intnt", "-o", "out.jsonl")
    assert done.returncode == 2
    assert b"no document has the field `labels.intnt`" in done.stderr
    assert not (case.folder / "out.jsonl").exists()
