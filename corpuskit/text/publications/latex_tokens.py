"""The tokens of LaTeX, and which of them close which: linear in the length of the source.

Commands, environments and groups are those of LaTeX2e (https://latexref.xyz/); nothing is executed.
"""

import re
from typing import NamedTuple

from corpuskit.core.document import Reject

MAX_TOKENS = 2_000_000
"""Most tokens of a paper, of which the largest have some hundred thousand; each takes 200 bytes."""
_TOKEN = re.compile(
    r"\\(begin|end)[ \t]*\{([^{}\\]{0,60})\}|\\([A-Za-z@]+)(\*?)|\\(.)|(\$\$?)|([{}\[\]~&])|(\n[ \t]*\n\s*)"
    r"|[^\\${}\[\]~&\n]+|\n",
    re.DOTALL,
)


class Token(NamedTuple):
    kind: str
    """`begin`, `end`, `command`, `sign` for a command of one sign, `math`, `mark`, `paragraph` or `text`."""
    value: str
    start: int
    end: int


def tokens_of(source: str) -> list[Token]:
    """Return the tokens of a source. Raises Reject("document-too-large") for more than two million."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(source):
        if len(tokens) == MAX_TOKENS:
            raise Reject("document-too-large", f"more than {MAX_TOKENS} commands, signs and stretches of text")
        kind, value = "text", match[0]
        if match[1]:
            kind, value = match[1], match[2].strip()
        elif match[3]:
            kind, value = "command", match[3]
        elif match[5]:
            kind, value = "sign", match[5]
        elif match[6]:
            kind, value = "math", match[6]
        elif match[7]:
            kind, value = "mark", match[7]
        elif match[8]:
            kind = "paragraph"
        tokens.append(Token(kind, value, match.start(), match.end()))
    return tokens


def pairs_of(tokens: list[Token]) -> dict[int, int]:
    """Return, for each token that opens something, the index of the one that closes it.

    A bracket ends at the brace or the paragraph around it, a formula in dollars at the paragraph.
    """
    pairs: dict[int, int] = {}
    braces: list[int] = []
    brackets: list[int] = []
    environments: dict[str, list[int]] = {}
    formula = dollar = -1
    for index, token in enumerate(tokens):
        kind, value = token.kind, token.value
        if kind == "mark" and value == "{":
            braces.append(index)
        elif kind == "mark" and value == "}" and braces:
            opening = braces.pop()
            pairs[opening] = index
            while brackets and brackets[-1] > opening:
                brackets.pop()
        elif kind == "mark" and value == "[":
            brackets.append(index)
        elif kind == "mark" and value == "]" and brackets and (not braces or brackets[-1] > braces[-1]):
            pairs[brackets.pop()] = index
        elif kind == "paragraph":
            brackets, dollar = [], -1
        elif kind == "begin":
            environments.setdefault(value, []).append(index)
        elif kind == "end" and environments.get(value):
            pairs[environments[value].pop()] = index
        elif kind == "sign" and value in "([":
            formula = index
        elif kind == "sign" and value in ")]" and formula >= 0:
            pairs[formula] = index
            formula = -1
        elif kind == "math":
            if dollar >= 0 and tokens[dollar].value == value:
                pairs[dollar] = index
                dollar = -1
            elif dollar < 0:
                dollar = index
    return pairs
