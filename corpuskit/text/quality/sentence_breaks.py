"""Where sentences end within lines: full stops that a word of the same line follows."""

import numpy as np

from corpuskit.text.quality.arrays import Integers
from corpuskit.text.quality.compiled import compiled_core
from corpuskit.text.quality.layout import TextLayout
from corpuskit.text.quality.vocabulary import FULL_STOP, PUNCTUATION, STOPS, KnownTokens

__all__ = ["breaks_in_lines"]


def breaks_in_lines(layout: TextLayout, tokens: KnownTokens, like_peer: bool) -> Integers:
    """Return the number of sentence breaks within each row: full stops that a word of the same line follows.

    With `like_peer`, only marks that stand alone as words are full stops.
    """
    stop_flags = FULL_STOP if like_peer else FULL_STOP | STOPS
    core = compiled_core()
    if core is not None:
        counts = np.empty(len(layout.lines.last_tokens), np.int64)
        core.breaks_in_lines(tokens.spans, tokens.entries, layout.lines.last_tokens, counts, stop_flags)
        return counts
    # text              "Go . Now . \n On"     words 0 to 3 lie in row 0, word 4 in row 1
    # words             [4 5]                  words up to the end of each row
    # stops, starts     [1 3], [2 4]           words that end a sentence, and those that begin the next
    # row of stops      [0 0]
    # row of starts     [0 1]                  the break between the rows does not count
    # result            [1 0]
    stops, starts = _sentence_breaks(tokens.words().flags, stop_flags)
    word_ends = tokens.word_counts.cumsum()[layout.lines.last_tokens]
    rows = word_ends.searchsorted(stops, "right")
    within = rows == word_ends.searchsorted(starts, "right")
    return np.bincount(rows[within], minlength=len(word_ends))


def _sentence_breaks(flags: Integers, stop_flags: int) -> tuple[Integers, Integers]:
    """Return the indices of full stops that a word follows, and of those words, skipping punctuation between them."""
    # words           He said : " Go . " Then
    # telling         [0 1 4 5 7]              words and full stops; other punctuation is left out
    # stop            [0 0 0 1 0]
    # breaks          [3]                      a full stop, and no full stop after it
    # result          [5], [7]
    telling = ((flags & (stop_flags | PUNCTUATION)) != PUNCTUATION).nonzero()[0]
    stop = (flags[telling] & stop_flags) != 0
    breaks = (stop[:-1] > stop[1:]).nonzero()[0]
    return telling[breaks], telling[breaks + 1]
