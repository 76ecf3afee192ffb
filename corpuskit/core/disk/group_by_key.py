"""Bring rows together by key in bounded memory: rows beyond what memory may hold go to disk, by key."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, NamedTuple

from corpuskit.core.disk.spool import RowSpool

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    KeyedRows = NDArray[np.uint64]

FILES = 32
"""Most files that rows are distributed to at a time."""

READ_ROWS = 1 << 16


class Run(NamedTuple):
    """All rows of some keys or, of a key that memory cannot hold at once, some rows in order."""

    rows: "KeyedRows"
    part: bool


def by_key(chunks: Iterable["KeyedRows"], max_rows: int | None, expected: int | None = None) -> Iterator[Iterable[Run]]:
    """Yield rows in runs of at most `max_rows` (None: any number); the parts of a key come together and in order.

    The first column of the rows is the key; keys are hashes. Two passes over the disk do for `FILES` times `max_rows`.
    If there are many, runs have about half of `max_rows`, provided that `expected` says how many rows there will be.
    No run is empty.
    """
    import numpy

    chunks = filter(len, chunks)
    if max_rows is None:
        all_rows = list(chunks)
        if all_rows:
            yield [Run(numpy.concatenate(all_rows), part=False)]
        return
    yield from _dealt(chunks, max_rows, 0, expected or FILES * max_rows)


def with_repeats(
    chunks: Iterable["KeyedRows"], max_rows: int, expected: int
) -> Iterator[tuple["KeyedRows", "NDArray[np.bool_]"]]:
    """Yield all rows, those of a key one after the other and in order, and whether an earlier row has their key."""
    import numpy

    for runs in by_key(chunks, max_rows, expected):
        key_before = numpy.empty(0, numpy.uint64)
        for rows, _ in runs:
            ordered = rows[numpy.argsort(rows[:, 0], kind="stable")]
            keys = numpy.concatenate((key_before, ordered[:, 0]))
            is_repeat = numpy.zeros(len(ordered), bool)
            is_repeat[1 - len(key_before) :] = keys[1:] == keys[:-1]
            yield ordered, is_repeat
            key_before = ordered[-1:, 0]


def _dealt(chunks: Iterable["KeyedRows"], max_rows: int, level: int, expected: int) -> Iterator[Iterable[Run]]:
    import numpy

    waiting: list[KeyedRows] = []
    count = 0
    chunks = iter(chunks)
    for chunk in chunks:
        waiting.append(chunk)
        count += len(chunk)
        if count > max_rows:
            break
    else:
        if waiting:
            yield [Run(numpy.concatenate(waiting), part=False)]
        return
    number_of_files = min(FILES, max(2, -(-2 * expected // max_rows)))
    with ExitStack() as files:
        tables = [
            files.enter_context(closing(RowSpool(numpy.uint64, waiting[0].shape[1]))) for _ in range(number_of_files)
        ]
        firsts: list[int | None] = [None] * number_of_files
        mixed = [False] * number_of_files
        _deal(numpy.concatenate(waiting), tables, firsts, mixed, level)
        waiting.clear()
        for chunk in _together(chunks):
            _deal(chunk, tables, firsts, mixed, level)
        for table, is_mixed in zip(tables, mixed, strict=True):
            if is_mixed and len(table) > max_rows:
                yield from _dealt(table.chunks(min(max_rows, READ_ROWS)), max_rows, level + 1, len(table))
            elif len(table) > max_rows:
                yield (Run(rows, part=True) for rows in table.chunks(max_rows))
            elif len(table):
                yield [Run(table.load(), part=False)]
            table.close()


def _together(chunks: Iterable["KeyedRows"]) -> Iterator["KeyedRows"]:
    """Yield chunks joined to such as fill the blocks of a disk when they are dealt."""
    import numpy

    waiting: list[KeyedRows] = []
    count = 0
    for chunk in chunks:
        waiting.append(chunk)
        count += len(chunk)
        if count >= READ_ROWS:
            yield numpy.concatenate(waiting)
            waiting, count = [], 0
    if waiting:
        yield numpy.concatenate(waiting)


def _deal(chunk: "KeyedRows", tables: list[RowSpool], firsts: list[int | None], mixed: list[bool], level: int) -> None:
    """Give each row to the file of its key, in order; note which files have several keys."""
    import numpy

    keys = chunk[:, 0]
    # Keys that share a file at one level are separated at the next: each level uses other bits of them.
    scrambled = keys * numpy.uint64((0x9E37_79B9_7F4A_7C15 + 2 * level * 0xC2B2_AE3D_27D4_EB4F) % (1 << 64) | 1)
    files = ((scrambled >> numpy.uint64(32)) * numpy.uint64(len(tables)) >> numpy.uint64(32)).astype(numpy.int64)
    order = numpy.argsort(files, kind="stable")
    borders = numpy.searchsorted(files[order], numpy.arange(len(tables) + 1)).tolist()
    for number, table in enumerate(tables):
        if borders[number] < borders[number + 1]:
            rows = chunk[order[borders[number] : borders[number + 1]]]
            first = firsts[number] = int(rows[0, 0]) if firsts[number] is None else firsts[number]
            mixed[number] = mixed[number] or bool((rows[:, 0] != first).any())
            table.append(rows)
