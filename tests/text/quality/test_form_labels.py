"""Whole pages that ask to log in, to wait or to update a browser are walls; lessons and articles on it are none."""

from pathlib import Path

import pytest

from corpuskit.text.quality.form_labels import FORM_LABELS
from corpuskit.text.quality.page_kinds import PageHeads

ROWS = [row.split("|", 2) for row in Path(__file__).with_name("walls_and_lessons.txt").read_text("utf-8").splitlines()]


def is_stand_in(text: str) -> bool:
    heads = PageHeads([text])
    return heads.placeholders()[0] or heads.access_walls()[0]


@pytest.mark.parametrize("between", ["\n", " "])
@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, _, text in ROWS])
def test_whole_pages_as_lines_and_in_one_line(kind: str, text: str, between: str) -> None:
    assert is_stand_in(text.replace("\\n", between)) == (kind == "wall")


FORM = "Harbour post\nE-mail\nPassword\nForgot your password?\nSign in\nDon't have an account? Sign up"


@pytest.mark.parametrize(
    ("text", "is_form"),
    [
        (FORM, True),
        (FORM.replace("\n", " "), True),
        ("Harbour post\nE-mail\nPassword\nForgot your password?\nSign in", False),
        (FORM.replace("Sign in", "We send a new one to whoever asks for it at the counter of the office."), False),
        (FORM + "\nThe ferry left at nine with forty sacks of meal, and nobody saw the reef that day." * 4, False),
        (FORM + "\nHarbour" * 120, False),
    ],
)
def test_two_labels_of_a_form_make_a_short_page_one(text: str, is_form: bool) -> None:
    assert is_stand_in(text) == is_form


def test_no_label_counts_twice() -> None:
    assert [(label, other) for label in FORM_LABELS for other in FORM_LABELS if label in other and label != other] == []
