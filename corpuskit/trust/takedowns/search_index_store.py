"""A search index as a place of a takedown: lines, words and vectors of what is taken out go, and the file is written
anew."""

import os
from array import array
from collections import Counter
from collections.abc import Hashable, Iterator, Set
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from corpuskit.core.counts import StepCount, StreamCount
from corpuskit.core.document import Document, parents_of
from corpuskit.core.errors import DamagedError, UsageError
from corpuskit.core.provenance.chain import Chain, StepDescription, follow_from_one_another
from corpuskit.core.provenance.entries import StepEntry
from corpuskit.core.wording import quantity
from corpuskit.formats.search_index.layout import (
    SUFFIX,
    IndexDescription,
    OtherFormatError,
    description_digest,
    has_lost_its_head,
    is_search_index,
    open_index,
    read_description,
    unerased_text,
)
from corpuskit.formats.search_index.removal import remove_documents, sweep, vectors_of, whole_documents
from corpuskit.text.takedown.matching import TakedownFinding
from corpuskit.trust.takedowns.hidden_ids import hidden_killed
from corpuskit.trust.takedowns.lineage import Lineage
from corpuskit.trust.takedowns.receipt import StoreEntry
from corpuskit.trust.takedowns.sought import Sought, made_from_copies_in
from corpuskit.trust.takedowns.store import Removal, Store, StoreRecord, StoreTally, UnsearchableError

NAME = "takedown"


class OtherVersionError(UnsearchableError):
    """An index is of the format of another version; `search`, `verify` and `index` exit with the same code."""

    exit_code = OtherFormatError.exit_code


class SearchIndexStore(Store):
    """An index, searched document by document; whoever has the file open reads on in the old version."""

    kind: ClassVar[str] = "search-index"
    title: ClassVar[str] = "search index"
    always_counted: ClassVar[tuple[str, ...]] = ("chunks", "vectors")
    may_count: ClassVar[tuple[str, ...]] = ("unerased", "chunks_alone", *Store.may_count)

    def __init__(self, path: Path) -> None:
        """Read what the index says of itself. Raises DamagedError, OtherVersionError, and OSError."""
        super().__init__(path)
        with open(path, "rb"):
            """One that may not be read is not taken for one that is damaged."""
        self.description = self._description()
        self.findings: dict[int, TakedownFinding] = {}
        self._numbers = array("q")
        """Of the documents in the index, by their positions."""
        self._chunks: set[int] = set()
        """Positions of documents that were cut out of others."""
        self._lineage = Lineage()

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """Whether a file is an index, or is named like one, and has lost its first bytes or may not be read."""
        if not path.is_file() or is_search_index(path):
            return path.is_file()
        return path.suffix == SUFFIX and (has_lost_its_head(path) or not os.access(path, os.R_OK))

    def digest(self) -> str:
        """Return the digest of what the index in place says of itself."""
        return f"sha256:{description_digest(self._description())}"

    def record(self) -> StoreRecord:
        """Return the steps and inputs of the description."""
        return StoreRecord(self.description["steps"], self.description["inputs"])

    def look(self, sought: Sought) -> None:
        """Find what the list names. Raises DamagedError if the index does not hold what it says."""
        self.findings = dict(sought.directly(self._documents(), self._lineage, self.copy_examples))

    def find_copies(self, sought: Sought) -> None:
        """Find near copies."""
        self.findings |= dict(sought.near_copies(self._documents(), self.findings, self.copy_examples))

    def tally(self, sought: Sought) -> StoreTally:
        """Return how many documents are to be taken out, and of them, how many are chunks or have a vector."""
        for position, finding in sought.descendants(self._lineage):
            self.findings.setdefault(position, finding)
        reasons = Counter(finding.reason for finding in self.findings.values())
        chunks, vectors = len(self._chunks & self.findings.keys()), vectors_of(self.path, self._found_numbers())
        more = {"chunks": chunks, "vectors": vectors}
        unerased = self.description.get("unerased")
        if unerased is not None:
            more["unerased"] = unerased["documents"]
        # Among what was removed before may be what the list names, so these bytes go, whatever else is found.
        undecided = len(sought.taken_ids.undecided_positions(self._lineage) - self.findings.keys())
        made_from_copies = made_from_copies_in(self._lineage, self.findings, sought)
        return StoreTally(reasons, bool(reasons) or unerased is not None, more, undecided, made_from_copies)

    def problems(self, tally: StoreTally) -> Iterator[str]:
        """Yield also that bytes of removed documents are left: nobody can say that they are of others."""
        yield from super().problems(tally)
        if (unerased := self.description.get("unerased")) is not None:
            yield (
                f"{unerased_text(unerased['documents'])}; erase them with `corpuskit takedown --apply`, or with "
                "`corpuskit index` without --defer-erasure"
            )

    @classmethod
    def changes_without(cls, entry: StoreEntry) -> bool:
        """Whether bytes were left of documents that were removed before."""
        return "unerased" in entry

    @classmethod
    def amount(cls, entry: StoreEntry) -> str:
        """Return how many documents, chunks and vectors were found or removed, and of how many bytes were left."""
        amount = super().amount(entry)
        if entry.get("chunks") or entry.get("vectors"):
            amount += f", with {quantity(entry['chunks'], 'chunk')} and {quantity(entry['vectors'], 'vector')}"
        if "unerased" in entry:
            amount += f", and what was left of {quantity(entry['unerased'], 'document')} removed before"
        return amount

    def unlearned_texts(self, sought: Sought) -> Set[Hashable]:
        """Return the documents that are named of which no place has more than chunks, or what was made from them."""
        return sought.unlearned_texts([self._lineage])

    def chunks_alone(self, sought: Sought) -> int:
        """Return how many chunks stay that were cut out of documents which no place has, if texts are looked for."""
        return sought.chunks_alone(self._lineage, self.findings.keys())

    def removal(self, sought: Sought, options: dict[str, Any], tokenizer: Path | None) -> Removal:
        """Return what puts a version in place without the documents."""
        del tokenizer
        return partial(self._remove, sought, options)

    def _remove(self, sought: Sought, options: dict[str, Any]) -> list[str]:
        dropped = Counter(finding.reason for finding in self.findings.values())

        def described(before: IndexDescription, received: StreamCount, sent: StreamCount) -> IndexDescription:
            if not self.findings:
                return before
            count = StepCount(received=received, sent=sent, dropped=dropped)
            content: IndexDescription = {**before, "steps": _steps(before["steps"], options, count, sought)}
            content["stream"] = sent.as_json()
            content.pop("snapshot", None)  # it holds these documents, so the index is no longer made of it
            return content

        remove_documents(self.path, description_digest(self.description), self._found_numbers(), described)
        return []

    def sweep(self) -> None:
        """Remove what killed runs have left beside the file. Raises PublishError if it is in use."""
        sweep(self.path)

    def _found_numbers(self) -> list[int]:
        return [self._numbers[position] for position in self.findings]

    def _documents(self) -> Any:
        """Yield all documents, and note their numbers and which are chunks."""
        self._numbers = array("q")
        for number, document in whole_documents(self.path):
            if _is_chunk(document):
                self._chunks.add(len(self._numbers))
            self._numbers.append(number)
            yield document

    def _description(self) -> IndexDescription:
        try:
            with open_index(self.path) as connection:
                return read_description(connection, self.path)
        except OtherFormatError as error:
            raise OtherVersionError(str(error)) from None
        except UsageError as error:
            raise DamagedError(str(error)) from None


def _is_chunk(document: Document) -> bool:
    """Whether a document is a part of its last parent, as `chunk` makes them."""
    parents = parents_of(document)
    return bool(parents) and document.id.startswith(f"{parents[-1]}#")


def _steps(steps: list[StepEntry], options: dict[str, Any], count: StepCount, sought: Sought) -> list[StepEntry]:
    """Return the steps of an index with that of the takedown. Raises DamagedError if they are in no order."""
    if not follow_from_one_another(steps):
        raise DamagedError("the steps of the index do not follow from one another; make it anew")
    parents = {parent for entry in steps for parent in entry["from"]}
    chain = Chain(
        steps=[
            {**entry, "killed": hidden_killed(entry["killed"], sought)} if "killed" in entry else entry
            for entry in steps
        ],
        heads=[entry["id"] for entry in steps if entry["id"] not in parents],
    )
    chain.add(StepDescription(NAME, options, {}), "verified", count)
    return chain.steps
