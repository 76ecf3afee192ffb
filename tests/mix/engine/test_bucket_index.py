"""Buckets of the final order: a shard of the corpus takes what all buckets in order hold at its position."""

import itertools
import tempfile
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core.errors import DamagedError
from corpuskit.mix.engine.bucket_index import (
    CHANGES,
    BucketEntry,
    Edit,
    cut_into_shards,
    edits_line,
    write_bucket_index,
)
from corpuskit.mix.engine.task_results import in_tasks_folder

COUNTS = st.integers(1, 4).flatmap(
    lambda buckets: st.lists(st.lists(st.integers(0, 5), min_size=buckets, max_size=buckets), max_size=6)
)


def write_files(folder: Path, shards: list[list[list[bytes]]]) -> list[tuple[str, list[BucketEntry]]]:
    """Write files as `Select` does, with a frame for each bucket that is not empty; return their names and buckets."""
    files = []
    for number, buckets in enumerate(shards):
        data, entries = b"", []
        for records in buckets:
            frame = zstandard.compress(b"".join(record + b"\n" for record in records)) if records else b""
            entries.append(BucketEntry(len(data), len(frame), len(records)))
            data += frame
        path = in_tasks_folder(folder, f"{number}.chosen")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        files.append((f"{number}.chosen", entries))
    return files


@given(COUNTS, st.integers(1, 7))
def test_every_document_is_taken_once_and_in_order(counts: list[list[int]], shard_documents: int) -> None:
    shards = [
        [[b"%d %d %d" % (bucket, shard, number) for number in range(count)] for bucket, count in enumerate(row)]
        for shard, row in enumerate(counts)
    ]
    buckets = len(counts[0]) if counts else 1
    expected = [record for bucket in range(buckets) for shard in shards for record in shard[bucket]]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        index, documents = write_bucket_index(folder, write_files(folder, shards), buckets)
        assert documents.tolist() == [sum(row[bucket] for row in counts) for bucket in range(buckets)]
        whole = [(bucket, 0, count) for bucket, count in enumerate(documents.tolist())]
        by_shard = [(bucket, *pair) for bucket in range(buckets) for pair in index.documents(bucket)]
        for entries in (whole, by_shard):
            output = [
                [
                    record
                    for bucket, first, skip, take in slices
                    for record in itertools.islice(index.records(bucket, first), skip, skip + take)
                ]
                for slices in cut_into_shards(entries, shard_documents)
            ]
            assert [record for shard in output for record in shard] == expected
            assert all(len(shard) == shard_documents for shard in output[:-1])
            assert not output or 0 < len(output[-1]) <= shard_documents


def write_changed(folder: Path, records: list[bytes], edits: list[Edit], added: list[bytes]) -> list[bytes]:
    """The records of a bucket in a file and a file of its changes, between those of two other files."""
    files = write_files(folder, [[[b"before"]], [records], [[b"after"]]])
    frame = zstandard.compress(edits_line(edits) + b"".join(record + b"\n" for record in added))
    path = in_tasks_folder(folder, f"1{CHANGES}")
    path.write_bytes(frame)
    more = sum(edit.added - edit.removed for edit in edits)
    files.insert(2, (path.name, [BucketEntry(0, len(frame), more)]))
    index, documents = write_bucket_index(folder, files, 1)
    assert documents.tolist() == [2 + len(records) + more]
    assert [*index.documents(0)] == [(0, 1), (1, len(records) + more), (3, 1)]
    assert [*index.records(0, 3)] == [b"after"]
    before, *edited, after = index.records(0)
    assert (before, after) == (b"before", b"after")
    assert [*index.records(0, 1)] == [*edited, b"after"]
    return edited


@given(st.lists(st.lists(st.integers(0, 99), max_size=2), max_size=12), st.data())
def test_what_is_read_is_what_edits_make_of_the_records(places: list[list[int]], data: st.DataObject) -> None:
    """Each place has had one record or none; edits put there what it has now."""
    had = [data.draw(st.booleans()) for _ in places]
    edits, added, position = [], [], 0
    for place, (was, now) in enumerate(zip(had, places, strict=True)):
        if not was or data.draw(st.booleans()):
            edits.append(Edit(position, int(was), len(now)))
            added += [b"%d new %d" % (place, each) for each in now]
        else:
            places[place] = [-1]  # it stays
        position += was
    records = [b"%d old" % place for place, was in enumerate(had) if was]
    expected = [
        b"%d old" % place if each < 0 else b"%d new %d" % (place, each)
        for place, now in enumerate(places)
        for each in now
    ]
    with tempfile.TemporaryDirectory() as name:
        assert write_changed(Path(name), records, edits, added) == expected


@pytest.mark.parametrize("edits", [[Edit(3, 1, 0)], [Edit(4, 0, 1)], [Edit(1, 1, 0), Edit(0, 0, 0)], [Edit(0, 0, 2)]])
def test_edits_that_do_not_fit_are_damage(tmp_path: Path, edits: list[Edit]) -> None:
    with pytest.raises(DamagedError, match="is damaged"):
        write_changed(tmp_path, [b"0", b"1", b"2"], edits, [b"x"] if sum(edit.added for edit in edits) else [])


def test_the_key_stands_for_files_and_buckets(tmp_path: Path) -> None:
    def key(name: str, documents: int) -> str:
        return write_bucket_index(tmp_path, [(name, [BucketEntry(0, 9, documents)])], 1)[0].key

    keys = [key("a", 1), key("b", 1), key("a", 2), key("a", 1)]
    assert len(set(keys)) == 3
    assert keys[0] == keys[3]
