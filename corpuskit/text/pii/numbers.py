"""Detectors of numbers that carry their own check: IBAN, payment cards, US social security numbers.

IBAN: ISO 13616, lengths by country as the SWIFT registry lists them, check digits by ISO 7064 mod 97-10.
Cards: ISO/IEC 7812-1, Luhn check, issuer prefixes; a number that is stated to be a card's needs no check. SSN: the
ranges that the Social Security Administration has never issued (area 000, 666 and 900-999, group 00, serial 0000) are
refused.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from corpuskit.text.pii.detector import (
    GAP,
    Detector,
    Span,
    after,
    apart_from_digits,
    before,
    digits_of,
    is_named_phone,
    late_re,
    matches,
    merged,
    pattern,
    stands_alone,
)

_COUNTRIES_BY_LENGTH = {
    15: "NO",
    16: "BE",
    18: "DK FI FK FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
_IBAN_LENGTHS = {
    country.encode(): length for length, countries in _COUNTRIES_BY_LENGTH.items() for country in countries.split()
}
_COUNTRIES = "|".join(country.decode() for country in _IBAN_LENGTHS)
_IBAN_HEAD = pattern(rf"\b(?i:{_COUNTRIES})[0-9]")
_IBAN_BEFORE = pattern(r"(?i)\bIBAN\b[^0-9\n]{0,12}$")
_POLISH_ACCOUNT = pattern(r"\b(?:[0-9]{26}|[0-9]{2}(?: [0-9]{4}){6}|[0-9]{2}(?:-[0-9]{4}){6})")
_IBAN_GAPS = frozenset(b" .-\n\xa0\xc2")
_ONE_GAP = bytes.maketrans(b".-\xa0", b"   ")

# Python's own engine is faster on many short matches, and these patterns give it nothing to go back over.
_BYTE_GAP = rb"(?:[ .\-]|\xc2\xa0|\xe2\x80\x91)"
_FIRST_LONG_CARD = pattern(rf"[0-9]{{4}}(?:{GAP}[0-9]{{4}}){{3}}{GAP}[0-9]{{3}}")
_NOT_INSIDE = rb"(?<![0-9A-Za-z_])(?<![0-9][.-])"
"""Where a number may begin; no card of a long row such as `1234-5678-…` is worth its check."""
_LONG_CARD = late_re(
    rb"%(begin)b[0-9]{4}(?:%(gap)b[0-9]{4}){3}%(gap)b[0-9]{3}" % {b"begin": _NOT_INSIDE, b"gap": _BYTE_GAP}
)
_CARD = late_re(
    rb"%(begin)b(?:[0-9]{12,}|[0-9]{4}%(gap)b(?:[0-9]{4}%(gap)b[0-9]{4}%(gap)b[0-9]{4}|[0-9]{6}%(gap)b[0-9]{4,5}))"
    % {b"begin": _NOT_INSIDE, b"gap": _BYTE_GAP}
)
_FIRST_CARD = pattern(
    rf"[0-9]{{12}}|[0-9]{{4}}{GAP}(?:[0-9]{{6}}{GAP}[0-9]{{4}}|[0-9]{{4}}{GAP}[0-9]{{4}}{GAP}[0-9]{{3}})"
)
"""Where the first match of either begins at the earliest: RE2 passes over a text without any in a fifth of the time."""
_ISSUED = late_re(
    rb"(?:4(?:[0-9]{15}|[0-9]{18})|(?:5[1-5]|2[3-6])[0-9]{14}|22(?:2[1-9]|[3-9][0-9])[0-9]{12}|27(?:[01][0-9]|20)[0-9]{12}"
    rb"|3[47][0-9]{13}|3(?:0[0-5]|[689][0-9])[0-9]{11}|35[2-8][0-9]{13}|(?:6011|65[0-9]{2}|64[4-9][0-9])[0-9]{12}"
    rb"|(?:1800|2131)[0-9]{11}|62[0-9]{14}|220[0-4][0-9]{12}|(?:50|5[6-8]|6[0-9])[0-9]{14})\Z"
)
_CARD_WORD = pattern(
    r"(?i)card|credit|debit|visa|maestro|amex|american express|discover|diners|\bcc|cvv|\bpan\b|kart|tarjeta"
    r"|carte|carta|cart\x{e3}o|cr\x{e9}dit|карт|信用卡|卡号|カード"
)
"""Occurs in every text with one of the words below."""
_CARD_BEFORE = pattern(
    r"(?i)(?:\bcards?\b|\bcredit\b|\bdebit\b|\bvisa\b|mastercard|maestro|\bamex\b|american express|discover|diners"
    r"|\bcc\b|\bcvv\b|\bpan\b|kreditkarte|kartennummer|tarjeta|\bcarte\b|\bcarta\b|cart\x{e3}o|\bkarta|\bkarty|карт"
    r"|信用卡|卡号|カード)"
)
_CARD_STATED = pattern(
    r"(?i)(?:\b(?:credit|debit|bank|payment)[ -]?cards?|\bcards? ?(?:number|no\b|num\b|nr\b|#)|\bcc ?(?:number"
    r"|no\b|num\b)"
    r"|\bvisa|\bmaster ?card|\bmaestro|\bamex|\bamerican express|kreditkarte\w*|kartennummer"
    r"|\btarjeta(?: de (?:cr\x{e9}dito|d\x{e9}bito))?"
    r"|\bcarte (?:bancaire|bleue|de cr\x{e9}dit)|\bcarta di credito|\bcart\x{e3}o de cr\x{e9}dito"
    r"|\bkart[ay] (?:kredytow|płatnicz)\w*|信用卡|卡号|カード番号)"
    r"(?:[\s:=#\"'(.]{1,3}(?:(?:number|numero|n\x{fa}mero|num\x{e9}ro|nummer|no|nr|num|card|is|was|ist|es|est|\x{e8})\b)?){0,4}$"
)
"""Words that name the number right after them, so that it counts though a digit of it is wrong."""
_CELLS_BEFORE = re.compile(rb"(?:(?<![0-9A-Za-z])[0-9A-Fa-f]{4}[ \t\r\n]{1,2})+\Z")
_CELLS_AFTER = re.compile(rb"(?:[ \t\r\n]{1,2}[0-9A-Fa-f]{4}(?![0-9A-Za-z]))+")
_HEXADECIMAL_CELL = re.compile(rb"[0-9][0-9A-Fa-f]{0,2}[A-Fa-f]|[A-Fa-f][0-9A-Fa-f]{0,2}[0-9]")
_REACH_OF_CELLS = 80
_FEWEST_CELLS = 4
_URL_BEFORE = re.compile(rb"(?:://|\bwww\.)[^\s\"'<>]*\Z")
_LONGEST_URL = 256
_NUMBER_BETWEEN = pattern(r"[0-9](?:[ -]?[0-9]){6}")
_DOUBLED = bytes((digit * 2 - 9 if digit > 4 else digit * 2) for digit in range(10)) + bytes(246)
_VALUES = bytes.maketrans(b"0123456789", bytes(range(10)))

_SSN_PATTERN = pattern(r"[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{3} [0-9]{2} [0-9]{4}|[0-9]{9,}")
_HYPHENATED_SSN = pattern(r"[0-9]{3}-[0-9]{2}-[0-9]{4}")
_SSN_BEFORE = pattern(r"(?i)\bSSN|social[ -]security|soc\.? sec")


def find_ibans(data: bytes) -> list[Span]:
    """Find IBANs, whole or in groups, with at most one space, hyphen, dot or line break between characters.

    Polish account numbers without their country (26 digits) count as well: the check digits are the same.
    """
    return merged([*_with_country(data), *matches(_POLISH_ACCOUNT, data, _is_polish_account)])


def find_cards(data: bytes) -> list[Span]:
    """Find card numbers, whole or in printed groups; without an issuer's prefix, only after a word for card.

    Right after words that name it (`credit card number:`), an issuer's number counts even if its check digit is wrong.
    In a URL or a path, a number needs a word for cards.
    """
    first = _FIRST_CARD.search(data)
    if not first:
        return []
    accept = partial(_is_card, may_be_named=bool(_CARD_WORD.search(data)))
    spans = [*matches(_CARD, data, accept, first.start())]
    if _FIRST_LONG_CARD.search(data):
        spans += matches(_LONG_CARD, data, accept, first.start())
    return merged(spans)


def find_ssns(data: bytes) -> Iterator[Span]:
    """Find `123-45-6789`; with spaces or nothing for the hyphens, only after words that say what it is."""
    return matches(_SSN_PATTERN if _SSN_BEFORE.search(data) else _HYPHENATED_SSN, data, _is_ssn)


def luhn(digits: bytes) -> bool:
    """Check digits by ISO/IEC 7812-1, annex B.

    >>> luhn(b"4111111111111111"), luhn(b"4111111111111112")
    (True, False)
    """
    values = digits.translate(_VALUES)
    return (sum(values[-1::-2]) + sum(values[-2::-2].translate(_DOUBLED))) % 10 == 0


def mod97(account: bytes) -> bool:
    """Check an IBAN in upper case, without gaps, by ISO 13616.

    >>> mod97(b"GB82WEST12345698765432"), mod97(b"GB82WEST12345698765433")
    (True, False)
    """
    turned = (account[4:] + account[:4]).decode("ascii")
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


def _with_country(data: bytes) -> Iterator[Span]:
    for match in _IBAN_HEAD.finditer(data):
        start = match.start()
        country = data[start : start + 2].upper()
        end = _end_of_account(data, start, _IBAN_LENGTHS[country])
        named = bool(_IBAN_BEFORE.search(before(data, start, 24)))
        if end and stands_alone(data, start, end) and _is_iban(data[start:end], named):
            yield start, end


def _is_iban(value: bytes, named: bool) -> bool:
    """Whether this is an account; `named`: after the word IBAN, where it may be written in letters of any case."""
    groups = value.translate(_ONE_GAP, b"\xc2").split()
    account = b"".join(groups).upper()
    if not account[2:4].isdigit() or not mod97(account):
        return False
    # Words after two letters and two digits pass the check once in 97 times; bank codes have four letters.
    plain_words = any(group.isalpha() and len(group) != 4 for group in groups)
    if plain_words:
        return False
    return named or value[:2].isupper() or (len(groups) == 1 and value[:2].islower())


def _end_of_account(data: bytes, start: int, length: int) -> int:
    """Return where the `length`th letter or digit ends, 0 if the account breaks off before."""
    gap = 0
    for offset in range(start, min(len(data), start + 3 * length)):
        if data[offset : offset + 1].isalnum():
            length, gap = length - 1, 0
            if not length:
                return offset + 1
        else:
            gap += 1
            if data[offset] not in _IBAN_GAPS or gap > 2 or (gap == 2 and data[offset] != 0xA0):
                return 0
    return 0


def _is_polish_account(data: bytes, start: int, end: int) -> bool:
    if not apart_from_digits(data, start, end):
        return False
    return mod97(b"PL" + digits_of(data[start:end]))


def _is_card(data: bytes, start: int, end: int, may_be_named: bool) -> bool:
    digits = digits_of(data[start:end])
    issued = _ISSUED.match(digits)
    if not issued and not may_be_named:
        return False
    holds = luhn(digits)
    if not holds and not (issued and may_be_named):
        return False
    if len(digits) > 19 or not apart_from_digits(data, start, end) or len(set(digits)) == 1:
        return False
    window = before(data, start, 48)
    if _is_in_path(data, start) and not (may_be_named and _CARD_BEFORE.search(window)):
        return False
    if not holds:
        # Typed wrong or misread, it is still nearly the number of somebody.
        return bool(_CARD_STATED.search(window))
    if (
        len(digits) == 16
        and end - start > 16
        and _is_part_of_table(data, start, end)
        and not _CARD_BEFORE.search(window)
    ):
        return False
    return bool(issued) or (data[start - 1 : start] != b"+" and _is_said_before(_CARD_BEFORE, data, start, 48))


def _is_part_of_table(data: bytes, start: int, end: int) -> bool:
    """Whether groups of four are cells of a table, some hexadecimal: `5B9B 59D0 [5456 5443 5421 5457] 867B`.

    So are decimal ones if, in their line, those before or after them are no whole cards.
    """
    left, right = before(data, start, _REACH_OF_CELLS), after(data, end, _REACH_OF_CELLS)
    cells_before, cells_after = _CELLS_BEFORE.search(left), _CELLS_AFTER.match(right)
    around = (cells_before[0] if cells_before else b"") + (cells_after[0] if cells_after else b"")
    if len(_HEXADECIMAL_CELL.findall(around)) > 1:
        return True
    in_line = [
        len(cells.split())
        for cells in (
            cells_before[0].rpartition(b"\n")[2] if cells_before else b"",
            cells_after[0].partition(b"\n")[0] if cells_after else b"",
        )
    ]
    return sum(in_line) >= _FEWEST_CELLS and any(count % 4 for count in in_line)


def _is_in_path(data: bytes, start: int) -> bool:
    """Whether a number is a part of a URL or of a path, where one in ten ids of sixteen digits has the right check."""
    return data[start - 1 : start] == b"/" or bool(_URL_BEFORE.search(before(data, start, _LONGEST_URL)))


def _is_ssn(data: bytes, start: int, end: int) -> bool:
    digits = digits_of(data[start:end])
    if len(digits) != 9 or not apart_from_digits(data, start, end):
        return False
    if digits[:3] in (b"000", b"666") or digits[:1] == b"9" or digits[3:5] == b"00" or digits[5:] == b"0000":
        return False
    return data[start + 3 : start + 4] == b"-" or _is_said_before(_SSN_BEFORE, data, start, 32)


def _is_said_before(words: Any, data: bytes, start: int, width: int) -> bool:
    """Whether one of the words stands before a number, and neither another number nor a word for phones between."""
    window = before(data, start, width)
    match = words.search(window)
    if not match or is_named_phone(data, start):
        return False
    between = window[match.end() :]
    return words.search(between) is not None or not _NUMBER_BETWEEN.search(between)


IBAN = Detector(
    "iban", r"\b[A-Za-z]{2}[0-9](?:[ .\-\n\x{a0}]?[0-9A-Za-z]){10}|[0-9]{2}(?:[ -]?[0-9]{4}){6}", find_ibans
)
CREDIT_CARD = Detector("credit-card", rf"[0-9](?:{GAP}?[0-9]){{11}}", find_cards)
SSN = Detector("ssn", r"[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{4}", find_ssns)
