"""The visible source of a page, and what metadata is looked for in it.

Offsets are in code points. With the compiled core the source stays with it, in UTF-8, and only the parts that are asked
for become strings.
"""

import re
from collections.abc import Iterable
from functools import cached_property
from itertools import islice, starmap
from typing import Any

from corpuskit.text.html.compiled import compiled_core
from corpuskit.text.html.page_lines import (
    HEADING,
    Line,
    dated_lines_above,
    dated_lines_below,
    foreign_sections,
    named_texts,
)
from corpuskit.text.html.raw_markup import MAX_INNER, StartTag, any_name, is_marked, tags_with

__all__ = ["PageSource"]

_HEADING_END = re.compile("</[hH][1-6]")
_TIME = re.compile(rf"<{any_name(['time'])}(?=[\s>])")


class PageSource:
    """The source of a page without what no reader sees."""

    def __init__(self, text: str | None, compiled_page: Any = None) -> None:
        """Either `text` is the source, or the core has it as `compiled_page`."""
        self._text = text
        self._compiled_page = compiled_page

    @cached_property
    def text(self) -> str:
        """All of the source."""
        return self.part(0, self._all) if self._text is None else self._text

    _all = 2**62

    def part(self, start: int, end: int) -> str:
        """Return what lies between two offsets; one before the page is its start."""
        if self._text is None:
            part: str = compiled_core().part_of(self._compiled_page, start, end)
            return part
        return self._text[max(0, start) : max(0, end)]

    def marked_tags(
        self, words: tuple[str, ...], start: int = 0, end: int = _all, most: int = _all
    ) -> Iterable[StartTag]:
        """Return those of the first start tags between two offsets with one of the words that are marked with it.

        `most` is how many are looked at. Addresses and texts have such words, too.
        """
        if self._text is None:
            return starmap(StartTag, compiled_core().marked_tags(self._compiled_page, words, start, end, most))
        tags = islice(tags_with(self._text, words, max(0, start), end), most)
        return (tag for tag in tags if is_marked(tag, words))

    def heading_end(self, start: int, end: int) -> int:
        """Return where the text of the heading ends whose start tag has these offsets; `end` if nothing ends it."""
        if self._text is None:
            offset: int = compiled_core().heading_end(self._compiled_page, start, end)
            return offset
        is_element = HEADING.match(self._text, start) is not None
        close = _HEADING_END.search(self._text, end, end + MAX_INNER) if is_element else None
        return close.start() if close else end

    def inside_heading(self, end: int) -> str:
        """Return the source from the end of a heading's start tag to the end tag of any; empty if there is none."""
        if self._text is None:
            inner: str = compiled_core().inside_heading(self._compiled_page, end)
            return inner
        close = _HEADING_END.search(self._text, end)
        return self._text[end : close.start()] if close else ""

    def has_time(self, start: int, end: int) -> bool:
        """Whether a `time` element begins between two offsets."""
        if self._text is None:
            return bool(compiled_core().has_time(self._compiled_page, start, end))
        return _TIME.search(self._text, start, end) is not None

    def lines_below(self, start: int, end: int, most: int) -> list[Line]:
        """Return those of the first `most` lines from the end of a heading on that hold a digit or a `time`.

        They end at the second heading: one may be a subtitle, the next has its own dates.
        """
        if self._text is None:
            return [Line(*line) for line in compiled_core().lines_below(self._compiled_page, start, end, most)]
        return dated_lines_below(self._text[start:end], most)

    def lines_above(self, start: int, end: int, most: int) -> list[Line]:
        """Return those of the last `most` lines before a heading that hold a digit or a `time`, the last one first."""
        if self._text is None:
            return [Line(*line) for line in compiled_core().lines_above(self._compiled_page, start, end, most)]
        return dated_lines_above(self._text[max(0, start) : end], most)

    def named_texts(self, start: int, end: int) -> Iterable[str]:
        """Return the texts behind words that call a day that of publication or of a change, if they hold a digit."""
        if self._text is None:
            texts: list[str] | None = compiled_core().named_texts(self._compiled_page, start, end)
            return named_texts(self.part(start, end)) if texts is None else texts
        return named_texts(self._text[start:end])

    def foreign_sections(self) -> list[tuple[int, int]]:
        """Return where the sections about other pages start and end, whether or not they hold the heading."""
        if self._text is None:
            sections: list[tuple[int, int]] = compiled_core().foreign_sections(self._compiled_page)
            return sections
        return foreign_sections(self._text)
