"""Frames of the final order: what a shard of the corpus takes is what all the frames in order hold there."""

import itertools
import tempfile
from pathlib import Path

import zstandard
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.mix.engine.bucket_index import in_shards, write_frames

COUNTS = st.integers(1, 4).flatmap(
    lambda buckets: st.lists(st.lists(st.integers(0, 5), min_size=buckets, max_size=buckets), max_size=6)
)


def written(folder: Path, shards: list[list[list[bytes]]]) -> list[tuple[str, list[tuple[int, int, int]]]]:
    """Files as `Select` leaves them: a frame for each bucket that is not empty."""
    found = []
    for number, held in enumerate(shards):
        data, places = b"", []
        for records in held:
            frame = zstandard.compress(b"".join(record + b"\n" for record in records)) if records else b""
            places.append((len(data), len(frame), len(records)))
            data += frame
        (folder / f"{number}.chosen").write_bytes(data)
        found.append((f"{number}.chosen", places))
    return found


@given(COUNTS, st.integers(1, 7))
def test_every_document_is_taken_once_and_in_order(counts: list[list[int]], shard_documents: int) -> None:
    shards = [
        [[b"%d %d %d" % (bucket, shard, at) for at in range(count)] for bucket, count in enumerate(row)]
        for shard, row in enumerate(counts)
    ]
    buckets = len(counts[0]) if counts else 1
    expected = [record for bucket in range(buckets) for held in shards for record in held[bucket]]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        frames, documents = write_frames(folder, written(folder, shards), buckets)
        assert documents.tolist() == [sum(row[bucket] for row in counts) for bucket in range(buckets)]
        whole = [(bucket, 0, count) for bucket, count in enumerate(documents.tolist())]
        single = [(bucket, *found) for bucket in range(buckets) for found in enumerate(frames.documents(bucket))]
        for entries in (whole, single):
            parts = [
                [
                    record
                    for item in part
                    for record in itertools.islice(
                        frames.records(item.bucket, item.first), item.skip, item.skip + item.take
                    )
                ]
                for part in in_shards(entries, shard_documents)
            ]
            assert [record for part in parts for record in part] == expected
            assert all(len(part) == shard_documents for part in parts[:-1])
            assert not parts or 0 < len(parts[-1]) <= shard_documents


def test_the_key_stands_for_files_and_places(tmp_path: Path) -> None:
    def key(*entries: tuple[str, list[tuple[int, int, int]]]) -> str:
        return write_frames(tmp_path, entries, 1)[0].key

    keys = [key(("a", [(0, 9, 1)])), key(("b", [(0, 9, 1)])), key(("a", [(0, 9, 2)])), key(("a", [(0, 9, 1)]))]
    assert len(set(keys)) == 3
    assert keys[0] == keys[3]
