"""The figures behind the quality rules, all from one splitting of the texts.

Texts are measured in batches: what a signal needs is computed for all of them in a few array passes. The signals of a
family come one after the other, in the order of its rules, and each is computed when it is requested. Ratios are 0
where their denominator is 0.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from corpuskit.text.quality.arrays import Booleans, Integers, Numbers
from corpuskit.text.quality.c4_lines import ProseLines
from corpuskit.text.quality.compiled import compiled_core
from corpuskit.text.quality.languages import ENGLISH_STOP_WORDS, LanguageProfile
from corpuskit.text.quality.layout import TextSpans
from corpuskit.text.quality.line_kinds import ordinary_hashes
from corpuskit.text.quality.listings import contents_characters, price_lines
from corpuskit.text.quality.marks import offsets_of_ellipses, offsets_of_hashes
from corpuskit.text.quality.measured_lines import rows_of_prose
from corpuskit.text.quality.measured_texts import MeasuredTexts
from corpuskit.text.quality.ngram_repeats import repeated_ngram_characters
from corpuskit.text.quality.page_kinds import PageHeads
from corpuskit.text.quality.sums import occurrences, ratio, running_sums, sums_between, united_flags
from corpuskit.text.quality.vocabulary import (
    ENDS_ELLIPSIS,
    ENDS_TERMINAL,
    OPENS_BULLET,
    PROPER,
    STOP_WORD_SHIFT,
    UNMEASURED,
    stop_word_bits,
)

__all__ = ["TextSignals"]

WORDS_OF_SENTENCE = 25
"""Words of prose that count as a sentence where fewer end: aphorisms and abstracts have a single one, which is long."""
WORDS_OF_VERSE = 3
"""Words of a line from which one that ends in a comma is no short one, such as a link."""
LEAST_REPEATED_WORDS = 3
"""Words of a line or paragraph that counts if it comes again."""
MOST_WIDGET_WORDS = 12
"""Words of a line beside prose that does not count among those that come again, though its characters do."""
MANY_AROUND = 0.2
"""Share of lines that come again, or of teasers, above which it is asked whether they stand around prose."""
TEASER_WORDS, TEASER_BREAKS = 6, 2
"""Words from which a line that ends in an ellipsis is a text that was cut, and breaks between sentences up to which."""
MOST_BYTES = 4
"""Bytes of a character in UTF-8."""

Figures = Iterator[tuple[str, Numbers]]


class TextSignals(MeasuredTexts):
    """The signals of a batch of texts, by family and by the names that `rules.RULES` uses.

    Figures are arrays with one value per text; counts are integers, ratios are floats.
    """

    def family(self, name: str) -> Figures:
        """Yield the names and figures of one family's signals, in the order of its rules."""
        return _FAMILIES[name](self)

    def gopher(self) -> Figures:
        """Yield Gopher's signals. Marks are no words; to datatrove, they are words in the denominators of ratios."""
        tokens = self._tokens
        yield "gopher_words", self._sum_by_text(tokens.proper) >> 32
        proper = self._measured_sum_by_text(tokens.proper)
        all_words = self._word_counts if self._like_peer else proper >> 32
        yield "gopher_mean_word_length", ratio(*self._word_lengths(proper))
        yield "gopher_hash_ratio", ratio(self._hashes(), all_words)
        ellipses = offsets_of_ellipses(self._layout.data, self._layout.codes)
        yield "gopher_ellipsis_ratio", ratio(self._measured_marks(ellipses), all_words)
        yield from self._edges_of_lines()
        yield "gopher_alphabetic_words", ratio(self._measured_sum_by_text(tokens.letters), all_words)
        yield "gopher_stop_words", self._distinct_stop_words()

    def _edges_of_lines(self) -> Figures:
        """Yield the shares of lines that are items of lists, and that end in an ellipsis, as teasers do.

        A list of sentences is prose, and an ellipsis after a few words or several sentences is no cut: it is a heading,
        or ends a paragraph. To datatrove, each of them counts.
        """
        lines, flags = self._layout.lines, self._tokens.flags
        rows = ~self._left_out
        sums_of_texts = self._layout.sums_of_texts
        counts = self._layout.line_counts if self._like_peer else sums_of_texts(rows)
        items = rows & (flags[lines.first_tokens] & OPENS_BULLET != 0)
        ellipses = rows & (self._last_flags & ENDS_ELLIPSIS != 0)
        if not self._like_peer:
            items &= ~self._is_closed
            ellipses &= (self._line_words >= TEASER_WORDS) & (self._breaks < TEASER_BREAKS)
            many = ratio(sums_of_texts(ellipses), counts) > MANY_AROUND
            if many.any():
                # A few teasers of other pages stand below many an article.
                ellipses &= ~(many & self._prose_prevails_without(ellipses))[lines.text_indices]
        yield "gopher_bullet_lines", ratio(sums_of_texts(items), counts)
        yield "gopher_ellipsis_lines", ratio(sums_of_texts(ellipses), counts)

    def _hashes(self) -> Integers:
        """Return the hash signs of each text; those of Markdown's headings and of `#12` count to datatrove alone."""
        hashes = self._measured_marks(offsets_of_hashes(self._layout.data, self._layout.codes))
        if not self._like_peer:
            for index in ((hashes > 0) & ~self._ignored).nonzero()[0].tolist():
                hashes[index] -= ordinary_hashes(self._measured_text(index))
        return hashes

    def _word_lengths(self, proper: Integers) -> tuple[Integers, Integers]:
        """Return the characters and the number of each text's words; to datatrove, addresses are words, too."""
        unmeasured = self._tokens.flags & UNMEASURED != 0
        if not self._like_peer and unmeasured.any():
            measured = proper - self._measured_sum_by_text(np.where(unmeasured, self._tokens.proper, 0))
            proper = np.where(measured > 0, measured, proper)
        return proper & 0xFFFFFFFF, proper >> 32

    def repetition(self) -> Figures:
        """Yield Gopher's signals of repetition. Their ratios are to all characters, white space included."""
        characters = self._characters
        yield "repetition_characters", characters
        for kind, spans, empty, repeated in self._repeatable_spans():
            is_repeat, text_indices, bounds = spans.is_repeat, spans.text_indices, self._bounds_of(spans)
            if not self._like_peer:
                # Names of speakers, `Reply` and closing brackets come again in good texts.
                measured = self._measured_spans(kind)
                is_repeat = is_repeat & (self._words_of(spans) >= LEAST_REPEATED_WORDS) & measured
                # Plans and timetables have the same items again; of these, only the characters count.
                counted = measured & ~self._items if kind == "line" else measured.copy()
                count = np.maximum(sums_between(counted, bounds), 1)
                repeats = sums_between(is_repeat & counted, bounds)
                many = ratio(repeats, count) > MANY_AROUND
                if many.any():
                    counted &= ~(self._widgets(kind, spans, is_repeat) & many[text_indices])
                    count = np.maximum(sums_between(counted, bounds), 1)
                    repeats = sums_between(is_repeat & counted, bounds)
            else:
                count = np.maximum(np.diff(bounds) + empty, 1)
                repeats = sums_between(is_repeat, bounds) + repeated
            yield f"repetition_duplicate_{kind}s", ratio(repeats, count)
            covered = self._covered_characters(spans.starts, spans.ends, text_indices, is_repeat)
            yield f"repetition_duplicate_{kind}_characters", ratio(covered, characters)
        needed = (~self._ignored).nonzero()[0]
        if not len(needed):
            return
        words, lengths, bounds = self._ngram_words(needed)
        window = self._settings["gopher-repetition-window-words"] or math.inf
        least = self._settings["gopher-repetition-least-count"]
        for name, covered in repeated_ngram_characters(words, lengths, bounds, window, least):
            figures = np.zeros(len(self._texts), np.int64)
            figures[needed] = covered
            yield name, ratio(figures, characters)

    def _widgets(self, kind: str, spans: TextSpans, is_repeat: Booleans) -> Booleans:
        """Return which lines or paragraphs are short and come again beside prose, as below comments: `Reply to Ann`."""
        widgets = is_repeat & (self._words_of(spans) <= MOST_WIDGET_WORDS)
        if not widgets.any():
            return widgets
        rows = widgets
        if kind == "paragraph":
            rows = widgets[self._layout.row_paragraphs]
        return widgets & self._prose_prevails_without(rows)[spans.text_indices]

    def _ngram_words(self, text_indices: Integers) -> tuple[Integers, Integers, Integers]:
        """Return the words that n-grams of some texts are made of, their lengths, and the number before each text.

        Marks are none of them, or tables, references and lines of code repeat `) , (`; to datatrove, they are.
        """
        core = compiled_core()
        if core is not None:
            return self._compiled_ngram_words(core, text_indices)
        words, bounds = self._words, self._word_bounds
        chosen = np.ones(len(words.words), bool) if self._like_peer else words.flags & PROPER != 0
        if not self._measures_all:
            chosen &= self._measured_tokens.repeat(self._tokens.word_counts)
        if len(text_indices) == len(self._texts) and self._like_peer:
            return words.words, words.lengths, bounds
        is_needed = np.zeros(len(self._texts), bool)
        is_needed[text_indices] = True
        chosen &= is_needed.repeat(self._word_counts)
        before = running_sums(chosen.astype(np.int64))[bounds]
        counts = np.diff(before)[text_indices]
        return words.words[chosen], words.lengths[chosen], running_sums(counts)

    def _compiled_ngram_words(self, core: Any, text_indices: Integers) -> tuple[Integers, Integers, Integers]:
        tokens, bounds = self._tokens, self._layout.token_bounds
        is_needed = np.zeros(len(self._texts), bool)
        is_needed[text_indices] = True
        chosen = is_needed.repeat(np.diff(bounds))
        if not self._measures_all:
            chosen &= self._measured_tokens
        words, lengths = np.empty((2, int(tokens.word_counts[chosen].sum())), np.int64)
        counts = np.empty(len(self._texts), np.int64)
        flags = -1 if self._like_peer else PROPER
        count = core.ngram_words(tokens.spans, tokens.entries, chosen, bounds, words, lengths, counts, flags)
        return words[:count], lengths[:count], running_sums(counts[text_indices])

    def _repeatable_spans(self) -> Iterator[tuple[str, TextSpans, Integers, Integers]]:
        """Yield what may repeat: its kind, its spans, and how many empty ones each text has besides, in all and again.

        Blank lines are no lines, whatever they consist of; to datatrove, only those without a single character are not.
        """
        none = np.zeros(len(self._texts), np.int64)
        if not self._like_peer:
            yield "paragraph", self._layout.prose_paragraphs, none, none
            yield "line", self._layout.prose_lines, none, none
            return
        yield "paragraph", self._layout.paragraphs, none, none
        # A line feed at either end of a text makes an empty line there; if both do, one of the two is a repeat.
        at_start, at_end = (np.array([edge(text, "\n") for text in self._texts], np.int64) for edge in _EDGES)
        yield "line", self._layout.lf_lines, at_start + at_end, at_start & at_end

    def c4(self) -> Figures:
        """Yield C4's signals. Its rules on lines come first; sentences are counted in the lines that stay."""
        heads = PageHeads(self._needed_texts())
        yield "c4_placeholder", np.array(heads.placeholders(), np.int64)
        yield "c4_access_wall", np.array(heads.access_walls(), np.int64)
        prose = self.prose_lines
        entries = ~self._is_closed & ~self._code & ~self._ignored[self._layout.lines.text_indices]
        ends = self._breaks + self._is_closed
        yield "c4_contents_characters", contents_characters(self._layout, entries, self._line_words, ends)
        in_prose = rows_of_prose(self._layout, prose.stays & ~self._code, self._prose_like_lines(), self._line_words)
        yield "c4_price_lines", price_lines(self._layout, prose.letters, prose.sentences, in_prose)
        yield "c4_lorem_ipsum_characters", prose.lorem_ipsum_characters
        yield "c4_curly_bracket_characters", prose.curly_bracket_characters
        yield "c4_text_left", prose.text_left
        yield "c4_sentences", prose.sentences if self._like_peer else self._sentences(prose, in_prose)

    def _sentences(self, lines: ProseLines, in_prose: Booleans) -> Integers:
        """Return the sentences of the lines that stay; of a text of one, a long one is worth several short ones."""
        words = self._layout.sums_of_texts(self._line_words * in_prose)
        long = np.where(lines.sentences > 0, words // WORDS_OF_SENTENCE, 0)
        return np.maximum(lines.sentences, np.minimum(long, 2))

    def take_edits(self, texts: Mapping[int, str]) -> None:
        """Go on with what C4's rules left of some texts, by their index: `fineweb` measures it."""
        self._edits = dict(texts)

    def fineweb(self) -> Figures:
        """Yield FineWeb's signals. Blank lines do not count; to datatrove, only line feeds end lines.

        Lines that C4's rules took out are left out here, too; only texts with other words are measured anew.
        """
        texts = [self._edits.get(index, text) for index, text in enumerate(self._texts)]
        anew = [index for index in self._edits if self._like_peer or self.prose_lines.has_edited_lines(index)]
        if not anew:
            yield from self._fineweb(texts)
            return
        profiles = [self._profiles[index] for index in anew]
        edited = TextSignals([texts[index] for index in anew], self._settings, profiles, self._like_peer)
        for (name, figures), (_, figures_anew) in zip(self._fineweb(texts), edited.fineweb(), strict=True):
            figures[anew] = figures_anew
            yield name, figures

    def _fineweb(self, texts: Sequence[str]) -> Figures:
        layout = self._layout
        lines = layout.lf_lines if self._like_peer else layout.prose_lines
        chosen = lines.token_counts > 0
        if not self._like_peer:
            chosen &= self._rows_without(self.prose_lines.stays) if self._edits else self._rows
        starts, ends, text_indices = lines.starts[chosen], lines.ends[chosen], lines.text_indices[chosen]
        # A line that comes again does so among those that stay.
        is_repeat = lines.is_repeat if chosen.all() else self._is_repeat_among(chosen)
        terminal = self._terminal_peer_lines(ends) if self._like_peer else self._prose_like_lines()[chosen]
        bounds = text_indices.searchsorted(np.arange(len(texts) + 1))
        count = np.diff(bounds)
        yield "fineweb_lines", count
        # Items of a list end in no mark by custom; they count where there is nothing else.
        left_out = np.zeros(len(ends), bool) if self._like_peer else self._items[chosen] & ~terminal
        ends_counted = count - sums_between(left_out, bounds)
        ends_counted = np.where(ends_counted > 0, ends_counted, count)
        yield "fineweb_terminal_lines", ratio(sums_between(terminal, bounds), ends_counted)
        short = self._are_short(starts, ends)
        if not self._like_peer:
            short &= ~self._verse(starts, ends)
        yield "fineweb_short_lines", ratio(sums_between(short, bounds), count)
        if not self._like_peer:
            is_repeat = is_repeat & (self._words_of_rows[chosen] >= LEAST_REPEATED_WORDS)
        covered = self._covered_characters(starts, ends, text_indices, is_repeat)
        characters = np.zeros(len(texts), np.int64)
        for index in covered.nonzero()[0].tolist():
            characters[index] = len(texts[index]) - texts[index].count("\n")
        yield "fineweb_duplicate_line_characters", ratio(covered, characters)
        if self._like_peer:
            yield "fineweb_newlines_per_word", ratio(occurrences(texts, "\n"), self._word_counts)
            return
        # Blank lines are no lines.
        words = sums_between(self._words_of_rows[chosen], bounds)
        yield "fineweb_newlines_per_word", ratio(np.maximum(count - 1, 0), words)

    def _is_repeat_among(self, chosen: Booleans) -> Booleans:
        """Whether each of the chosen lines comes again among them."""
        if self._like_peer:
            lines = self._layout.lf_lines
            return self._layout.text_spans(lines.starts[chosen], lines.ends[chosen]).is_repeat
        lines, rows = self._layout.prose_lines, self._layout.lines
        # Of lines that all differ, those that stay do.
        some = chosen & (self._layout.sums_of_texts(lines.is_repeat) > 0)[lines.text_indices]
        first, last = rows.first_tokens[some], rows.last_tokens[some]
        is_repeat = np.zeros(len(chosen), bool)
        is_repeat[some] = self._layout.spans_of_tokens(first, last, lines.text_indices[some]).is_repeat
        return is_repeat[chosen]

    def _are_short(self, starts: Integers, ends: Integers) -> Booleans:
        """Return which spans have so few characters that FineWeb calls them short lines.

        A character of Han or kana says as much as two letters, on pages that are half in English, too.
        """
        most, sizes = self._settings["fineweb-short-line-length"], ends - starts
        short: Booleans = sizes <= most
        if not self._layout.data.isascii():
            # Only the characters of some others have to be counted: each has one to four bytes.
            others = (~short & (sizes <= MOST_BYTES * most)).nonzero()[0]
            before = self._layout.characters_before
            characters = before(ends[others]) - before(starts[others])
            if not self._like_peer:
                # U+3000 to U+9FFF begin with E3 to E9.
                dense = np.flatnonzero((self._layout.codes >= 0xE3) & (self._layout.codes <= 0xE9))
                characters += dense.searchsorted(ends[others]) - dense.searchsorted(starts[others])
            short[others] = characters <= most
        return short

    def _verse(self, starts: Integers, ends: Integers) -> Booleans:
        """Return which spans have words and end in a comma or semicolon, as lines of verse do, and links do not."""
        commas = np.zeros(256, bool)
        commas[[ord(mark) for mark in ",;"]] = True
        # U+3001 and U+FF0C, the commas of Chinese and Japanese, are E3 80 81 and EF BC 8C.
        codes = self._layout.codes
        verse: Booleans = commas[codes[ends - 1]]
        if not self._layout.data.isascii():
            last = (np.maximum(ends - distance, 0) for distance in (3, 2, 1))
            first, second, third = (codes[offsets].astype(np.int64) for offsets in last)
            character = first << 16 | second << 8 | third
            verse |= (character == 0xE38081) | (character == 0xEFBC8C)
        lines = verse.nonzero()[0]
        verse[lines] = self._words_in(starts[lines], ends[lines]) >= WORDS_OF_VERSE
        return verse

    def _terminal_peer_lines(self, ends: Integers) -> Booleans:
        """Whether a mark that ends a sentence stands right at each of these ends."""
        last = self._layout.token_ends.searchsorted(ends, "right") - 1
        terminal: Booleans = (self._tokens.flags[last] & ENDS_TERMINAL != 0) & (self._layout.token_ends[last] == ends)
        return terminal

    def _distinct_stop_words(self) -> Integers:
        """Return how many different stop words occur in each text, in any letter case; to datatrove, in small ones."""
        counts = np.zeros(len(self._texts), np.int64)
        start = 0
        for profile, run in groupby(self._profiles):
            end = start + sum(1 for _ in run)
            counts[start:end] = self._stop_words_of(profile, start, end)
            start = end
        return counts

    def _stop_words_of(self, profile: LanguageProfile, start: int, end: int) -> Integers:
        """Return how many different stop words of one language occur in each text from `start` to `end`.

        English ones count with those of any other language: manuals are translated by half.
        """
        english = self._english_stop_words(start, end, besides=profile.stop_words)
        if profile.stop_words == ENGLISH_STOP_WORDS:
            return english
        stop_words = profile.stop_words if self._like_peer else profile.stop_words + profile.more_stop_words
        if profile.seeks_within_words:
            counts = [sum(word in text for word in stop_words) for text in self._texts[start:end]]
            in_language: Integers = np.array(counts, np.int64)
        else:
            bits = stop_word_bits(stop_words)
            bounds = self._word_bounds[start : end + 1]
            word_bits = bits[np.minimum(self._words.words[bounds[0] : bounds[-1]], len(bits) - 1)]
            in_language = np.bitwise_count(united_flags(word_bits, bounds - bounds[0]))
        return in_language + english if profile.stop_words and not self._like_peer else in_language

    def _english_stop_words(self, start: int, end: int, besides: tuple[str, ...]) -> Integers:
        """Return how many different English stop words each text has, without those of another language."""
        # Flags of two tokens of one text, as the bits from STOP_WORD_SHIFT on:   ..001  ..101
        # their `or` has each stop word once                                      ..101: two stop words
        form_bits = united_flags(self._tokens.flags, self._layout.token_bounds[start : end + 1]) >> STOP_WORD_SHIFT
        if not self._like_peer:
            form_bits |= form_bits >> 8 | form_bits >> 16
        counted = 0xFF
        if besides != ENGLISH_STOP_WORDS:
            counted = sum(1 << index for index, word in enumerate(ENGLISH_STOP_WORDS) if word not in besides)
        in_english: Integers = np.bitwise_count(form_bits & counted)
        return in_english


_FAMILIES = {
    "gopher": TextSignals.gopher,
    "gopher-repetition": TextSignals.repetition,
    "c4": TextSignals.c4,
    "fineweb": TextSignals.fineweb,
}
_EDGES = (str.startswith, str.endswith)
