"""Fields by their keys, which may lead into objects: `data.body` is `body` of `data`."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from corpuskit.core.errors import UsageError
from corpuskit.core.wording import comma_list, did_you_mean, excerpt


def holder_of(record: dict[str, Any], key: str) -> tuple[dict[str, Any] | None, str]:
    """Return the object that has a key, and the key's name in it; None if none has it.

    A field whose own name has the dots comes first.
    """
    if key in record:
        return record, key
    first, dot, rest = key.partition(".")
    inner = record.get(first) if dot else None
    return holder_of(inner, rest) if type(inner) is dict else (None, key)


def stated_id(record: Any, key: str | None) -> str | None:
    """Return the id that a record states under a key, else under `id`; None if there is none.

    >>> stated_id({"doc": {"nr": 7}, "text": None}, "doc.nr")
    '7'
    """
    for name in (key or "id", "id") if type(record) is dict else ():
        holder, last = holder_of(record, name)
        value = holder.get(last) if holder is not None else None
        if type(value) in (str, int, float) and value != "":
            return str(value)
    return None


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


class WantedColumns(NamedTuple):
    """The columns of a table that options name."""

    text_option: str
    """The option that names those of the text."""
    texts: tuple[str, ...]
    """Columns of a conversation, all of which are needed, or candidates for the text, of which one is."""
    id_key: str | None
    columns: tuple[str, ...]
    """Others to take."""

    def missing_in(self, names: Sequence[str]) -> list[str]:
        """Return those that are not among the names."""
        named_columns = (*self._missing_texts(names), self.id_key, *self.columns)
        return [name for name in named_columns if name is not None and not is_column(name, names)]

    def demand(self, names: Sequence[str], input_name: str) -> None:
        """Raise UsageError if one is not among the names."""
        options = [(self.text_option, name) for name in self._missing_texts(names)]
        for option, name in (*options, ("id-key", self.id_key)):
            if name is not None and not is_column(name, names):
                raise UsageError(
                    f"{input_name} has no column {name!r}{did_you_mean(name, names)}; name the right one with "
                    f"`--{option}`. {listed_columns(names)}"
                )
        missing = [name for name in self.columns if name not in names]
        if missing:
            near = did_you_mean(missing[0], names)
            raise UsageError(
                f"{input_name} has no column {missing[0]!r}{near}; correct `--columns`. {listed_columns(names)}"
            )

    def _missing_texts(self, names: Sequence[str]) -> list[str]:
        has_one = self.text_option != "turns" and any(is_column(name, names) for name in self.texts)
        return [] if has_one else [name for name in self.texts if not is_column(name, names)]


def filled_fields(fields: dict[str, str]) -> dict[str, str]:
    """Return the fields that say something.

    >>> filled_fields({"title": "The Tide", "author": ""})
    {'title': 'The Tide'}
    """
    return {key: value for key, value in fields.items() if value}
