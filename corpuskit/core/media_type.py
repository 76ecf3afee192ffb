"""The media type of a document's text, by which steps tell pages from prose."""

from corpuskit.core.document import HTML_TYPES, Document


def media_type(document: Document) -> str:
    """Return `metadata.content_type` in lower case, without parameters such as a charset; empty if there is none."""
    kind = document.metadata.get("content_type")
    return kind.partition(";")[0].strip().lower() if isinstance(kind, str) else ""


def is_html(document: Document) -> bool:
    """Whether `metadata.content_type` says that the text is HTML; parameters such as a charset do not matter."""
    return media_type(document) in HTML_TYPES
