"""The text of a paper in LaTeX: a reader of the commands that papers use, in one pass over the tokens.

It never runs TeX. Unknown commands go and their arguments stay, which is right for most that only change how text
looks. Braces and environments are paired first, so the time is linear.
"""

import re
from typing import NamedTuple

from corpuskit.core.document import Reject
from corpuskit.text.publications.citations import OMITTED, without_omitted
from corpuskit.text.publications.latex_macros import expand_macros
from corpuskit.text.publications.latex_signs import (
    ACCENTS,
    ARGUMENTS_LEFT_OUT,
    ARGUMENTS_OF_ENVIRONMENTS,
    CITATIONS,
    CODE,
    ENVIRONMENTS_LEFT_OUT,
    FIGURES,
    HEADINGS,
    LISTS,
    MATH,
    SIGNS,
    TABLES,
    accented,
)
from corpuskit.text.publications.text_blocks import text_of_blocks

MAX_TOKENS = 2_000_000
"""Most tokens of a paper, of which the largest have some hundred thousand; each takes 200 bytes."""
_TOKEN = re.compile(
    r"\\(begin|end)[ \t]*\{([^{}\\]{0,60})\}|\\([A-Za-z@]+)(\*?)|\\(.)|(\$\$?)|([{}\[\]~&])|(\n[ \t]*\n\s*)"
    r"|[^\\${}\[\]~&\n]+|\n",
    re.DOTALL,
)
_MATH_NOISE = re.compile(r"\\label\s*\{[^{}]*\}|\\(?:nonumber|notag)(?![A-Za-z])|\\tag\*?\s*\{[^{}]*\}")
_QUOTES = (("``", "“"), ("''", "”"), ("---", "—"), ("--", "–"), ("`", "‘"))
_SECTION_SIGN = re.compile(rf"\u00a7[ \u00a0\u00a7]*{OMITTED}")
"""A sign for a section whose number is left out."""
_VERB = re.compile(r"\\(?:verb|lstinline)\*?([^\sA-Za-z*{\[])([^\n]{0,500}?)\1")
_SPECIAL = re.compile(r"[\\{}$&%#_~^]")
_DOCUMENT_END = re.compile(r"\\end\s*\{document\}")
_DOCUMENT_START = re.compile(r"\\begin\s*\{document\}")
_TITLE = re.compile(r"\\title\s*(?:\[[^\[\]]*\])?\s*\{")


class LatexPaper(NamedTuple):
    """A paper's title, which may be empty, and its text, which begins with it."""

    title: str
    text: str


def read_latex(source: str, *, captions: bool = False) -> LatexPaper:
    """Return the text of a paper from its whole source, without comments.

    Kept are headings, paragraphs, lists, tables (a tab between cells), code, and formulas between `\\(` and `\\)`, or
    `\\[` and `\\]` if they stand apart. Left out are the preamble, figures (`captions` keeps what is under them),
    footnotes, citations, references to other parts, and the bibliography. Raises Reject: `macro-expansion`,
    `document-too-large`.
    """
    source = expand_macros(_VERB.sub(lambda match: _SPECIAL.sub(_escaped, match[2]), source))
    start = _DOCUMENT_START.search(source)
    preamble, body = (source[: start.start()], source[start.end() :]) if start else ("", source)
    end = _DOCUMENT_END.search(body)
    body = body[: end.start()] if end else body
    title_command = _TITLE.search(preamble)
    title = ""
    if title_command:
        title = " ".join(_Reader("\\title" + preamble[title_command.end() - 1 :], captions).first_argument().split())
    reader = _Reader(body, captions)
    text = reader.text()
    title = title or reader.title
    return LatexPaper(title, f"{title}\n\n{text}".strip() if title else text)


def _escaped(match: "re.Match[str]") -> str:
    """Return a sign of code as LaTeX that prints it."""
    names = {"\\": "textbackslash", "~": "textasciitilde", "^": "textasciicircum"}
    return f"\\{names[match[0]]}{{}}" if match[0] in names else f"\\{match[0]}"


class _Token(NamedTuple):
    kind: str
    """`begin`, `end`, `command`, `sign` for a command of one sign, `math`, `mark`, `paragraph` or `text`."""
    value: str
    start: int
    end: int


def _tokens(source: str) -> list[_Token]:
    tokens: list[_Token] = []
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
        tokens.append(_Token(kind, value, match.start(), match.end()))
    return tokens


class _Reader:
    def __init__(self, source: str, captions: bool) -> None:
        self._source = source
        self._captions = captions
        self._tokens = _tokens(source)
        self._pairs = _pairs(self._tokens)
        self._blocks: list[tuple[str, str]] = []
        self._parts: list[str] = []
        self._kind = "block"
        self._breaks: set[int] = set()
        """Indices of closing braces that end a heading."""
        self._lists: list[tuple[str, int]] = []
        self._tables: list[int] = []
        """How many braces were open where each open table began."""
        self._depth = 0
        self.title = ""
        """The title, if it stands after the preamble."""
        self._title_end = -1

    def text(self) -> str:
        self._read(0, len(self._tokens))
        self._end_block()
        return text_of_blocks(self._blocks)

    def first_argument(self) -> str:
        """Return the text of the first group in braces."""
        start = next((i for i, token in enumerate(self._tokens) if token.value == "{"), None)
        if start is None:
            return ""
        self._read(start + 1, self._pairs.get(start, start + 1))
        self._end_block()
        return " ".join(text for _, text in self._blocks)

    def _read(self, index: int, end: int) -> None:
        while index < end:
            token = self._tokens[index]
            if token.kind == "text":
                self._parts.append(_with_quotes(token.value.replace("\n", " ").replace("\t", " ")))
            elif token.kind == "paragraph":
                if not self._tables:
                    self._end_block()
            elif token.kind == "mark":
                self._mark(token, index)
            elif token.kind == "math":
                index = self._dollar_math(index, end)
                continue
            elif token.kind == "begin":
                index = self._begin(index, end)
                continue
            elif token.kind == "end":
                self._end_environment(token.value.rstrip("*"))
            elif token.kind == "sign":
                index = self._sign(index)
                continue
            else:
                index = self._command(index, end)
                continue
            index += 1

    def _mark(self, token: _Token, index: int) -> None:
        if token.value == "{":
            self._depth += 1
        elif token.value == "}":
            self._depth -= 1
            if index in self._breaks:
                self._end_heading(index)
        elif token.value == "&":
            self._parts.append("\t" if self._tables else " ")
        else:
            self._parts.append(" " if token.value == "~" else token.value)

    def _end_heading(self, index: int) -> None:
        self._end_block()
        if index == self._title_end and self._blocks:
            self.title = self._blocks.pop()[1]

    def _dollar_math(self, index: int, end: int) -> int:
        """Read a formula between dollars."""
        closing = self._pairs.get(index)
        if closing is None or closing >= end:
            return index + 1
        inner = self._source[self._tokens[index].end : self._tokens[closing].start]
        self._parts.append(_formula(inner, self._tokens[index].value == "$$"))
        return closing + 1

    def _begin(self, index: int, end: int) -> int:
        is_starred = self._tokens[index].value.endswith("*")
        name = self._tokens[index].value.rstrip("*")
        closing = self._pairs.get(index)
        if name in MATH and closing is not None and closing < end:
            start = self._tokens[index].end
            if name == "alignat":
                start = self._tokens[self._after_arguments(index + 1, 1) - 1].end
            inner = self._source[start : self._tokens[closing].start]
            rows = MATH[name] if "\\\\" in inner or "&" in inner else ""
            inner = f"\\begin{{{rows}}}{inner.strip()}\\end{{{rows}}}" if rows else inner
            self._parts.append(_formula(inner, name != "math"))
            return closing + 1
        if name in CODE and closing is not None and closing < end:
            self._end_block()
            after = self._after_options(index + 1)
            code = self._source[self._tokens[after - 1].end : self._tokens[closing].start]
            if code.strip():
                self._blocks.append(("block", code.strip("\n").rstrip()))
            return closing + 1
        if name in ENVIRONMENTS_LEFT_OUT:
            if closing is None or closing >= end:
                return index + 1
            if name in FIGURES and self._captions:
                self._read_captions(index + 1, closing)
            return closing + 1
        index = self._after_options(index + 1)
        if name in TABLES:
            self._end_block()
            self._kind = "row"
            self._tables.append(self._depth)
            return self._after_arguments(index, TABLES[name] + (name == "tabular" and is_starred))
        self._end_block()
        if name in LISTS:
            self._lists.append((LISTS[name], 0))
        return self._after_arguments(index, ARGUMENTS_OF_ENVIRONMENTS.get(name, 0))

    def _read_captions(self, index: int, end: int) -> None:
        while index < end:
            if self._tokens[index].kind == "command" and self._tokens[index].value == "caption":
                start = self._after_options(index + 1)
                closing = self._pairs.get(start)
                if closing is not None and closing < end:
                    self._end_block()
                    self._read(start + 1, closing)
                    self._end_block()
                    index = closing
            index += 1

    def _end_environment(self, name: str) -> None:
        self._end_block()
        if name in LISTS and self._lists:
            self._lists.pop()
        elif name in TABLES and self._tables:
            self._tables.pop()
        self._kind = "row" if self._tables else "block"

    def _sign(self, index: int) -> int:
        value = self._tokens[index].value
        if value in "([":
            closing = self._pairs.get(index)
            if closing is not None:
                inner = self._source[self._tokens[index].end : self._tokens[closing].start]
                self._parts.append(_formula(inner, value == "["))
                return closing + 1
            return index + 1
        if value == "\\":
            index = self._after_options(index + 1)
            if self._tables and self._depth == self._tables[-1]:
                self._end_block()
                self._kind = "row"
            else:
                self._parts.append(" ")
            return index
        if value in ACCENTS:
            return self._accent(index)
        self._parts.append(SIGNS.get(value, ""))
        return index + 1

    def _accent(self, index: int) -> int:
        """Read an accent with its letter, which may be in braces or a command itself."""
        accent = self._tokens[index].value
        index += 1
        if index < len(self._tokens) and self._tokens[index].value == "{":
            closing = self._pairs.get(index, index)
            letters = self._source[self._tokens[index].end : self._tokens[closing].start].strip()
            if closing - index <= 2 and closing > index and letters:
                letter = SIGNS.get(letters[1:], "") if letters.startswith("\\") else letters
                self._parts.append(accented(accent, letter[:1]) + letter[1:])
                return closing + 1
            return index
        if index < len(self._tokens):
            token = self._tokens[index]
            if token.kind == "text":
                letters = token.value.lstrip()
                self._parts.append(accented(accent, letters[:1]) + letters[1:] if letters else "")
                return index + 1
            if token.kind == "command" and len(token.value) == 1:
                self._parts.append(accented(accent, SIGNS.get(token.value, "")))
                return index + 1
        return index

    def _command(self, index: int, end: int) -> int:
        name = self._tokens[index].value
        if name in ACCENTS and index + 1 < end and self._is_argument(index + 1):
            return self._accent(self._skip_space(index))
        if name in SIGNS:
            if name == "par":
                self._end_block()
            else:
                self._parts.append(SIGNS[name])
                self._drop_space(index + 1)
            return index + 1
        if name in HEADINGS:
            return self._heading(index, name)
        if name in CITATIONS:
            self._parts.append(OMITTED)
            return self._after_arguments(self._after_options(index + 1), 1)
        if name == "item":
            return self._item(index)
        if name in ("caption", "captionof"):
            self._end_block()
            start = self._after_options(index + 1)
            if start in self._pairs:
                self._breaks.add(self._pairs[start])
            return start
        after = self._after_options(index + 1)
        return self._after_arguments(after, ARGUMENTS_LEFT_OUT.get(name, 0))

    def _heading(self, index: int, name: str) -> int:
        self._end_block()
        start = self._after_options(index + 1)
        closing = self._pairs.get(start)
        if closing is not None and self._tokens[start].value == "{":
            self._breaks.add(closing)
            if name == "title":
                self._title_end = closing
        return start

    def _item(self, index: int) -> int:
        self._end_block()
        self._kind = "item"
        sign, number = self._lists[-1] if self._lists else ("-", 0)
        indent = "  " * min(max(len(self._lists) - 1, 0), 8)
        start = index + 1
        after = self._after_options(start)
        label = ""
        if after > start:
            label = self._source[self._tokens[start].start : self._tokens[after - 1].end].strip()[1:-1].strip()
        if sign == "1" and not label:
            self._lists[-1] = (sign, number + 1)
            self._parts.append(f"{indent}{number + 1}. ")
        else:
            self._parts.append(f"{indent}- ")
            if label.replace(" ", "").isalnum() and not sign:
                self._parts.append(f"{label} ")
        return after

    def _drop_space(self, index: int) -> None:
        """Cut the space after a command that stands for a letter, as TeX does; `\\LaTeX ` keeps it, being a word."""
        if index < len(self._tokens) and len(self._parts[-1]) == 1 and self._parts[-1].isalpha():
            token = self._tokens[index]
            if token.kind == "text":
                self._tokens[index] = token._replace(value=token.value.lstrip(" "))

    def _skip_space(self, index: int) -> int:
        """Drop the space between an accent of letters and its argument."""
        token = self._tokens[index + 1]
        if token.kind == "text":
            self._tokens[index + 1] = token._replace(value=token.value.lstrip())
        return index

    def _is_argument(self, index: int) -> bool:
        token = self._tokens[index]
        return token.value == "{" or (token.kind == "text" and token.value[:1] == " ") or token.kind == "command"

    def _after_options(self, index: int) -> int:
        """Return the index after arguments in square brackets, if there are any right here."""
        while index < len(self._tokens) and self._tokens[index].value == "[" and index in self._pairs:
            index = self._pairs[index] + 1
        return index

    def _after_arguments(self, index: int, count: int) -> int:
        """Return the index after so many arguments in braces, if there are that many."""
        for _ in range(count):
            start = index
            if (
                start < len(self._tokens)
                and self._tokens[start].kind == "text"
                and not self._tokens[start].value.strip()
            ):
                start += 1
            start = self._after_options(start)
            if start >= len(self._tokens) or self._tokens[start].value != "{" or start not in self._pairs:
                break
            index = self._pairs[start] + 1
        return index

    def _end_block(self) -> None:
        text = "".join(self._parts)
        self._parts = []
        text = _line(text, self._kind)
        if text:
            self._blocks.append((self._kind, text))
        self._kind = "item" if self._kind == "item" and self._lists else "row" if self._tables else "block"


def _pairs(tokens: list[_Token]) -> dict[int, int]:
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


def _formula(tex: str, is_apart: bool) -> str:
    tex = " ".join(_MATH_NOISE.sub("", tex).split())
    if not tex:
        return ""
    return f" \\[{tex}\\] " if is_apart else f"\\({tex}\\)"


def _with_quotes(text: str) -> str:
    """Return a text with the signs that TeX makes of backquotes, apostrophes and hyphens in a row."""
    for sign, replacement in _QUOTES if "`" in text or "''" in text or "--" in text else ():
        text = text.replace(sign, replacement)
    return text


def _line(text: str, kind: str) -> str:
    """Return the text of a block with single spaces and no traces of citations."""
    text = without_omitted(_SECTION_SIGN.sub(OMITTED, text))
    if kind == "row":
        cells = [" ".join(cell.split()) for cell in text.split("\t")]
        return "\t".join(cells).rstrip() if any(cells) else ""
    indent = text[: len(text) - len(text.lstrip(" "))] if kind == "item" and text.lstrip()[:1] in "-0123456789" else ""
    return indent + " ".join(text.split())
