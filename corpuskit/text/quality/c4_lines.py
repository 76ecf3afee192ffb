"""C4's rules on lines, for a batch of texts: which lines stay, and what its rules on documents count in them.

Raffel et al. 2020, JMLR 21(140), section 2.2. Array passes decide on most lines; those with citation marks, braces or
the words of notices are read one by one.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from corpuskit.text.quality import cookie_notices
from corpuskit.text.quality.arrays import Booleans, Integers, Numbers
from corpuskit.text.quality.citation_marks import has_citation_marks, has_notes, without_citations
from corpuskit.text.quality.consent_boxes import rows_beside_notices
from corpuskit.text.quality.edited_lines import EditedLines
from corpuskit.text.quality.full_sentences import full_sentences
from corpuskit.text.quality.layout import TextLayout
from corpuskit.text.quality.line_kinds import characters_of_code, citations, is_filler
from corpuskit.text.quality.lines_left import LinesLeft
from corpuskit.text.quality.long_words import without_long_words
from corpuskit.text.quality.measured_lines import SENTENCE_WORDS
from corpuskit.text.quality.notice_clues import offsets_of_clues
from corpuskit.text.quality.notices import c4_verdicts, text_besides_notices
from corpuskit.text.quality.page_edges import PageLines, menu_rows
from corpuskit.text.quality.program_text import reads_as_code
from corpuskit.text.quality.sums import distinct
from corpuskit.text.quality.text_bounds import bound_texts
from corpuskit.text.quality.vocabulary import (
    ENDS_C4_LINE,
    ENDS_CLOSED,
    ENDS_COLON,
    ENDS_PROSE,
    ENDS_THREE_DOTS,
    LENGTH_MASK,
    LENGTH_SHIFT,
    KnownTokens,
    Vocabulary,
)
from corpuskit.text.quality.wrapped_lines import rows_of_sentence

__all__ = ["ProseLines"]

DENSE_SENTENCE, DENSE_WORD = 45, 30
"""Bytes of a sentence, and of each of its words, in a script without spaces."""
MOST_BLOCK_LINES = 40
"""Lines of the longest paragraph of which a short line may be a part: a stanza, a speech, a wrapped paragraph."""


class ProseLines:
    """What C4's rules leave of each text; counts are arrays with one value per text.

    A row is the index of a line in `TextLayout.lines`; a line number counts all lines of a text, blank ones included.
    """

    def __init__(
        self,
        texts: Sequence[str],
        layout: TextLayout,
        tokens: KnownTokens,
        breaks: Integers,
        settings: Mapping[str, float],
        vocabulary: Vocabulary,
        like_peer: bool,
        code: Booleans | None = None,
        ignored: Booleans | None = None,
        lost: Booleans | None = None,
    ) -> None:
        """Apply the rules to one batch; `settings` has the names of `rules.SETTINGS` that begin with `c4-`.

        `breaks` are those of `breaks_in_lines`; `code` says which rows stay as they are and hold nothing to judge,
        `ignored` of which texts nothing is needed: their menus are not sought; `lost` which rows go in any case.

        With `like_peer`, only ASCII marks close a line, its words are what white space parts in any language, and each
        mention of JavaScript or of a policy makes a notice, each curly bracket code.
        """
        self._texts, self._layout, self._tokens = texts, layout, tokens
        self._settings, self._vocabulary = settings, vocabulary
        self._like_peer = like_peer
        self._kinds = bool(settings["c4-javascript"]), bool(settings["c4-policy"])
        """Whether notices on JavaScript go, and those on policies."""
        self._edits = EditedLines(layout, vocabulary, like_peer)
        self._may_be_notices: set[int] = set()
        self._programs: dict[int, bool] = {}
        """By text: whether it is code by its look, where that was asked."""
        lines = layout.lines
        self._sizes = layout.row_sizes
        """The bytes of each row."""
        self._is_fenced = np.zeros(len(self._sizes), bool) if code is None else code
        self._ignored = np.zeros(len(texts), bool) if ignored is None else ignored
        self._last_flags = tokens.flags[lines.last_tokens]
        self._is_closed = self._closes(self._last_flags)
        self._breaks = breaks.copy()
        self._sizes_left = self._sizes
        """The bytes of each row without the notice before it."""
        self._remove_citations()
        self._lorem_ipsum, self._curly_brackets = np.zeros((2, len(texts)), np.int64)
        self._stays = self._well_formed_rows() if lost is None else self._well_formed_rows() & ~lost
        is_short = self._line_words < settings["c4-min-line-words"]
        if like_peer:
            self._stays &= ~is_short
        notices = [row for row in self._rows_to_read() if self._read_line(row)]
        if not like_peer:
            self._measure_cuts()
            self._stays[rows_beside_notices(layout, notices, self._stays)] = False
            self._stays &= ~self._menu_rows(is_short & ~self._is_closed & ~self._is_fenced)
            self._keep_programs()

    @property
    def lorem_ipsum_characters(self) -> Numbers:
        """The share of each text in lines of filler."""
        return self._share(self._lorem_ipsum)

    @property
    def curly_bracket_characters(self) -> Numbers:
        """The share of each text in lines with curly brackets."""
        return self._share(self._curly_brackets)

    @property
    def text_left(self) -> Numbers:
        """The share of each text that stays."""
        left = self._layout.sums_of_texts(self._sizes_left * self._stays)
        return self._share(left)

    def _share(self, sizes: Integers) -> Numbers:
        """Return the sizes as shares of all lines of their texts, in bytes of UTF-8."""
        whole = self._layout.sums_of_texts(self._sizes)
        return np.divide(sizes, whole, out=np.zeros(len(whole)), where=whole != 0)

    @property
    def sentences(self) -> Integers:
        """The sentences in the lines that stay and are no code: each break in a line, and its end if it is closed.

        To datatrove, the end of a line is always one.
        """
        stays = self._stays & ~self._is_fenced
        counts = self._breaks + (1 if self._like_peer else self._is_closed)
        return self._layout.sums_of_texts(counts * stays)

    @cached_property
    def letters(self) -> Integers:
        """The number of words with a letter in each row."""
        return self._layout.sums_of_rows(self._tokens.letters)

    @property
    def stays(self) -> Booleans:
        """Whether each row of `TextLayout.lines` stays."""
        return self._stays

    def has_edited_lines(self, text_index: int) -> bool:
        """Whether something is gone from within lines of a text."""
        return text_index in self._edits

    def text(self, text_index: int) -> str:
        """Return what is left of one text, in lines that line feeds end; the text itself if that is all of it.

        Blank lines stay, but one for all between lines of which some are gone; in datatrove's text there are none.
        """
        text = self._texts[text_index]
        edited = self._edits.of(text_index)
        if not (self._lose_lines[text_index] or edited or self._like_peer):
            return text
        lines = text.splitlines()
        for number, line in edited.items():
            lines[number] = line
        if self._like_peer:
            rows = slice(self._bounds[text_index], self._bounds[text_index + 1])
            numbers = self._line_numbers[rows][self._stays[rows]].tolist()
            return "\n".join([lines[number].strip() for number in numbers]).strip()
        return self._lines_left.of(text_index, lines)

    @cached_property
    def _lines_left(self) -> LinesLeft:
        return LinesLeft(self._stays, self._line_numbers, self._layout.row_bounds)

    @cached_property
    def _lose_lines(self) -> list[bool]:
        """Whether lines of each text are gone."""
        lose_lines: list[bool] = (self._layout.sums_of_texts(~self._stays) > 0).tolist()
        return lose_lines

    @cached_property
    def _bounds(self) -> list[int]:
        """Number of rows before each text, and in all."""
        bounds: list[int] = self._layout.row_bounds.tolist()
        return bounds

    @cached_property
    def _line_numbers(self) -> Integers:
        """The line number of each row."""
        lines = self._layout.lines
        return lines.numbers - self._layout.first_lines[lines.text_indices]

    def _well_formed_rows(self) -> Booleans:
        """Return for each row whether it has no word that is too long, and ends as prose does if it has to."""
        settings, lines, flags = self._settings, self._layout.lines, self._tokens.flags
        stays = np.ones(len(lines.numbers), bool)
        if settings["c4-terminal-punctuation"]:
            stays = self._is_closed.copy()
            if not self._like_peer:
                # A paragraph that leads on to a list or ends in a formula is prose, as its sentences show.
                stays |= (self._breaks > 0) | (self._last_flags & ENDS_COLON != 0)
        long = ((flags >> LENGTH_SHIFT & LENGTH_MASK) > settings["c4-max-word-length"]).nonzero()[0]
        for row in distinct(lines.first_tokens.searchsorted(long, "right") - 1).tolist():
            stays[row] &= self._keeps_sentences(row)
        return stays | self._is_fenced

    def _keeps_sentences(self, row: int) -> bool:
        """Take the words that are too long out of a line, and say whether sentences stand around them, or it has none.

        White space does not part words in all scripts.
        """
        if self._like_peer or self._is_fenced[row]:
            return False
        line = self._edits.line(row)
        rest = without_long_words(line, int(self._settings["c4-max-word-length"]))
        if rest == line:
            return True
        if not full_sentences(rest):
            return False
        self._edits.cut(row, rest)
        return True

    def _closes(self, flags: Integers) -> Booleans:
        """Whether tokens with these flags close a line."""
        if self._like_peer:
            closed: Booleans = (flags & (ENDS_C4_LINE | ENDS_THREE_DOTS)) == ENDS_C4_LINE
        else:
            closed = (flags & (ENDS_CLOSED | ENDS_PROSE)) != 0
        return closed

    def _in_longer_blocks(self) -> Booleans:
        """Return for each row whether its paragraph has enough words a line: a speaker's name, the end of a verse."""
        # lines          HAMLET / To be, or not to be, that is it / (blank) / Home / About us
        # opens          1        0                                           1      0
        # blocks         0        0                                           1      1
        # words a line   4.5                                                  1.5
        counts = self._layout.sums_of_paragraphs(self._stays)
        words = self._layout.sums_of_paragraphs(self._line_words * self._stays)
        least = counts * self._settings["c4-min-line-words"]
        longer: Booleans = ((counts > 1) & (counts <= MOST_BLOCK_LINES) & (words >= least))[self._layout.row_paragraphs]
        return longer

    def _between_sentences(self) -> Booleans:
        """Return for each row whether sentences stand before and after it: menus are at the edges of a page.

        Between sentences, short lines are the names of options, lines of code, numbers of articles, speakers.
        """
        lines = self._layout.lines
        sentences = np.flatnonzero(self._kept_sentences)
        texts = lines.text_indices[sentences]
        first, last = np.full((2, len(self._texts)), -1)
        last[texts] = sentences
        first[texts[::-1]] = sentences[::-1]
        rows = np.arange(len(lines.numbers))
        between: Booleans = (rows > first[lines.text_indices]) & (rows < last[lines.text_indices])
        return between

    def _menu_rows(self, is_short: Booleans) -> Booleans:
        """Return for each row whether it is one of the short ones, or of a menu, at an edge of its text."""
        if not self._settings["c4-min-line-words"]:
            return is_short
        if not self._settings["c4-headings"]:
            return is_short & ~self._in_longer_blocks() & ~self._between_sentences()
        sentences = self._kept_sentences
        closed = (self._line_words < self._settings["c4-min-line-words"]) & self._is_closed & ~self._is_fenced
        bound_texts(self._layout, sentences, is_short, closed, self._leads_on, self._line_words)
        page = PageLines(is_short, self._stays, sentences, self._leads_on, self._line_words, self.letters)
        return menu_rows(self._layout, page, self._ignored)

    def _keep_programs(self) -> None:
        """Let all lines stay of texts that are code, though nothing calls them so."""
        texts = self._layout.lines.text_indices
        edited = ~self._stays
        edited[self._edits.cut_rows] = True
        for index in distinct(texts[edited & ~self._ignored[texts]]).tolist():
            if self._is_program(index):
                self._edits.forget(index)
                self._stays[self._bounds[index] : self._bounds[index + 1]] = True

    def _is_program(self, text_index: int) -> bool:
        """Whether a text is code by its look, so that no line of it is edited."""
        if self._like_peer or not self._settings["leave-out-code"]:
            return False
        if text_index not in self._programs:
            self._programs[text_index] = reads_as_code(self._texts[text_index])
        return self._programs[text_index]

    @cached_property
    def _leads_on(self) -> Booleans:
        """Whether each row ends in a colon and stands in no code."""
        ends: Booleans = self._last_flags & ENDS_COLON != 0
        return ends & ~self._is_fenced

    @property
    def _kept_sentences(self) -> Booleans:
        """Whether each row stays, is closed, and has enough words for a sentence between which there are no menus."""
        long = self._line_words >= SENTENCE_WORDS
        if not self._layout.data.isascii():
            # A Japanese sentence on an English page has no spaces.
            long |= (self._sizes >= DENSE_SENTENCE) & (self._sizes >= DENSE_WORD * self._line_words)
        sentences: Booleans = self._stays & self._is_closed & long
        return sentences

    @cached_property
    def _line_words(self) -> Integers:
        """The number of words in each row: what white space parts, or the words of a language that writes none."""
        lines = self._layout.lines
        if self._like_peer or not self._vocabulary.unspaced:
            return lines.token_counts
        return self._layout.sums_of_rows(self._tokens.word_counts)

    def _texts_with_citations(self) -> list[int]:
        if not self._settings["c4-citations"] or b"[" not in self._layout.data:
            return []
        return [
            index
            for index, (text, ignored) in enumerate(zip(self._texts, self._ignored.tolist(), strict=True))
            if not ignored and has_citation_marks(text)
        ]

    def _remove_citations(self) -> None:
        """Remove citation marks from lines, and look at the ends of those lines again."""
        rows: list[int] = []
        for text_index in self._texts_with_citations():
            cited = citations(self._texts[text_index])
            if not (cited or self._like_peer or has_notes(self._texts[text_index])):
                continue
            for number, line in enumerate(self._texts[text_index].splitlines()):
                if has_citation_marks(line) and not self._is_fenced[self._edits.row(text_index, number)]:
                    edited = without_citations(line.rstrip(), None if self._like_peer else cited)
                    if edited == line.rstrip():
                        continue
                    if self._is_program(text_index):
                        break
                    rows.append(self._edits.row(text_index, number))
                    self._edits.replace(rows[-1], edited)
        self._edits.measure(rows, self._closes, self._is_closed, self._breaks)

    def _rows_to_read(self) -> list[int]:
        """Return the rows that have to be read because they may be a notice, filler or code."""
        offsets = offsets_of_clues(self._layout.data)
        self._may_be_notices = self._rows_at(offsets[self._layout.codes[offsets] != ord("{")])
        return sorted(self._rows_at(offsets).union(self._edits.rows()))

    def _rows_at(self, offsets: Integers) -> set[int]:
        lines = self._layout.lines
        rows = lines.numbers.searchsorted(distinct(self._layout.line_ends.searchsorted(offsets)))
        return set(rows[~self._ignored[lines.text_indices[rows]]].tolist())

    def _read_line(self, row: int) -> bool:
        """Remove a notice from a line; count filler and code where C4 looks for them; say if it was all on cookies."""
        if self._is_fenced[row] or (self._like_peer and not self._stays[row]):
            return False
        text_index = int(self._layout.lines.text_indices[row])
        line = self._edits.line(row)
        lower = line.lower()
        size = int(self._sizes[row])
        if is_filler(lower):
            self._lorem_ipsum[text_index] += size
        if self._like_peer:
            stays, is_code = c4_verdicts(lower, *self._kinds)
            self._curly_brackets[text_index] += size * is_code
            self._stays[row] = stays
            return False
        left = self._besides_notices(row, line)
        if code := min(size, characters_of_code(left)):
            self._curly_brackets[text_index] += code
        self._stays[row] &= bool(left)
        if left and left != line:
            self._edits.cut(row, left)
        return not left and cookie_notices.is_cookie_notice(lower)

    def _besides_notices(self, row: int, line: str) -> str:
        """Return a line without notices; a piece of a sentence goes if all of it is one, and stays as it is if not."""
        if row not in self._may_be_notices:
            return line
        rows = rows_of_sentence(self._layout, row, self._is_closed)
        if len(rows) == 1:
            return text_besides_notices(line, *self._kinds)
        if text_besides_notices(" ".join(self._edits.line(wrapped).strip() for wrapped in rows), *self._kinds):
            return line
        self._stays[rows.start : rows.stop] = False
        return ""

    def _measure_cuts(self) -> None:
        """Measure the lines anew that lost more than citation marks."""
        if rows := self._edits.cut_rows:
            self._edits.measure(rows, self._closes, self._is_closed, self._breaks)
            self._sizes_left = self._sizes.copy()
            self._sizes_left[rows] = np.minimum(self._sizes[rows], self._edits.sizes(rows))
