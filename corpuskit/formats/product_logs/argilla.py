"""Argilla: records with fields, and the responses that people gave to questions about them."""

from collections.abc import Iterator
from typing import Any

from corpuskit.formats.product_logs.event import LoggedEvent, NoEvent, Record, missing, strings


def events_of(record: Record) -> Iterator[LoggedEvent | NoEvent]:
    """Yield an event for each question that a person answered; drafts are none, and a discarded response abstains."""
    if record.get("id") in (None, ""):
        missing("id")
    answers = list(_answers(record.get("responses")))
    if not answers:
        yield NoEvent("no-response")
    for number, (question, actor, value, status) in enumerate(answers):
        if status == "draft":
            yield NoEvent("draft")
            continue
        is_rating = isinstance(value, (int, float)) and not isinstance(value, bool)
        yield LoggedEvent(
            id=f"{record['id']}-{number}",
            time=record.get("updated_at") or record.get("inserted_at"),
            item=f"{record['id']}-{question}",
            type="rate" if is_rating else "label",
            actor=actor,
            value=None if status == "discarded" else value if is_rating else {question: value},
            role="annotator",
            turns=tuple(_turns(record.get("fields"))),
            consent=record.get("consent"),
        )


def _answers(responses: Any) -> Iterator[tuple[str, Any, Any, str]]:
    """Yield question, person, value and status, from either shape: by question, or by person."""
    if isinstance(responses, dict):
        for question, answers in responses.items():
            for answer in answers if isinstance(answers, list) else []:
                yield question, answer.get("user_id"), answer.get("value"), answer.get("status", "submitted")
    for response in responses if isinstance(responses, list) else []:
        status = response.get("status", "submitted")
        for question, answer in (response.get("values") or {"": None}).items():
            yield question, response.get("user_id"), answer.get("value") if isinstance(answer, dict) else answer, status


def _turns(fields: Any) -> Iterator[tuple[str, str]]:
    """Yield the fields in order, an instruction as the user's words and a response as the assistant's."""
    for key, text in strings(fields if isinstance(fields, dict) else {}):
        yield "assistant" if any(word in key for word in ("response", "completion", "output")) else "user", text
