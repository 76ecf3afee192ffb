"""The record and its codec: nothing that changes in silence, and one line for equal documents."""

import json
import math
from dataclasses import fields
from multiprocessing.reduction import ForkingPickler

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core.document import (
    MAX_DEPTH,
    NUMBER_AS_ID,
    Document,
    Reject,
    decode,
    encode,
    parse,
    parse_lossless,
    text_hash,
)
from corpuskit.core.reserved import RESERVED

NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS
WORDS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(SCALARS | WORDS, lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner), max_leaves=8)
METADATA = st.dictionaries(st.sampled_from(sorted(RESERVED)) | WORDS, VALUES)
EXTRA = st.dictionaries(WORDS.filter(lambda key: key not in ("id", "text", "metadata")), VALUES)


@given(WORDS, WORDS, METADATA, EXTRA)
def test_what_is_written_is_read_again(identifier: str, text: str, metadata: dict, extra: dict) -> None:
    document = Document(identifier, text, metadata, extra)
    line = encode(document)
    again = decode(line)
    assert (again.id, again.text, again.metadata, again.extra) == (identifier, text, metadata, extra)
    assert encode(again) == line
    assert b"\n" not in line


@given(WORDS, METADATA, EXTRA)
def test_foreign_spelling_becomes_the_canonical_line(text: str, metadata: dict, extra: dict) -> None:
    foreign = json.dumps({**extra, "metadata": metadata, "text": text, "id": "x"}, indent=None).encode()
    assert encode(decode(foreign)) == encode(Document("x", text, metadata, extra))


@given(WORDS, WORDS, METADATA, st.sampled_from([(", ", ": "), (",", ":"), (" , ", " :  ")]), st.booleans())
def test_a_key_given_twice_is_found_in_any_spelling(
    text: str, key: str, metadata: dict, separators: tuple[str, str], ascii_only: bool
) -> None:
    rest = json.dumps({"text": text, "metadata": metadata}, separators=separators, ensure_ascii=ascii_only)
    pair = json.dumps({key: {"text": text}}, separators=separators, ensure_ascii=ascii_only)
    twice = f"{pair[:-1]},{pair[1:-1]},{rest[1:]}".encode()
    with pytest.raises(Reject) as caught:
        decode(twice)
    assert caught.value.reason == "duplicate-key"


def test_reserved_keys_come_first_in_their_order() -> None:
    line = encode(Document("x", "t", {"zebra": 1, "license": "MIT", "apple": 2, "url": "u"}))
    assert list(json.loads(line)["metadata"]) == ["url", "license", "zebra", "apple"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "empty-line"),
        (b"  ", "empty-line"),
        (b"{", "bad-json"),
        (b'{"text":"a"} {"text":"b"}', "bad-json"),
        (b'{"text":"\xff"}', "bad-utf8"),
        (b"[1]", "not-an-object"),
        (b'"text"', "not-an-object"),
        (b"{}", "no-text"),
        (b'{"text":null}', "no-text"),
        (b'{"text":5}', "no-text"),
        (b'{"text":"a","id":5.0}', "bad-id"),
        (b'{"text":"a","id":true}', "bad-id"),
        (b'{"text":"a","metadata":[]}', "bad-metadata"),
        (b'{"text":"a","text":"b"}', "duplicate-key"),
        (b'{"text":"a","metadata":{"x":{"k":1,"k":2}}}', "duplicate-key"),
        (b'{"text": "%b", "text": "%b"}' % (b"a" * 400, b"a" * 400), "duplicate-key"),
        (b'{"text":"%b","metadata":{"text":{"k":1,"k":2}}}' % (b"a" * 400), "duplicate-key"),
        (b'{"metadata":{"text":"a","text":"a"},"text":"a"}', "duplicate-key"),
        (b'{"x\\"text":"a","x\\"text":"a", "text":"a"}', "duplicate-key"),
        (b'{"text": "\\u00e4", "n": 1, "n": 1}', "duplicate-key"),
        (b'{"text": "a", "n": 18446744073709551616}', "integer-range"),
        (b'{"text":"a","n":NaN}', "not-finite"),
        (b'{"text":"a","n":-Infinity}', "not-finite"),
        (b'{"text":"a","n":1e999}', "not-finite"),
        (b'{"text":"\\ud800"}', "lone-surrogate"),
        (b'{"text":"a","n":18446744073709551616}', "integer-range"),
        (b'{"text":"a","n":-9223372036854775809}', "integer-range"),
        (b'{"text":"a","n":' + b"9" * 5000 + b"}", "integer-range"),
        (b'{"text":"a","n":' + b"[" * 129 + b"]" * 129 + b"}", "too-deep"),
        (b'{"text":"a","n":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too-deep"),
    ],
)
def test_a_record_that_would_change_is_rejected(line: bytes, reason: str) -> None:
    with pytest.raises(Reject) as caught:
        decode(line)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("came", "written"),
    [
        (b"0.1234567890123456789012345", b"0.12345678901234568"),
        (b"1.50", b"1.5"),
        (b"1e2", b"100.0"),
        (b"-0", b"0"),
        (b"-0.0", b"-0.0"),
        (b"18446744073709551615", b"18446744073709551615"),
        (b"-9223372036854775808", b"-9223372036854775808"),
        (b"0e-400", b"0.0"),
        (b"5e-324", b"5e-324"),
    ],
)
def test_numbers_are_integers_of_64_bits_and_doubles(came: bytes, written: bytes) -> None:
    """As docs/record.md says; RFC 8259, section 6."""
    line = b'{"id":"a","text":"t","metadata":{"n":%b}}'
    assert encode(decode(line % came)) == line % written
    assert encode(decode(line % written)) == line % written


def test_depth_up_to_the_limit_is_read() -> None:
    inner = MAX_DEPTH - 2
    assert decode(b'{"text":"a","n":' + b"[" * inner + b"]" * inner + b"}").text == "a"


def test_a_document_without_id_gets_the_hash_of_its_text() -> None:
    assert decode(b'{"text":"a"}').id == text_hash("a") != text_hash("b")


def test_a_line_separator_in_a_text_is_no_end_of_line() -> None:
    assert decode('{"text":"a\u2028b"}'.encode()).text == "a\u2028b"


def test_a_byte_order_mark_before_a_record_is_ignored() -> None:
    plain = b'{"id":"x","text":"\xef\xbb\xbfa","metadata":{}}'
    for line in (plain, b' {"text": "\xef\xbb\xbfa", "id": "x"}'):
        assert encode(decode(b"\xef\xbb\xbf" + line)) == plain
    assert parse_lossless(b'\xef\xbb\xbf{"n": 1}') == parse(b'\xef\xbb\xbf{"n": 1}') == {"n": 1}
    with pytest.raises(Reject, match="duplicate-key"):
        decode(b'\xef\xbb\xbf{"text":"a","text":"b"}')


@pytest.mark.parametrize("number", [0, 5, -3, 2**64 - 1])
def test_an_integer_id_becomes_its_digits(number: int) -> None:
    document = decode(b'{"id": %d, "text": "a", "n": 1}' % number)
    assert (document.id, document.way) == (str(number), NUMBER_AS_ID)
    assert encode(document) == b'{"id":"%d","text":"a","metadata":{},"n":1}' % number


def test_copies_leave_the_original_alone() -> None:
    document = Document("x", "t", {"title": "old", "date": "2020"})
    changed = document.with_text("u", title="new", date=None)
    assert document.metadata == {"title": "old", "date": "2020"}
    assert changed.metadata == {"title": "new"}
    assert changed.text == "u"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (Document("a", "x", {"k": math.nan}), "not-finite"),
        (Document("a", "x", {"title": "t", "k": {"n": [-math.inf]}}), "not-finite"),
        (Document("a", "x", {}, {"k": [{"n": math.inf}]}), "not-finite"),
        (Document(1, "x"), "bad-id"),  # type: ignore[arg-type]
        (Document("a", None), "no-text"),  # type: ignore[arg-type]
        (Document("a", "x", []), "bad-metadata"),  # type: ignore[arg-type]
    ],
)
def test_what_would_not_be_read_again_is_not_written(document: Document, reason: str) -> None:
    with pytest.raises(Reject) as caught:
        encode(document)
    assert caught.value.reason == reason


def test_null_is_written() -> None:
    assert encode(Document("a", "null", {"k": None})) == b'{"id":"a","text":"null","metadata":{"k":null}}'


@pytest.mark.parametrize("utf8", [None, "Der Hafen \u2013 im Winter.".encode()])
def test_a_document_goes_to_another_process_with_all_that_is_known_and_its_text_once(utf8: bytes | None) -> None:
    document = Document(
        "a", "Der Hafen \u2013 im Winter.", {"title": "b"}, {"more": 1}, b"{}", "c", {"d": 1}, utf8, b"{ }"
    )
    sent = bytes(ForkingPickler.dumps(document))
    received = ForkingPickler.loads(sent)
    assert [getattr(received, each.name) for each in fields(Document)] == [
        getattr(document, each.name) for each in fields(Document)
    ]
    assert sent.count(b"im Winter") == 1
