"""Many patterns for markup as one automaton, which takes time linear in the text, whatever that holds."""

from collections.abc import Iterable
from typing import Any

import re2

__all__ = ["pattern_set"]


def pattern_set(patterns: Iterable[str]) -> Any:
    """Return the patterns as one set, whatever the case of letters; `Match` returns the indices of those that match.

    HTML compares names by letters of ASCII alone, but in UTF-8 the Kelvin sign and the long s would match k and s. So
    the set reads bytes: a pattern has any other character outside of brackets, in a part that minds case.
    """
    options = re2.Options()
    options.case_sensitive = False
    options.encoding = re2.Options.Encoding.LATIN1
    patterns_of_set = re2.Set.SearchSet(options)
    for pattern in patterns:
        patterns_of_set.Add(pattern)
    patterns_of_set.Compile()
    return patterns_of_set
