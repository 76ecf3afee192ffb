"""C4's rules on lines, for a batch of texts: which lines stay, and what its rules on documents count in them.

Raffel et al. 2020, JMLR 21(140), section 2.2. Most texts are settled by array passes; those that have citation marks,
braces or the words of notices are gone through line by line.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from corpuskit.text.chunks import Chunks
from corpuskit.text.vocabulary import C4_END, FULL_STOP, LENGTH_BITS, PUNCTUATION, THREE_DOTS, Known, Vocabulary, Words

__all__ = ["ProseLines"]

Integers = npt.NDArray[Any]

_CITATION = re.compile(r"\[\d*\]|\[edit\]|\[citation needed\]")
_POLICY = (
    "terms of use",
    "privacy policy",
    "cookie policy",
    "uses cookies",
    "use of cookies",
    "use cookies",
)
# Where none of these occurs, no rule on what a line says can apply. The sign for kelvin is a k in small letters.
_TELLING = (b"javascript", b"lorem ipsum", b"terms of use", b"privacy policy", b"cookie", b"{", "\u212a".encode())
_ENDS = (".", "?", "!", '"', "'")


class ProseLines:
    """What C4's rules leave of each text; counts are arrays with one value a text."""

    def __init__(
        self,
        texts: Sequence[str],
        chunks: Chunks,
        known: Known,
        words: Words,
        settings: Mapping[str, float],
        vocabulary: Vocabulary,
    ) -> None:
        """All of one batch; `settings` has the names of `rules.SETTINGS` that begin with `c4-`."""
        self._texts, self._chunks, self._known, self._words = texts, chunks, known, words
        self._settings, self._vocabulary = settings, vocabulary
        self._changed: dict[int, dict[int, str]] = {}
        self._kept = self._filled_lines()
        self.lorem_ipsum_lines = np.zeros(len(texts), np.int64)
        self.curly_bracket_lines = np.zeros(len(texts), np.int64)
        for text in self._telling():
            self._judge_one(text)
        self.sentences: Integers = self._sentences()

    def text(self, number: int) -> str:
        """What is left of one text, line by line, without white space at the ends of lines."""
        lines = self._texts[number].splitlines()
        for place, line in self._changed.get(number, {}).items():
            lines[place] = line
        return "\n".join([lines[place].strip() for place in self._places(number)]).strip()

    @cached_property
    def _bounds(self) -> list[int]:
        """Lines that are not blank before each text, and of all."""
        texts = np.arange(len(self._texts) + 1)
        bounds: list[int] = self._chunks.lines.text.searchsorted(texts).tolist()
        return bounds

    @cached_property
    def _numbers(self) -> Integers:
        """Numbers of the lines within their texts."""
        lines = self._chunks.lines
        return lines.numbers - self._chunks.first_lines[lines.text]

    def _places(self, number: int) -> list[int]:
        """Numbers of the lines of a text that stay."""
        own = slice(self._bounds[number], self._bounds[number + 1])
        places: list[int] = self._numbers[own][self._kept[own]].tolist()
        return places

    def _filled_lines(self) -> Integers:
        """Whether lines are filled, and end, as prose does."""
        settings, lines, marks = self._settings, self._chunks.lines, self._known.marks
        kept: Integers = lines.counts >= settings["c4-min-line-words"]
        if settings["c4-terminal-punctuation"]:
            kept &= (marks[lines.last] & (C4_END | THREE_DOTS)) == C4_END
        long = ((marks >> LENGTH_BITS) > settings["c4-max-word-length"]).nonzero()[0]
        kept[lines.first.searchsorted(long, "right") - 1] = False
        return kept

    def _telling(self) -> list[int]:
        """Numbers of the texts that have to be gone through line by line."""
        data, ends = self._chunks.data.lower(), self._chunks.text_ends
        found = set()
        for phrase in _TELLING:
            place = data.find(phrase)
            while place >= 0:
                number = int(ends.searchsorted(place))
                found.add(number)
                place = data.find(phrase, int(ends[number]))
        if b"[" in data and self._settings["c4-citations"]:
            found.update(number for number, text in enumerate(self._texts) if "[" in text and _CITATION.search(text))
        return sorted(found)

    def _judge_one(self, number: int) -> None:
        """Take marks of citation out, then the lines that are notices; count filler and code where C4 looks for it."""
        lines = self._texts[number].splitlines()
        self._without_citations(number, lines)
        start, end = self._bounds[number], self._bounds[number + 1]
        for row, place in zip(range(start, end), self._numbers[start:end].tolist(), strict=True):
            if not self._kept[row]:
                continue
            line = lines[place].lower()
            self.lorem_ipsum_lines[number] += "lorem ipsum" in line
            if self._settings["c4-javascript"] and "javascript" in line:
                self._kept[row] = False
                continue
            self.curly_bracket_lines[number] += "{" in line
            if self._settings["c4-policy"] and any(phrase in line for phrase in _POLICY):
                self._kept[row] = False

    def _without_citations(self, number: int, lines: list[str]) -> None:
        if not self._settings["c4-citations"]:
            return
        start, end = self._bounds[number], self._bounds[number + 1]
        own = self._numbers[start:end]
        for place, line in enumerate(lines):
            if "[" in line and _CITATION.search(line):
                lines[place] = left = _CITATION.sub("", line.strip())
                self._changed.setdefault(number, {})[place] = left
                row = start + int(own.searchsorted(place))
                self._kept[row] = self._is_prose(row, left, line)

    def _is_prose(self, row: int, left: str, line: str) -> bool:
        """The same judgement on a line that lost marks: by its words before, and its end after."""
        settings = self._settings
        if self._chunks.lines.counts[row] < settings["c4-min-line-words"]:
            return False
        if settings["c4-terminal-punctuation"] and (not left.endswith(_ENDS) or left.endswith("...")):
            return False
        return max(map(len, line.split())) <= settings["c4-max-word-length"]

    def _sentences(self) -> Integers:
        """Sentences of the lines that stay: each starts one, and so does a word after a full stop."""
        lines, kept = self._chunks.lines, self._kept
        breaks = self._breaks()
        for number, changed in self._changed.items():
            own = self._numbers[self._bounds[number] : self._bounds[number + 1]]
            rows = self._bounds[number] + own.searchsorted(list(changed))
            for row, line in zip(rows.tolist(), changed.values(), strict=True):
                breaks[row] = self._breaks_within(line) if kept[row] else 0
        found = np.bincount(lines.text[kept], breaks[kept] + 1, len(self._texts))
        return found.astype(np.int64)

    def _breaks(self) -> Integers:
        """How many words follow a full stop in each line."""
        lines = self._chunks.lines
        stops, starts = _sentence_breaks(self._words.marks)
        # Words up to the end of each line tell in which line a word stands.
        words = self._known.counts.cumsum()[lines.last]
        line = words.searchsorted(stops, "right")
        within = line == words.searchsorted(starts, "right")
        return np.bincount(line[within], minlength=len(words))

    def _breaks_within(self, line: str) -> int:
        chunks = Chunks([line])
        known = self._vocabulary.known(self._vocabulary.numbers(chunks))
        return len(_sentence_breaks(known.words().marks)[0])


def _sentence_breaks(marks: Integers) -> tuple[Integers, Integers]:
    """Places of full stops that a word follows, marks between them left aside, and of those words."""
    told = ((marks & (FULL_STOP | PUNCTUATION)) != PUNCTUATION).nonzero()[0]
    stop = (marks[told] & FULL_STOP) != 0
    breaks = (stop[:-1] > stop[1:]).nonzero()[0]
    return told[breaks], told[breaks + 1]
