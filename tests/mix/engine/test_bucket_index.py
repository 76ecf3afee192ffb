"""Buckets of the final order: a shard of the corpus takes what all buckets in order hold at its position."""

import itertools
import tempfile
from pathlib import Path

import zstandard
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.mix.engine.bucket_index import BucketEntry, cut_into_shards, write_bucket_index
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


def test_the_key_stands_for_files_and_buckets(tmp_path: Path) -> None:
    def key(name: str, documents: int) -> str:
        return write_bucket_index(tmp_path, [(name, [BucketEntry(0, 9, documents)])], 1)[0].key

    keys = [key("a", 1), key("b", 1), key("a", 2), key("a", 1)]
    assert len(set(keys)) == 3
    assert keys[0] == keys[3]
