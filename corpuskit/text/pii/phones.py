"""Detector of telephone and fax numbers.

A number counts if its own shape says so: `+` or `00` and a length that the numbering plan of that country allows,
the North American 3-3-4 with an extension or valid codes, an area code in brackets, a national number with
its leading zero that is valid in a plan and written in that country's groups. After a label (`Tel.:`) any other 7 to 15
digits count; after a word that only mentions telephoning (`call us at`), those that some country's plan assigns
and groups so. Dates, times, amounts, decimals and pieces of longer numbers are left in any case.
"""

import itertools
import re
from collections.abc import Iterator
from itertools import islice

from corpuskit.text.pii import numbering_plans, other_numbers, phone_chains, phone_lists, phone_shapes, phone_words
from corpuskit.text.pii.detector import Detector, Span, after, digit_at, digits_of, late_re, pattern, word_at
from corpuskit.text.pii.phone_chains import Previous, is_in_row
from corpuskit.text.pii.phone_shapes import GROUP, Candidate
from corpuskit.text.pii.phone_words import Context

_HYPHEN = r"[\x{2010}-\x{2013}]"
_SEPARATOR = rf"(?:[ ./\-]|\x{{a0}}|{_HYPHEN}|\) ?[/.\-]? ?|[ ./\-]?\(|- | -| - | / ?|/ | {_HYPHEN} ?|{_HYPHEN} )"
_RUN = pattern(rf"(?:\+ ?)?\(?\+?[0-9](?:{_SEPARATOR}?[0-9]){{6,}}")
_TAIL = late_re(rb"[.:-][0-9]|/[0-9]{1,5}(?![0-9])|\.(?:jpe?g|png|gif|html?|pdf|php|stm|aspx?|txt|mp[34])\b|%")
_DECIMALS = re.compile(rb",[0-9]{1,5}(?![0-9])")
_MOST_GROUPS = 7
_FEWEST_DIGITS = 7
_NEXT = 24
"""Bytes after a number in which a word says what it counts."""
_LONGEST = 64
"""More bytes than the digits and the gaps of a number take."""

_DECIMAL = re.compile(rb"\+?[0-9]{1,3}\.[0-9]{5,}\Z")
_LONG_DECIMAL = re.compile(rb"[0-9]{4,}\.[0-9]+\Z")
_REST_OF_AMOUNT = re.compile(rb"(?:[ .]|\xc2\xa0)[0-9]{3}(?![0-9])|,[0-9]")
_TIMESTAMP = late_re(rb"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d\d){0,3}\Z")
_IN_COLUMNS = late_re(rb"\(?\+|\([2-9]\d\d\)|[2-9]\d\d[-.][2-9]\d\d[-.]\d{4}")
"""What is a number even between commas that touch other digits, as in comma-separated values."""
_LOCAL = re.compile(rb"[2-9]\d\d[-.]\d{4}\Z")
_NEXT_LINE = late_re(rb"-? ?\r?\n[ \t]{0,16}[0-9]{2,5}(?:[ -][0-9]{2,4}){0,3}(?![0-9A-Za-z]|[-/][0-9])")
_ENDS_CLAUSE = late_re(rb" ?[,;()\[\]](?! ?[0-9])|[.]? {0,2}(?:[\r\n]|\Z)|[.] [A-Z]")
_GROUPS_BEFORE_LONE_DIGIT = 3
_MOBILE_OF_CHINA = re.compile(rb"1[3-9][0-9]{9}\Z")
_CJK = re.compile(rb"[\xe3-\xe9][\x80-\xbf]")
_MORE_DIGITS = re.compile(rb"(?: |\xc2\xa0)[0-9]")
_WORD_AFTER = re.compile(rb" [A-Za-z\xc3-\xf4]")
_ZIP_CODE, _STATE = re.compile(rb"\d{5}-\d{4}\Z"), re.compile(rb"\b[A-Z]{2}[ .,]{1,2}\Z")
_BRACKET = ord("(")
_AMERICAN_EXIT = b"011 "
_LONG_BEGINNINGS = (b"+", b"(+", b"00", _AMERICAN_EXIT, b"18001 0", b"18002 0")
_MOST_NATIONAL = 12

_CURRENCIES = (b"$", "€".encode(), "£".encode(), "¥".encode())
_ENDS_OF_CURRENCIES = (b" ", *(sign[-1:] for sign in _CURRENCIES))
_EXCHANGE_OF_ONE = re.compile(rb"(?:-|\xe2\x80[\x90-\x93]) ?\d\Z")
"""`-0` at the end of a German number stands for the switchboard."""
_CODE_BEFORE = re.compile(rb"[0-9][A-Za-z]{0,3}(?: |\xc2\xa0)\Z")
_IN_PAIRS = late_re(rb"\(?0[1-9]\d{1,3}\)?(?: ?[/-] ?| )[1-9](?: \d\d){2,4}\Z")
"""German numbers in pairs from the right, behind their area code: `089 / 2 34 56 78`."""
_TRUNK_DIGITS = (b"0", b"1", b"7", b"8")
_AREA_OF_ONE = re.compile(rb"[2-9]-\d{3,4}-\d{4}\Z")
_NAMED: tuple[Context, ...] = ("label", "adjoining", "line")
_NEXT_WORD = late_re(
    rb"(?:[A-Z][a-z]{2,}|[EeT]-?[Mm]ail|FAX|TEL|MOB|fax|tel|mobile?|www\.|https?:)|[A-Z](?::|\. ?[:+(0-9])"
)
_LETTER = re.compile(rb"[A-Z](?![-+0-9A-Za-z])")
"""A word that touches the number before it: with a capital, one of those beside numbers, or an initial."""


def find_phones(data: bytes) -> Iterator[Span]:
    """Find telephone and fax numbers, with their extensions."""
    previous = phone_chains.NONE
    for run in _RUN.finditer(data):
        for start, number in _in_run(data, run.span(), previous):
            yield start, number.end
            previous = number


def _in_run(data: bytes, run: Span, previous: Previous) -> Iterator[tuple[int, Previous]]:
    """Yield where the numbers in one run of digits and separators begin, and each as the next one's previous."""
    offset, end = run
    word = phone_words.last_word(data, offset)
    if _says_nothing(data, run, previous, word):
        return
    # What is left of the run may be too short for a number.
    while end - offset >= _FEWEST_DIGITS:
        groups = [match.span() for match in islice(GROUP.finditer(data, offset, end), _MOST_GROUPS)]
        if len(groups) < _MOST_GROUPS and sum([end - start for start, end in groups]) < _FEWEST_DIGITS:
            return
        start = _opening(data, run[0], groups[0][0])
        context = phone_words.context(data, word, start)
        context = phone_chains.context_of_list(data, previous, start, context)
        if context in ("", "other") and not is_in_row(previous, start):
            ahead = _next_shaped(data, start, end)
            if ahead > groups[0][0]:
                offset = ahead
                continue
        number = None if start < previous.end else _number_from(data, start, groups, context, previous, word)
        if number is None:
            offset = groups[0][1]
            continue
        previous = Previous(number.text, phone_lists.end_of_list(data, number.end))
        yield number.start, previous
        offset = min(max(number.end, previous.end), end)


def _says_nothing(data: bytes, run: Span, previous: Previous, word: phone_words.Word) -> bool:
    """Whether nothing before, in or after a run makes a number of its digits, as with most in lists of numbers."""
    start, end = run
    if word.kind not in phone_words.NO_TELEPHONES or phone_chains.is_in_chain(previous, start):
        return False
    return not phone_shapes.MAY_BEGIN.search(data, start, end) and not phone_words.word_after(data, end)


def _next_shaped(data: bytes, start: int, end: int) -> int:
    """Return where, in a run that ends at `end`, the next number may begin that has no word before it.

    Such a number has the shape of one, or it is the last of the run, which may have a word after it.
    """
    limit = max(start, end - _LONGEST)
    match = phone_shapes.MAY_BEGIN.search(data, start, min(end, limit + _LONGEST))
    return min(match.start(), limit) if match else limit


def _number_from(
    data: bytes, start: int, groups: list[Span], context: Context, previous: Previous, word: phone_words.Word
) -> Candidate | None:
    """Return the longest number that begins with the first of these groups."""
    # `Tel0221 …` begins within a word, which is its label.
    touched = word_at(data, start - 1) and not (word.end == start and context in ("label", "adjoining"))
    in_row = is_in_row(previous, start)
    if (touched and not phone_words.may_touch_plus(data, start)) or (not in_row and _is_inner_part(data, start)):
        return None
    shaped = bool(phone_shapes.MAY_STAND_ALONE.match(data, start)) and (in_row or not _follows_group(data, start))
    no_word = context in ("", "other")
    if no_word and not shaped and len(groups) == _MOST_GROUPS:
        return None
    ends = _plausible_ends(data, start, groups, context == "label")
    if context == "label" and ends:
        ends = _national_first(data, start, ends)
    # Only the last group of a run has a word after it.
    after_word = bool(ends) and phone_words.word_after(data, ends[0])
    if no_word and not shaped and not after_word:
        return None
    cut_off = None
    for end in ends:
        # The bracket of `(555-0123)` belongs to the sentence.
        alone = data[start] == _BRACKET and b")" not in data[start:end]
        candidate = Candidate.at(data, start + alone, end)
        if touched and not (len(candidate.groups) > 1 and phone_shapes.fits_calling_code(candidate, assigned=True)):
            continue
        if _is_phone(candidate, context, shaped, after_word and end == ends[0]):
            return candidate
        if context == "label" and cut_off is None and _may_be_cut_off(candidate):
            cut_off = candidate
    return _with_next_line(cut_off) if cut_off else None


def _with_next_line(cut_off: Candidate) -> Candidate:
    """Return the number with what the next line holds of it: `Fax: +1 (617) 555` and, below, `0163`."""
    data, start, end = cut_off[:3]
    rest = _NEXT_LINE.match(after(data, end, _LONGEST))
    if rest:
        whole = Candidate.at(data, start, end + rest.end())
        if phone_shapes.fits_calling_code(whole, assigned=False):
            return whole
    return cut_off


def _may_be_cut_off(candidate: Candidate) -> bool:
    """Whether this is all that the line holds of an international number: `Fax: +1 (617) 555`."""
    international = candidate.international and 7 <= len(candidate.digits) <= 15
    return international and not _is_other_number(candidate, "label") and not word_at(candidate.data, candidate.end)


def _opening(data: bytes, run: int, start: int) -> int:
    """Step back over `(`, `+` and `+ ` before the first digit, within the run."""
    while start > run and data[start - 1] in b"(+":
        start -= 1
    if start - 1 > run and data[start - 2 : start] == b"+ ":
        start -= 2
    return start


def _plausible_ends(data: bytes, first: int, groups: list[Span], labelled: bool) -> list[int]:
    """Return where a number that begins at `first` with these groups may end, the longest first."""
    ends, digits = [], 0
    international = data.startswith(_LONG_BEGINNINGS, first)
    whole = 10 if international else 7
    most = 16 if international or labelled else _MOST_NATIONAL
    for number, (start, end) in enumerate(groups):
        if digits >= whole and phone_lists.begins_another(data[groups[number - 1][1] : start], groups[number:]):
            break
        digits += end - start
        if digits > most:
            break
        if digits >= 7 and (end - start > 1 or _may_end_number(data, groups, number)):
            ends.append(end)
    return ends[::-1]


def _may_end_number(data: bytes, groups: list[Span], number: int) -> bool:
    """Whether a digit alone may be the last of a number: `226 343-0`, or, as a clause ends, `0800 123 456 7`."""
    start, end = groups[number]
    if _EXCHANGE_OF_ONE.search(data, max(0, start - 4), end):
        return True
    return number >= _GROUPS_BEFORE_LONE_DIGIT and number == len(groups) - 1 and bool(_ENDS_CLAUSE.match(data, end))


def _national_first(data: bytes, start: int, ends: list[int]) -> list[int]:
    """Return the ends with those of national numbers first, if the longest has more digits than such numbers have.

    Any digits after a label are taken, but in `Tel. 06 39 98 12 34 06 39 98 12 35` those are two numbers.
    """
    if data.startswith((b"+", _AMERICAN_EXIT), start) or len(digits_of(data[start : ends[0]])) <= _MOST_NATIONAL:
        return ends
    return sorted(ends, key=lambda end: not numbering_plans.is_national(GROUP.findall(data, start, end)))


def _follows_group(data: bytes, start: int) -> bool:
    """Whether a zero-led number begins after a space behind other digits or a code: `AA1 01 2345 6784`."""
    if data[start : start + 1] != b"0":
        return False
    return bool(_CODE_BEFORE.search(data[max(0, start - 8) : start]))


def _is_inner_part(data: bytes, start: int) -> bool:
    """Whether this is part of an amount, address, time or serial number: `$ 12`, `9,100`, `/2004/06`, `GPN-2000`."""
    previous = data[max(0, start - 1) : start]
    if previous in _ENDS_OF_CURRENCIES and data[max(0, start - 4) : start].rstrip(b" ").endswith(_CURRENCIES):
        return True
    if data[start : start + 1] in (b"+", b"("):
        return False
    if previous == b"," and digit_at(data, start - 2):
        return not _IN_COLUMNS.match(data, start)
    return previous in (b"-", b"/") or (previous in (b".", b":") and digit_at(data, start - 2))


def _is_phone(candidate: Candidate, context: Context, shaped: bool, word_after: bool) -> bool:
    data, end = candidate.data, candidate.end
    if not 7 <= len(candidate.digits) <= 15 or len(candidate.text) > 40:
        return False
    extended = phone_lists.end_of_list(data, end)
    tail = data[extended : extended + 8]
    if _TAIL.match(tail) or _is_other_number(candidate, context):
        return False
    if word_at(data, extended) and not ((shaped or context == "label") and _touches_next_word(candidate, extended)):
        return False
    if _DECIMALS.match(tail) and not (len(candidate.digits) > 8 and _IN_COLUMNS.match(candidate.text)):
        return False
    if candidate.international and _REST_OF_AMOUNT.match(tail) and other_numbers.is_in_thousands(candidate.text[1:]):
        return False
    if shaped and phone_shapes.has_shape(candidate, context, extended > end):
        return True
    if context == "label":
        return _fits_label(candidate)
    return (context not in ("", "other") or word_after) and _fits_mention(candidate, context, word_after)


def _fits_label(candidate: Candidate) -> bool:
    """Whether digits after a label are a number: nearly all are, but for amounts, and codes that no plan knows."""
    if candidate.international and not phone_shapes.fits_calling_code(candidate, assigned=False):
        return False
    return not _is_counted(candidate, after(candidate.data, candidate.end, _NEXT))


def _is_counted(candidate: Candidate, after_it: bytes) -> bool:
    """Whether a word for what is counted follows; nothing is counted with a leading zero."""
    return not candidate.digits.startswith(b"0") and other_numbers.is_counted(after_it)


def _fits_mention(candidate: Candidate, context: Context, word_after: bool) -> bool:
    """Whether digits near a word for telephoning look like a number that a country would write."""
    text, groups = candidate.text, candidate.groups
    after_it = after(candidate.data, candidate.end, _NEXT)
    if _is_counted(candidate, after_it) or _MORE_DIGITS.match(after_it):
        return False
    if candidate.international:
        return phone_shapes.fits_calling_code(candidate, assigned=False)
    if _ZIP_CODE.match(text) and _STATE.search(candidate.data, max(0, candidate.start - 4), candidate.start):
        return False
    if word_after and len(groups) > 1 and not other_numbers.is_in_thousands(text):
        return True
    if context == "adjoining" and _LOCAL.match(text):
        return True
    if context in ("line", "mention", "number") and not _is_no_count(candidate, context, after_it):
        return False
    if _TIMESTAMP.match(text) or _LONG_DECIMAL.match(text) or _changes_separator_twice(text):
        return False
    return numbering_plans.is_national(groups)


def _is_no_count(candidate: Candidate, context: Context, after_it: bytes) -> bool:
    """Whether the digits are grouped, and not as an amount; a word right before them vouches for a leading zero."""
    text, zero = candidate.text, candidate.digits.startswith(b"0")
    if context == "number" or (context == "line" and len(candidate.groups) == 1):
        return zero
    if context == "mention" and _is_mobile_of_china(candidate):
        return True
    return len(candidate.groups) > 1 and not _is_amount(text, after_it) and not other_numbers.is_range(text)


def _is_mobile_of_china(candidate: Candidate) -> bool:
    """Whether these are eleven digits that are not round, in Chinese: `联系人：王经理，13912345678`."""
    data, start, digits = candidate.data, candidate.start, candidate.text
    is_mobile = bool(_MOBILE_OF_CHINA.match(digits)) and not digits.endswith(b"000")
    return is_mobile and bool(_CJK.search(data, max(0, start - _NEXT), start))


def _is_amount(text: bytes, after_it: bytes) -> bool:
    """Whether digits in threes count something: they are round, or a word for what they count follows."""
    return other_numbers.is_in_thousands(text) and (text.endswith(b"000") or bool(_WORD_AFTER.match(after_it)))


def _changes_separator_twice(text: bytes) -> bool:
    """Whether this is a row of ranges such as `09-17 10-18`."""
    separators = [each.strip() for each in GROUP.split(text)[1:-1]]
    changes = sum(one != other for one, other in itertools.pairwise(separators))
    return changes > 1 and b"-" in separators and b"" in separators and not text.startswith(b"(")


def _ends_in_lone_digit(candidate: Candidate) -> bool:
    """Whether a digit alone is the last of a German or Austrian number, which may have so many: `0800 123 456 7`."""
    groups = candidate.groups
    # French numbers are in pairs from the beginning.
    if len(groups) <= _GROUPS_BEFORE_LONE_DIGIT or len(groups[-1]) > 1 or len(groups[0]) == 2:
        return False
    return any(numbering_plans.is_assigned(candidate.digits, region) for region in ("DE", "AT"))


def _touches_next_word(candidate: Candidate, end: int) -> bool:
    """Whether the next word of the page touches a number, where the tags between were dropped: `… 4567Fax: …`."""
    following = after(candidate.data, end, _NEXT)
    next_word = _NEXT_WORD.match(following) or (candidate.international and _LETTER.match(following))
    return bool(next_word) and not other_numbers.is_counted(b" " + following)


def _is_other_number(candidate: Candidate, context: Context) -> bool:
    text = candidate.text
    if other_numbers.has_other_shape(text, candidate.international):
        return True
    if len(set(candidate.digits)) == 1 or phone_shapes.has_odd_bracket(text):
        return True
    if other_numbers.has_year_in_brackets(text):
        return not phone_shapes.is_assigned_abroad(candidate)
    if _DECIMAL.match(text):
        # `+1.2025550143` is how EPP writes numbers (RFC 5733).
        return not (text.startswith(b"+") and phone_shapes.fits_calling_code(candidate, assigned=True))
    return not candidate.international and _has_lone_digit(candidate, context)


def _has_lone_digit(candidate: Candidate, context: Context) -> bool:
    groups = candidate.groups
    if 1 not in map(len, groups) or phone_shapes.is_russian(candidate.text, candidate.digits):
        return False
    named = context in _NAMED
    if named and _AREA_OF_ONE.match(candidate.text):
        return False
    if candidate.digits.startswith(b"0") and (
        _EXCHANGE_OF_ONE.search(candidate.text) or _ends_in_lone_digit(candidate)
    ):
        groups = groups[:-1]
    if groups[0].startswith(b"00") and len(groups) > 2:
        # Vienna is 1, behind `0043`.
        groups = groups[1:]
    # `0-2123-4567` is a range but after a word that names it.
    trunk = groups[0] in _TRUNK_DIGITS and (named or not candidate.text.startswith((b"0-", b"0/", b"0.")))
    if (named or b"/" in candidate.text) and _IN_PAIRS.match(candidate.text):
        groups = groups[:1]
    return any(len(group) == 1 for group in groups[1:]) or (len(groups[0]) == 1 and not trunk)


PHONE = Detector("phone", r"[0-9](?:[ ./()\-\x{a0}\x{2010}-\x{2013}]{0,3}[0-9]){6}", find_phones)
