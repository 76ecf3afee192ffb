"""Values of a marked tree, read by a schema: every error names the line, the key and what would be valid."""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, NoReturn, TypeVar

from corpuskit.core.errors import UsageError
from corpuskit.core.wording import comma_list, did_you_mean, excerpt, nearest
from corpuskit.mix.recipe.yaml import Marked

Read = TypeVar("Read")
LONGEST_ECHO = 60
"""Characters of a wrong value that a message repeats."""
FACTORS = {"k": 10**3, "m": 10**6, "b": 10**9, "g": 10**9, "t": 10**12}
_SHORT_NUMBER = re.compile(r"([0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?)\s?([kKmMbBgGtT])")


class AlreadyToldError(UsageError):
    """A key is missing because it is misspelt, which has been noted."""


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

    @property
    def echo(self) -> str:
        """The value as a message repeats it."""
        if isinstance(self.value, str):
            return excerpt(repr(self.value), LONGEST_ECHO)
        text = json.dumps(self.value, ensure_ascii=False)
        return excerpt(text.replace('"', "") if isinstance(self.value, (list, dict)) else text, LONGEST_ECHO)

    def fail(self, problem: str) -> NoReturn:
        """Raise UsageError for this value: `recipe.yaml:12: `weight` ` and the problem."""
        raise UsageError(f"{self.location}: `{self.key}` {problem}")

    def misfit(self, expected: str, hint: str = "") -> NoReturn:
        """Raise UsageError for a value that is not what is expected."""
        self.fail(f"must be {expected}, not {self.echo}{hint}")

    def attempt(self, read: Callable[[], Read]) -> Read | None:
        """Return what `read` returns; None if it raises UsageError, which is noted, so that reading can go on."""
        try:
            return read()
        except AlreadyToldError:
            return None
        except UsageError as error:
            self.tree.mistakes.extend((error, *error.others))
            self.tree.faulty.add(self.trail)
            return None

    def keys(
        self, *known_keys: str, write: str = "", exact: bool = False, elsewhere: Mapping[str, str] | None = None
    ) -> "Node":
        """Return this mapping. Raises UsageError for each key that is not known.

        `-` and `_` are the same in a key, unless it is to be `exact`. `write` shows how a value that is no mapping may
        have been meant, and `elsewhere` tells of keys of other places what to write instead.
        """
        if not isinstance(self.value, dict) and write:
            self.misfit("a mapping", f"; write `{self.key}: {write}`")
        unknown, given_keys = [], set()
        for key, node in self.entries():
            canonical_key = key if exact or key in known_keys else key.replace("-", "_")
            if canonical_key not in known_keys and elsewhere and canonical_key in elsewhere:
                unknown.append(f"`{excerpt(key)}` {elsewhere[canonical_key]}")
            elif canonical_key not in known_keys:
                near = did_you_mean(key, known_keys)
                self.tree.misspelt.add((*self.trail, nearest(key, known_keys) or ""))
                unknown.append(f"unknown key `{excerpt(key)}`{near}; keys here: {comma_list(known_keys)}")
            elif canonical_key in given_keys:
                unknown.append(f"`{excerpt(key)}` is given twice, spelled with `-` and with `_`")
            else:
                given_keys.add(canonical_key)
                continue
            unknown[-1] = f"{node.location}: {unknown[-1]}"
        if unknown:
            first, *others = map(UsageError, unknown)
            raise first.with_others(others)
        return self

    def entries(self) -> Iterator[tuple[str, "Node"]]:
        """Yield the keys and values of this mapping, in order."""
        if not isinstance(self.value, dict):
            self.misfit("a mapping", "; write `key: value` lines, or {key: value}")
        for key in self.value:
            yield key, Node(self.tree, *self.trail, key)

    def get(self, key: str) -> "Node | None":
        """Return the value under a key of this mapping; None if there is none."""
        if not isinstance(self.value, dict):
            return None
        for spelling in (key, key.replace("_", "-")):
            if self.value.get(spelling) is not None:
                return Node(self.tree, *self.trail, spelling)
        return None

    def need(self, key: str, hint: str) -> "Node":
        """Return the value under a required key. Raises UsageError with the hint if it is missing."""
        node = self.get(key)
        if node is None and (*self.trail, key) in self.tree.misspelt:
            raise AlreadyToldError(f"`{key}` is misspelt")
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
            self.misfit("a string", "; put it in quotes")
        if isinstance(self.value, list):
            self.misfit("a string", "; put a glob with brackets in quotes" if "inputs" in self.trail else "")
        if self.value == "":
            self.misfit("a string that is not empty")
        if not isinstance(self.value, str) or "\0" in self.value:
            self.misfit("a string")
        return self.value

    def choice(self, words: Iterable[str]) -> str:
        """Return this value if it is one of these words."""
        choices = list(words)
        if self.value not in choices:
            near = did_you_mean(self.value, choices) if isinstance(self.value, str) else ""
            if len(choices) == 1:
                self.fail(f"can only be `{choices[0]}`, not {self.echo}; write that, or leave the key out")
            self.misfit(f"one of {', '.join(choices)}", near)
        return str(self.value)

    def switch(self) -> bool:
        """Return this value if it is true or false."""
        if not isinstance(self.value, bool):
            self.misfit("true or false")
        return bool(self.value)

    def whole(self, least: int, most: int = 2**63 - 1, example: str = "") -> int:
        """Return this value if it is a whole number within the bounds; 1e6 is one, and so are `1M` and `2.5B`.

        `example` is what a message shows, if it helps.
        """
        value = self.value
        if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53:
            value = int(value)
        short = _SHORT_NUMBER.fullmatch(value) if isinstance(value, str) else None
        if short:
            number = Fraction(short[1].replace("_", "")) * FACTORS[short[2].lower()]
            value = number.numerator if number.denominator == 1 else self.value
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            bound = f" from {least} on" if least >= 0 else ""
            self.misfit(f"a whole number{bound}", f", such as {example}" if example else "")
        return value

    def positive(self) -> float:
        """Return this value if it is a finite number above zero."""
        if not self._is_number() or not self.value > 0:
            self.misfit("a number above zero")
        return self.value  # type: ignore[no-any-return]

    def least(self, bound: float) -> float:
        """Return this value if it is a finite number from the bound on."""
        if not self._is_number() or not self.value >= bound:
            self.misfit(f"a number from {bound} on")
        return self.value  # type: ignore[no-any-return]

    def share(self, above_zero: bool) -> float:
        """Return this value if it is a share: a number from 0, or above 0, up to 1."""
        if not self._is_number() or not 0 <= self.value <= 1 or (above_zero and not self.value):
            self.misfit(f"a share of the budget, {'above 0' if above_zero else 'from 0'} up to 1", self._as_share())
        return self.value  # type: ignore[no-any-return]

    def _as_share(self) -> str:
        """Return how a percentage is written as a share; empty if the value is none."""
        percent = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s?%", self.value) if isinstance(self.value, str) else None
        number = float(percent[1]) if percent else self.value if self._is_number() else 0
        return f"; write {number / 100:g}" if 2 <= number <= 100 or (percent and 0 < number <= 100) else ""

    def _is_number(self) -> bool:
        value = self.value
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
