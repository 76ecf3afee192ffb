"""What no dataset knows of itself, as people state it for a public summary."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpuskit.core.errors import UsageError
from corpuskit.core.reading.plain_yaml import read_yaml
from corpuskit.core.wording import comma_list, did_you_mean, excerpt

MAX_BYTES = 1 << 20
NOT_STATED = "not stated"

SECTIONS: dict[str, tuple[str, ...]] = {
    "summary": ("version", "last_update", "previous", "changes"),
    "provider": ("name", "contact", "representative"),
    "model": ("names", "dependencies", "market_date"),
    "data": ("types_of_content", "latest_acquisition", "continues", "traits", "comments"),
    "public_datasets": ("links", "others", "comments"),
    "licensed": ("modalities", "comments"),
    "private": ("known_datasets", "description", "comments"),
    "crawl": ("crawlers", "purposes", "behaviour", "period", "sources", "small_provider", "comments"),
    "users": ("services", "comments"),
    "synthetic": ("models", "own_models", "comments"),
    "other": ("description",),
    "processing": ("code_of_practice", "reservations", "illegal_content", "other"),
}
"""What can be stated, by section. All values are text or lists of text, but for the switches."""
SWITCHES = {("crawl", "small_provider"), ("processing", "code_of_practice"), ("data", "continues")}
_DAY = r"\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?|(0[1-9]|1[0-2])/\d{4}"
DAYS = {
    ("summary", "last_update"): re.compile(_DAY),
    ("model", "market_date"): re.compile(rf"{_DAY}|not .+"),
    ("data", "latest_acquisition"): re.compile(_DAY),
}
"""What states a day; a model may be `not on the market`."""
MAPS = {("public_datasets", "links")}


@dataclass(frozen=True)
class Facts:
    """Stated facts by section and key."""

    values: dict[str, dict[str, Any]]

    def text(self, section: str, key: str) -> str:
        """Return what is stated, several things joined by semicolons; empty if nothing is."""
        value = self.values.get(section, {}).get(key, "")
        return "; ".join(map(str, value)) if isinstance(value, list) else str(value)

    def switch(self, section: str, key: str) -> bool | None:
        """Return whether something is so; None if nobody says."""
        value: bool | None = self.values.get(section, {}).get(key)
        return value

    def links(self) -> dict[str, str]:
        """Return the addresses of public datasets by source."""
        links: dict[str, str] = self.values.get("public_datasets", {}).get("links", {})
        return links


def demand_sources(facts: Facts, path: Path, sources: Collection[str]) -> None:
    """Raise UsageError for an address of a source that no dataset has."""
    for name in facts.links():
        if name not in sources:
            near = did_you_mean(name, sources)
            raise UsageError(
                f"{path.name}: `public_datasets.links` names {excerpt(name)!r}, and no dataset has such a source"
                f"{near}; there are {comma_list(sources)}"
            )


def read_facts(path: Path) -> Facts:
    """Return the facts in a YAML file. Raises UsageError if it cannot be read, or for all that is wrong in it."""
    value = read_yaml(path, MAX_BYTES, numbers=False)
    mistakes = [UsageError(f"{path.name}: {problem}") for problem in _problems(value)]
    if mistakes:
        raise mistakes[0].with_others(mistakes[1:])
    return Facts(value)


def _problems(value: Any) -> list[str]:
    """Return what is wrong with facts."""
    if value is None or value == {}:
        return [f"holds no facts; write `provider: {{name: …}}` and so on. The sections are {comma_list(SECTIONS)}"]
    if not isinstance(value, dict):
        return [f"must be a mapping with the sections {comma_list(SECTIONS)}"]
    problems = []
    for section, entries in value.items():
        if section not in SECTIONS:
            near = did_you_mean(str(section), SECTIONS)
            problems.append(f"`{excerpt(str(section))}` is no section{near}; sections: {comma_list(SECTIONS)}")
        elif not isinstance(entries, dict):
            problems.append(f"`{section}` must be a mapping with the keys {comma_list(SECTIONS[section])}")
        else:
            problems += [problem for key, item in entries.items() if (problem := _problem(section, key, item))]
    return problems


def _problem(section: str, key: Any, item: Any) -> str:
    """Return what is wrong with one fact; empty if nothing is."""
    name, keys = f"`{section}.{excerpt(str(key))}`", SECTIONS[section]
    if key not in keys:
        return f"{name} is no fact{did_you_mean(str(key), keys)}; keys here: {comma_list(keys)}"
    if (section, key) in SWITCHES:
        return "" if isinstance(item, bool) else f"{name} must be true or false, not {excerpt(repr(item))}"
    if (section, key) in MAPS:
        is_map = isinstance(item, dict) and all(isinstance(text, str) for pair in item.items() for text in pair)
        return "" if is_map else f"{name} must map sources to addresses, as in {{wiki: https://example.org}}"
    items = item if isinstance(item, list) else [item]
    are_texts = all(isinstance(text, str | int | float) and not isinstance(text, bool) for text in items)
    if (section, key) in DAYS and are_texts and not all(DAYS[section, key].fullmatch(str(text)) for text in items):
        return f"{name} must be a day such as 2026-12-01 or a month such as 12/2026, not {excerpt(repr(item))}"
    return "" if items and are_texts else f"{name} must be text, or a list of texts, not {excerpt(repr(item))}"
