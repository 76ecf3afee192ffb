"""What the signals of all families are computed from: tokens, words and lines of a batch of texts, and what is judged.

Each figure is computed when it is first needed, for all texts at once.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from corpuskit.text.quality.arrays import Booleans, Integers
from corpuskit.text.quality.c4_lines import ProseLines
from corpuskit.text.quality.comment_tails import comment_tails
from corpuskit.text.quality.languages import LanguageProfile, profile_of
from corpuskit.text.quality.layout import TextLayout, TextSpans
from corpuskit.text.quality.measured_lines import beside_prose, code_rows, fenced_rows, rows_of_prose
from corpuskit.text.quality.sentence_breaks import breaks_in_lines
from corpuskit.text.quality.sums import running_sums, sums_between
from corpuskit.text.quality.vocabulary import (
    ENDS_CLOSED,
    ENDS_PROSE,
    OPENS_BULLET,
    Words,
    vocabulary,
)

PREVAILING = 0.7
"""Share of a text's characters in prose from which what stands around it, such as comments, does not speak for it."""


class MeasuredTexts:
    """A batch of texts, split once."""

    def __init__(
        self,
        texts: Sequence[str],
        settings: Mapping[str, float],
        profile: LanguageProfile | Sequence[LanguageProfile] | None = None,
        like_peer: bool = False,
    ) -> None:
        """Take at least one text and at most `ngram_repeats.MAX_TEXTS`.

        `settings` has every name of `rules.SETTINGS`. The profile is that of all texts, or one for each, all of them
        with spaces between words or all without; English if none is given. With `like_peer`, words and lines are
        counted as datatrove does: marks are words of the Gopher rules, lines of white space are lines, and only ASCII
        marks close C4's lines.
        """
        self._texts = texts
        self._settings = settings
        profile = profile or profile_of("en")
        self._profiles = [profile] * len(texts) if isinstance(profile, LanguageProfile) else profile
        self._like_peer = like_peer
        self._vocabulary = vocabulary(self._profiles[0].unspaced, like_peer)
        self._layout = TextLayout(texts, like_peer)
        self._ignored = np.zeros(len(texts), bool)
        self._edits: dict[int, str] = {}
        self._tokens = self._vocabulary.look_up(self._layout)

    def ignore(self, rows: Sequence[int]) -> None:
        """Say that figures of these texts are not needed any more: what is costly is not computed for them."""
        self._ignored[rows] = True

    def _words_of(self, spans: TextSpans) -> Integers:
        """Return how many words each span has: what white space parts, or the words of a language without spaces."""
        return self._words_in(spans.starts, spans.ends) if self._vocabulary.unspaced else spans.token_counts

    def _words_in(self, starts: Integers, ends: Integers) -> Integers:
        """Return the number of words between two offsets each."""
        before = running_sums(self._tokens.word_counts)
        token_starts = self._layout.token_starts
        counts: Integers = before[token_starts.searchsorted(ends)] - before[token_starts.searchsorted(starts)]
        return counts

    def _prose_like_lines(self) -> Booleans:
        """Whether each line that is not blank ends as prose does, or has the end of a sentence within.

        Of prose that is wrapped at a width, few lines end with a sentence.
        """
        prose_like: Booleans = self._is_closed | (self._breaks > 0)
        return prose_like

    @cached_property
    def prose_lines(self) -> ProseLines:
        """What C4's rules on lines leave of the texts."""
        return ProseLines(
            self._texts,
            self._layout,
            self._tokens,
            self._breaks,
            self._settings,
            self._vocabulary,
            self._like_peer,
            self._code,
            self._ignored.copy(),
            self._comment_tails,
        )

    @cached_property
    def _code(self) -> Booleans:
        """Whether each line holds code or a formula: of several lines, or in fences."""
        if self._like_peer:
            return np.zeros(len(self._layout.lines.numbers), bool)
        if not self._settings["leave-out-code"]:
            return self._fenced
        return code_rows(self._layout, self._fenced, self._is_closed)

    @cached_property
    def _fenced(self) -> Booleans:
        return fenced_rows(self._layout)

    @cached_property
    def _left_out(self) -> Booleans:
        """Whether no rule judges a line: it is code, or a button below a comment."""
        if self._like_peer or not self._settings["leave-out-code"]:
            return self._comment_tails
        return beside_prose(self._layout, self._code, self._fenced) | self._comment_tails

    @cached_property
    def _comment_tails(self) -> Booleans:
        if self._like_peer or not self._settings["c4-min-line-words"]:
            return np.zeros(len(self._layout.lines.numbers), bool)
        return comment_tails(self._layout, self._is_closed)

    @cached_property
    def _is_closed(self) -> Booleans:
        """Whether each line that is not blank ends as prose does."""
        closed: Booleans = self._last_flags & (ENDS_CLOSED | ENDS_PROSE) != 0
        return closed

    @cached_property
    def _last_flags(self) -> Integers:
        """The flags of the last token of each line that is not blank."""
        return self._tokens.flags[self._layout.lines.last_tokens]

    @cached_property
    def _items(self) -> Booleans:
        """Whether each line that is not blank begins with the mark of a list's item."""
        first = self._layout.lines.first_tokens
        starts, ends = self._layout.row_starts, self._layout.token_ends[first]
        marks = np.zeros(256, bool)
        marks[[ord(mark) for mark in "-+*"]] = True
        has_mark = marks[self._layout.codes[starts]]
        items: Booleans = has_mark & (ends - starts == 1)
        items |= (self._tokens.flags[first] & OPENS_BULLET != 0) & ~has_mark
        return items

    @cached_property
    def _rows(self) -> Booleans:
        """Whether each line that is not blank is judged: to datatrove, all are."""
        return self._rows_without(np.ones(len(self._layout.lines.numbers), bool))

    def _rows_without(self, stays: Booleans) -> Booleans:
        """Return which lines are judged, of those that stay.

        Code and buttons are not; nor, in a text of sentences, are the labels, cells and names between them.
        """
        lines = self._layout.lines
        if self._like_peer:
            return stays
        measured = stays & ~self._left_out
        prose = self._prose
        if not stays.all():
            prose = rows_of_prose(self._layout, measured, self._prose_like_lines(), self._line_words)
        of_sentences = self._prevails(prose, measured, self._settings["prose-share"])[lines.text_indices]
        rows: Booleans = np.where(of_sentences, prose, measured)
        return rows

    def _prevails(self, rows: Booleans, measured: Booleans, least: float) -> Booleans:
        """Return for each text whether some of its lines have a share of the characters of those that are measured."""
        sizes = self._layout.row_sizes
        whole, part = (self._layout.sums_of_texts(sizes * some) for some in (measured, rows))
        prevails: Booleans = part >= least * np.maximum(whole, 1)
        return prevails

    def _prose_prevails_without(self, rows: Booleans) -> Booleans:
        """Return for each text whether it is nearly all prose, without some of its lines."""
        return self._prevails(self._prose & ~rows, ~self._left_out, PREVAILING)

    @cached_property
    def _prose(self) -> Booleans:
        """Whether each line that is not blank is a line of prose and no code that is left out."""
        return rows_of_prose(self._layout, ~self._left_out, self._prose_like_lines(), self._line_words)

    @cached_property
    def _measures_all(self) -> bool:
        return bool(self._rows.all())

    @cached_property
    def _measured_tokens(self) -> Booleans:
        return self._rows.repeat(self._layout.lines.token_counts)

    @cached_property
    def _line_words(self) -> Integers:
        """The number of words in each line, as `_words_of` counts them."""
        lines = self._layout.lines
        return self._words_of_rows if self._vocabulary.unspaced else lines.token_counts

    @cached_property
    def _words_of_rows(self) -> Integers:
        """The number of words in each line: those that `words` cuts."""
        return self._layout.sums_of_rows(self._tokens.word_counts)

    def _measured_marks(self, offsets: Integers) -> Integers:
        """Return how many marks each text has in lines that are judged, of those at these offsets of the batch."""
        rows = self._layout.row_ends.searchsorted(offsets, "right")
        if not self._measures_all:
            rows = rows[self._rows[rows]]
        counts: Integers = np.bincount(self._layout.lines.text_indices[rows], minlength=len(self._texts))
        return counts

    def _measured_text(self, index: int) -> str:
        """Return the lines of a text that are judged; the text itself if all are."""
        layout = self._layout
        first, end = layout.row_bounds[index : index + 2].tolist()
        measured = self._rows[first:end]
        if measured.all():
            return self._texts[index]
        rows = measured.nonzero()[0] + first
        spans = zip(layout.row_starts[rows].tolist(), layout.row_ends[rows].tolist(), strict=True)
        return b"\n".join([layout.data[start:end] for start, end in spans]).decode("utf-8", "surrogatepass")

    def _needed_texts(self) -> list[str]:
        """Return the texts, empty where their figures are not needed."""
        return ["" if ignored else text for text, ignored in zip(self._texts, self._ignored.tolist(), strict=True)]

    def _measured_spans(self, kind: str) -> Booleans:
        """Return which lines, or paragraphs, are judged: a paragraph is if one of its lines is."""
        if kind == "line":
            return self._rows
        return self._layout.sums_of_paragraphs(self._rows) > 0

    @cached_property
    def _words(self) -> Words:
        return self._tokens.words()

    @cached_property
    def _breaks(self) -> Integers:
        return breaks_in_lines(self._layout, self._tokens, self._like_peer)

    @cached_property
    def _word_counts(self) -> Integers:
        return np.diff(self._word_bounds)

    @cached_property
    def _word_bounds(self) -> Integers:
        """Number of words before each text, and in all."""
        return running_sums(self._tokens.word_counts)[self._layout.token_bounds]

    @cached_property
    def _characters(self) -> Integers:
        return np.fromiter(map(len, self._texts), np.int64, len(self._texts))

    def _sum_by_text(self, values: Integers) -> Integers:
        """Return the sum of the values of each text's tokens."""
        return sums_between(values, self._layout.token_bounds)

    def _measured_sum_by_text(self, values: Integers) -> Integers:
        """Return the sum of the values of each text's tokens, without those in lines that are not judged."""
        if self._measures_all:
            return self._sum_by_text(values)
        return self._layout.sums_of_texts(self._layout.sums_of_rows(values) * self._rows)

    def _bounds_of(self, spans: TextSpans) -> Integers:
        """Return the number of spans before each text, and in all."""
        return spans.text_indices.searchsorted(np.arange(len(self._texts) + 1))

    def _covered_characters(
        self, starts: Integers, ends: Integers, text_indices: Integers, chosen: Booleans
    ) -> Integers:
        """Return for each text the characters that the chosen spans cover."""
        layout = self._layout
        sizes = layout.characters_before(ends[chosen]) - layout.characters_before(starts[chosen])
        return np.bincount(text_indices[chosen], sizes, len(self._texts)).astype(np.int64)
