"""Lines of which compiled code reads the text come to what orjson makes of them, or to the same refusal."""

import random
from unittest import mock

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core import document
from corpuskit.core.document import Document, Reject, decode, encode
from corpuskit.core.line_text import join_text, split_text

pytestmark = pytest.mark.skipif(split_text is None, reason="the compiled reader of lines was not built")

LITERALS = (
    '""', '"a"', '"<p class=\\"x\\">\\n\\tAn \u00e9 and a \u4e2d\u6587 \U0001f517"', r'"\\\b\f\n\r\t"', r'"\/"',
    r'"\u0041"', r'"\u0001\u001f"', r'"\u001F"', r'"\u000a"', r'"\u0008"', r'"\u000b"', r'"\u00e9"', r'"\x"',
    r'"\ud83d\udd17"', r'"\ud800"', r'"\u00"', r'"\u001"', '"a\nb"', '"a\x00b"', '"a\x7fb"', '"a', '"\\', "7", "null",
    '"' + "abcdefgh" * 9 + '"', r'"abcdefgh\"',
)  # fmt: skip
IDENTIFIERS = ('"a"', '"\u00e9"', r'"a\"b"', "7", "-7", "7.5", "null", '""', "18446744073709551616")
BEHIND = (
    "}", ',"metadata":{"a":1}}', ', "metadata": {"url": "x", "labels": {"b": [1]}}}', ',"text":"b"}', ',"text":""}',
    ',"metadata":{"a":1,"a":2}}', ',"more":1e999}', ',"more":[[1]]}', "", " }", "}}", '"}', ',"metadata":7}',
    ',"id":"b"}',
)  # fmt: skip
DAMAGE = b'"\\{},:\x00\x1f\x80\xc3\xed\xf5\xff'
CONTINUATIONS = ("", "80", "bf", "8080", "9fbf", "a080", "8fbfbf", "908080", "80808080")
"""Bytes behind a first one, in hexadecimal."""


def outcome(line: bytes) -> tuple[Document, bytes | None, str] | tuple[str, str]:
    try:
        read = decode(line)
    except Reject as reject:
        return reject.reason, reject.detail
    assert read.utf8 is None or read.utf8 == read.text.encode()
    return read, read.line, read.way


def outcome_of_orjson(line: bytes) -> tuple[Document, bytes | None, str] | tuple[str, str]:
    with mock.patch.object(document, "split_text", None):
        return outcome(line)


def made_line(chance: random.Random) -> bytes:
    space = chance.choice(("", " "))
    identifier = f'"id":{space}{chance.choice(IDENTIFIERS)},{space}'
    before = chance.choice((identifier, identifier, "", '"more":1,', '"id" :"a",'))
    line = f'{{{before}"text":{space}{chance.choice(LITERALS)}{chance.choice(BEHIND)}'.encode()
    if chance.random() < 0.3:
        position = chance.randrange(len(line))
        line = line[:position] + bytes([chance.choice(DAMAGE)]) + line[position + chance.randint(0, 1) :]
    return line


def test_both_read_lines_alike() -> None:
    chance = random.Random(3)
    lines = [made_line(chance) for _ in range(20_000)]
    assert [line for line in lines if outcome(line) != outcome_of_orjson(line)] == []
    assert sum(split(line) is not None for line in lines) > 1_000


@pytest.mark.parametrize("first", range(0x80, 0x100))
def test_bytes_that_are_no_utf8_are_left_to_orjson(first: int) -> None:
    for rest in map(bytes.fromhex, CONTINUATIONS):
        line = b'{"text":"' + bytes([first]) + rest + b'","metadata":{}}'
        assert outcome(line) == outcome_of_orjson(line)
        try:
            text = (bytes([first]) + rest).decode()
        except UnicodeDecodeError:
            assert split(line) is None
        else:
            assert split(line) == (text, text.encode(), 8, len(line) - len(',"metadata":{}}'))


@given(
    st.text(), st.text("abc\u00e9", max_size=3), st.dictionaries(st.text(max_size=3), st.integers(0, 99), max_size=2)
)
def test_canonical_lines_are_read_without_orjson(text: str, identifier: str, metadata: dict[str, int]) -> None:
    line = orjson.dumps({"id": identifier, "text": text, "metadata": metadata})
    assert outcome(line) == outcome_of_orjson(line)
    parts = split(line)
    assert parts is not None
    assert parts[:2] == (text, text.encode())


CHARACTERS = "".join(map(chr, range(128))) + "\u00e9\u4e2d\U0001f517"


@given(
    st.text(), st.text("abc\u00e9", max_size=3), st.dictionaries(st.text(max_size=3), st.integers(0, 99), max_size=2)
)
def test_lines_are_written_from_bytes_as_orjson_writes_them(
    text: str, identifier: str, metadata: dict[str, int]
) -> None:
    with_bytes = Document(identifier, text, metadata, utf8=text.encode())
    assert encode(with_bytes) == encode(Document(identifier, text, metadata))


@pytest.mark.parametrize("length", range(40))
def test_every_character_is_written_at_every_place(length: int) -> None:
    assert join_text is not None
    for character in CHARACTERS:
        text = "x" * length + character + "y" * (length % 17)
        assert join_text(b'{"text":', text.encode(), b"}") == orjson.dumps({"text": text})
    text = CHARACTERS * length
    assert join_text(b"", text.encode(), b"") == orjson.dumps(text)


def test_the_bytes_of_a_text_go_on_with_it_and_with_no_other() -> None:
    with_bytes = Document("a", "\u00e9", utf8="\u00e9".encode())
    assert with_bytes.with_metadata(title="b").utf8 == with_bytes.utf8
    assert with_bytes.with_text("\u00e8").utf8 is None


def split(line: bytes) -> tuple[str, bytes, int, int] | None:
    assert split_text is not None
    return split_text(line)
