"""A dataset as a place of a takedown: a folder of shards, or one file with its manifest."""

from collections import Counter
from collections.abc import Hashable, Iterator, Set
from pathlib import Path
from typing import Any, ClassVar

from corpuskit.core.disk.durable import size_and_digest
from corpuskit.core.errors import DamagedError, UsageError
from corpuskit.core.provenance.entries import ShardEntry
from corpuskit.core.provenance.manifest import MANIFEST
from corpuskit.core.publish.dataset import VERIFY, Dataset
from corpuskit.core.publish.file_output import manifest_of_file
from corpuskit.core.publish.recovery import STAGING
from corpuskit.core.wording import or_list, printable_name, quantity
from corpuskit.trust.takedowns.hidden_ids import entries_naming
from corpuskit.trust.takedowns.lineage import Lineage
from corpuskit.trust.takedowns.receipt import StoreEntry
from corpuskit.trust.takedowns.rewriting import Findings, Rewriting, sweep_staging
from corpuskit.trust.takedowns.sought import Sought, made_from_copies_in
from corpuskit.trust.takedowns.store import Removal, Store, StoreRecord, StoreTally, UnsearchableError


class DatasetStore(Store):
    """A dataset, searched shard by shard."""

    kind: ClassVar[str] = "dataset"
    title: ClassVar[str] = "dataset"
    may_count: ClassVar[tuple[str, ...]] = ("decisions", "chunks_alone", *Store.may_count)

    def __init__(self, path: Path) -> None:
        """Read the manifest. Raises DamagedError."""
        super().__init__(path)
        self.dataset = Dataset(path)
        self.findings: Findings = {shard["path"]: {} for shard in self.dataset.manifest["shards"]}
        self._lineages: dict[str, Lineage] = {}

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """Whether a path leads to a manifest, sound or not."""
        return (path / MANIFEST).is_file() if path.is_dir() else manifest_of_file(path).is_file()

    def digest(self) -> str:
        """Return the digest of the manifest that is in place now."""
        return Dataset(self.path).manifest["digest"]

    def look(self, sought: Sought) -> None:
        """Find what the list names.

        Raises DamagedError for files that are not what the manifest says, UnsearchableError if no format can be read.
        """
        dataset = self.dataset
        for file in (*dataset.manifest["shards"], *dataset.manifest["decisions"]):
            path = dataset.folder / file["path"]
            if path.is_symlink() or not path.is_file() or size_and_digest(path) != (file["bytes"], file["sha256"]):
                raise DamagedError(f"{file['path']} is not what the manifest says{VERIFY}")
        for shard in _readable_shards(dataset):
            lineage = self._lineages[shard["path"]] = Lineage()
            documents = dataset.documents(shard, is_checked=True)
            self.findings[shard["path"]] = dict(sought.directly(documents, lineage, self.copy_examples))

    def find_copies(self, sought: Sought) -> None:
        """Find near copies."""
        for shard in self.dataset.shards():
            findings = self.findings[shard["path"]]
            documents = self.dataset.documents(shard, is_checked=True)
            findings |= dict(sought.near_copies(documents, findings, self.copy_examples))

    def tally(self, sought: Sought) -> StoreTally:
        """Return how many documents are to be taken out; decisions that name one are changed, too."""
        for path, lineage in self._lineages.items():
            for position, finding in sought.descendants(lineage):
                self.findings[path].setdefault(position, finding)
        reasons = Counter(finding.reason for findings in self.findings.values() for finding in findings.values())
        decisions = 0
        for decision in self.dataset.decisions():
            numbers = entries_naming(decision, sought)
            sought.named |= numbers
            decisions += bool(numbers)
        undecided = sum(
            len(sought.taken_ids.undecided_positions(lineage) - self.findings[path].keys())
            for path, lineage in self._lineages.items()
        )
        made_from_copies = sum(
            made_from_copies_in(lineage, self.findings[path], sought) for path, lineage in self._lineages.items()
        )
        return StoreTally(reasons, bool(reasons or decisions), {}, undecided, made_from_copies, decisions)

    def unlearned_texts(self, sought: Sought) -> Set[Hashable]:
        """Return the documents that are named of which no place has more than chunks, or what was made from them."""
        return sought.unlearned_texts(self._lineages.values())

    def chunks_alone(self, sought: Sought) -> int:
        """Return how many chunks stay that were cut out of documents which no place has, if texts are looked for."""
        return sum(sought.chunks_alone(lineage, self.findings[path].keys()) for path, lineage in self._lineages.items())

    @classmethod
    def amount(cls, entry: StoreEntry) -> str:
        """Return how many documents were found or removed, and how many decisions name some."""
        decisions = entry.get("decisions", 0)
        of_decisions = f"ids in {quantity(decisions, 'decision')}" if decisions else ""
        documents = super().amount(entry) if entry["documents"] or not decisions else ""
        return " and ".join(filter(None, [documents, of_decisions]))

    def removal(self, sought: Sought, options: dict[str, Any], tokenizer: Path | None) -> Removal:
        """Return what publishes the dataset anew. Raises UsageError if a tokenizer is needed, and not this one."""
        return Rewriting(self.dataset, self.findings, sought, options, tokenizer).publish

    def sweep(self) -> None:
        """Remove what failed runs have left in a folder."""
        if (self.path / STAGING).exists():
            sweep_staging(self.path)

    def record(self) -> StoreRecord:
        """Return the steps, inputs and shards of the manifest."""
        manifest = self.dataset.manifest
        return StoreRecord(manifest["steps"], manifest["inputs"], {shard["sha256"] for shard in manifest["shards"]})

    def problems(self, tally: StoreTally) -> Iterator[str]:
        """Yield what is wrong if this is found again, be it in decisions alone."""
        yield from super().problems(tally)
        if tally.is_affected and not tally.reasons:
            yield "names documents in its decisions that the list takes out"


def _readable_shards(dataset: Dataset) -> list[ShardEntry]:
    try:
        return dataset.shards()
    except UsageError:
        folders = {shard["path"].partition("/")[0] for shard in dataset.manifest["shards"]}
        raise UnsearchableError(
            f"{printable_name(dataset.location.name)}: no document can be read from {or_list(sorted(folders))}, "
            "so it was not searched; publish it anew from a dataset that was cleared"
        ) from None
