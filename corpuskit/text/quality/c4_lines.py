"""C4's rules on lines, for a batch of texts: which lines stay, and what its rules on documents count in them.

Raffel et al. 2020, JMLR 21(140), section 2.2. Array passes decide on most lines; those with citation marks, braces or
the words of notices are read one by one.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from corpuskit.text.quality.arrays import Booleans, Integers
from corpuskit.text.quality.characters import CLOSING_MARKS
from corpuskit.text.quality.layout import TextLayout
from corpuskit.text.quality.vocabulary import (
    ENDS_C4_LINE,
    ENDS_CLOSED,
    ENDS_THREE_DOTS,
    FULL_STOP,
    LENGTH_SHIFT,
    PUNCTUATION,
    KnownTokens,
    Vocabulary,
    Words,
)

__all__ = ["ProseLines"]

_CITATION = re.compile(r"\[\d*\]|\[edit\]|\[citation needed\]")
_POLICY_PHRASES = (
    "terms of use",
    "privacy policy",
    "cookie policy",
    "uses cookies",
    "use of cookies",
    "use cookies",
)
# A line with none of these and no brace is not a notice, filler or code. In lower case, a kelvin sign is a k.
_CLUES = (b"javascript", b"lorem ipsum", b"terms of use", b"privacy policy", b"cookie", "\u212a".encode())
_LINE_ENDINGS = (".", "?", "!", '"', "'")
_CLOSING = tuple(sorted(CLOSING_MARKS))


class ProseLines:
    """What C4's rules leave of each text; counts are arrays with one value per text.

    A row is the index of a line in `TextLayout.lines`; a line number counts all lines of a text, blank ones included.
    """

    def __init__(
        self,
        texts: Sequence[str],
        layout: TextLayout,
        tokens: KnownTokens,
        words: Words,
        settings: Mapping[str, float],
        vocabulary: Vocabulary,
        like_peer: bool,
    ) -> None:
        """Apply the rules to one batch; `settings` has the names of `rules.SETTINGS` that begin with `c4-`.

        With `like_peer`, only ASCII marks close a line, and its words are what white space parts in any language.
        """
        self._texts, self._layout, self._tokens, self._words = texts, layout, tokens, words
        self._settings, self._vocabulary = settings, vocabulary
        self._like_peer = like_peer
        self._edited_lines: dict[int, dict[int, str]] = {}
        """By text and line number: lines without their citation marks."""
        self._stays = self._prose_rows()
        self.lorem_ipsum_lines = np.zeros(len(texts), np.int64)
        self.curly_bracket_lines = np.zeros(len(texts), np.int64)
        for text_index in self._texts_with_citations():
            self._remove_citations(text_index)
        for row in self._rows_to_read():
            if self._stays[row]:
                self._read_line(row)
        self.sentences: Integers = self._sentences()

    def text(self, text_index: int) -> str:
        """Return what is left of one text, line by line, without white space at the ends of lines."""
        lines = self._texts[text_index].splitlines()
        for number, line in self._edited_lines.get(text_index, {}).items():
            lines[number] = line
        return "\n".join([lines[number].strip() for number in self._remaining_lines(text_index)]).strip()

    @cached_property
    def _bounds(self) -> list[int]:
        """Number of rows before each text, and in all."""
        text_indices = np.arange(len(self._texts) + 1)
        bounds: list[int] = self._layout.lines.text_indices.searchsorted(text_indices).tolist()
        return bounds

    @cached_property
    def _line_numbers(self) -> Integers:
        """The line number of each row."""
        lines = self._layout.lines
        return lines.numbers - self._layout.first_lines[lines.text_indices]

    def _remaining_lines(self, text_index: int) -> list[int]:
        """Return the numbers of the lines of a text that stay."""
        rows = slice(self._bounds[text_index], self._bounds[text_index + 1])
        numbers: list[int] = self._line_numbers[rows][self._stays[rows]].tolist()
        return numbers

    def _prose_rows(self) -> Booleans:
        """Return for each row whether the line has enough words, none too long, and ends as prose does."""
        settings, lines, flags = self._settings, self._layout.lines, self._tokens.flags
        stays: Booleans = self._line_words >= settings["c4-min-line-words"]
        if settings["c4-terminal-punctuation"]:
            closed = ENDS_C4_LINE if self._like_peer else ENDS_CLOSED
            stays &= (flags[lines.last_tokens] & (closed | ENDS_THREE_DOTS)) == closed
        long = ((flags >> LENGTH_SHIFT) > settings["c4-max-word-length"]).nonzero()[0]
        stays[lines.first_tokens.searchsorted(long, "right") - 1] = False
        return stays

    @cached_property
    def _line_words(self) -> Integers:
        """The number of words in each row: what white space parts, or the words of a language that writes none."""
        lines = self._layout.lines
        if self._like_peer or not self._vocabulary.unspaced:
            return lines.token_counts
        before = np.concatenate([[0], self._tokens.word_counts.cumsum()])
        counts: Integers = before[lines.last_tokens + 1] - before[lines.first_tokens]
        return counts

    def _texts_with_citations(self) -> list[int]:
        if not self._settings["c4-citations"] or b"[" not in self._layout.data:
            return []
        return [index for index, text in enumerate(self._texts) if "[" in text and _CITATION.search(text)]

    def _remove_citations(self, text_index: int) -> None:
        """Remove citation marks from the lines of a text, and decide again whether those lines stay."""
        for number, line in enumerate(self._texts[text_index].splitlines()):
            if "[" in line and _CITATION.search(line):
                edited = _CITATION.sub("", line.strip())
                self._edited_lines.setdefault(text_index, {})[number] = edited
                row = self._row(text_index, number)
                self._stays[row] = self._is_prose(row, edited, line)

    def _rows_to_read(self) -> list[int]:
        """Return the rows that have to be read because they may be a notice, filler or code."""
        layout = self._layout
        data = layout.data.lower()
        offsets = (layout.codes == ord("{")).nonzero()[0].tolist() if b"{" in data else []
        for clue in _CLUES:
            offset = data.find(clue)
            while offset >= 0:
                offsets.append(offset)
                offset = data.find(clue, offset + 1)
        rows = set(layout.lines.numbers.searchsorted(layout.line_ends.searchsorted(np.sort(offsets))).tolist())
        for text_index, edited in self._edited_lines.items():
            rows.update(self._row(text_index, number) for number in edited)
        return sorted(rows)

    def _read_line(self, row: int) -> None:
        """Remove a line that is a notice; count filler and code where C4 looks for them."""
        text_index = int(self._layout.lines.text_indices[row])
        line = self._line(text_index, row).lower()
        self.lorem_ipsum_lines[text_index] += "lorem ipsum" in line
        if self._settings["c4-javascript"] and "javascript" in line:
            self._stays[row] = False
            return
        self.curly_bracket_lines[text_index] += "{" in line
        if self._settings["c4-policy"] and any(phrase in line for phrase in _POLICY_PHRASES):
            self._stays[row] = False

    def _line(self, text_index: int, row: int) -> str:
        """Return a line of a text, with its line end, or edited."""
        edited = self._edited_lines.get(text_index, {}).get(int(self._line_numbers[row]))
        if edited is not None:
            return edited
        number = int(self._layout.lines.numbers[row])
        start = int(self._layout.line_ends[number - 1]) + 1 if number else 0
        return self._layout.data[start : int(self._layout.line_ends[number]) + 1].decode("utf-8", "surrogatepass")

    def _row(self, text_index: int, number: int) -> int:
        start, end = self._bounds[text_index], self._bounds[text_index + 1]
        return start + int(self._line_numbers[start:end].searchsorted(number))

    def _is_prose(self, row: int, edited: str, line: str) -> bool:
        """Decide on an edited line as `_prose_rows` does on others: by its words before editing, and its end after."""
        settings = self._settings
        if self._line_words[row] < settings["c4-min-line-words"]:
            return False
        closing = _LINE_ENDINGS if self._like_peer else _CLOSING
        if settings["c4-terminal-punctuation"] and (not edited.endswith(closing) or edited.endswith("...")):
            return False
        return max(map(len, line.split())) <= settings["c4-max-word-length"]

    def _sentences(self) -> Integers:
        """Return the number of sentences in the lines that stay: each line starts one, and so does each break in it."""
        lines, stays = self._layout.lines, self._stays
        breaks = self._breaks()
        for text_index, edited in self._edited_lines.items():
            numbers = self._line_numbers[self._bounds[text_index] : self._bounds[text_index + 1]]
            rows = self._bounds[text_index] + numbers.searchsorted(list(edited))
            for row, line in zip(rows.tolist(), edited.values(), strict=True):
                breaks[row] = self._breaks_within(line) if stays[row] else 0
        sentences = np.bincount(lines.text_indices[stays], breaks[stays] + 1, len(self._texts))
        return sentences.astype(np.int64)

    def _breaks(self) -> Integers:
        """Return the number of sentence breaks within each row."""
        # text              "Go . Now . \n On"     words 0 to 3 lie in row 0, word 4 in row 1
        # words             [4 5]                  words up to the end of each row
        # stops, starts     [1 3], [2 4]           words that end a sentence, and those that begin the next
        # row of stops      [0 0]
        # row of starts     [0 1]                  the break between the rows does not count
        # result            [1 0]
        lines = self._layout.lines
        stops, starts = _sentence_breaks(self._words.flags)
        words = self._tokens.word_counts.cumsum()[lines.last_tokens]
        rows = words.searchsorted(stops, "right")
        within = rows == words.searchsorted(starts, "right")
        return np.bincount(rows[within], minlength=len(words))

    def _breaks_within(self, line: str) -> int:
        tokens = self._vocabulary.look_up(TextLayout([line]))
        return len(_sentence_breaks(tokens.words().flags)[0])


def _sentence_breaks(flags: Integers) -> tuple[Integers, Integers]:
    """Return the indices of full stops that a word follows, and of those words, skipping punctuation between them."""
    # words           He said : " Go . " Then
    # telling         [0 1 4 5 7]              words and full stops; other punctuation is left out
    # stop            [0 0 0 1 0]
    # breaks          [3]                      a full stop, and no full stop after it
    # result          [5], [7]
    telling = ((flags & (FULL_STOP | PUNCTUATION)) != PUNCTUATION).nonzero()[0]
    stop = (flags[telling] & FULL_STOP) != 0
    breaks = (stop[:-1] > stop[1:]).nonzero()[0]
    return telling[breaks], telling[breaks + 1]
