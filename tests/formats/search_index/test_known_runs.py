"""Lines that an index has, taken many at a time: the same as one by one, wherever a stream was edited and cut."""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core.counts import StreamCount
from corpuskit.core.outcome import Rejected
from corpuskit.core.reading.known_runs import lines_and_passed
from corpuskit.core.reading.lines import LineSplitter
from corpuskit.core.recogniser import Passed
from corpuskit.formats.search_index.known_lines import KnownLines
from corpuskit.formats.search_index.line_list import LineList
from corpuskit.formats.search_index.run_list import MOST_BYTES, RUN_LINES, RunList, run_hash

LINES = [json.dumps({"id": f"d{number}", "text": "ab" * (number % 7)}).encode() for number in range(200)]
LINES[40] = json.dumps({"id": "d40", "text": "c" * 3 * MOST_BYTES}).encode()
LINES[80] = json.dumps({"id": "d80", "text": "c" * (MOST_BYTES - 200)}).encode()
OTHERS = [b'{"id":"new"}', b'{"id":"other","text":"a"}', b"no document", b"", b" "]
EDITS = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.sampled_from(["new", "changed", "removed", "repeated"]),
        st.lists(st.sampled_from(OTHERS), max_size=12),
    ),
    max_size=12,
)


class Index:
    """The lists of an index in memory, and what takes a stream for it."""

    def __init__(self, lines: Sequence[bytes], *, known_singly: bool = False) -> None:
        before = LineList()
        for number, line in enumerate(lines, start=1):
            before.extend([number], xxhash.xxh3_128_digest(line))
            before.runs.add(None if known_singly and number % 3 else line)
        before.runs.close()
        self.known, self.flags, self.after = KnownLines(before), bytearray(1000), LineList()
        self.asked: list[bytes] = []
        """Lines that were looked up one by one."""

    def pass_known(self, block: bytes, start: int) -> tuple[Passed | None, int | None]:
        count, lines_left = self.known.runs.take(block, start, self.flags, self.after)
        assert lines_left != 0 or len(block) - start - count.bytes <= MOST_BYTES
        return Passed(count, "unchanged") if count.documents else None, lines_left

    def pass_lines(self, lines: Sequence[bytes]) -> Callable[[int], Passed | None]:
        self.asked += lines
        found_lines = self.known.find(lines)

        def take(start: int) -> Passed | None:
            end = found_lines.end_of_run(start, self.flags)
            found_lines.enter(start, end, self.after)
            return Passed(found_lines.count(start, end), "unchanged") if end > start else None

        return take

    def items(self, blocks: Iterator[bytes]) -> Iterator[tuple[int, bytes] | Rejected | StreamCount]:
        """What comes out of a stream: lines with their offsets, rejects, and counts in place of lines that pass."""
        for part in lines_and_passed(blocks, LineSplitter("a"), self):
            if isinstance(part, Rejected):
                yield part
            elif isinstance(part, Passed):
                yield part.count
            else:
                yield from self._run(part)

    def _run(self, run: list[tuple[int, bytes]]) -> Iterator[tuple[int, bytes] | StreamCount]:
        pass_from, index = self.pass_lines([line for _, line in run]), 0
        while index < len(run):
            if (passed := pass_from(index)) is None:
                yield run[index]
                index += 1
            else:
                yield passed.count
                index += passed.count.documents


def edited(edits: list[tuple[int, str, list[bytes]]]) -> list[bytes]:
    before, after = list(LINES), list[bytes]()
    for distance, kind, others in edits:
        after, before = after + before[:distance], before[distance:]
        after += after[-len(others) :] if kind == "repeated" and others else [] if kind == "removed" else others
        before = before[0 if kind == "new" else len(others) :]
    return after + before


def cut(stream: bytes, places: list[int]) -> Iterator[bytes]:
    ends = sorted({min(place, len(stream)) for place in places} | {0, len(stream)})
    return (stream[start:end] for start, end in pairwise(ends))


def count_of(lines: Sequence[bytes]) -> StreamCount:
    count = StreamCount()
    count.add_many(lines)
    return count


@pytest.mark.parametrize("known_singly", [False, True])
@given(
    edits=EDITS,
    places=st.lists(st.integers(0, 300_000), max_size=20),
    ends_with_line_feed=st.booleans(),
)
def test_what_passes_and_what_does_not_is_the_stream(
    known_singly: bool, edits: list[tuple[int, str, list[bytes]]], places: list[int], ends_with_line_feed: bool
) -> None:
    lines = edited(edits)
    stream = b"\n".join([*lines, b""] if ends_with_line_feed else lines)
    index, rest = (
        Index(LINES, known_singly=known_singly),
        list(LineSplitter("a").split(iter([stream] if stream else []))),
    )
    taken = list[bytes]()
    for item in index.items(cut(stream, places)):
        if isinstance(item, StreamCount):
            passed, rest = rest[: item.documents], rest[item.documents :]
            passed_lines = [line[1] for line in passed if isinstance(line, tuple)]
            assert count_of(passed_lines) == item
            taken += passed_lines
        else:
            assert item == rest.pop(0)
    assert not rest
    assert len({*taken}) == len(taken) and {*taken} <= {*LINES}
    assert [LINES[number - 1] for number in index.after.numbers] == taken
    assert index.after.digests == b"".join(map(xxhash.xxh3_128_digest, taken))
    assert sum(index.flags) == len(taken)


@given(edits=EDITS)
def test_the_new_list_has_the_runs_of_its_lines(edits: list[tuple[int, str, list[bytes]]]) -> None:
    index = Index(LINES)
    for _ in index.items(iter([b"\n".join([*edited(edits), b""])])):
        pass
    runs, taken = index.after.runs, [LINES[number - 1] for number in index.after.numbers]
    runs.close()
    assert sum(runs.lines) == len(taken)
    for start, end, size, hash_ in runs.hashed():
        assert size == sum(map(len, taken[start:end])) + end - start <= MOST_BYTES
        assert (end - start <= RUN_LINES, hash_) == (True, run_hash(taken[start:end]))


def stream_of(lines: Sequence[bytes]) -> Iterator[bytes]:
    return cut(b"".join(line + b"\n" for line in lines), list(range(0, 300_000, 10_000)))


def test_a_stream_that_is_the_same_is_not_parted_into_lines() -> None:
    index = Index(LINES)
    assert all(isinstance(item, StreamCount) for item in index.items(stream_of(LINES)))
    assert index.asked == [LINES[40]]  # too long to be waited for


@pytest.mark.parametrize("row", [0, 3, 7, 8, 9, 100, 199])
def test_of_a_stream_with_one_change_few_lines_are_looked_up(row: int) -> None:
    for lines in (
        [*LINES[:row], OTHERS[0], *LINES[row:]],
        [*LINES[:row], OTHERS[0], *LINES[row + 1 :]],
        [*LINES[:row], *LINES[row + 1 :]],
    ):
        index = Index(LINES)
        list(index.items(stream_of(lines)))
        assert len(index.asked) <= 5
        assert sum(index.flags) == len({*lines} & {*LINES})


def test_where_nothing_is_known_ever_more_lines_are_looked_up_at_a_time() -> None:
    index, batches = Index(LINES), list[int]()
    for part in lines_and_passed(
        stream_of([b'{"id":"x%d"}' % number for number in range(2000)]), LineSplitter("a"), index
    ):
        assert isinstance(part, list)
        batches.append(len(part))
    assert len(batches) < 40 and batches[:4] == [2, 4, 8, 16]


def test_without_some_lines_the_others_of_their_runs_are_known_singly() -> None:
    lists = LineList()
    for number, line in enumerate(LINES):
        lists.extend([number], xxhash.xxh3_128_digest(line))
        lists.runs.add(line)
    lists.runs.close()
    runs = lists.without({0, 9, *range(16, 24)}).runs
    assert list(runs.lines[:4]) == [14, 8, 8, 1] and list(runs.sizes[:1]) == [0]
    assert sum(runs.lines) == len(LINES) - 10


@given(st.lists(st.lists(st.sampled_from(LINES), max_size=12), max_size=8))
def test_lines_that_are_added_together_make_the_runs_of_lines_added_one_by_one(parts: list[list[bytes]]) -> None:
    together, singly = RunList(), RunList()
    for part in parts:
        together.add_lines(part)
        for line in part:
            singly.add(line)
    together.close()
    singly.close()
    assert list(together.hashed()) == list(singly.hashed())
    assert together.starts() == singly.starts()


def test_a_run_with_a_change_is_hashed_as_a_whole_but_once() -> None:
    index, sizes = Index(LINES[: RUN_LINES * 4]), []
    digest_of = index.known.runs._digest_of

    def noted(part: bytes) -> bytes:
        sizes.append(len(part))
        return digest_of(part)

    index.known.runs._digest_of = noted
    changed = [*LINES[: RUN_LINES * 2], OTHERS[1], *LINES[RUN_LINES * 2 + 1 : RUN_LINES * 4]]
    list(index.items(iter([b"".join(line + b"\n" for line in changed)])))
    assert len([size for size in sizes if size > max(map(len, changed))]) == 4
