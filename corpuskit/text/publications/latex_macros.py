"""A paper's own macros in LaTeX, expanded where they are simple and in bounded work.

Simple is what only stands for other words: `\\newcommand`, `\\renewcommand`, `\\providecommand` with up to nine
arguments, `\\def` with arguments one after another, `\\DeclareMathOperator`. One that defines, tests or counts
something is not expanded.
"""

import re
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
_CALL = re.compile(r"\\([A-Za-z@]+)")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_PARAMETER = re.compile(r"#([1-9])")


class Macro(NamedTuple):
    """What a macro stands for."""

    arguments: int
    default: str | None
    """Of its first argument, if that may be left out."""
    body: str


def closing_braces(source: str) -> dict[int, int]:
    """Return, for each opening brace, the offset of the brace that closes it."""
    pairs: dict[int, int] = {}
    stack: list[int] = []
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
    return _Expansion(macros).expand(body, frozenset(), 0) if macros else body


def _take_definitions(source: str) -> tuple[str, dict[str, Macro]]:
    pairs = closing_braces(source)
    macros: dict[str, Macro] = {}
    parts = []
    position = 0
    for match in _DEFINITION.finditer(source):
        end = pairs.get(match.end())
        if end is None or match.start() < position:
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


class _Expansion:
    def __init__(self, macros: dict[str, Macro]) -> None:
        self._macros = macros
        self._count = self._size = 0

    def expand(self, source: str, active: frozenset[str], depth: int) -> str:
        """Return a text expanded; a macro within itself stays as it is."""
        if depth > MAX_DEPTH:
            return source
        pairs: dict[int, int] | None = None
        parts = []
        position = 0
        for match in _CALL.finditer(source):
            macro = self._macros.get(match[1])
            if macro is None or match[1] in active or match.start() < position:
                continue
            end = match.end()
            arguments: list[str] = []
            if macro.arguments:
                pairs = closing_braces(source) if pairs is None else pairs
                end, arguments = _arguments(source, end, macro, pairs)
            parts.append(source[position : match.start()])
            own_arguments = [self.expand(argument, active, depth + 1) for argument in arguments]
            text = _with_arguments(macro.body, own_arguments)
            self._spend(len(text))
            expanded = self.expand(text, active | {match[1]}, depth + 1)
            is_word = not macro.arguments and "\\begin" not in expanded and "\\end" not in expanded
            parts.append(f"{{{expanded}}}" if is_word else expanded)
            position = end
        parts.append(source[position:])
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


def _arguments(source: str, position: int, macro: Macro, pairs: dict[int, int]) -> tuple[int, list[str]]:
    """Return where the arguments of a call end, and what they are."""
    arguments = []
    if macro.default is not None:
        if source.startswith("[", position) and (end := source.find("]", position, position + 1000)) > 0:
            arguments.append(source[position + 1 : end])
            position = end + 1
        else:
            arguments.append(macro.default)
    while len(arguments) < macro.arguments:
        start = position
        while start < len(source) and source[start] in " \t\n" and start < position + 100:
            start += 1
        if start in pairs:
            arguments.append(source[start + 1 : pairs[start]])
            position = pairs[start] + 1
        elif match := re.compile(r"\\[A-Za-z]+|\\.|[^\s{}]").match(source, start):
            arguments.append(match[0])
            position = match.end()
        else:
            break
    return position, arguments
