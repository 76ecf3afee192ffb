"""Which addresses a pattern names: a page, all below a path, or all of a domain.

Patterns are those of the CDX API: `example.org/page` is one page, `example.org/*` all of a host, `*.example.org` all of
a domain with the hosts below it. As in its index, `www.` counts for nothing, nor do capitals.

Sources: the CDX server API of pywb; the SURT form of addresses (Internet Archive).
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from corpuskit.core.errors import UsageError
from corpuskit.core.wording import excerpt

_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?(:[0-9]+)?")
_WWW = re.compile(r"^www[0-9]*\.")
_PLAIN_PATH = re.compile(r"[a-z0-9/_.-]*")
AFTER_COMMA = "-"
"""The first character that no key of a domain's own hosts has where these have `,` or `)`."""


@dataclass(frozen=True)
class UrlPattern:
    """A pattern of addresses; `host` is as it sorts in the index, without `www.`, and `path` begins with `/`."""

    text: str
    host: str
    path: str
    with_subdomains: bool
    is_prefix: bool

    @classmethod
    def parse(cls, text: str) -> "UrlPattern":
        """Read a pattern. Raises UsageError for one that names no host."""
        rest = re.sub(r"^https?://", "", text.strip(), flags=re.IGNORECASE)
        with_subdomains = rest.startswith("*.")
        rest = rest.removeprefix("*.")
        is_prefix = with_subdomains or rest.endswith("*")
        rest = rest.removesuffix("*") if rest.endswith("*") else rest
        host, _, path = rest.partition("/")
        if "@" in host:  # it may be a password, which no message may repeat
            raise UsageError("--url takes no user name and no password; leave out what stands before the @")
        host = _ascii_host(host)
        if not _HOST.fullmatch(host) or "*" in path or (with_subdomains and path):
            raise UsageError(
                f"--url takes a page (example.org/page), a path (example.org/news/*), a host (example.org/*) or a "
                f"domain (*.example.org), not {excerpt(text)!r}"
            )
        return cls(text.strip(), host, _plain_path(f"/{path}", is_prefix), with_subdomains, is_prefix)

    def matches(self, url: str) -> bool:
        """Whether an address is one of those.

        >>> UrlPattern.parse("example.org/News*").matches("https://www.example.org/news/1")
        True
        """
        try:
            parts = urlsplit(url)
            host = _ascii_host(parts.netloc.rpartition("@")[2])
        except ValueError:
            return False
        if self.with_subdomains:
            return host == self.host or host.partition(":")[0].endswith(f".{self.host}")
        path = _plain_path(f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/", self.is_prefix)
        return host == self.host and (path.startswith(self.path) if self.is_prefix else path == self.path)

    def key_range(self) -> tuple[str, str]:
        """Return the first key of the sorted index that may match, and the first after it that cannot.

        >>> UrlPattern.parse("*.example.org").key_range(), UrlPattern.parse("example.org/a/*").key_range()
        (('org,example', 'org,example-'), ('org,example)/a/', 'org,example)/a0'))
        """
        host, colon, port = self.host.partition(":")
        key = ",".join(reversed(host.split("."))) + colon + port
        if self.with_subdomains:
            return key, key + AFTER_COMMA
        start = f"{key})/"
        # Keys have other spellings of paths than addresses; those of plain paths are the same.
        if _PLAIN_PATH.fullmatch(self.path):
            start = f"{key}){self.path}"
        return start, start[:-1] + chr(ord(start[-1]) + 1)


def _ascii_host(host: str) -> str:
    """Return a host as the index spells it: small letters, ASCII, without `www.`, `:80` and a last dot."""
    host = host.lower()
    if not host.isascii():
        name, colon, port = host.partition(":")
        try:
            host = name.encode("idna").decode() + colon + port
        except UnicodeError:
            return ""
    host = re.sub(r":(80|443)$", "", host).rstrip(".")
    return _WWW.sub("", host)


def _plain_path(path: str, is_prefix: bool) -> str:
    """Return a path with its query as the index compares it: in small letters and, if whole, without a last `/`."""
    path = path.lower()
    return path if is_prefix or path == "/" else path.removesuffix("/") or "/"
