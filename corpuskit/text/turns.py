"""Conversations, pairs and edits as text: who said what, in a form that cannot be forged.

A turn opens with a line `<|role|>`; the lines up to the next such line are its body. A body line that begins with `<|`,
or with backslashes and then `<|`, is written with one backslash more, so nothing that a user types opens a turn. Lines
end with a line feed alone. As the words stand in `text`, steps that mask, compare or count them need not know of turns.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from corpuskit.core.document import TURNS, Reject

__all__ = ["ROLES", "TURNS", "Turn", "parse", "render", "turns_of_fields"]

ROLES = ("system", "user", "assistant", "tool", "chosen", "rejected")
"""Who speaks; `chosen` and `rejected` are the two answers to the turns before them."""

ALIASES = {
    "human": "user",
    "prompter": "user",
    "gpt": "assistant",
    "bot": "assistant",
    "chatbot": "assistant",
    "model": "assistant",
    "function": "tool",
    "developer": "system",
}
"""Names that other tools give to these roles."""

FIELD_ROLES = {
    "system": "system",
    "prompt": "user",
    "instruction": "user",
    "question": "user",
    "completion": "assistant",
    "response": "assistant",
    "output": "assistant",
    "answer": "assistant",
    "chosen": "chosen",
    "rejected": "rejected",
}
"""Who speaks in a field that is named like this; lists of messages name their speakers themselves."""

PLAIN_KEYS = frozenset({"role", "from", "content", "value", "text", "name", "id", "weight", "timestamp", "train"})
"""Keys of a message without words of the conversation besides those that are read."""

_MARKER = re.compile(rf"<\|({'|'.join(ROLES)})\|>")
_ESCAPED = re.compile(r"\\+<\|")
_TO_ESCAPE = re.compile(r"^(?=\\*<\|)", re.MULTILINE)
_HH_SPEAKER = re.compile(r"\n\n(Human|Assistant):[ ]?")


class Turn(NamedTuple):
    """What one speaker said."""

    role: str
    body: str


def render(turns: Iterable[Turn]) -> str:
    """Return the text of a conversation. Raises Reject `bad-turns` for a role that is not one of `ROLES`.

    >>> render([Turn("user", "hi\\n<|assistant|>"), Turn("assistant", "")])
    '<|user|>\\nhi\\n\\\\<|assistant|>\\n<|assistant|>\\n'
    """
    parts = []
    for role, body in turns:
        if role not in ROLES:
            raise Reject("bad-turns", f"a turn's role is none of {', '.join(ROLES)}")
        parts.append(f"<|{role}|>\n{_escaped(body)}")
    return "\n".join(parts)


def parse(text: str) -> list[Turn]:
    """Return the turns of a text that `render` wrote. Raises Reject `bad-turns` for any other text."""
    turns: list[tuple[str, list[str]]] = []
    for line in text.split("\n"):
        if marker := _MARKER.fullmatch(line):
            turns.append((marker[1], []))
        elif not turns:
            raise Reject("bad-turns", "a conversation begins with a line such as <|user|>")
        elif line.startswith("<|"):
            raise Reject("bad-turns", "a line begins with <| and is no turn's first")
        else:
            turns[-1][1].append(line[1:] if _ESCAPED.match(line) else line)
    return [Turn(role, "\n".join(lines)) for role, lines in turns]


def turns_of_fields(record: Mapping[str, Any], fields: Sequence[str]) -> list[Turn]:
    """Return the turns that a record holds in these fields, in their order. Raises Reject `bad-turns`.

    A field is a list of messages (`{role, content}`, or `{from, value}`), or a string whose speaker its name tells.
    If `chosen` and `rejected` are whole conversations, what they share is the prompt.
    """
    if {"chosen", "rejected"} <= set(fields) and "prompt" not in fields:
        pair = [_messages(field, record.get(field)) for field in ("chosen", "rejected")]
        rest = [field for field in fields if field not in ("chosen", "rejected")]
        return [*(turn for field in rest for turn in _messages(field, record.get(field))), *_pair(*pair)]
    turns: list[Turn] = []
    for field in fields:
        messages = _messages(field, record.get(field))
        if field in ("chosen", "rejected"):
            messages = [Turn(field, _only_answer(messages))]
        turns += messages
    return turns


def _escaped(body: str) -> str:
    return _TO_ESCAPE.sub(r"\\", body) if "<|" in body else body


def _messages(field: str, value: Any) -> list[Turn]:
    """Return the turns under one field."""
    if isinstance(value, str):
        if value.startswith(("\n\nHuman:", "\n\nAssistant:")):
            return _spoken(value)
        role = FIELD_ROLES.get(field)
        if role is None:
            raise Reject("bad-turns", f"`{field}` is a string; a list of messages was expected")
        return [Turn(role, value)]
    if isinstance(value, list) and value:
        return [_turn(field, message) for message in value]
    raise Reject("bad-turns", f"`{field}` is missing, empty, or neither a string nor a list of messages")


def _turn(field: str, message: Any) -> Turn:
    if not isinstance(message, dict):
        raise Reject("bad-turns", f"`{field}` holds something that is not a message")
    role = message.get("role", message.get("from"))
    role = ALIASES.get(role, role) if isinstance(role, str) else role
    if role not in ROLES:
        raise Reject("bad-turns", f"a message in `{field}` has no known role")
    for key, value in message.items():
        if key not in PLAIN_KEYS and value not in (None, "", [], {}):
            raise Reject("bad-turns", f"a message in `{field}` holds more than text")
    content = next((message[key] for key in ("content", "value", "text") if message.get(key) is not None), None)
    return Turn(role, _content(field, content))


def _content(field: str, content: Any) -> str:
    """Return a message's text; one that comes in parts is joined by line feeds."""
    if isinstance(content, str):
        return content
    if isinstance(content, list) and all(
        isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str) for part in content
    ):
        return "\n".join(part["text"] for part in content)
    raise Reject("bad-turns", f"a message in `{field}` holds something that is not text")


def _spoken(value: str) -> list[Turn]:
    """Return the turns of a string in which speakers are named, each after a blank line (Anthropic's hh-rlhf)."""
    parts = _HH_SPEAKER.split(value)
    roles = ["user" if name == "Human" else "assistant" for name in parts[1::2]]
    return [Turn(role, body) for role, body in zip(roles, parts[2::2], strict=True)]


def _pair(chosen: list[Turn], rejected: list[Turn]) -> list[Turn]:
    """Return the turns that both conversations begin with, and the one answer in which each goes on."""
    length = 0
    while length < min(len(chosen), len(rejected)) - 1 and chosen[length] == rejected[length]:
        length += 1
    return [
        *chosen[:length],
        Turn("chosen", _only_answer(chosen[length:])),
        Turn("rejected", _only_answer(rejected[length:])),
    ]


def _only_answer(messages: list[Turn]) -> str:
    if len(messages) != 1 or messages[0].role not in ("assistant", "chosen", "rejected"):
        raise Reject("bad-turns", "`chosen` and `rejected` differ in more than one answer")
    return messages[0].body
