"""Leaders by key, in memory, for streams: 8 bytes per entry, and all bands are looked up at once.

Hash tables with open addressing lie one after the other in one array. An entry holds a key's upper half and the number
of its leader; the lower half is not kept, so a hit has to be compared with the key on disk. A key's entries lie from
its home slot on, in the order in which they were added. A search does not wrap around: after the home slots, a table
has spare slots for entries that find no free one before.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpuskit.text.dedup.shingles import HALF, Hashes

__all__ = ["LeaderTables", "Lookup"]

NUMBER = np.uint64(0xFFFF_FFFF)
EMPTY = np.uint64(0)
WINDOW = 32
"""Slots examined together, from a home on. The last ones of a table stay free, so that every search ends."""

FULL = 0.8
"""Share of occupied slots at which tables grow, by a third."""

Numbers = NDArray[np.int64]


class Lookup(NamedTuple):
    """What the tables hold for one key per table."""

    tables: Numbers
    """Tables with an entry for their key, each as often as it has entries, in the order in which they were added."""
    leaders: Numbers
    """The leader of each of these."""
    heads: Hashes
    """The upper half of each table's key."""
    free: Numbers
    """The slot of each table where the key's next entry goes."""


class LeaderTables:
    """Hash tables from keys to document numbers."""

    def __init__(self, tables: int, capacity: int = 1 << 10) -> None:
        """`capacity` is the number of slots per table to start with."""
        self._counts = np.zeros(tables, np.int64)
        capacity = -(-capacity // WINDOW) * WINDOW
        self._capacity, self._spare = capacity, 2 * WINDOW
        self._slots = np.zeros(tables * (capacity + self._spare), np.uint64)
        self._starts = np.arange(tables) * (capacity + self._spare)

    def __len__(self) -> int:
        """Return the number of entries."""
        return int(self._counts.sum())

    def find(self, keys: Hashes) -> Lookup:
        """Return the entries of one key per table, with those of other keys that have the same upper half."""
        heads = keys >> HALF
        at = self._starts + self._homes(heads, self._capacity)
        tables, leaders, free = [], [], np.full(len(keys), -1, np.int64)
        open_tables = np.arange(len(keys))
        while len(open_tables):
            slots = self._slots[at[open_tables, None] + _STEPS]
            empty = slots == EMPTY
            ends = np.where(empty.any(axis=1), empty.argmax(axis=1), WINDOW)
            same = (slots >> HALF == heads[open_tables, None]) & (ends[:, None] > _STEPS)
            if same.any():
                rows, columns = np.nonzero(same)
                tables.append(open_tables[rows])
                leaders.append((slots[rows, columns] & NUMBER).astype(np.int64) - 1)
            ended = ends < WINDOW
            free[open_tables[ended]] = at[open_tables[ended]] + ends[ended]
            at += WINDOW
            open_tables = open_tables[~ended]
        return Lookup(_concatenated(tables), _concatenated(leaders), heads, free)

    def add(self, lookup: Lookup, tables: Numbers, leader: int) -> None:
        """Make a document a leader, in these tables, of the keys that were looked up."""
        slots = lookup.free[tables]
        self._slots[slots] = lookup.heads[tables] << HALF | np.uint64(leader + 1)
        self._counts[tables] += 1
        last = int((slots - self._starts[tables]).max(initial=0))
        crowded, full = last >= self._capacity + self._spare - WINDOW - 1, self._counts.max() >= self._capacity * FULL
        if crowded or full:
            # A table with more homes never needs more spare slots after them than it has.
            more = -(-self._capacity // (3 * WINDOW)) * WINDOW if full else 0
            self._lay_out(self._capacity + more, self._spare * (2 if crowded else 1))

    def _homes(self, heads: Hashes, capacity: int) -> Numbers:
        return (heads * np.uint64(capacity // WINDOW) >> HALF).astype(np.int64) * WINDOW

    def _lay_out(self, capacity: int, spare: int) -> None:
        """Resize the tables in place, the last one first, so that none moves onto one that has not moved yet."""
        before, tables = self._capacity + self._spare, len(self._counts)
        self._slots.resize(tables * (capacity + spare), refcheck=False)
        self._capacity, self._spare, self._starts = capacity, spare, np.arange(tables) * (capacity + spare)
        for table in reversed(range(tables)):
            old = self._slots[table * before : (table + 1) * before]
            entries = old[old != EMPTY]
            old[:] = EMPTY
            self._enter(table, entries)

    def _enter(self, table: int, entries: Hashes) -> None:
        """Put entries into an empty table, each into the first free slot from its home on."""
        # Sorts by home and, within a key, by leader, which is the order in which they were added.
        entries.sort()
        slots = self._homes(entries >> HALF, self._capacity)
        rank = np.arange(len(entries))
        slots -= rank
        np.maximum.accumulate(slots, out=slots)
        slots += rank
        self._slots[self._starts[table] : self._starts[table] + self._capacity + self._spare][slots] = entries


_STEPS = np.arange(WINDOW)
_NONE = np.empty(0, np.int64)


def _concatenated(parts: list[Numbers]) -> Numbers:
    """Return the parts, one for each window, as one array, with each table's entries in the order of adding."""
    if not parts:
        return _NONE
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
