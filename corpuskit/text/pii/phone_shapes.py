"""Shapes that make a telephone number of digits without a word before them.

They are `+` or an exit code (`00`, `011`) and an assigned number, the North American 3-3-4, an area code in brackets,
and national numbers in groups that only their country writes.
"""

import re
from typing import NamedTuple

from corpuskit.text.pii import numbering_plans
from corpuskit.text.pii.detector import late_re
from corpuskit.text.pii.phone_words import Context

GROUP = re.compile(rb"[0-9]+")
_NORTH_AMERICAN = late_re(
    rb"(?:1(?:[-. ]|(?=\()))?(?:\([2-9]\d\d\)[-. ]?[2-9]\d\d[-. ]\d{4}|[2-9]\d\d([-.])[2-9]\d\d\1\d{4})\Z"
    rb"|1 8(?:00|33|44|55|66|77|88) [2-9]\d\d \d{4}\Z"
)
_GERMAN = late_re(
    rb"0[1-9]\d{1,3}(?: ?/ ?\d|-[1-9]\d{5,8}\Z| [1-9]\d{2,7}-(?:0|\d{2,4})\Z"
    rb"| (?:-|\xe2\x80\x93) [1-9]\d{2,4} (?:-|\xe2\x80\x93) \d{2,4}\Z)|0800 [1-9]\d\d \d{3} \d\Z"
)
_THAI_BEFORE = re.compile(rb"\xe0[\xb8\xb9][\x80-\xbf] ?\Z")
"""Thais write their letters' numbers so: `ที่ 04122/3134`."""
_RUSSIAN = (
    rb"[78](?:-[3489]\d\d-\d{3}-|[- ]?\([3489]\d\d\)[- ]?\d{3}[- ]?|[ ][3489]\d\d[ ]\d{3}-|[- ]9\d\d[- ]\d{3}[- ])"
    rb"\d\d[- ]?\d\d"
    rb"|[78](?:-[348]\d{3}-|[- ]?\([348]\d{3}\)[- ]?)\d\d[- ]?\d\d[- ]?\d\d|[78][- ]?\([348]\d{4}\)[- ]?\d-\d\d-\d\d"
)
"""With the trunk 8, or the calling code without its plus sign: `8-495-…`, `8 (8422) …`, `7 (84235) 2-…`."""
_OTHER_GROUPS = rb"1[3-9]\d-\d{4}-\d{4}|0[1-79](?:\.\d\d){4}"
"""Numbers of China and France in groups that nothing else is written in."""
_UKRAINIAN = rb"38[- ]?(?:0\d\d[- ]|\(0\d\d\)[- ]?)\d{3}[- ]\d\d[- ]\d\d"
_IN_GROUPS_OF = late_re(
    rb"(?:(?P<TH>0[689]\d-\d{3}-?\d{4})|(?P<TW>09\d\d(?:-\d{3}-?| \d{3} )\d{3})|(?P<PL>\(\d\d\) ?\d{3}([- ])\d\d\4\d\d)"
    rb"|(?P<UA>%b)|(?P<GB>048 \d{4} \d{4}))\Z" % _UKRAINIAN
)
"""Numbers in the groups of the country that has to assign them.

Those of Thailand and Taiwan are mobile; Ukraine's have the calling code without its plus sign, and Northern Ireland's
are as they are dialled from the Republic of Ireland.
"""
_DIALLED = {"UA": (2, b""), "GB": (3, b"028")}
"""How many digits stand before the national number, and what they stand for."""
_ELSEWHERE = rb"%b|1800[12] 0|%b|%b" % (_RUSSIAN, _OTHER_GROUPS, _UKRAINIAN)
_IN_RUSSIAN_GROUPS, _OWN_GROUPS = late_re(rb"(?:%b)\Z" % _RUSSIAN), late_re(rb"(?:%b)\Z" % _OTHER_GROUPS)
_CHINESE = late_re(rb"0(?:10|2\d|[3-9]\d\d)-[2-9]\d{6,7}\Z")
_INDIAN = late_re(rb"0\d\d-[2-8]\d{3} \d{4}\Z")
_OF_NINE = late_re(rb"(?:02[-)] ?|\(0[1-9]\)[- ]?)[2-9]\d\d-\d{4}\Z")
"""Seoul and Bangkok without brackets, and any area code of two digits in them: `02-734-5678`, `(03) 734-5678`."""
_ZERO_POINT = re.compile(rb"\(?\+[0-9]+ 0[.]")
_TEXT_RELAY = re.compile(rb"1800[12] (?=0)")
"""What deaf people dial in Britain before the number."""
_AMERICAN = rb"1[-. ]?\([2-9]\d\d\)|(?:1[-. ])?[2-9]\d\d[-.][2-9]\d\d[-.]\d{4}|1 8\d\d [2-9]\d\d \d{4}"
MAY_BEGIN = re.compile(rb"\(?\+|\(0?\d{2,4}\)|(?<![0-9])(?:(?<![0-9] )0\d|%b|%b)" % (_AMERICAN, _ELSEWHERE))
"""Where a number may begin that has no word before it; a leading zero after a space behind digits begins none."""
MAY_STAND_ALONE = late_re(rb"\(?\+|\(0?\d{2,4}\)|\(?(?:0\d|%b|%b)" % (_AMERICAN, _ELSEWHERE))
_KOREAN = late_re(rb"0\d{1,2}\) ?\d{3,4}[- ]\d{4}\Z")
"""Koreans leave the bracket out that would open: `02)2123-4567`."""
_FEWEST_AFTER_011 = 10
"""Digits, as 011 is an area code as well."""
_FEWEST_IN_TWO_GROUPS = 8
"""Digits behind `0034`, if nothing parts them."""
_BRACKETED = late_re(rb"\(0?\d{2,4}\)[-. ]?\d{3,4}(?:[-. ]?\d{2,4}){1,3}\Z")


class Candidate(NamedTuple):
    """Neighbouring groups of digits that may be one number; `text` is how it is written."""

    data: bytes
    start: int
    end: int
    text: bytes
    digits: bytes
    groups: list[bytes]
    """Its groups of digits, like them without the trunk zero."""
    international: bool
    """Whether it begins with a plus sign."""

    @classmethod
    def at(cls, data: bytes, start: int, end: int) -> "Candidate":
        """Return the candidate in these bytes; the trunk zero of `+44 (0)20` is not among its digits.

        Neither is the prefix of `18001 020 …`.
        """
        text = data[start:end]
        groups = GROUP.findall(text.replace(b"(0)", b"") if b"(0)" in text else text)
        if len(groups) > 1 and groups[0].startswith(b"1800") and _TEXT_RELAY.match(text):
            groups = groups[1:]
        return cls(data, start, end, text, b"".join(groups), groups, text.startswith((b"+", b"(+")))


def has_shape(candidate: Candidate, context: Context, extended: bool) -> bool:
    """Whether a number needs no word for it; `(212) …`, `1-800-…` and `+44 …` need none even after one for others."""
    if _is_international(candidate):
        return True
    certain = candidate.text.startswith((b"(", b"1-8", b"1 8")) and _NORTH_AMERICAN.match(candidate.text)
    if certain or context == "other":
        return bool(certain)
    return _is_national(candidate, extended) or _is_in_groups_of_country(candidate)


def _is_international(candidate: Candidate) -> bool:
    # `x + 20 1234567` is a sum; after a word for telephoning the space does no harm.
    if not candidate.international or candidate.text.startswith(b"+ "):
        return False
    return fits_calling_code(candidate, assigned=candidate.digits in candidate.text)


def fits_calling_code(candidate: Candidate, assigned: bool) -> bool:
    """Whether the digits after `+` begin with a whole calling code: no country writes `+4 4294967295`."""
    if numbering_plans.is_calling_code_and_number(candidate.digits, assigned, len(candidate.groups[0])):
        return True
    text = candidate.text
    if b"8" in text[:2] and is_russian(text[1:], candidate.digits):
        # `+8 (495) …` has the trunk prefix in place of a calling code.
        return True
    # `+4 0.7…` is a sum.
    return not _ZERO_POINT.match(text) and numbering_plans.is_calling_code_cut_at_zero(GROUP.findall(text))


def is_russian(text: bytes, digits: bytes) -> bool:
    """Whether this is an assigned number of Russia, grouped as only Russians do, with the trunk 8 or the code 7."""
    return bool(_IN_RUSSIAN_GROUPS.match(text)) and numbering_plans.is_assigned(digits[1:], "RU")


def _is_national(candidate: Candidate, extended: bool) -> bool:
    text, digits = candidate.text, candidate.digits
    if candidate.international:
        return False
    if _NORTH_AMERICAN.match(text):
        return extended or b"." not in text or numbering_plans.is_calling_code_and_number(b"1" + digits[-10:], True)
    groups = candidate.groups
    if is_russian(text, digits):
        return True
    if _OWN_GROUPS.match(text):
        return numbering_plans.is_national(groups) and not _are_codes(groups)
    if (_BRACKETED.match(text) and len(digits) >= 10) or _OF_NINE.match(text):
        return True
    if _leaves_country(candidate):
        return _is_behind_exit_code(candidate)
    if _CHINESE.match(text) and numbering_plans.is_assigned(digits, "CN"):
        return True
    if _INDIAN.match(text):
        return any(numbering_plans.is_assigned(digits, region) for region in ("IN", "CN"))
    if _GERMAN.match(text):
        return len(digits) >= 9 and numbering_plans.is_german_national(groups) and not _follows_thai(candidate)
    if not digits.startswith(b"0") or not 10 <= len(digits) <= 11 or b"." in text or _are_codes(groups):
        return False
    return 2 <= len(groups) <= 5 and len(groups[0]) <= 5 and numbering_plans.is_zero_national(groups)


def _is_in_groups_of_country(candidate: Candidate) -> bool:
    match = _IN_GROUPS_OF.match(candidate.text)
    if not match:
        return False
    region = next(name for name, group in match.groupdict().items() if group)
    dialled, stands_for = _DIALLED.get(region, (0, b""))
    return numbering_plans.is_assigned(stands_for + candidate.digits[dialled:], region)


def _follows_thai(candidate: Candidate) -> bool:
    return bool(_THAI_BEFORE.search(candidate.data, max(0, candidate.start - 4), candidate.start))


def _leaves_country(candidate: Candidate) -> bool:
    digits = candidate.digits
    return digits.startswith(b"00") or (candidate.groups[0] == b"011" and len(digits) - 3 >= _FEWEST_AFTER_011)


def _is_behind_exit_code(candidate: Candidate) -> bool:
    """Whether an assigned number follows the exit code, in groups: `00` before a run of digits is no number."""
    groups = candidate.groups
    code = 3 if groups[0] == b"011" else 2
    width = len(groups[0]) - code
    grouped = len(groups) > 2 or (width > 0 and len(groups) == 2 and len(groups[1]) >= _FEWEST_IN_TWO_GROUPS)
    return grouped and numbering_plans.is_calling_code_and_number(
        candidate.digits[code:], True, width or len(groups[1])
    )


def _are_codes(groups: list[bytes]) -> bool:
    """Whether zeros lead every group, as in bytes and code points: `01 02 03 04 05`, `0069 0307 0301`."""
    return all(group.startswith(b"0") for group in groups) and any(map(int, groups[1:]))


def has_odd_bracket(text: bytes) -> bool:
    """Whether a bracket is closed that was not opened, or the other way about; Koreans leave out the first."""
    return text.count(b"(") != text.count(b")") and not _KOREAN.match(text)


def is_assigned_abroad(candidate: Candidate) -> bool:
    """Whether the digits after `+` or `00` are an assigned number: Oxford is `+44 (1865) …`."""
    if candidate.international:
        return fits_calling_code(candidate, assigned=True)
    return _leaves_country(candidate) and _is_behind_exit_code(candidate)
