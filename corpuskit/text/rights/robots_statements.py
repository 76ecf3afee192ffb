"""What a robots.txt file says on the use of one address.

Four mechanisms share the file: rules for named agents (RFC 9309), usage tokens (October 2026, provisional), AI
preferences (`Content-Usage`) and Content Signals.
"""

from collections.abc import Iterable, Iterator, Sequence

from corpuskit.text.rights.agents import AgentList
from corpuskit.text.rights.content_signal import signal_verdicts
from corpuskit.text.rights.content_usage import usage_verdicts
from corpuskit.text.rights.path_rules import blocking_rule, matches_path, most_specific
from corpuskit.text.rights.robots_file import (
    ALLOW,
    DISALLOW,
    SIGNAL,
    USAGE,
    RobotsFile,
    RobotsGroup,
    RobotsLine,
    path_and_value,
)
from corpuskit.text.rights.statements import ALLOWED, DISALLOWED, Statement

__all__ = ["robots_statements"]

ROBOTS, USAGE_TOKEN, AIPREF, CONTENT_SIGNAL = "robots", "usage-token", "aipref-robots", "content-signal"
USAGE_TOKENS = {"__usage_ai-training": "train"}
"""Tokens that stand for a use and not for an agent (draft-kelley-aipref-training-preference-signal-00)."""
TOKEN_START = "__usage_"  # noqa: S105 - no secret
EVERYBODY = "*"


def robots_statements(robots: RobotsFile, path: str, agents: AgentList, url: str, captured: str) -> Iterator[Statement]:
    """Yield what a file says on the address with this path; `url` and `captured` say where the file came from."""
    groups: dict[str, list[RobotsGroup]] = {}
    for group in robots.groups:
        for agent in group.agents:
            groups.setdefault(agent, []).append(group)
    yield from _agent_statements(groups, path, agents, url, captured)
    yield from _token_statements(groups, path, url, captured)
    crawler_rules = _rules(groups.get(agents.crawler) or groups.get(EVERYBODY, []), (USAGE, SIGNAL))
    # RFC 9309: an own group replaces that for all. Whether the signal for all still holds is disputed, so it is kept.
    replaced_rules = _rules(groups.get(EVERYBODY, ()), (USAGE, SIGNAL)) if agents.crawler in groups else []
    yield from _usage_statements([rule for rule in crawler_rules if rule.field == USAGE], path, url, captured)
    signals = [rule for rule in (*crawler_rules, *robots.site_lines) if rule.field == SIGNAL]
    yield from _signal_statements(signals, path, url, captured)
    for rule in replaced_rules:
        mechanism = AIPREF if rule.field == USAGE else CONTENT_SIGNAL
        yield Statement(mechanism, rule.raw, f"{url}:{rule.number} (for others)", {}, captured)


def _rules(groups: Iterable[RobotsGroup], fields: Sequence[str]) -> list[RobotsLine]:
    return [rule for group in groups for rule in group.rules if rule.field in fields]


def _agent_statements(
    groups: dict[str, list[RobotsGroup]], path: str, agents: AgentList, url: str, captured: str
) -> Iterator[Statement]:
    """Yield one statement on all agents that may not fetch the address, by the first rule that says so.

    Only agents that the file names count, and the crawler, to which the group for all applies if it has none. That an
    agent may fetch a page is no permission to use it.
    """
    tokens = [token for token in groups if token in agents.training]
    if agents.crawler not in tokens:
        tokens.append(agents.crawler if agents.crawler in groups else EVERYBODY)
    blocked_agents, first_rule = [], None
    for token in tokens:
        rule = blocking_rule(path, _rules(groups.get(token, ()), (ALLOW, DISALLOW)))
        if rule is not None:
            blocked_agents.append(agents.training.get(token, token))
            first_rule = first_rule or rule
    if first_rule is not None:
        raw = "".join(f"User-agent: {agent}\n" for agent in blocked_agents) + first_rule.raw
        yield Statement(ROBOTS, raw, f"{url}:{first_rule.number}", {"train": DISALLOWED}, captured)


def _token_statements(groups: dict[str, list[RobotsGroup]], path: str, url: str, captured: str) -> Iterator[Statement]:
    """Yield what groups for a use say; a use without a group of its own does not fall back to that for all."""
    for token, token_groups in groups.items():
        if not token.startswith(TOKEN_START):
            continue
        rules = _rules(token_groups, (ALLOW, DISALLOW))
        rule = blocking_rule(path, rules)
        verdict = ALLOWED if rule is None else DISALLOWED
        verdicts = {USAGE_TOKENS[token]: verdict} if token in USAGE_TOKENS else {}
        line = rule or next(iter(rules), None)
        raw = f"User-agent: {token}" + (f"\n{line.raw}" if line else "")
        yield Statement(USAGE_TOKEN, raw, f"{url}:{line.number}" if line else url, verdicts, captured)


def _usage_statements(rules: Sequence[RobotsLine], path: str, url: str, captured: str) -> Iterator[Statement]:
    """Yield the preferences with the longest path that matches; equal paths are separate statements."""
    # A value that is a path alone has no preferences.
    with_preferences = [rule for rule in rules if not path_and_value(rule.value)[1].startswith("/")]
    for rule in most_specific(path, with_preferences, lambda rule: path_and_value(rule.value)[0]):
        verdicts = usage_verdicts(path_and_value(rule.value)[1])
        yield Statement(AIPREF, rule.raw, f"{url}:{rule.number}", verdicts, captured)


def _signal_statements(rules: Sequence[RobotsLine], path: str, url: str, captured: str) -> Iterator[Statement]:
    for rule in rules:
        pattern, value = path_and_value(rule.value)
        if matches_path(path, pattern):
            yield Statement(CONTENT_SIGNAL, rule.raw, f"{url}:{rule.number}", signal_verdicts(value), captured)
