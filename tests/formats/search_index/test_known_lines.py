"""Lines that an index has: taken in runs, each once, whatever comes between them, and however many there are."""

import sqlite3

import pytest
import xxhash
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpuskit.core.counts import StreamCount
from corpuskit.formats.search_index import known_lines
from corpuskit.formats.search_index.known_lines import KnownLines

LINES = [b"line %d" % number for number in range(12)]
KNOWN = {line: 3 * number + 1 for number, line in enumerate(LINES[:8])}
"""Numbers of documents, by their lines."""


def known() -> KnownLines:
    return KnownLines(b"".join(map(xxhash.xxh3_128_digest, KNOWN)), list(KNOWN.values()))


@pytest.mark.parametrize("small_index", [100, 0])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.sampled_from(LINES), max_size=30))
def test_each_known_line_is_taken_once(monkeypatch: pytest.MonkeyPatch, small_index: int, lines: list[bytes]) -> None:
    monkeypatch.setattr(known_lines, "SMALL_INDEX", small_index)
    lookup, flags, start = known(), bytearray(100), 0
    found_lines, taken_indexes, count = lookup.find(lines), [], StreamCount()
    while start < len(lines):
        end = found_lines.end_of_run(start, flags)
        count.merge(found_lines.count(start, end))
        taken_indexes += range(start, end)
        start = max(end, start + 1)
    first_indexes = [index for index, line in enumerate(lines) if line in KNOWN and lines.index(line) == index]
    expected = StreamCount()
    expected.add_many([lines[index] for index in first_indexes])
    assert taken_indexes == first_indexes and count == expected
    assert lookup.unseen(flags) == [number for line, number in KNOWN.items() if line not in lines]


def test_an_index_in_which_a_hash_is_none_has_no_known_lines() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE documents (number INTEGER PRIMARY KEY, digest BLOB, came_as BLOB, line BLOB)")
    assert not KnownLines.of(connection)
    rows = [(number * 50_000, xxhash.xxh3_128_digest(line)) for number, line in enumerate(LINES)]
    connection.executemany("INSERT INTO documents (number, digest) VALUES (?, ?)", rows)
    flags = bytearray(600_000)
    assert KnownLines.of(connection).find(LINES).end_of_run(0, flags) == len(LINES)
    assert [number for number, flag in enumerate(flags) if flag] == [number for number, _ in rows]
    for wrong in (b"short", b"", "text", xxhash.xxh3_128_digest(b"") + b"more"):
        connection.execute("UPDATE documents SET digest = ? WHERE number = 50000", (wrong,))
        assert not KnownLines.of(connection)
