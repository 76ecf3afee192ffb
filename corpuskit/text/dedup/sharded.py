"""Dedup over shards, as tasks that leave files: the verdicts are those of `Dedup.run` over all shards in order.

    sign a shard       a task each, in any order    documents -> entries
    match a band       a task each                  all entries -> matches in that band
    resolve            one task                     all of these -> verdicts, by shard
    filter a shard     a task each                  documents and their verdicts -> documents and drops

A task writes its file whole or not at all. If there is an index, the process that starts the tasks has locked it, and
the tasks read what that process found there.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from corpuskit.core.disk import filesystem
from corpuskit.core.document import Document
from corpuskit.core.step import Change, Resolution, VerdictPart
from corpuskit.text.dedup.earlier_matches import EarlierMatches, signed_facts
from corpuskit.text.dedup.entries import Entries, open_block_file, write_entries, write_whole
from corpuskit.text.dedup.matching import (
    Dropped,
    Matcher,
    Outcome,
    Verdicts,
    apply_outcome,
)
from corpuskit.text.dedup.parameters import DedupParameters, IndexReading
from corpuskit.text.dedup.resolving import Resolver

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corpuskit.text.dedup.index_session import IndexSession


ROWS_AT_ONCE = 900_000
"""Rows of keys that a task holds; what is beyond goes to the disk, by key. Sorting takes some 70 bytes a row."""


class ShardedDedup:
    """The parallel form of `dedup` (`corpuskit.core.step.ShardedRun`).

    A matching task holds `ROWS_AT_ONCE` rows, or what `--memory` allows, however many documents there are, and 24 bytes
    for each of them if `keep` is not `first`. So does resolve, the only other task that sees all documents.
    """

    def __init__(
        self,
        parameters: DedupParameters,
        reading: IndexReading | None = None,
        open_session: "Callable[[], IndexSession] | None" = None,
    ) -> None:
        """With an index, `reading` is what it held, and `open_session` is called in the process that publishes."""
        self._parameters = parameters
        self._reading = reading
        self._open_session = open_session
        self.buckets = parameters.bands if parameters.method == "minhash" else 0
        # In another order, a new document may lead earlier ones.
        self.goes_on_from_matches = parameters.keep == "first"

    def depends_on(self) -> list[str]:
        """Return the digest of what is read of the index."""
        return [self._reading.digest] if self._reading else []

    def sign(self, documents: Iterable[Document], path: Path) -> None:
        """Write the entries of a shard's documents."""
        write_whole(path, lambda file: write_entries(self._parameters, documents, file))

    def match(self, bucket: int, signatures: Sequence[Path], path: Path, earlier: Path | None = None) -> None:
        """Write the matches in one band: the earliest for each document that has any."""
        from corpuskit.core.disk.block_file import BlockWriter, Field
        from corpuskit.text.dedup.minhash import BandMatches

        fields = [Field("place", "<i8", 1), Field("leader", "<i8", 1), Field("similarity", "<f8", 1)]

        def write_matches(file: IO[bytes]) -> None:
            writer = BlockWriter(file, fields, ())

            def take(*columns: "NDArray[Any]") -> None:
                for rows in _in_blocks(dict(zip((field.name for field in fields), columns, strict=True))):
                    writer.append(rows, {}, len(rows["place"]))

            with ExitStack() as stack:
                matcher = Matcher(self._parameters, self._entries(stack, signatures), max_rows=ROWS_AT_ONCE)
                before = EarlierMatches.in_file(earlier, matcher.entries, signatures) if earlier else None
                computed_before = before.computed if before else None
                matcher.match(bucket, BandMatches(matcher.entries.start, take, computed_before))
            writer.finish(signed_facts(signatures))

        write_whole(path, write_matches)

    def resolve(self, signatures: Sequence[Path], matches: Sequence[Path], path: Path) -> Resolution:
        """Write the verdicts on each shard's documents; with an index, also a table of all verdicts."""
        with ExitStack() as stack:
            matcher = Matcher(self._parameters, self._entries(stack, signatures), max_rows=ROWS_AT_ONCE)
            resolver = Resolver(stack, matcher, matches)
            parts: list[VerdictPart] = []

            def write_parts(file: IO[bytes]) -> None:
                offset = 0
                for data in resolver.parts():
                    filesystem.write_all(file, data)
                    parts.append(VerdictPart(offset, len(data), hashlib.sha256(data).hexdigest()))
                    offset += len(data)

            write_whole(path, write_parts)
            if self._reading is None:
                return Resolution(parts, [path])
            write_whole(table_path(path), lambda file: _write_verdicts(file, resolver.verdicts()))
        return Resolution(parts, [path, table_path(path)])

    def changes(self, verdicts: bytes) -> Iterator[Change | None]:
        """Yield for each document of a shard what drops it or marks it as a survivor; None if it stays as it is."""
        for outcome in decode_outcomes(verdicts):
            yield partial(apply_outcome, outcome=outcome) if outcome else None

    def other_verdicts(self, verdicts: bytes, earlier: bytes) -> list[int]:
        """Return the numbers of the documents of a shard on which there was another verdict in an earlier run."""
        pairs = zip(decode_outcomes(verdicts), decode_outcomes(earlier), strict=True)
        return [number for number, (outcome, before) in enumerate(pairs) if outcome != before]

    def before_publish(self, signatures: Sequence[Path], verdicts: Path) -> None:
        """Stage the entries in the index, if there is one; `Dedup.commit` makes them part of it."""
        if self._open_session is None:
            return
        with ExitStack() as stack:
            entries = self._entries(stack, signatures)
            fields = self._parameters.comparison_fields()
            self._open_session().stage(fields, entries, _read_verdicts(stack, table_path(verdicts)))

    def _entries(self, stack: ExitStack, signatures: Sequence[Path]) -> Entries:
        return Entries.open(stack, self._reading.paths if self._reading else (), signatures)


def decode_outcomes(data: bytes) -> list[Outcome]:
    """Return the verdicts on a shard.

    >>> decode_outcomes(b'[3,[[1,"a",1.0,true,null]],[[2,[{"source":"web"}]]]]')
    [[], Dropped(leader='a', similarity=1.0, equal=True, snapshot=None), [b'{"source":"web"}']]
    """
    import orjson

    count, drops, survivors = orjson.loads(data)
    results: list[Outcome] = [[] for _ in range(count)]
    for number, *dropped in drops:
        results[number] = Dropped(*dropped)
    for number, members in survivors:
        results[number] = list(map(orjson.dumps, members))
    return results


def table_path(verdicts: Path) -> Path:
    """Return the path of the table of all verdicts, which an index needs."""
    return verdicts.with_name(f"{verdicts.name}.table")


def _write_verdicts(file: IO[bytes], verdicts: "Iterable[NDArray[Any]]") -> None:
    from corpuskit.core.disk.block_file import BlockWriter, Field

    fields = [Field("match", "<i8", 1), Field("similarity", "<f8", 1), Field("equal", "|u1", 1)]
    writer = BlockWriter(file, fields, ())
    for rows in verdicts:
        writer.append({field.name: rows[field.name] for field in fields}, {}, len(rows))
    writer.finish({})


def _read_verdicts(stack: ExitStack, path: Path) -> Verdicts:
    file = open_block_file(stack, path)
    return Verdicts(file.load("match")[:, 0], file.load("similarity")[:, 0], file.load("equal")[:, 0] > 0)


def _in_blocks(columns: "Mapping[str, NDArray[Any]]") -> "Iterator[dict[str, NDArray[Any]]]":
    from corpuskit.core.disk.block_file import ROWS

    for start in range(0, len(next(iter(columns.values()))), ROWS):
        yield {name: column[start : start + ROWS] for name, column in columns.items()}
