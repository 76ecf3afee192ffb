"""The strings of a document that its fields name: where they are, and a copy with some of them replaced."""

from collections.abc import Iterator
from typing import Any

from corpuskit.core.document import Document

FieldPath = tuple[str | int, ...]
"""Keys and list indices from the top of the record to one string."""


def strings(document: Document, fields: tuple[str, ...]) -> Iterator[tuple[FieldPath, str]]:
    """Yield the strings that the fields name, each once."""
    locations: set[FieldPath] = set()
    for field in fields:
        for location, text in _named(document, field):
            if location not in locations:
                locations.add(location)
                yield location, text


def _named(document: Document, field: str) -> Iterator[tuple[FieldPath, str]]:
    field = field.removesuffix(".*")
    if field in ("id", "text"):
        yield (field,), getattr(document, field)
    elif field == "metadata" or field.startswith("metadata."):
        yield from _below(document.metadata, field[len("metadata.") :], ("metadata",))
    else:
        yield from _below(document.extra, field, ())


def _below(value: Any, path: str, location: FieldPath) -> Iterator[tuple[FieldPath, str]]:
    """Follow the dotted path; a key that itself holds dots is tried before its parts."""
    if not path:
        yield from _inside(value, location)
    elif isinstance(value, dict):
        if path in value:
            yield from _inside(value[path], (*location, path))
            return
        key, dot, rest = path.partition(".")
        if dot and key in value:
            yield from _below(value[key], rest, (*location, key))


def has_field(document: Document, field: str) -> bool:
    """Whether a document has the field that is named so."""
    return _occurs(_record(document), field.removesuffix(".*"))


def _occurs(value: Any, path: str) -> bool:
    """Whether `_below` would find the dotted path."""
    if not isinstance(value, dict):
        return False
    key, dot, rest = path.partition(".")
    return path in value or bool(dot and key in value and _occurs(value[key], rest))


def _inside(value: Any, location: FieldPath) -> Iterator[tuple[FieldPath, str]]:
    if isinstance(value, str):
        yield location, value
    elif location == ("metadata", "pii"):
        return
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _inside(inner, (*location, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _inside(inner, (*location, number))


def string_at(document: Document, location: FieldPath) -> str:
    """Return the string at this location."""
    value: Any = _record(document)
    for key in location:
        value = value[key]
    return str(value)


def _record(document: Document) -> dict[str, Any]:
    return {**document.extra, "id": document.id, "text": document.text, "metadata": document.metadata}


def replaced(document: Document, changes: dict[FieldPath, str]) -> Document:
    """Return a copy with these strings replaced; tags of an earlier pass, which no longer fit, are removed."""
    record = _record(document)
    for location, text in changes.items():
        record = _with_value(record, location, text)
    metadata = {key: value for key, value in record.pop("metadata").items() if key != "pii"}
    return Document(record.pop("id"), record.pop("text"), metadata, record)


def _with_value(container: Any, location: FieldPath, value: str) -> Any:
    """Return a copy of the container with the value at this location; everything else is shared."""
    if not location:
        return value
    copy = container.copy()
    copy[location[0]] = _with_value(container[location[0]], location[1:], value)
    return copy
