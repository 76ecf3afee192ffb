"""Which of a group's rules match an address: longest match, `*` and `$`, as RFC 9309, section 2.2, has them.

The library Protego decides. It gets only the rules that can match: of most rules, the first characters already differ
from those of the path, and a file may have thousands.
"""

import re
import string
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

__all__ = ["address_path", "blocking_rule", "matches_path", "may_match_any", "most_specific"]

Ruled = TypeVar("Ruled")

_PLAIN = re.compile(r"[A-Za-z0-9_.~/=-]*")
"""Characters that Protego compares as they are; what follows others is left to it."""
_PLAIN_STARTS = frozenset("/" + character for character in string.ascii_letters + string.digits + "_.~=-")
_AGENT = "a"
FEW_LINES = 8


def address_path(url: str) -> str:
    """Return the path and query of an address, which begin with `/`; `/` for one that cannot be read.

    >>> address_path("https://example.org/a?b#c"), address_path("https://example.org")
    ('/a?b', '/')
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return "/"
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query or "?" in url.partition("#")[0] else path


def may_match_any(path: str, lines: list[str]) -> list[str]:
    """Return the lines, which begin with patterns, that may match a path, by two characters of each.

    This only saves the rest of the room work: what is left out cannot match.
    """
    start = _plain_start(path)[:2]
    if len(start) < 2:
        return lines
    return [line for line in lines if (line_start := line[:2]) == start or line_start not in _PLAIN_STARTS]


def blocking_rule(path: str, rules: Sequence[Any]) -> Any | None:
    """Return the rule by which a group keeps its agents from a path; None if they may fetch it.

    Rules have a `field`, `allow` or `disallow`, and a `value`. Of equally long matches, `allow` wins.
    """
    plain = _plain_start(path)
    candidates = [rule for rule in rules if rule.value and _may_match(rule.value, plain, path)]
    if not any(rule.field == "disallow" for rule in candidates):
        return None
    lines = tuple(f"{rule.field}: {rule.value}" for rule in candidates)
    if _parsed(lines).can_fetch(_as_address(path), _AGENT):
        return None
    disallowing = [rule for rule in candidates if rule.field == "disallow" and _matches(path, rule.value)]
    return max(disallowing, key=lambda rule: len(rule.value), default=None)


def matches_path(path: str, pattern: str) -> bool:
    """Return whether a pattern of robots.txt matches a path; the empty pattern matches any.

    >>> [matches_path("/a/b", pattern) for pattern in ("", "/a", "/*b$", "/b")]
    [True, True, True, False]
    """
    if not pattern:
        return True
    return _may_match(pattern, _plain_start(path), path) and _matches(path, pattern)


def most_specific(path: str, rules: Iterable[Ruled], pattern_of: Callable[[Ruled], str]) -> list[Ruled]:
    """Return the rules with the longest patterns that match a path, in order; several if they are equally long."""
    matching = [(len(pattern), rule) for rule in rules if matches_path(path, pattern := pattern_of(rule))]
    longest = max((length for length, _ in matching), default=0)
    return [rule for length, rule in matching if length == longest]


def _plain_start(path: str) -> str:
    plain = _PLAIN.match(path)
    assert plain is not None
    return plain[0]


def _may_match(pattern: str, plain: str, path: str) -> bool:
    """Whether a pattern may match a path that starts with these plain characters; False only if it cannot."""
    if "*" in pattern and "%" not in path and path.isascii():
        # What stands between two wildcards has to stand in the path.
        for part in pattern.split("*"):
            literal = part.removesuffix("$").removesuffix("index.html")
            if literal not in path and _PLAIN.fullmatch(literal):
                return False
    if not pattern.startswith("/"):
        return True
    # Protego takes a rule for `index.html` as one for its folder, too.
    start = _plain_start(pattern).removesuffix("index.html")
    if len(start) <= len(plain):
        return plain.startswith(start)
    return len(plain) < len(path) and start.startswith(plain)


def _matches(path: str, pattern: str) -> bool:
    return not _parsed((f"disallow: {pattern}",)).can_fetch(_as_address(path), _AGENT)


def _as_address(path: str) -> str:
    """Return an address with this path; Protego lets any agent fetch a robots.txt, whatever its rules say of it."""
    return "https://h/%72obots.txt" if path == "/robots.txt" else f"https://h{path}"


def _parsed(lines: tuple[str, ...]) -> Any:
    return _parsed_few(lines) if len(lines) <= FEW_LINES else _parsed_many(lines)


@lru_cache(maxsize=4096)
def _parsed_few(lines: tuple[str, ...]) -> Any:
    return _parse(lines)


@lru_cache(maxsize=16)
def _parsed_many(lines: tuple[str, ...]) -> Any:
    """Of a site with thousands of patterns, one file takes megabytes."""
    return _parse(lines)


def _parse(lines: tuple[str, ...]) -> Any:
    from protego import Protego

    return Protego.parse("\n".join((f"user-agent: {_AGENT}", *lines)))
