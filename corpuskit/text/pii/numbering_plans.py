"""Numbering plans: which digits are a telephone number, and in which groups a country writes them.

Calling codes, trunk prefixes, lengths, assigned ranges, and the groups in which each country prints a number are those
of phonenumbers (libphonenumber's metadata), with the groups in which people write it as well. A plan is loaded when a
number first needs it.
"""

import itertools
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple

import re2

from corpuskit.text.pii.detector import options, pattern

_KINDS = ("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "pager", "uan")
_ZERO_REGIONS = ("GB", "FR", "AU", "JP", "CH", "NL", "BE", "SE", "ZA")
"""Countries whose national numbers begin with a zero and have a fixed length, so that their plan proves something."""
_REGIONS_WITH_TRUNK_ZERO = (
    *(*_ZERO_REGIONS, "DE", "AT", "IE", "NZ", "FI", "TH", "VN", "ID", "MY", "PH", "EG", "SA", "AE", "IR", "PK", "BD"),
    *("BG", "RS", "HR", "SK", "KE", "TZ", "LK", "KH", "LA", "MM"),
)
_REGIONS_WITHOUT = (
    *("US", "CA", "ES", "PT", "IT", "GR", "PL", "CZ", "DK", "NO", "RU", "UA", "HU", "RO", "BR", "MX", "AR", "CL", "CO"),
    *("PE", "IN", "CN", "KR", "TW", "HK", "SG", "TR", "IL"),
)
"""Countries that have no trunk prefix, or write numbers without it as well."""
_REGIONS_KNOWN_BY_ZERO = (*_ZERO_REGIONS, "KR", "TR")
"""Those and others where a leading zero and the groups prove as much, though the zero is left out at times."""
_REGIONS_BY_THREES = frozenset(("ES", "PT", "PL", "CZ", "RO"))
"""Countries where nine digits are also written as three threes, whatever the plan prints."""
_FEWEST_UNGROUPED = 9
_WRITTEN_PREFIXES = ("0", "8", "06")
"""Trunk prefixes that people write behind a calling code, though they should not."""
_REGIONS_BY_FOUR = frozenset(("SA", "AE"))
"""Countries whose mobile numbers are written with the operator's code of four digits, too: `0501 234 567`."""
_ISLANDS = {"GB": ("GG", "IM", "JE")}
"""Islands with a plan of their own, whose numbers are dialled and written like those of a country."""
_FOR_DRAMA = {"GB": "7700900[0-9]{3}|1632960[0-9]{3}"}
"""Numbers that a regulator keeps for stories and examples, and its plan does not assign."""


class _Region(NamedTuple):
    """One country's plan: what its national numbers begin with, which are assigned, and how they are grouped."""

    name: str
    prefix: str
    """The trunk prefix, empty if there is none."""
    prefix_needed: bool
    assigned: str
    """The pattern of assigned numbers without the prefix."""
    layouts: str
    """Of each way in which the country groups digits the pattern, for numbers with the first digits that it is for."""
    other_layouts: tuple[str, ...]
    """The ways in which people group them besides."""


class _Plans(NamedTuple):
    """Plans of several countries in one automaton, which says at once whose number some digits are."""

    assigned: Any
    """A set of patterns; the lists below are by their number."""
    regions: tuple[_Region, ...]
    shifts: tuple[int, ...]
    """How many digits the trunk prefix has."""

    def matching(self, digits: bytes) -> list[int]:
        """Return the numbers of the plans in which these digits are assigned. Raises MemoryError."""
        matched = self.assigned.Match(digits)
        # A set search that runs out of memory returns no matches; but the last pattern always matches.
        if not matched or len(self.regions) not in matched:
            raise MemoryError
        return [number for number in matched if number < len(self.regions)]


class _InternationalPlan(NamedTuple):
    """The national numbers behind a calling code: how many digits they may have, and the pattern of assigned ones."""

    lengths: frozenset[int]
    assigned: Any
    prefix: bytes
    """The trunk prefix, if people write it behind the calling code."""

    def holds_behind_prefix(self, digits: bytes) -> bool:
        """Whether these are the trunk prefix and an assigned number."""
        prefix = self.prefix
        return bool(prefix) and digits.startswith(prefix) and bool(self.assigned.match(digits[len(prefix) :]))


def is_calling_code_and_number(digits: bytes, assigned: bool, first_group: int = 3) -> bool:
    """Whether these are a calling code and as many digits as its plan allows; `assigned`: in an assigned range.

    The calling code has at most `first_group` digits. People write the trunk prefix behind it, too: `+44 020 …`.
    """
    if digits.startswith(b"0"):
        return False
    for width in range(1, min(first_group, 3) + 1):
        plan = _international_plan(int(digits[:width]))
        if plan:
            number = digits[width:]
            # The pattern of all of North America's numbers takes long to compile.
            allowed = len(number) in plan.lengths and (not assigned or bool(plan.assigned.match(number)))
            return allowed or plan.holds_behind_prefix(number)
    return False


def is_calling_code_cut_at_zero(groups: list[bytes]) -> bool:
    """Whether the zero at the end of a calling code is written as the trunk zero of the number: `+38 050 …`, `+4 07…`.

    >>> is_calling_code_cut_at_zero([b"38", b"050", b"123", b"45", b"67"])
    True
    """
    if len(groups) < 2 or len(groups[0]) > 2 or not groups[1].startswith(b"0"):
        return False
    plan = _international_plan(int(groups[0] + b"0"))
    return plan is not None and plan.holds_behind_prefix(b"".join(groups[1:]))


def is_zero_national(groups: list[bytes]) -> bool:
    """Whether these are a national number with its leading zero, grouped as one of these countries writes it."""
    return groups[0].startswith(b"0") and _is_written(groups, _REGIONS_KNOWN_BY_ZERO)


def is_german_national(groups: list[bytes]) -> bool:
    """Whether these are a German or Austrian number with its leading zero, split behind the area code."""
    return _is_written(groups, ("DE", "AT"))


def is_assigned(digits: bytes, region: str) -> bool:
    """Whether a country assigns this number, with its trunk prefix or, where it may be left out, without."""
    return bool(_plans((region,)).matching(digits))


def is_national(groups: list[bytes]) -> bool:
    """Whether some country assigns these digits and groups them so, or so but finer or coarser.

    Digits without groups have to be at least nine.

    >>> is_national([b"810", b"12", b"34", b"56"]), is_national([b"7919", b"7927", b"7933"])
    (True, False)
    """
    # No plan of a country with a trunk zero need be loaded for other digits.
    with_zero = groups[0].startswith(b"0") and _is_written(groups, _REGIONS_WITH_TRUNK_ZERO, as_printed=False)
    return with_zero or _is_written(groups, _REGIONS_WITHOUT, as_printed=False)


def _is_written(groups: list[bytes], regions: tuple[str, ...], as_printed: bool = True) -> bool:
    """Whether one of these countries assigns and groups the digits so; `as_printed`: as it prints them itself."""
    digits = b"".join(groups)
    if not 7 <= len(digits) <= 14 or (len(groups) == 1 and not _tells_by_itself(digits)):
        return False
    breaks = _breaks(groups)
    plans = _plans(regions)
    return any(
        _fits(breaks, layout, plans.shifts[number])
        for number in plans.matching(digits)
        for layout in _layouts(plans.regions[number], plans.shifts[number], digits.decode(), as_printed)
    )


def _tells_by_itself(digits: bytes) -> bool:
    """Whether digits without groups may be a number: seven or eight are any count, ten after a 1 Unix seconds."""
    return len(digits) >= _FEWEST_UNGROUPED and not (len(digits) == 10 and digits.startswith(b"1"))


def _fits(breaks: frozenset[int], layout: frozenset[int], shift: int) -> bool:
    if shift:
        breaks -= {shift}
    return breaks <= layout or breaks >= layout


def _layouts(region: _Region, shift: int, digits: str, as_printed: bool) -> Iterator[frozenset[int]]:
    """Yield where the country breaks these digits, of which the first `shift` are the trunk prefix."""
    number = digits[shift:]
    for layout in (region.layouts, *(() if as_printed else region.other_layouts)):
        match = _compiled(layout).match(number)
        if match:
            yield _breaks_of(tuple(len(group) for group in match.groups() if group is not None), shift)
    if len(number) == 9 and region.name in _REGIONS_BY_THREES:
        yield frozenset((shift + 3, shift + 6))
    if shift and len(number) == 9 and region.name in _REGIONS_BY_FOUR:
        yield frozenset((4, 7))


def _breaks(groups: list[bytes]) -> frozenset[int]:
    """Return after how many digits there is a break.

    >>> sorted(_breaks([b"020", b"7946", b"0958"]))
    [3, 7]
    """
    return _breaks_of(tuple(map(len, groups)), 0)


@lru_cache(4096)
def _breaks_of(lengths: tuple[int, ...], offset: int) -> frozenset[int]:
    return frozenset(offset + length for length in itertools.accumulate(lengths[:-1]))


@cache
def _international_plan(calling_code: int) -> _InternationalPlan | None:
    """Return what may follow a calling code, nothing if it is none."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    plans: list[Any] = [
        PhoneMetadata.metadata_for_nongeo_region(calling_code)
        if region == "001"
        else PhoneMetadata.metadata_for_region(region)
        for region in COUNTRY_CODE_TO_REGION_CODE.get(calling_code, ())
    ]
    if not plans:
        return None
    lengths = frozenset(length for plan in plans for length in plan.general_desc.possible_length)
    assigned = pattern(f"^(?:{'|'.join(source for plan in plans for source in _patterns(plan))})$")
    prefix = plans[0].national_prefix or ""
    return _InternationalPlan(lengths, assigned, prefix.encode() if prefix in _WRITTEN_PREFIXES else b"")


@cache
def _plans(names: tuple[str, ...]) -> _Plans:
    """Return the plans of these countries, each with its trunk prefix and, where it may be left out, without."""
    assigned = re2.Set.FullMatchSet(options())
    regions, shifts = [], []
    for region in map(_region, names):
        for prefix in sorted({region.prefix} if region.prefix_needed else {region.prefix, ""}):
            assigned.Add(f"{prefix}(?:{region.assigned})")
            regions.append(region)
            shifts.append(len(prefix))
    assigned.Add("[0-9]*")
    assigned.Compile()
    return _Plans(assigned, tuple(regions), tuple(shifts))


@cache
def _region(name: str) -> _Region:
    from phonenumbers import PhoneMetadata, data

    plan: Any = PhoneMetadata.metadata_for_region(name)
    # Canada has no layouts of its own: its numbers are written like those of the United States.
    american_plan: Any = PhoneMetadata.metadata_for_region("US")
    layouts = plan.number_format or american_plan.number_format
    islands = map(PhoneMetadata.metadata_for_region, _ISLANDS.get(name, ()))
    return _Region(
        name,
        plan.national_prefix or "",
        name in _REGIONS_WITH_TRUNK_ZERO,
        "|".join(source for each in (plan, *islands) for source in _patterns(each)),
        "|".join(map(_layout, layouts)),
        tuple(_layout(each) for each in getattr(data, f"PHONE_ALT_FORMAT_{plan.country_code}", ())),
    )


@cache
def _compiled(layout: str) -> re.Pattern[str]:
    """Return a layout's pattern; few are needed, and all take a twentieth of a second."""
    return re.compile(layout)


def _layout(number_format: Any) -> str:
    return rf"(?={(number_format.leading_digits_pattern or [''])[-1]})(?:{number_format.pattern})\Z"


def _patterns(plan: Any) -> list[str]:
    kinds = [getattr(plan, kind) for kind in _KINDS]
    sources = [kind.national_number_pattern for kind in kinds if kind and kind.national_number_pattern]
    return [f"(?:{source})" for source in (*sources, *filter(None, [_FOR_DRAMA.get(plan.id)]))]
