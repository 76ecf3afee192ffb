"""How a budget counts tokens: by an estimate, by words, by bytes, or with your own tokenizer.

`estimate` adds up what tokenizers of today need, on average, for the letters, digits and signs of each script. Its
weights are those of bytes: a character has that of its first byte in UTF-8, which tells the script, and continuation
bytes and white space have none. They were fitted to three tokenizers; `tests/benchmarks/token_estimates.py` says how
near they come on texts that they were not fitted to.

`words` needs no model and depends on nothing but this file. A word is a run of characters between white space; in
scripts that put no spaces between words (Han, kana, bopomofo, Yi, Thai, Lao, Khmer, Myanmar) every letter counts
as one, their punctuation and combining marks as none, and Tibetan is split at its tshegs. Hangul has spaces and
is counted like Latin. The characters are listed here and not taken from the interpreter's Unicode tables, so the
count is the same on every machine.
"""

import re
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from corpuskit.core.disk.regular_file import read_named
from corpuskit.core.errors import UsageError
from corpuskit.core.wording import did_you_mean, excerpt

Counter = Callable[[str], int]

ESTIMATE = "estimate"
WORDS = "words"
BYTES = "bytes/4"
TOKENIZERS = (ESTIMATE, WORDS, BYTES)
"""Ways of counting that need no file."""
DEFAULT_TOKENIZER = ESTIMATE
TOKENIZER_KINDS = f"{', '.join(TOKENIZERS)} or the path of a tokenizer.json"
"""What may be named, for messages."""

BYTE_CLASSES: tuple[tuple[str, bytes, int], ...] = (
    ("ASCII letters", bytes([*range(0x41, 0x5B), *range(0x61, 0x7B)]), 29),
    ("digits", b"0123456789", 80),
    ("ASCII signs", bytes(sign for sign in range(0x21, 0x7F) if not chr(sign).isalnum()), 68),
    ("signs of Latin-1", b"\xc2", 100),
    ("Latin letters with marks", bytes(range(0xC3, 0xCD)), 240),
    ("Greek", bytes(range(0xCD, 0xD0)), 95),
    ("Cyrillic", bytes(range(0xD0, 0xD4)), 52),
    ("Armenian", b"\xd4\xd5", 142),
    ("Hebrew", b"\xd6\xd7", 86),
    ("Arabic", bytes(range(0xD8, 0xDC)), 76),
    ("Syriac, Thaana, N'Ko", bytes(range(0xDC, 0xE0)), 100),
    ("scripts of India, Thai, Lao, Tibetan", b"\xe0", 128),
    ("Georgian, Khmer, Mongolian, Latin with more marks", b"\xe1", 120),
    ("typographic signs", b"\xe2", 100),
    ("Han and kana", bytes(range(0xE3, 0xEA)), 99),
    ("Hangul", bytes(range(0xEA, 0xEE)), 149),
    ("wide forms", b"\xee\xef", 100),
    ("emoji and rare letters", bytes(range(0xF0, 0xF5)), 200),
)
"""Classes of first bytes, each with its weight in hundredths of a token."""
_WEIGHTS = bytes(next((weight for _, members, weight in BYTE_CLASSES if byte in members), 0) for byte in range(256))
_MOST_SUM = 65_520
_SUMMED, _SUMMED_OF_ASCII = _MOST_SUM // max(_WEIGHTS), _MOST_SUM // max(_WEIGHTS[:128])
"""Bytes that are summed at a time."""

# Code points, not characters: some of these characters turn into others when a file is normalised.
_LETTERS = (
    r"\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46"  # Thai
    r"\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd\u0ec0-\u0ec6\u0edc-\u0edf"  # Lao
    r"\u1000-\u102a\u103f\u1050-\u1055\u105a-\u105d\u1061\u1065\u1066\u106e-\u1070\u1075-\u1081\u108e"  # Myanmar
    r"\ua9e0-\ua9e4\ua9e6-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa76\uaa7a\uaa7e\uaa7f"  # Myanmar, extended
    r"\u1780-\u17b3\u17d7\u17dc"  # Khmer
    r"\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c"  # Han numerals and repeat marks
    r"\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9d"  # kana
    r"\U0001aff0-\U0001b16f"  # kana, supplementary plane
    r"\u3105-\u312f\u31a0-\u31bf"  # bopomofo
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"  # Han
    r"\ua000-\ua48c"  # Yi
)
_NEITHER = (
    r"\u0e31\u0e34-\u0e3a\u0e47-\u0e4f\u0e5a\u0e5b"  # Thai marks
    r"\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"  # Lao marks
    r"\u0f0b-\u0f14"  # Tibetan tsheg and other ends
    r"\u102b-\u103e\u104a-\u104f\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074"  # Myanmar marks
    r"\u1082-\u108d\u108f\u109a-\u109d\ua9e5\uaa7b-\uaa7d"  # Myanmar marks, extended
    r"\u17b4-\u17d6\u17d8-\u17da\u17dd"  # Khmer marks
    r"\u3001-\u3004\u3008-\u3020\u302a-\u3030\u3036\u3037\u303d-\u303f"  # ideographic punctuation
    r"\u3099-\u309c\u30a0\u30fb\uff9e\uff9f"  # kana marks
    r"\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"  # fullwidth and halfwidth punctuation
    r"\ufe10-\ufe1f\ufe30-\ufe4f"  # vertical forms
)
_ASCII = bytes(range(128))


def counter(name: str) -> Counter:
    """Return the function that counts a text's tokens: by a name in `TOKENIZERS`, or the `tokenizer.json` at this path.

    Raises UsageError for any other name, and for a file that cannot be read.
    """
    built_in = {ESTIMATE: estimate, WORDS: words, BYTES: quarter_bytes}.get(name)
    if built_in is not None:
        return built_in
    tokenizer = _tokenizer(name)
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def token_version(name: str) -> dict[str, str]:
    """Return the version of this way of counting, as the manifest names it; for a tokenizer file, its digest."""
    if name in TOKENIZERS:
        return {f"tokens:{name}": "1"}
    import hashlib

    from corpuskit.core.startup import installed_version

    path = _file(name)
    digest = hashlib.sha256(_read(path)).hexdigest()
    return {f"tokens:{path.name}": f"sha256:{digest}", "tokenizers": installed_version("tokenizers")}


def estimate(text: str) -> int:
    """Return what tokenizers of today need for the text, about, rounded up.

    >>> estimate("An estimate."), estimate("世界"), estimate("x[10] += 1"), estimate("")
    (4, 2, 6, 0)
    """
    weights = text.encode("utf-8", "surrogatepass").translate(_WEIGHTS)
    return -(-_sum_of(weights, _SUMMED_OF_ASCII if text.isascii() else _SUMMED) // 100)


def _sum_of(weights: bytes, summed: int) -> int:
    """Return the sum of bytes, ten times as fast as `sum`.

    The lower half of an Adler-32 that begins with 0 is the sum of the bytes modulo 65,521, which `summed` of them do
    not reach: RFC 1950, section 8.2.
    """
    starts = range(0, len(weights), summed)
    return sum([zlib.adler32(weights[start : start + summed], 0) & 0xFFFF for start in starts])


def words(text: str) -> int:
    """Count words; letters of scripts without spaces count singly.

    >>> words("Two words."), words("世界 peace"), words("")
    (2, 3, 0)
    """
    if text.isascii() or _unspaced().search(_beyond_ascii(text)) is None:
        return len(text.split())
    return sum(1 if word.isascii() else len(_word().findall(word)) for word in text.split())


def _beyond_ascii(text: str) -> str:
    """Return the characters beyond ASCII, usually so few that the pattern has almost nothing to search."""
    return text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")


def quarter_bytes(text: str) -> int:
    """Return a quarter of the UTF-8 bytes, rounded up: the usual guess for tokens of English.

    >>> quarter_bytes("12345"), quarter_bytes("")
    (2, 0)
    """
    size = len(text) if text.isascii() else len(text.encode())
    return (size + 3) // 4


# Compiled with the first text that needs them: it takes time at each start.
@cache
def _unspaced() -> re.Pattern[str]:
    return re.compile(f"[{_LETTERS}{_NEITHER}]")


@cache
def _word() -> re.Pattern[str]:
    return re.compile(rf"[{_LETTERS}]|[^\s{_LETTERS}{_NEITHER}]+")


@cache
def _tokenizer(name: str) -> Any:
    from tokenizers import Tokenizer

    path = _file(name)
    try:
        tokenizer = Tokenizer.from_buffer(_read(path))
    except ValueError:
        raise UsageError(f"{path.name}: not a tokenizer.json that the tokenizers library can read") from None
    # A file may ask for truncation or padding; a count needs neither.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def is_tokenizer_name(name: str) -> bool:
    """Whether the name is in `TOKENIZERS` or that of a JSON file, which need not exist."""
    return name in TOKENIZERS or name.endswith(".json")


def _file(name: str) -> Path:
    if not is_tokenizer_name(name):
        near = did_you_mean(name, TOKENIZERS)
        raise UsageError(f"unknown tokenizer `{excerpt(Path(name).name)}`{near}: {TOKENIZER_KINDS}")
    return Path(name)


def _read(path: Path) -> bytes:
    try:
        return read_named(path)
    except OSError as error:
        raise UsageError(
            f"{path.name}: the tokenizer cannot be read: {(error.strerror or 'I/O error').lower()}"
        ) from None
