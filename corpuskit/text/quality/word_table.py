"""Words and phrases by language, as patterns."""

import re
from functools import cached_property

__all__ = ["WordTable", "alternatives"]


def alternatives(table: str) -> str:
    """Return a pattern for any entry of a table by language; where a row begins with a letter, a word does."""
    rows = [row.partition(": ")[2] for row in table.strip().splitlines()]
    at_words = [row for row in rows if row[0].isalpha() and row[0] < "\u0590"]
    # All of these in one group: where no word begins, none is tried.
    return "|".join([rf"\b(?:{'|'.join(at_words)})", *(row for row in rows if row not in at_words)])


class WordTable:
    """A table, of which the pattern is compiled when a text is searched: most runs need few of the tables."""

    def __init__(self, table: str) -> None:
        """Take a table by language, in small letters."""
        self._table = table

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The pattern for any of its entries."""
        return re.compile(alternatives(self._table))

    def occurs_in(self, text: str) -> bool:
        """Whether a text in small letters has any of its entries.

        >>> WordTable("en: boats?\\\\b|oars").occurs_in("the boat is long.")
        True
        """
        return self.pattern.search(text) is not None
