"""The agents that robots.txt files name, and what their operators say they are for.

A `Disallow` for one company's agent is an instruction to that company. For training, operators publish such tokens as
the way to opt out, and sites list them all for that purpose; so it is read as said to anybody who trains. For search
and for input it is not: who keeps one assistant out may want to be found by others.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from corpuskit.core.disk.option_file import read_option_file
from corpuskit.core.errors import UsageError
from corpuskit.core.wording import printable_name
from corpuskit.text.rights.statements import USES

__all__ = ["AgentList", "default_agents", "default_training_names", "read_agents"]

MOST_BYTES = 1 << 20
_EXAMPLE = '{"crawler": "CCBot", "agents": [{"token": "GPTBot", "uses": ["train"]}]}'


class AgentList(NamedTuple):
    """Whose groups are read."""

    crawler: str
    """The crawler that fetched the pages, in lower case; its group, or else that for `*`, is read."""
    training: dict[str, str]
    """Agents that collect for training: the token in lower case, and as its operator writes it."""


@cache
def default_agents() -> AgentList:
    """Return the list that comes with corpuskit."""
    return _agents((Path(__file__).with_name("agents.json")).read_bytes())


@cache
def default_training_names() -> frozenset[str]:
    """Return the agents of that list that collect for training, in lower case."""
    return frozenset(default_agents().training)


def read_agents(path: Path) -> AgentList:
    """Return the list in a file of the same shape. Raises UsageError if it is none."""
    name = printable_name(path.name or str(path))
    data = read_option_file(path, "list of agents", MOST_BYTES)
    try:
        return _agents(data)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise UsageError(f"{name!r} is no list of agents; it is JSON such as {_EXAMPLE}") from None


def _agents(data: bytes) -> AgentList:
    value: Any = json.loads(data)
    training = {}
    for entry in value["agents"]:
        if not set(entry["uses"]) <= set(USES) or isinstance(entry["uses"], str):
            raise ValueError("uses")
        if "train" in entry["uses"]:
            training[_token(entry["token"]).lower()] = entry["token"]
    return AgentList(_token(value["crawler"]).lower(), training)


def _token(value: Any) -> str:
    if not isinstance(value, str) or not value or value != value.strip():
        raise TypeError("token")
    return value
