"""The text of a paper in LaTeX: its title, and its body as `latex_reader` reads it.

It never runs TeX. Unknown commands go and their arguments stay, which is right for most that only change how text
looks.
"""

import re
from typing import NamedTuple

from corpuskit.text.publications.bibliography import sources_by_key
from corpuskit.text.publications.latex_macros import expand_macros
from corpuskit.text.publications.latex_reader import LatexReader

_VERB = re.compile(r"\\(?:verb|lstinline)\*?([^\sA-Za-z*{\[])([^\n]{0,500}?)\1")
_SPECIAL = re.compile(r"[\\{}$&%#_~^]")
_DOCUMENT_END = re.compile(r"\\end\s*\{document\}")
_DOCUMENT_START = re.compile(r"\\begin\s*\{document\}")
_TITLE = re.compile(r"\\title\s*(?:\[[^\[\]]*\])?\s*\{")


class LatexPaper(NamedTuple):
    """A paper's title, which may be empty, and its text, which begins with it."""

    title: str
    text: str


def read_latex(source: str, *, bibliography: str = "", captions: bool = False) -> LatexPaper:
    """Return the text of a paper from its whole source, without comments.

    Kept are headings, paragraphs, lists, tables (a tab between cells), code, and formulas between `\\(` and `\\)`, or
    `\\[` and `\\]` if they stand apart. Left out are the preamble, figures (`captions` keeps what is under them),
    footnotes, references to other parts, and the bibliography. A citation is written as natbib does, if the paper's own
    list or the `bibliography` that BibTeX made has a label with authors and year; else it is left out, or is
    "[citation]" where it is a noun of its sentence. Raises Reject: `macro-expansion`,
    `document-too-large`.
    """
    sources = sources_by_key(f"{source}\n{bibliography}", _plain)
    source = expand_macros(_VERB.sub(lambda match: _SPECIAL.sub(_escaped, match[2]), source))
    start = _DOCUMENT_START.search(source)
    preamble, body = (source[: start.start()], source[start.end() :]) if start else ("", source)
    end = _DOCUMENT_END.search(body)
    body = body[: end.start()] if end else body
    title_command = _TITLE.search(preamble)
    title = ""
    if title_command:
        title = " ".join(
            LatexReader("\\title" + preamble[title_command.end() - 1 :], captions, sources).first_argument().split()
        )
    reader = LatexReader(body, captions, sources)
    text = reader.text()
    title = title or reader.title
    return LatexPaper(title, f"{title}\n\n{text}".strip() if title else text)


def _plain(source: str) -> str:
    return " ".join(LatexReader(source, captions=False, sources={}).text().split())


def _escaped(match: "re.Match[str]") -> str:
    """Return a sign of code as LaTeX that prints it."""
    names = {"\\": "textbackslash", "~": "textasciitilde", "^": "textasciicircum"}
    return f"\\{names[match[0]]}{{}}" if match[0] in names else f"\\{match[0]}"
