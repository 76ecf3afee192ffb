"""A paper's own macros in LaTeX, expanded where they are simple and in bounded work.

Simple is what only stands for other words: `\\newcommand`, `\\renewcommand`, `\\providecommand` with up to nine
arguments, `\\def` with arguments one after another, `\\DeclareMathOperator`. One that defines, tests or counts
something is not expanded.
"""

import re
from array import array
from functools import cached_property
from typing import NamedTuple

from corpuskit.core.document import Reject

MAX_DEPTH = 24
MAX_EXPANSIONS = 200_000
MAX_GROWTH = 8 * 1024 * 1024
"""Most characters that all expansions together may write."""
_DEFINITION = re.compile(
    r"\\(?:(?:re|provide)?newcommand|renewcommand|providecommand|DeclareRobustCommand)\*?\s*(?:\{\s*\\([A-Za-z@]+)\s*\}|\\([A-Za-z@]+))"
    r"\s*(?:\[\s*(\d)\s*\])?\s*(\[[^\[\]]*\])?\s*(?=\{)"
    r"|\\(?:long\s*)?(?:g|e|x)?def\s*\\([A-Za-z@]+)\s*((?:#\d)*)(?=\{)"
    r"|\\DeclareMathOperator\*?\s*\{\s*\\([A-Za-z@]+)\s*\}\s*(?=\{)"
)
_EFFECTS = re.compile(
    r"\\(?:def|edef|gdef|let|newcommand|renewcommand|if\w*|csname|expandafter|begingroup|futurelet|catcode|loop|input"
    r"|include|write|read|setcounter|addtocounter|ifx|newif|relax|@\w+)(?![A-Za-z])"
)
_CALL = re.compile(r"\\(?:([A-Za-z@]+)|.)", re.DOTALL)
_SINGLE = re.compile(r"\\[A-Za-z]+|\\.|[^\s{}]", re.DOTALL)
"""An argument without braces."""
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_PARAMETER = re.compile(r"#([1-9])")


class Macro(NamedTuple):
    """What a macro stands for."""

    arguments: int
    default: str | None
    """Of its first argument, if that may be left out."""
    body: str


def closing_braces(source: str) -> "array[int]":
    """Return, for each offset of an opening brace, that of the brace that closes it, and -1 for any other offset."""
    pairs = array("i", [-1]) * len(source)
    stack = array("i")
    for match in _BRACE.finditer(source):
        if match[0] == "{":
            stack.append(match.start())
        elif match[0] == "}" and stack:
            pairs[stack.pop()] = match.start()
    return pairs


def expand_macros(source: str) -> str:
    """Return a source with its macros expanded and without their definitions.

    Raises Reject("macro-expansion") for macros that expand beyond bounds.
    """
    body, macros = _take_definitions(source)
    return _Expansion(macros).expand(_Range.whole(body), frozenset(), 0) if macros else body


def _take_definitions(source: str) -> tuple[str, dict[str, Macro]]:
    pairs = closing_braces(source)
    macros: dict[str, Macro] = {}
    parts = []
    position = 0
    for match in _DEFINITION.finditer(source):
        end = pairs[match.end()]
        if end < 0 or match.start() < position:
            continue
        parts.append(source[position : match.start()])
        position = end + 1
        name = match[1] or match[2] or match[5] or match[7]
        body = source[match.end() + 1 : end]
        if match[7]:
            body = rf"\operatorname{{{body}}}"
        count = int(match[3] or 0) if not match[5] else len(match[6]) // 2
        if _EFFECTS.search(body):
            macros.pop(name, None)
        else:
            macros[name] = Macro(count, match[4][1:-1] if match[4] else None, body)
    return "".join((*parts, source[position:])), macros


class _Text:
    """A source with its pairs of braces, which are found once, when the first is asked for."""

    def __init__(self, source: str) -> None:
        self.source = source

    @cached_property
    def pairs(self) -> "array[int]":
        """Return what `closing_braces` returns."""
        return closing_braces(self.source)


class _Range(NamedTuple):
    """A part of a text: arguments within arguments are such, so that no copies of them are made."""

    text: _Text
    start: int
    end: int

    @classmethod
    def whole(cls, source: str) -> "_Range":
        """Return all of a source."""
        return cls(_Text(source), 0, len(source))

    def closing(self, offset: int) -> int:
        """Return the offset of the brace that closes the one at an offset; -1 if there is none in the range."""
        is_brace = offset < self.end and self.text.source[offset] == "{"
        closing = self.text.pairs[offset] if is_brace else -1
        return closing if closing < self.end else -1


class _Expansion:
    def __init__(self, macros: dict[str, Macro]) -> None:
        self._macros = macros
        self._count = self._size = 0

    def expand(self, range_: _Range, active: frozenset[str], depth: int) -> str:
        """Return a part of a text expanded; a macro within itself stays as it is."""
        source = range_.text.source
        if depth > MAX_DEPTH:
            return source[range_.start : range_.end]
        parts = []
        copied = position = range_.start
        while match := _CALL.search(source, position, range_.end):
            position = match.end()
            macro = self._macros.get(match[1])
            if macro is None or match[1] in active:
                continue
            arguments: list[_Range] = []
            if macro.arguments:
                position, arguments = _arguments(range_, position, macro)
            parts.append(source[copied : match.start()])
            own_arguments = [self.expand(argument, active, depth + 1) for argument in arguments]
            text = _with_arguments(macro.body, own_arguments)
            self._spend(len(text))
            expanded = self.expand(_Range.whole(text), active | {match[1]}, depth + 1)
            is_word = not macro.arguments and "\\begin" not in expanded and "\\end" not in expanded
            parts.append(f"{{{expanded}}}" if is_word else expanded)
            copied = position
        parts.append(source[copied : range_.end])
        return "".join(parts)

    def _spend(self, size: int) -> None:
        self._count += 1
        self._size += size
        if self._count > MAX_EXPANSIONS or self._size > MAX_GROWTH:
            raise Reject("macro-expansion", "its macros expand without bound")


def _with_arguments(body: str, arguments: list[str]) -> str:
    def argument(match: "re.Match[str]") -> str:
        number = int(match[1])
        return arguments[number - 1] if number <= len(arguments) else ""

    return _PARAMETER.sub(argument, body)


def _arguments(range_: _Range, position: int, macro: Macro) -> tuple[int, list[_Range]]:
    """Return where the arguments of a call end, and what they are."""
    source = range_.text.source
    arguments: list[_Range] = []
    if macro.default is not None:
        option_end = source.find("]", position, min(position + 1000, range_.end))
        if option_end > 0 and source.startswith("[", position):
            arguments.append(range_._replace(start=position + 1, end=option_end))
            position = option_end + 1
        else:
            arguments.append(_Range.whole(macro.default))
    while len(arguments) < macro.arguments:
        start = position
        while start < range_.end and source[start] in " \t\n" and start < position + 100:
            start += 1
        closing = range_.closing(start)
        if closing >= 0:
            arguments.append(range_._replace(start=start + 1, end=closing))
            position = closing + 1
        elif match := _SINGLE.match(source, start, range_.end):
            arguments.append(range_._replace(start=start, end=match.end()))
            position = match.end()
        else:
            break
    return position, arguments
