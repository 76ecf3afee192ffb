"""Lines in other spellings: what differs in blanks alone is read without the strict parser, and loses nothing."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core import document as codec
from corpuskit.core.document import Document, Reject, decode, encode
from corpuskit.core.spelling import equal_without_blanks

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@given(TEXTS, TEXTS, st.dictionaries(TEXTS, VALUES, max_size=4), st.sampled_from([(", ", ": "), (" ,\t", "\r:  ")]))
def test_a_line_with_blanks_becomes_the_canonical_one(
    identifier: str, text: str, metadata: dict[str, Any], separators: tuple[str, str]
) -> None:
    record = {"text": text, "metadata": metadata, "id": identifier}
    line = json.dumps(record, ensure_ascii=False, separators=separators).encode()
    document = decode(line)
    assert document == Document(identifier, text, metadata) and document.came_as == line
    again = decode(encode(document))
    assert again == document and again.came_as is None


def test_the_strict_parser_is_spared(monkeypatch: pytest.MonkeyPatch) -> None:
    line = b'{"id": "a", "text": "b, c: \xc3\xa9\\n", "metadata": {"source": "web", "url": "https://a.example/"}}'
    monkeypatch.setattr(codec, "_STRICT", None)
    assert decode(line).text == "b, c: é\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": "a", "text": "b", "text": "b"}', "duplicate-key"),
        (b'{"id": "a", "text": "b", "metadata": {"a b": 1, "ab": 2, "a b": 1}}', "duplicate-key"),
        (b'{"id": "a", "text": "b", "metadata": {"n": 123456789012345678901234}}', "integer-range"),
        (b'{"id": "a", "metadata": {"text": "b"}, "text": "b", "n": 1, "n": 1}', "duplicate-key"),
    ],
)
def test_what_would_be_lost_is_refused(line: bytes, reason: str) -> None:
    with pytest.raises(Reject) as caught:
        decode(line)
    assert caught.value.reason == reason


def test_numbers_in_another_spelling_are_no_blanks() -> None:
    assert not equal_without_blanks(b'{"text": "", "n": 1e2}', b'{"text":"","n":100.0}')
    assert equal_without_blanks(b'{"text": "a b", "n": 100.0}', b'{"text":"a b","n":100.0}', 3)
    assert not equal_without_blanks(b'{"text": "a b", "n": 1}', b'{"text":"a c","n":1}', 3)
