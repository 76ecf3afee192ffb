"""The character encoding of a page: what is stated, and what is doubted."""

from codecs import BOM_UTF8

import pytest

from corpuskit.formats.warc.page_encoding import decode_body, decode_page

GREEK_AND_FRENCH = (
    "<!doctype html><title>Le phare</title><p>Le phare d\u2019Érétrie, Ερέτρια, garde l\u2019entrée du port."
)
CZECH = "<p>Přístav v zimě hlídá molo, a loď čeká na ráno."
CHINESE = "<p>港口的防波堤在冬天保护着船只。"


@pytest.mark.parametrize("text", [GREEK_AND_FRENCH, CZECH, CHINESE, "<p>" + "x" * 5000 + "é"])
@pytest.mark.parametrize(
    "label",
    [
        "windows-1250", "windows-1251", "windows-1252", "cp1253", "iso-8859-1", "iso-8859-2", "ISO-8859-7",
        "iso-8859-15", "koi8-r", "koi8-u", "gbk", "gb2312", "gb18030", "big5", "shift_jis", "euc-jp", "euc-kr",
        "utf-16", "utf-16be", "iso-2022-jp", "macintosh", "tis-620", "x-user-defined", "hz-gb-2312", "us-ascii",
    ],
)  # fmt: skip
def test_valid_utf8_is_utf8_whatever_is_stated(text: str, label: str) -> None:
    assert decode_page(text.encode(), f"text/html; charset={label}") == text
    page = f'<meta charset="{label}">{text}'
    assert decode_page(page.encode(), "text/html") == page
    assert decode_page(page.encode(), f'text/html; charset="{label}"') == page


@pytest.mark.parametrize("text", [GREEK_AND_FRENCH, CZECH, CHINESE])
def test_the_bytes_of_a_text_are_known_if_the_body_is_just_these(text: str) -> None:
    stored = text.encode()
    assert decode_body(stored) == (text, stored)
    for other in (
        BOM_UTF8 + stored,
        (text * 3).encode() + b"\xc3",
        text.encode("utf-16"),
        b"<p>a",
        text.encode("gb18030"),
    ):
        assert decode_body(other, "text/html; charset=gbk").utf8 is None


def test_utf8_with_a_cut_or_a_damaged_character_is_utf8() -> None:
    stored = (GREEK_AND_FRENCH * 3).encode()
    assert decode_page(stored + b"\xc3", "text/html; charset=windows-1251") == GREEK_AND_FRENCH * 3 + "\ufffd"
    assert decode_page(stored[:-20] + b"\xff" + stored[-20:], "text/html; charset=koi8-r").count("\ufffd") == 1


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        (CZECH, "iso8859-2", "iso-8859-2"),
        (CZECH, "cp1250", "windows-1250"),
        ("<p>港の防波堤は冬に船を守る。", "shift_jis", "shift_jis"),
        ("<p>港の防波堤は冬に船を守る。", "iso2022_jp", "iso-2022-jp"),
        (CHINESE, "hz", "hz-gb-2312"),
        (CHINESE, "gb18030", "gbk"),
        ("<p>방파제는 겨울에 배를 지킨다.", "iso2022_kr", "iso-2022-kr"),
        ("<p>Порт зимой.", "koi8-r", "koi8-r"),
        (GREEK_AND_FRENCH, "utf-16-le", "utf-16"),
        (GREEK_AND_FRENCH, "utf-16-be", "utf-16be"),
        ("<p>Порт зимой.", "utf-16-le", "utf-16le"),
        ("<p>plain ascii", "utf-16-le", "utf-16le"),
    ],
)
def test_other_encodings_are_read_as_stated(text: str, codec: str, label: str) -> None:
    assert decode_page(text.encode(codec), f"text/html; charset={label}") == text


@pytest.mark.parametrize("default", ["iso-8859-1", "ISO-8859-1", '"latin1"', "us-ascii"])
@pytest.mark.parametrize(
    ("codec", "label"), [("iso8859-2", "iso-8859-2"), ("cp1250", "windows-1250"), ("cp1257", "windows-1257")]
)
def test_a_latin1_header_yields_to_the_meta(default: str, codec: str, label: str) -> None:
    text = f'<meta charset="{label}"><p>Žuvėdra žiūri.' if codec == "cp1257" else f'<meta charset="{label}">{CZECH}'
    assert decode_page(text.encode(codec), f"text/html; charset={default}") == text


def test_a_latin1_header_is_followed_if_the_meta_cannot_be_right_or_is_not_there() -> None:
    text = "<p>Château d\u2019eau, déjà vu"
    assert decode_page(text.encode("cp1252"), "text/html; charset=iso-8859-1") == text
    page = f"<meta charset=utf-8>{text}"
    assert decode_page(page.encode("cp1252"), "text/html; charset=iso-8859-1") == page


def test_another_header_is_trusted_before_the_meta() -> None:
    page = f"<meta charset=iso-8859-1>{CZECH}"
    assert decode_page(page.encode("iso8859-2"), "text/html; charset=iso-8859-2") == page


def test_markup_without_zeros_is_not_utf16() -> None:
    assert decode_page(b"<p>plain text of a page", "text/html; charset=utf-16") == "<p>plain text of a page"
