"""Checks of national ids that depend neither on today's date nor on a register.

For most ids python-stdnum decides. Some of its modules also compare dates of birth with today's, and so would decide
one way this year and another way the next; for those ids, the same rules are written here without the clock.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

_DATE = re.compile(r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_DAY_FIRST = re.compile(r"(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])")
_NEVER_GIVEN = ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")


@cache
def load() -> None:
    """Load what most checks share before the first number comes, or a stream would need more memory late in it."""
    _module("util")


@cache
def check(name: str) -> Callable[[str], bool]:
    """Return the check that an `IdKind` names; modules of python-stdnum are imported only for a number to check."""
    if name in _OWN_CHECKS:
        return _OWN_CHECKS[name]
    return _module(name).is_valid  # type: ignore[no-any-return]


def belgian(number: str) -> bool:
    """Check mod 97 of the number or, for those born since 2000, of 2 and it; 20 or 40 may be added to the month."""
    ends = 97 - int(number[-2:])
    return int(number[2:4]) % 20 <= 12 and ends in (int(number[:-2]) % 97, int("2" + number[:-2]) % 97)


def british_insurance(number: str) -> bool:
    """Check the letters, as there is no check digit: some pairs were never issued."""
    return number[:2] not in _NEVER_GIVEN


def chinese(number: str) -> bool:
    """Check digit, place and date of birth; provinces without a county in the table make python-stdnum fail."""
    rules = _module("cn.ric")
    try:
        return bool(rules.validate(number))
    except (ValueError, KeyError):
        return False


def danish(number: str) -> bool:
    """Check the date only; since 2007 numbers are issued whose check digit does not hold."""
    return bool(_DAY_FIRST.match(number))


def korean(number: str) -> bool:
    """Check digit, place and date, which may lie in the future."""
    rules = _module("kr.rrn")
    try:
        return bool(rules.validate(number, allow_future=True))
    except ValueError:
        return False


def norwegian(number: str) -> bool:
    """Check both check digits, day and month; a D-number adds 40 to the day, an H-number to the month."""
    rules = _module("no.fodselsnummer")
    if not 1 <= int(number[:2]) % 40 <= 31 or not 1 <= int(number[2:4]) % 40 <= 12:
        return False
    return bool(rules.calc_check_digit1(number) == number[9] and rules.calc_check_digit2(number) == number[10])


def south_african(number: str) -> bool:
    """Check Luhn, the date, and the digit for citizenship."""
    return number[10] in "012" and bool(_DATE.match(number, 2)) and _luhn(number)


def swedish(number: str) -> bool:
    """Check Luhn over the last ten digits, and the date; a coordination number adds 60 to the day."""
    short = number[-10:]
    day = f"{int(short[4:6]) % 60:02d}"
    return bool(_DATE.fullmatch(short[2:4] + day)) and _luhn(short)


def _luhn(number: str) -> bool:
    return bool(_module("luhn").is_valid(number))


def _module(name: str) -> Any:
    import importlib

    return importlib.import_module(f"stdnum.{name}")


_OWN_CHECKS: dict[str, Callable[[str], bool]] = {
    each.__name__: each
    for each in (belgian, british_insurance, chinese, danish, korean, norwegian, south_african, swedish)
}
