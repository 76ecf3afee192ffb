"""A dataset as a place of a takedown: a folder of shards, or one file with its manifest."""

from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

from corpuskit.core.disk.durable import size_and_digest
from corpuskit.core.errors import DamagedError, UsageError
from corpuskit.core.provenance.entries import Decision, InputEntry, StepEntry
from corpuskit.core.provenance.manifest import MANIFEST
from corpuskit.core.publish.dataset import VERIFY, Dataset
from corpuskit.core.publish.file_output import manifest_of_file
from corpuskit.text.takedown.matching import TakedownFinding
from corpuskit.text.takedown.on_record import hidden_id
from corpuskit.trust.takedowns.sought import Lineage, Sought, id_hash

Findings = dict[str, dict[int, TakedownFinding]]
"""By the path of a shard: what takes out the documents at these positions."""


class DatasetStore:
    """A dataset, searched shard by shard."""

    kind: ClassVar[str] = "dataset"

    def __init__(self, path: Path) -> None:
        """Read the manifest. Raises DamagedError."""
        self.path = path
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
        """Find what the list names. Raises DamagedError for files that are not what the manifest says."""
        dataset = self.dataset
        for file in (*dataset.manifest["shards"], *dataset.manifest["decisions"]):
            path = dataset.folder / file["path"]
            if path.is_symlink() or not path.is_file() or size_and_digest(path) != (file["bytes"], file["sha256"]):
                raise DamagedError(f"{file['path']} is not what the manifest says{VERIFY}")
        try:
            shards = dataset.shards()
        except UsageError as error:
            raise DamagedError(f"{error}: it cannot be searched; publish it anew from its sources") from None
        for shard in shards:
            lineage = self._lineages[shard["path"]] = Lineage.empty()
            self.findings[shard["path"]] = dict(sought.directly(dataset.documents(shard), lineage))

    def find_copies(self, sought: Sought) -> None:
        """Find near copies."""
        for shard in self.dataset.shards():
            findings = self.findings[shard["path"]]
            findings |= dict(sought.near_copies(self.dataset.documents(shard), findings))

    def found_documents(self, sought: Sought) -> Counter[str]:
        """Return how many documents are to be taken out, by reason."""
        for path, lineage in self._lineages.items():
            for position, finding in sought.descendants(lineage):
                self.findings[path].setdefault(position, finding)
        return Counter(finding.reason for findings in self.findings.values() for finding in findings.values())

    def amounts(self) -> dict[str, int]:
        """Return nothing: all are documents."""
        return {}

    def steps(self) -> list[StepEntry]:
        """Return the steps on record when the dataset was opened."""
        return self.dataset.manifest["steps"]

    def inputs(self) -> list[InputEntry]:
        """Return the inputs on record."""
        return self.dataset.manifest["inputs"]

    def is_affected(self, sought: Sought) -> bool:
        """Whether anything here is to be changed: documents, or decisions that name one."""
        return any(self.findings.values()) or any(hides(decision, sought) for decision in self.dataset.decisions())


def hides(decision: Decision, sought: Sought) -> bool:
    """Whether a decision names a document that is taken out."""
    return without_ids(decision, sought) != decision


def without_ids(decision: Decision, sought: Sought) -> Decision:
    """Return a decision with hashes in place of the ids of documents that are taken out."""
    changed: Any = {**decision, "id": _hidden(decision["id"], sought), "values": _hidden(decision["values"], sought)}
    return changed  # type: ignore[no-any-return]


def _hidden(value: Any, sought: Sought) -> Any:
    if isinstance(value, str):
        return hidden_id(value) if id_hash(value) in sought.taken_ids else value
    if isinstance(value, dict):
        return {key: _hidden(item, sought) for key, item in value.items()}
    if isinstance(value, list):
        return [_hidden(item, sought) for item in value]
    return value


def hidden_killed(ids: list[str], sought: Sought) -> list[str]:
    """Return ids of documents that a step was ended on, with hashes for those that are taken out."""
    return [_hidden(identifier, sought) for identifier in ids]
