"""The tables of small training runs: what share of each source they saw, and which losses they ended with."""

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from corpuskit.core.document import Reject
from corpuskit.core.errors import UsageError
from corpuskit.core.wording import comma_list, excerpt, quantity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_BYTES = 64 * 1024 * 1024
FEWEST_RUNS = 20
LARGEST_NUMBER = 1e100
"""Of either table: squares of larger ones have no room in a float."""
SUM_MAY_MISS = 0.02
"""How far from 1 the shares of a run may add up to: tables are often rounded to three decimals."""


@dataclass(frozen=True)
class RunTables:
    """Runs that both tables have, in the order of the first."""

    sources: list[str]
    losses: list[str]
    shares: "NDArray[np.float64]"
    """Rows of runs, columns of sources; each row adds up to 1."""
    results: "NDArray[np.float64]"
    """Rows of runs, columns of losses."""


def read_runs(shares_path: Path, losses_path: Path) -> RunTables:
    """Return the runs of two CSV tables, whose first columns name them. Raises UsageError for what cannot be used."""
    import numpy as np

    sources, shares = _read(shares_path)
    losses, results = _read(losses_path)
    for path, runs, others, other_path in (
        (shares_path, shares, results, losses_path),
        (losses_path, results, shares, shares_path),
    ):
        missing = [name for name in runs if name not in others]
        if missing:
            raise UsageError(f"{other_path.name} has no run {excerpt(missing[0])!r}, which {path.name} has")
    if len(shares) < FEWEST_RUNS:
        raise UsageError(f"{shares_path.name} has {quantity(len(shares), 'run')}; {FEWEST_RUNS} or more are needed")
    if len(sources) < 2:
        raise UsageError(f"{shares_path.name} has the source {excerpt(sources[0])!r} alone; weights are of several")
    if (sources, shares) == (losses, results):
        raise UsageError(
            f"{shares_path.name} and {losses_path.name} are the same table; name that of the losses second"
        )
    rows = np.array(list(shares.values()), np.float64)
    sums = rows.sum(axis=1)
    for name, total, row in zip(shares, sums, rows, strict=True):
        if (row < 0).any() or abs(total - 1) > SUM_MAY_MISS:
            problem = "has a share below 0" if (row < 0).any() else f"has shares that add up to {total:.3f}, not 1"
            raise UsageError(f"{shares_path.name}: run {excerpt(name)!r} {problem}")
    return RunTables(sources, losses, rows / sums[:, None], np.array([results[name] for name in shares], np.float64))


def _read(path: Path) -> tuple[list[str], dict[str, list[float]]]:
    """Return the columns of a table without the first, and its rows by their names."""
    from corpuskit.core.reading.inputs import Input

    if not path.is_file():
        raise UsageError(f"no such file: {str(path)!r}")
    try:
        text = Input(path.name, path).read_all(MAX_BYTES).decode("utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text)) if row]
    except (Reject, UnicodeDecodeError, csv.Error):
        raise UsageError(f"{path.name}: is no table of CSV in UTF-8 of at most {MAX_BYTES >> 20} MiB") from None
    if not rows or len(rows[0]) < 2:
        raise UsageError(f"{path.name}: must have a column with the name of each run, and a column for each number")
    head, *body = rows
    columns = [name.strip() for name in head[1:]]
    if len(set(columns)) < len(columns) or not all(columns):
        raise UsageError(f"{path.name}: names a column twice, or not at all: {comma_list(columns)}")
    runs: dict[str, list[float]] = {}
    for number, row in enumerate(body, 2):
        name = row[0].strip()
        if name in runs:
            raise UsageError(f"{path.name}:{number}: run {excerpt(name)!r} stands there twice")
        if len(row) != len(head):
            raise UsageError(f"{path.name}:{number}: has {quantity(len(row), 'field')}, not {len(head)}")
        runs[name] = [_number(path, number, column, value) for column, value in zip(columns, row[1:], strict=True)]
    return columns, runs


def _number(path: Path, line: int, column: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not abs(number) <= LARGEST_NUMBER:
        limit = "" if math.isnan(number) else f" between -{LARGEST_NUMBER:g} and {LARGEST_NUMBER:g}"
        raise UsageError(f"{path.name}:{line}: {column} must be a number{limit}, not {excerpt(value)!r}")
    return number
