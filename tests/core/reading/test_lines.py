"""Bytes cut into lines: wherever the blocks end, the lines are the same, and blank ones in a row are one reject."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core.reading.lines import LineSplitter

PIECES = st.lists(st.sampled_from([b"\n", b"\n\n\n", b" ", b"\r\n", b"\t", b"{}", b"x"]), max_size=25).map(b"".join)
CUTS = st.lists(st.integers(0, 60), max_size=8)


def cut(data: bytes, places: list[int]) -> Iterator[bytes]:
    ends = sorted(min(place, len(data)) for place in places)
    for start, end in zip([0, *ends], [*ends, len(data)], strict=True):
        if start < end:
            yield data[start:end]


def found_in(blocks: Iterator[bytes]) -> list[tuple[str, int, bytes, str]]:
    return [
        ("", *item, "") if isinstance(item, tuple) else (item.reason, item.offset, item.raw, item.detail)
        for item in LineSplitter("a").split(blocks)
    ]


@given(PIECES, CUTS)
def test_lines_do_not_depend_on_where_blocks_end(data: bytes, places: list[int]) -> None:
    assert found_in(cut(data, places)) == found_in(cut(data, []))


@given(PIECES, CUTS)
def test_every_line_that_is_not_blank_comes_from_its_place(data: bytes, places: list[int]) -> None:
    data += b"\n"
    lines = data.split(b"\n")[:-1]
    found = found_in(cut(data, places))
    assert [line for reason, _, line, _ in found if not reason] == [line for line in lines if line.strip()]
    assert all(data[offset:].startswith(line) for _, offset, line, _ in found)
    reasons = [reason for reason, *_ in found]
    assert ("empty-line", "empty-line") not in itertools.pairwise(reasons)
    blanks = [detail for reason, *_, detail in found if reason == "empty-line"]
    counted = sum(1 if detail == "the line is blank" else int(detail.split()[0]) for detail in blanks)
    assert counted == sum(not line.strip() for line in lines)


@pytest.mark.parametrize("blank", [b"\n", b" \r\n"])
def test_a_run_of_blank_lines_is_one_reject_across_blocks(blank: bytes) -> None:
    blocks = [b'{"a":1}\n', *[blank * 1000] * 50, b"{}\n"]
    first = blank.rstrip(b"\n")
    end = 8 + 50_000 * len(blank)
    assert found_in(iter(blocks)) == [
        ("", 0, b'{"a":1}', ""),
        ("empty-line", 8, first, "50000 blank lines"),
        ("", end, b"{}", ""),
    ]


@pytest.mark.parametrize(
    "line", [b'{"text":"b","x":NaN}', b'{"a":[-Infinity]}', b'{"a":1,"a":2}', b'{"n":99999999999999999999}']
)
def test_a_last_line_that_is_whole_but_wrong_is_not_cut(line: bytes) -> None:
    splitter = LineSplitter("x.jsonl")
    assert list(splitter.split(iter([b"{}\n" + line]))) == [(0, b"{}"), (3, line)]
    assert splitter.cut_line is None


@pytest.mark.parametrize("line", [b'{"text":"b","x":Na', b'{"a":1,"a":2', b'{"x":NaN'])
def test_a_last_line_that_is_not_whole_is_cut(line: bytes) -> None:
    splitter = LineSplitter("x.jsonl")
    list(splitter.split(iter([b"{}\n" + line])))
    assert splitter.cut_line == (3, len(line))
