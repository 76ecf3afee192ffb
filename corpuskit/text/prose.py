"""What stages that work on prose require of a document."""

from corpuskit.core.document import HTML_TYPES, Document
from corpuskit.core.errors import UsageError

__all__ = ["is_html", "require_prose"]


def is_html(document: Document) -> bool:
    """Whether `metadata.content_type` says that the text is HTML; parameters such as a charset do not matter."""
    kind = document.metadata.get("content_type")
    return isinstance(kind, str) and kind.partition(";")[0].strip().lower() in HTML_TYPES


def require_prose(document: Document, command: str) -> None:
    """Raise UsageError if the document is still HTML: a verdict on markup says nothing about its text."""
    if is_html(document):
        raise UsageError(f"{command} reads prose, but its input is HTML; run `corpuskit extract` first")
