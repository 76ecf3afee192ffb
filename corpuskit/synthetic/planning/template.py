"""Prompts with fields of a document: `Rewrite this: ${text}`.

The language is Python's `string.Template`, with dots in names. It looks values up and does nothing else: no code, no
attributes, no loops. A template from somebody else can therefore do no harm, and a dollar sign in a seed stays one.
"""

import hashlib
import json
import string
from collections.abc import Iterator
from typing import Any

from corpuskit.core.document import Document
from corpuskit.core.errors import UsageError

__all__ = ["PromptTemplate", "field_names", "field_text", "field_value"]

_MISSING = object()
MOST_FIELDS = 40


class _DottedTemplate(string.Template):
    """A template whose names may have dots, and any characters but braces: `${labels.first-topic}`."""

    braceidpattern = r"[^{}\s$]+"


class PromptTemplate:
    """The messages of a prompt, with fields to fill in."""

    def __init__(self, texts: dict[str, str], name: str) -> None:
        """`texts` has a template for each role. Raises UsageError for a dollar sign that begins no field."""
        self._templates = {role: _DottedTemplate(text) for role, text in texts.items()}
        for template in self._templates.values():
            if not template.is_valid():
                raise UsageError(
                    f"{name}: a dollar sign begins no field; write ${{text}} for a field, and $$ for a dollar sign"
                )
        self.fields = list(
            dict.fromkeys(name for template in self._templates.values() for name in template.get_identifiers())
        )
        if not self.fields:
            raise UsageError(f"{name}: the template has no field, so all prompts would be one; write ${{text}} in it")
        self.sha256 = hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()

    def values(self, document: Document) -> dict[str, str | None]:
        """Return the value of each field; None where the document has none."""
        return {field: field_text(document, field) for field in self.fields}

    def own_texts(self) -> list[str]:
        """Return the messages without any value."""
        return [message["content"] for message in self.messages(dict.fromkeys(self.fields))]

    def messages(self, values: dict[str, str | None]) -> list[dict[str, str]]:
        """Return the messages, with the values filled in."""
        return [
            {"role": role, "content": template.substitute({name: value or "" for name, value in values.items()})}
            for role, template in self._templates.items()
        ]


def field_value(document: Document, field: str) -> Any:
    """Return the value that a path names, from the document (`metadata.labels.topic`) or its metadata (`labels.topic`).

    None if there is none.
    """
    record = {"id": document.id, "text": document.text, "metadata": document.metadata, **document.extra}
    value = _below(record, field)
    if value is _MISSING:
        value = _below(document.metadata, field)
    return None if value is _MISSING else value


def field_text(document: Document, field: str) -> str | None:
    """Return a value as it stands in a prompt: words as they are, lists with commas, objects as JSON."""
    value = field_value(document, field)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def field_names(document: Document) -> list[str]:
    """Return the paths of all values of a document, as a template spells them."""
    own_values = {"text": document.text, "id": document.id, **document.extra}
    return [*own_values, *_paths(document.metadata)][:MOST_FIELDS]


def _below(value: Any, field: str) -> Any:
    for key in field.split("."):
        if not isinstance(value, dict) or key not in value:
            return _MISSING
        value = value[key]
    return value


def _paths(value: dict[str, Any], path: str = "") -> Iterator[str]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _paths(inner, f"{path}{key}.")
        else:
            yield f"{path}{key}"
