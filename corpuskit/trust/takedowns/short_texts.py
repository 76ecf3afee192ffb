"""Texts that are too short to say who wrote them."""

import re

from corpuskit.core.document import Document

LEAST_WORDS, LEAST_LETTERS = 8, 40
"""Of a text that is looked for because the list names a document with it in another way."""
_UNSPACED = re.compile(
    "[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Letters of Thai, Lao, Burmese, Khmer, Chinese and Japanese."""


def is_short(text: str) -> bool:
    """Whether a text has less than 8 words, and less than 40 letters of scripts that write no spaces.

    Such texts, as "I agree", are written by many: one of them says nothing of who wrote another.
    """
    return len(text.split(None, LEAST_WORDS)) < LEAST_WORDS and len(_UNSPACED.findall(text)) < LEAST_LETTERS


def is_short_whole(chunk: Document) -> bool:
    """Whether a chunk is short and begins where its document does: the only one, it is all of a short text."""
    span = chunk.metadata.get("span")
    return isinstance(span, list) and span[:1] == [0] and is_short(chunk.text)
