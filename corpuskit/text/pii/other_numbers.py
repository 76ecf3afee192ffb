"""Digits that look like a telephone number and are another: dates, hours, amounts, sizes, and what is counted.

They are left even after a label: `Telefon: 64 128 256 GB` sells a telephone.
"""

import re

from corpuskit.text.pii.detector import late_re

_DASH = rb"(?: ?(?:[-/ ]|\xe2\x80[\x90-\x93]) ?)"
_OTHER_SHAPES = late_re(
    b"|".join(
        (
            # A date
            rb"\+?(?:(?:1[5-9]|20)\d\d([-./ ])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])"
            rb"|(?:0?[1-9]|[12]\d|3[01])([-./ ])(?:0?[1-9]|1[0-2])\2(?:1[5-9]|20)\d\d)(?!\d)",
            # Two years
            rb"(?:1[5-9]|20)\d\d" + _DASH + rb"(?:1[5-9]|20)\d\d\Z",
            # Hours
            rb"(?:(?:[01]?\d|2[0-4])\.[0-5]\d(?:" + _DASH + rb"|\Z)){2,}\Z",
            # Days
            rb"(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])?\.?"
            + _DASH
            + rb"(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])(?:\.(?:(?:1[5-9]|20)?\d\d)?)?\Z",
            # Amounts
            rb"\d+\.\d\d(?:" + _DASH + rb"\d+\.\d\d)+\Z",
        )
    )
)
_TWO_YEARS = late_re(rb"(?:\A|\D)(?:19|20)\d\d" + _DASH + rb"(?:19|20)\d\d(?:\D|\Z)")
_YEAR_IN_BRACKETS = late_re(rb"\((?:1[5-9]|20)\d\d\)")
_QUAD = re.compile(rb"\d{1,3}(?:\.\d{1,3}){3}\Z")
_THOUSANDS = late_re(rb"[1-9][0-9]{0,2}(?:([ .]|\xc2\xa0)[0-9]{3})(?:\1[0-9]{3})+\Z")
_ROUND = late_re(rb"[1-9][0-9]?(?:([ .]|\xc2\xa0)[0-9]{3})*(?:[ .]|\xc2\xa0)000\Z")
_GROUP = re.compile(rb"[0-9]+")
_SIZES = frozenset(b"4 6 8 12 16 32 64 128 256 512 1024 2048 4096".split())
"""Of memories."""
_WIDTHS = frozenset(b"720 750 768 800 828 850 900 1024 1080 1125 1170 1280 1366 1440 1600 1920".split())
_HEIGHTS = _WIDTHS | frozenset(
    b"1334 1520 1600 1700 1792 1800 2100 2160 2220 2280 2340 2400 2436 2520 2532 2560 2640 2778 3840".split()
)
"""Of screens in pixels, or bands in megahertz."""
_RANGE = late_re(rb"(\d{3,4}) ?(?:-|\xe2\x80[\x90-\x93]) ?(\d{3,4})\Z")
_UNITS = (
    r"times|users?|calls|people|[Ee]uros?|dollars?|bytes|units?|USD|EUR|GBP|Mal|fois|veces|vezes|unidad(?:es)?|pièces"
    r"|pezzi|stuks|Stück"
    r"|[KMGT]B|[MG]o|[kMG]?Hz|[kM]?bps|[kMG]?bit|px|p[ií]xe[li]\w*|pixels?|mm|cm|km|kg|zł|TL|kr|kronor|Kč"
    r"|korun\w*|lei|Ft|forint\w*"
    r"|pages?|Seiten?|Blatt|Bl\.|páginas?|pagin[ae]|pagini|stron[ya]?|str[aá]n(?:ek|ky|a|ica|ice)?|sid(?:or"
    r"|er|a|e)|sivua?|sayfa|halaman|oldal(?:as)?|trang|bladzijden|pagina's"
    r"|sold|vendu[es]*|verkauft|sprzedan\w*|copies|Exemplare|exemplaires|ejemplares|esemplari|exemplar\w*"
    r"|egzemplarz\w*"
    r"|sztuk|kusů|adet|kişi|Rp|yen|ms|rows|entries"
)
_UNITS_OF_OTHERS = (
    r"ГБ|Гб|МБ|Гц|МГц|бит|руб|грн|шт|экземпляр|страниц|сторін|стр\.|σελίδ|หน้า|पृष्ठ|صفحة|صفحه|עמוד|页|頁|ページ"
    r"|枚|쪽|페이지|매|человек|раз|台|部|件|个|個|元|円|块|万|次|条|人|원|대|개|명|건|화면|บาท|เครื่อง|ครั้ง|คน"
    r"|รุ่น|đồng|chiếc|lần"
    r"|रुपये|लाख|करोड़|लोग|ευρώ|دولار|ريال|جنيه|درهم|نسخة|مرة|شخص|تومان|ریال|نفر|گیگابایت|بكسل|پیکسل|שקל|ש.ח|אלף|人"
)
_COUNTED = late_re(rf" (?:{_UNITS})(?![A-Za-z])| ?(?:\$|%|€|{_UNITS_OF_OTHERS})".encode())
_LONGEST_UNIT = 16


def is_counted(following: bytes) -> bool:
    """Whether the bytes after some digits name what they count."""
    return bool(_COUNTED.match(following[:_LONGEST_UNIT]))


def is_in_thousands(text: bytes) -> bool:
    """Whether the digits are grouped in threes from the right, as amounts are."""
    return bool(_THOUSANDS.match(text))


def is_range(text: bytes) -> bool:
    """Whether these are two amounts, the second a bit more: `1199-1299`."""
    match = _RANGE.match(text)
    return bool(match) and int(match[1]) < int(match[2]) < 2 * int(match[1])


def has_other_shape(text: bytes, international: bool) -> bool:
    """Whether digits are a date, hours, amounts, sizes or an IPv4 address, whatever stands before them."""
    if _OTHER_SHAPES.match(text):
        return True
    if not international and (_TWO_YEARS.search(text) or _ROUND.match(text) or _are_sizes(text)):
        return True
    return bool(_QUAD.match(text)) and all(int(octet) < 256 for octet in text.split(b"."))


def has_year_in_brackets(text: bytes) -> bool:
    """Whether an area code in brackets could be a year: `(1865)`."""
    return b"(" in text and bool(_YEAR_IN_BRACKETS.search(text))


def _are_sizes(text: bytes) -> bool:
    """Whether these are sizes of memories, or width and height of a screen: `64 128 256`, `1080 2400`."""
    first = _GROUP.match(text)
    if not first or (first[0] not in _SIZES and first[0] not in _WIDTHS):
        return False
    groups = _GROUP.findall(text)
    if len(groups) < 2:
        return False
    return _SIZES.issuperset(groups) or (groups[0] in _WIDTHS and _HEIGHTS.issuperset(groups))
