"""What of a command goes on record: its words, without the secrets and the folders that can be told in them.

A value is taken for a secret by the name before it (`--api-key=`, `PASSWORD=`, `token: `, `--password VALUE`), by the
scheme of an authorization header, or by the shape of a key. Addresses lose login, query and fragment, as everywhere,
and absolute paths all but their last name. What looks like any other word stays.
"""

import re
from collections.abc import Iterable, Iterator

from corpuskit.core.reading.web_requests import public_url
from corpuskit.text.pii.secrets import find_api_keys

__all__ = ["words_on_record"]

MASK = "…"
LONGEST_KEY = 1024
LONGEST = 4096
"""Characters of a word that go on record; a script that is longer is cut."""

_NAME = (
    r"[\w-]{0,60}(?<![a-z])(?:pw|pass(?:word|wd|phrase|code)?|pwd|secret|token|credentials?|auth|authorization|signature"
    r"|(?:api|access|private|secret|account|shared|auth|encryption|signing)[-_]?key(?:[-_]?id)?)(?![a-z])"
)
_OPTION = re.compile(rf"--?{_NAME}", re.IGNORECASE)
"""An option whose value is the next word."""
_QUOTED_OR_WORD = r"(?:\"[^\"]*\"|'[^']*'|[^\s\"'&;|]+)"
_NAMED = re.compile(rf"({_NAME}[\"']?(?:\s*=(?!=)\s*|\s*:\s+|:(?=\w)))({_QUOTED_OR_WORD})", re.IGNORECASE)
_OPTION_IN_SCRIPT = re.compile(rf"(?<!\S)(--?{_NAME}\s+)({_QUOTED_OR_WORD})", re.IGNORECASE)
_SCHEME = re.compile(r"\b((?:bearer|basic|token|apikey|digest)\s+)([^\s\"']{6,})", re.IGNORECASE)
_KEY = re.compile(r"\b(?:sk|pk|rk)-[\w-]{8,}")
_HEADER = re.compile(r"((?:x-[\w-]{0,60}(?:key|token|auth|secret)[\w-]{0,60}|cookie)\s*:\s*)([^\"'\n]+)", re.IGNORECASE)
_LOGIN = re.compile(r"(?<![^\s=\"'])((?:-u|--user|--proxy-user)[\s=]\s*[^\s:]+:)(\S+)")
_USER = re.compile(r"-u|--user|--proxy-user")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{0,20}://[^\s\"'<>|]+", re.IGNORECASE)
_PATH = re.compile(
    r"(?:(?<![\w./~:*\\\])-])|(?<=^-[A-Za-z])|(?<=\s-[A-Za-z]))~?/(?!/)[^\s\"':;,()|&<>]*/([^\s\"':;,()|&<>/]+)/?"
)
_WHOLE_PATH = re.compile(r"(?:~|~?/{1,2}[^\s|\\^$*+?()\[\]{}]+)/?")


def words_on_record(words: Iterable[str]) -> list[str]:
    """Return the words of a command without secrets, queries and folders.

    >>> words_on_record(["/opt/own/clean", "--api-key=abc", "--password", "hush", "https://me@example.org/a?token=x"])
    ['clean', '--api-key=…', '--password', '…', 'https://example.org/a']
    >>> words_on_record(["sh", "-c", "cat # -H Authorization: Bearer abcdefgh"])
    ['sh', '-c', 'cat # -H Authorization: …']
    >>> words_on_record(["jq", "-c", "select(.tokens == 5 and .text != null)"])
    ['jq', '-c', 'select(.tokens == 5 and .text != null)']
    """
    return list(_recorded(words))


def _recorded(words: Iterable[str]) -> Iterator[str]:
    before = ""
    for word in words:
        if _OPTION.fullmatch(before) and not word.startswith("-"):
            yield MASK
        elif _USER.fullmatch(before) and ":" in word:
            yield f"{word.partition(':')[0]}:{MASK}"
        else:
            # Cut afterwards, so that no key is too short to be told at the end.
            text = _without_folders(_without_secrets(word[: LONGEST + LONGEST_KEY]))
            yield text if len(word) <= LONGEST else text[:LONGEST] + MASK
        before = word


def _without_secrets(text: str) -> str:
    text = _ADDRESS.sub(lambda match: _public_address(match[0]), text)
    text = _SCHEME.sub(rf"\1{MASK}", text)
    for pattern in (_HEADER, _NAMED, _OPTION_IN_SCRIPT, _LOGIN):
        text = pattern.sub(rf"\1{MASK}", text)
    text = re.sub(rf"{MASK}\s+{MASK}", MASK, text)
    return _without_keys(_KEY.sub(MASK, text))


def _public_address(address: str) -> str:
    try:
        return _without_folders(address[7:]) if address.startswith("file:///") else public_url(address)
    except ValueError:
        return f"{address.partition('://')[0]}://{MASK}"


def _without_keys(text: str) -> str:
    """Return the text without what has the shape of a key."""
    encoded = text.encode("utf-8", "surrogateescape")
    for start, end in reversed(find_api_keys(encoded)):
        encoded = encoded[:start] + MASK.encode() + encoded[end:]
    return encoded.decode("utf-8", "surrogateescape")


def _without_folders(text: str) -> str:
    if _WHOLE_PATH.fullmatch(text):
        return text.rstrip("/").rpartition("/")[2] or text
    return _PATH.sub(r"\1", text)
