"""The host of an address in the one spelling in which lists are compared, and what follows it.

The rules are those of the WHATWG URL Standard as far as they change which host is meant: https://url.spec.whatwg.org
"""

import re
from typing import NamedTuple
from urllib.parse import unquote

_PLAIN = re.compile(r"(?s)https?://([a-z0-9.-]*\.[a-z]+)(?![^/?#])(.*)")
"""Most addresses; a host whose last part is of letters alone is a name."""
_WITH_HOST = re.compile(
    r"(?!file:)(?:[a-z][a-z0-9+.-]*:)?[/\\]{2,}(?:[^/\\?#]*@)?(\[[^\]/]*\]|[^/\\?#:]*)(?::[0-9]*)?(?=[/\\?#]|$)(.*)"
)
_WITHOUT_SCHEME = re.compile(r"([^/\\?#:@\s]+\.[^/\\?#:@\s]+)(?::[0-9]*)?(?=[/\\?#]|$)(.*)")
_UNSEEN = re.compile(r"[\t\n\r]+")
_MOST_PARTS = 4
_ADDRESS_SPACE = 1 << 32


class Address(NamedTuple):
    """An address in small letters, without scheme, user, password and port."""

    host: str
    """ASCII: a name (international ones in Punycode) without a dot at its end, or a number address; may be empty."""
    rest: str
    """Path, query and fragment, as they are written."""

    @property
    def is_number(self) -> bool:
        """Whether the host is an IPv4 or IPv6 address, of which no part is a domain."""
        return not self.host[-1:].isalpha() and (self.host[:1] == "[" or self.host.replace(".", "").isdigit())


NOWHERE = Address("", "")


def address_of(url: str) -> Address:
    """Return the parts of an address; those of `NOWHERE` for what names no host, such as `mailto:`.

    >>> address_of("HTTPS://keeper:lamp@WWW.Example.ORG.:8443/Tide?x")
    Address(host='www.example.org', rest='/tide?x')
    """
    if match := _PLAIN.match(url.lower()):
        return Address._make(match.groups())
    url = url.strip().lower()
    if "\n" in url or "\t" in url or "\r" in url:
        url = _UNSEEN.sub("", url)
    match = _WITH_HOST.match(url) or _WITHOUT_SCHEME.match(url)
    if match is None:
        return NOWHERE
    host, rest = match.groups()
    return Address(_canonical_host(host), rest)


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
        return f"[{IPv6Address(host[1:-1]).compressed}]"
    except ValueError:
        return host


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
