"""What may follow a telephone number: its extension, and the ends of further numbers that share its beginning.

`212-555-0100 ext. 12`, `030/226 343-0 oder -10`, `555-0100/-0101/02`: the rest is masked with the number, because the
half that stayed would tell most of it.
"""

import re
from functools import lru_cache

from corpuskit.text.pii.detector import AS_ZEROS, Span, after, late_re

_REACH = 40
"""Bytes after a number in which one extension or end is looked for."""
_MOST_ENDS = 8
_REMEMBERED = 4096
_WORDS = (
    r"or|oder|bzw\.|und|u\.|bis|and|to|ou|et|au|o|y|e|a|en|of|t/m|tot|eller|och|og|till|lub|albo|i|do|nebo|až|vagy|és|sau|ή|και|и|или|або|та|до"
    r"|ve|veya|atau|hoặc|หรือ|या|أو|یا|או"
)
_JOINED_WORDS = r"หรือ|या|أو|یا|או|或|和|または|또는"
"""Words that may touch a number; after Latin letters without a space, it would be the exponent of `12345678E-9`."""
_EXTENSION_WORDS = (
    r"x|ext(?:n|ension|ensão|ensión|ensie)?\b\.?|durchwahl|dw\b\.?|app\.|apparat|klappe|kl\.|poste|p\.|interno|int\.|ramal|anexo"
    r"|toestel|tst\.|anknytning|ankn\.|lokal\b|w\.|wew\.|wewn\.|linka|kl\.|mellék|m\.|dahili|ekstensi|pes\.|máy lẻ"
    r"|доб(?:авочный)?\.?|Доб\.|дод\.|вн\.|εσωτ\.|内线|分机|分機|內線|内線|轉|转|내선|구내|ต่อ|विस्तार|تحويلة|داخلی|داخلي|שלוחה"
)
_EXTENSION = late_re(
    (
        rf"(?i)[ ,]{{0,2}}(?:\((?:{_EXTENSION_WORDS})[.: ]{{0,2}}[0-9]{{1,6}}\)"
        rf"|(?:;ext=|(?:{_EXTENSION_WORDS})[.: ]{{0,2}})[0-9]{{1,6}}(?![0-9A-Za-z]))"
    ).encode()
)
_END = late_re(
    (
        # `~9` of East Asia; `/02`, ` / -781`; not the year of a date
        r"(?i)(?: ?(?:~|～|〜|∼) ?[0-9]{1,4}| ?/ ?-? ?[0-9]{1,4}(?![ .(-]{1,2}[0-9]|/[0-9]+[ -][0-9])"
        rf"|(?: ?[,;] ?| (?:{_WORDS}) ?| ?(?:{_JOINED_WORDS}) ?)(?:(?:tele)?fax:? ?)?(?:-|‑|–) ?[0-9]{{1,4}}"
        rf"| (?:{_WORDS}|{_JOINED_WORDS}) [0-9]{{2,4}}(?=\s*(?:[.;)\n]|$)))(?![0-9A-Za-z]|[.,:-][0-9])"
    ).encode()
)
_BREAK = re.compile(" ?/ ?| (?:-|–) ".encode())
_SHORTEST = 6
"""Fewest digits of another whole number after a dash."""


def end_of_list(data: bytes, end: int) -> int:
    """Return where the extension and the ends of further numbers end, after a number that ends at `end`."""
    if not _may_go_on(data, end):
        return end
    for _ in range(_MOST_ENDS):
        more = _length_of_end(after(data, end, _REACH).translate(AS_ZEROS))
        if not more:
            break
        end += more
    return end


@lru_cache(_REMEMBERED)
def _length_of_end(following: bytes) -> int:
    """Return how many bytes the extension or the end of a further number takes, 0 if there is none."""
    match = _EXTENSION.match(following) or _END.match(following)
    return match.end() if match else 0


def begins_another(separator: bytes, groups: list[Span]) -> bool:
    """Whether the groups after a separator are no part of the number before it, which could be whole."""
    if len(separator) == 1 and separator != b"/":
        return False
    return bool(_BREAK.fullmatch(separator)) and (
        b"/" in separator or sum(end - start for start, end in groups) >= _SHORTEST
    )


def _may_go_on(data: bytes, end: int) -> bool:
    """Whether what follows could be an extension or end: most numbers end at a line's end or before a word."""
    return end < len(data) and data[end] not in b"\n\r\t\"'<>.:"
