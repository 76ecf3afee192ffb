"""C4's rules on lines, for a batch of texts: which lines stay, and what its rules on documents count in them.

Raffel et al. 2020, JMLR 21(140), section 2.2. Most lines are settled by array passes; those that have citation marks,
braces or the words of notices are read one by one.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from corpuskit.text.quality.layout import Chunks
from corpuskit.text.quality.vocabulary import (
    C4_END,
    FULL_STOP,
    LENGTH_BITS,
    PUNCTUATION,
    THREE_DOTS,
    Known,
    Vocabulary,
    Words,
)

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
# Where none of these and no brace occurs, no rule on what a line says can apply. A kelvin sign is k in small letters.
_TELLING = (b"javascript", b"lorem ipsum", b"terms of use", b"privacy policy", b"cookie", "\u212a".encode())
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
        for text in self._cited():
            self._without_citations(text)
        for row in self._telling():
            if self._kept[row]:
                self._judge(row)
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

    def _cited(self) -> list[int]:
        """Numbers of the texts that have marks of citation."""
        if not self._settings["c4-citations"] or b"[" not in self._chunks.data:
            return []
        return [number for number, text in enumerate(self._texts) if "[" in text and _CITATION.search(text)]

    def _without_citations(self, number: int) -> None:
        """Take marks of citation out of the lines of a text, and judge anew how those are filled and end."""
        for place, line in enumerate(self._texts[number].splitlines()):
            if "[" in line and _CITATION.search(line):
                left = _CITATION.sub("", line.strip())
                self._changed.setdefault(number, {})[place] = left
                row = self._row(number, place)
                self._kept[row] = self._is_prose(row, left, line)

    def _telling(self) -> list[int]:
        """Numbers of the lines that have to be read: what they are in their text may be a notice, filler or code."""
        chunks = self._chunks
        data = chunks.data.lower()
        places = (chunks.codes == ord("{")).nonzero()[0].tolist() if b"{" in data else []
        for phrase in _TELLING:
            place = data.find(phrase)
            while place >= 0:
                places.append(place)
                place = data.find(phrase, place + 1)
        rows = set(chunks.lines.numbers.searchsorted(chunks.breaks.searchsorted(np.sort(places))).tolist())
        rows.update(self._row(number, place) for number, changed in self._changed.items() for place in changed)
        return sorted(rows)

    def _judge(self, row: int) -> None:
        """Take a line out that is a notice; count filler and code where C4 looks for it."""
        number = int(self._chunks.lines.text[row])
        line = self._line(number, row).lower()
        self.lorem_ipsum_lines[number] += "lorem ipsum" in line
        if self._settings["c4-javascript"] and "javascript" in line:
            self._kept[row] = False
            return
        self.curly_bracket_lines[number] += "{" in line
        if self._settings["c4-policy"] and any(phrase in line for phrase in _POLICY):
            self._kept[row] = False

    def _line(self, number: int, row: int) -> str:
        """A line of a text, its end with it, without marks of citation."""
        changed = self._changed.get(number, {}).get(int(self._numbers[row]))
        if changed is not None:
            return changed
        place = int(self._chunks.lines.numbers[row])
        start = int(self._chunks.breaks[place - 1]) + 1 if place else 0
        return self._chunks.data[start : int(self._chunks.breaks[place]) + 1].decode("utf-8", "surrogatepass")

    def _row(self, number: int, place: int) -> int:
        start, end = self._bounds[number], self._bounds[number + 1]
        return start + int(self._numbers[start:end].searchsorted(place))

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
