"""Detector of e-mail addresses, also as people write them to hide them from machines.

Plain addresses are those of RFC 5322 without quotes, with `%40` for `@` as well. Hidden ones count where `@` stands in
brackets (`name (at) example (dot) org`, `name[at]example.org`): nobody writes that by accident. Spaces around `@` are
read as part of an address only after a word for e-mail or where the dot has spaces, too, since `noon @ example.org`
names a meeting. Plain words (`name at example dot org`) are left.
"""

import re
from collections.abc import Iterator

from corpuskit.text.pii.detector import Detector, Span, after, before, merged, pattern

# Letters of scripts that put spaces between words; with CJK letters, a whole clause would look like a name.
_LETTER = r"\p{Latin}\p{Greek}\p{Cyrillic}"
_NAME = rf"[{_LETTER}0-9_][{_LETTER}0-9_.+%'&/-]*"
_EMAIL_PATTERN = pattern(
    rf"{_NAME}(?:@|%40)"
    rf"(?:[{_LETTER}0-9](?:[{_LETTER}0-9_-]*[{_LETTER}0-9])?\.)*"
    rf"[{_LETTER}0-9](?:[{_LETTER}0-9-]*[{_LETTER}0-9])?\.(?:[{_LETTER}]{{2,24}}|xn--[0-9A-Za-z-]{{2,59}})"
)
_AT_WORDS = r"at|ät|æt|arroba|arobase|chiocciola|apenstaartje|zavinac|zavináč|собака|@"
_AT = rf"(?: ?[(\[{{<] ?(?:{_AT_WORDS}) ?[)\]}}>] ?|\(a\))"
_DOT_WORDS = r"dot|punkt|point|punto|ponto|punt|prick|точка|\."
_DOT = rf"(?: ?[(\[{{<] ?(?:{_DOT_WORDS}) ?[)\]}}>] ?| (?:dot|punkt|point|punto|ponto) | ?\. ?)"
_LABEL = rf"[{_LETTER}0-9](?:[{_LETTER}0-9-]*[{_LETTER}0-9])?"
_GENERIC = r"com|org|net|edu|gov|info|biz"
_TOP = rf"{_GENERIC}|name|example|test|invalid|museum|online|site|cloud|tech|email|[A-Za-z]{{2}}|рф"
_HIDDEN_SOURCE = rf"(?i)({_AT})|( @ ?|@ )[{_LETTER}0-9-]+ ?[.] ?[{_LETTER}]{{2}}"
_HIDDEN_AT = pattern(_HIDDEN_SOURCE)
_NAME_BEFORE = pattern(rf"(?i)[{_LETTER}0-9_](?:[{_LETTER}0-9_.+-]*{_DOT})?[{_LETTER}0-9_+-]*$")
_DOMAIN_AFTER = pattern(rf"(?i)^(?:{_LABEL}{_DOT}){{1,4}}(?:{_TOP})(?:\b|$)")
_SPACED_DOMAIN = pattern(rf"^{_LABEL} \. (?:{_GENERIC})(?:\b|$)")
_REACH = 80
"""Bytes before and after a sign that was spelled out in which its address lies."""
_MAIL_BEFORE = pattern(
    r"(?i)(?:e-?mails?|\bmail|courriel|correo|posta|poczta|почта|мейл|mailto|邮箱|电邮|郵箱|信箱|メール|이메일|메일|อีเมล|ईमेल"
    r"|بريد|ایمیل|דוא.?ל)[^\p{L}\p{N}\n]{0,6}(?:(?:address|adresse?|is|ist|:)[^\p{L}\p{N}\n]{0,4}){0,2}$"
)
_NOT_DOMAINS = frozenset(b"png jpg jpeg gif svg webp avif ico bmp css js mjs ts tsx jsx json html htm php py".split())
_PASSWORD_BEFORE = pattern(r"://[^\s/?#@]*:[^\s/?#@]*$")
_SPELLED_AT = re.compile(rf"(?i){_AT}")
_SPELLED_DOT = re.compile(rf"(?i){_DOT}")


def find_emails(data: bytes) -> Iterator[Span]:
    """Find plain addresses; the domain needs a dot.

    Names of hosts inside a domain may hold underscores, as intranets write them against RFC 1123.
    """
    for match in _EMAIL_PATTERN.finditer(data):
        start, end = match.span()
        value = data[start:end]
        if value.rpartition(b".")[2].lower() in _NOT_DOMAINS:
            continue
        # git@host:path names a repository, not a person; in `://user:password@host`, the password is no mailbox.
        repository = value.startswith(b"git@") and data[end : end + 1] in (b":", b"/")
        if not repository and not _PASSWORD_BEFORE.search(before(data, start, 80)):
            yield start, end


def find_hidden_emails(data: bytes) -> list[Span]:
    """Find addresses around a sign that is spelled out or has spaces beside it."""
    return merged(_around_signs(data))


def _around_signs(data: bytes) -> Iterator[Span]:
    for match in _HIDDEN_AT.finditer(data):
        spelled = match.group(1) is not None
        at, behind = match.span(1 if spelled else 2)
        name = _NAME_BEFORE.search(before(data, at, _REACH))
        following = after(data, behind, _REACH)
        domain = name and _DOMAIN_AFTER.match(following)
        if not domain:
            continue
        start = at - len(name.group())
        if spelled or _SPACED_DOMAIN.match(following) or _MAIL_BEFORE.search(before(data, start, 48)):
            yield start, behind + domain.end()


def plain_email(value: str) -> str:
    """Return an address as it is compared and mailed to: small letters, with the signs that were spelled out.

    >>> plain_email("Jo (at) Mail dot Example [dot] org"), plain_email("Jo%40example.org")
    ('jo@mail.example.org', 'jo@example.org')
    """
    value = value.lower().replace("%40", "@").replace("＠", "@")
    if _SPELLED_AT.search(value) or " " in value:
        value = _SPELLED_DOT.sub(".", _SPELLED_AT.sub("@", value, count=1)).replace(" ", "")
    return value


EMAIL = Detector("email", r"[@\x{ff20}]|%40", find_emails)
HIDDEN_EMAIL = Detector("email", _HIDDEN_SOURCE, find_hidden_emails)
