"""Hashes in place of the ids of what is taken out, in all that names it."""

from typing import Any

from corpuskit.core.provenance.entries import Decision
from corpuskit.text.takedown.on_record import hidden_id
from corpuskit.trust.takedowns.sought import Sought


def hides(decision: Decision, sought: Sought) -> bool:
    """Whether a decision names a document that is taken out."""
    return without_ids(decision, sought) != decision


def without_ids(decision: Decision, sought: Sought) -> Decision:
    """Return a decision with hashes in place of the ids of documents that are taken out."""
    identifier = _hidden(decision["id"], sought, decision.get("source"))
    changed: Any = {**decision, "id": identifier, "values": _hidden(decision["values"], sought)}
    return changed  # type: ignore[no-any-return]


def _hidden(value: Any, sought: Sought, source: str | None = None) -> Any:
    """Return a value without ids that are taken out of a source; of any, if none is given."""
    if isinstance(value, str):
        return hidden_id(value) if sought.taken_ids.is_taken(value, source) else value
    if isinstance(value, dict):
        return {key: _hidden(item, sought) for key, item in value.items()}
    if isinstance(value, list):
        return [_hidden(item, sought) for item in value]
    return value


def hidden_killed(ids: list[str], sought: Sought) -> list[str]:
    """Return ids of documents that a step was ended on, with hashes for those that are taken out."""
    return [_hidden(identifier, sought) for identifier in ids]
