"""The words of many tokens at a time, as `words.split_token` finds them one by one.

The tokens lie side by side in an array of characters. A few array passes take marks off their ends and cut the cores.
Where those are in doubt, `split_token` decides: special tokens (`don't`), units after digits, runs of dots and dashes,
tokens of marks alone, addresses that would be cut.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from corpuskit.text.quality import characters as char
from corpuskit.text.quality.arrays import Booleans, Integers
from corpuskit.text.quality.compiled import compiled_core
from corpuskit.text.quality.spans import HashSet, expand_spans, hash_spans
from corpuskit.text.quality.sums import distinct
from corpuskit.text.quality.words import TOKENIZER_EXCEPTIONS, split_token

__all__ = ["TokenBatch", "split_tokens"]

MAX_CLOSING_MARKS = 12
"""Marks at the end of a token that array passes take off; `split_token` splits a token that has more."""
LONGEST_UNIT = 4
_SPACE, _DOLLAR, _PLUS = 32, 36, 43


class TokenBatch:
    """Tokens side by side in an array of characters: a space, and another after every token."""

    def __init__(self, codes: Integers, starts: Integers, ends: Integers) -> None:
        """Copy the tokens of UTF-8 `codes` from `starts` to `ends`: at least one, each followed by a byte."""
        # codes                 a b : _ c d e _       tokens [0 3) and [4 7), `_` is a space
        # self.codes          _ a b : _ c d e _
        # self.starts, .ends    [1 5], [4 8]
        sizes = ends - starts + 1
        spaces = sizes.cumsum()
        core = compiled_core()
        if core is not None:
            self._data = core.side_by_side(codes, starts, ends)
            copied = np.frombuffer(self._data, np.uint8)
        else:
            copied = np.full(int(sizes.sum()) + 1, _SPACE, np.uint8)
            copied[1:] = codes[expand_spans(starts, sizes)]
            copied[spaces] = _SPACE
            self._data = copied.tobytes()
        self._byte_offsets = None
        if self._data.isascii():
            self.text, self.codes = self._data.decode("ascii"), copied
        else:
            self.text = self._data.decode("utf-8", "surrogatepass")
            self.codes = np.frombuffer(self.text.encode("utf-32-le", "surrogatepass"), np.uint32)
            self._byte_offsets = ((copied & 0xC0) != 0x80).nonzero()[0]
            spaces = self._byte_offsets.searchsorted(spaces)
        self.kinds = char.character_kinds(self.codes)
        """The bits of each character, as `characters` names them."""
        self.ends = spaces
        self.starts = np.concatenate([[0], spaces[:-1]]) + 1

    def hash_spans(self, starts: Integers, ends: Integers) -> Integers:
        """Return a 64-bit hash of each span of characters: equal for equal spans, never 0."""
        if self._byte_offsets is not None:
            starts, ends = self._byte_offsets[starts], self._byte_offsets[ends]
        return hash_spans(self._data, starts, ends)

    def tokens_with(self, part: str) -> Integers:
        """Return the indices of the tokens that have a part, rising."""
        offsets = []
        offset = self.text.find(part)
        while offset >= 0:
            offsets.append(offset)
            offset = self.text.find(part, offset + len(part))
        return self.tokens_at(np.array(offsets, np.int64))

    def tokens_at(self, offsets: Integers) -> Integers:
        """Return the indices of the tokens that characters lie in, rising."""
        return distinct(self.ends.searchsorted(offsets)) if len(offsets) else np.zeros(0, np.int64)


class StrippedTokens(NamedTuple):
    """Tokens without the marks at their ends."""

    core_starts: Integers
    core_ends: Integers
    doubtful: Booleans
    """Whether the array passes cannot tell the core of the token."""
    closing_marks: list[tuple[Integers, Integers]]
    """Marks at the ends, the last ones first: the indices of the tokens, and where the mark of each begins."""


def split_tokens(batch: TokenBatch, unspaced: bool) -> tuple[Integers, Integers]:
    """Return where the words of the tokens begin and end; `unspaced` as in `words.split_token`."""
    # text                _ ( r e - d o ) . _ a t _     `_` is a space
    # offset              0 1 2 3 4 5 6 7 8 9 10  12
    # starts              [1 2 4 5 7 8 10]
    # ends                [2 4 5 7 8 9 12]               the next start or token end
    opens, doubtful = _word_starts(batch, unspaced)
    opens[_word_starts_one_by_one(batch, doubtful.nonzero()[0], unspaced)] = True
    starts = opens.nonzero()[0]
    is_bound = opens.copy()
    is_bound[batch.ends] = True
    bounds = is_bound.nonzero()[0]
    return starts, bounds[1:][opens[bounds[:-1]]]


def _word_starts(batch: TokenBatch, unspaced: bool) -> tuple[Booleans, Booleans]:
    """Return which characters begin words, and which tokens are in doubt, whose words are left out."""
    core = compiled_core()
    if core is None:
        return _word_starts_in_arrays(batch, unspaced)
    opens, doubtful = np.zeros(len(batch.codes), bool), np.empty(len(batch.ends), bool)
    core_starts, core_ends = np.empty((2, len(batch.ends)), np.int64)
    codes = batch.codes.astype(np.uint32, copy=False)
    core.split_tokens(codes, batch.kinds, batch.starts, batch.ends, opens, core_starts, core_ends, doubtful, unspaced)
    special = _may_be_special(batch, StrippedTokens(core_starts, core_ends, doubtful, [])) & ~doubtful
    opens[expand_spans(batch.starts[special], batch.ends[special] - batch.starts[special])] = False
    return opens, doubtful | special


def _word_starts_in_arrays(batch: TokenBatch, unspaced: bool) -> tuple[Booleans, Booleans]:
    # text                _ ( r e - d o ) . _ a t _     `_` is a space
    # offset              0 1 2 3 4 5 6 7 8 9 10  12
    # start to core         ^ ^               ^         opening marks, and where the core begins
    # closing marks                     ^ ^
    # cut, and after it           ^ ^
    stripped = _strip_tokens(batch)
    cuts, tokens, doubtful = _infix_cuts(batch, stripped)
    doubtful |= stripped.doubtful | _may_be_special(batch, stripped)
    if unspaced:
        doubtful[batch.ends.searchsorted((batch.codes >= 128).nonzero()[0])] = True
    opens = np.zeros(len(batch.codes), bool)
    opens[expand_spans(batch.starts, np.where(doubtful, 0, stripped.core_starts - batch.starts + 1))] = True
    for owners, marks in stripped.closing_marks:
        opens[marks[~doubtful[owners]]] = True
    cuts = cuts[~doubtful[tokens]]
    opens[cuts] = opens[cuts + 1] = True
    return opens, doubtful


def _strip_tokens(batch: TokenBatch) -> StrippedTokens:
    # tokens           (end).   "Hi"   !!!
    # cores at first   end).    Hi"          opening marks are off; `!!!` has no core and is doubtful
    # round 1          end)     Hi           a mark comes off each: closing_marks[0]
    # round 2          end      Hi           and another off the first: closing_marks[1]
    # round 3          end                   nothing comes off any more
    kinds = batch.kinds
    others = ((kinds & char.OPENS) == 0).nonzero()[0]
    core_starts, core_ends = others[others.searchsorted(batch.starts)], batch.ends.copy()
    doubtful = (core_starts == core_ends) | (batch.codes[core_starts] == _PLUS)
    closing_marks = []
    pending = (~doubtful).nonzero()[0]
    for _ in range(MAX_CLOSING_MARKS):
        ends = core_ends[pending]
        sizes = _closing_mark_sizes(kinds[ends - 3], kinds[ends - 2], kinds[ends - 1])
        marked = sizes.nonzero()[0]
        pending, ends = pending[marked], (ends - sizes)[marked]
        if not len(pending):
            break
        core_ends[pending] = ends
        closing_marks.append((pending, ends))
        inside = ends > core_starts[pending]
        doubtful[pending[~inside]] = True
        pending = pending[inside]
    doubtful[pending] = True
    _doubt_units(kinds, core_starts, core_ends, doubtful)
    return StrippedTokens(core_starts, core_ends, doubtful, closing_marks)


def _closing_mark_sizes(third_last: Integers, second_last: Integers, last: Integers) -> Integers:
    """Return the characters that come off next, 0 if none do, from the kinds of the last three characters."""
    # A full stop after a capital that stands alone belongs to its word.
    capitals = (second_last & char.UPPER != 0) & (third_last & (char.ALPHA | char.LOWER) == char.ALPHA)
    stop = (last & char.DOT != 0) & ((second_last & char.BEFORE_DOT != 0) | capitals)
    genitive = (last & char.GENITIVE != 0) & (second_last & char.APOSTROPHE != 0)
    return np.where(genitive, 2, (last & char.CLOSES != 0) | stop)


def _doubt_units(kinds: Integers, core_starts: Integers, core_ends: Integers, doubtful: Booleans) -> None:
    """Mark the cores that may end in a unit as doubtful: `km` comes off after a digit, and is a word elsewhere."""
    maybe_units = (kinds[core_ends - 1] & char.UNIT_END != 0).nonzero()[0]
    for back in range(2, LONGEST_UNIT + 2):
        offsets = core_ends[maybe_units] - back
        doubtful[maybe_units[(kinds[offsets] & char.FIGURE != 0) & (offsets >= core_starts[maybe_units])]] = True


def _infix_cuts(batch: TokenBatch, stripped: StrippedTokens) -> tuple[Integers, Integers, Booleans]:
    """Return where single marks cut tokens, the token of each cut, and which tokens are in doubt."""
    # batch.text          _ r e - d o _ x . Y z _ 1 + 2 _ a . b _
    # offset              0 1 2 3 4 5 6 7 8       12      16
    # offsets of marks    [3 8 13 17]
    # before, mark, after  e-d  x.Y  1+2  a.b
    # tokens              [0 1 2 3]
    # cut                 [1 1 1 0]    no full stop cuts before a small letter
    # doubtful            [0 1 0 0]    `x.Y` has a full stop and a cut: it may be an address, which stays whole
    kinds = batch.kinds
    maybe_cuts = char.DOT | char.HYPHEN | char.COLON | char.COMMA | char.SIGN | char.CUTS
    offsets = (kinds & maybe_cuts != 0).nonzero()[0]
    before, mark, after = kinds[offsets - 1], kinds[offsets], kinds[offsets + 1]
    tokens = batch.ends.searchsorted(offsets)
    inside = offsets < stripped.core_ends[tokens]
    stop, hyphen = mark & char.DOT != 0, mark & char.HYPHEN != 0
    figures = (before & char.FIGURE != 0) & (mark & char.SIGN != 0)
    cut = (before & char.ALNUM != 0) & (hyphen | (mark & char.COLON != 0))
    cut |= (before & char.LETTER != 0) & (mark & char.COMMA != 0)
    cut |= stop & (before & (char.LETTER | char.UPPER) == char.LETTER) & (after & char.LOWER == 0)
    cut = cut & (after & char.LETTER != 0) | figures & (after & char.FIGURE != 0)
    unsure = inside & (mark & char.CUTS != 0) | stop & (after & char.DOT != 0)
    unsure |= (after & char.HYPHEN != 0) & (hyphen & (before & char.ALNUM != 0) | figures)
    has_stop, doubtful = np.zeros((2, len(batch.ends)), bool)
    # A core with a full stop may be an address; if it has a cut too, `split_token` has to look.
    has_stop[tokens[stop & inside]] = True
    doubtful[tokens[cut]] = True
    doubtful &= has_stop
    doubtful[tokens[unsure]] = True
    dollars = (batch.codes == _DOLLAR).nonzero()[0]
    doubtful[batch.ends.searchsorted(dollars[kinds[dollars - 1] & char.ALPHA != 0])] = True
    return offsets[cut], tokens[cut], doubtful


def _may_be_special(batch: TokenBatch, stripped: StrippedTokens) -> Booleans:
    """Return which tokens have the core of a special token, and so may be one, with their marks or without."""
    return _special_core_hashes().among(_core_hashes(batch, stripped))


@cache
def _special_core_hashes() -> HashSet:
    """Return the hashes of the special tokens without the marks at their ends."""
    tokens = [token.encode() for token in TOKENIZER_EXCEPTIONS]
    ends = np.array([len(token) + 1 for token in tokens]).cumsum() - 1
    data = np.frombuffer(b" ".join([*tokens, b""]), np.uint8)
    batch = TokenBatch(data, np.concatenate([[0], ends[:-1] + 1]), ends)
    return HashSet(_core_hashes(batch, _strip_tokens(batch)))


def _core_hashes(batch: TokenBatch, stripped: StrippedTokens) -> Integers:
    return batch.hash_spans(stripped.core_starts, np.maximum(stripped.core_starts, stripped.core_ends))


def _word_starts_one_by_one(batch: TokenBatch, tokens: Integers, unspaced: bool) -> list[int]:
    starts = []
    text = batch.text
    for start, end in zip(batch.starts[tokens].tolist(), batch.ends[tokens].tolist(), strict=True):
        for word in split_token(text[start:end], unspaced):
            starts.append(start)
            start += len(word)
    return starts
