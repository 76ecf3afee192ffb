"""Detector of telephone and fax numbers.

A number counts if its own shape says so: `+` or `00` and a length that the numbering plan of that country allows,
the North American 3-3-4 with an extension or valid codes, an area code in brackets, a national number with
its leading zero that is valid in a plan of `_ZERO_REGIONS`. Any other 7 to 15 digits count only next to a word for
telephoning, unless a word for another kind of number stands nearer. Plans: phonenumbers (libphonenumber).
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from corpuskit.text.pii.detector import Detector, Span, after, before, digit_at, digits_of, pattern, word_at

_SEPARATOR = r"(?:[ ./\-]|\x{a0}|[\x{2010}-\x{2013}]|\) ?[/.\-]? ?| ?\(|- | -)"
_RUN = pattern(rf"(?:\+ ?)?\(?\+?[0-9](?:{_SEPARATOR}?[0-9]){{6,}}")
_GROUP = re.compile(rb"[0-9]+")
_EXTENSION = re.compile(rb"(?i) ?,? ?(?:x|ext\.?|extension) ?[0-9]{1,6}\b")
_TAIL = re.compile(rb"[,./-][0-9]|\.(?:jpe?g|png|gif|html?|pdf|php|stm|aspx?|txt|mp[34])\b|%")
_MOST_GROUPS = 7
_LONGEST = 64
"""More bytes than the digits and the gaps of a number take."""

_FOR_PHONES = (
    r"phones?\b|\btele?(?:f|ph)[a-z\x{e9}\x{f3}\x{f4}]*|\bt\x{e9}l[.\x{e9}]|\btel\b|fax|\bt[el]*fn?o?s?\b|\btlfn?o?\b"
    r"|\bmobile?\b|\bmobil|\bm\x{f3}vil|\bmovil|\bcell[ :#(]|cellphone|cellular|\bcelular|\bcall(?:s|ed|ing)?\b|\bdial"
    r"|\bring\b|\bsms\b|\btext(?:ed|ing)? (?:me|us|him|her|them|at)\b|whatsapp|viber|hotline|helpline|voicemail"
    r"|messages? to|answering|\breach(?:ed)?\b|toll[ -]free|\bhandy\b|rufnummer|\bportable\b|тел\.|телефон|факс"
    r"|电话|電話|手机|手機|傳真|传真|专线|專線|전화|휴대폰|携帯|هاتف|τηλ"
)
_FOR_OTHERS = (
    r"\bisbn|\bissn|\bdoi\b|\b10\.[0-9]{4,}/|\bpm(?:id|c)\b|arxiv|\border\b|\binvoice|\bzip\b|\bpost(?:al|code)|\bpages?\b"
    r"|\bpp\b|\bvol(?:ume)?\b|\bid\b|\bcol\b|\bnass\b|\bnhc\b|\bnif\b|\bnip\b|\bregon\b|\bpesel\b|\bversion\b|\bcase\b"
    r"|\bprice|\bdate\b|\bborn\b|\bpatent|\bserial|\bcards?\b|\baccount|\bkonta\b"
)
_WORDS = pattern(f"(?i){_FOR_PHONES}|{_FOR_OTHERS}")
_OTHER_WORD = pattern(f"(?i)^(?:{_FOR_OTHERS})")
_REACH = 36
_WORDS_AFTER = re.compile(rb"(?i)[\s,(\-]{0,3}(?:office|fax|mobile|cell)\b")
_CHAIN = re.compile(rb"(?i)\s*(?:[/;,\-|]|y|and|or|und|oder|et|ou|e|o|i)\s*\Z")

_DATE = re.compile(
    rb"(?:(?:1[5-9]|20)\d\d([-./ ])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])"
    rb"|(?:0?[1-9]|[12]\d|3[01])([-./ ])(?:0?[1-9]|[12]\d|3[01])\2(?:1[5-9]|20)\d\d)(?!\d)"
)
_YEARS = re.compile(rb"(?:1[5-9]|20)\d\d(?:[-/ ]|\xe2\x80[\x90-\x93])(?:1[5-9]|20)\d\d\Z")
_DECIMAL = re.compile(rb"[0-9]{1,3}\.[0-9]{5,}\Z")
_YEAR_IN_BRACKETS = re.compile(rb"\((?:1[5-9]|20)\d\d\)")
_QUAD = re.compile(rb"\d{1,3}(?:\.\d{1,3}){3}\Z")
_NORTH_AMERICAN = re.compile(
    rb"(?:1[-. ])?(?:\([2-9]\d\d\)[-. ]?[2-9]\d\d[-. ]\d{4}|[2-9]\d\d([-.])[2-9]\d\d\1\d{4})\Z"
)
_MAY_BEGIN = re.compile(rb"\(?\+|\(0?\d{2,4}\)|(?<![0-9])(?:0\d|(?:1[-. ])?[2-9]\d\d[-.][2-9]\d\d[-.]\d{4})")
_MAY_STAND_ALONE = re.compile(rb"\(?\+|\(0?\d{2,4}\)|0\d|(?:1[-. ])?[2-9]\d\d[-.][2-9]\d\d[-.]\d{4}")
_BRACKET = ord("(")
_CURRENCIES = (b"$", "€".encode(), "£".encode(), "¥".encode())
_BRACKETED = re.compile(rb"\(0?\d{2,4}\)[-. ]?\d{3,4}(?:[-. ]?\d{2,4}){1,3}\Z")
_ZERO_REGIONS = ("GB", "FR", "AU", "JP", "CH", "NL", "BE", "SE", "ZA")
_KINDS = ("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "pager", "uan")


class Candidate(NamedTuple):
    """Neighbouring groups of digits that may be one number; `text` is how it is written."""

    data: bytes
    start: int
    end: int
    text: bytes
    digits: bytes

    @classmethod
    def at(cls, data: bytes, start: int, end: int) -> "Candidate":
        """Return the candidate in these bytes; the trunk zero of `+44 (0)20` is not among its digits."""
        text = data[start:end]
        return cls(data, start, end, text, digits_of(text.replace(b"(0)", b"")))

    def groups(self) -> list[bytes]:
        """Return its groups of digits, without the trunk zero."""
        return _GROUP.findall(self.text.replace(b"(0)", b""))


def find_phones(data: bytes) -> Iterator[Span]:
    """Find telephone and fax numbers, with their extensions."""
    last = 0
    for run in _RUN.finditer(data):
        for span in _in_run(data, run.span(), last):
            yield span
            last = span[1]


def _in_run(data: bytes, run: Span, last: int) -> Iterator[Span]:
    """Yield the numbers in one run of digits and separators; `last` is where the number before it ended."""
    offset, end = run
    word, word_end = _last_word(data, offset)
    while groups := [match.span() for match in islice(_GROUP.finditer(data, offset, end), _MOST_GROUPS)]:
        start = _opening(data, run[0], groups[0][0])
        context = word if start - word_end <= _REACH else ""
        if not context and last and start - last < 8 and _CHAIN.match(data[last:start]):
            context = "phone"
        if context != "phone" and (ahead := _next_shaped(data, start, end)) > groups[0][0]:
            offset = ahead
            continue
        number = None if start < last else _number_from(data, start, groups, context)
        if number is None:
            offset = groups[0][1]
            continue
        offset, last = number.end, _with_extension(data, number.end)
        yield number.start, last


def _next_shaped(data: bytes, start: int, end: int) -> int:
    """Return where, in a run that ends at `end`, the next number may begin that has no word before it.

    Such a number has the shape of one, or it is the last of the run, which may have a word after it.
    """
    limit = max(start, end - _LONGEST)
    match = _MAY_BEGIN.search(data, start, min(end, limit + _LONGEST))
    return min(match.start(), limit) if match else limit


def _last_word(data: bytes, start: int) -> tuple[str, int]:
    """Return what the last telling word before this offset means (`phone`, `other`, or nothing), and where it ends."""
    window = before(data, start, _REACH)
    words = [match.span() for match in _WORDS.finditer(window)]
    if not words:
        return "", start
    kind = "other" if _OTHER_WORD.match(window[slice(*words[-1])]) else "phone"
    return kind, start - len(window) + words[-1][1]


def _number_from(data: bytes, start: int, groups: list[Span], context: str) -> Candidate | None:
    """Return the longest number that begins with the first of these groups."""
    if word_at(data, start - 1) or _is_inner_part(data, start):
        return None
    shaped = _MAY_STAND_ALONE.match(data, start)
    for end in _plausible_ends(groups):
        # Only the last group of a run has a word after it.
        if context != "phone" and not shaped and not _WORDS_AFTER.match(after(data, end, 12)):
            return None
        # The bracket of `(555-0123)` belongs to the sentence.
        alone = data[start] == _BRACKET and b")" not in data[start:end]
        candidate = Candidate.at(data, start + alone, end)
        if _is_phone(candidate, context):
            return candidate
    return None


def _opening(data: bytes, run: int, start: int) -> int:
    """Step back over `(`, `+` and `+ ` before the first digit, within the run."""
    while start > run and data[start - 1] in b"(+":
        start -= 1
    if start - 1 > run and data[start - 2 : start] == b"+ ":
        start -= 2
    return start


def _plausible_ends(groups: list[Span]) -> list[int]:
    """Return where a number that begins with these groups may end, the longest first."""
    ends, digits = [], 0
    for start, end in groups:
        digits += end - start
        if digits > 16:
            break
        if digits >= 7 and end - start > 1:
            ends.append(end)
    return ends[::-1]


def _is_inner_part(data: bytes, start: int) -> bool:
    """Whether this is part of a sum, decimal, address or serial number: `$ 12`, `9,100`, `/2004/06`, `GPN-2000`."""
    if data[max(0, start - 4) : start].rstrip(b" ").endswith(_CURRENCIES):
        return True
    if data[start : start + 1] in (b"+", b"(") or not start:
        return False
    return data[start - 1] in b"-/" or (data[start - 1] in b",." and digit_at(data, start - 2))


def _with_extension(data: bytes, end: int) -> int:
    extension = _EXTENSION.match(after(data, end, 20))
    return end + extension.end() if extension else end


def _is_phone(candidate: Candidate, context: str) -> bool:
    data, end = candidate.data, candidate.end
    if not 7 <= len(candidate.digits) <= 15 or len(candidate.text) > 40:
        return False
    extended = _with_extension(data, end)
    aided = context == "phone" or _WORDS_AFTER.match(after(data, extended, 12))
    if not aided and not _is_international(candidate) and not _stands_by_itself(candidate, context, extended > end):
        return False
    if word_at(data, extended) or _TAIL.match(data[extended : extended + 6]):
        return False
    return not _is_other_number(candidate)


def _stands_by_itself(candidate: Candidate, context: str, extended: bool) -> bool:
    """Whether a national number needs no word for it; after a word for other numbers only a bracketed one does."""
    bracketed = candidate.text.startswith(b"(") and _NORTH_AMERICAN.match(candidate.text)
    return bool(bracketed) or (not context and _is_national(candidate, extended))


def _is_other_number(candidate: Candidate) -> bool:
    text = candidate.text
    if any(shape.match(text) for shape in (_DATE, _YEARS, _DECIMAL)) or _YEAR_IN_BRACKETS.search(text):
        return True
    if len(set(candidate.digits)) == 1:
        return True
    if not text.startswith(b"+") and any(len(group) == 1 for group in candidate.groups()[1:]):
        return True
    return bool(_QUAD.match(text)) and all(int(octet) < 256 for octet in text.split(b"."))


def _is_international(candidate: Candidate) -> bool:
    # `x + 20 1234567` is a sum; after a word for telephoning the space does no harm.
    if not candidate.text.startswith((b"+", b"(+")) or candidate.text.startswith(b"+ "):
        return False
    return _fits_a_plan(candidate.digits, strictly=candidate.digits in candidate.text)


def _is_national(candidate: Candidate, extended: bool) -> bool:
    text, digits = candidate.text, candidate.digits
    if _NORTH_AMERICAN.match(text):
        return extended or b"." not in text or _fits_a_plan(b"1" + digits[-10:], strictly=True)
    if _BRACKETED.match(text):
        return len(digits) >= 10
    if digits.startswith(b"00"):
        return len(candidate.groups()) > 2 and _fits_a_plan(digits[2:], strictly=False)
    if not digits.startswith(b"0") or not 10 <= len(digits) <= 11 or b"." in text:
        return False
    groups = candidate.groups()
    return 2 <= len(groups) <= 5 and len(groups[0]) <= 5 and bool(_zero_plans().match(digits))


def _fits_a_plan(digits: bytes, strictly: bool) -> bool:
    """Whether these are a calling code and as many digits as its plan allows; `strictly`: digits it has assigned."""
    for width in (1, 2, 3):
        plan = _plan(int(digits[:width] or b"0"))
        if plan:
            lengths, valid = plan
            return bool(valid.match(digits[width:])) if strictly else len(digits) - width in lengths
    return False


@cache
def _plan(calling_code: int) -> tuple[frozenset[int], Any] | None:
    """Return the lengths and the pattern of the national numbers after a calling code."""
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
    return lengths, pattern(f"^(?:{'|'.join(source for plan in plans for source in _patterns(plan))})$")


@cache
def _zero_plans() -> Any:
    """Return the pattern of national numbers, with their leading zero, in countries that write one."""
    from phonenumbers import PhoneMetadata

    plans = [PhoneMetadata.metadata_for_region(region) for region in _ZERO_REGIONS]
    return pattern(f"^0(?:{'|'.join(source for plan in plans for source in _patterns(plan))})$")


def _patterns(plan: Any) -> list[str]:
    kinds = [getattr(plan, kind) for kind in _KINDS]
    return [f"(?:{kind.national_number_pattern})" for kind in kinds if kind and kind.national_number_pattern]


PHONE = Detector("phone", r"[0-9](?:[ ./()\-\x{a0}\x{2010}-\x{2013}]{0,3}[0-9]){6}", find_phones)
