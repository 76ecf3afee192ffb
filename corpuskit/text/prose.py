"""What stages that work on prose require of a document."""

import re

from corpuskit.core.document import HTML_TYPES, Document
from corpuskit.core.errors import UsageError

__all__ = ["is_code_type", "is_html", "is_xhtml", "require_prose"]

_PROSE_TYPES = frozenset(["text/plain", "text/markdown", "text/x-markdown", "text/x-rst", "text/x-turns"])
_CODE_TYPE = re.compile(
    r"text/(?:x-.+|css|javascript|ecmascript|xml|csv)|application/(?:x-(?:sh|python|perl|ruby|php|tex)\b.*"
    r"|(?:.+\+)?json|javascript|ecmascript|typescript|sql|toml|yaml|x-yaml|xml)"
)


def is_html(document: Document) -> bool:
    """Whether `metadata.content_type` says that the text is HTML; parameters such as a charset do not matter."""
    return _media_type(document) in HTML_TYPES


def is_xhtml(document: Document) -> bool:
    """Whether `metadata.content_type` says that the text is XHTML, which is read by the rules of XML."""
    return _media_type(document) == "application/xhtml+xml"


def is_code_type(document: Document) -> bool:
    """Whether `metadata.content_type` is a media type of source code or data; Markdown and the like are prose."""
    media_type = _media_type(document)
    return media_type not in _PROSE_TYPES and _CODE_TYPE.fullmatch(media_type) is not None


def _media_type(document: Document) -> str:
    kind = document.metadata.get("content_type")
    return kind.partition(";")[0].strip().lower() if isinstance(kind, str) else ""


def require_prose(document: Document, command: str) -> None:
    """Raise UsageError if the document is still HTML: a verdict on markup says nothing about its text."""
    if is_html(document):
        raise UsageError(f"the input is HTML, and `{command}` reads prose; run `corpuskit extract` first")
