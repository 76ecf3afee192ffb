"""The table of checks: what was measured, what is allowed, and what could not be judged."""

from typing import NamedTuple

__all__ = ["CheckRow", "lines_of_table", "none_of", "unmeasured", "upper"]


class CheckRow(NamedTuple):
    """One row: a figure and its limits."""

    name: str
    figure: float | None
    """None if it was not judged."""
    least: float | None = None
    most: float | None = None
    note: str = ""

    @property
    def fails(self) -> bool:
        """Whether the figure is beyond a limit."""
        if self.figure is None:
            return False
        is_low = self.least is not None and self.figure < self.least
        return is_low or (self.most is not None and self.figure > self.most)

    def in_words(self) -> str:
        """Return the figure, its limits and the note."""
        if self.figure is None:
            return f"{self.name}: not judged, {self.note}"
        limits = [
            f"{word} {limit:.4g}"
            for word, limit in (("at least", self.least), ("at most", self.most))
            if limit is not None
        ]
        note = f"; {self.note}" if self.note else ""
        return f"{self.name}: {self.figure:.4g} ({', '.join(limits)}){note}"


def upper(name: str, count: int, total: int, most: float, note: str = "") -> CheckRow:
    """Return the check of a share that may be so high at most."""
    share = count / total if total else 0.0
    return CheckRow(name, share, most=most, note=note or f"{count:,} of {total:,}")


def none_of(name: str, count: int) -> CheckRow:
    """Return the check of documents of which there may be none."""
    return CheckRow(name, count, most=0)


def unmeasured(name: str, why: str) -> CheckRow:
    """Return the row of a check that could not be made."""
    return CheckRow(name, None, note=why)


def lines_of_table(checks: list[CheckRow]) -> list[str]:
    """Return the table, a line for each check."""
    return [f"{_verdict(check)}  {check.in_words()}" for check in checks]


def _verdict(check: CheckRow) -> str:
    if check.figure is None:
        return "  -   "
    return "FAILS " if check.fails else "passes"
