"""What stages that work on prose require of a document."""

import re

from corpuskit.core.document import Document
from corpuskit.core.errors import UsageError
from corpuskit.core.media_type import is_html, media_type

__all__ = ["is_code", "is_code_type", "is_html", "is_xhtml", "require_prose"]

_PROSE_TYPES = frozenset(["text/plain", "text/markdown", "text/x-markdown", "text/x-rst", "text/x-turns"])
_CODE_TYPE = re.compile(
    r"text/(?:x-.+|css|javascript|ecmascript|xml|csv)|application/(?:x-(?:sh|python|perl|ruby|php|tex)\b.*"
    r"|(?:.+\+)?json|javascript|ecmascript|typescript|sql|toml|yaml|x-yaml|xml)"
)


def is_xhtml(document: Document) -> bool:
    """Whether `metadata.content_type` says that the text is XHTML, which is read by the rules of XML."""
    return media_type(document) == "application/xhtml+xml"


def is_code_type(document: Document) -> bool:
    """Whether `metadata.content_type` is a media type of source code or data; Markdown and the like are prose."""
    kind = media_type(document)
    return kind not in _PROSE_TYPES and _CODE_TYPE.fullmatch(kind) is not None


def is_code(document: Document) -> bool:
    """Whether a document is source code or data, by `metadata.programming_language` or else by its media type."""
    language = document.metadata.get("programming_language")
    if isinstance(language, str):
        from corpuskit.text.code.programming_languages import kind_of

        return kind_of(language) != "prose"
    return is_code_type(document)


def require_prose(document: Document, command: str) -> None:
    """Raise UsageError if the document is still HTML: a verdict on markup says nothing about its text."""
    if is_html(document):
        raise UsageError(f"the input is HTML, and `{command}` reads prose; run `corpuskit extract` first")
