"""What a document's own declarations say: fields of its HTTP response, and elements of its page."""

import re
from collections.abc import Iterator, Sequence

from corpuskit.text.rights.agents import AgentList
from corpuskit.text.rights.content_signal import signal_verdicts
from corpuskit.text.rights.content_usage import usage_verdicts
from corpuskit.text.rights.declarations import Declaration
from corpuskit.text.rights.rsl import matching_rules, parse_rsl
from corpuskit.text.rights.statements import DISALLOWED, Statement
from corpuskit.text.rights.tdmrep import reservation

__all__ = ["page_statements", "tdm_values"]

AIPREF_HEADER, CONTENT_SIGNAL, NOAI, LICENSE_LINK, RSL = (
    "aipref-header",
    "content-signal",
    "noai",
    "license-link",
    "rsl",
)
_LOCATIONS = {"header": "HTTP header", "meta": "HTML meta", "link": "HTML link", "script": "HTML script"}
_NO_TRAINING = frozenset({"noai", "noml"})
_NO_SEARCH = frozenset({"noindex", "none"})
_OTHERS = frozenset({"noimageai"})
"""Kept as it is written; it is said of images, and a document is text."""
_AGENT = re.compile(r"\s*([A-Za-z0-9_.*-]+)\s*:\s*(.*)", re.DOTALL)
_VALUED_RULES = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
"""Rules of X-Robots-Tag that have a colon themselves; any other word before a colon is an agent."""


def page_statements(
    declarations: Sequence[Declaration], agents: AgentList, host: str, path: str
) -> Iterator[Statement]:
    """Yield what declarations say, but for those of TDMRep, whose places depend on one another (`tdm_values`)."""
    usage_fields = [entry.value for entry in declarations if _is_header(entry, "content-usage")]
    if usage_fields:
        value = ", ".join(usage_fields)  # lines of one field are one dictionary (RFC 9110, section 5.3)
        yield Statement(AIPREF_HEADER, f"Content-Usage: {value}", _LOCATIONS["header"], usage_verdicts(value))
    for entry in declarations:
        carrier, name, value = entry
        if _is_header(entry, "content-signal"):
            yield Statement(CONTENT_SIGNAL, f"Content-Signal: {value}", _LOCATIONS[carrier], signal_verdicts(value))
        elif _is_header(entry, "x-robots-tag"):
            yield from _robots_tag(value, agents)
        elif carrier == "meta" and not name.startswith("tdm-"):
            yield from _robots_meta(name, value, agents)
        elif name in ("license", "link"):
            yield Statement(LICENSE_LINK, value, _LOCATIONS[carrier])
        elif carrier == "script":
            for rule in matching_rules(parse_rsl(value), host, path):
                yield Statement(RSL, rule.raw, _LOCATIONS[carrier], rule.verdicts)
        elif name == "rsl":
            yield Statement(RSL, value, _LOCATIONS[carrier])


def tdm_values(declarations: Sequence[Declaration]) -> Iterator[tuple[bool, str, str]]:
    """Yield each reservation of header, then page, as whether it reserves, its raw text and where it stands."""
    for carrier in ("header", "meta"):
        for entry in declarations:
            if entry.carrier == carrier and entry.name == "tdm-reservation":
                reserved = reservation(entry.value)
                if reserved is not None:
                    yield reserved, f"tdm-reservation: {entry.value.strip()}", _LOCATIONS[carrier]


def _is_header(entry: Declaration, name: str) -> bool:
    return entry.carrier == "header" and entry.name == name


def _robots_tag(value: str, agents: AgentList) -> Iterator[Statement]:
    """Yield what an X-Robots-Tag says: to all, or to the agents that it names before their rules."""
    rules: dict[str, list[str]] = {}
    agent = ""
    for part in value.split(","):
        match = _AGENT.fullmatch(part)
        if match and match[1].lower() not in _VALUED_RULES:
            agent, part = match[1].lower(), match[2]
        rules.setdefault(agent, []).append(part)
    for agent, parts in rules.items():
        yield from _rules_statement(agent, ",".join(parts), f"X-Robots-Tag: {value}", _LOCATIONS["header"], agents)


def _robots_meta(name: str, value: str, agents: AgentList) -> Iterator[Statement]:
    raw = f'<meta name="{name}" content="{value}">'
    yield from _rules_statement("" if name == "robots" else name, value, raw, _LOCATIONS["meta"], agents)


def _rules_statement(agent: str, rules: str, raw: str, location: str, agents: AgentList) -> Iterator[Statement]:
    words = set(re.split(r"[\s,;]+", rules.lower()))
    is_for_all, is_for_training = agent in ("", "*"), agent in agents.training or agent == agents.crawler
    verdicts = {}
    if words & _NO_TRAINING and (is_for_all or is_for_training):
        verdicts["train"] = DISALLOWED
    if words & _NO_SEARCH and is_for_all:
        verdicts["search"] = DISALLOWED
    if verdicts or words & (_NO_TRAINING | _OTHERS):
        yield Statement(NOAI, raw, location, verdicts)
