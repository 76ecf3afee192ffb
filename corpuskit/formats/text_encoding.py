"""The character encoding of text files: UTF-8 if it fits, else detected, but never a guess that hides damage."""

import codecs
import contextlib
import re

from corpuskit.core.document import Reject
from corpuskit.core.option_values import misfit

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks with their encodings; UTF-32 before UTF-16, whose little-endian mark starts the other one's."""
_FIRST_OF_BOMS = frozenset(mark[:1] for mark, _ in BOMS)
WEB_BOMS = BOMS[:1] + BOMS[3:]
"""The marks that the WHATWG's Encoding standard knows (https://encoding.spec.whatwg.org/#bom-sniff)."""
DETECTION_BYTES = 1024 * 1024
NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\x80-\x84\x86-\x9f]")
"""Control characters that no text in a legacy encoding holds; tab, line ends, form feed, escape and NEL may occur."""
CONTROLS = bytes(code for code in (*range(32), 127) if code not in b"\b\t\n\v\f\r\x1b")
"""Bytes that text in UTF-8 has no use for; manuals for printers write bold letters by backspaces."""
LARGEST_SHARE_OF_CONTROLS = 0.3
"""Of the characters of a text; half of one in UTF-16 that is read as UTF-8 are zeros."""
LARGEST_SHARE_IN_LINES = 0.5
"""The same of a single line, of which a mark or two may be a large part."""
LARGEST_SHARE_IN_TABLES = 0.05
"""The same of a table without the columns it should have: of random bytes, one in ten is a control character."""


def demand_known_encoding(encoding: str | None, examples: str) -> None:
    """Raise UsageError for what Python does not know as the encoding of a text, such as `rot13` and `punycode`."""
    try:
        "".encode(encoding or "utf-8")
        # The codecs of domain names do not know the error handler that keeps undecodable bytes.
        codecs.getincrementaldecoder(encoding or "utf-8")("surrogateescape").decode(b"", final=True)
    except (LookupError, ValueError):
        raise misfit("encoding", f"an encoding such as {examples}", encoding) from None


def decode_text(data: bytes, encoding: str | None = None) -> str:
    """Return the text of a whole file, without its byte order mark.

    The encoding is the mark's, else `encoding`, else UTF-8, else a detected legacy encoding. UTF-8 with a few damaged
    characters is not passed off as another encoding. Raises Reject("undecodable").
    """
    start, marked_encoding = byte_order_mark(data)
    if marked_encoding is None and encoding is None:
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode()
    chosen = marked_encoding or encoding or encoding_of(data)
    try:
        text = data[start:].decode(chosen)
        if chosen != "utf-8":
            text.encode()
    except UnicodeEncodeError:
        raise Reject("undecodable", f"{chosen} with a lone surrogate") from None
    except UnicodeDecodeError as error:
        raise Reject("undecodable", f"not {chosen} at byte {start + error.start}") from None
    except UnicodeError:
        raise Reject("undecodable", f"not {chosen}") from None
    if chosen not in (encoding, marked_encoding, "utf-8"):
        _refuse_binary(text)
    return text


def demand_text(text: str, largest_share: float = LARGEST_SHARE_OF_CONTROLS) -> None:
    """Raise Reject("not-text") if more of the characters are control characters: zeros, binary data."""
    data = text.encode("utf-8", "surrogatepass")
    controls = len(data) - len(data.translate(None, CONTROLS))
    if controls > largest_share * len(text):
        raise Reject("not-text", f"{controls:,} of {len(text):,} characters are control characters")


def byte_order_mark(data: bytes) -> tuple[int, str | None]:
    """Return the length of the byte order mark that the data start with, and its encoding; (0, None) without one."""
    if data[:1] not in _FIRST_OF_BOMS:
        return 0, None
    return next(((len(mark), name) for mark, name in BOMS if data.startswith(mark)), (0, None))


def encoding_of(data: bytes, *, cut: bool = False) -> str:
    """Return the encoding of text that starts with these bytes and has no mark; `cut` if more bytes follow.

    Raises Reject("undecodable") if it is damaged UTF-8.
    """
    if is_utf8(data, cut=cut):
        return "utf-8"
    text = data.decode(errors="replace")
    damaged_characters = text.count("\ufffd")
    whole_characters = sum(1 for _ in re.finditer("[^\x00-\x7f\ufffd]", text))
    if whole_characters > damaged_characters:
        raise Reject("undecodable", f"UTF-8 with {damaged_characters} damaged characters")
    return _detect(data)


def is_utf8(data: bytes, *, cut: bool = False) -> bool:
    """Whether the data are UTF-8; with `cut`, the last character may be incomplete."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, final=not cut)
    except UnicodeDecodeError:
        return False
    return True


def _detect(data: bytes) -> str:
    from resiliparse.parse.encoding import detect_encoding

    encoding = detect_encoding(data[:DETECTION_BYTES])
    try:
        name = codecs.lookup(encoding).name if encoding else "iso8859-1"
        data.decode(name)
    except (LookupError, UnicodeDecodeError):
        # In latin-1 every byte is a character; binary data read that way is refused for its control characters.
        return "iso8859-1"
    return name


def _refuse_binary(text: str) -> None:
    match = NOT_TEXT.search(text)
    if match:
        raise Reject("undecodable", f"control character {ord(match[0]):#04x} in text that is not UTF-8")
