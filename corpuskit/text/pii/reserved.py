"""Addresses and numbers that standards set aside, so that they identify nobody.

`private`: what is used again in every network: RFC 1918, RFC 6598 (carriers), RFC 3927 and RFC 4291 (link-local), RFC
4193; e-mail under `.local` (RFC 6762), `.home.arpa` (RFC 8375) and `.internal` (ICANN, 2024).
`documentation`: what is kept for examples: RFC 5737, RFC 3849 and RFC 9637; e-mail at example.com, .net and .org or
under `.example`, `.test`, `.invalid` and `.localhost` (RFC 2606, RFC 6761); 555-0100 to 555-0199 of the North American
plan.
"""

import ipaddress
import re
from functools import cache

from corpuskit.text.pii.emails import plain_email
from corpuskit.text.pii.folding import plain

GROUPS = ("private", "documentation")

_NETWORKS = {
    "private": "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 169.254.0.0/16 fc00::/7 fe80::/10",
    "documentation": "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32 3fff::/20",
}
_DOMAINS = {
    "private": re.compile(r"[.@＠](?:local|internal|home\.arpa)\Z"),
    "documentation": re.compile(r"[.@＠]example\.(?:com|net|org)\Z|\.(?:example|test|invalid|localhost)\Z"),
}
_EXAMPLE_NUMBER = re.compile(r"(?:1?[2-9][0-9]{2})?55501[0-9]{2}")


def is_reserved(group: str, kind: str, value: str) -> bool:
    """Whether a value of this type belongs to the group, one of `GROUPS`.

    >>> is_reserved("private", "ipv4", "192.168.1.9"), is_reserved("documentation", "email", "jo@mail.example.org")
    (True, True)
    >>> is_reserved("documentation", "phone", "+1 (212) 555-0123"), is_reserved("private", "ipv4", "192.0.2.7")
    (True, False)
    """
    value = plain(value)
    if kind in ("ipv4", "ipv6"):
        address = ipaddress.ip_address(value)
        return any(address in network for network in _networks(group) if network.version == address.version)
    if kind == "email":
        return bool(_DOMAINS[group].search(plain_email(value)))
    if kind == "phone" and group == "documentation":
        number = re.split("[A-Za-z,]", value)[0]
        return bool(_EXAMPLE_NUMBER.fullmatch(re.sub("[^0-9]", "", number)))
    return False


@cache
def _networks(group: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(each) for each in _NETWORKS[group].split())
