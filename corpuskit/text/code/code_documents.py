"""Which documents are source code or data, and no prose."""

import re

from corpuskit.core.document import Document
from corpuskit.core.media_type import media_type

__all__ = ["is_code"]

_PROSE_TYPES = frozenset(["text/plain", "text/markdown", "text/x-markdown", "text/x-rst", "text/x-turns"])
_CODE_TYPE = re.compile(
    r"text/(?:x-.+|css|javascript|ecmascript|xml|csv)|application/(?:x-(?:sh|python|perl|ruby|php|tex)\b.*"
    r"|(?:.+\+)?json|javascript|ecmascript|typescript|sql|toml|yaml|x-yaml|xml)"
)


def is_code(document: Document) -> bool:
    """Whether a document is source code or data, by `metadata.programming_language` or else by its media type."""
    language = document.metadata.get("programming_language")
    if isinstance(language, str):
        # Its tables are large, and few documents need them.
        from corpuskit.text.code.programming_languages import kind_of

        return kind_of(language) != "prose"
    kind = media_type(document)
    return kind not in _PROSE_TYPES and _CODE_TYPE.fullmatch(kind) is not None
