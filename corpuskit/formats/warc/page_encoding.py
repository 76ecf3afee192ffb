"""The character encoding of a web page: its byte order mark, HTTP header, `<meta>`, and detection, in this order.

Labels mean what the WHATWG Encoding standard says (`latin1` is windows-1252); the scan for `<meta>` follows the HTML
standard's prescan, over more than its 1,024 bytes. Where the stated encoding cannot be right, the next one is tried;
so is UTF-8 for latin-1, which servers state by default: text in latin-1 is not valid UTF-8 by chance.
"""

import re
from collections.abc import Iterator

from corpuskit.core.document import Reject
from corpuskit.formats.text_encoding import WEB_BOMS, is_utf8

MAX_TEXT = 16 * 1024 * 1024
SCANNED = 4096
BAD_SHARE = 100
"""One byte in this many may be undecodable."""

_CHARSET = re.compile(r"charset\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s;,\"']+))", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_META = re.compile(rb"<meta[\s/]((?:\"[^\"]*\"|'[^']*'|[^'\">])*)", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"([^\s/=>\"']+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))")
_XML = re.compile(rb"\s*<\?xml[^>]*\sencoding\s*=\s*[\"']([^\"'>]*)[\"']")
# The web's names cover more than the Python codecs of the same name.
_WIDER = {
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "iso8859-11": "cp874",
    "iso8859-9": "cp1254",
}


def decode_page(body: bytes, content_type: str = "") -> str:
    """The text of a page, given its Content-Type field. Raises Reject: undecodable, document-too-large."""
    for mark, encoding in WEB_BOMS:
        if body.startswith(mark):
            return _checked(_replaced(body[len(mark) :], encoding))
    stated_encodings: list[str] = []
    for encoding in _stated_encodings(body, content_type):
        stated_encodings.append(encoding)
        text = _decoded(body, encoding) if encoding != "cp1252" or not is_utf8(body) else body.decode()
        if text is not None:
            return _checked(text)
    text = _detected(body)
    if text is None:
        text = _replaced(body, stated_encodings[0] if stated_encodings else "utf-8")
    return _checked(text)


def _stated_encodings(body: bytes, content_type: str) -> Iterator[str]:
    """The encodings that are stated, the most trusted first; the next is looked for when it is asked for."""
    first = _from_header(content_type)
    if first:
        yield first
    second = _unmarked_utf16(body)
    if second and second != first:
        yield second
    third = _from_markup(body[:SCANNED])
    if third and third not in (first, second):
        yield third


def python_codec(label: str) -> str | None:
    """The Python codec for an encoding label of the web; None if the label means nothing.

    >>> python_codec("Latin1"), python_codec("x-sjis"), python_codec("klingon")
    ('cp1252', 'cp932', None)
    """
    from resiliparse.parse.encoding import map_encoding_to_html5

    name = label.strip(" \t\n\f\r'\"")
    if name.lower() == "x-user-defined":
        return "cp1252"
    codec = map_encoding_to_html5(name, fallback_utf8=False) if name.isascii() and name else None
    return _WIDER.get(codec, codec) if codec else None


def _from_header(content_type: str) -> str | None:
    match = _CHARSET.search(content_type)
    return python_codec(next(filter(None, match.groups()), "")) if match else None


def _unmarked_utf16(body: bytes) -> str | None:
    """UTF-16 without a mark shows in the zero bytes around the first bracket."""
    head = body[:64].lstrip(b" \0\t\r\n")[:1]
    if head != b"<" or b"\0" not in body[:4]:
        return None
    return {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(body[:2])


def _from_markup(head: bytes) -> str | None:
    """What the first <meta> that names an encoding says, else the XML declaration."""
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
    """The codec for a label that stands in ASCII markup, so it cannot be UTF-16."""
    codec = python_codec(label.decode("latin-1")) if label else None
    return "utf-8" if codec and codec.startswith("utf-16") else codec


def _detected(body: bytes) -> str | None:
    """As UTF-8 if it is that, else as what it looks like."""
    from resiliparse.parse.encoding import detect_encoding

    if is_utf8(body):
        return body.decode()
    name = detect_encoding(body) or "utf-8"
    return _decoded(body, _WIDER.get(name, name))


def _decoded(body: bytes, encoding: str) -> str | None:
    """The text, if the encoding explains nearly all bytes beyond ASCII."""
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        # A few bytes that are cut or foreign, among many that fit, are no reason to read the page as something else.
        beyond_ascii = len(body) - len(body.decode("ascii", "ignore"))
        text = body.decode(encoding, "replace")
        return text if _bad(text, body) * 10 <= beyond_ascii else None


def _replaced(body: bytes, encoding: str) -> str | None:
    """The text with U+FFFD for bad bytes; None if they are too many."""
    text = body.decode(encoding, "replace")
    return text if _bad(text, body) * BAD_SHARE <= len(body) else None


def _bad(text: str, body: bytes) -> int:
    return text.count("\ufffd") - body.count(b"\xef\xbf\xbd")


def _checked(text: str | None) -> str:
    if text is None:
        raise Reject("undecodable", "over one byte in a hundred is in no encoding that the page may have")
    if len(text) * 4 > MAX_TEXT and len(text.encode()) > MAX_TEXT:
        raise Reject("document-too-large", f"a text of over {MAX_TEXT} bytes")
    return text
