"""Detector of e-mail addresses, also as people write them to hide them from machines.

Plain addresses are those of RFC 5322 without quotes, with `%40` for `@` as well. Hidden ones count where `@` stands in
brackets (`name (at) example (dot) org`, `name[at]example.org`): nobody writes that by accident. Spaces around `@` or
`(a)` are read as part of an address after a word for e-mail, in angle brackets, where the dot has spaces, too, where
the name is of two parts (`jo.smith @ example.org`), and at hosts where people have mail: `noon @ example.org` names a
meeting. Plain words (`name at example dot org`) are an address in brackets of their own, or right after a word for
e-mail; so is a name with `~` for the sign. Words that mean the sign and little else (`jan małpa example kropka pl`)
need none, and neither does a mark that the text says to read as the sign (`jo★example.jp（★を@に）`).

Left are plain words elsewhere, names in paths (`example.org/@jo`), units of systemd (`user@1000.service`), and the
accounts of services that hold repositories (`git@example.org:jo/x`).
"""

import re
from collections.abc import Iterator

from corpuskit.text.pii.detector import Detector, Span, after, before, late_re, merged, pattern
from corpuskit.text.pii.script_patterns import ScriptPattern

# Letters of scripts that put spaces between words; with CJK letters, a whole clause would look like a name.
_LETTER = r"\p{Latin}\p{Greek}\p{Cyrillic}"
_NAME = rf"[{_LETTER}0-9_][{_LETTER}0-9_.+%'&/-]*"
_EMAIL_PATTERN = pattern(
    rf"{_NAME}(?:@|%40)"
    rf"(?:[{_LETTER}0-9](?:[{_LETTER}0-9_-]*[{_LETTER}0-9])?\.)*"
    rf"[{_LETTER}0-9](?:[{_LETTER}0-9-]*[{_LETTER}0-9])?\.(?:[{_LETTER}]{{2,24}}|xn--[0-9A-Za-z-]{{2,59}})"
)
_SIGN_NAMES = r"arroba|arobase|chiocciola|apenstaartje|zavinac|zavináč|małpa|kukac|собака|собачка|равлик"
"""What the sign is called where it has a name of its own, though it may be that of an animal."""
_AT_WORDS = rf"at|bei|ät|æt|{_SIGN_NAMES}|@"
_AT = rf"(?: ?[(\[{{<] ?(?:{_AT_WORDS}) ?[)\]}}>] ?|\(a\)|&#64;|&#x40;|&commat;)"
_SPOKEN_DOTS = r"dot|punkt|point|punto|ponto|точка|крапка|kropka|tečka|tecka"
_DOT_WORDS = rf"{_SPOKEN_DOTS}|punt|prick|\."
_DOT = rf"(?: ?[(\[{{<] ?(?:{_DOT_WORDS}) ?[)\]}}>] ?| (?:{_SPOKEN_DOTS}) |&#46;|&#x2e;|&period;| ?\. ?)"
_LABEL = rf"[{_LETTER}0-9](?:[{_LETTER}0-9-]*[{_LETTER}0-9])?"
_GENERIC = r"com|org|net|edu|gov|info|biz"
_TOP = rf"{_GENERIC}|name|example|test|invalid|museum|online|site|cloud|tech|email|[A-Za-z]{{2}}|рф"
_SHOUTED_DOT = r"(?-i:DOT|POINT|PUNKT|PUNTO|PONTO)"
_SPOKEN_DOT = r" (?:dot|punkt|point|punto|ponto) "
_MARKS = "[★☆●○◎■□◆◇▲△▼▽♪♥※＊＃]"
_OPENING, _CLOSING = r"[「『\"'“‘(\x{ff08}]", r"[」』\"'”’)\x{ff09}]"
_IS_SIGN = rf"{_CLOSING}? ?(?:を|は|→|⇒|=|\x{{ff1d}})(?:(?:半角|小文字|全角)の?)?{_OPENING}?[@\x{{ff20}}]"
_TO_SIGN = rf"{_CLOSING}? ?[请請]?(?:[替更]?[换換]|改)[为為成]?{_OPENING}?[@\x{{ff20}}]"
_MARK_SOURCE = rf"({_MARKS}){_IS_SIGN}|({_MARKS}|[#*]){_TO_SIGN}|([#*]){_CLOSING}? ?を{_OPENING}?[@\x{{ff20}}]"
"""A sentence that says which mark stands for the sign: `★を@に`, `请将#换成@`."""
_NAME_OF_ASCII, _DOMAIN_OF_ASCII = r"[A-Za-z0-9_][A-Za-z0-9_.+-]*", r"(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,24}"
_HIDDEN_SOURCE = (
    rf"(?i)( @ ?|@ | ?\(a\) | \(a\))[{_LETTER}0-9-]+ ?[.] ?[{_LETTER}]{{2}}|({_AT})"
    rf"|((?-i: AT )){_LABEL} {_SHOUTED_DOT} [{_LETTER}]{{2}}"
    rf"|( at )(?:{_LABEL}{_DOT}){{1,4}}(?:{_TOP})>"
    rf"|( at )(?:[^\s@]+{_SPOKEN_DOT}){{1,4}}[A-Za-z]{{2}}"
    rf"|( (?:{_SIGN_NAMES}) )(?:[A-Za-z0-9-]+(?:[.]| (?:{_SPOKEN_DOTS}) )){{1,4}}[A-Za-z]{{2}}"
    rf"|(~)[A-Za-z][A-Za-z0-9-]+[.][A-Za-z]{{2}}|{_MARK_SOURCE}"
)
_HIDDEN_AT = pattern(_HIDDEN_SOURCE)
_GROUPS = ("", "spaced", "spelled", "shouted", "angled", "spoken", "named", "tilde", "mark", "mark", "mark")
"""How the sign is written, by number of the group."""
_NAME_BEFORE = pattern(rf"(?i)[{_LETTER}0-9_](?:[{_LETTER}0-9_.+-]*{_DOT})?[{_LETTER}0-9_+-]*$")
_DOMAIN_AFTER = pattern(rf"(?i)^(?:{_LABEL}{_DOT}){{1,4}}(?:{_TOP})(?:\b|$)")
_SPACED_DOMAIN = pattern(rf"^{_LABEL} \. (?:{_GENERIC})(?:\b|$)")
_REACH = 80
"""Bytes before and after a sign that was spelled out in which its address lies."""
_MAILBOX = pattern(
    rf"^[{_LETTER}][{_LETTER}0-9.+_-]*(?:[._][{_LETTER}]{{2}}[{_LETTER}0-9._+-]*|[{_LETTER}]{{2}}[0-9]{{2,4}})$"
)
_MAIL_HOSTS = (
    r"gmail|googlemail|yahoo|ymail|hotmail|outlook|live|msn|aol|icloud|gmx|web|mail|yandex|rambler|qq|163|126|sina|naver"
    r"|daum|proton(?:mail)?|t-online|freenet|orange|wanadoo|free|laposte|libero|wp|o2|onet|interia|seznam|bk|list|inbox"
    r"|uol|terra|bol|rediffmail"
)
_DOMAIN_END = r"(?:[^\p{L}\p{N}.(\[]|\.?$|\.\s)"
_MAIL_HOST = pattern(rf"(?i)^(?:{_MAIL_HOSTS})\.(?:com?(?:\.[a-z]{{2}})?|net|org|[a-z]{{2}}){_DOMAIN_END}")
_PLAIN_DOMAIN = pattern(
    rf"^(?:{_LABEL}\.){{1,4}}(?:{_GENERIC}|de|fr|uk|it|es|nl|be|pl|ru|cz|ch|se|no|dk|fi|eu|us|ca|au|jp|cn|br|kr|ua|gr|pt)"
    rf"{_DOMAIN_END}"
)
"""The domain of an address with spaces beside its sign; `x.weight @ y.it(` multiplies."""
_MAIL_BEFORE = ScriptPattern(
    r"(?i)(?:e-?mails?|\bmail|courriel|correo|posta|poczta|почта|мейл|mailto|邮箱|电邮|郵箱|信箱|メール|이메일|메일|อีเมล|ईमेल"
    r"|بريد|ایمیل|דוא.?ל)[^\p{L}\p{N}\n]{0,6}(?:(?:address|adresse?|is|ist|:)[^\p{L}\p{N}\n]{0,4}){0,2}$"
)
_MAIL_TO_BEFORE = ScriptPattern(
    r"(?i)(?:e-?mails?|\bmail|courriel|correo|posta|poczta)[^\p{L}\p{N}\n]{0,6}"
    r"(?:(?:address|adresse?|is|ist|to|me at|us at|me|us|an|à|:)[^\p{L}\p{N}\n]{0,4}){0,2}$"
)
_NO_NAMES = frozenset(
    b"available based blog found here home homepage hosted live located look looking me meet online only page pages"
    b" posted published read register see shop site sites us visit website work working".split()
)
"""What stands before `at` and the name of a site: `(available at example dot org)`."""
_WORDS_BEFORE_DOMAINS = frozenset(
    (
        "a à ad an at auf av bei bij by com con da de dei del della des di do du em en et for for fra från from für i"
        " in of on or our på per pod por pour sur the to til till u und um van vom von with your y z na od"
        " в на от с для и із з від από του στο"
        " account accounts address addresses adresa adres adresse adressen adresser alias aliases compte comptes conto"
        " cuenta cuentas dirección direcciones domain domaine domeinnaam dominio endereço indirizzi indirizzo konta"
        " konto konten postfach users casella buzón адрес адреса ящик домен"
    )
    .encode()
    .split()
)
"""What stands before a domain with its sign and is no name: `an e-mail address of @example.org`."""
_NOT_DOMAINS = frozenset(
    b"png jpg jpeg gif svg webp avif ico bmp css js mjs ts tsx jsx json html htm php py min tgz gz xz tar whl jar deb"
    b" rpm yml yaml toml service socket timer target mount automount swap slice scope device conf cfg ini"
    b" log txt lock patch diff header".split()
)
"""What files and units of systemd end in, and no domain (or hardly any: Paraguay's are below `_PARAGUAYAN`)."""
_PARAGUAYAN = late_re(rb"(?i)[.@](?:com|coop|edu|gov|mil|net|org|una)\.py\Z")
_SERVICE_USERS = frozenset(b"git hg svn bzr cvs anoncvs gitea gitlab forgejo".split())
_FORGE = late_re(rb"(?i)(?:github\.com|gitlab\.[a-z.]+|bitbucket\.org|codeberg\.org|git\.sr\.ht|hg\.sr\.ht)\Z")
_LOGIN_BEFORE = re.compile(rb"(?:://|\bssh (?:-\w+ )*)\Z")
_PASSWORD_BEFORE = pattern(r"://[^\s/?#@]*:[^\s/?#@]*$")
_SPELLED_AT = re.compile(rf"(?i){_AT}| (?:at|{_SIGN_NAMES}) ")
_MARK = re.compile(rf" ?(?:{_MARKS}|[~#*]) ?")
_SPELLED_DOT = re.compile(rf"(?i){_DOT}")


def find_emails(data: bytes) -> Iterator[Span]:
    """Find plain addresses; the domain needs a dot, and what stands before a slash is a path.

    (RFC 5322 allows slashes in names, but next to nobody has one.)

    Names of hosts inside a domain may hold underscores, as intranets write them against RFC 1123.
    """
    offset = 0
    while match := _EMAIL_PATTERN.search(data, offset):
        start, offset = match.span()
        value = data[start:offset]
        name, at, domain = value.partition(b"%40" if b"@" not in value else b"@")
        folder = name.rfind(b"/") + 1
        if folder == len(name):
            # `https://example.org/@jo.smith` has no name before the sign; its path may hold an address.
            offset = start + len(name + at)
            continue
        start, name = start + folder, name[folder:]
        if value.endswith(b"E") and data[offset : offset + 4] == b"<gt>":
            # Perl's documentation writes `>` so: `E<lt>jo@example.orgE<gt>`.
            offset -= 1
            value, domain = value[:-1], domain[:-1]
        if _is_domain(value) and not _is_nobodys(data, start, offset, name.lower(), domain):
            yield start, offset


def _is_domain(value: bytes) -> bool:
    last = value.rpartition(b".")[2].lower()
    return last not in _NOT_DOMAINS or bool(_PARAGUAYAN.search(value))


def _is_nobodys(data: bytes, start: int, end: int, name: bytes, domain: bytes) -> bool:
    """Whether this is a password before a host, or the account of a service: `git@host:path` names a repository."""
    if _PASSWORD_BEFORE.search(before(data, start, _REACH)):
        return True
    if name not in _SERVICE_USERS:
        return False
    path_follows = data[end : end + 1] in (b":", b"/")
    return path_follows or bool(_FORGE.match(domain) or _LOGIN_BEFORE.search(before(data, start, _REACH)))


def find_hidden_emails(data: bytes) -> list[Span]:
    """Find addresses around a sign that is spelled out or has spaces beside it."""
    return merged(_around_signs(data))


def _around_signs(data: bytes) -> Iterator[Span]:
    marks = set[str]()
    for match in _HIDDEN_AT.finditer(data):
        kind = _GROUPS[match.lastindex]
        at, behind = match.span(match.lastindex)
        if kind == "mark":
            marks.add(data[at:behind].decode())
            continue
        name = _NAME_BEFORE.search(before(data, at, _REACH))
        following = after(data, behind, _REACH)
        domain = name and _DOMAIN_AFTER.match(following)
        if not domain:
            continue
        start, end = at - len(name.group()), behind + domain.end()
        if _is_address(data, (start, end), kind, name.group(), data[at:behind]):
            yield start, end
    for mark in sorted(marks):
        yield from _around_mark(data, mark)


def _is_address(data: bytes, span: Span, kind: str, name: bytes, sign: bytes) -> bool:
    """Whether a name and a domain around a sign of this kind are an address, by what else stands there."""
    start, end = span
    following = data[start + len(name + sign) : end + 2]
    if kind in ("shouted", "named"):
        return True
    if kind == "tilde":
        return _follows_mail_word(data, start)
    if kind == "spelled":
        return not _is_behind_name_alone(sign) or _is_mailbox(name, following) or _follows_mail_word(data, start)
    if kind == "spaced":
        if _is_domain_alone(data, start, name, sign):
            return False
        is_spaced = _SPACED_DOMAIN.match(following) or _is_mailbox(name, following)
        return bool(is_spaced) or _is_bracketed(data, start, end) or _follows_mail_word(data, start)
    # Between angle brackets, as in the archives of mailing lists, plain words are an address.
    return _is_bracketed(data, start, end) or (kind == "spoken" and _is_spoken(data, start, end, name))


def _around_mark(data: bytes, mark: str) -> Iterator[Span]:
    """Yield addresses with a mark that the text says to read as the sign: `jo★example.jp（★を@に変えてください）`."""
    for match in pattern(rf"{_NAME_OF_ASCII} ?{re.escape(mark)} ?{_DOMAIN_OF_ASCII}").finditer(data):
        yield match.span()


def _follows_mail_word(data: bytes, start: int) -> bool:
    return bool(_MAIL_BEFORE.occurs_in(before(data, start, 48)))


def _is_behind_name_alone(sign: bytes) -> bool:
    """Whether a sign in brackets touches only what is before it, as an index does: `array[at] index.com`."""
    return sign[:1] != b" " and sign[-1:] == b" "


def _is_spoken(data: bytes, start: int, end: int, name: bytes) -> bool:
    """Whether plain words are an address: in brackets of their own, or right after a word for e-mail."""
    if name.lower() in _NO_NAMES:
        return False
    alone = data[start - 1 : start] + data[end : end + 1] in (b"()", b"[]", b"(,", b"(;", b"{}")
    return alone or bool(_MAIL_TO_BEFORE.occurs_in(before(data, start, _REACH)))


def _is_domain_alone(data: bytes, start: int, name: bytes, sign: bytes) -> bool:
    """Whether what stands before a sign with spaces is no name: a word (`of @a.org`), or a domain (`@a.org @b.org`).

    After a colon or a bracket, it is a name in any case: `mail: an @example.org`.
    """
    if data[start - 1 : start] == b"@":
        return True
    announced = data[max(0, start - 2) : start].rstrip().endswith((b":", b"<", b"(", b"="))
    return sign == b" @" and not announced and name in _WORDS_BEFORE_DOMAINS


def _is_mailbox(name: bytes, domain: bytes) -> bool:
    """Whether name and domain with spaces between are an address by themselves; `noon @ example.org` is a meeting.

    The name is of two parts or ends in digits (`jo.smith @ example.org`), or the domain is one where people have mail.
    """
    return bool(_MAIL_HOST.match(domain) or (_MAILBOX.match(name) and _PLAIN_DOMAIN.match(domain)))


def _is_bracketed(data: bytes, start: int, end: int) -> bool:
    """Whether angle brackets hold the address alone: `Jo Smith <jo @ example.org>`."""
    return data[start - 1 : start] == b"<" and data[end : end + 1] == b">"


def plain_email(value: str) -> str:
    """Return an address as it is compared and mailed to: small letters, with the signs that were spelled out.

    >>> plain_email("Jo (at) Mail dot Example [dot] org"), plain_email("Jo★example.org")
    ('jo@mail.example.org', 'jo@example.org')
    """
    value = value.lower().replace("%40", "@").replace("＠", "@")
    if _SPELLED_AT.search(value) or " " in value:
        value = _SPELLED_DOT.sub(".", _SPELLED_AT.sub("@", value, count=1)).replace(" ", "")
    return value if "@" in value else _MARK.sub("@", value)


EMAIL = Detector("email", r"[@\x{ff20}]|%40", find_emails)
HIDDEN_EMAIL = Detector("email", _HIDDEN_SOURCE, find_hidden_emails)
