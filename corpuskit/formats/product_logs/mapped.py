"""Any log, by a map in YAML from what an event needs to where the log has it.

event:                      # where each part of an event is in a record
  id: event_id
  time: at
  actor: user.email
  type: action
  value: {spam: flags.spam, hate: flags.hate}     # classes, each with its own path; or one path
  item: comment_id
  prompt: question          # words: system, prompt, response, chosen, rejected, before, after, or messages
types: {thumbs_up: rate, thumbs_down: rate}       # the log's words for what happened
values: {thumbs_up: 5, thumbs_down: 1}            # and for values
constant: {role: moderator}                       # what is the same in all records
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpuskit.core.disk.option_file import read_option_text
from corpuskit.core.errors import UsageError
from corpuskit.core.wording import did_you_mean, excerpt, or_list
from corpuskit.formats.product_logs.event import ROLES, TYPES, LoggedEvent, NoEvent, Record, missing, value_at

PARTS = ("id", "time", "actor", "type", "value", "item", "model", "role", "consent")
WORDS = {
    "system": "system",
    "prompt": "user",
    "response": "assistant",
    "before": "rejected",
    "after": "chosen",
    "chosen": "chosen",
    "rejected": "rejected",
}
KEYS = ("event", "types", "values", "constant")
_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?")
NEEDED = ("id", "time", "type", "item")


class EventMap:
    """A map, read and checked."""

    def __init__(self, path: Path) -> None:
        """Read the file. Raises UsageError that names the file and what is wrong in it."""
        table = read_plain_yaml(path)
        self.path = path
        for key in table:
            if key not in KEYS:
                self._fail(f"unknown key `{excerpt(key)}`{did_you_mean(key, KEYS)}")
        self.parts, self.types, self.values, self.constant = (self._section(table, key) for key in KEYS)
        known_parts = (*PARTS, *WORDS, "messages")
        for part in (*self.parts, *self.constant):
            if part not in known_parts:
                self._fail(f"unknown part `{excerpt(part)}`{did_you_mean(part, known_parts)}")
        for part in NEEDED:
            if part not in self.parts and part not in self.constant:
                self._fail(f"`event` does not say where `{part}` is")
        for kind in (*self.types.values(), *([self.constant["type"]] if "type" in self.constant else [])):
            if kind not in TYPES:
                self._fail(f"{excerpt(repr(kind))} is no type of event{did_you_mean(str(kind), TYPES)}")
        role = self.constant.get("role", ROLES[0])
        if role not in ROLES:
            self._fail(f"{excerpt(repr(role))} is no role{did_you_mean(str(role), ROLES)}; write {or_list(ROLES)}")

    @property
    def has_answers(self) -> bool:
        """Whether the log has words that a model may have written."""
        return not {"response", "chosen", "rejected", "before", "after", "messages"}.isdisjoint(self.parts)

    def events_of(self, record: Record) -> Iterator[LoggedEvent | NoEvent]:
        """Yield the one event of a record; none if the log's word for what happened has no type."""
        happened = self._part(record, "type")
        if happened in (None, ""):
            missing(str(self.parts.get("type")))
        event_type = self.types.get(str(happened), happened)
        if event_type not in TYPES:
            yield NoEvent("unmapped-type")
            return
        value = self._value(record)
        if value is None and "value" not in self.parts:
            value = self.values.get(str(happened))
        yield LoggedEvent(
            id=self._needed(record, "id"),
            time=self._needed(record, "time"),
            item=self._needed(record, "item"),
            type=event_type,
            actor=self._part(record, "actor"),
            value=value,
            model=self._part(record, "model"),
            role=self._part(record, "role"),
            turns=tuple(self._turns(record)),
            consent=self._part(record, "consent"),
        )

    def _needed(self, record: Record, part: str) -> Any:
        value = self._part(record, part)
        return missing(str(self.parts.get(part, part))) if value in (None, "") else value

    def _part(self, record: Record, part: str) -> Any:
        path = self.parts.get(part)
        return self.constant.get(part) if path is None else value_at(record, str(path))

    def _value(self, record: Record) -> Any:
        """Return the value; of several classes, a null for each that the record does not have: unknown is not no."""
        path = self.parts.get("value")
        if isinstance(path, dict):
            return {name: self._translated(value_at(record, str(of_class))) for name, of_class in path.items()}
        return self._translated(self._part(record, "value"))

    def _translated(self, value: Any) -> Any:
        return self.values.get(str(value), value) if isinstance(value, (str, int, float, bool)) else value

    def _turns(self, record: Record) -> Iterator[tuple[str, str]]:
        for part, path in self.parts.items():
            if part == "messages":
                messages = value_at(record, str(path))
                for message in messages if isinstance(messages, list) else []:
                    yield str(message.get("role", "user")), str(message.get("content") or "")
            elif part in WORDS:
                text = value_at(record, str(path))
                if isinstance(text, str) and text:
                    yield WORDS[part], text

    def _section(self, table: dict[str, Any], key: str) -> dict[str, Any]:
        section = table.get(key) or {}
        if not isinstance(section, dict):
            self._fail(f"`{key}` must be a mapping")
        return section

    def _fail(self, problem: str) -> None:
        raise UsageError(f"{self.path.name}: {problem}")


def read_plain_yaml(path: Path) -> dict[str, Any]:
    """Return a small YAML file's mapping; words stay words (`no` is one), and plain numbers become numbers.

    Raises UsageError.
    """
    import yaml

    text = read_option_text(path)
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise UsageError(f"{path.name}: aliases (`*name`) are not read; write the value out")
        table = _plain(yaml.compose(text, Loader=yaml.SafeLoader), path.name)
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        raise UsageError(f"{path.name}:{line}: not YAML: {getattr(error, 'problem', None) or 'unreadable'}") from None
    except RecursionError:
        raise UsageError(f"{path.name}: nested too deep") from None
    if not isinstance(table, dict):
        raise UsageError(f"{path.name}: must be a mapping: `key: value` lines")
    return table


def _plain(node: Any, name: str) -> Any:
    """Return the value of a YAML node. Raises UsageError for a key that stands twice."""
    import yaml

    if isinstance(node, yaml.MappingNode):
        table: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in table:
                line = key_node.start_mark.line + 1
                raise UsageError(f"{name}:{line}: the key `{excerpt(key)}` stands twice; keep one")
            table[key] = _plain(value_node, name)
        return table
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, name) for item in node.value]
    return None if node is None else _scalar(node.value) if node.style is None else node.value


def _scalar(word: str) -> Any:
    """Return a word without quotes as a number, true, false or null if it is one, else as the word that it is.

    >>> [_scalar(word) for word in ("5", "0.5", "no", "nan", "true", "~")]
    [5, 0.5, 'no', 'nan', True, None]
    """
    if _NUMBER.fullmatch(word):
        return float(word) if any(sign in word for sign in ".eE") else int(word)
    return {"true": True, "false": False, "null": None, "~": None, "": None}.get(word, word)
