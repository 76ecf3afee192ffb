"""Which addresses of machines are public, and a socket that connects to no other.

An address from a list, an index or a redirect comes from others, and must not lead into the network that the reader is
in. What is looked at is the address that a connection is about to be made to: so neither the spelling of a host (as one
number, in octal or hexadecimal digits) nor a name that leads somewhere else the second time makes a difference.

Sources: the IANA registries of special-purpose IPv4 and IPv6 addresses (RFC 6890); RFC 3056 (6to4), RFC 6052 (NAT64),
RFC 4291 (addresses that hold an IPv4 one), RFC 2765 (translated ones), RFC 5214 (ISATAP).
"""

import ipaddress
import socket
from typing import Any

__all__ = ["PRIVATE", "connect_publicly", "demand_public_host", "is_private_address_error", "is_public"]

PRIVATE = "a private address"
"""What the error of a refused connection says; the same for all addresses of a host, as aiohttp joins unlike ones."""
HOST_SERVICES = frozenset({"168.63.129.16"})
"""Addresses that are public by their number, and that clouds give to services of the machine itself."""
UNICAST = ipaddress.ip_network("2000::/3")
EMBEDDING = (
    ipaddress.ip_network("::/96"),
    ipaddress.ip_network("::ffff:0:0/96"),
    ipaddress.ip_network("::ffff:0:0:0/96"),
    ipaddress.ip_network("64:ff9b::/96"),
)
"""IPv6 networks whose addresses end in an IPv4 address."""
ISATAP = 0x5EFE
HOST_SCHEMES = ("ftp", "sftp", "ssh", "smb", "webhdfs", "hdfs", "webdav", "dav", "davs")
"""Schemes, besides the web's, in whose addresses a machine is named."""

AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]
"""Family, type, protocol, name and address, as `getaddrinfo` gives them."""


def is_public(address: str) -> bool:
    """Whether an IP address is one that anybody on the internet may reach.

    >>> [is_public(address) for address in ("93.184.216.34", "10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1")]
    [True, False, False, False]
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return _is_public_v4(parsed) if isinstance(parsed, ipaddress.IPv4Address) else _is_public_v6(parsed)


def connect_publicly(info: AddressInfo) -> socket.socket:
    """Return a new socket for an address that is about to be connected to. Raises OSError if that is private."""
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise OSError(PRIVATE)
    return socket.socket(family, kind, protocol)


def demand_public_host(host: str) -> None:
    """Raise OSError if a host is, or leads to, a private address. A host that is not known is left to its client."""
    try:
        infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return
    if not all(is_public(str(info[4][0])) for info in infos):
        raise OSError(PRIVATE)


def is_private_address_error(error: BaseException | None) -> bool:
    """Whether a connection, by this error or one that it follows from, was refused as it led to a private address."""
    while error is not None:
        system_error = getattr(error, "os_error", error)
        if isinstance(system_error, OSError) and PRIVATE in str(system_error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _is_public_v4(address: ipaddress.IPv4Address) -> bool:
    return address.is_global and not address.is_multicast and str(address) not in HOST_SERVICES


def _is_public_v6(address: ipaddress.IPv6Address) -> bool:
    number = int(address)
    last = ipaddress.IPv4Address(number & 0xFFFFFFFF)
    if any(address in network for network in EMBEDDING):
        return _is_public_v4(last)
    if address.sixtofour is not None:
        return _is_public_v4(address.sixtofour)
    if (number >> 32) & 0xFDFFFFFF == ISATAP and not _is_public_v4(last):
        return False
    return address in UNICAST and address.is_global
