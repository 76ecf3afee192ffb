"""The lines of a robots.txt file that say who may do what: groups of agents with their rules, and lines for all.

Grouping follows RFC 9309, section 2.2, and is as generous as search engines are: a missing colon, common misspellings
of `Disallow` and spaces around names do no harm. Which rule matches an address is left to the library Protego
(`path_rules`).
"""

import re
from typing import NamedTuple

__all__ = [
    "MAX_CHARACTERS",
    "RobotsFile",
    "RobotsGroup",
    "RobotsLine",
    "parse_robots",
    "path_and_value",
    "product_tokens",
]

MAX_CHARACTERS = 1 << 20
"""Characters of a file that are read; RFC 9309, section 2.5, asks for 500 KiB at least."""

AGENT, ALLOW, DISALLOW = "user-agent", "allow", "disallow"
USAGE, SIGNAL, LICENSE = "content-usage", "content-signal", "license"
_FIELDS = {
    **dict.fromkeys(("user-agent", "useragent", "user agent"), AGENT),
    **dict.fromkeys(("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"), DISALLOW),
    **dict.fromkeys(("content-usage", "content usage"), USAGE),
    **dict.fromkeys(("content-signal", "content-signals", "content signal"), SIGNAL),
    "allow": ALLOW,
    "license": LICENSE,
    # Only these, of what says nothing on use, leave a group open.
    **dict.fromkeys(("sitemap", "sitemaps", "site-map", "host"), ""),
}
"""Names of fields that are read, by each spelling; the misspellings are those that Google's parser takes."""
_PATH = re.compile(r"(/\S*)\s+(.*)", re.DOTALL)
_TOKEN = re.compile(r"[A-Za-z0-9_.+-]+")
_STRICT_TOKEN = re.compile("[A-Za-z_-]+")


class RobotsLine(NamedTuple):
    """One line: its number from 1 on, its field in lower case, its value, and the line as it is written."""

    number: int
    field: str
    value: str
    raw: str


class RobotsGroup(NamedTuple):
    """The agents of a group, as tokens in lower case, and its rules."""

    agents: tuple[str, ...]
    rules: tuple[RobotsLine, ...]


class RobotsFile(NamedTuple):
    """The groups of a file, and the lines that stand for all."""

    groups: tuple[RobotsGroup, ...]
    site_lines: tuple[RobotsLine, ...]
    """`License` lines, and signals that stand before any group."""


def product_tokens(agent: str) -> list[str]:
    """Return the tokens that a `User-agent` value names, in lower case: `*` stands for all agents.

    RFC 9309, section 2.2.1, ends a product token at the first character that is no letter, `-` or `_`; some agents
    have digits in their names all the same.

    >>> [product_tokens(agent) for agent in ("GPTBot/1.0", "Kangaroo Bot", "AI2Bot", "* ", "*CCBot*", "")]
    [['gptbot'], ['kangaroo'], ['ai2bot', 'ai'], ['*'], ['ccbot'], []]
    """
    if agent.split()[:1] == ["*"]:
        return ["*"]
    token = _TOKEN.match(agent.replace("*", ""))
    if token is None:
        return []
    strict = _STRICT_TOKEN.match(token[0])
    return list(dict.fromkeys(name.lower() for name in (token[0], strict[0] if strict else "") if name))


def path_and_value(value: str) -> tuple[str, str]:
    """Return the path that a line in robots.txt may begin with, and what follows it.

    >>> path_and_value("/news/ ai-train=no"), path_and_value("ai-train=no")
    (('/news/', 'ai-train=no'), ('', 'ai-train=no'))
    """
    match = _PATH.fullmatch(value)
    return (match[1], match[2]) if match else ("", value)


def parse_robots(text: str) -> RobotsFile:
    """Return the groups and lines of a file's text; never fails."""
    groups: list[tuple[list[str], list[RobotsLine]]] = []
    site_lines: list[RobotsLine] = []
    is_open = False
    """Whether the group may still get agents."""
    # A byte order mark, or what is left of one: Google's parser passes over a part of it, too.
    for number, raw in enumerate(text[:MAX_CHARACTERS].lstrip("\ufeff\ufffd").splitlines(), start=1):
        field_and_value = _field_and_value(raw)
        if field_and_value is None:
            continue
        field, value = field_and_value
        line = RobotsLine(number, field, value, raw.strip())
        if field == AGENT:
            if not is_open:
                groups.append(([], []))
            is_open = True
            groups[-1][0].extend(product_tokens(value))
        elif field == LICENSE:
            site_lines.append(line)
        elif field:
            is_open = False
            if field in (ALLOW, DISALLOW, USAGE, SIGNAL) and groups:
                groups[-1][1].append(line)
            elif field == SIGNAL:
                site_lines.append(line)
    return RobotsFile(
        tuple(RobotsGroup(tuple(dict.fromkeys(agents)), tuple(rules)) for agents, rules in groups if agents),
        tuple(site_lines),
    )


def _field_and_value(raw: str) -> tuple[str, str] | None:
    """Return the field of a line, empty if it leaves groups open, and its value; None for a line without a field."""
    line = raw.partition("#")[0].strip()
    if not line:
        return None
    name, colon, value = line.partition(":")
    name = " ".join(name.lower().split())
    if colon and name in _FIELDS:
        return _FIELDS[name], value.strip()
    if colon and (not value or value[0].isspace()):
        return "other", value.strip()
    # A line without its colon, such as `Disallow /`; the colon in `Disallow http://…` belongs to the value.
    words = line.split()
    for count in (1, 2):
        written = " ".join(words[:count]).lower()
        if written in _FIELDS and len(words) > count:
            return _FIELDS[written], " ".join(words[count:])
    return ("other", value.strip()) if colon else None
