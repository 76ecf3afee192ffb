"""Lines of which a part goes: citation marks, words that are none, and a notice before an article."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from corpuskit.text.quality.arrays import Booleans, Integers
from corpuskit.text.quality.layout import TextLayout
from corpuskit.text.quality.sentence_breaks import breaks_in_lines
from corpuskit.text.quality.vocabulary import Vocabulary

__all__ = ["EditedLines"]


class EditedLines:
    """What lines of a batch of texts have become; a row is the index of a line in `TextLayout.lines`."""

    def __init__(self, layout: TextLayout, vocabulary: Vocabulary, like_peer: bool) -> None:
        """Edit nothing yet."""
        self._layout, self._vocabulary, self._like_peer = layout, vocabulary, like_peer
        self._by_text: dict[int, dict[int, str]] = {}
        """By text and line number, where blank lines count, too."""
        self.cut_rows: list[int] = []
        """The rows that lost more than citation marks."""

    def __contains__(self, text_index: int) -> bool:
        return text_index in self._by_text

    def of(self, text_index: int) -> Mapping[int, str]:
        """Return what edited lines of a text have become, by their numbers."""
        return self._by_text.get(text_index, {})

    def line(self, row: int) -> str:
        """Return a line with its line end, or edited."""
        if self._by_text:
            text_index, number = self._text_and_number(row)
            edited = self.of(text_index).get(number)
            if edited is not None:
                return edited
        return self._layout.line_of(row)

    def replace(self, row: int, line: str) -> None:
        """Put a line in the place of another."""
        text_index, number = self._text_and_number(row)
        self._by_text.setdefault(text_index, {})[number] = line

    def cut(self, row: int, line: str) -> None:
        """Put what is left of a line without a notice, or without a word that is too long, in its place."""
        self.replace(row, line)
        self.cut_rows.append(row)

    def forget(self, text_index: int) -> None:
        """Leave the lines of a text as they were."""
        self._by_text.pop(text_index, None)

    def row(self, text_index: int, number: int) -> int:
        """Return the row of a line by its number in its text."""
        return int(self._layout.lines.numbers.searchsorted(self._layout.first_lines[text_index] + number))

    def rows(self) -> list[int]:
        """Return the rows of all edited lines."""
        return [self.row(text_index, number) for text_index, edited in self._by_text.items() for number in edited]

    def measure(
        self, rows: Sequence[int], closes: Callable[[Integers], Booleans], is_closed: Booleans, breaks: Integers
    ) -> None:
        """Write into the last two arrays whether edited rows end as a sentence does, and how many end within them."""
        if not rows:
            return
        layout = TextLayout([self.line(row) for row in rows], self._like_peer)
        tokens = self._vocabulary.look_up(layout)
        filled = np.array(rows)[layout.lines.text_indices]
        is_closed[rows], breaks[rows] = False, 0
        is_closed[filled] = closes(tokens.flags[layout.lines.last_tokens])
        breaks[filled] = breaks_in_lines(layout, tokens, self._like_peer)

    def sizes(self, rows: Iterable[int]) -> list[int]:
        """Return the bytes of edited lines."""
        return [len(self.line(row).encode("utf-8", "surrogatepass")) for row in rows]

    def _text_and_number(self, row: int) -> tuple[int, int]:
        """Return the text of a row and the number of its line."""
        lines = self._layout.lines
        text_index = int(lines.text_indices[row])
        return text_index, int(lines.numbers[row] - self._layout.first_lines[text_index])
