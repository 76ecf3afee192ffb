"""How many documents each class is to have: whole numbers whose sum is exact."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from corpuskit.core.disk.option_file import read_option_json
from corpuskit.core.errors import UsageError
from corpuskit.core.wording import excerpt

__all__ = ["Quota", "largest_remainder", "read_numbers", "read_planned", "read_quota"]

LARGEST = 1 << 40


class Quota(NamedTuple):
    """How many documents are to be made of each class, and which field tells the class."""

    by: str
    numbers: dict[str, int]


def largest_remainder(shares: Mapping[str, float], total: int) -> dict[str, int]:
    """Return whole numbers in proportion to shares that add up to a total (Hamilton's method).

    Each gets its exact part, rounded down; what is left goes to those with the largest remainders, of equal ones to the
    first by name.

    >>> largest_remainder({"a": 1, "b": 1, "c": 1}, 5)
    {'a': 2, 'b': 2, 'c': 1}
    """
    from fractions import Fraction

    whole = sum(map(Fraction, shares.values()))
    if not whole:
        return dict.fromkeys(shares, 0)
    exact = {name: Fraction(share) * total / whole for name, share in shares.items()}
    numbers = {name: int(part) for name, part in exact.items()}
    left = total - sum(numbers.values())
    for name in sorted(exact, key=lambda name: (numbers[name] - exact[name], name))[:left]:
        numbers[name] += 1
    return numbers


def read_quota(path: Path) -> Quota:
    """Return the quota in a file, as `synth-gaps --json` writes it. Raises UsageError."""
    value = _object(path)
    by, numbers = value.get("by"), value.get("quotas")
    if not isinstance(by, str) or not by or not isinstance(numbers, dict):
        raise UsageError(
            f'{path.name}: a quota is `{{"by": "labels.topic", "quotas": {{"sports": 20}}}}`, as synth-gaps --json '
            "writes it"
        )
    for name, number in numbers.items():
        if type(number) is not int or not 0 <= number <= LARGEST:
            raise UsageError(f"{path.name}: the quota of {excerpt(name)!r} is no whole number from 0 on")
    return Quota(by, numbers)


def read_planned(path: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many documents each class had, and how many it is to get. Raises UsageError."""
    quota, existing = read_quota(path), _object(path).get("have", {})
    if not isinstance(existing, dict) or not all(type(number) is int and number >= 0 for number in existing.values()):
        raise UsageError(f"{path.name}: `have` is no number of documents for each class")
    return existing, quota.numbers


def read_numbers(path: Path) -> dict[str, float]:
    """Return the number of each class in a file such as `{"sports": 100, "music": 50}`. Raises UsageError."""
    value = _object(path)
    for name, number in value.items():
        if isinstance(number, bool) or not isinstance(number, (int, float)) or not 0 <= number <= LARGEST:
            raise UsageError(f"{path.name}: what stands for {excerpt(name)!r} is no number from 0 on")
    if not any(value.values()):
        raise UsageError(f"{path.name}: no class has a number above 0")
    return value


def _object(path: Path) -> dict[str, Any]:
    value = read_option_json(path)
    if not isinstance(value, dict):
        raise UsageError(f"{path.name} holds no JSON object")
    return value
