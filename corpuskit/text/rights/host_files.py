"""What a table holds of one host: the files that it served, each read once, with the dates at which it was captured.

A row is `{"host": …, "files": […]}`. Of a file it has `kind`, `url`, `sha256`, `captured` (first and last date of equal
captures in a row) and, by kind:

    robots, ai-txt   `groups`: agents and rules; `lines`: rules that stand outside of groups
    tdmrep           `entries`: location, whether it reserves, raw
    rsl              `rules`: host, pattern, verdicts, raw
    license          `raw`
    redirect         `to`

Rules are one text, a line for each: value, line number and field, and the line as it is written if that is not `Field:
value`, with tabs between. A robots.txt may have thousands; of one text, those that may match a path are soon picked.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from corpuskit.text.rights.ai_txt import parse_ai_txt
from corpuskit.text.rights.path_rules import may_match_any
from corpuskit.text.rights.robots_file import RobotsFile, RobotsGroup, RobotsLine, parse_robots
from corpuskit.text.rights.rsl import RslRule, parse_rsl
from corpuskit.text.rights.tdmrep import TdmEntry, parse_tdm_file

__all__ = [
    "KINDS",
    "file_content",
    "host_of",
    "kind_of_file",
    "license_text",
    "robots_for_path",
    "rsl_rules",
    "tdm_entries",
]

KINDS = ("robots", "tdmrep", "rsl", "ai-txt", "license", "redirect")
Content = dict[str, Any]

_ROBOTS_RULES = ("allow", "disallow")
_FIELD_NAMES = {
    "allow": "Allow",
    "disallow": "Disallow",
    "content-usage": "Content-Usage",
    "content-signal": "Content-Signal",
    "license": "License",
    "training": "Training",
    "training-deny": "Training-Deny",
}
_SPDX_LINE = re.compile(r"SPDX-License-Identifier:[ \t]*([^\r\n]{1,200})")
_LICENSE_NAME = re.compile(r"/(?:licen[cs]e|copying)(?:[-.][a-z0-9.-]*)?", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9._:~-]{1,253}")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def host_of(url: str) -> str:
    """Return the host of an address in lower case, with its port if it is not the scheme's; empty if it has none.

    >>> host_of("https://Example.org:443/a"), host_of("http://example.org:8080"), host_of("mailto:a")
    ('example.org', 'example.org:8080', '')
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError:
            return ""
    host = host.rstrip(".")
    if not _HOST.fullmatch(host) or parts.scheme.lower() not in _DEFAULT_PORTS:
        return ""
    return host if port in (None, _DEFAULT_PORTS[parts.scheme.lower()]) else f"{host}:{port}"


def kind_of_file(path: str, start: str) -> str:
    """Return the kind of a file by its path on the host and its first characters; empty if we do not read it."""
    name = path.partition("?")[0].lower()
    if name == "/robots.txt":
        return "robots"
    if name == "/.well-known/tdmrep.json":
        return "tdmrep"
    if name in ("/ai.txt", "/.well-known/ai.txt"):
        return "ai-txt"
    if "rslstandard.org/rsl" in start or (name.endswith(".xml") and re.search(r"<rsl\b", start)):
        return "rsl"
    return "license" if _LICENSE_NAME.fullmatch(name) else ""


def file_content(kind: str, text: str) -> Content:
    """Return what a row has of a file's text."""
    if kind in ("robots", "ai-txt"):
        robots = parse_robots(text) if kind == "robots" else parse_ai_txt(text)
        content: Content = {"groups": [[list(group.agents), _packed(group.rules)] for group in robots.groups]}
        return {**content, "lines": _packed(robots.site_lines)}
    if kind == "tdmrep":
        return {"entries": [list(entry) for entry in parse_tdm_file(text)]}
    if kind == "rsl":
        return {"rules": [list(rule) for rule in parse_rsl(text)]}
    return license_text(text)


def license_text(text: str) -> Content:
    """Return the line of a licence's text that states an SPDX expression, or else its first line."""
    match = _SPDX_LINE.search(text[:20_000])
    lines = (line.strip() for line in text[:20_000].splitlines())
    return {"raw": match[0].strip() if match else next(filter(None, lines), "")[:200]}


def robots_for_path(content: Content, path: str) -> RobotsFile:
    """Return a robots.txt or ai.txt file without the `Allow` and `Disallow` rules that cannot match the path."""
    groups = []
    for agents, packed in content["groups"]:
        rules = tuple(map(_line_of, may_match_any(path, packed.split("\n")))) if packed else ()
        groups.append(RobotsGroup(tuple(agents), rules))
    site_lines = tuple(map(_line_of, content["lines"].split("\n"))) if content["lines"] else ()
    return RobotsFile(tuple(groups), site_lines)


def tdm_entries(content: Content) -> list[TdmEntry]:
    """Return the entries of a tdmrep.json."""
    return [TdmEntry(*entry) for entry in content["entries"]]


def rsl_rules(content: Content) -> list[RslRule]:
    """Return the rules of an RSL file."""
    return [RslRule(*rule) for rule in content["rules"]]


def _packed(lines: Iterable[RobotsLine]) -> str:
    return "\n".join(map(_packed_line, lines))


def _packed_line(line: RobotsLine) -> str:
    usual = f"{_FIELD_NAMES.get(line.field, line.field)}: {line.value}"
    fields = [line.value.replace("\t", " "), str(line.number), line.field]
    return "\t".join([*fields, line.raw] if line.raw != usual else fields)


def _line_of(packed: str) -> RobotsLine:
    """Return a rule; raises ValueError for a text that is none."""
    value, number, field, *raw = packed.split("\t", 3)
    return RobotsLine(int(number), field, value, raw[0] if raw else f"{_FIELD_NAMES.get(field, field)}: {value}")


def demand_row(row: Any, *, whole: bool = True) -> None:
    """Raise ValueError, TypeError, KeyError or AttributeError unless a value is a row, as this room writes them.

    Unless `whole`, the rules of robots.txt and ai.txt are taken on trust: they are most of a row.
    """
    if not isinstance(row["host"], str) or not isinstance(row["files"], list):
        raise TypeError("row")
    for entry in row["files"]:
        if entry["kind"] not in KINDS or not isinstance(entry["url"], str):
            raise ValueError("kind")
        captured = entry["captured"]
        if not isinstance(captured, list) or len(captured) not in (0, 2) or not all(map(_is_text, captured)):
            raise TypeError("captured")
        if whole or entry["kind"] not in ("robots", "ai-txt"):
            for fault in _CHECKS[entry["kind"]](entry):
                raise TypeError(fault)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _robots_faults(entry: Content) -> Iterator[str]:
    texts = [entry["lines"]]
    for agents, rules in entry["groups"]:
        if not isinstance(agents, list) or not all(map(_is_text, agents)):
            yield "agents"
        texts.append(rules)
    for text in texts:
        if not _is_text(text):
            yield "rules"
        for packed in text.split("\n") if text else ():
            _line_of(packed)


def _tdm_faults(entry: Content) -> Iterator[str]:
    for location, reserved, raw in entry["entries"]:
        if not _is_text(location) or type(reserved) is not bool or not _is_text(raw):
            yield "entry"


def _rsl_faults(entry: Content) -> Iterator[str]:
    for host, pattern, verdicts, raw in entry["rules"]:
        if not all(map(_is_text, (host, pattern, raw, *verdicts, *verdicts.values()))):
            yield "rule"
        if not {*verdicts.values()} <= {"allowed", "disallowed"}:
            yield "verdict"


def _text_faults(entry: Content) -> Iterator[str]:
    key = "raw" if entry["kind"] == "license" else "to"
    if not _is_text(entry[key]):
        yield key


_CHECKS = {
    "robots": _robots_faults,
    "ai-txt": _robots_faults,
    "tdmrep": _tdm_faults,
    "rsl": _rsl_faults,
    "license": _text_faults,
    "redirect": _text_faults,
}
