"""The document that an answer becomes: what it says, who said it, and what it was asked."""

import hashlib
from typing import TYPE_CHECKING, Any

from corpuskit.core.document import Document, Reject
from corpuskit.core.outcome import Rejected
from corpuskit.formats.model_server.completion import Completion, Unusable
from corpuskit.synthetic.requests.plan_file import WHOLE
from corpuskit.synthetic.requests.structured import schema_of, structure_problem, value_at

if TYPE_CHECKING:
    from corpuskit.synthetic.requests.answer_store import Answered
    from corpuskit.synthetic.requests.plan_file import PlanEnd, PlannedRequest

__all__ = ["item_of"]

RATER_LETTERS = 12
"""Letters of the template's digest by which a prompt is known."""


def item_of(request: "PlannedRequest", answer: "Answered | None", end: "PlanEnd", plan: str) -> Document | Rejected:
    """Return the document that an answer becomes, or why it becomes none."""
    if answer is None:
        return _rejected(request, plan, "no-result", "the results have no answer to the request")
    if isinstance(answer, Unusable):
        return _rejected(request, plan, answer.reason, answer.detail)
    try:
        return _document(request, answer, end)
    except Reject as reject:
        return _rejected(request, plan, reject.reason, reject.detail)


def _document(request: "PlannedRequest", answer: Completion, end: "PlanEnd") -> Document:
    """Return the document that a completion becomes. Raises Reject for one without the structure it should have."""
    import orjson

    body: dict[str, Any] = orjson.loads(request.body)
    schema = schema_of(body)
    if schema and (problem := structure_problem(schema, answer.text)):
        raise Reject("broken-structure", problem)
    seed: dict[str, Any] = orjson.loads(request.seed)
    asked_model = body.pop("model", None)
    model = answer.model or asked_model or "unknown"
    asked = {"request": _request(asked_model, body, end.template_sha256, answer)}
    if end.reading.votes:
        metadata = seed["metadata"] | _vote(seed["parents"], end, _structured(answer), model) | asked
        return Document(request.custom_id, seed["text"], metadata)
    text = answer.text if end.reading == WHOLE else _text_in(_structured(answer), end.reading.text_from or "")
    metadata = {
        **seed["metadata"],
        "origin": "synthetic",
        "generator": model,
        "gen_depth": seed["gen_depth"],
        "parents": seed["parents"],
        **asked,
    }
    return Document(request.custom_id, text, metadata)


def _structured(answer: Completion) -> Any:
    """Return the JSON of an answer that keeps its schema."""
    import orjson

    try:
        return orjson.loads(answer.text)
    except orjson.JSONDecodeError:  # stricter than what has checked the structure
        raise Reject("broken-structure", "the answer holds NaN or half of a character") from None


def _text_in(value: Any, field: str) -> str:
    text = value_at(value, field)
    if not isinstance(text, str) or not text.strip():
        raise Reject("empty-completion", f"no text in `{field}`")
    return text


def _vote(parents: list[str], end: "PlanEnd", value: Any, model: str) -> dict[str, Any]:
    """Return what makes a label signal on the seed, as `aggregate-labels` counts it; a model with its prompt rates."""
    (item,) = parents
    return {
        "actor": f"{model}/{end.template_sha256[:RATER_LETTERS]}",
        "parents": parents,
        "labels": {field.rpartition(".")[2]: value_at(value, field) for field in end.reading.votes},
        "signal": {"kind": "label", "weight": 1.0, "item": item, "rater": "model"},
    }


def _request(model: str | None, body: dict[str, Any], template_sha256: str, answer: Completion) -> dict[str, Any]:
    """Return what was asked of which model, without the prompt; that is told by the template and the parents."""
    body.pop("messages", None)
    schema = schema_of(body)
    body.pop("response_format", None)
    used = answer.usage
    usage = None if used.prompt < 0 else {"prompt_tokens": used.prompt, "completion_tokens": used.completion}
    schema_sha256 = hashlib.sha256(schema.encode()).hexdigest() if schema else None
    entry = {
        "model": model,
        "params": body,
        "template": template_sha256,
        "schema": schema_sha256,
        "usage": usage,
    }
    return {key: value for key, value in entry.items() if value is not None}


def _rejected(request: "PlannedRequest", plan: str, reason: str, detail: str) -> Rejected:
    return Rejected(reason, plan, request.offset, request.body, detail, request.custom_id)
