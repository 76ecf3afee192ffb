"""Label Studio: tasks with the annotations that people made."""

from collections.abc import Iterator
from typing import Any

from corpuskit.formats.product_logs.event import LoggedEvent, NoEvent, Record, missing, strings


def events_of(record: Record) -> Iterator[LoggedEvent | NoEvent]:
    """Yield a label or rating for each choice of each annotation; other results, such as boxes, are no event."""
    task = record.get("id")
    if task in (None, ""):
        missing("id")
    annotations = record.get("annotations", record.get("completions"))
    if not isinstance(annotations, list) or not annotations:
        yield NoEvent("no-annotation")
        return
    for annotation in annotations:
        for number, result in enumerate(annotation.get("result") or [{}]):
            yield _event(record, annotation, number, result)


def _event(task: Record, annotation: Record, number: int, result: Record) -> LoggedEvent | NoEvent:
    event_type, value = _judgement(result)
    if annotation.get("was_cancelled"):
        event_type, value = "label", None
    if not event_type:
        return NoEvent("no-label")
    actor = annotation.get("completed_by")
    return LoggedEvent(
        id=f"{annotation.get('id') or missing('annotations.id')}-{number}",
        time=annotation.get("updated_at") or annotation.get("created_at"),
        item=f"{task['id']}-{result.get('from_name', '')}",
        type=event_type,
        actor=actor.get("id") if isinstance(actor, dict) else actor,
        value=value,
        role="annotator",
        turns=(("user", _text(task, result)),),
        consent=task.get("consent"),
    )


def _judgement(result: Record) -> tuple[str, Any]:
    """Return what kind of event a result is, and its value; an empty kind for drawings and free text."""
    value = result.get("value")
    if isinstance(value, dict) and isinstance(value.get("choices"), list):
        choices = [str(choice) for choice in value["choices"]]
        return "label", {str(result.get("from_name", "label")): choices[0] if len(choices) == 1 else choices}
    if isinstance(value, dict) and isinstance(value.get("rating"), (int, float)):
        return "rate", value["rating"]
    return "", None


def _text(task: Record, result: Record) -> str:
    """Return the text that was labelled: the field that the result names, `text`, or the only string there is."""
    data = task.get("data")
    fields = dict(strings(data)) if isinstance(data, dict) else {}
    only = next(iter(fields.values()), "") if len(fields) == 1 else ""
    return fields.get(str(result.get("to_name")), fields.get("text", only))
