"""The character encoding of a web page: its byte order mark, HTTP header, `<meta>`, and detection, in this order.

Labels mean what the WHATWG Encoding standard says (`latin1` is windows-1252). The scan for `<meta>` follows the HTML
standard's prescan, over more than its 1,024 bytes. If the stated encoding cannot be right, the next one is tried.

Two statements are doubted, although browsers follow them. Whatever is stated, bytes beyond ASCII that are valid UTF-8
are UTF-8: no text in another encoding is that by chance. And a header of latin-1, which servers send by default, is
followed only after the page's own `<meta>`.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from corpuskit.core.document import Reject
from corpuskit.core.sizes import size_text
from corpuskit.formats.text_encoding import WEB_BOMS, is_utf8

MAX_TEXT = 16 * 1024 * 1024
SCANNED_BYTES = 4096
BAD_SHARE = 100
"""One byte in this many may be undecodable."""
WHOLE_CHARACTERS = 20
"""Whole characters beyond ASCII for each damaged one from which a text is UTF-8."""
ZERO_SHARE = 16
"""One zero byte in this many or more is UTF-16, whose markup has one in two."""
SERVER_DEFAULTS = frozenset({"iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "l1", "us-ascii", "ascii"})
"""Labels of latin-1 that servers state of any page."""

_CHARSET = re.compile(r"charset\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s;,\"']+))", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_META = re.compile(rb"<meta[\s/]((?:\"[^\"]*\"|'[^']*'|[^'\">])*)", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"([^\s/=>\"']+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))")
_XML = re.compile(rb"\s*<\?xml[^>]*\sencoding\s*=\s*[\"']([^\"'>]*)[\"']")
# The web's labels cover more characters than the Python codecs of the same name.
_WIDER_CODECS = {
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "iso8859-11": "cp874",
    "iso8859-9": "cp1254",
}
_OLDER_CODECS = {"x-user-defined": "cp1252", "hz-gb-2312": "hz", "iso-2022-kr": "iso2022_kr"}
"""Labels that browsers refuse to follow, as scripts could hide in these encodings; here nothing runs."""


class DecodedPage(NamedTuple):
    """The text of a page."""

    text: str
    utf8: bytes | None = None
    """The text in UTF-8, if the body is just that and not ASCII, which every encoder copies as it is."""


def decode_page(body: bytes, content_type: str = "") -> str:
    """Return the text of a page, given its Content-Type field. Raises Reject: undecodable, document-too-large."""
    return decode_body(body, content_type).text


def decode_body(body: bytes, content_type: str = "") -> DecodedPage:
    """Return what `decode_page` does, and its bytes where they are known."""
    for mark, encoding in WEB_BOMS:
        if body.startswith(mark):
            return DecodedPage(_checked_text(_decode_replacing(body[len(mark) :], encoding)))
    if _may_be_utf8(body):
        try:
            return DecodedPage(_checked_text(body.decode()), body)
        except UnicodeDecodeError:
            if (text := _nearly_utf8(body)) is not None:
                return DecodedPage(_checked_text(text))
    return DecodedPage(_checked_text(_decode_stated(body, content_type)))


def _decode_stated(body: bytes, content_type: str) -> str | None:
    """Return the text by what is stated of its encoding, else by what it looks like; None if nothing fits."""
    stated_encodings: list[str] = []
    for encoding in _stated_encodings(body, content_type):
        stated_encodings.append(encoding)
        text = _decode_if_fitting(body, encoding)
        if text is not None:
            return text
    text = _decode_detected(body)
    if text is None:
        text = _decode_replacing(body, stated_encodings[0] if stated_encodings else "utf-8")
    return text


def _nearly_utf8(body: bytes) -> str | None:
    """Return the text if the bytes beyond ASCII are UTF-8, but for a few damaged characters among many; else None."""
    text = body.decode(errors="replace")
    damaged_characters = _replacement_count(text, body)
    whole_characters = len(text) - len(text.encode("ascii", "ignore")) - damaged_characters
    return text if whole_characters >= damaged_characters * WHOLE_CHARACTERS else None


def _may_be_utf8(body: bytes) -> bool:
    """Whether a body has bytes beyond ASCII, and not so many zeros that it is UTF-16.

    Pure ASCII shows nothing: it may be ISO-2022-JP or HZ.
    """
    # To look for one zero takes a tenth of the time of counting them.
    return not body.isascii() and not (b"\0" in body and body.count(0) * ZERO_SHARE > len(body))


def _stated_encodings(body: bytes, content_type: str) -> Iterator[str]:
    """Yield the stated encodings, the most trusted first; each is looked for only when it is asked for."""
    label = _header_label(content_type)
    first = python_codec(label)
    is_default = label.strip(" \t\n\f\r'\"").lower() in SERVER_DEFAULTS
    if first and not is_default and _may_be(first, body):
        yield first
    second = _unmarked_utf16(body)
    if second and second != first:
        yield second
    third = _from_markup(body[:SCANNED_BYTES])
    if third and third not in (first, second):
        yield third
    if first and is_default:
        yield first


def _may_be(encoding: str, body: bytes) -> bool:
    """Whether a body may be in the encoding: markup in UTF-16 has zeros, yet any bytes at all decode as UTF-16."""
    return not encoding.startswith("utf-16") or b"\0" in body


def python_codec(label: str) -> str | None:
    """Return the Python codec for an encoding label of the web; None if the label means nothing.

    >>> python_codec("Latin1"), python_codec("x-sjis"), python_codec("klingon")
    ('cp1252', 'cp932', None)
    """
    from resiliparse.parse.encoding import map_encoding_to_html5

    name = label.strip(" \t\n\f\r'\"")
    if name.lower() in _OLDER_CODECS:
        return _OLDER_CODECS[name.lower()]
    codec = map_encoding_to_html5(name, fallback_utf8=False) if name.isascii() and name else None
    return _WIDER_CODECS.get(codec, codec) if codec else None


def _header_label(content_type: str) -> str:
    match = _CHARSET.search(content_type)
    return next(filter(None, match.groups()), "") if match else ""


def _unmarked_utf16(body: bytes) -> str | None:
    """Return UTF-16's codec if the body is UTF-16 without a mark, as the zero byte of its first bracket shows."""
    head = body[:64].lstrip(b" \0\t\r\n")[:1]
    if head != b"<" or b"\0" not in body[:4]:
        return None
    return {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(body[:2])


def _from_markup(head: bytes) -> str | None:
    """Return the codec that the first <meta> with a known encoding names, else that of the XML declaration."""
    for tag in _META.finditer(_COMMENT.sub(b"", head)):
        attributes: dict[bytes, bytes] = {}
        for name, *values in _ATTRIBUTE.findall(tag[1]):
            attributes.setdefault(name.lower(), b"".join(values))
        label = attributes.get(b"charset")
        if label is None and attributes.get(b"http-equiv", b"").strip().lower() == b"content-type":
            match = _CHARSET.search(attributes.get(b"content", b"").decode("latin-1"))
            label = next(filter(None, match.groups()), "").encode("latin-1") if match else None
        codec = _ascii_based(label)
        if codec:
            return codec
    declared = _XML.match(head)
    return _ascii_based(declared[1]) if declared else None


def _ascii_based(label: bytes | None) -> str | None:
    """Return the codec for a label in ASCII markup, which therefore cannot be UTF-16."""
    codec = python_codec(label.decode("latin-1")) if label else None
    return "utf-8" if codec and codec.startswith("utf-16") else codec


def _decode_detected(body: bytes) -> str | None:
    """Decode as UTF-8 if the body is UTF-8, else as what it looks like; None if that does not fit."""
    from resiliparse.parse.encoding import detect_encoding

    if is_utf8(body):
        return body.decode()
    name = detect_encoding(body) or "utf-8"
    return _decode_if_fitting(body, _WIDER_CODECS.get(name, name))


def _decode_if_fitting(body: bytes, encoding: str) -> str | None:
    """Return the text if the encoding fits nearly all bytes beyond ASCII, else None."""
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        # A few bytes that are cut or foreign, among many that fit, are no reason to try another encoding.
        beyond_ascii = len(body) - len(body.decode("ascii", "ignore"))
        text = body.decode(encoding, "replace")
        return text if _replacement_count(text, body) * 10 <= beyond_ascii else None


def _decode_replacing(body: bytes, encoding: str) -> str | None:
    """Return the text with U+FFFD for undecodable bytes; None if there are too many."""
    text = body.decode(encoding, "replace")
    return text if _replacement_count(text, body) * BAD_SHARE <= len(body) else None


def _replacement_count(text: str, body: bytes) -> int:
    """Return how many U+FFFD decoding has added, besides those that the body already holds as UTF-8."""
    return text.count("\ufffd") - body.count(b"\xef\xbf\xbd")


def _checked_text(text: str | None) -> str:
    """Return the text. Raises Reject if there is none, or too much of it."""
    if text is None:
        raise Reject("undecodable", "over one byte in a hundred is in no encoding that the page may have")
    if len(text) * 4 > MAX_TEXT and len(text.encode()) > MAX_TEXT:
        raise Reject("document-too-large", f"a text of over {size_text(MAX_TEXT)}")
    return text
