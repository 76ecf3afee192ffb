"""The figures behind the quality rules, all from one splitting of the texts.

Texts are measured in batches: what a signal needs is computed for all of them in a few array passes. A family's signals
come one after the other, in the order of its rules, each computed when it is asked for. Ratios are 0 where their
denominator is 0.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from corpuskit.text.quality.c4_lines import ProseLines
from corpuskit.text.quality.layout import Chunks
from corpuskit.text.quality.ngram_repeats import word_runs
from corpuskit.text.quality.vocabulary import BULLET, ELLIPSIS, STOP_BITS, TERMINAL_END, Words, vocabulary

__all__ = ["Signals"]

Integers = npt.NDArray[Any]
Figures = Iterator[tuple[str, Integers]]


class Signals:
    """The signals of a batch of texts, by family and by the names that `rules.RULES` uses.

    Figures are arrays with one value a text, counts of integers and ratios of floats.
    """

    def __init__(self, texts: Sequence[str], settings: Mapping[str, float], unspaced: bool = False) -> None:
        """`settings` has every name of `rules.SETTINGS`; `unspaced`: the language writes no spaces.

        There are at least one text and at most `repeats.MOST_TEXTS`.
        """
        self._texts = texts
        self._settings = settings
        self._vocabulary = vocabulary(unspaced)
        self._chunks = Chunks(texts)
        self._known = self._vocabulary.known(self._vocabulary.numbers(self._chunks))

    def family(self, name: str) -> Figures:
        """Names and values of one family's signals, in the order of its rules."""
        return _FAMILIES[name](self)

    def gopher(self) -> Figures:
        """Words that are not of symbols alone are counted; ratios are to all words."""
        texts, known, every = self._texts, self._known, self._word_counts
        proper = self._total(known.proper)
        yield "gopher_words", proper >> 32
        yield "gopher_mean_word_length", _ratio(proper & 0xFFFFFFFF, proper >> 32)
        yield "gopher_hash_ratio", _ratio(_counts(texts, "#"), every)
        yield "gopher_ellipsis_ratio", _ratio(_counts(texts, "...") + _counts(texts, "…"), every)
        lines, count = self._chunks.lines, self._chunks.line_counts
        for name, mark, place in (("bullet", BULLET, lines.first), ("ellipsis", ELLIPSIS, lines.last)):
            marked = (known.marks[place] & mark) != 0
            yield f"gopher_{name}_lines", _ratio(self._count(lines.text[marked]), count)
        yield "gopher_alphabetic_words", _ratio(self._total(known.letters), every)
        yield "gopher_stop_words", self._stop_words()

    def repetition(self) -> Figures:
        """Ratios of characters are to all characters of the text, white space too."""
        characters = self._characters
        yield "repetition_characters", characters
        paragraphs, lines = self._chunks.paragraphs, self._chunks.fed_lines
        # Line feeds at both ends of a text stand for two empty lines, of which one repeats.
        opened, closed = (np.array([edge(text, "\n") for text in self._texts]) for edge in _EDGES)
        for kind, parts, more in (("paragraph", paragraphs, None), ("line", lines, (opened, closed))):
            again, text = parts.again, parts.text
            empty, repeated = (opened.astype(int) + closed, opened & closed) if more else (0, 0)
            count = np.maximum(self._count(text) + empty, 1)
            yield f"repetition_duplicate_{kind}s", _ratio(self._count(text[again]) + repeated, count)
            covered = self._covered(parts.starts[again], parts.ends[again], text[again])
            yield f"repetition_duplicate_{kind}_characters", _ratio(covered, characters)
        for name, covered in word_runs(self._words.words, self._words.lengths, self._word_bounds):
            yield name, _ratio(covered, characters)

    def c4(self) -> Figures:
        """Lines are judged first; the sentences counted are those of the lines that are kept."""
        prose = self.prose_lines
        yield "c4_lorem_ipsum_lines", prose.lorem_ipsum_lines
        yield "c4_curly_bracket_lines", prose.curly_bracket_lines
        yield "c4_sentences", prose.sentences

    def fineweb(self) -> Figures:
        """Lines are those that are not blank, ended by line feeds alone."""
        chunks, parts = self._chunks, self._chunks.fed_lines
        filled = parts.chunks > 0
        starts, ends, text, again = parts.starts[filled], parts.ends[filled], parts.text[filled], parts.again[filled]
        count = self._count(text)
        yield "fineweb_lines", count
        last = chunks.ends.searchsorted(ends, "right") - 1
        terminal = (self._known.marks[last] & TERMINAL_END != 0) & (chunks.ends[last] == ends)
        yield "fineweb_terminal_lines", _ratio(self._count(text[terminal]), count)
        sizes = chunks.characters(ends) - chunks.characters(starts)
        short = sizes <= self._settings["fineweb-short-line-length"]
        yield "fineweb_short_lines", _ratio(self._count(text[short]), count)
        breaks = _counts(self._texts, "\n")
        covered = self._covered(starts[again], ends[again], text[again])
        yield "fineweb_duplicate_line_characters", _ratio(covered, self._characters - breaks)
        yield "fineweb_newlines_per_word", _ratio(breaks, self._word_counts)

    @cached_property
    def prose_lines(self) -> ProseLines:
        """C4's rules on lines, applied."""
        return ProseLines(self._texts, self._chunks, self._known, self._words, self._settings, self._vocabulary)

    @cached_property
    def _words(self) -> Words:
        return self._known.words()

    @cached_property
    def _word_counts(self) -> Integers:
        return np.diff(self._word_bounds)

    @cached_property
    def _word_bounds(self) -> Integers:
        """Words before each text, and of all."""
        return _before(self._known.counts)[self._chunks.bounds]

    @cached_property
    def _characters(self) -> Integers:
        return np.fromiter(map(len, self._texts), np.int64, len(self._texts))

    def _total(self, values: Integers) -> Integers:
        """Sums over the chunks of each text."""
        return np.diff(_before(values)[self._chunks.bounds])

    def _count(self, text: Integers) -> Integers:
        """How often each text's number occurs."""
        return np.bincount(text, minlength=len(self._texts))

    def _covered(self, starts: Integers, ends: Integers, text: Integers) -> Integers:
        """Characters of stretches, summed up for each text."""
        sizes = self._chunks.characters(ends) - self._chunks.characters(starts)
        return np.bincount(text, sizes, len(self._texts)).astype(np.int64)

    def _stop_words(self) -> Integers:
        """How many different stop words occur."""
        marks, bounds = self._known.marks, self._chunks.bounds
        found = np.zeros(len(self._texts), np.int64)
        filled = (bounds[1:] > bounds[:-1]).nonzero()[0]
        if len(filled):
            met = np.bitwise_or.reduceat(marks, bounds[filled])
            found[filled] = np.bitwise_count(met >> STOP_BITS & 0xFF)
        return found


_FAMILIES = {
    "gopher": Signals.gopher,
    "gopher-repetition": Signals.repetition,
    "c4": Signals.c4,
    "fineweb": Signals.fineweb,
}
_EDGES = (str.startswith, str.endswith)


def _ratio(part: Integers, whole: Integers) -> Integers:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole != 0)


def _counts(texts: Sequence[str], mark: str) -> Integers:
    return np.array([text.count(mark) for text in texts], np.int64)


def _before(values: Integers) -> Integers:
    """Sums of all values before each, and of all."""
    sums = np.zeros(len(values) + 1, np.int64)
    values.cumsum(out=sums[1:])
    return sums
