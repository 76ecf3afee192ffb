"""A hash table in arrays: thousands of keys are looked up or entered by a few calls.

Open addressing with linear probing: a key lies in the first free slot from its own on.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["HashTable"]

Integers = npt.NDArray[Any]

FIRST_BITS = 18
"""Slots to begin with, as many as a full vocabulary needs: a table that grows late raises a stream's memory late."""


class HashTable:
    """Hashes of 64 bits (uint64, never 0) to numbers from 0 on, in the order in which they were first met."""

    def __init__(self) -> None:
        """An empty table."""
        self._size = 0
        self._allot(FIRST_BITS)

    def __len__(self) -> int:
        """How many keys it holds."""
        return self._size

    def clear(self) -> None:
        """Forget all keys; the memory is used again, and what one huge text took is given back."""
        self._size = 0
        if len(self._keys) > 1 << FIRST_BITS:
            self._allot(FIRST_BITS)
        else:
            self._keys.fill(0)

    def numbers(self, keys: Integers) -> tuple[Integers, Integers]:
        """A number for each key, and the places in `keys` where new ones stand, by rising number."""
        numbers, missing = self._find(keys)
        if not len(missing):
            return numbers, missing
        distinct, first, inverse = np.unique(keys[missing], return_index=True, return_inverse=True)
        order = first.argsort()
        rank = np.empty_like(order)
        rank[order] = np.arange(self._size, self._size + len(order))
        numbers[missing] = rank[inverse]
        self._enter(distinct, rank)
        return numbers, missing[first[order]]

    def _allot(self, bits: int) -> None:
        self._shift, self._last = np.uint64(64 - bits), (1 << bits) - 1
        # Filled, so that the memory is taken now; `zeros` would take it page by page.
        self._keys = np.full(1 << bits, 0, np.uint64)
        self._numbers = np.full(1 << bits, 0, np.int64)

    def _find(self, keys: Integers) -> tuple[Integers, Integers]:
        """Numbers of the keys that are known, and the places of the others, rising."""
        slots = (keys >> self._shift).astype(np.int64)
        numbers: Integers = self._numbers[slots]
        left = (self._keys[slots] != keys).nonzero()[0]
        missing = []
        while len(left):
            free = self._keys[slots[left]] == 0
            missing.append(left[free])
            left = left[~free]
            slots[left] = slots[left] + 1 & self._last
            numbers[left] = self._numbers[slots[left]]
            left = left[self._keys[slots[left]] != keys[left]]
        return numbers, np.sort(np.concatenate(missing)) if missing else left

    def _enter(self, keys: Integers, numbers: Integers) -> None:
        """Add distinct keys that are not in the table; it stays half empty."""
        self._size += len(keys)
        if self._size * 2 > len(self._keys):
            used = self._keys.nonzero()[0]
            keys = np.concatenate([self._keys[used], keys])
            numbers = np.concatenate([self._numbers[used], numbers])
            self._allot((self._size * 2 - 1).bit_length())
        slots = (keys >> self._shift).astype(np.int64)
        left = np.arange(len(keys))
        while len(left):
            wanted = slots[left]
            free = self._keys[wanted] == 0
            # Of several keys that want one slot the last one gets it.
            self._keys[wanted[free]] = keys[left[free]]
            got = self._keys[wanted] == keys[left]
            self._numbers[wanted[got]] = numbers[left[got]]
            left = left[~got]
            slots[left] = slots[left] + 1 & self._last
