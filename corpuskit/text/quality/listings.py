"""Pages that only list: tables of contents and prices. No rule on words tells them from prose with headings."""

import re

import numpy as np

from corpuskit.text.quality.arrays import Booleans, Integers, Numbers
from corpuskit.text.quality.layout import TextLayout
from corpuskit.text.quality.sums import ratio

__all__ = ["contents_characters", "price_lines"]

LIKELY = 0.5
"""Share of a text in lines that begin with a figure, below which these are not looked at one by one."""
MOST_WORDS = 12
"""Words of an entry of a table of contents."""
MOST_FIGURES = 2
"""Figures of the number of an item: `12.`, and not `1.2.`."""
LEAST_SENTENCES = 3
"""Sentences beside a list from which it is one of what they speak of."""
MOST_PROSE, SENTENCES_OF_GUIDE = 0.7, 12
"""Share of a text in sentences, and their number, from which it is no price list, however many prices it has."""
_NUMBERED = re.compile(rb"(?:\d+(?:\.\d+)+\.?|\d+\.)[ \t\xc2\xe3]")


def contents_characters(layout: TextLayout, entries: Booleans, words: Integers, ends: Integers) -> Numbers:
    """Return the share of each text in short lines that begin with the number of a section, in bytes.

    `entries` says which rows may be some: they are not closed and stand in no code. `words` has those of each row,
    `ends` how many sentences end there. A row with the end of a sentence, or that goes on in the next, is a line of
    prose. A list with numbers of one level (`1.`, `2.`) in a text of sentences is no table of contents.
    """
    lines = layout.lines
    # The full stop of its number is an end, too.
    numbers_end = layout.codes[layout.token_ends[lines.first_tokens] - 1] == ord(".")
    entries = entries & ~_goes_on(layout) & (ends <= numbers_end)
    starts, sizes = layout.row_starts, layout.row_sizes
    first = layout.codes[starts]
    figures = entries & (words <= MOST_WORDS) & (first >= ord("0")) & (first <= ord("9"))
    whole = layout.sums_of_texts(sizes)
    likely = layout.sums_of_texts(sizes * figures) > LIKELY * whole
    numbered = np.zeros(len(sizes), bool)
    for row in (figures & likely[lines.text_indices]).nonzero()[0].tolist():
        numbered[row] = _NUMBERED.match(layout.data, int(starts[row])) is not None
    one_level = numbered & numbers_end & (layout.token_ends[lines.first_tokens] - starts <= MOST_FIGURES + 1)
    sentences = layout.sums_of_texts(ends * ~numbered)
    numbered &= ~one_level | (sentences < LEAST_SENTENCES)[lines.text_indices]
    return ratio(layout.sums_of_texts(sizes * numbered), whole)


def _goes_on(layout: TextLayout) -> Booleans:
    """Return for each row whether the next one is in its paragraph and begins with a small letter of ASCII."""
    first = layout.codes[layout.row_starts]
    continues = ~layout.opens_paragraph & (first >= ord("a")) & (first <= ord("z"))
    return np.append(continues[1:], False)


def price_lines(layout: TextLayout, letters: Integers, sentences: Integers, prose: Booleans) -> Numbers:
    """Return the share of each text's lines that are a price and nothing else; 0 if there are fewer than sentences.

    So it is where most of a long text is prose, as in a guide with a table. `letters` has the number of words with a
    letter of each row, `prose` says which rows are sentences.
    """
    lines = layout.lines
    has_mark = np.zeros(len(layout.line_ends), bool)
    has_mark[layout.line_ends.searchsorted(_currency_marks(layout))] = True
    prices = has_mark[lines.numbers] & (letters == 0)
    counts = layout.sums_of_texts(prices)
    whole = np.diff(layout.row_bounds)
    if not counts.any():
        return ratio(counts, whole)
    sizes = layout.row_sizes
    is_guide = layout.sums_of_texts(sizes * prose) >= MOST_PROSE * layout.sums_of_texts(sizes)
    is_guide &= sentences >= SENTENCES_OF_GUIDE
    return ratio(np.where((counts > sentences) & ~is_guide, counts, 0), whole)


def _currency_marks(layout: TextLayout) -> Integers:
    """Return where the marks of currencies stand: `$`, `£` and `¥`, and those from U+20A0 on."""
    codes = layout.codes
    marks: Integers = (codes == ord("$")).nonzero()[0]
    if layout.data.isascii():
        return marks
    two = (codes == 0xC2).nonzero()[0]
    two = two[(codes[two + 1] == 0xA3) | (codes[two + 1] == 0xA5)]
    three = (codes == 0xE2).nonzero()[0]
    three = three[(codes[three + 1] == 0x82) & (codes[three + 2] >= 0xA0)]
    return np.concatenate([marks, two, three])
