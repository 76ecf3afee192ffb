"""The figures behind the quality rules, all from one splitting of the texts.

Texts are measured in batches: what a signal needs is computed for all of them in a few array passes. The signals of a
family come one after the other, in the order of its rules, and each is computed when it is requested. Ratios are 0
where their denominator is 0.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np

from corpuskit.text.quality.arrays import Booleans, Integers, Numbers
from corpuskit.text.quality.c4_lines import ProseLines
from corpuskit.text.quality.layout import TextLayout
from corpuskit.text.quality.ngram_repeats import repeated_ngram_characters
from corpuskit.text.quality.vocabulary import (
    ENDS_ELLIPSIS,
    ENDS_TERMINAL,
    OPENS_BULLET,
    STOP_WORD_SHIFT,
    Words,
    vocabulary,
)

__all__ = ["TextSignals"]

Figures = Iterator[tuple[str, Numbers]]


class TextSignals:
    """The signals of a batch of texts, by family and by the names that `rules.RULES` uses.

    Figures are arrays with one value per text; counts are integers, ratios are floats.
    """

    def __init__(self, texts: Sequence[str], settings: Mapping[str, float], unspaced: bool = False) -> None:
        """Take at least one text and at most `ngram_repeats.MAX_TEXTS`.

        `settings` has every name of `rules.SETTINGS`; `unspaced` says that the language writes no spaces.
        """
        self._texts = texts
        self._settings = settings
        self._vocabulary = vocabulary(unspaced)
        self._layout = TextLayout(texts)
        self._tokens = self._vocabulary.look_up(self._layout)

    def family(self, name: str) -> Figures:
        """Yield the names and figures of one family's signals, in the order of its rules."""
        return _FAMILIES[name](self)

    def gopher(self) -> Figures:
        """Yield Gopher's signals. Words of symbols alone are not counted, but ratios are relative to all words."""
        texts, tokens, all_words = self._texts, self._tokens, self._word_counts
        proper = self._sum_by_text(tokens.proper)
        yield "gopher_words", proper >> 32
        yield "gopher_mean_word_length", _ratio(proper & 0xFFFFFFFF, proper >> 32)
        yield "gopher_hash_ratio", _ratio(_occurrences(texts, "#"), all_words)
        yield "gopher_ellipsis_ratio", _ratio(_occurrences(texts, "...") + _occurrences(texts, "…"), all_words)
        lines, line_counts = self._layout.lines, self._layout.line_counts
        for name, flag, edge_tokens in (
            ("bullet", OPENS_BULLET, lines.first_tokens),
            ("ellipsis", ENDS_ELLIPSIS, lines.last_tokens),
        ):
            flagged = (tokens.flags[edge_tokens] & flag) != 0
            yield f"gopher_{name}_lines", _ratio(self._count_by_text(lines.text_indices[flagged]), line_counts)
        yield "gopher_alphabetic_words", _ratio(self._sum_by_text(tokens.letters), all_words)
        yield "gopher_stop_words", self._distinct_stop_words()

    def repetition(self) -> Figures:
        """Yield Gopher's signals of repetition. Their ratios are to all characters, white space included."""
        characters = self._characters
        yield "repetition_characters", characters
        paragraphs, lines = self._layout.paragraphs, self._layout.lf_lines
        # A line feed at either end of a text makes an empty line there; if both do, one of the two is a repeat.
        at_start, at_end = (np.array([edge(text, "\n") for text in self._texts]) for edge in _EDGES)
        for kind, spans, edges in (("paragraph", paragraphs, None), ("line", lines, (at_start, at_end))):
            is_repeat, text_indices = spans.is_repeat, spans.text_indices
            empty, repeated = (at_start.astype(int) + at_end, at_start & at_end) if edges else (0, 0)
            count = np.maximum(self._count_by_text(text_indices) + empty, 1)
            repeats = self._count_by_text(text_indices[is_repeat]) + repeated
            yield f"repetition_duplicate_{kind}s", _ratio(repeats, count)
            covered = self._covered_characters(spans.starts, spans.ends, text_indices, is_repeat)
            yield f"repetition_duplicate_{kind}_characters", _ratio(covered, characters)
        words = self._words
        for name, covered in repeated_ngram_characters(words.words, words.lengths, self._word_bounds):
            yield name, _ratio(covered, characters)

    def c4(self) -> Figures:
        """Yield C4's signals. Its rules on lines come first; sentences are counted in the lines that stay."""
        prose = self.prose_lines
        yield "c4_lorem_ipsum_lines", prose.lorem_ipsum_lines
        yield "c4_curly_bracket_lines", prose.curly_bracket_lines
        yield "c4_sentences", prose.sentences

    def fineweb(self) -> Figures:
        """Yield FineWeb's signals. Lines are split at line feeds only, and blank ones do not count."""
        layout, lines = self._layout, self._layout.lf_lines
        filled = lines.token_counts > 0
        starts, ends, text_indices = lines.starts[filled], lines.ends[filled], lines.text_indices[filled]
        count = self._count_by_text(text_indices)
        yield "fineweb_lines", count
        last = layout.token_ends.searchsorted(ends, "right") - 1
        terminal = (self._tokens.flags[last] & ENDS_TERMINAL != 0) & (layout.token_ends[last] == ends)
        yield "fineweb_terminal_lines", _ratio(self._count_by_text(text_indices[terminal]), count)
        sizes = layout.characters_before(ends) - layout.characters_before(starts)
        short = sizes <= self._settings["fineweb-short-line-length"]
        yield "fineweb_short_lines", _ratio(self._count_by_text(text_indices[short]), count)
        line_feeds = _occurrences(self._texts, "\n")
        covered = self._covered_characters(starts, ends, text_indices, lines.is_repeat[filled])
        yield "fineweb_duplicate_line_characters", _ratio(covered, self._characters - line_feeds)
        yield "fineweb_newlines_per_word", _ratio(line_feeds, self._word_counts)

    @cached_property
    def prose_lines(self) -> ProseLines:
        """What C4's rules on lines leave of the texts."""
        return ProseLines(self._texts, self._layout, self._tokens, self._words, self._settings, self._vocabulary)

    @cached_property
    def _words(self) -> Words:
        return self._tokens.words()

    @cached_property
    def _word_counts(self) -> Integers:
        return np.diff(self._word_bounds)

    @cached_property
    def _word_bounds(self) -> Integers:
        """Number of words before each text, and in all."""
        return _running_sums(self._tokens.word_counts)[self._layout.token_bounds]

    @cached_property
    def _characters(self) -> Integers:
        return np.fromiter(map(len, self._texts), np.int64, len(self._texts))

    def _sum_by_text(self, values: Integers) -> Integers:
        """Return the sum of the values of each text's tokens."""
        # values            [5 1 2]     of three tokens; texts have 2, 0 and 1 of them
        # _running_sums     [0 5 6 8]
        # token_bounds      [0 2 2 3]
        # sums at those     [0 6 6 8]
        # differences       [6 0 2]
        return np.diff(_running_sums(values)[self._layout.token_bounds])

    def _count_by_text(self, text_indices: Integers) -> Integers:
        """Return how often each text occurs in an array of their indices."""
        return np.bincount(text_indices, minlength=len(self._texts))

    def _covered_characters(
        self, starts: Integers, ends: Integers, text_indices: Integers, chosen: Booleans
    ) -> Integers:
        """Return for each text the characters that the chosen spans cover."""
        layout = self._layout
        sizes = layout.characters_before(ends[chosen]) - layout.characters_before(starts[chosen])
        return np.bincount(text_indices[chosen], sizes, len(self._texts)).astype(np.int64)

    def _distinct_stop_words(self) -> Integers:
        """Return how many different stop words occur in each text."""
        # Flags of two tokens of one text, as the bits from STOP_WORD_SHIFT on:   ..001  ..101
        # their `or` has each stop word once                                      ..101: two stop words
        flags, bounds = self._tokens.flags, self._layout.token_bounds
        counts = np.zeros(len(self._texts), np.int64)
        filled = (bounds[1:] > bounds[:-1]).nonzero()[0]
        if len(filled):
            united = np.bitwise_or.reduceat(flags, bounds[filled])
            counts[filled] = np.bitwise_count(united >> STOP_WORD_SHIFT & 0xFF)
        return counts


_FAMILIES = {
    "gopher": TextSignals.gopher,
    "gopher-repetition": TextSignals.repetition,
    "c4": TextSignals.c4,
    "fineweb": TextSignals.fineweb,
}
_EDGES = (str.startswith, str.endswith)


def _ratio(part: Integers, whole: Integers) -> Numbers:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole != 0)


def _occurrences(texts: Sequence[str], mark: str) -> Integers:
    return np.array([text.count(mark) for text in texts], np.int64)


def _running_sums(values: Integers) -> Integers:
    """Return the sums of the values before each value, and of all."""
    sums = np.zeros(len(values) + 1, np.int64)
    values.cumsum(out=sums[1:])
    return sums
