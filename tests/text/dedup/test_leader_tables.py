"""The tables of leaders: what dictionaries would hold, for all tables at once."""

from collections import defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.text.dedup.leader_tables import LeaderTables, Lookup

KEYS = st.integers(0, 2**64 - 1) | st.integers(0, 40).map(lambda small: small << 32) | st.integers(2**64 - 9, 2**64 - 1)


def listed(found: Lookup, table: int) -> list[int]:
    return found.leaders[found.tables == table].tolist()


@given(st.lists(st.tuples(KEYS, KEYS, st.booleans()), max_size=300))
def test_the_tables_hold_what_dictionaries_would(rows: list[tuple[int, int, bool]]) -> None:
    tables, plain = LeaderTables(2, capacity=4), [defaultdict(list), defaultdict(list)]
    for number, (left, right, both) in enumerate(rows):
        found = tables.find(np.array([left, right], np.uint64))
        chosen = [0, 1] if both else [1]
        for table, key in enumerate((left, right)):
            assert listed(found, table) == plain[table][key >> 32]
            if table in chosen:
                plain[table][key >> 32].append(number)
        tables.add(found, np.array(chosen), number)
    assert len(tables) == sum(len(leaders) for table in plain for leaders in table.values())


def test_the_tables_take_keys_that_crowd_their_end() -> None:
    tables, keys = LeaderTables(3, capacity=8), [2**64 - 1 - (number << 32) for number in range(600)]
    for number, key in enumerate(keys):
        tables.add(tables.find(np.full(3, key, np.uint64)), np.arange(3), number)
    for number, key in enumerate(keys):
        found = tables.find(np.full(3, key, np.uint64))
        assert [listed(found, table) for table in range(3)] == [[number]] * 3


def test_many_entries_of_one_key_are_found_in_order() -> None:
    tables, key = LeaderTables(1), np.array([2**64 - 1], np.uint64)
    for number in range(300):
        tables.add(tables.find(key), np.zeros(1, np.int64), number)
    assert listed(tables.find(key), 0) == list(range(300))
