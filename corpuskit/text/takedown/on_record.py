"""What is put on record of a takedown: which list, without what it names, and which document, without its id."""

from collections.abc import Iterable, Mapping
from typing import Any

from corpuskit.core.document import Document, text_hash
from corpuskit.core.provenance.entries import StepEntry
from corpuskit.text.takedown.entries import DIGEST_LETTERS, list_digest

STEPS = ("filter-takedown", "takedown")
"""The steps that take documents out by a list."""
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


def digests_on_record(steps: Iterable[StepEntry]) -> set[str]:
    """Return the digests of all entries of the lists by which these steps took documents out."""
    digests: set[str] = set()
    for step in steps:
        if step["name"] in STEPS:
            digests |= digests_in(step["options"].get("list"))
    return digests


def digests_in(recorded: Any) -> set[str]:
    """Return the digests in what `list_on_record` returned; none from anything else."""
    entries = recorded.get("entries") if isinstance(recorded, Mapping) else None
    words = entries.split() if isinstance(entries, str) else []
    return {word for word in words if len(word) == DIGEST_LETTERS}
