"""What counts as source code: what the source `code` says of a document, or else its media type."""

import pytest

from corpuskit.core.document import Document
from corpuskit.text.code.code_documents import is_code


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"programming_language": "Python"}, True),
        ({"programming_language": "a language of tomorrow"}, True),
        ({"programming_language": "Markdown", "content_type": "text/x-python"}, False),
        ({"programming_language": 3, "content_type": "application/json"}, True),
        ({"content_type": "text/markdown"}, False),
        ({}, False),
    ],
)
def test_the_language_says_and_else_the_media_type(metadata: dict[str, object], expected: bool) -> None:
    assert is_code(Document("a", "x = 1", metadata)) is expected
