"""What is put on record of a takedown: which list, without what it names, and which document, without its id."""

from collections.abc import Iterable
from typing import Any

from corpuskit.core.document import Document, text_hash
from corpuskit.core.provenance.takedowns_on_record import digests_in, digests_on_record
from corpuskit.text.takedown.entries import list_digest

__all__ = ["digests_in", "digests_on_record", "hidden", "hidden_id", "list_on_record"]

HIDDEN = "xxh3:"


def hidden_id(identifier: str) -> str:
    """Return what stands for the id of a document that was taken out: its hash.

    >>> hidden_id("page-1")
    'xxh3:974b7c67b1a5093e09ddade275a1d32f'
    """
    return HIDDEN + text_hash(identifier)


def hidden(document: Document) -> Document:
    """Return what is on record of a document that was taken out: its id's hash, and its source."""
    source = document.metadata.get("source")
    return Document(hidden_id(document.id), "", {} if source is None else {"source": source})


def list_on_record(digests: Iterable[str]) -> dict[str, Any]:
    """Return what a step's options say of a list whose entries have these digests: its own, and theirs in one string.

    By theirs it is seen whether a later list names all that this one names.
    """
    different = sorted(set(digests))
    return {"digest": list_digest(different), "entries": " ".join(different)}
