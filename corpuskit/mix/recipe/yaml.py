"""YAML for recipes: plain data only, with line numbers.

Scalars follow the YAML 1.2 core schema (https://yaml.org/spec/1.2.2/#103-core-schema), with underscores allowed between
digits: `no`, `12:30` and `2024-01-31` are strings, `1e6` and `2_000_000` are numbers. Anchors, aliases, tags, merge
keys, directives and repeated keys are refused. So every value is where a reader sees it, and no value can create an
object or expand to many times its length.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from corpuskit.core.disk.regular_file import open_named
from corpuskit.core.errors import CorpuskitError, UsageError
from corpuskit.core.reading.codecs import codec_of
from corpuskit.core.reading.input_kinds import kind_of_content
from corpuskit.core.reading.resolve import near_name
from corpuskit.core.wording import excerpt, printable_name
from corpuskit.mix.recipe.yaml_mistakes import mistake_in

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
ENDINGS = (".yaml", ".yml")

Trail = tuple[str | int, ...]
"""Keys and list indexes that lead from the top to a value."""

_NULL = {"", "~", "null", "Null", "NULL"}
_TRUE = {"true", "True", "TRUE"}
_FALSE = {"false", "False", "FALSE"}
_DIGITS = "[0-9]+(?:_[0-9]+)*"
_INTEGER = re.compile(rf"[-+]?{_DIGITS}")
_OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(rf"[-+]?(?:\.{_DIGITS}|{_DIGITS}(?:\.(?:{_DIGITS})?)?)(?:[eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"[-+]?\.(?:inf|Inf|INF)")
_NAN = {".nan", ".NaN", ".NAN"}
_NESTING = re.compile(
    r"""
    (?<![^\s,:\[{])(?: "(?:\\.|[^"\\])*(?:"|\Z) | '[^']*(?:'|\Z) )  |  (?<!\S)\#.*  # strings and comments nest nothing
    |  (?<![^\n])(?P<dashes>(?:[ ]*-(?=\s))+)          # lists in lists on one line: `- - - x`
    |  [\[\]{}]
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Marked:
    """The value of a YAML file, and the line of each key and list item."""

    name: str
    value: Any
    lines: dict[Trail, int] = field(repr=False)
    overrides: dict[Trail, str] = field(default_factory=dict, repr=False)
    """Where values that are not in the file were given: `--set budget.tokens`."""
    mistakes: list[CorpuskitError] = field(default_factory=list, repr=False, compare=False)
    """What is wrong with the values, as far as it has been noted."""
    misspelt: set[Trail] = field(default_factory=set, repr=False, compare=False)
    """Keys that are missing because they are misspelt."""
    faulty: set[Trail] = field(default_factory=set, repr=False, compare=False)
    """Mappings and lists in which a mistake has been noted."""

    def is_sound(self, *trail: str | int) -> bool:
        """Whether no mistake has been noted in the value that a trail leads to, nor in the spelling of its key."""
        return all(other[: len(trail)] != trail for other in self.faulty | self.misspelt)

    def line(self, *trail: str | int) -> int:
        """Return the line of the key or list item that a trail leads to, or else of the nearest one around it."""
        while trail and trail not in self.lines:
            trail = trail[:-1]
        return self.lines.get(trail, 1)

    def at(self, *trail: str | int) -> str:
        """Return the location as messages name it: `recipe.yaml:12`."""
        for length in range(len(trail), 0, -1):
            if trail[:length] in self.overrides:
                return self.overrides[trail[:length]]
        if trail and trail not in self.lines:
            # A mapping that an override made on the way to its value.
            made_by = (location for below, location in self.overrides.items() if below[: len(trail)] == trail)
            return next(made_by, f"{self.name}:{self.line(*trail)}")
        return f"{self.name}:{self.line(*trail)}"


def load(path: Path, name: str | None = None) -> Marked:
    """Read a YAML file, or standard input for `-`; messages call it `name`, by default the last part of its path.

    Raises UsageError if it is missing, too large or not plain YAML.
    """
    if str(path) == "-":
        return parse(sys.stdin.buffer.read(MAX_BYTES + 1) if sys.stdin else b"", "standard input")
    name = printable_name(name or path.name)
    try:
        with open_named(path) as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise UsageError(f"no such file: {name!r}{near_name(path, ENDINGS)}") from None
    except OSError as error:
        if path.is_dir():
            recipes = sorted(item.name for item in path.iterdir() if item.suffix in ENDINGS)
            example = str(path / recipes[0]) if len(recipes) == 1 else str(path / "recipe.yaml")
            raise UsageError(f"{name!r} is a folder; name the recipe itself, such as {example!r}") from None
        raise UsageError(f"{name}: cannot be read: {(error.strerror or 'I/O error').lower()}") from None
    if (label := _other_format(data)) is not None:
        raise UsageError(f"{name} is {label}, and no recipe; a recipe is a YAML file")
    return parse(data, name)


def _other_format(data: bytes) -> str | None:
    """Return what a file is that was given for a recipe by mistake, by how it begins; None if it may be YAML."""
    codec = codec_of(data)
    kind = kind_of_content(data)
    return codec.name if codec is not None else kind.label.partition(";")[0] if kind is not None else None


def parse(data: bytes, name: str) -> Marked:
    """Parse the bytes of one YAML document; messages call it `name`.

    >>> parse(b"keep: [en, no]", "recipe.yaml").value
    {'keep': ['en', 'no']}
    """
    if len(data) > MAX_BYTES:
        raise UsageError(f"{name}: larger than {MAX_BYTES} bytes; a recipe must be smaller")
    return _RecipeReader(name, _decode(data, name)).read()


class _RecipeReader:
    """Builds plain values from the parser's events, so that the YAML library itself never constructs an object."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.lines: dict[Trail, int] = {}
        self.events = self._events(text)

    def read(self) -> Marked:
        import yaml

        next(self.events)
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            raise UsageError(f"{self.name}: the file is empty")
        if event.version or event.tags:
            self._fail(event, "directives (`%…`) are not supported; remove the line")
        value = self._value(next(self.events), (), 1)
        next(self.events)
        event = next(self.events)
        if not isinstance(event, yaml.StreamEndEvent):
            self._fail(event, "a second document starts; a recipe must be one document")
        return Marked(self.name, value, self.lines)

    def _events(self, text: str) -> Iterator[Any]:
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            yield from yaml.parse(text, Loader=loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            # libyaml reads ahead and, depending on its release, may give up before `_value` has counted the levels.
            if too_deep := _line_too_deep(text, mark.index if mark else len(text)):
                raise UsageError(f"{self.name}:{too_deep}: nested deeper than {MAX_DEPTH}") from None
            line, mistake = mistake_in(text, error)
            raise UsageError(f"{self.name}:{line}: {mistake}") from None
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            raise UsageError(f"{self.name}:{line}: a control character does not belong here") from None

    def _value(self, event: Any, trail: Trail, depth: int) -> Any:
        import yaml

        if isinstance(event, yaml.AliasEvent) or event.anchor:
            self._fail(
                event, "anchors (`&…`) and aliases (`*…`) are not supported; write the value out, and a glob in quotes"
            )
        if event.tag is not None:
            self._fail(event, "tags (`!…`) are not supported; remove it")
        self.lines.setdefault(trail, event.start_mark.line + 1)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if depth > MAX_DEPTH:
            self._fail(event, f"nested deeper than {MAX_DEPTH}")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(trail, depth)
        return self._mapping(trail, depth)

    def _sequence(self, trail: Trail, depth: int) -> list[Any]:
        import yaml

        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*trail, len(items)), depth + 1))
        return items

    def _mapping(self, trail: Trail, depth: int) -> dict[str, Any]:
        import yaml

        items: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event)
            if key in items:
                first = self.lines[*trail, key]
                self._fail(event, f"the key `{excerpt(key)}` is repeated; it first appears on line {first}")
            self.lines[*trail, key] = event.start_mark.line + 1
            items[key] = None
            items[key] = self._value(next(self.events), (*trail, key), depth + 1)
        return items

    def _key(self, event: Any) -> str:
        """Return a key as it is written, so that `no` and `2024` are keys like any other."""
        import yaml

        if not isinstance(event, yaml.ScalarEvent):
            self._fail(event, "a key must be one word")
        if event.anchor or event.tag is not None:
            self._fail(event, "anchors and tags are not supported; remove it")
        if event.value == "<<" and event.implicit[0]:
            self._fail(event, "merge keys (`<<`) are not supported; write the values out")
        return self._string(event)

    def _scalar(self, event: Any) -> Any:
        if not event.implicit[0]:  # quoted, or a block of text
            return self._string(event)
        try:
            value = scalar(event.value)
        except ValueError as error:
            self._fail(event, str(error))
        return self._string(event) if isinstance(value, str) else value

    def _string(self, event: Any) -> str:
        try:
            event.value.encode()
        except UnicodeEncodeError:
            self._fail(event, "a lone surrogate is not text")
        return str(event.value)

    def _fail(self, event: Any, problem: str) -> NoReturn:
        raise UsageError(f"{self.name}:{event.start_mark.line + 1}: {problem}")


def scalar(text: str) -> str | int | float | bool | None:
    """Return the value of a plain scalar in the core schema. Raises ValueError for integers beyond 64 bits.

    >>> [scalar(text) for text in ("no", "12:30", "1e6", "2_000_000", "0o17", "~")]
    ['no', '12:30', 1000000.0, 2000000, 15, None]
    """
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INTEGER.fullmatch(text):
        return _bounded(text, 10)
    if _OTHER_BASE.fullmatch(text):
        return _bounded(text[2:], 8 if text[1] == "o" else 16)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _INFINITY.fullmatch(text):
        return float(text.replace(".", ""))
    return float("nan") if text in _NAN else text


def _bounded(digits: str, base: int) -> int:
    # Python refuses to convert very long numbers, and is slow with long ones.
    if len(digits) > 40 or not -(2**63) <= (number := int(digits, base)) < 2**63:
        raise ValueError("an integer does not fit into 64 bits")
    return number


def _line_too_deep(text: str, end: int) -> int:
    """Return the line where brackets or dashes before offset `end` open more than `MAX_DEPTH` levels; 0 if none do."""
    depth = 0
    for match in _NESTING.finditer(text, 0, end):
        if match["dashes"]:
            levels = match["dashes"].count("-")
        else:
            depth = max(0, depth + (match[0] in "[{") - (match[0] in "]}"))
            levels = depth
        if levels > MAX_DEPTH:
            return text.count("\n", 0, match.start()) + 1
    return 0


def _decode(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{name}:{line}: not UTF-8; save the file as UTF-8") from None
