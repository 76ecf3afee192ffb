"""Values of a marked tree, read by a schema: every error names the line, the key and what would be valid."""

import math
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from corpuskit.core.errors import UsageError
from corpuskit.core.wording import comma_list, did_you_mean, excerpt
from corpuskit.mix.recipe.yaml import Marked


class Node:
    """One value of the tree and the trail that leads to it. A null counts as a missing key."""

    def __init__(self, tree: Marked, *trail: str | int) -> None:
        self.tree = tree
        self.trail = trail
        self.value: Any = tree.value
        for step in trail:
            self.value = self.value[step]

    @property
    def location(self) -> str:
        """The file and line of the value: `recipe.yaml:12`."""
        return self.tree.at(*self.trail)

    @property
    def key(self) -> str:
        """The name of the nearest key, for messages."""
        return next((excerpt(step) for step in reversed(self.trail) if isinstance(step, str)), "recipe")

    def fail(self, problem: str) -> NoReturn:
        """Raise UsageError for this value: `recipe.yaml:12: `weight` ` and the problem."""
        raise UsageError(f"{self.location}: `{self.key}` {problem}")

    def keys(self, *known_keys: str) -> "Node":
        """Return this mapping. Raises UsageError if it has any other key."""
        for key, node in self.entries():
            if key not in known_keys:
                near = did_you_mean(key, known_keys)
                raise UsageError(
                    f"{node.location}: unknown key `{excerpt(key)}`{near}; keys here: {comma_list(known_keys)}"
                )
        return self

    def entries(self) -> Iterator[tuple[str, "Node"]]:
        """Yield the keys and values of this mapping, in order."""
        if not isinstance(self.value, dict):
            self.fail("must be a mapping: `key: value` lines, or {key: value}")
        for key in self.value:
            yield key, Node(self.tree, *self.trail, key)

    def get(self, key: str) -> "Node | None":
        """Return the value under a key of this mapping; None if there is none."""
        if self.value.get(key) is None:
            return None
        return Node(self.tree, *self.trail, key)

    def need(self, key: str, hint: str) -> "Node":
        """Return the value under a required key. Raises UsageError with the hint if it is missing."""
        node = self.get(key)
        if node is None:
            self.fail(f"needs the key `{key}`: {hint}")
        return node

    def items(self) -> list["Node"]:
        """Return the items of this list; a single value counts as a list of one."""
        if isinstance(self.value, list):
            return [Node(self.tree, *self.trail, index) for index in range(len(self.value))]
        return [self]

    def text(self) -> str:
        """Return this value if it is a string that is not empty."""
        if isinstance(self.value, (int, float)) and not isinstance(self.value, bool):
            self.fail("must be a string; put it in quotes")
        if not isinstance(self.value, str) or not self.value or "\0" in self.value:
            self.fail("must be a string")
        return self.value

    def choice(self, words: Iterable[str]) -> str:
        """Return this value if it is one of these words."""
        choices = list(words)
        if self.value not in choices:
            near = did_you_mean(self.value, choices) if isinstance(self.value, str) else ""
            self.fail(f"must be one of {', '.join(choices)}{near}")
        return str(self.value)

    def whole(self, least: int, most: int = 2**63 - 1) -> int:
        """Return this value if it is a whole number within the bounds; 1e6 is one."""
        value = self.value
        if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.fail(f"must be a whole number from {least} on" if least else "must be a whole number")
        return value

    def positive(self) -> float:
        """Return this value if it is a finite number above zero."""
        if not self._is_number() or not self.value > 0:
            self.fail("must be a number above zero")
        return self.value  # type: ignore[no-any-return]

    def least(self, bound: float) -> float:
        """Return this value if it is a finite number from the bound on."""
        if not self._is_number() or not self.value >= bound:
            self.fail(f"must be a number from {bound} on")
        return self.value  # type: ignore[no-any-return]

    def share(self, above_zero: bool) -> float:
        """Return this value if it is a share: a number from 0, or above 0, up to 1."""
        if not self._is_number() or not 0 <= self.value <= 1 or (above_zero and not self.value):
            self.fail(f"must be a share of the budget: {'above 0' if above_zero else 'from 0'}, up to 1")
        return self.value  # type: ignore[no-any-return]

    def _is_number(self) -> bool:
        value = self.value
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
