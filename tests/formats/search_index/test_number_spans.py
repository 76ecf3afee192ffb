"""Numbers that mostly follow one another: asked of spans, or of each number, the answers are the same."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.formats.search_index.number_spans import LEAST_LENGTH, NumberSpans

RANGES = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 4 * LEAST_LENGTH)), max_size=8)


def numbers_of(ranges: list[tuple[int, int]]) -> "array[int]":
    return array("I", [number for first, length in ranges for number in range(first, first + length)])


@given(RANGES)
def test_spans_answer_as_the_numbers_do(ranges: list[tuple[int, int]]) -> None:
    numbers = numbers_of(ranges)
    spans = NumberSpans(numbers)
    assert spans.are_distinct() == (len({*numbers}) == len(numbers))
    assert spans.greatest() == max(numbers, default=0)


@given(RANGES, st.sets(st.integers(0, 450)))
def test_numbers_without_a_flag_come_in_order(ranges: list[tuple[int, int]], flagged: set[int]) -> None:
    numbers = numbers_of(ranges)
    flags = bytearray(500)
    for number in flagged:
        flags[number] = 1
    assert {*NumberSpans(numbers).without_flag(flags)} == {*numbers} - flagged
    distinct = array("I", dict.fromkeys(numbers))
    assert NumberSpans(distinct).without_flag(flags) == sorted({*numbers} - flagged)


@given(RANGES, st.data())
def test_rows_are_within_one_span_only_if_their_numbers_follow_one_another(
    ranges: list[tuple[int, int]], data: st.DataObject
) -> None:
    numbers = numbers_of([*ranges, (0, 1)])
    start = data.draw(st.integers(0, len(numbers) - 1))
    end = data.draw(st.integers(start + 1, len(numbers)))
    follow = list(numbers[start:end]) == list(range(numbers[start], numbers[start] + end - start))
    assert follow or not NumberSpans(numbers).is_within_one(start, end)


def test_long_spans_are_known_and_single_numbers_are_not_held() -> None:
    numbers = array("I", [*range(100), *range(200, 300)])
    spans = NumberSpans(numbers)
    assert spans.is_within_one(0, 100)
    assert spans.is_within_one(100, 200)
    assert not spans.is_within_one(99, 101)
    assert not NumberSpans(array("I", range(0, 200, 2))).is_within_one(0, 1)


@pytest.mark.parametrize("number", [2**32 - 1, 0])
def test_numbers_that_no_index_has_are_compared_one_by_one(number: int) -> None:
    numbers = array("I", [*range(100), 2**32 - 1, number, *range(100, 200)])
    spans = NumberSpans(numbers)
    assert not spans.are_distinct()
    assert spans.greatest() == 2**32 - 1
