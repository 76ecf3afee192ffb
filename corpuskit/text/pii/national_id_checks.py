"""Checks of national ids that take neither the day nor a register for an argument.

For most ids python-stdnum decides. Some of its modules also compare dates of birth with today's, and so would judge a
text one way this year and another way the next; for those ids the same rules are kept here without the clock.
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
    """Load what most checks share, before the first number: it would raise the memory of a stream late in it."""
    _module("util")


@cache
def check(name: str) -> Callable[[str], bool]:
    """The check that an `IdKind` names; modules of python-stdnum are imported only when a number is to be checked."""
    if name in _OWN_CHECKS:
        return _OWN_CHECKS[name]
    return _module(name).is_valid  # type: ignore[no-any-return]


def belgian(number: str) -> bool:
    """Mod 97, of the number as it is or, for those born since 2000, after a 2. Months may be up by 20 or 40."""
    ends = 97 - int(number[-2:])
    return int(number[2:4]) % 20 <= 12 and ends in (int(number[:-2]) % 97, int("2" + number[:-2]) % 97)


def british_insurance(number: str) -> bool:
    """There is no check digit; some pairs of letters were never given out."""
    return number[:2] not in _NEVER_GIVEN


def danish(number: str) -> bool:
    """A date; the check digit has not been kept to since 2007."""
    return bool(_DAY_FIRST.match(number))


def korean(number: str) -> bool:
    """Check digit, place and date, whenever that is."""
    rules = _module("kr.rrn")
    try:
        return bool(rules.validate(number, allow_future=True))
    except ValueError:
        return False


def norwegian(number: str) -> bool:
    """Both check digits, and a day and a month; a D-number's day is up by 40, an H-number's month."""
    rules = _module("no.fodselsnummer")
    if not 1 <= int(number[:2]) % 40 <= 31 or not 1 <= int(number[2:4]) % 40 <= 12:
        return False
    return bool(rules.calc_check_digit1(number) == number[9] and rules.calc_check_digit2(number) == number[10])


def south_african(number: str) -> bool:
    """Luhn, a date, and a digit for citizenship."""
    return number[10] in "012" and bool(_DATE.match(number, 2)) and _luhn(number)


def swedish(number: str) -> bool:
    """Luhn over the last ten digits, and a date; a coordination number's day is up by 60."""
    short = number[-10:]
    day = f"{int(short[4:6]) % 60:02d}"
    return bool(_DATE.fullmatch(short[2:4] + day)) and _luhn(short)


def _luhn(number: str) -> bool:
    return bool(_module("luhn").is_valid(number))


def _module(name: str) -> Any:
    import importlib

    return importlib.import_module(f"stdnum.{name}")


_OWN_CHECKS: dict[str, Callable[[str], bool]] = {
    each.__name__: each for each in (belgian, british_insurance, danish, korean, norwegian, south_african, swedish)
}
