"""Detectors of IP addresses, and of credentials in URLs.

Addresses that identify nobody are left: this host and loopback (0.0.0.0/8, 127.0.0.0/8, `::`, `::1`), multicast
(224.0.0.0/4 of RFC 5771, ff00::/8 of RFC 4291), netmasks and what else is reserved from 240.0.0.0 up, networks (whose
host part is zero: `192.0.2.0`, `198.51.100.64/26`, `2001:db8::/32`), and what is called a broadcast address. Private
addresses (10.0.0.1, fd00::1, …) count as personal data.
"""

import ipaddress
import re
from collections.abc import Iterator
from functools import lru_cache

from corpuskit.text.pii.detector import (
    AS_ZEROS,
    Detector,
    Span,
    after,
    before,
    digit_at,
    late_re,
    merged,
    pattern,
    stands_alone,
)

_DOTTED = pattern(r"[0-9]+(?:\.[0-9]+){3,}")
"""All of a row of numbers with dots, so that one of a thousand parts is looked at once."""
_OCTET = rb"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_QUAD = rb"%(octet)b(?:\.%(octet)b){3}" % {b"octet": _OCTET}
_IPV4 = re.compile(_QUAD)
_TO = rb"(?:-|\.{2,3})"
"""Between the ends of a range, where no spaces stand: `192.0.2.7-192.0.2.9`, `192.0.2.7..192.0.2.9`."""
_FIRST_OF_RANGE = late_re(rb"(?<![0-9A-Za-z_.-])(%b)%b\Z" % (_QUAD, _TO))
_REST_OF_RANGE = late_re(rb"%b(?:%b|(%b))(?![0-9A-Za-z_])(?![.-][0-9])" % (_TO, _QUAD, _OCTET))
_FEWEST_REVISIONS, _SELDOM_IN_VERSIONS = 10, 100
"""From this number on, a package is seldom revised, and three parts of a version are seldom one this great."""
_LONGEST_IN_RANGE = 18
"""Bytes of an address and of what stands between it and the next."""
_IPV6_PATTERN = pattern(r"[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]*")
_VERSION_NUMBER = r"v?[0-9]+(?:\.[0-9]+)+[0-9A-Za-z.+-]*"
_VERSION_BEFORE = pattern(
    r"(?i)(?:\bv(?:er(?:sion(?:s|en)?|\.)?|\.)?|\breleases?|\bbuilds?|\bwindows|\bsdk|\bplugin|\blibrary|\bpackage|\bassembly|\bedition|\bfirmware|\bdrivers?|\bkernel|\bpatch|\bsections?|\bsect?\."
    r"|\bclauses?|\btables?|\bfigures?|\bchapters?|\bparagraphs?|§+|[a-z]/|\bOIDs?|\bObjectIdentifier"
    r"|\b(?:upgrad|updat|downgrad|bump|migrat)[a-z]*(?: [0-9a-z._-]+){0,3}(?: from| to|:))"
    rf"[ :=\"'(\[]{{0,4}}(?:is )?(?:{_VERSION_NUMBER}(?:, ?(?:and |or )?| and | or | to | - |-|/)){{0,8}}$"
)
_VERSION_AFTER = pattern(
    r"^(?:[-+_][A-Za-z]|\.[a-hj-z][0-9a-z]|\.i[0-9a-mo-z]|rc[0-9]|\.?[ \t]*[([]?(?i:released|or (?:later|newer"
    r"|above|higher))\b)"
)
"""What follows a version: `-beta`, `.tar.gz`, `or later`."""
_COMPARISON_BEFORE = pattern(r"(?:[=<>!~^]=|[\^~]) ?[\"']?$")
_NETWORK_BEFORE = pattern(
    r"(?i)(?:\bip(?:v4|s)?\b|addr|host|server|dns|ping|gateway|subnet|router|://|@|\bvia\b|\binet\b|netmask|network|lookup|\bgw\b|\broute|ifconfig"
    r"|\b(?:eth|wlan|en|tun)[0-9])"
)
_NETWORK_AFTER = pattern(r"(?i)^(?:/|:[^\s]|[- ]?(?:ad?dres|host|server|router|netz|network)|\.in-addr)")
_THIS_HOST = (0, 127)
_FIRST_MULTICAST = 224
_EUI_64 = re.compile(rb"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){7}")
"""The address of a device, which could be read as eight short groups."""
_SUBNET = 64
"""Bits of an IPv6 address that say which network it is in (RFC 4291)."""
_PREFIX_LENGTH = re.compile(rb"/([0-9]{1,3})(?![0-9A-Za-z.])")
_LONGEST_OF_NETWORKS = 30
_BROADCAST_BEFORE = late_re(rb"(?i)\b(?:broadcast|bcast|brd)(?: ?address)?(?: is)?[ :=]{1,3}\Z")
_CAPITAL = pattern(r"^ +\p{Lu}")
_WINDOW = 80
"""Bytes before an address in which a version's name and the versions listed before it may stand."""
_NEAR = 24

_USERINFO = pattern(r"[0-9A-Za-z]://([^\s/?#\"'<>\\\x00:@]*:[^\s/?#\"<>\\\x00]*|[^\s/?#\"'<>\\\x00:@]{20,})@")
_PARAMETER = pattern(
    r"(?i)(?:[?#&]|&amp;)((?:access|refresh|id|auth|session|security|x-amz-security|private|csrf)?[-_]?token"
    r"|(?:api|access|secret|private|subscription|aws_?access)?[-_]?key(?:[-_]?id)?|awsaccesskeyid"
    r"|(?:x-amz-|x-goog-)?(?:sig|signature|credential)"
    r"|(?:client[-_]?)?secret|password|passwd|pass|pwd|auth|authorization|sessionid|jsessionid|phpsessid)"
    r"=([^\s&#\"'<>\\\x00]+)"
)
_TEMPLATE = pattern(
    r"^(?:\{+[^{}]*\}+|\$\{[^{}]*\}|\$\([^()]*\)|\$(?:[A-Z_][0-9A-Z_]*|[a-z_]*(?:pass|pwd|secret|token|key)[0-9a-z_]*)|%[sdrv]|%\([0-9A-Z_a-z]+\)[sdr]?|#\{[^{}]*\}|%[A-Z_]+%"
    r"|<[^<>]*>|\[[A-Za-z_ -]+\]|\*+|[xX]{3,}|\.{3}|…)[.,;:!)\]]*$"
)
"""A place for a value in f-strings, shells, printf, Ruby, templates, or documentation (`<password>`, `***`)."""
_NAMES_OF_PARTS = pattern(
    r"(?i)^\[?(?:[a-z]+;)?(?:my)?_?(?:user(?:[-_]?name)?|login|benutzer(?:name)?|bruker|bruger|användare|usuario|usu\x{e1}rio|utilisateur|utente|gebruiker|uzivatel):(?:my)?_?(?:pass(?:[-_]?word|wd|wort|ord)?|pwd|secret|adgangskode|l\x{f6}senord|contrase\x{f1}a|senha|mot[-_]?de[-_]?passe|wachtwoord|heslo)$"
)
"""`user:password`, where documentation says what belongs there."""
_ALWAYS_SECRET = (b"pass", b"pwd", b"secret")


def find_ipv4(data: bytes) -> Iterator[Span]:
    """Find four octets without leading zeros that are not a version, section or object number."""
    for match in _DOTTED.finditer(data):
        start, end = match.span()
        if _IPV4.fullmatch(data, start, end) and _is_ipv4(data, start, end):
            yield start, end


def find_ipv6(data: bytes) -> Iterator[Span]:
    """Find addresses of RFC 4291, compressed and IPv4-mapped included; `a::b` in program code is left."""
    for match in _IPV6_PATTERN.finditer(data):
        start, end = match.span()
        text = data[start:end].rstrip(b".")
        if text.endswith(b":") and not text.endswith(b"::"):
            text = text[:-1]
        # `192.0.2.7::` is an address and an empty field after it.
        after_octet = data[start - 1 : start] == b"." and digit_at(data, start - 2)
        end = start + len(text)
        if not after_octet and stands_alone(data, start, end) and _is_ipv6(text, data[end : end + 5]):
            yield start, end


def find_url_credentials(data: bytes) -> list[Span]:
    """Find `user:password` before a host, long tokens in that place, and values of secret-bearing parameters."""
    spans = [match.span(1) for match in _USERINFO.finditer(data) if not _is_template(match.group(1))]
    spans += [span for match in _PARAMETER.finditer(data) if (span := _parameter(data, match))]
    return merged(spans)


def _is_ipv4(data: bytes, start: int, end: int) -> bool:
    if not stands_alone(data, start, end) or _is_joined(data, start, end):
        return False
    octets = [int(octet) for octet in data[start:end].split(b".")]
    if octets[0] in _THIS_HOST or octets[0] >= _FIRST_MULTICAST:
        return False
    window = before(data, start, _WINDOW).rpartition(b"\n")[2]
    following = after(data, end, 24)
    if _is_ipv4_network(data[start:end], following):
        return False
    in_network, is_broadcast = _networks_near(window[-_NEAR:].translate(AS_ZEROS), following.translate(AS_ZEROS))
    if is_broadcast:
        return False
    # Versions are long to tell from their words, and most fail here.
    if not in_network and not _is_likelier_address(octets):
        return False
    if _VERSION_BEFORE.search(window) or _is_heading(window, following, octets):
        return False
    return in_network or not (_COMPARISON_BEFORE.search(window) or _VERSION_AFTER.match(following))


@lru_cache(4096)
def _networks_near(near: bytes, following: bytes) -> tuple[bool, bool]:
    """Whether words around an address are about networks, and whether they call it a broadcast address."""
    in_network = _NETWORK_AFTER.match(following) or _NETWORK_BEFORE.search(near)
    return bool(in_network), bool(_BROADCAST_BEFORE.search(near))


def _is_joined(data: bytes, start: int, end: int) -> bool:
    """Whether a hyphen or dots join the number to another, and the two are no range: `1.2.3.4-1`, `lib-1.2.3.4`."""
    if data[start - 1 : start] in (b".", b"-") and not _FIRST_OF_RANGE.search(before(data, start, _LONGEST_IN_RANGE)):
        return True
    if not digit_at(data, end + 1) or data[end : end + 1] not in (b".", b"-"):
        return False
    rest = _REST_OF_RANGE.match(data, end)
    if not rest:
        return True
    # Of `192.0.2.7-9`, only the last octet is written; of `45.6.40.1-2`, a revision.
    return bool(rest[1]) and not _is_greater_octet(data[start:end], int(rest[1]))


def _is_greater_octet(address: bytes, octet: int) -> bool:
    *network, last = map(int, address.split(b"."))
    return octet > last and (octet >= _FEWEST_REVISIONS or max(network) >= _SELDOM_IN_VERSIONS)


def _is_ipv4_network(text: bytes, following: bytes) -> bool:
    """Whether the part for hosts is zero: of the length that is written after it, or of the last octet."""
    prefix = _PREFIX_LENGTH.match(following)
    if not prefix or text.endswith(b".0"):
        return text.endswith(b".0") and not (prefix and int(prefix.group(1)) > _LONGEST_OF_NETWORKS)
    return _has_no_host(ipaddress.IPv4Address(text.decode()), int(prefix.group(1)))


def _is_nobodys(octets: bytes) -> bool:
    """Whether this is an IPv4 address of this host, of many hosts, or of a network."""
    return octets[0] in _THIS_HOST or octets[0] >= _FIRST_MULTICAST or not octets[3]


def _has_no_host(address: ipaddress.IPv4Address | ipaddress.IPv6Address, prefix: int) -> bool:
    host_bits = address.max_prefixlen - prefix
    return host_bits > 1 and not int(address) % (1 << host_bits)


def _is_heading(window: bytes, following: bytes, octets: list[int]) -> bool:
    """Whether a line begins with a section's number: `4.8.4.2. Customizing versions`, `6.5.3.2 Address operators`."""
    if window.strip(b" \t#*"):
        return False
    return (following.startswith(b". ") and max(octets) < 100) or (
        bool(_CAPITAL.match(following)) and max(octets) < 32 and octets[0] != 10
    )


def _is_likelier_address(octets: list[int]) -> bool:
    """Whether four parts that nothing speaks for are an address: few addresses begin with three small parts, but
    most versions do. Addresses of private networks (10.0.0.0/8) often do, too.
    """
    return max(octets if octets[0] == 10 else octets[:3]) >= 32


def _is_ipv6(text: bytes, following: bytes) -> bool:
    if len(text) > 45:
        return False
    try:
        address = ipaddress.IPv6Address(text.decode())
    except ValueError:
        return False
    if address.is_loopback or address.is_unspecified or address.is_multicast or _EUI_64.fullmatch(text):
        return False
    if address.ipv4_mapped:
        return not _is_nobodys(address.ipv4_mapped.packed)
    prefix = _PREFIX_LENGTH.match(following)
    if _has_no_host(address, int(prefix.group(1)) if prefix else _SUBNET):
        return False
    groups = [group for group in text.replace(b".", b":").split(b":") if group]
    if b"::" not in text or len(groups) >= 4:
        return True
    # `[1::2]` is a slice and `Bad::Face` a name; addresses begin with a long group and hold a digit.
    return len(groups) >= 2 and len(groups[0]) >= 3 and any(byte in b"0123456789" for byte in text)


def _is_template(userinfo: bytes) -> bool:
    """Whether the secret part of `user:password` is left to be filled in, so that the text holds none."""
    if _NAMES_OF_PARTS.match(userinfo):
        return True
    user, colon, password = userinfo.partition(b":")
    return bool(_TEMPLATE.match(password if colon else user))


def _parameter(data: bytes, match: object) -> Span | None:
    start, end = match.span(2)  # type: ignore[attr-defined]
    if _TEMPLATE.match(data[start:end]):
        return None
    value = data[start:end].rstrip(b".,;:!)]}")
    name = match.group(1).lower()  # type: ignore[attr-defined]
    secret = any(word in name for word in _ALWAYS_SECRET)
    if secret or (len(value) >= 8 and any(byte in b"0123456789" for byte in value)):
        return start, start + len(value)
    return None


IPV4 = Detector("ipv4", r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]", find_ipv4)
IPV6 = Detector("ipv6", r":[0-9A-Fa-f]{0,4}:", find_ipv6)
URL_CREDENTIALS = Detector(
    "url-credentials",
    r"://[^\s/?#]*@|(?i:token|key|id|sig|signature|credential|secret|pass|password|passwd|pwd|auth|authorization)=",
    find_url_credentials,
)
