"""Numbers that mostly follow one another: asked of stretches, or of each number, the answers are the same."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.formats.search_index.stretches import LEAST_LENGTH, Stretches

PIECES = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 4 * LEAST_LENGTH)), max_size=8)


def numbers_of(pieces: list[tuple[int, int]]) -> "array[int]":
    return array("I", [number for first, length in pieces for number in range(first, first + length)])


@given(PIECES)
def test_stretches_answer_as_the_numbers_do(pieces: list[tuple[int, int]]) -> None:
    numbers = numbers_of(pieces)
    stretches = Stretches(numbers)
    assert stretches.are_distinct() == (len({*numbers}) == len(numbers))
    assert stretches.greatest() == max(numbers, default=0)


@given(PIECES, st.sets(st.integers(0, 450)))
def test_numbers_without_a_flag_come_in_order(pieces: list[tuple[int, int]], flagged: set[int]) -> None:
    numbers = numbers_of(pieces)
    flags = bytearray(500)
    for number in flagged:
        flags[number] = 1
    assert {*Stretches(numbers).without_flag(flags)} == {*numbers} - flagged
    distinct = array("I", dict.fromkeys(numbers))
    assert Stretches(distinct).without_flag(flags) == sorted({*numbers} - flagged)


@given(PIECES, st.data())
def test_rows_are_within_one_stretch_only_if_their_numbers_follow_one_another(
    pieces: list[tuple[int, int]], data: st.DataObject
) -> None:
    numbers = numbers_of([*pieces, (0, 1)])
    start = data.draw(st.integers(0, len(numbers) - 1))
    end = data.draw(st.integers(start + 1, len(numbers)))
    follow = list(numbers[start:end]) == list(range(numbers[start], numbers[start] + end - start))
    assert follow or not Stretches(numbers).is_within_one(start, end)


def test_long_stretches_are_known_and_single_numbers_are_not_held() -> None:
    numbers = array("I", [*range(100), *range(200, 300)])
    stretches = Stretches(numbers)
    assert stretches.is_within_one(0, 100)
    assert stretches.is_within_one(100, 200)
    assert not stretches.is_within_one(99, 101)
    assert not Stretches(array("I", range(0, 200, 2))).is_within_one(0, 1)


@pytest.mark.parametrize("number", [2**32 - 1, 0])
def test_numbers_that_no_index_has_are_compared_one_by_one(number: int) -> None:
    numbers = array("I", [*range(100), 2**32 - 1, number, *range(100, 200)])
    stretches = Stretches(numbers)
    assert not stretches.are_distinct()
    assert stretches.greatest() == 2**32 - 1
