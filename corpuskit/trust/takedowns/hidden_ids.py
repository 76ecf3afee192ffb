"""Hashes in place of the ids of what is taken out, in all that names it."""

from typing import Any

from corpuskit.core.provenance.entries import Decision
from corpuskit.text.takedown.on_record import hidden_id
from corpuskit.trust.takedowns.sought import Sought

KEPT_INSTEAD = "of"
"""Of a decision's values: the id of the document that was kept, as this one is a copy of it."""


def hides(decision: Decision, sought: Sought) -> bool:
    """Whether a decision names a document that is taken out."""
    return bool(entries_naming(decision, sought))


def entries_naming(decision: Decision, sought: Sought) -> set[int]:
    """Return the numbers of the entries that take out documents which a decision names."""
    own_ids = ((identifier, decision.get("source")) for identifier in _texts(decision["id"]))
    of_others = ((text, None) for text in _texts(decision["values"]))
    numbers = (sought.taken_ids.taken_by(identifier, source) for identifier, source in [*own_ids, *of_others])
    return {number for number in numbers if number is not None}


def without_ids(decision: Decision, sought: Sought) -> Decision:
    """Return a decision with hashes in place of the ids of documents that are taken out.

    A copy that was dropped for one of them loses its id, too, though it is in no place, or has another source there.
    """
    values = _hidden(decision["values"], sought)
    is_of_taken = values.get(KEPT_INSTEAD) != decision["values"].get(KEPT_INSTEAD)
    identifier = _hidden(decision["id"], sought, decision.get("source"))
    if is_of_taken and identifier is not None and identifier == decision["id"]:
        identifier = hidden_id(identifier)
    changed: Any = {**decision, "id": identifier, "values": values}
    return changed  # type: ignore[no-any-return]


def _hidden(value: Any, sought: Sought, source: str | None = None) -> Any:
    """Return a value without ids that are taken out of a source; of any, if none is given."""
    if isinstance(value, str):
        return value if sought.taken_ids.taken_by(value, source) is None else hidden_id(value)
    if isinstance(value, dict):
        return {key: _hidden(item, sought) for key, item in value.items()}
    if isinstance(value, list):
        return [_hidden(item, sought) for item in value]
    return value


def _texts(value: Any) -> list[str]:
    """Return all strings in a value, but for the keys."""
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in items for text in _texts(item)]


def hidden_killed(ids: list[str], sought: Sought) -> list[str]:
    """Return ids of documents that a step was ended on, with hashes for those that are taken out."""
    return [_hidden(identifier, sought) for identifier in ids]
