"""Buttons below comments go, and the same words stay where they are the labels of answers."""

import pytest

from corpuskit.core.document import Document
from corpuskit.stages.filter_quality import FilterQuality

COMMENTS = [
    "The ferry was late again on Monday, and nobody told us why it was.",
    "It always is when the wind comes from the north, as it did that day.",
    "They could at least put a sheet of paper on the door of the office.",
    "My brother works on the boat, and he says that the engine is worn out.",
]


def left(lines: list[str]) -> list[str]:
    lines = [*lines, "All of them met on the pier that night."]
    outcome = FilterQuality(rules=("c4",)).apply(Document("a", "\n".join(lines), {"language": "en"}))
    assert isinstance(outcome, Document)
    *rest, last = outcome.text.splitlines()
    assert last == lines[-1]
    return rest


@pytest.mark.parametrize(
    "button",
    """
Reply
Like · Reply · 3h
Upvote 3 Downvote Reply
Reply Quote
J’aime · Répondre
Melden
Zitieren
Signaler
Zgłoś
Нравится Ответить
Пожаловаться
赞 回复
举报
いいね！ 返信
답글 쓰기
신고
ถูกใจ ตอบกลับ
""".strip().splitlines(),
)
def test_buttons_below_comments_go(button: str) -> None:
    assert left([line for comment in COMMENTS for line in (comment, button)]) == COMMENTS


@pytest.mark.parametrize("line", ["Like", "Share the boat", "Boats and oars", "3 hours", "Reply at once"])
def test_other_short_lines_stay(line: str) -> None:
    lines = [part for comment in COMMENTS for part in (comment, line)]
    assert left(lines) == lines


@pytest.mark.parametrize(
    ("question", "answer"),
    [("Question", "Reply"), ("Question 3:", "Reply"), ("Frage", "Antwort"), ("Spørsmål", "Svar"), ("问", "回复")],
)
def test_labels_of_answers_stay_beside_those_of_questions(question: str, answer: str) -> None:
    lines = [line for comment in COMMENTS for line in (question, comment, answer, "Nobody knows.")]
    assert left(lines) == lines
