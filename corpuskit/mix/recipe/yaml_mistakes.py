"""What is likely to be wrong with a recipe that is not YAML, and on which line.

A parser gives up where it can no longer go on, which is often a line or a whole file after the slip, and says so in
words of its grammar. Here the text around is looked at for the slips that people make.
"""

import re
from collections.abc import Iterator
from typing import Any

_KEY = r"[A-Za-z_][\w.-]*"
_VALUE_QUOTE = re.compile(r"(?:\A\s*|(?::|-)\s+|[\[{,]\s*)(?P<quote>[\"'])")
_NO_MAPPING = "mapping values are not allowed"
_GIVES_UP_LATE = ("simple key", _NO_MAPPING)
"""What parsers say of a line that may be the one after the slip."""
_REST_OF_TEXT = {'"': re.compile(r'(?:[^"\\]|\\.)*"'), "'": re.compile("[^']*+'")}
"""What follows the opening quote, up to the closing one; a backslash that is escaped escapes no quote."""
_CLOSES = {quote: re.compile(rf"[^{quote}]*{quote}\s*(?:[,\]}}#].*)?$") for quote in "\"'"}
"""Lines on which a text in quotes ends that began before."""
_BLOCK_TEXT = re.compile(r"(?::|-)\s+[|>][+-]?[0-9]?\s*(?:#.*)?$")
_CLOSING = {"[": "]", "{": "}"}
_LISTED_ITEM = re.compile(rf"\s*-\s+({_KEY}):\s*(?:#.*)?")


def mistake_in(text: str, error: Any) -> tuple[int, str]:
    """Return the line and the description of what is likely to be wrong, from a text and its parser's error.

    >>> import yaml
    >>> def told(text):
    ...     try:
    ...         list(yaml.parse(text))
    ...     except yaml.MarkedYAMLError as error:
    ...         return mistake_in(text, error)
    >>> told("seed = 7\\nsources:\\n")
    (1, 'keys end in `: `; write `seed: 7`')
    """
    lines = text.split("\n")
    mark = error.problem_mark or error.context_mark
    last = min(mark.line, len(lines) - 1) if mark else 0
    first = min(error.context_mark.line, last) if error.context_mark else last
    context, problem = error.context or "", error.problem or ""
    said = f"{context} {problem}".strip()
    if "quoted scalar" in context and "end of stream" in problem:
        return first + 1, _unclosed_quote(lines[first][error.context_mark.column])
    if (opening := _open_quote(lines, first, last)) is not None:
        return opening[0] + 1, _unclosed_quote(opening[1])
    if any(words in said for words in _GIVES_UP_LATE):
        for line in _lines_back(lines, last, first):
            if slip := _slip_in(lines[line]) or _item_without_colon(lines[line], lines[last]):
                return line + 1, slip
    bracket = lines[first][error.context_mark.column :][:1] if error.context_mark else ""
    if bracket in _CLOSING and first < last:
        closing = _CLOSING[bracket]
        return (
            first + 1,
            f"the `{bracket}` is not closed before line {last + 1}; add `{closing}`, or a `,` between values",
        )
    before = lines[last][: mark.column] if mark else ""
    is_indentation = ("block" in context and not before.strip()) or (_NO_MAPPING in said and ":" not in before)
    if is_indentation and (advice := _indentation(lines, last)):
        return last + 1, advice
    return last + 1, f"{_plain(said) or 'not YAML'}{_hint(lines, last)}"


def _unclosed_quote(quote: str) -> str:
    return f"a text in quotes begins here and does not end; add the closing `{quote}`"


def _open_quote(lines: list[str], first: int, last: int) -> tuple[int, str] | None:
    """Return the first of these lines with a quoted value that is not closed, and its quote; None if there is none.

    The text goes on up to the quote that opens another value, and only then the parser notices.
    """
    block_indent: int | None = None
    for number in range(first, last + 1):
        line = lines[number]
        if block_indent is not None and (not line.strip() or _indent_of(line) > block_indent):
            continue  # in a text below `|` or `>`, a quote is a letter
        block_indent = _indent_of(line) if _BLOCK_TEXT.search(line) else None
        quote = _quote_left_open(line)
        if quote and not _CLOSES[quote].match(_next_line_with(quote, lines, number + 1, last)):
            return number, quote
    return None


def _next_line_with(quote: str, lines: list[str], start: int, last: int) -> str:
    """Return the first of these lines with the quote; empty if none has it."""
    return next((lines[number] for number in range(start, last + 1) if quote in lines[number]), "")


def _quote_left_open(line: str) -> str:
    """Return the quote that opens a value of this line and does not close on it; empty if none does."""
    position = 0
    while match := _VALUE_QUOTE.search(line, position):
        quote = match["quote"]
        if "#" in line[position : match.start()]:
            return ""
        closing = _REST_OF_TEXT[quote].match(line, match.end())
        if closing is None:
            return quote
        position = closing.end()
    return ""


def _lines_back(lines: list[str], last: int, first: int) -> Iterator[int]:
    """Yield the last line, then those before it: down to the first, or else the one before that has anything in it."""
    yield last
    for line in range(last - 1, -1, -1):
        if lines[line].strip() and not lines[line].lstrip().startswith("#"):
            yield line
            if line <= first:
                return


def _slip_in(line: str) -> str:
    """Return what is wrong with a line that alone would be a plain text, and was meant for a key or an item."""
    if match := re.fullmatch(rf"\s*({_KEY})\s*=\s*(.*)", line):
        return f"keys end in `: `; write `{match[1]}: {match[2]}`"
    if match := re.fullmatch(rf"\s*(?:-\s+)?({_KEY}):([^\s:/].*)", line):
        return f"put a space after the `:`; write `{match[1]}: {match[2]}`"
    if match := re.fullmatch(rf"\s*-({_KEY})(.*)", line):
        return f"put a space after the `-`; write `- {match[1]}{match[2]}`"
    if match := re.fullmatch(rf"\s*({_KEY})\s+(\S.*)", line):
        return f"a key ends in `: `; write `{match[1]}: {match[2]}`" if ":" not in line else ""
    return ""


def _item_without_colon(line: str, last: str) -> str:
    """Return what is wrong with a step without options above a line that is deeper, as its options are."""
    match = re.fullmatch(rf"(\s*)-\s+({_KEY})\s*", line)
    if match is None or _indent_of(last) <= len(match[1]):
        return ""
    return f"options follow; write `- {match[2]}:`, and each of them deeper than its name"


def _indentation(lines: list[str], line: int) -> str:
    """Return how a line is to be indented that stands between two levels, or as the items of a list without a dash."""
    indent = _indent_of(lines[line])
    levels = _levels_above(lines, line)
    above = lines[max((number for number in range(line) if lines[number].strip()), default=0)]
    if (item := _LISTED_ITEM.fullmatch(above)) and indent == _indent_of(above):
        return f"indent the options of `{item[1]}` deeper than its name"
    if indent in levels or not levels:
        return ""
    nearest = min(abs(level - indent) for level in levels)
    fits = " or ".join(str(level) for level in levels if abs(level - indent) == nearest)
    spaces = f"{indent} space{'s' if indent != 1 else ''}"
    return f"the line is indented by {spaces}, and none above it that it could belong to is; indent it by {fits}"


def _levels_above(lines: list[str], line: int) -> list[int]:
    """Return how deep the lines are indented that this one could follow, the deepest first."""
    levels: list[int] = []
    for text in reversed(lines[:line]):
        if text.strip() and not text.lstrip().startswith("#") and (not levels or _indent_of(text) < levels[-1]):
            levels.append(_indent_of(text))
    return levels


def _indent_of(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _plain(problem: str) -> str:
    """Return what the parser says, in words of a recipe's author where its own say nothing to them."""
    if _NO_MAPPING in problem:
        return "a `:` cannot stand here; correct the indentation of the line, or put the value in quotes"
    return problem


def _hint(lines: list[str], line: int) -> str:
    """Return what may be meant on a line that is no YAML, or on the one before, where the parser may have lost it."""
    around = "\n".join(lines[max(line - 1, 0) : line + 1])
    indent = lines[line][: len(lines[line]) - len(lines[line].lstrip())]
    if "\t" in indent:
        return "; indent with spaces, not tabs"
    if re.search(r"(?:^|[\s,\[])\*\S", around):
        return "; put a value that starts with `*` in quotes"
    if re.search(r"\][^\s,\]}#]", around):
        return "; put a glob with brackets in quotes"
    if re.search(r"(?:^|[\s,\[{])[@`%&!]", around):
        return "; put a value that starts with a sign in quotes"
    return "; a value with `: ` in it needs quotes" if re.search(r":\s.*:\s", lines[line]) else ""
