"""Words about telephoning before and after a number, and how much each of them proves.

A label names the number that follows (`Tel.: 1234567`, `"phone": "1234567"`, `fax number is 1234567`): any digits of
the right length count. A mention (`call me at`, `contact`, `mobile`, `on the phone`) says only that a number may
follow; it has to look like one as well. A word for another kind of number speaks against both, and so does a number
between.
"""

import re
from typing import Literal, NamedTuple

from corpuskit.text.pii.detector import before, pattern

Context = Literal["label", "adjoining", "mention", "other", ""]
"""What the words before a number make of it; `adjoining`: a mention right before it: `call us on 1234567`."""

REACH = 36
"""Bytes between a word and its number."""

_NAMES = (
    r"(?:\bp|_p|(?-i:[a-z]{2}P)|(?:home|work|cell|desk|mobile|office)p)hone(?:[_ ]?number|[_ ]?no|nummer)\b"
    r"|(?:\bf|_f|(?-i:[a-z]{2}F))ax(?:[_ ]?number|[_ ]?no|nummer)\b|(?:ruf|telefon|handy|mobil|fon)n(?:umme)?r\b"
    r"|\b(?:contact|mobile|cell|callback|whatsapp)[ _](?:number|num\b|no\b)"
    r"|\bn\x{fa}?u?mero de (?:tel[e\x{e9}]fono|m[o\x{f3}]vil|contacto|celular)"
    r"|\bnum[e\x{e9}]ro de t[e\x{e9}]l[e\x{e9}]phone"
    r"|\bnumero di (?:telefono|cellulare)"
)
_ABBREVIATIONS = (
    r"\btel\b|\bt\x{e9}l\b|\btelf?\b|\bt[el]*fn?o?s?\b|\btelefax\b|\bfon\b|\bph\b|\bpuh\b|\bcel\b|\bfono\b|τηλ|тел[.: ]"
    r"|\banswering (?:at|on)\b"
)
"""After names and abbreviations, a number needs no colon."""
_LABELS = (
    r"(?:\bp|_p|(?-i:[a-z]{2}P)|(?:home|work|cell|desk|mobile|office)p)hones?\b"
    r"|\bt[e\x{e9}]l[e\x{e9}](?:f|ph)[a-z\x{e9}\x{f3}\x{f4}\x{142}]*"
    r"|(?:\bf|_f|(?-i:[a-z]{2}F))ax(?:e|es)?\b"
    r"|\bcell ?phone\b|whatsapp|viber|hotline|helpline|toll[ -]free|телефон|факс"
    r"|电话|電話|手机|手機|傳真|传真|专线|專線|전화|휴대폰|携帯|هاتف|טלפון|נייד|\bpuhelin"
)
_MENTIONS = (
    r"\bmob(?:ile?)?\b|\bmobil[a-z]*|\bm\x{f3}vil\b|\bmovil\b|\bcell(?: no|number)?\b|\bcellular|\bcelular"
    r"|\bcall(?:s|ed|ing)?\b"
    r"|\bdial(?:l?ed|l?ing)?\b|\bring\b|\bsms\b|\bgsm\b|\btext(?:ed|ing)? (?:me|us|him|her|them|at)\b"
    r"|voicemail|messages? to"
    r"|\breach(?:ed)?\b|\bcontact(?:o|s|ez)?\b|\bkontakt\b|\bhandy\b|\bportable\b|\banrufen\b|\bruf(?:en|t)?\b|\berreich[a-z]+"
    r"|\bappele[rz]\b|\bjoindre\b|\bllam[a-z]+|\bchiam[a-z]+|\blig(?:ue|ar)\b|\bbel\b|\bdzwo[a-z\x{144}]+|\bzadzwo[a-z\x{144}]+"
    r"|\b(?:my|your|our|his|her|their) number\b|\bunter der nummer\b|phones?\b|звони[а-я]*"
)
_OTHERS = (
    r"\bisbn|\bissn|\bdoi\b|\b10\.[0-9]{4,}/|\bpm(?:id|c)\b|arxiv|\borders?\b|\binvoice|\bzip\b|\bpost(?:al|code)|\bpages?\b"
    r"|\bpp\b|\bvol(?:ume)?\b|\bid\b|\bcol\b|\bnass\b|\bnhc\b|\bnif\b|\bnip\b|\bregon\b|\bpesel\b|\bversion\b|\bcase\b"
    r"|\bprice|\bdate\b|\bborn\b|\bpatent|\bserial|\bcards?\b|\baccount|\bkonta\b|\biban\b|\bean\b|\bgtin\b|\bupc\b|\bsku\b"
    r"|\blot\b|\bbatch\b|\btracking|\bups\b|\bparcel|\bshipment|\bpart\b|\bitem\b|\barticle\b|\bartikel|\bart\.|\bmodel\b"
    r"|\bticket\b|\bbuild\b|\brevision\b|\bcommit\b|\bchecksum\b|\btimestamp\b|\bim[es]i\b|\biccid\b|\bregistration\b|\binventory\b"
)
_WORDS = pattern(f"(?i)({_NAMES})|({_LABELS})|({_ABBREVIATIONS})|({_MENTIONS})|{_OTHERS}")
_KINDS: dict[int, Literal["name", "label", "mention"]] = {1: "name", 2: "label", 3: "name", 4: "mention"}
"""By number of the group."""

_LINKS = (
    r"(?:me|us|him|her|them|at|on|to|now|today|toll|free|direct|our|office|number|numbers|no|nr|num|is|are|was|or|and|mobile|phone"
    r"|uns|mich|ihn|sie|unter|der|die|das|le|la|les|au|du|al|el|lo|il|en|de|del|op|op:|på|na|nos|para|kom|nummer|nr|numer|numero"
    r"|n\x{fa}mero|num\x{e9}ro|ist|est|es|\x{e8}|по|номер|номеру|мне|нам)"
)
_QUALIFIER = r" ?\(\p{L}[\p{L} ,./-]{0,15}\)"
"""`(home)` and the like, between a word and its number."""
_TIGHT = pattern(
    rf"(?i)^(?:[^\p{{L}}\p{{N}}]{{0,6}}|{_QUALIFIER}|[№番号號码碼번호はは]){{0,3}}(?:\b{_LINKS}\b[^\p{{L}}\p{{N}}]{{1,6}}){{0,4}}$"
)
_QUALIFIERS = pattern(_QUALIFIER)
_MARKED = pattern(
    r"(?i)[:=：#(\"'№]|\b(?:number|numbers|no|nr|num|numer|numero|nummer|n\x{fa}mero|num\x{e9}ro|номер)\b|[番号號码碼번호]"
)
_NUMBER_BETWEEN = re.compile(rb"[0-9]{2}|[0-9][^:.)\]]")
_AREA_CODE = re.compile(rb"(?:\+[0-9]{1,3} ?)?\([0-9]{2,4}\)\s+\Z")
"""Where the line ends after it."""
_AFTER = re.compile(
    rb"(?i)(?: ?,? ?(?:x|ext\.?|extension) ?[0-9]{1,6})?[\s,(\-]{0,3}(?:office|fax|mobile|cell)\b(?!\s+[a-z])"
)
_CHAIN = re.compile(rb"(?i)\s*(?:[/;,\-|]|y|and|or|und|oder|et|ou|e|o|i)\s*\Z")


class Word(NamedTuple):
    """The last telling word before an offset, and where it ends."""

    kind: Literal["name", "label", "mention", "other", ""]
    end: int


_NO_WORD = Word("", 0)


def last_word(data: bytes, start: int) -> Word:
    """Return the last telling word before this offset, within reach and in the same paragraph."""
    window = before(data, start, REACH).rpartition(b"\n\n")[2]
    last = None
    while word := _WORDS.search(window, last.end() if last else 0):
        last = word
    if last is None:
        return _NO_WORD
    kind = _KINDS[last.lastindex] if last.lastindex else "other"
    return Word(kind, start - len(window) + last.end())


def context(data: bytes, word: Word, start: int) -> Context:
    """Return what a word makes of the number that begins at `start`."""
    if not word.kind or start - word.end > REACH:
        return ""
    gap = data[word.end : start]
    if word.kind == "other":
        return "other"
    gap = _AREA_CODE.sub(b" ", gap)
    if _NUMBER_BETWEEN.search(gap):
        return ""
    if not _TIGHT.match(gap):
        return "mention"
    if word.kind == "name" or (word.kind == "label" and _MARKED.search(_QUALIFIERS.sub(b"", gap))):
        return "label"
    return "adjoining"


def follows_number(data: bytes, last: int, start: int) -> bool:
    """Whether a number that begins here is joined to a telephone number that ends at `last`: `1234567 / 1234568`."""
    return start - last < 8 and bool(_CHAIN.match(data[last:start]))


def word_after(data: bytes, end: int) -> bool:
    """Whether the word after a number and its extension says what it is: `(65 43 21 09, office)`."""
    return bool(_AFTER.match(data, end, end + 44))
