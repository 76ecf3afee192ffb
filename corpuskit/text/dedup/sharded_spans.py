"""Runs of words over shards, as tasks that leave files: the documents are those of `SpanDedup.run` over all in order.

    sign a shard       a task each, in any order    documents -> words and fingerprints (`span_texts`)
    match a bucket     a task each                  all fingerprints of a bucket -> pairs (`span_matching`)
    resolve            one task                     all of these -> what goes of each document, by shard (`word_spans`)
    filter a shard     a task each                  documents and what goes of them -> documents and drops

A task writes its file whole or not at all.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING

from corpuskit.core.disk import filesystem
from corpuskit.core.document import Document
from corpuskit.core.step import Change, Resolution, VerdictPart
from corpuskit.text.dedup.entries import open_block_file, write_whole
from corpuskit.text.dedup.parameters import DedupParameters
from corpuskit.text.dedup.span_matching import PAIR_COLUMNS, span_pairs
from corpuskit.text.dedup.span_texts import BUCKETS, RunLength, SpanTexts, write_spans
from corpuskit.text.dedup.spooled_spans import most_rows
from corpuskit.text.dedup.word_spans import Repeats, resolve_spans, without_repeats

if TYPE_CHECKING:
    from corpuskit.text.dedup.span_matching import Pairs


class ShardedSpans:
    """The parallel form of `dedup --unit span` (`corpuskit.core.step.ShardedRun`).

    A matching task holds the fingerprints that `--memory` allows; it and resolve, the only other task that sees all
    documents, hold 16 bytes for each of them.
    """

    def __init__(self, parameters: DedupParameters) -> None:
        """Each task makes its own, of the same parameters."""
        self._parameters, self._length = parameters, RunLength(parameters.min_words)
        self.buckets, self.goes_on_from_matches = BUCKETS, False

    def depends_on(self) -> list[str]:
        """Return nothing: only the shards are read."""
        return []

    def sign(self, documents: Iterable[Document], path: Path) -> None:
        """Write the words and fingerprints of a shard's documents."""
        write_whole(path, lambda file: write_spans(self._parameters, documents, file))

    def match(self, bucket: int, signatures: Sequence[Path], path: Path, earlier: Path | None = None) -> None:
        """Write the pairs of words that a bucket's fingerprints make; what an earlier run found saves no work."""
        from corpuskit.core.disk.block_file import BlockWriter, Field

        def write_pairs(file: IO[bytes]) -> None:
            writer = BlockWriter(file, [Field("pair", "<i8", PAIR_COLUMNS)], ())
            with ExitStack() as stack:
                texts = _open_texts(stack, signatures)
                for pairs in span_pairs(texts, bucket, self._length, most_rows(self._parameters)):
                    writer.append({"pair": pairs}, {}, len(pairs))
            writer.finish({})

        write_whole(path, write_pairs)

    def resolve(self, signatures: Sequence[Path], matches: Sequence[Path], path: Path) -> Resolution:
        """Write what goes of each shard's documents."""
        parts: list[VerdictPart] = []

        def write_parts(file: IO[bytes]) -> None:
            offset = 0
            with ExitStack() as stack:
                texts = _open_texts(stack, signatures)
                all_repeats = resolve_spans(texts, _pairs_in(stack, matches), self._length)
                for count in texts.counts:
                    data = encode_repeats(count, islice(all_repeats, count))
                    filesystem.write_all(file, data)
                    parts.append(VerdictPart(offset, len(data), hashlib.sha256(data).hexdigest()))
                    offset += len(data)

        write_whole(path, write_parts)
        return Resolution(parts, [path])

    def changes(self, verdicts: bytes) -> Iterator[Change | None]:
        """Yield for each document of a shard what takes its repeats out; None if it stays as it is."""
        for repeats in decode_repeats(verdicts):
            yield None if repeats is None else partial(without_repeats, repeats=repeats)

    def other_verdicts(self, verdicts: bytes, earlier: bytes) -> list[int]:
        """Return the numbers of the documents of a shard on which there was another verdict in an earlier run."""
        pairs = zip(decode_repeats(verdicts), decode_repeats(earlier), strict=True)
        return [number for number, (repeats, before) in enumerate(pairs) if repeats != before]

    def before_publish(self, signatures: Sequence[Path], verdicts: Path) -> None:
        """Do nothing: there is no index of runs."""


def encode_repeats(count: int, all_repeats: Iterable[Repeats | None]) -> bytes:
    """Return what goes of a shard's documents as JSON: their number, and by position what goes of some.

    >>> encode_repeats(3, [None, Repeats([(0, 60)], (0, 60), "a"), None])
    b'[3,[[1,[[0,60]],[0,60],"a"]]]'
    """
    import orjson

    return orjson.dumps((count, [(number, *each) for number, each in enumerate(all_repeats) if each is not None]))


def decode_repeats(data: bytes) -> list[Repeats | None]:
    """Return what goes of each document of a shard.

    >>> decode_repeats(b'[2,[[1,[[0,60]],[0,60],"a"]]]')
    [None, Repeats(ranges=[(0, 60)], longest=(0, 60), leader='a')]
    """
    import orjson

    count, entries = orjson.loads(data)
    results: list[Repeats | None] = [None] * count
    for number, ranges, longest, leader in entries:
        results[number] = Repeats([(start, end) for start, end in ranges], tuple(longest), leader)
    return results


def _open_texts(stack: ExitStack, signatures: Sequence[Path]) -> SpanTexts:
    return SpanTexts([open_block_file(stack, path) for path in signatures])


def _pairs_in(stack: ExitStack, matches: Sequence[Path]) -> "Iterator[Pairs]":
    for path in matches:
        yield from open_block_file(stack, path).column("pair")
