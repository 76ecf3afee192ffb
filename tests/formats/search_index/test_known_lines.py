"""Lines that an index has: taken in runs, each once, whatever comes between them, and however many there are."""

import pytest
import xxhash
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpuskit.core.counts import StreamCount
from corpuskit.formats.search_index import number_lookup
from corpuskit.formats.search_index.known_lines import KnownLines
from corpuskit.formats.search_index.line_list import LineList

LINES = [b"line %d" % number for number in range(12)]
KNOWN = {line: 3 * number + 1 for number, line in enumerate(LINES[:8])}
"""Numbers of documents, by their lines."""


def known(numbers_by_line: dict[bytes, int] = KNOWN) -> KnownLines:
    lines = LineList()
    lines.extend(numbers_by_line.values(), b"".join(map(xxhash.xxh3_128_digest, numbers_by_line)))
    return KnownLines(lines)


def taken(lookup: KnownLines, lines: list[bytes], flags: bytearray) -> tuple[list[int], StreamCount, LineList]:
    """The indexes of the lines that are taken, their count, and the list of them."""
    found_lines, start = lookup.find(lines), 0
    indexes: list[int] = []
    count, line_list = StreamCount(), LineList()
    while start < len(lines):
        end = found_lines.end_of_run(start, flags)
        count.merge(found_lines.count(start, end))
        found_lines.enter(start, end, line_list)
        indexes += range(start, end)
        start = max(end, start + 1)
    return indexes, count, line_list


def count_of(lines: list[bytes]) -> StreamCount:
    count = StreamCount()
    count.add_many(lines)
    return count


@pytest.mark.parametrize("small_index", [100, 0])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.sampled_from(LINES), max_size=30))
def test_each_known_line_is_taken_once_in_any_order(
    monkeypatch: pytest.MonkeyPatch, small_index: int, lines: list[bytes]
) -> None:
    monkeypatch.setattr(number_lookup, "SMALL_INDEX", small_index)
    monkeypatch.setattr(number_lookup, "MOST_MOVED", 0)
    lookup, flags = known(), bytearray(100)
    lookup.note_moved()
    indexes, count, line_list = taken(lookup, lines, flags)
    first_indexes = [index for index, line in enumerate(lines) if line in KNOWN and lines.index(line) == index]
    first_lines = [lines[index] for index in first_indexes]
    assert indexes == first_indexes and count == count_of(first_lines)
    assert line_list.numbers.tolist() == [KNOWN[line] for line in first_lines]
    assert line_list.digests == b"".join(map(xxhash.xxh3_128_digest, first_lines))
    assert lookup.unseen(flags) == [number for line, number in KNOWN.items() if line not in lines]


@given(lines=st.lists(st.sampled_from(LINES), max_size=30))
def test_of_lines_in_another_order_each_is_taken_once_or_read(lines: list[bytes]) -> None:
    lookup, flags = known(), bytearray(100)
    indexes, count, line_list = taken(lookup, lines, flags)
    lines_taken = [lines[index] for index in indexes]
    assert len({*lines_taken}) == len(lines_taken) and count == count_of(lines_taken)
    assert line_list.numbers.tolist() == [KNOWN[line] for line in lines_taken]
    assert lookup.unseen(flags) == [number for line, number in KNOWN.items() if line not in lines_taken]


MANY = {b"line %d" % number: number for number in range(1, 2001)}
FEWER = dict(list(MANY.items())[:400])


@pytest.mark.parametrize("batch", [1, 7, 256])
@given(
    edits=st.lists(
        st.tuples(st.integers(20, 60), st.sampled_from(["new", "changed", "removed"]), st.integers(1, 6)), max_size=40
    )
)
def test_lines_between_edits_are_taken_in_order(batch: int, edits: list[tuple[int, str, int]]) -> None:
    """But for the last line of all, if it stands between two edits."""
    before, after, expected = list(FEWER), list[bytes](), list[bytes]()
    for distance, kind, number in edits:
        kept, before = before[:distance], before[distance:]
        after, expected = after + kept, expected + kept
        after += [b"edit"] * (0 if kind == "removed" else number)
        before = before[0 if kind == "new" else number :]
    after, expected = after + before, expected + before
    lookup, flags, taken_lines = known(FEWER), bytearray(1000), list[bytes]()
    for start in range(0, len(after), batch):
        some_lines = after[start : start + batch]
        taken_lines += [some_lines[index] for index in taken(lookup, some_lines, flags)[0]]
    missed = len(expected) - len(taken_lines)
    assert taken_lines == [line for line in expected if line in {*taken_lines}]
    assert missed <= 1


def test_many_lines_may_be_missing_in_a_row() -> None:
    lines, flags = list(MANY), bytearray(3000)
    kept = lines[:100] + lines[300:]
    assert taken(known(MANY), kept, flags)[0] == list(range(len(kept)))


def test_a_line_that_was_brought_forward_costs_no_others() -> None:
    lines, flags = list(MANY), bytearray(3000)
    moved = [lines[100], *lines[:100], *lines[101:]]
    assert taken(known(MANY), moved, flags)[0] == list(range(1, 2000))


def test_lines_that_were_turned_round_are_found_after_some() -> None:
    lookup, flags = known(MANY), bytearray(3000)
    for line in reversed(list(MANY)[-40:]):
        if not taken(lookup, [line], flags)[0]:
            lookup.note_moved()
    assert taken(lookup, list(MANY)[:-40], flags)[0] == list(range(1960))
