"""What a document is to a trainer: a text, a chat, a prompt with its completion, a pair, or a rated answer.

The shapes are those of TRL (huggingface.co/docs/trl, dataset formats): language modeling, prompt-completion, preference
with an explicit prompt, and unpaired preference, all of them conversational but for plain text.
"""

from typing import Any, Literal, NamedTuple, NoReturn

from corpuskit.core.document import HTML_TYPES, TURNS, Document, Reject
from corpuskit.core.errors import RefusedError
from corpuskit.core.wording import excerpt
from corpuskit.text.turns import Turn, parse

Shape = Literal["text", "messages", "completion", "preference", "unpaired"]
Message = dict[str, str]
SPEAKERS = ("user", "tool", "assistant")
"""Who may speak last in a prompt: TRL tells from it whether an answer begins or goes on."""
LEAVE_OUT = "leave such documents out, a kind of signals by `signals --kinds`, others by `through -- jq`"
"""What helps where no other command makes a row of a document."""


class Row(NamedTuple):
    """One row for a trainer."""

    shape: Shape
    columns: dict[str, Any]


def row_of(document: Document, format_name: str) -> Row:
    """Return the row that a document is. Raises RefusedError for one that is none."""
    signal = document.metadata.get("signal")
    kind = signal.get("kind") if isinstance(signal, dict) else None
    content_type = document.metadata.get("content_type")
    if kind == "label":
        _refuse(
            document,
            format_name,
            "is a label, and no trainer's row",
            "leave labels out with `signals --kinds pair,sft,unpaired`",
        )
    if isinstance(content_type, str) and content_type.partition(";")[0].strip().lower() in HTML_TYPES:
        _refuse(document, format_name, "is HTML", "run `corpuskit extract` first")
    if content_type != TURNS:
        if kind is not None:
            _refuse(document, format_name, f"is a signal ({excerpt(str(kind))}) without turns", LEAVE_OUT)
        return Row("text", {"text": document.text})
    try:
        turns = parse(document.text)
    except Reject as reject:
        _refuse(document, format_name, f"is no conversation ({reject.detail})", LEAVE_OUT)
    if kind == "pair" or any(turn.role in ("chosen", "rejected") for turn in turns):
        return _pair(document, format_name, turns)
    if kind == "unpaired":
        return _unpaired(document, format_name, turns, signal)
    if kind == "sft" and len(turns) > 1:
        prompt, answer = _prompt_and_answer(document, format_name, turns)
        return Row("completion", {"prompt": prompt, "completion": answer})
    return Row("messages", {"messages": [_message(turn) for turn in turns]})


def weight_of(document: Document) -> float | None:
    """Return how much a signal counts; None for a document that is none."""
    signal = document.metadata.get("signal")
    weight = signal.get("weight") if isinstance(signal, dict) else None
    return float(weight) if isinstance(weight, (int, float)) and not isinstance(weight, bool) else None


def _pair(document: Document, format_name: str, turns: list[Turn]) -> Row:
    *prompt, chosen, rejected = turns if len(turns) > 1 else [*turns, *turns]
    if chosen.role == "rejected":
        chosen, rejected = rejected, chosen
    if (chosen.role, rejected.role) != ("chosen", "rejected") or not _is_prompt(prompt):
        _refuse(document, format_name, "is a pair without a prompt, one chosen and one rejected answer", LEAVE_OUT)
    columns = {
        "prompt": [_message(turn) for turn in prompt],
        "chosen": [{"role": "assistant", "content": chosen.body}],
        "rejected": [{"role": "assistant", "content": rejected.body}],
    }
    return Row("preference", columns)


def _unpaired(document: Document, format_name: str, turns: list[Turn], signal: Any) -> Row:
    if not isinstance(signal.get("value"), bool):
        _refuse(document, format_name, "is a rated answer whose rating is neither true nor false", LEAVE_OUT)
    prompt, answer = _prompt_and_answer(document, format_name, turns)
    return Row("unpaired", {"prompt": prompt, "completion": answer, "label": signal["value"]})


def _prompt_and_answer(document: Document, format_name: str, turns: list[Turn]) -> tuple[list[Message], list[Message]]:
    *prompt, answer = turns
    if answer.role != "assistant" or not _is_prompt(prompt):
        _refuse(document, format_name, "has no prompt with an answer to it", LEAVE_OUT)
    return [_message(turn) for turn in prompt], [_message(answer)]


def _is_prompt(turns: list[Turn]) -> bool:
    return bool(turns) and turns[-1].role in SPEAKERS and all(turn.role not in ("chosen", "rejected") for turn in turns)


def _message(turn: Turn) -> Message:
    return {"role": turn.role, "content": turn.body}


def _refuse(document: Document, format_name: str, what: str, remedy: str) -> NoReturn:
    raise RefusedError(f"format {format_name}: document {excerpt(document.id)!r} {what}; {remedy}")
