"""`synth-check` on real texts: what models answered raises no false alarm, and planted faults are told by name."""

from pathlib import Path

import pytest

from corpuskit.synthetic.checking.phrases import is_boilerplate
from tests.benchmarks import synthetic_answers
from tests.benchmarks.synthetic_check import CleanHalves, answer_rows, checks_of, failing, planted

QUESTIONS = 3000


def test_one_models_answers_raise_no_alarm(shared_data: Path, tmp_path: Path) -> None:
    by_model = answer_rows(shared_data)
    assert sum(map(len, by_model.values())) == 235
    for model, answers in by_model.items():
        others = [row for other, rows in by_model.items() if other != model for row in rows]
        plain = [row for row in answers if not is_boilerplate(row["text"])]
        assert failing(checks_of(plain, others, tmp_path)) == [], model
        told = {check.name for check in checks_of(answers, others, tmp_path).values() if check.fails}
        expected = {"refusals and boilerplate"} if len(plain) < len(answers) else set()
        assert told == expected, "phrases such as `As an AI language model` are there, and told"


@pytest.mark.slow
def test_each_planted_fault_is_told_for_what_it_is(shared_data: Path, tmp_path: Path) -> None:
    assert failing(CleanHalves(shared_data, 1, QUESTIONS).checks(tmp_path)) == []
    number = 0
    for name, rows, checks in planted(shared_data, tmp_path, QUESTIONS):
        told = {check.name for check in checks.values() if check.fails}
        assert told, name
        assert told <= rows, name
        number += 1
    assert number == 8


@pytest.mark.slow
def test_each_fault_in_long_answers_is_told_for_what_it_is(shared_data: Path, tmp_path: Path) -> None:
    assert failing(synthetic_answers.plain_answers(shared_data).checks(tmp_path)) == []
    verdicts = {
        name: synthetic_answers.verdict(row, others, checks)
        for name, row, others, checks in synthetic_answers.planted(shared_data, tmp_path)
    }
    assert verdicts == dict.fromkeys(synthetic_answers.FAULTS, "told")


@pytest.mark.slow
def test_a_class_of_which_the_model_knows_little_raises_no_alarm(shared_data: Path, tmp_path: Path) -> None:
    real, made = synthetic_answers.review_halves(shared_data, 0)
    checks = synthetic_answers.label_rows(made, real, tmp_path, "part")
    assert failing(checks) == []
    assert checks["agreement in the worst class"].figure is not None
    flipped = synthetic_answers.flip_labels(made, "part")
    told = failing(synthetic_answers.label_rows(flipped, real, tmp_path, "part"))
    assert told and {row.partition(":")[0] for row in told} <= {"agreement with labels", "agreement in the worst class"}
