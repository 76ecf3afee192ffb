"""Where a model server is, and the key to it.

A request holds prompts and a key, so it goes over an encrypted connection or does not leave the machine. Of plain HTTP,
what is looked at is the address that a connection is about to be made to: a name may lead anywhere.
"""

import ipaddress
import os
import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

from corpuskit.core.disk.key_file import read_key_file
from corpuskit.core.errors import UsageError
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.reading.private_addresses import AddressInfo

__all__ = ["KEY_VARIABLE", "NOT_LOOPBACK", "connect_to_loopback", "demand_base_url", "read_key"]

KEY_VARIABLE = "CORPUSKIT_MODEL_KEY"
"""Environment variable with the server's key. No other is read: a key for one service must not reach another."""
NOT_LOOPBACK = "not an address of this machine"
"""What the error of a refused connection says."""
_KEY = re.compile(r"[!-~]{1,4096}")


def demand_base_url(url: str, option: str = "url") -> str:
    """Return the base of a server's addresses, such as `https://host/v1`, without a slash at its end.

    `option` is the one that it was given by.

    Raises UsageError for an address with a user, a query or a fragment, which would be seen in lists of processes, and
    for one that is neither https nor http.
    """
    try:
        parts = urlsplit(url)
        well_formed = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        parts, well_formed = urlsplit(""), False
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise UsageError(
            f"{spelled(option)} holds more than an address; give a key in {KEY_VARIABLE} or in a file, and leave it "
            "out of the URL"
        )
    if not well_formed or parts.scheme not in ("http", "https") or not url.isprintable() or " " in url:
        raise misfit(option, "an address such as http://127.0.0.1:8080/v1 or https://host/v1", url)
    return url.rstrip("/")


def connect_to_loopback(info: AddressInfo) -> socket.socket:
    """Return a new socket for an address of this machine. Raises OSError for any other."""
    family, kind, protocol, _, address = info
    if not _is_loopback(str(address[0])):
        raise OSError(NOT_LOOPBACK)
    return socket.socket(family, kind, protocol)


def read_key(key_file: Path | None) -> str:
    """Return the key in a file, or else in the environment; empty if there is none. Raises UsageError."""
    if key_file is not None:
        key = read_key_file(key_file).decode("utf-8", "replace").strip()
        origin = f"the key file {key_file.name!r}"
        if not key:
            raise UsageError(f"{origin} is empty")
    else:
        key, origin = os.environ.get(KEY_VARIABLE, "").strip(), KEY_VARIABLE
    if key and not _KEY.fullmatch(key):
        raise UsageError(f"{origin} holds no key: a key is one word of ASCII letters, digits and marks")
    return key


def _is_loopback(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return (mapped or parsed).is_loopback
