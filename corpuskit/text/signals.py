"""The figures behind the quality rules, all from one splitting of the text.

A family's signals come one after the other, in the order of its rules, each computed when it is asked for: a chain
that stops at the first failing rule pays only for what it looked at. Ratios are 0 where their denominator is 0.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from corpuskit.text.repeats import repeated, word_runs
from corpuskit.text.vocabulary import (
    BULLET,
    C4_END,
    ELLIPSIS,
    FULL_STOP,
    LETTERS,
    PROPER,
    PUNCTUATION,
    TERMINAL,
    THREE_DOTS,
    Words,
    vocabulary,
)

__all__ = ["Edited", "Signals"]

Integers = npt.NDArray[Any]
Figures = Iterator[tuple[str, float]]

_CITATION = re.compile(r"\[\d*\]|\[edit\]|\[citation needed\]")
_POLICY = (
    "terms of use",
    "privacy policy",
    "cookie policy",
    "uses cookies",
    "use of cookies",
    "use cookies",
)
_C4_ENDS = (".", "?", "!", '"', "'")


class Edited(NamedTuple):
    """What C4's rules on lines leave, and what its rules on documents count."""

    text: str
    sentences: int
    lorem_ipsum_lines: int
    curly_bracket_lines: int


class Layout(NamedTuple):
    """How the chunks of a text lie in its lines; blank lines are left out."""

    lines: Integers
    """Numbers of the lines that are not blank."""
    counts: Integers
    """Chunks of each."""
    ends: Integers
    """Chunks up to the end of each."""


class Signals:
    """The signals of one text, by family and by the names that `rules.RULES` uses."""

    def __init__(self, text: str, settings: Mapping[str, float], unspaced: bool = False) -> None:
        """`settings` has every name of `rules.SETTINGS`; `unspaced`: the language writes no spaces."""
        self._text = text
        self._settings = settings
        self._vocabulary = vocabulary(unspaced)

    def family(self, name: str) -> Figures:
        """Names and values of one family's signals, in the order of its rules."""
        return _FAMILIES[name](self)

    def gopher(self) -> Figures:
        """Words that are not of symbols alone are counted; ratios are to all words."""
        text, words = self._text, self._words
        every = len(words.words)
        proper = words.marks & PROPER
        count = int(np.count_nonzero(proper))
        yield "gopher_words", count
        yield "gopher_mean_word_length", _ratio(int(words.lengths.dot(proper)) // PROPER, count)
        yield "gopher_hash_ratio", _ratio(text.count("#"), every)
        yield "gopher_ellipsis_ratio", _ratio(text.count("...") + text.count("…"), every)
        layout, lines = self._layout, len(self._lines)
        first = words.chunk_marks[layout.ends - layout.counts]
        yield "gopher_bullet_lines", _ratio(int(np.count_nonzero(first & BULLET)), lines)
        yield "gopher_ellipsis_lines", _ratio(int(np.count_nonzero(self._line_ends & ELLIPSIS)), lines)
        yield "gopher_alphabetic_words", _ratio(int(np.count_nonzero(words.marks & LETTERS)), every)
        yield "gopher_stop_words", words.stop_words

    def repetition(self) -> Figures:
        """Ratios of characters are to all characters of the text, white space too."""
        text = self._text
        yield "repetition_characters", len(text)
        for kind, parts in (("paragraph", _paragraphs(text)), ("line", _lines(text))):
            count, characters = repeated(parts)
            yield f"repetition_duplicate_{kind}s", count / len(parts)
            yield f"repetition_duplicate_{kind}_characters", _ratio(characters, len(text))
        words = self._words
        for name, characters in word_runs(words.words, words.lengths):
            yield name, _ratio(characters, len(text))

    def c4(self) -> Figures:
        """Lines are judged first; the sentences counted are those of the lines that are kept."""
        edited = self.edited
        yield "c4_lorem_ipsum_lines", edited.lorem_ipsum_lines
        yield "c4_curly_bracket_lines", edited.curly_bracket_lines
        yield "c4_sentences", edited.sentences

    def fineweb(self) -> Figures:
        """Lines are those that are not blank, ended by line feeds alone."""
        text = self._text
        lines = [line for line in text.split("\n") if line and not line.isspace()]
        yield "fineweb_lines", len(lines)
        yield "fineweb_terminal_lines", _ratio(sum([line[-1] in TERMINAL for line in lines]), len(lines))
        longest = self._settings["fineweb-short-line-length"]
        yield "fineweb_short_lines", _ratio(sum([len(line) <= longest for line in lines]), len(lines))
        breaks = text.count("\n")
        yield "fineweb_duplicate_line_characters", _ratio(repeated(lines)[1], len(text) - breaks)
        yield "fineweb_newlines_per_word", _ratio(breaks, len(self._words.words))

    @cached_property
    def edited(self) -> Edited:
        """The text after C4's rules on lines, with the counts that its rules on documents need."""
        lines, citing = self._without_citations()
        kept = self._prose_lines(lines, citing)
        lorem = curly = 0
        lowered = "\n".join([lines[place] for place in kept]).lower()
        if "{" in lowered or any(phrase in lowered for phrase in ("lorem ipsum", "javascript", *_POLICY)):
            kept, lorem, curly = self._without_notices(lines, kept)
        text = "\n".join([lines[place].strip() for place in kept]).strip()
        return Edited(text, self._sentences(kept, lines, citing), lorem, curly)

    @cached_property
    def _lines(self) -> list[str]:
        return self._text.splitlines()

    @cached_property
    def _content(self) -> tuple[Words, Integers]:
        """The words of the text, and how many chunks each line has."""
        known = self._vocabulary
        if "\0" in self._text:
            parts = [line.split() for line in self._lines]
            counts = np.fromiter(map(len, parts), np.int64, len(parts))
            return known.words(known.numbers(list(chain.from_iterable(parts)))), counts
        # A chunk of its own marks the line ends: one split is much faster than one a line.
        numbers = known.numbers(" \0 ".join(self._lines).split())
        ends = numbers == known["\0"]
        counts = np.empty(len(self._lines), np.int64)
        if len(counts):
            bounds = ends.nonzero()[0]
            counts[:-1] = bounds
            counts[-1] = len(numbers)
            counts[1:] -= bounds + 1
        return known.words(numbers[~ends]), counts

    @cached_property
    def _words(self) -> Words:
        return self._content[0]

    @cached_property
    def _layout(self) -> Layout:
        counts = self._content[1]
        lines = counts.nonzero()[0]
        counts = counts[lines]
        return Layout(lines, counts, counts.cumsum())

    @cached_property
    def _line_ends(self) -> Integers:
        """Marks of the last chunk of each line of the layout."""
        marks: Integers = self._words.chunk_marks[self._layout.ends - 1]
        return marks

    def _without_citations(self) -> tuple[list[str], list[int]]:
        """The lines as C4 goes on with them, and which of them lost citation marks."""
        if "[" not in self._text or not self._settings["c4-citations"] or not _CITATION.search(self._text):
            return self._lines, []
        lines, citing = list(self._lines), []
        for place, line in enumerate(lines):
            if "[" in line and _CITATION.search(line):
                lines[place] = _CITATION.sub("", line.strip())
                citing.append(place)
        return lines, citing

    def _prose_lines(self, lines: list[str], citing: list[int]) -> list[int]:
        """The lines that end, and are filled, as prose is."""
        settings, layout = self._settings, self._layout
        kept = layout.counts >= settings["c4-min-line-words"]
        if settings["c4-terminal-punctuation"]:
            ends = (self._line_ends & (C4_END | THREE_DOTS)) == C4_END
            for place in citing:
                line = lines[place]
                ends[layout.lines.searchsorted(place)] = line.endswith(_C4_ENDS) and not line.endswith("...")
            kept &= ends
        places: list[int] = layout.lines[kept].tolist()
        longest = settings["c4-max-word-length"]
        if self._words.longest_chunk > longest:
            return [place for place in places if max(map(len, self._lines[place].split())) <= longest]
        return places

    def _without_notices(self, lines: list[str], places: list[int]) -> tuple[list[int], int, int]:
        """Take out what speaks of javascript or policies; count filler and code where C4 looks for them."""
        kept, lorem, curly = [], 0, 0
        for place in places:
            line = lines[place].lower()
            lorem += "lorem ipsum" in line
            if self._settings["c4-javascript"] and "javascript" in line:
                continue
            curly += "{" in line
            if not self._settings["c4-policy"] or not any(phrase in line for phrase in _POLICY):
                kept.append(place)
        return kept, lorem, curly

    def _sentences(self, kept: list[int], lines: list[str], citing: list[int]) -> int:
        """Sentences of the kept lines: each line starts one, and so does a word after a full stop."""
        if not kept:
            return 0
        changed = set(kept).intersection(citing)
        whole = np.zeros(len(lines) + 1, bool)
        whole[[place for place in kept if place not in changed] if changed else kept] = True
        stops, starts = _sentence_breaks(self._words.marks)
        # Words up to the end of each line tell in which line a word stands.
        layout = self._layout
        words = self._words.per_chunk.cumsum()[layout.ends - 1]
        line = words.searchsorted(stops, "right")
        within = line == words.searchsorted(starts, "right")
        breaks = int(np.count_nonzero(whole[layout.lines[line]] & within))
        for place in changed:
            known = self._vocabulary
            marks = known.words(known.numbers(lines[place].split())).marks
            breaks += len(_sentence_breaks(marks)[0])
        return len(kept) + breaks


_FAMILIES = {
    "gopher": Signals.gopher,
    "gopher-repetition": Signals.repetition,
    "c4": Signals.c4,
    "fineweb": Signals.fineweb,
}


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _paragraphs(text: str) -> list[str]:
    """What blank lines part, without line feeds at its ends; at least one."""
    parts = [part.lstrip("\n") for part in text.strip().split("\n\n")]
    return [part for part in parts if part] or [""]


def _lines(text: str) -> list[str]:
    """The lines that are not empty, and an empty one for line feeds at the start or end of the text."""
    parts = [part for part in text.split("\n") if part]
    return parts + [""] * (text.startswith("\n") + text.endswith("\n")) or [""]


def _sentence_breaks(marks: Integers) -> tuple[Integers, Integers]:
    """Places of full stops that a word follows, marks between them left aside, and of those words."""
    told = ((marks & (FULL_STOP | PUNCTUATION)) != PUNCTUATION).nonzero()[0]
    stop = (marks[told] & FULL_STOP) != 0
    breaks = (stop[:-1] > stop[1:]).nonzero()[0]
    return told[breaks], told[breaks + 1]
