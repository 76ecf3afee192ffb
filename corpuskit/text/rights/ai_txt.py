"""ai.txt: two informal files of one name, of which only restrictions are read.

Spawning's has groups and rules as robots.txt; that of draft-car-ai-txt-wellknown (2026) has lines such as
`Training: deny` and `Training-Deny: /path`. No body has agreed on either, so neither permits anything.
"""

import re
from collections.abc import Iterator

from corpuskit.text.rights.path_rules import blocking_rule, matches_path
from corpuskit.text.rights.robots_file import ALLOW, DISALLOW, RobotsFile, RobotsLine, parse_robots
from corpuskit.text.rights.statements import DISALLOWED, Statement

__all__ = ["ai_txt_statements", "parse_ai_txt"]

AI_TXT = "ai-txt"
_TRAINING = re.compile(r"[ \t]*(training(?:-deny)?)[ \t]*:[ \t]*(\S*)", re.IGNORECASE)


def parse_ai_txt(text: str) -> RobotsFile:
    """Return the groups of a file, and its lines on training as lines for the whole site."""
    lines = []
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        match = _TRAINING.match(raw.partition("#")[0])
        if match and not raw.startswith((" ", "\t")):  # indented lines are for one agent
            lines.append(RobotsLine(number, match[1].lower(), match[2], raw.strip()))
    return RobotsFile(parse_robots(text).groups, tuple(lines))


def ai_txt_statements(ai_txt: RobotsFile, path: str, url: str, captured: str) -> Iterator[Statement]:
    """Yield what keeps the address with this path from training, and what says something else."""
    for line in ai_txt.site_lines:
        is_path = line.field == "training-deny"
        if is_path and not matches_path(path, line.value):
            continue
        denies = is_path or line.value.lower() in ("deny", "disallow", "no", "conditional")
        yield Statement(AI_TXT, line.raw, f"{url}:{line.number}", {"train": DISALLOWED} if denies else {}, captured)
    rules = [rule for group in ai_txt.groups if "*" in group.agents for rule in group.rules]
    rule = blocking_rule(path, [rule for rule in rules if rule.field in (ALLOW, DISALLOW)])
    if rule is not None:
        yield Statement(AI_TXT, rule.raw, f"{url}:{rule.number}", {"train": DISALLOWED}, captured)
