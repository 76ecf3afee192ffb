"""`require-masked`: a stream with words outside the fields that were masked is refused."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from corpuskit.core.errors import RefusedError, UsageError
from corpuskit.core.option_values import spelled
from corpuskit.core.reserved import RESERVED
from corpuskit.core.step import Document, Stage
from corpuskit.core.wording import excerpt

KEYS_OF_COMMANDS = frozenset(
    {*RESERVED, "author", "html_language", "http_unfinished", "path", "programming_language", "request", "revision"}
)
"""Metadata keys that corpuskit's own commands write."""

SHOWN_FIELDS = 20


@dataclass(frozen=True)
class RequireMasked(Stage):
    """Refuse a stream if a document holds text outside the fields that were masked.

    Text is any string that is not empty, however deep in a list or an object. The id is not looked at, nor the field
    that it was taken from (`--id-key`), and neither are reserved metadata keys (docs/record.md) and the others that
    corpuskit's own commands write, such as `title`. Ends with exit code 6, and names the document and those of its
    fields. A recipe with `policy: {pii: required}` puts this
    step after each of its sources, with the `fields` of the source's `scrub-pii`.

        corpuskit scrub-pii --fields text,notes chats.jsonl | corpuskit require-masked --fields text,notes
    """

    keeps_documents: ClassVar[bool] = True

    fields: Annotated[tuple[str, ...], "Fields that were masked, as `scrub-pii` names them."] = ("text",)

    def __post_init__(self) -> None:
        """Raise UsageError for an empty list of fields."""
        if not self.fields:
            raise UsageError(f"{spelled('fields')} names no field; name those that were masked")

    def apply(self, document: Document) -> Document:
        """Return the document. Raises RefusedError for a field with text that is not named."""
        if not document.extra and document.metadata.keys() <= KEYS_OF_COMMANDS and "text" in self.fields:
            return document
        named_fields = {field.removesuffix(".*") for field in self.fields}
        left = dict.fromkeys(
            ".".join(path[:2] if path[0] == "metadata" else path[:1])
            for path in _paths_of_text(document)
            if named_fields.isdisjoint(".".join(path[:length]) for length in range(1, len(path) + 1))
        )
        if left:
            named = ", ".join(f"`{excerpt(field)}`" for field in itertools.islice(left, SHOWN_FIELDS))
            more = f" and {len(left) - SHOWN_FIELDS} more" if len(left) > SHOWN_FIELDS else ""
            verb, them = ("holds", "it") if len(left) == 1 else ("hold", "them")
            raise RefusedError(
                f"{named}{more} of document {excerpt(document.id)!r} {verb} text that was not masked; "
                f"add {them} to the `fields` of scrub-pii, or take {them} out: of a table, "
                f"the option `columns` of `files` says which columns are read; of JSON, "
                f"`corpuskit through -- jq -c 'del(.KEY)'` removes fields beforehand"
            )
        return document


def _paths_of_text(document: Document) -> Iterator[tuple[str, ...]]:
    """Yield the keys that lead to each string, list positions left out; the id and metadata of commands are skipped.

    A field that has the id as its value is where the id comes from, and says no more than the id does.
    """
    if document.text:
        yield ("text",)
    for key, value in document.extra.items():
        if value != document.id:
            yield from _below(value, (key,))
    for key, value in document.metadata.items():
        if key not in KEYS_OF_COMMANDS and value != document.id:
            yield from _below(value, ("metadata", key))


def _below(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(value, str):
        if value:
            yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _below(inner, (*path, key))
    elif isinstance(value, list):
        for inner in value:
            yield from _below(inner, path)
