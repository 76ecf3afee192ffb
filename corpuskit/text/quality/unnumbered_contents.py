"""The contents of a whole manual below one of its chapters, where no section has a number.

A long run of titles may be anything: an index, a table, verse, references. It is the contents of the whole if it names
sections of the chapter above, one after the other, among many more that are elsewhere. What names only what stands
above is a part of the page, and so is what the chapter says nothing of.
"""

from itertools import pairwise

from corpuskit.text.quality.contents_lists import ENDS_NO_TITLE, is_chapter

__all__ = ["without_titles"]

LEAST_CHARACTERS = 4000
"""Characters of a text with such a list."""
FOOT, LEAST_IN_FOOT = 2000, 35
"""Last characters of a text, and the line feeds in them, if it ends in titles."""
LEAST_TITLES = 80
LEAST_DIFFERENT = 0.5
"""Share of different titles: a section may be of two chapters. Cells of a table come again more often."""
SHORTEST_TITLE = 6
"""Characters of a title that is looked for in the chapter."""
LONGEST_TITLE, MOST_WORDS = 120, 16
LEAST_SECTIONS = 4
"""Titles in turn that are those of sections of the chapter, in the same order."""
LINES_OF_SECTION = 3
"""Lines of such a section, its title among them, on average."""
MOST_OF_CHAPTER = 0.5
"""Share of the list that the chapter may have: the rest is elsewhere."""


def without_titles(text: str) -> str:
    """Return a text without the titles that end it, if they are those of the whole manual; else the text itself.

    >>> knots = [f"Knot {name}" for name in ("one", "two", "six", "ten")]
    >>> chapter = "\\n".join([f"{knot}\\nIt is long.\\nUse it in fair weather." for knot in knots] + ["Wind. " * 500])
    >>> titles = [f"Sails of kind {number}" for number in range(90)]
    >>> without_titles("\\n".join([chapter, *titles, *knots, *titles[:5]])) == chapter.rstrip()
    True
    >>> without_titles("\\n".join([chapter, *titles])).endswith("Sails of kind 89")
    True
    """
    if (
        len(text) < LEAST_CHARACTERS
        or text.endswith(ENDS_NO_TITLE)
        or text.count("\n", len(text) - FOOT) < LEAST_IN_FOOT
    ):
        return text
    if not all(map(_may_be_title, text[-FOOT:].splitlines()[1:])):
        return text
    lines = text.splitlines()
    first = len(lines)
    while first and _may_be_title(lines[first - 1].strip()):
        first -= 1
    titles = [line.strip() for line in lines[first:] if line.strip()]
    if len(titles) < LEAST_TITLES or len(set(titles)) < LEAST_DIFFERENT * len(titles):
        return text
    chapter = lines[:first]
    return "\n".join(chapter).rstrip() if _names_sections(titles, chapter) and is_chapter(chapter) else text


def _may_be_title(line: str) -> bool:
    return len(line) <= LONGEST_TITLE and not line.endswith(ENDS_NO_TITLE) and line.count(" ") < MOST_WORDS


def _names_sections(titles: list[str], chapter: list[str]) -> bool:
    """Whether some of the titles are those of sections of the chapter, in turn, and most are not."""
    lines = {line.strip(): index for index, line in enumerate(chapter) if len(line) >= SHORTEST_TITLE}
    indices = [lines.get(title, -1) for title in titles]
    if sum(index >= 0 for index in indices) > MOST_OF_CHAPTER * len(titles):
        return False
    start = 0
    for end, (before, after) in enumerate(pairwise([*indices, -1]), 1):
        if 0 <= before < after:
            continue
        sections = end - start
        if sections >= LEAST_SECTIONS and indices[end - 1] - indices[start] >= LINES_OF_SECTION * (sections - 1):
            return True
        start = end
    return False
