"""The stream of `index`, and the file that it goes into."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from corpuskit import __version__
from corpuskit.core.counts import StreamCount
from corpuskit.core.document import Document, encode
from corpuskit.core.errors import DamagedError
from corpuskit.core.outcome import Item, Rejected
from corpuskit.core.provenance.chain import Chain
from corpuskit.core.provenance.manifest import read_manifest
from corpuskit.core.step import CorpusStage
from corpuskit.core.wording import printable_name, quantity
from corpuskit.formats.search_index.layout import FORMAT, IndexDescription, unerased_text
from corpuskit.formats.search_index.writer import Changes, Embedder, IndexWriter, RepeatedIdError
from corpuskit.retrieval.indexing.takedown_gate import demand_stream_is_cleared
from corpuskit.text.prose import require_prose

if TYPE_CHECKING:
    from corpuskit.core.provenance.entries import StepEntry
    from corpuskit.core.recogniser import Recogniser

__all__ = ["IndexOutput", "IndexedStream"]


TOLD_NUMBERS = ("added", "changed", "removed", "unchanged", "embedded")
"""Of `Changes`, those that the first line tells."""


class IndexOutput:
    """The new version of an index: an output of a run, as folders and files are."""

    def __init__(
        self, target: Path, embedder: Embedder | None, snapshot: Path | None, *, defers_erasure: bool = False
    ) -> None:
        """Lock the index. Raises PublishError if it is in use, UsageError for another file, DamagedError."""
        self.target, self._embedder, self._snapshot = target, embedder, snapshot
        self._manifest = None if snapshot is None else read_manifest(snapshot)
        self._changes: Changes | None = None
        # A link stays, and what it leads to is replaced.
        whole_target = target.resolve() if target.is_symlink() else target
        self.writer = IndexWriter(whole_target, embedder, defers_erasure=defers_erasure)

    def write(self, document: Document) -> None:
        """Do nothing: the stream has taken the document."""

    def publish(self, chain: Chain) -> None:
        """Put the new version in place. Raises DamagedError if a snapshot is not in it whole.

        Raises RefusedError if what was taken out of the index may be in the stream.
        """
        if self.writer.before is not None:
            demand_stream_is_cleared(repr(str(self.target)), self.writer.before["steps"], chain.steps)
        self._changes = self.writer.publish(lambda stream, dimensions: self._description(chain, stream, dimensions))

    def abandon(self) -> None:
        """Leave the index as it is, and nothing beside it."""
        self.writer.close()

    def remarks(self) -> list[str]:
        """Return what became of the documents of the index."""
        if self._changes is None:
            return []
        changes = self._changes
        name = printable_name(str(self.target))
        kinds = [f"{number:,} {kind}" for kind in TOLD_NUMBERS if (number := getattr(changes, kind))]
        if changes.erased:
            kinds.append(f"erased what was left of {quantity(changes.erased, 'document')} removed before")
        total = quantity(changes.added + changes.changed + changes.unchanged, "document")
        remarks = [f"{name}: {total}; {', '.join(kinds) or 'no change'}"]
        if changes.unerased:
            remarks.append(f"{name}: {unerased_text(changes.unerased)}; run it without --defer-erasure to erase them")
        return remarks

    def account(self) -> dict[str, int]:
        """Return what became of the documents of the index, by number: added, changed, removed and so on."""
        return {} if self._changes is None else self._changes._asdict()

    def decisions_path(self) -> None:
        """Return None: an index has no decisions."""

    def _description(self, chain: Chain, stream: StreamCount, dimensions: int) -> IndexDescription:
        content: IndexDescription = {
            "format": FORMAT,
            "stream": stream.as_json(),
            "steps": [_without_ways(entry) for entry in chain.steps],
            "inputs": sorted(chain.inputs, key=lambda entry: (entry["path"], entry["sha256"])),
            "versions": {"corpuskit": __version__, **dict(sorted(chain.versions.items()))},
        }
        if self._manifest is not None and self._snapshot is not None:
            self._demand_whole_snapshot(stream)
            content["snapshot"] = {
                "name": printable_name(self._snapshot.resolve().name),
                "digest": self._manifest["digest"],
            }
        if self._embedder is not None:
            content["embedding"] = {"model": self._embedder.model, "dimensions": dimensions}
        return content

    def _demand_whole_snapshot(self, stream: StreamCount) -> None:
        assert self._manifest is not None and self._snapshot is not None
        documents = sum(entry["documents"] for entry in self._manifest["sources"].values())
        if stream.documents != documents:
            raise DamagedError(
                f"{printable_name(str(self._snapshot))} has {quantity(documents, 'document')}, and "
                f"{stream.documents:,} are in the index, which holds one of each id; nothing was published. "
                "Publish the dataset with ids that differ, or name it as an ordinary input"
            )


@dataclass(frozen=True)
class IndexedStream(CorpusStage):
    """Hands each document to an index, and says what it is to that: added, changed or unchanged."""

    keeps_documents: ClassVar[bool] = True

    output: Any

    @classmethod
    def name(cls) -> str:
        """Return `index`: the stage is a part of that command."""
        return "index"

    def options(self) -> dict[str, Any]:
        """Return nothing: what shapes the index is in its description."""
        return {}

    def recogniser(self) -> "Recogniser | None":
        """Return what takes the lines that the index has."""
        writer: IndexWriter = self.output.writer
        return writer.recogniser()

    def run(self, documents: Iterable[Document]) -> Iterator[Item]:
        """Yield every document, or a reject in place of one whose id was there before."""
        writer: IndexWriter = self.output.writer
        repeated = 0
        for document in documents:
            require_prose(document, self.name())
            try:
                way = writer.add(document)
            except RepeatedIdError as error:
                number, repeated = writer.documents + repeated, repeated + 1
                yield Rejected("duplicate-id", self.name(), number, encode(document), str(error), document.id)
            else:
                yield Document(document.id, document.text, document.metadata, document.extra, document.line, way)


def _without_ways(entry: "StepEntry") -> "StepEntry":
    """Return the entry of a step without how it came to its documents: what an index holds has no history."""
    return {key: value for key, value in entry.items() if key != "ways" or entry["name"] != "index"}  # type: ignore[return-value]
