"""The host of an address in the one spelling in which lists are compared, and what follows it.

The rules are those of the WHATWG URL Standard as far as they change which host is meant: https://url.spec.whatwg.org
"""

import re
from typing import NamedTuple
from urllib.parse import quote, unquote, unquote_to_bytes

_PLAIN = re.compile(r"(?s)https?://([a-z0-9.-]*\.[a-z]+)(?![^/?#])(.*)")
"""Most addresses; a host whose last part is of letters alone is a name."""
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:")
_SPECIAL = frozenset(("http:", "https:", "ws:", "wss:", "ftp:"))
"""Schemes after which browsers take any number of slashes, in either direction, and none."""
_WEB = frozenset(("", "http:", "https:"))
"""Schemes by which one page is read; an address without any is of the web."""
_OWN_PORTS = {
    "": ("80", "443"),
    "http:": ("80",),
    "https:": ("443",),
    "ws:": ("80",),
    "wss:": ("443",),
    "ftp:": ("21",),
}
_LOCAL = "file:"
_END_OF_HOST = re.compile(r"[/\\?#]")
_END_OF_PATH = re.compile(r"[?#]")
_PORT = re.compile(r"(?::[0-9]*)?")
_UNSEEN = {ord(character): None for character in "\t\n\r"}
_AROUND = "".join(map(chr, range(0x21)))
"""Control characters and the space, which browsers strip."""
_ENCODED = re.compile(r"(?:%[0-9a-f]{2})+")
_UNRESERVED = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-._~")
"""Characters that mean the same when a percent sign writes them: RFC 3986, section 2.3."""
_MOST_PARTS = 4
_ADDRESS_SPACE = 1 << 32


class Address(NamedTuple):
    """An address in small letters, without user and password."""

    host: str
    """ASCII: a name (international ones in Punycode) without a dot at its end, or a number address; may be empty."""
    rest: str
    """Path, query and fragment, without dot segments and needless percent signs."""
    server: str = ""
    """A scheme and a port that are not the web's: `ftp:`, `:8443`. Empty for http and https at their own ports."""

    @property
    def is_number(self) -> bool:
        """Whether the host is an IPv4 or IPv6 address, of which no part is a domain."""
        return not self.host[-1:].isalpha() and (self.host[:1] == "[" or self.host.replace(".", "").isdigit())


NOWHERE = Address("", "")


def address_of(url: str) -> Address:
    """Return the parts of an address; those of `NOWHERE` for what names no host, such as `mailto:`.

    >>> address_of("HTTPS://keeper:lamp@WWW.Example.ORG.:8443/Tide?x")
    Address(host='www.example.org', rest='/tide?x', server=':8443')
    """
    if match := _PLAIN.match(url.lower()):
        host, rest = match.groups()
        return Address(host, _canonical_rest(rest))
    url = url.strip(_AROUND).translate(_UNSEEN).lower()
    scheme = match[0] if (match := _SCHEME.match(url)) else ""
    if scheme in _SPECIAL:
        return _with_host(url[len(scheme) :].lstrip("/\\"), scheme)
    after_scheme = url[len(scheme) :]
    if scheme != _LOCAL and after_scheme[:2].replace("\\", "/") == "//":
        return _with_host(after_scheme.lstrip("/\\"), scheme)
    return _without_scheme(url)


def _with_host(text: str, scheme: str) -> Address:
    """Return an address from what follows its scheme and slashes."""
    authority, rest = _split(text, _END_OF_HOST)
    host = authority.rpartition("@")[2]
    end = host.find("]") + 1 if host.startswith("[") else host.find(":")
    host, port = (host[:end], host[end:]) if end > 0 else (host, "")
    if not _PORT.fullmatch(port):
        return NOWHERE
    return Address(_canonical_host(host), _canonical_rest(rest), _server(scheme, port[1:]))


def _without_scheme(text: str) -> Address:
    """Return an address that begins with its host; `NOWHERE` unless that has a dot."""
    authority, rest = _split(text, _END_OF_HOST)
    host, colon, port = authority.partition(":")
    if "." not in host[1:-1] or not _PORT.fullmatch(colon + port) or "@" in host or len(host.split(maxsplit=1)) > 1:
        return NOWHERE
    return Address(_canonical_host(host), _canonical_rest(rest), _server("", port))


def _server(scheme: str, port: str) -> str:
    """Return what `Address.server` is: the URL Standard drops the port that is a scheme's own."""
    port = port.lstrip("0")
    port = f":{port}" if port and port not in _OWN_PORTS.get(scheme, ()) else ""
    return port if scheme in _WEB else scheme + port


def _split(text: str, end: "re.Pattern[str]") -> tuple[str, str]:
    """Return what stands before a character and from it on."""
    match = end.search(text)
    return (text[: match.start()], text[match.start() :]) if match else (text, "")


def _canonical_rest(rest: str) -> str:
    """Return path, query and fragment without dot segments, and with what needs no percent sign written without."""
    if "%" in rest:
        rest = _ENCODED.sub(_decoded, rest)
    if "\n" in rest or "\t" in rest or "\r" in rest:
        rest = rest.translate(_UNSEEN)
    if "\\" in rest or "/." in rest:
        path, query = _split(rest, _END_OF_PATH)
        rest = _without_dot_segments(path.replace("\\", "/")) + query
    return rest


def _decoded(match: "re.Match[str]") -> str:
    """Return what a run of bytes behind percent signs stands for, but for characters that would mean more."""
    try:
        text = unquote_to_bytes(match[0]).decode().lower()
    except UnicodeDecodeError:
        return match[0]
    return "".join(character if _is_plain(character) else quote(character, safe="").lower() for character in text)


def _is_plain(character: str) -> bool:
    return character in _UNRESERVED if character.isascii() else character.isprintable()


def _without_dot_segments(path: str) -> str:
    """Return a path without `.` and `..`, as RFC 3986, section 5.2.4, resolves them."""
    segments_left: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del segments_left[-1:]
        elif segment != ".":
            segments_left.append(segment)
    if segments and segments[-1] in (".", ".."):
        segments_left.append("")
    return "/" + "/".join(segments_left) if segments else path


def _canonical_host(host: str) -> str:
    if host[:1] == "[":
        return _canonical_ipv6(host)
    if "%" in host:
        host = unquote(host).lower()
    if not host.isascii():
        host = _in_punycode(host)
    host = host.rstrip(".")
    return _canonical_ipv4(host) or host


def _in_punycode(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:  # no name that could be registered, so no list has it either
        return host.encode("ascii", "backslashreplace").decode()


def _canonical_ipv6(host: str) -> str:
    from ipaddress import IPv6Address

    try:
        address = IPv6Address(host[1:-1])
    except ValueError:
        return host
    return str(address.ipv4_mapped) if address.ipv4_mapped else f"[{address.compressed}]"


def _canonical_ipv4(host: str) -> str | None:
    """Return an address of one to four numbers, in octal or hexadecimal, too, with dots; None for names."""
    parts = host.split(".")
    if not parts[-1][:1].isdigit() or len(parts) > _MOST_PARTS:
        return None
    try:
        numbers = [_number(part) for part in parts]
    except ValueError:
        return None
    value = numbers.pop()
    room_left = _ADDRESS_SPACE >> (8 * len(numbers))
    if value >= room_left or any(number > 0xFF for number in numbers):
        return None
    for index, number in enumerate(numbers):
        value += number << (24 - 8 * index)
    return ".".join(str(value >> shift & 0xFF) for shift in (24, 16, 8, 0))


def _number(digits: str) -> int:
    """Return a number in the base that its first digits say. Raises ValueError."""
    if not digits.isalnum():
        raise ValueError(digits)
    if digits.startswith("0x"):
        return int(digits[2:] or "0", 16)
    return int(digits, 8 if digits.startswith("0") and len(digits) > 1 else 10)
