"""The header blocks of WARC records, ARC records and HTTP messages."""

import re

_ARC_FIELDS = re.compile(rb"(.*?) ([0-9A-Fa-f.:-]+) (\d{8,20}) (?:(.*) )?(\S+)\s*", re.DOTALL)
_ADDRESS = rb"(?:\d{1,3}\.){3}\d{1,3}"
_ODD_ARC_FIELDS = re.compile(
    rb"(.*?) (?:" + _ADDRESS + rb" ([0-9A-Za-z]{4,30})|([0-9A-Za-z]{4,30}) " + _ADDRESS + rb") (?:(.*) )?(\d+)\s*",
    re.DOTALL,
)
"""A line whose date is none, or stands before the address: old crawlers wrote such lines."""
_FOLD = re.compile(r"\r?\n[ \t]+")
_FIELD = re.compile(r"(?<=\n)([^:\n]+):([^\n]*)")
_PLAIN_KIND = re.compile(rb"\nwarc-type:[ \t]*([a-z]+)[ \t]*\r?\n(?![ \t])")
_PLAIN_LENGTH = re.compile(rb"\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r?\n(?![ \t])")


def parse_headers(head: bytes) -> dict[str, str]:
    """Return the named fields of a header block after its first line, folded lines joined, the first of each name.

    >>> parse_headers(b"HTTP/1.1 200 OK\\r\\nContent-Type: text/html;\\r\\n charset=utf-8\\r\\n\\r\\n")
    {'content-type': 'text/html; charset=utf-8'}
    """
    fields = header_fields(head)
    fields.reverse()
    return dict(fields)


def header_fields(head: bytes) -> list[tuple[str, str]]:
    """Return all fields of a header block in order, as lower-case name and value; folded lines are joined."""
    text = _text(head)
    if "\n " in text or "\n\t" in text:
        text = _FOLD.sub(" ", text)
    return [(name.strip().lower(), value.strip()) for name, value in _FIELD.findall(text)]


def plain_fields(head: bytes) -> tuple[str, int]:
    """Return the type and length of a WARC record whose header leaves no doubt about them; else an empty type.

    >>> plain_fields(b"WARC/1.0\\r\\nWARC-Type: response\\r\\nContent-Length: 5\\r\\n\\r\\n")
    ('response', 5)
    """
    lower = head.lower()
    kind, length = _PLAIN_KIND.search(lower), _PLAIN_LENGTH.search(lower)
    if not kind or not length or lower.count(b"warc-type") != 1 or lower.count(b"content-length") != 1:
        return "", 0
    return kind[1].decode(), int(length[1])


def blank_line(data: bytes, start: int) -> int:
    """Return the offset where the first blank line from `start` on ends; -1 if there is none.

    >>> blank_line(b"GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\nbody", 0)
    27
    """
    with_return = data.find(b"\n\r\n", start)
    without_return = data.find(b"\n\n", start, with_return if with_return >= 0 else len(data))
    if without_return >= 0:
        return without_return + 2
    return with_return + 3 if with_return >= 0 else -1


def arc_headers(line: bytes) -> dict[str, str]:
    """Return the fields of an ARC line: URL, IP address, date, media type, more in version 2, and length."""
    match = _ARC_FIELDS.fullmatch(line)
    if match:
        url, _, date, media_types, length = match.groups()
    elif match := _ODD_ARC_FIELDS.fullmatch(line):
        url, date, date_before, media_types, length = match.groups()
        date = date or date_before
    else:
        return {"warc-target-uri": _text(line.split(b" ")[0]), "content-length": _text(line.split()[-1])}
    return {
        "warc-target-uri": _text(url),
        "warc-date": _iso_date(date.decode()),
        "content-type": _text((media_types or b"").split(b" ")[0].rstrip(b";")),
        "content-length": _text(length),
    }


def _iso_date(digits: str) -> str:
    """Return an ARC date, whose time may be missing, as ISO 8601; empty if it is not a date."""
    stamp = digits[:14].ljust(14, "0")
    if not stamp.isdigit():
        return ""
    year, month, day, hour, minute, second = stamp[:4], *(stamp[index : index + 2] for index in range(4, 14, 2))
    if not ("01" <= month <= "12" and "01" <= day <= "31" and hour < "24" and minute < "60" and second < "61"):
        return ""
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}Z"


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
