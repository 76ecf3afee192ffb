"""Wording that messages share: the nearest known name, a list, a short excerpt of what a user wrote."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

FEW_INPUTS = 3
"""Inputs up to which the same remark is made of each by its name."""
VOWELS = "aeiou"
LIKE_AT_ANOTHER_START = 0.65
"""How alike two words must be that begin with different letters, where .6 is enough for others."""
NO_NAME = "an argument is empty; is a variable not set? Name a file or folder (`.` is the current folder)"
"""What commands say of an argument without a character."""

_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")
_LOGIN = re.compile(r"(//)[^\s'\"`/@]+@|[^\s'\"`/@:]+:[^\s'\"`/@]+@(?=[\w\[])")
"""What stands before the host: `user:password@`, or after `//` also a token alone."""


def printable_name(name: str) -> str:
    """Return the name of a file with each byte that is not UTF-8, a lone surrogate in Python, spelled out.

    >>> printable_name("caf\\udce9.jsonl")
    'caf\\\\xe9.jsonl'
    """
    name = _ESCAPED_BYTE.sub(lambda match: f"\\x{ord(match[0]) - 0xDC00:02x}", name)
    return name.encode("utf-8", "backslashreplace").decode()


def with_logins_hidden(text: str) -> str:
    """Return a message without the user and password that an address in it may hold, whether or not it has a scheme.

    >>> with_logins_hidden("no such file: 'me:pass@example.org/a', nor https://token@example.org/a")
    "no such file: '…@example.org/a', nor https://…@example.org/a"
    """
    return _LOGIN.sub(lambda match: f"{match[1] or ''}…@", text) if "@" in text else text


def counted_remarks(name: str, remarks: Mapping[str, int]) -> list[str]:
    """Return what readers remarked of an input, each with how often it was the case.

    >>> counted_remarks("a.warc", {"a body without its last chunk": 2})
    ['a.warc: a body without its last chunk (2 times)']
    """
    return [f"{name}: {remark}{f' ({number:,} times)' * (number > 1)}" for remark, number in sorted(remarks.items())]


def remark_lines(by_input: Iterable[tuple[str, Mapping[str, int]]]) -> list[str]:
    """Return what readers remarked of inputs; one line for what they remarked of more than three.

    >>> remark_lines([(f"{n}.tex", {"a part of a paper": 1}) for n in range(3000)])
    ['a part of a paper: 3,000 inputs, the first is 0.tex']
    """
    inputs = list(by_input)
    times = Counter(remark for _, remarks in inputs for remark in remarks)
    lines = []
    told_remarks: set[str] = set()
    for name, remarks in inputs:
        lines += counted_remarks(name, {what: number for what, number in remarks.items() if times[what] <= FEW_INPUTS})
        common = [what for what in sorted(remarks) if times[what] > FEW_INPUTS and what not in told_remarks]
        lines += [f"{what}: {times[what]:,} inputs, the first is {name}" for what in common]
        told_remarks.update(common)
    return lines


def without_logins(text: str) -> str:
    """Return a text without the user names and passwords in addresses.

    >>> without_logins("see https://me:secret@example.org/a@b")
    'see https://example.org/a@b'
    """
    return re.sub(r"(?<=://)[^/?#\s]{0,1000}@", "", text)


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """Return ` (did you mean ...?)` with the nearest known word, or nothing if none is near.

    >>> did_you_mean("wieght", ["weight", "origin"])
    ' (did you mean `weight`?)'
    """
    near = nearest(word, candidates)
    return f" (did you mean `{near}`?)" if near else ""


def nearest(word: str, candidates: Iterable[str], *, abbreviated: bool = True) -> str | None:
    """Return the candidate that is most like the word, whatever its case, or None if none is near.

    Slips seldom change the first letter. If the word may be `abbreviated`, a candidate with its letters in order is
    near.

    >>> nearest("Fields", ["field", "frame"]), nearest("cc0", ["MIT", "CC0-1.0"]), nearest("md", ["text", "markdown"])
    ('field', 'CC0-1.0', 'markdown')
    >>> nearest("sttus", ["turns"]), nearest("nix", ["newline.txt"], abbreviated=False), nearest("a", ["A.txt"])
    (None, None, None)
    """
    import difflib

    by_lower = {candidate.lower(): candidate for candidate in candidates}
    lower = word.lower()
    near = difflib.get_close_matches(lower, by_lower, n=3, cutoff=0.6)
    near = [other for other in near if other[:1] == lower[:1] or _likeness(lower, other) >= LIKE_AT_ANOTHER_START]
    if not near and len(lower) > 1:
        near = [other for other in by_lower if other.startswith(f"{lower}-" if abbreviated else lower)]
        near += [other for other in by_lower if abbreviated and _abbreviates(lower, other)]
    return by_lower[near[0]] if near else None


def _likeness(word: str, other: str) -> float:
    import difflib

    return difflib.SequenceMatcher(None, other, word).ratio()


def _abbreviates(word: str, candidate: str) -> bool:
    """Whether the candidate starts with the word's first letter and has the others in their order."""
    letters = iter(candidate)
    return candidate.startswith(word[0]) and word.isalnum() and all(letter in letters for letter in word)


def comma_list(words: Iterable[str]) -> str:
    """Return the words as a message shows them, or `none`."""
    return ", ".join(words) or "none"


def or_list(words: Iterable[str]) -> str:
    """Return words as a choice.

    >>> or_list(["a"]), or_list(["a", "b", "c"])
    ('a', 'a, b or c')
    """
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def value_text(value: Any) -> str:
    """Return a value of JSON as people read it: a string as it is, any other as JSON.

    >>> value_text("en"), value_text(True), value_text(["en", None])
    ('en', 'true', '["en", null]')
    """
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def quantity(number: int, noun: str) -> str:
    """Return the number and the noun, in the plural unless it is one.

    >>> quantity(1, "snapshot"), quantity(2_000, "box"), quantity(0, "entry"), quantity(2, "day")
    ('1 snapshot', '2,000 boxes', '0 entries', '2 days')
    """
    if number == 1:
        return f"1 {noun}"
    if noun.endswith("y") and noun[-2:-1] not in VOWELS:
        return f"{number:,} {noun[:-1]}ies"
    return f"{number:,} {noun}{'es' if noun.endswith(('s', 'x', 'ch')) else 's'}"


def excerpt(text: str, limit: int = 60) -> str:
    """Return the text printable and short, as a message may show it.

    >>> excerpt("a\\x1b[2J" + "b" * 70, 10)
    'a?[2Jbbbb…'
    """
    text = "".join(character if character.isprintable() else "?" for character in text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def duration(seconds: float) -> str:
    """Return a time in hours, minutes and seconds.

    >>> duration(59), duration(3723)
    ('0:59', '1:02:03')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
