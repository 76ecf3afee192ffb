"""What a chat completion says, and why one is of no use.

One reader for both ways in which completions come: answered by a server, or in the results that a batch runner wrote.
"""

import re
from typing import Any, NamedTuple

from corpuskit.core.wording import excerpt
from corpuskit.formats.model_server.statuses import is_refusal

__all__ = [
    "FREE",
    "NO_USAGE",
    "REFUSED",
    "Completion",
    "Unusable",
    "Usage",
    "completion_of",
    "empty_completion_of",
    "refused",
    "result_of",
]

REFUSED = "refused-request"
_UNFINISHED = {"length": "cut-completion", "content_filter": "filtered-completion"}
_LONGEST_CODE = 60
_LONGEST_WORDS = 160
_KEY_LIKE = re.compile(
    r"[\w*.+/=-]{20,}|\b(?:sk|pk|api|key|token)[-_]\S+|(?<=\bkey )\S+|(?<=\bkey: )\S+", re.IGNORECASE
)
"""What may be a key, or a part of one."""


class Usage(NamedTuple):
    """The tokens that a server charges for; -1 if it does not say."""

    prompt: int
    completion: int

    @property
    def total(self) -> int:
        """Both together; 0 if the server does not say."""
        return max(self.prompt, 0) + max(self.completion, 0)


NO_USAGE = Usage(-1, -1)
FREE = Usage(0, 0)


class Completion(NamedTuple):
    """A text that a model wrote."""

    text: str
    model: str
    """What the server calls the model; empty if it does not say."""
    usage: Usage


class Unusable(NamedTuple):
    """An answer that gives no document; it may have been charged for all the same."""

    reason: str
    detail: str
    usage: Usage = NO_USAGE


def completion_of(value: dict[str, Any]) -> Completion | Unusable | None:
    """Return what the JSON object of an answer holds; None if it is no chat completion."""
    choices = value.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        return None
    usage = _usage(value.get("usage"))
    finish = choice.get("finish_reason")
    if reason := _UNFINISHED.get(str(finish)):
        return Unusable(reason, f"finish_reason is {finish}", usage)
    text = message.get("content")
    if not isinstance(text, str) or not text.strip():
        refusal = isinstance(message.get("refusal"), str)
        detail = "the model refuses" if refusal else "the message has no content"
        return Unusable("refused-completion" if refusal else "empty-completion", detail, usage)
    if not _is_unicode(text):
        return Unusable("lone-surrogate", "the text holds half of a character", usage)
    return Completion(text, _name(value.get("model")), usage)


def refused(status: int, value: dict[str, Any]) -> Unusable:
    """Return what an answer of 400 to 499 says: its status, the code of the error, and the beginning of its message.

    The message may quote the prompt, which a reject has anyway, or the key, so words that look like one are left out.
    """
    error = value.get("error")
    code = (error.get("code") or error.get("type")) if isinstance(error, dict) else None
    plain = isinstance(code, str) and len(code) <= _LONGEST_CODE and code.replace("_", "").isalnum() and code.isascii()
    words = error.get("message") if isinstance(error, dict) else error or value.get("message") or value.get("detail")
    message = (
        excerpt(_KEY_LIKE.sub("…", " ".join(words[:1000].split())), _LONGEST_WORDS) if isinstance(words, str) else ""
    )
    detail = f"status {status}" + (f", {code}" if plain else "") + (f": {message}" if message else "")
    return Unusable(REFUSED, detail, FREE)


def result_of(line: dict[str, Any]) -> Completion | Unusable | None:
    """Return what one line of a batch runner's results says; None if its request is still without an answer."""
    response = line.get("response")
    if line.get("error") or not isinstance(response, dict):
        return None
    status, body = response.get("status_code"), response.get("body")
    if not isinstance(body, dict) or not isinstance(status, int):
        return None
    if is_refusal(status):
        return refused(status, body)
    return (completion_of(body) or empty_completion_of(body)) if status == 200 else None


def empty_completion_of(value: dict[str, Any]) -> Unusable | None:
    """Return what an answer without a message is if it was charged for, or has a list of choices; None otherwise."""
    usage = _usage(value.get("usage"))
    if not usage.total and not isinstance(value.get("choices"), list):
        return None
    return Unusable("empty-completion", "the answer holds no message", usage)


def _usage(value: Any) -> Usage:
    if not isinstance(value, dict):
        return NO_USAGE
    prompt, written = value.get("prompt_tokens"), value.get("completion_tokens", 0)
    if type(prompt) is not int or type(written) is not int or min(prompt, written) < 0:
        return NO_USAGE
    return Usage(prompt, written)


def _name(value: Any) -> str:
    """Return a model's name; of a path on the server's disk, only its last part."""
    if not isinstance(value, str) or not _is_unicode(value):
        return ""
    is_path = value.startswith(("/", "~", ".")) or value[1:3] in (":\\", ":/")
    return value.replace("\\", "/").rstrip("/").rpartition("/")[2] if is_path else value


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
