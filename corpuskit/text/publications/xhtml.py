"""The text of a chapter in XHTML, as e-books have it.

Which parts of a book are no text of it is said by `epub:type`: https://www.w3.org/TR/epub-ssv-11/.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from corpuskit.text.publications.tree_reader import Part, Rules, TreeReader

if TYPE_CHECKING:
    from lxml.etree import _Element

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS = """
    address article aside blockquote body center dd details div dl dt fieldset figure footer header hgroup hr main p
    section summary
    """
LEFT_OUT = """
    area audio button canvas col colgroup embed figcaption form head iframe img input map nav noscript object param rp
    rt script select source style svg template textarea track video
    """
PARTS: dict[str, Part] = {
    **dict.fromkeys((*BLOCKS.split(), *HEADINGS), "block"),
    **dict.fromkeys(LEFT_OUT.split(), "out"),
    **dict.fromkeys(("ul", "ol", "menu"), "list"),
    "li": "item",
    "table": "table",
    "br": "break",
    "pre": "as-is",
    "math": "math",
}
TYPE = "{http://www.idpf.org/2007/ops}type"
TYPES_LEFT_OUT = frozenset(
    """
    backlink colophon copyright-page cover halftitlepage imprint index landmarks loa loi lot lov other-credits
    page-list pagebreak titlepage toc
    """.split()  # noqa: SIM905 - a list of words reads better
)
"""Pages and marks that are about the book as a thing, or that lead to its parts."""
LAYOUT_MARKS = dict.fromkeys(map(ord, "\u00ad\u2060\u200b\ufeff"))
"""Signs that only say where a line may end or not."""


def chapter_text(root: "_Element", math: Callable[[str], str], entities: Callable[[str], str]) -> str:
    """Return a chapter's text; empty for title pages, covers, imprints, tables of contents and indices.

    Headings, paragraphs, items, rows of tables and lines of verse are kept; signs of notes, pictures and their captions
    are left out. `math` turns MathML into TeX between its signs, `entities` a reference into text.
    """
    reader = TreeReader(Rules(PARTS, math, entities, _part_of))
    for child in root:
        if isinstance(child.tag, str) and child.tag.rpartition("}")[2] == "body":
            reader.read(child)
    return reader.text().translate(LAYOUT_MARKS)


def heading_of(root: "_Element") -> str:
    """Return the first heading of a chapter on one line; empty if it has none."""
    for element in root.iter("{*}*"):
        if str(element.tag).rpartition("}")[2] in HEADINGS:
            return " ".join("".join(map(str, element.itertext())).split()).translate(LAYOUT_MARKS)
    return ""


def _part_of(element: "_Element", name: str, part: Part | None) -> Part | None:
    types = element.get(TYPE)
    if types:
        words = types.split()
        if "noteref" in words:
            return "omit"
        if not TYPES_LEFT_OUT.isdisjoint(words):
            return "out"
    if element.get("role") in ("doc-noteref", "doc-backlink", "doc-pagebreak", "doc-toc", "doc-cover", "doc-index"):
        return "omit" if element.get("role") == "doc-noteref" else "out"
    return part
