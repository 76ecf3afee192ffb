"""Who and when the keys of citations in LaTeX stand for, by the labels that BibTeX writes for natbib.

Labels of natbib (https://ctan.org/pkg/natbib, section 4): `\\bibitem[Oak et~al.(2001)Oak, Elm, and Ash]{oak}`.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

MAX_ENTRIES = 20_000
_ITEM = re.compile(
    r"\\bibitem\s*+\[((?:[^\[\]{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]{0,200}\}|(?!)){0,200}+\}|(?!)){0,500}+\}|(?!)){1,2000}+)\]"
    r"\s*+(?:%\s*+)?\{([^{}]{1,200})\}"
)
_LABEL = re.compile(r"\s*([^()]{1,200}?)\s*\(\s*((?:1[5-9]|20)\d\d[a-z]?|n\.d\.|in press|to appear|forthcoming)\s*\)")
_BRACKETED = ("citep", "Citep", "parencite", "autocite", "footcite", "supercite", "fullcite", "shortcite")
_WITH_NAMES = ("citet", "Citet", "textcite", "citeN", "onlinecite")


class CitedWork(NamedTuple):
    """Whose work it is, and of when."""

    authors: str
    year: str


def sources_by_key(source: str, plain: Callable[[str], str]) -> dict[str, CitedWork]:
    """Return what the labels of a bibliography say of each key; `plain` turns LaTeX into text.

    Labels without authors and a year in brackets, as those of numbered references, say nothing.
    """
    sources: dict[str, CitedWork] = {}
    for number, match in enumerate(_ITEM.finditer(source)):
        if number == MAX_ENTRIES:
            break
        letter_marked = match[1].replace("\\natexlab", "")
        label = _LABEL.match(plain(letter_marked.replace("{", "").replace("}", "")))
        if label:
            sources[match[2].strip()] = CitedWork(" ".join(label[1].split()), label[2])
    return sources


def written_citation(command: str, sources: list[CitedWork], *, is_noun: bool) -> str:
    """Return a citation as natbib prints it; `is_noun` says whether the sentence uses it as a noun.

    >>> written_citation("cite", [CitedWork("Oak", "2001"), CitedWork("Elm", "2003")], is_noun=False)
    '(Oak, 2001; Elm, 2003)'
    >>> written_citation("citet", [CitedWork("Oak", "2001")], is_noun=True)
    'Oak (2001)'
    """
    if command == "citeauthor":
        return ", ".join(source.authors for source in sources)
    years = ", ".join(source.year for source in sources)
    if command in ("citeyear", "citeyearpar"):
        return years if command == "citeyear" else f"({years})"
    if command in _WITH_NAMES or (is_noun and command not in (*_BRACKETED, "citealt", "citealp")):
        return ", ".join(f"{source.authors} ({source.year})" for source in sources)
    words = "; ".join(f"{source.authors}, {source.year}" for source in sources)
    return words if command in ("citealt", "citealp") else f"({words})"
