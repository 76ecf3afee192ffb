"""Words about telephoning before and after a number, and how much each of them proves.

A label names the number that follows (`Tel.: 1234567`, `"phone": "1234567"`, `fax number is 1234567`): any digits of
the right length count. A mention (`call me at`, `contact`, `mobile`, `on the phone`) says only that a number may
follow; it has to look like one as well. A word for another kind of number speaks against both, and so does a number
between.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from corpuskit.text.pii.detector import AS_ZEROS, before, late_re, pattern
from corpuskit.text.pii.phone_vocabulary import (
    ABBREVIATIONS,
    AFTER_HOMES,
    AFTER_SOLD,
    CALLS_AFTER,
    COUNTS,
    DESKS,
    EDGE,
    HOME_LINES,
    INITIALS,
    LABELS,
    LINKS,
    MENTIONS,
    NAMES,
    NUMBERS,
    OTHERS,
    PARTICLES,
    PORT,
    QUALIFIERS,
    SERVICES,
    SOLD,
)
from corpuskit.text.pii.script_patterns import ScriptPattern, is_of_class
from corpuskit.text.pii.word_list import Alternatives, WordList, first_match

Context = Literal["label", "adjoining", "line", "number", "mention", "other", ""]
"""What the words before a number make of it.

`adjoining`: a mention right before it: `call us on 1234567`; `line`: a word that says whose it is: `home: 234 5678`;
`number`: only that it is one: `my number: 234 5678`.
"""

REACH = 36
"""Bytes between a word and its number."""
_REACH_OF_OTHERS = 72
"""The same where letters take two or three bytes."""
_REMEMBERED = 4096

Kind = Literal["name", "label", "mention", "service", "line", "number", "count", "other", ""]
_WORDS: WordList[Kind] = WordList(
    Alternatives("name", NAMES),
    Alternatives("label", LABELS),
    Alternatives("name", ABBREVIATIONS),
    Alternatives("mention", MENTIONS),
    Alternatives("service", SERVICES),
    Alternatives("line", INITIALS),
    Alternatives("line", HOME_LINES, before=EDGE, after=AFTER_HOMES),
    Alternatives("line", PORT),
    Alternatives("other", OTHERS),
    Alternatives("number", NUMBERS),
    Alternatives("count", COUNTS),
    Alternatives("count", SOLD, before=EDGE, after=AFTER_SOLD),
)
_GAP_TO_WHOM = re.compile(rb"\.?[ ,(/&-]{1,3}")
_WHOM: WordList[str] = WordList(Alternatives("whom", rf"{QUALIFIERS}|{DESKS}"))
NO_TELEPHONES: tuple[Kind, ...] = ("", "service", "count", "other")
"""Kinds of words that make no telephone number of digits, whatever stands between."""

_WEAK: tuple[Kind, ...] = ("line", "number")
_TELEPHONES: tuple[Kind, ...] = ("name", "label", "mention", "line")
_FOR = late_re(
    r"( (?:number|no\.?|code))? (?:of|for|f(?:u|ü)r|am|vom|des|der|zum|von|d[eou]l?|da|della?|per|pour|voor|van|для|от"
    r"|na|do|till?|for|af|av|pentru)(?: (?:the|your|my|das|dein|le|la|el|il|lo|o|um|uma|het|de|uw|den|det))?"
    r" ?\Z".encode()
)
"""What stands between a word for another number and the telephone that it is of."""
_GENITIVE = late_re("(?:телефон|смартфон)[ау]|telefonu(?:lui)?\\b".encode())
_NEXT_TO = 8
"""Bytes between a label and a weaker word that says no more than the label."""

_QUALIFIER = r" ?\(\p{L}[\p{L} ,./-]{0,15}\)"
"""`(home)` and the like, between a word and its number."""
_TIGHT = ScriptPattern(
    rf"(?i)^(?:[^\p{{L}}\p{{M}}\p{{N}}]{{0,6}}|{_QUALIFIER}|[{PARTICLES}]{{1,4}}){{0,3}}"
    rf"(?:{LINKS}[^\p{{L}}\p{{M}}\p{{N}}]{{1,6}}){{0,4}}(?:ל-)?$"
)
_LETTERS = re.compile(r"[^\W\d_]+")
_LINK_LETTERS = frozenset(("", *_LETTERS.findall(LINKS.casefold()), "ל"))
_BRACKETED = re.compile(r" ?\(([^()]{1,16})\)")
_MARKED = pattern(
    r"(?i)[:=：#(\"'№\]】]|\b(?:number|numbers|no|nr|num|numer|numero|nummer|n\x{fa}mero|num\x{e9}ro|номер)\b"
    r"|[番号號码碼번호]"
)
_SERVICE = late_re(
    rb"(?i)(?: (?:\w+ )?(?:services?|hotline|support|office|desk|inquiries|enquiries|questions|department|dept\.?|line"
    rb"|agency|info|team|centre|center|(?:special|agen|consultan)(?:is)?ts?|represent\w+|advis[eo]rs?|managers?)"
    rb"[:,.;]? (?:at |on )?"
    # Another clause or line: `She was born here. 212-555-0123`, `Card Street, Dover, DE` and, below, the number
    rb"|[^,.;!?\n]*(?:(?:(?<![^a-z]n[or])(?<! nos)(?<! num)\.|[!?])\s+[(+]?|[,.;!?]\s+[A-Za-z][^:]*\n[(+]?))\Z"
)
_RIGHT_AFTER = pattern(r"^[ \t\"']{0,3}[(+]?$")
_ANNOUNCED = ScriptPattern(r"^\.?(?: ?[,(-]? ?\p{L}[\p{L}\p{M}.'-]*\)?){1,3} ?[:：] {0,2}[(+]?$")
"""Words between a label and its colon: `Telefon Sekretariat: 123 456 789`."""
_NUMBER_BETWEEN = re.compile(rb"[0-9]{2}|[0-9][^:.)\]]")
_AREA_CODE = late_re(rb"(?:\+[0-9]{1,3} ?)?\([0-9]{2,4}\)\s+\Z")
"""Where the line ends after it."""
_AFTER = re.compile(
    (
        r"(?i)(?: ?,? ?(?:x|ext\.?|extension) ?[0-9]{1,6})?"
        # The first letter is looked at before the words are tried.
        rf"[\s,(\-]{{0,3}}+(?=[aefmcnotvw'\x80-\xff])(?:(?:office|fax|mobile|cell|whatsapp|viber|telegram)\b(?!\s+[a-z])|{CALLS_AFTER})"
    ).encode()
)
_PLUS = ord("+")
_WORD_BEFORE_PLUS = re.compile(rb"[A-Za-z][a-z]{2,15}\Z")
_NUMBER_NEXT = re.compile(rb"[.:]?\s{0,3}[(+]{0,2}[0-9]")


class Word(NamedTuple):
    """The last telling word before an offset, and where it ends."""

    kind: Kind
    end: int


_NO_WORD = Word("", 0)


def last_word(data: bytes, start: int) -> Word:
    """Return the last telling word before this offset, within reach and in the same paragraph."""
    window = before(data, start, REACH)
    if not window.isascii():
        window = before(data, start, _REACH_OF_OTHERS)
    kind, distance = _last_word(window.translate(AS_ZEROS))
    return Word(kind, start - distance)


@lru_cache(_REMEMBERED)
def _last_word(window: bytes) -> tuple[Kind, int]:
    """Return the kind of the last word, and how many bytes from the end of the window it ends."""
    window = window.rpartition(b"\n\n")[2]
    kind: Kind = ""
    end = offset = 0
    words = _WORDS.possible(window)
    while first := first_match(words, window, offset):
        next_kind, word = first[0].kind, first[1]
        offset = _end_with_whom(window, word.end()) if next_kind in ("name", "label") else word.end()
        if next_kind in _TELEPHONES and _belongs_to_telephone(kind, window[end:offset], word.start() - end):
            end = offset
            continue
        if next_kind in _WEAK and kind in ("name", "label") and word.start() - end <= _NEXT_TO:
            # `phone: home: 2345678`
            continue
        if next_kind == "number" and kind == "mention":
            # `call or text 234 5678`
            next_kind = kind
        kind, end = next_kind, offset
    return kind, len(window) - end if kind else 0


def _end_with_whom(window: bytes, end: int) -> int:
    """Return where a word that ends here ends with what says whose telephone it is: `Telefon (privat)`."""
    gap = _GAP_TO_WHOM.match(window, end)
    whom_end = gap and _WHOM.end_at(window, gap.end())
    if not whom_end:
        return end
    return whom_end + 1 if window[whom_end : whom_end + 1] == b")" else whom_end


def _belongs_to_telephone(kind: Kind, following: bytes, start: int) -> bool:
    """Whether another number is told to be that of the telephone that begins at `start` in what follows its word.

    As in `order number for the phone: 1234567`.
    """
    if kind not in ("other", "service"):
        return False
    between = following[:start]
    if between == b" ":
        return bool(_GENITIVE.match(following, start))
    match = _FOR.match(between)
    return bool(match) and (kind == "other" or match[1] is not None)


def context(data: bytes, word: Word, start: int) -> Context:
    """Return what a word makes of the number that begins at `start`."""
    if not word.kind or start - word.end > _REACH_OF_OTHERS:
        return ""
    gap = data[word.end : start]
    if len(gap) > REACH and gap.isascii():
        return ""
    return "other" if word.kind == "other" else _context(word.kind, gap.translate(AS_ZEROS))


@lru_cache(_REMEMBERED)
def _context(kind: Kind, gap: bytes) -> Context:
    if kind == "service":
        return "" if _SERVICE.match(gap) else "other"
    if kind == "count":
        return ""
    if kind in ("line", "number"):
        return kind if _RIGHT_AFTER.match(gap) else ""
    gap = _AREA_CODE.sub(b" ", gap)
    if _NUMBER_BETWEEN.search(gap):
        return ""
    if not _is_tight(gap):
        return "line" if kind in ("name", "label") and _ANNOUNCED.occurs_in(gap) else "mention"
    if kind == "name" or (kind == "label" and _MARKED.search(_without_qualifiers(gap))):
        return "label"
    return "adjoining"


def _is_tight(gap: bytes) -> bool:
    """Whether nothing but signs, what links them, and a qualifier is between a word and its number."""
    words = () if b"(" in gap else _LETTERS.findall(gap.decode(errors="ignore").casefold())
    links = all(word.lstrip(PARTICLES) in _LINK_LETTERS for word in words)
    return links and _TIGHT.occurs_in(gap)


def _without_qualifiers(gap: bytes) -> bytes:
    """Return what is between a word and its number without `(home)` and the like."""
    return _BRACKETED.sub(lambda match: "" if _is_qualifier(match[1]) else match[0], gap.decode()).encode()


def _is_qualifier(text: str) -> bool:
    return is_of_class("L", text[0]) and all(sign in " ,./-" or is_of_class("L", sign) for sign in text[1:])


def may_touch_plus(data: bytes, start: int) -> bool:
    """Whether a word may touch the plus sign of a number where a page's tags were dropped: `India+91-85…`."""
    return data[start] == _PLUS and bool(_WORD_BEFORE_PLUS.search(data, max(0, start - 16), start))


def word_after(data: bytes, end: int) -> bool:
    """Whether the word after a number and its extension says what it is: `(65 43 21 09, office)`."""
    match = _AFTER.match(data, end, end + 44)
    if not match:
        return False
    # On a line of its own before a number, the word is the label of that one.
    return b"\n" not in match[0] or not _NUMBER_NEXT.match(data, match.end())
