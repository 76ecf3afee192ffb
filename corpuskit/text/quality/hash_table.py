"""A hash table in arrays: a few calls look up or insert thousands of keys.

Open addressing with linear probing: the top bits of a key name its slot, and the key lies in the first slot from there
on that was free when it was added.
"""

import numpy as np

from corpuskit.text.quality.arrays import Integers
from corpuskit.text.quality.compiled import compiled_core
from corpuskit.text.quality.sums import distinct

__all__ = ["HashTable"]

INITIAL_BITS = 19
"""Initial slots, as many as a full vocabulary needs: a table that grows late would raise a stream's memory late."""


class HashTable:
    """Maps 64-bit hashes (uint64, never 0) to numbers from 0 on, in the order in which they were first met."""

    def __init__(self) -> None:
        """Make an empty table."""
        self._size = 0
        self._allocate(INITIAL_BITS)

    def __len__(self) -> int:
        """Return the number of keys."""
        return self._size

    def clear(self) -> None:
        """Forget all keys. The memory is reused, except for what one huge text took, which is released."""
        self._size = 0
        if len(self._keys) > 1 << INITIAL_BITS:
            self._allocate(INITIAL_BITS)
        else:
            self._keys.fill(0)

    def number_keys(self, keys: Integers) -> tuple[Integers, Integers]:
        """Return the number of each key, and the indices in `keys` of those that are new, by rising number."""
        core = compiled_core()
        if core is None:
            return self._number_keys(keys)
        self._leave_space(keys)
        numbers, new = np.empty((2, len(keys)), np.int64)
        count = core.number_keys(keys, self._keys, self._numbers, numbers, new, int(self._shift), self._size)
        self._size += count
        self._grow()
        return numbers, new[:count]

    def _number_keys(self, keys: Integers) -> tuple[Integers, Integers]:
        # An empty table, keys     [70 50 70 60]
        # missing                  [ 0  1  2  3]    all of them
        # slots                    [ 7  5  7  6]    where they lie once they are entered
        # numbers of those slots   [ 0  1  0  3]    for now, where in `missing` each stands first
        # is_first                 [ 1  1  0  1]
        # numbers, new indices     [ 0  1  0  2], [0 1 3]
        numbers, missing = self._look_up(keys)
        if not len(missing):
            return numbers, missing
        self._leave_space(keys[missing])
        slots = self._enter(keys[missing])
        order = np.arange(len(missing))
        self._numbers[slots[::-1]] = order[::-1]
        is_first = self._numbers[slots] == order
        ranks = is_first.cumsum() - 1 + self._size
        self._numbers[slots[is_first]] = ranks[is_first]
        numbers[missing] = self._numbers[slots]
        self._size = int(ranks[-1]) + 1
        self._grow()
        return numbers, missing[is_first]

    def _allocate(self, bits: int) -> None:
        self._shift, self._last_slot = np.uint64(64 - bits), (1 << bits) - 1
        # Filled, so that the memory is allocated now; `zeros` would take it page by page.
        self._keys = np.full(1 << bits, 0, np.uint64)
        self._numbers = np.full(1 << bits, 0, np.int64)

    def _look_up(self, keys: Integers) -> tuple[Integers, Integers]:
        """Return the numbers of the keys that are in the table, and the rising indices of those that are not."""
        # Slots, of 8:   0: -   1: -   2: A   3: B   4: -        A, B and X all have slot 2 by their top bits
        # keys                [A B X]
        # pending, slot 2       [1 2]      holds A: B and X go on; A has its number
        # pending, slot 3         [2]      holds B: X goes on; B has its number
        # pending, slot 4         [2]      free: X is missing
        slots = (keys >> self._shift).astype(np.int64)
        numbers: Integers = self._numbers[slots]
        pending = (self._keys[slots] != keys).nonzero()[0]
        missing = []
        while len(pending):
            free = self._keys[slots[pending]] == 0
            missing.append(pending[free])
            pending = pending[~free]
            slots[pending] = slots[pending] + 1 & self._last_slot
            numbers[pending] = self._numbers[slots[pending]]
            pending = pending[self._keys[slots[pending]] != keys[pending]]
        return numbers, np.sort(np.concatenate(missing)) if missing else pending

    def _leave_space(self, keys: Integers) -> None:
        """Grow the table if these keys might fill it."""
        if self._size + len(keys) >= len(self._keys):
            self._grow(len(distinct(keys)))

    def _grow(self, more: int = 0) -> None:
        """Grow the table if with so many more keys less than half of it were empty."""
        if (self._size + more) * 2 <= len(self._keys):
            return
        used = self._keys.nonzero()[0]
        keys, numbers = self._keys[used], self._numbers[used]
        self._allocate(((self._size + more) * 2 - 1).bit_length())
        self._numbers[self._enter(keys)] = numbers

    def _enter(self, keys: Integers) -> Integers:
        """Write keys that are not in the table, and return the slot of each; equal ones share theirs."""
        slots = (keys >> self._shift).astype(np.int64)
        pending = np.arange(len(keys))
        while len(pending):
            targets = slots[pending]
            free = self._keys[targets] == 0
            # If several keys write to one slot, the last one gets it; the others read another key there and go on.
            self._keys[targets[free]] = keys[pending[free]]
            pending = pending[self._keys[targets] != keys[pending]]
            slots[pending] = slots[pending] + 1 & self._last_slot
        return slots
