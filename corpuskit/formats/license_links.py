"""The licence that a publication states, from links and from sentences that hold them.

A statement on a part of a publication, such as a figure or its data, is none on the whole; and where rights are
reserved, or a licence is named to say that it does not apply, there is none. Of several for the whole, all apply.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from corpuskit.core.licenses import addresses_in, license_of_address
from corpuskit.core.wording import without_logins

PUBLIC_DOMAIN = "LicenseRef-PublicDomain"
"""For words: of those who give up their rights, SPDX knows CC0 and the mark of Creative Commons, but no other."""
MAX_STATEMENT = 20_000
"""Most characters of a statement that are read."""
MAX_EVIDENCE = 1000
_RESERVED = re.compile(r"\b(?:all|other|some)\s+(?:other\s+)?rights\s+(?:are\s+)?reserved", re.IGNORECASE)
_COPYRIGHT = re.compile(r"©|\(c\) ?\d", re.IGNORECASE)
"""Stands against mere words, as somebody claims rights."""
_SENTENCE_END = re.compile(r"[.!?;](?=\s|$)")
_NEGATION = re.compile(r"\b(?:not|never|no longer|nor|neither|without)\b[^.;]{0,80}$", re.IGNORECASE)
_PART = re.compile(
    r"\b(?:figures?|figs?|tables?|images?|photo(?:graph)?s?|pictures?|illustrations?|covers?|artworks?|data(?:sets?)?"
    r"|metadata|code|software|supplement\w*|append\w+|abstract|third[- ]party|fonts?|introduction|foreword|preface)\b",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"(?<!in this )(?<!in the )(?<!of this )(?<!of the )(?<!with this )(?<!with the )"
    r"\b(?:article|work|paper|e-?book|publication|text|document|contents?|manuscript)\b",
    re.IGNORECASE,
)
_WORDS = ((re.compile(r"\bCC0\b"), "CC0-1.0"), (re.compile(r"\bpublic domain\b", re.IGNORECASE), PUBLIC_DOMAIN))


class LicenseStatement(NamedTuple):
    """What a text says of licences."""

    whole: tuple[str, ...]
    """Those of the whole publication."""
    parts: tuple[str, ...]
    """Those of parts of it."""
    is_denied: bool
    """Whether rights are reserved, or a licence is said not to apply."""
    evidence: str

    def license(self) -> str:
        """Return the licence of the whole, as an SPDX expression; empty if none is stated."""
        return joined_license([self])


def joined_license(statements: "Iterable[LicenseStatement]") -> str:
    """Return the licence of statements about the same, as an SPDX expression; empty if none is for the whole."""
    statements = list(statements)
    if any(statement.is_denied for statement in statements) or not any(statement.whole for statement in statements):
        return ""
    names = {name for statement in statements for name in (*statement.whole, *statement.parts)}
    return " AND ".join(sorted(names))


def statement_of_link(address: str) -> LicenseStatement:
    """Return what a link to the terms of the whole says."""
    name = license_of_address(address)
    return LicenseStatement((name,) if name else (), (), False, without_logins(address[:MAX_EVIDENCE]) if name else "")


def statement_of_text(text: str, *, with_words: bool = False) -> LicenseStatement:
    """Return what sentences say of licences, by the addresses in them; `with_words` also by "CC0" and "public domain".

    >>> statement_of_text("The work is under https://creativecommons.org/licenses/by/4.0/.").license()
    'CC-BY-4.0'
    >>> statement_of_text("Figure 2 is under https://creativecommons.org/licenses/by/4.0/.").license()
    ''
    """
    text = text[:MAX_STATEMENT]
    addresses = [(start, name) for start, address in addresses_in(text) if (name := license_of_address(address))]
    named = addresses
    if with_words and not addresses:
        named = [(match.start(), name) for pattern, name in _WORDS for match in pattern.finditer(text)]
        # CC0 is a way into the public domain, so where both are named it is the licence.
        named = [entry for entry in named if entry[1] == named[0][1]]
    is_denied = _RESERVED.search(text) is not None or (not addresses and _COPYRIGHT.search(text) is not None)
    whole: dict[str, None] = {}
    parts: dict[str, None] = {}
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    for start, name in named:
        before = text[max((end for end in ends if end <= start), default=0) : start]
        after = text[start : min((end for end in ends if end > start), default=len(text))]
        is_denied = is_denied or _NEGATION.search(before) is not None
        (parts if _is_of_part(before + after) else whole)[name] = None
    return LicenseStatement(tuple(whole), tuple(parts), is_denied, without_logins(text[:MAX_EVIDENCE]) if named else "")


def _is_of_part(sentence: str) -> bool:
    """Whether a sentence is about a part of the publication: of part and whole, what it names first counts."""
    part, whole = _PART.search(sentence), _WHOLE.search(sentence)
    return part is not None and (whole is None or part.start() < whole.start())
