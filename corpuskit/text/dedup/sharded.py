"""Dedup over shards, as tasks that leave files: the verdicts are those of `Dedup.run` over all shards in order.

    show a shard       one task each, in any order    documents → entries
    compare a band     one task each                  all entries → matches of that band
    join               one task                       all of these → verdicts
    judge a shard      one task each                  documents and verdicts → documents and drops

A task leaves its file whole or not at all. Where the step has an index, the process that started the tasks has locked
it, and they read what it found there (`Dedup.read`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.spool import temporary
from corpuskit.core.document import Document
from corpuskit.core.step import Item
from corpuskit.text.dedup.entries import Entries, compared, opened, sign
from corpuskit.text.dedup.matching import Judge, Verdicts, judged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corpuskit.core.disk.block_file import Field
    from corpuskit.stages.dedup import Dedup


class Shards:
    """The parallel form of `dedup` (`corpuskit.core.step.Spread`).

    A task that compares holds about 60 bytes a document in memory, or 20 and what `--memory` allows; the others that
    see all documents hold 100 (join) and 60 (judge).
    """

    def __init__(self, step: "Dedup") -> None:
        """For steps that `can_spread`."""
        self.step = step
        self.parts = step.bands if step.method == "minhash" else 0

    def beside(self) -> list[str]:
        """The generation of the index that is read."""
        return [self.step.read.digest] if self.step.index is not None else []

    def show(self, documents: Iterable[Document], path: Path) -> None:
        """Write the entries of a shard's documents."""
        _write(path, lambda file: sign(self.step, documents, file))

    def compare(self, part: int, shown: Sequence[Path], path: Path) -> None:
        """Write the matches in one band: of each document that has one, the earliest."""
        import numpy

        from corpuskit.core.disk.block_file import Field
        from corpuskit.text.dedup.minhash import NOBODY, Matches

        with ExitStack() as stack:
            judge = Judge(self.step, self._entries(stack, shown))
            matches = Matches(judge.entries.count, judge.entries.start)
            judge.match(part, matches, judge.wordless())
        matched = numpy.flatnonzero(matches.leaders != NOBODY)
        columns: dict[str, NDArray[Any]] = {
            "place": matched + matches.start,
            "leader": matches.leaders[matched],
            "similarity": matches.similarities[matched],
        }
        fields = [Field("place", "<i8", 1), Field("leader", "<i8", 1), Field("similarity", "<f8", 1)]
        _write(path, lambda file: _table(file, fields, columns))

    def join(self, shown: Sequence[Path], compared: Sequence[Path], path: Path) -> None:
        """Write the verdict on every document."""
        from corpuskit.core.disk.block_file import Field
        from corpuskit.text.dedup.minhash import Matches

        with ExitStack() as stack:
            judge = Judge(self.step, self._entries(stack, shown))
            near = Matches(judge.entries.count, judge.entries.start)
            for band in compared:
                file = opened(stack, band)
                near.enter(*(file.load(name)[:, 0] for name in ("leader", "place", "similarity")))
            found = judge.joined(judge.equal_texts(), near)
        fields = [Field("match", "<i8", 1), Field("similarity", "<f8", 1), Field("equal", "|u1", 1)]
        columns = {"match": found.matches, "similarity": found.similarities, "equal": found.equal}
        _write(path, lambda file: _table(file, fields, columns))

    def judge(self, shard: int, documents: Iterable[Document], shown: Sequence[Path], verdicts: Path) -> Iterator[Item]:
        """Yield the documents of one shard, or their drops, in their order."""
        with ExitStack() as stack:
            entries = self._entries(stack, shown)
            yield from judged(documents, entries, _read(stack, verdicts), *entries.part(shard))

    def finish(self, shown: Sequence[Path], verdicts: Path) -> None:
        """Hand the entries over to the index, if there is one; `Dedup.commit` makes them part of it."""
        if self.step.index is None or self.step.snapshot is None:
            return
        with ExitStack() as stack:
            entries = self._entries(stack, shown)
            self.step.session.stage(self.step.snapshot, compared(self.step), entries, _read(stack, verdicts))

    def _entries(self, stack: ExitStack, shown: Sequence[Path]) -> Entries:
        return Entries.open(stack, self.step.read.paths if self.step.index is not None else (), shown)


def can_spread(step: "Dedup") -> bool:
    """Whether tasks can do what the step does: exact similarities need the texts of other shards, units a stream."""
    by_text = step.method == "minhash" and step.verify == "jaccard"
    return step.unit == "document" and not step.stream and not by_text


def _read(stack: ExitStack, path: Path) -> Verdicts:
    file = opened(stack, path)
    return Verdicts(file.load("match")[:, 0], file.load("similarity")[:, 0], file.load("equal")[:, 0] > 0)


def _table(file: IO[bytes], fields: "list[Field]", columns: "Mapping[str, NDArray[Any]]") -> None:
    from corpuskit.core.disk.block_file import ROWS, BlockWriter

    writer = BlockWriter(file, fields, ())
    count = len(columns[fields[0].name])
    for start in range(0, count, ROWS):
        rows = {name: column[start : start + ROWS] for name, column in columns.items()}
        writer.append(rows, {}, min(ROWS, count - start))
    writer.finish({})


def _write(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    part = path.with_name(f"{path.name}.part")
    with temporary():
        with filesystem.open_scratch(part) as file:
            write(file)
        filesystem.replace(part, path)
