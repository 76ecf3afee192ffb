"""Trees of XML as plain text: a walk that knows of each element only which part it plays.

Blocks are apart by a blank line; items of a list, rows of a table and lines of a poem by a line's end alone. Each
element is visited once, so the time is linear in the size of the tree.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from lxml import etree

from corpuskit.text.publications.citations import CITED, OMITTED, without_omitted
from corpuskit.text.publications.text_blocks import text_of_blocks

if TYPE_CHECKING:
    from lxml.etree import _Element

Part = Literal[
    "block",
    "line",
    "item",
    "list",
    "table",
    "float",
    "break",
    "display",
    "as-is",
    "math",
    "tex",
    "choice",
    "spaced",
    "cite",
    "omit",
    "out",
]
"""What an element does: start a block, a line or an item; hold items or rows; stand beside the text; be left out.

`cite` is left out, too, unless the sentence needs a word for it.
"""

_SPACE = re.compile(r"[ \t\r\n\u2028]+")
_REFERENCE = re.compile(r"&[\w.:-]+;")
_EXPONENT = re.compile(r"[-+\u2212\u2013]?[\d.,]+[-+\u2212]?|[a-z]|[-+\u2212]")


@dataclass
class Rules:
    """Which part the elements play, by their local names; any other element is part of a line."""

    parts: Mapping[str, Part]
    math: Callable[[str], str]
    """Turns the MathML of a formula into TeX between its signs."""
    entities: Callable[[str], str]
    """Turns a reference such as `&alpha;` into text."""
    part_of: Callable[["_Element", str, Part | None], Part | None] = lambda element, name, part: part
    """Gives an element another part than its name does."""
    tex: Callable[[str], str] = str
    """Turns TeX into TeX between its signs."""
    scripts: bool = True
    """Whether `sub` and `sup` mark exponents and indices."""


@dataclass
class TreeReader:
    """Text that is being gathered from a tree."""

    rules: Rules
    blocks: list[tuple[str, str]] = field(default_factory=list)
    """What kind of block, and its text."""
    _line: list[str] = field(default_factory=list)
    _kind: str = "block"
    _marks: list[str] = field(default_factory=list)
    """The sign of the item whose text comes next, or none."""
    _depth: int = 0
    _counters: list[int | None] = field(default_factory=list)
    _floats: list[tuple[str, str]] = field(default_factory=list)

    def text(self) -> str:
        """Return the text of all that was read."""
        self.end_block()
        return text_of_blocks(self.blocks)

    def read(self, element: "_Element") -> None:
        """Read an element and what is in it, without what follows it."""
        name = element.tag
        if not isinstance(name, str):
            self._other_node(element)
            return
        name = name.rpartition("}")[2]
        part = self.rules.part_of(element, name, self.rules.parts.get(name))
        if part is None:
            start = len(self._line)
            self.read_content(element)
            if self.rules.scripts and (name == "sup" or name == "sub"):
                self._end_script(name, start)
        elif part in ("omit", "cite"):
            self._line.append(OMITTED if part == "omit" else CITED)
        elif part != "out":
            self._read_part(element, part)

    def read_content(self, element: "_Element") -> None:
        """Read what is in an element."""
        if element.text:
            self.add(element.text)
        for child in element:
            self.read(child)
            if child.tail:
                self.add(child.tail)

    def add(self, text: str) -> None:
        """Append text of a line, whose white space counts as one space."""
        self._line.append(_SPACE.sub(" ", text))

    def end_block(self, next_kind: str = "block") -> None:
        """End the block that has begun, and then what stands beside it."""
        text = _line_text("".join(self._line))
        self._line = []
        if text:
            mark = self._marks.pop() if self._marks else ""
            self.blocks.append((self._kind, mark + text))
        if self._floats:
            self.blocks += self._floats
            self._floats = []
        self._kind = "item" if self._depth and next_kind == "block" else next_kind

    def _other_node(self, node: "_Element") -> None:
        if node.tag is etree.Entity:
            self._line.append(self.rules.entities(str(node.text)))

    def _read_part(self, element: "_Element", part: Part) -> None:
        if part == "break":
            self._line.append("\n")
        elif part == "display":
            self._line.append("\n")
            self.read_content(element)
            self._line.append("\n")
        elif part == "spaced":
            self._line.append(" ")
            self.read_content(element)
            self._line.append(" ")
        elif part == "math":
            self._line.append(self.rules.math(_markup(element)))
        elif part == "tex":
            self._line.append(self.rules.tex(_all_text(element, self.rules.entities)))
        elif part == "choice":
            self._read_choice(element)
        elif part == "table":
            self._read_table(element)
        elif part == "list":
            self._read_list(element)
        elif part == "item":
            self._read_item(element)
        elif part == "as-is":
            self._read_as_is(element)
        elif part == "float":
            self._read_float(element)
        else:
            self.end_block(part)
            self.read_content(element)
            self.end_block()

    def _read_choice(self, element: "_Element") -> None:
        """Read the best of several forms of the same: TeX, else MathML, else whatever is text."""
        children = {str(child.tag).rpartition("}")[2]: child for child in reversed(element)}
        for name in ("tex-math", "math", "table", "textual-form"):
            if name in children:
                self.read(children[name])
                return
        self.read_content(element)

    def _read_list(self, element: "_Element") -> None:
        self.end_block("item" if self._depth else "block")
        name = str(element.tag).rpartition("}")[2]
        is_numbered = name == "ol" or element.get("list-type") == "order"
        self._counters.append(0 if is_numbered else None)
        self._depth += 1
        self.read_content(element)
        self.end_block()
        self._depth -= 1
        self._counters.pop()

    def _read_item(self, element: "_Element") -> None:
        self.end_block("item")
        mark = "- "
        if self._counters and self._counters[-1] is not None:
            self._counters[-1] += 1
            mark = f"{self._counters[-1]}. "
        self._marks = ["  " * min(self._depth - 1, 8) + mark]
        self.read_content(element)
        self.end_block()
        self._marks = []

    def _read_as_is(self, element: "_Element") -> None:
        self.end_block()
        lines = _all_text(element, self.rules.entities).strip("\n").split("\n")
        if text := "\n".join(line.rstrip() for line in lines).rstrip():
            self.blocks.append(("block", text))

    def _read_float(self, element: "_Element") -> None:
        """Read what stands beside the text after the block that it was found in."""
        inner = TreeReader(self.rules)
        inner.read_content(element)
        inner.end_block()
        if "".join(self._line).strip():
            self._floats += inner.blocks
        else:
            self.end_block()
            self.blocks += inner.blocks

    def _read_table(self, element: "_Element") -> None:
        self.end_block()
        for row in _rows(element):
            cells = []
            for cell in row:
                if not isinstance(cell.tag, str):
                    continue
                inner = TreeReader(self.rules)
                inner.read_content(cell)
                inner.end_block()
                cells.append(" ".join(" ".join(text for _, text in inner.blocks).split()))
            if any(cells):
                self.blocks.append(("row", "\t".join(cells).rstrip()))
        self._kind = "block"

    def _end_script(self, name: str, start: int) -> None:
        """Mark an exponent or index that would change a number or a word if it stood beside it unmarked."""
        text = "".join(self._line[start:]).strip()
        before = self._line[start - 1][-1:] if start else ""
        if name == "sup":
            is_marked = (before.isalnum() or before in tuple(")]}")) and _EXPONENT.fullmatch(text) is not None
        else:
            is_marked = before.isdigit() or (before.isalpha() and len(text) > 1 and text.isalpha())
        if is_marked:
            self._line[start:] = ["^" if name == "sup" else "_", text]


def _rows(table: "_Element") -> Iterator["Iterable[_Element]"]:
    """Yield the rows of a table, but not of tables in its cells."""
    for child in table:
        name = str(child.tag).rpartition("}")[2]
        if name in ("tr", "row"):
            yield child
        elif name in ("caption", "title"):
            yield [child]
        elif name in ("thead", "tbody", "tfoot", "tgroup"):
            yield from _rows(child)


def _line_text(text: str) -> str:
    """Return the text of a block: single spaces, and nothing left of citations that are left out."""
    text = without_omitted(text)
    lines = (" ".join(filter(None, line.split(" "))) for line in text.split("\n"))
    return "\n".join(filter(None, lines))


def _all_text(element: "_Element", entities: Callable[[str], str]) -> str:
    texts = map(str, element.itertext())
    return "".join(entities(text) if _REFERENCE.fullmatch(text) else text for text in texts)


def _markup(element: "_Element") -> str:
    tail, element.tail = element.tail, None
    try:
        options: dict[str, Any] = {"encoding": "unicode"}
        return str(etree.tostring(element, **options))
    finally:
        element.tail = tail
