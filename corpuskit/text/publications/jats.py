"""The text of a paper in JATS: title, abstract, body and appendices.

Elements: Journal Article Tag Suite 1.3 (ANSI/NISO Z39.96), Archiving and Interchange,
https://jats.nlm.nih.gov/archiving/tag-library/1.3/.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from corpuskit.text.publications.tree_reader import Part, Rules, TreeReader

if TYPE_CHECKING:
    from lxml.etree import _Element

BLOCKS = """
    abstract ack app app-group attrib bio body caption def def-item def-list disp-formula disp-quote fn glossary p
    ref-list sec sig-block speaker speech statement subtitle table-wrap-foot term-head title verse-group
    """
LEFT_OUT = """
    alt-text chem-struct-wrap contrib-group email fig fig-group fn-group graphic index-term inline-graphic
    inline-supplementary-material kwd-group label long-desc media object-id permissions private-char processing-meta
    related-object sec-meta supplementary-material x
    """
PARTS: dict[str, Part] = {
    **dict.fromkeys(BLOCKS.split(), "block"),
    **dict.fromkeys(LEFT_OUT.split(), "out"),
    **dict.fromkeys(("verse-line", "ref"), "line"),
    **dict.fromkeys(("table-wrap", "boxed-text", "table-wrap-group", "array"), "float"),
    **dict.fromkeys(("preformat", "code"), "as-is"),
    **dict.fromkeys(("break", "hr"), "break"),
    "list": "list",
    "list-item": "item",
    "table": "table",
    "math": "math",
    "tex-math": "tex",
    "alternatives": "choice",
}
SUMMARIES_LEFT_OUT = frozenset(("graphical", "teaser", "toc", "key-points", "video", "web-summary"))
"""Kinds of abstract that say again, or only show, what the others say."""
APPENDICES = ("app-group", "app", "glossary")
NUMBERS = re.compile(r"[\s\[\]()\d,;.*\u2013\u2212-]+[a-z]?[\s\])]*")
"""What a citation by number says."""
YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
"""What a citation says by whose name it stands: Oak (2001)."""
LABELLED: dict[str, Part] = {
    **dict.fromkeys(("statement", "boxed-text"), "block"),
    **dict.fromkeys(("disp-formula", "disp-formula-group"), "spaced"),
}
"""Elements whose labels the text refers to: Theorem 1, Box 2, equation (3)."""
OWN_DOI = re.compile(r"\s*DOI:\s*https?://(?:dx\.)?doi\.org/\S+\s*")
"""A paragraph that only says where its section, figure or abstract is registered."""
_DOCUMENT = re.compile(r"\\begin\{document\}(.*?)\\end\{document\}", re.DOTALL)


def paper_text(
    article: "_Element",
    math: Callable[[str], str],
    tex: Callable[[str], str],
    entities: Callable[[str], str],
    *,
    references: bool = False,
    captions: bool = False,
) -> str:
    """Return a paper's text; `math` and `tex` turn MathML and TeX into TeX between its signs.

    Of the back matter only appendices are read, and the list of references if it is asked for. Figures, media and
    responses to the paper are left out, captions of figures unless asked for.
    """
    parts = dict(PARTS)
    if captions:
        parts |= {"fig": "float", "fig-group": "float"}
    rules = Rules(parts, math, entities, _part_of, lambda text: tex(_body_of_tex(text)))
    reader = TreeReader(rules)
    for element in _elements_of(article, references):
        reader.read(element)
        reader.end_block()
    return reader.text()


def title_of(article: "_Element", math: Callable[[str], str], entities: Callable[[str], str]) -> str:
    """Return a paper's title on one line; empty if it has none."""
    title = article.find("front/article-meta/title-group/article-title")
    if title is None:
        return ""
    reader = TreeReader(Rules(PARTS | {"xref": "out", "fn": "out"}, math, entities, tex=str))
    reader.read_content(title)
    return " ".join(reader.text().split())


def _elements_of(article: "_Element", references: bool) -> "list[_Element]":
    elements = [
        abstract
        for abstract in article.iterfind("front/article-meta/abstract")
        if abstract.get("abstract-type") not in SUMMARIES_LEFT_OUT
    ]
    elements += article.iterfind("body")
    for back in article.iterfind("back"):
        elements += [child for child in back if child.tag in APPENDICES]
        if references:
            elements += back.iterfind(".//ref-list")
    return elements


def _part_of(element: "_Element", name: str, part: Part | None) -> Part | None:
    if name == "xref" and element.get("ref-type") in ("bibr", "fn", "table-fn", "aff", "corresp"):
        text = "".join(map(str, element.itertext()))
        if element.get("ref-type") != "bibr":
            return "omit"
        is_number = NUMBERS.fullmatch(text.strip() or "1") and not YEAR.search(text)
        return "cite" if is_number else part
    if name == "label":
        parent = element.getparent()
        return LABELLED.get(str(parent.tag), part) if parent is not None else part
    if name == "disp-formula" and element.getparent() is not None and element.getparent().tag == "p":
        return "display"
    if name == "p" and len(element) == 2 and OWN_DOI.fullmatch("".join(map(str, element.itertext()))):
        return "out"
    return part


def _body_of_tex(tex: str) -> str:
    """Return a formula without the document that some publishers put around each."""
    match = _DOCUMENT.search(tex)
    return match[1] if match else tex
