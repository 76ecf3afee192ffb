"""Fields by their keys, which may lead into objects: `data.body` is `body` of `data`."""

from collections.abc import Sequence
from typing import Any

from corpuskit.core.wording import comma_list, excerpt


def holder_of(record: dict[str, Any], key: str) -> tuple[dict[str, Any] | None, str]:
    """Return the object that has a key, and the key's name in it; None if none has it.

    A field whose own name has the dots comes first.
    """
    if key in record:
        return record, key
    first, dot, rest = key.partition(".")
    inner = record.get(first) if dot else None
    return holder_of(inner, rest) if type(inner) is dict else (None, key)


def candidates(key: str) -> tuple[str, ...]:
    """Return the keys that one stands for: itself, for a field may have a comma in its name, and those between commas.

    >>> candidates("text"), candidates("body, content")
    (('text',), ('body, content', 'body', 'content'))
    """
    keys = tuple(part.strip() for part in key.split(",") if part.strip())
    return (key, *keys) if len(keys) > 1 else (key,)


def is_column(key: str, columns: Sequence[str]) -> bool:
    """Whether a column has the name, or the first part of one with dots: a column may hold objects."""
    return key in columns or key.partition(".")[0] in columns


def listed_columns(names: Sequence[str]) -> str:
    """Return which columns a table has, and by what its only one may be meant to be separated.

    >>> listed_columns(["id;body"])
    "It has id;body; if `;` separates columns, add --delimiter ';'"
    """
    separator = next((mark for mark in ";|\t" if len(names) == 1 and mark in names[0]), "")
    flag_value = "$'\\t'" if separator == "\t" else f"'{separator}'"
    mark_name = "a tab" if separator == "\t" else f"`{separator}`"
    hint = f"; if {mark_name} separates columns, add --delimiter {flag_value}" if separator else ""
    return f"It has {excerpt(comma_list(names), 200)}{hint}"


def filled_fields(fields: dict[str, str]) -> dict[str, str]:
    """Return the fields that say something.

    >>> filled_fields({"title": "The Tide", "author": ""})
    {'title': 'The Tide'}
    """
    return {key: value for key, value in fields.items() if value}
