"""What stages that work on prose require of a document."""

from corpuskit.core.document import Document
from corpuskit.core.errors import UsageError
from corpuskit.core.media_type import is_html, media_type

__all__ = ["is_html", "is_xhtml", "require_prose"]


def is_xhtml(document: Document) -> bool:
    """Whether `metadata.content_type` says that the text is XHTML, which is read by the rules of XML."""
    return media_type(document) == "application/xhtml+xml"


def require_prose(document: Document, command: str) -> None:
    """Raise UsageError if the document is still HTML: a verdict on markup says nothing about its text."""
    if is_html(document):
        raise UsageError(f"the input is HTML, and `{command}` reads prose; run `corpuskit extract` first")
