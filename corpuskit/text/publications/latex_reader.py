"""Read the commands that papers use, in one pass over the tokens of their LaTeX.

Braces and environments are paired first, so the time is linear.
"""

import re

from corpuskit.text.publications.bibliography import CitedWork, written_citation
from corpuskit.text.publications.citations import CITATION, CITED, OMITTED, wants_noun
from corpuskit.text.publications.latex_lines import block_line, formula, with_quotes
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
    NOUNS,
    REFERENCES,
    SIGNS,
    TABLES,
    accented,
)
from corpuskit.text.publications.latex_tokens import Token, pairs_of, tokens_of
from corpuskit.text.publications.text_blocks import text_of_blocks

_LENGTH = re.compile(r"\s*[-+]?[\d.]*\s*\\?[A-Za-z]+\s*")


class LatexReader:
    """Reads the tokens of a source once, from start to end, into blocks of text."""

    def __init__(self, source: str, captions: bool, sources: dict[str, CitedWork]) -> None:
        self._source = source
        self._sources = sources
        self._captions = captions
        self._tokens = tokens_of(source)
        self._pairs = pairs_of(self._tokens)
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
        """Return the text of the source."""
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
                self._parts.append(with_quotes(token.value.replace("\n", " ").replace("\t", " ")))
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

    def _mark(self, token: Token, index: int) -> None:
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
        self._parts.append(formula(inner, self._tokens[index].value == "$$"))
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
            self._parts.append(formula(inner, name != "math"))
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
                self._parts.append(formula(inner, value == "["))
                return closing + 1
            return index + 1
        if value == "\\":
            index = self._after_line_end(index + 1)
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

    def _after_line_end(self, index: int) -> int:
        """Return the index after the star and the length that may follow the end of a line."""
        if index < len(self._tokens) and self._tokens[index].value == "*":
            index += 1
        start = self._skip_blank(index)
        after = self._after_options(start)
        length = self._source[self._tokens[start].end : self._tokens[after - 1].start] if after > start else ""
        return after if start == index or _LENGTH.fullmatch(length) else index

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
        if name in CITATIONS or name in REFERENCES:
            return self._citation(index, name)
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

    def _citation(self, index: int, name: str) -> int:
        start = self._after_options(self._skip_blank(index + 1))
        end = self._after_arguments(start, 1)
        if name in REFERENCES:
            self._parts.append(OMITTED)
            return end
        keys = (
            self._source[self._tokens[start].start : self._tokens[end - 1].end].strip(" {}\n\t") if end > start else ""
        )
        sources = [self._sources[key.strip()] for key in keys.split(",") if key.strip() in self._sources]
        if sources:
            is_noun = wants_noun("".join(self._parts[-3:]))
            self._parts.append(written_citation(name, sources, is_noun=is_noun))
        else:
            self._parts.append(CITATION if name in NOUNS else CITED)
        return end

    def _skip_blank(self, index: int) -> int:
        """Return the index after white space before square brackets, as TeX does; the same one if there are none."""
        after = index
        while after < len(self._tokens) and self._tokens[after].kind == "text" and self._tokens[after].value.isspace():
            after += 1
        return after if after < len(self._tokens) and self._tokens[after].value == "[" else index

    def _heading(self, index: int, name: str) -> int:
        self._end_block()
        start = self._after_options(self._skip_blank(index + 1))
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
        start = self._skip_blank(index + 1)
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
        text = block_line(text, self._kind)
        if text:
            self._blocks.append((self._kind, text))
        self._kind = "item" if self._kind == "item" and self._lists else "row" if self._tables else "block"
