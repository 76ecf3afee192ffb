"""Documents that the list names and that no place has, but for chunks of them, or what was made from them.

Their texts cannot be learned, so that copies of them come back under other ids.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from corpuskit.core.document import Document, parents_of
from corpuskit.text.takedown.entries import ID_HASH, ID_PREFIX, TEXT_HASH, Entry
from corpuskit.text.takedown.matching import TakedownFinding
from corpuskit.text.takedown.reasons import PARENT
from corpuskit.trust.takedowns.lineage import (
    ANYBODY,
    IdOwner,
    Lineage,
    NamedParent,
    Narrowing,
    id_hash,
    owner_of,
    rows_in,
)
from corpuskit.trust.takedowns.taken_ids import TakenIds


class WholeDocuments:
    """Which documents that the list names are in a place themselves, or were in an earlier run."""

    def __init__(self, entries: Sequence[Entry], taken_ids: TakenIds) -> None:
        """Begin with what earlier runs have learned."""
        self._entries, self._taken_ids = entries, taken_ids
        self._known_ids = {
            (int(entry.value, 16), IdOwner(entry.source, entry.tenant))
            for entry in entries
            if entry.kind == ID_HASH and entry.of is not None
        }
        self._with_text = {entry.of for entry in entries if entry.kind == TEXT_HASH}
        """Digests of entries by which a text was learned."""

    def note(self, identifier: str | bytes) -> None:
        """Note that an index of `dedup` has a document that the list names by its id."""
        self._known_ids.add((id_hash(identifier), ANYBODY))

    def note_parents(self, document: Document, finding: TakedownFinding, lineage: Lineage) -> None:
        """Note what the list names of that which a document was made from, or cut out of."""
        entry = self._entries[finding.number]
        if entry.of is None and (entry.kind not in ("id", ID_HASH) or entry.digest() not in self._with_text):
            narrowing = self._taken_ids.narrowing(finding.number)
            owner = narrowing.owner(owner_of(document))
            for hash_ in _named_parents(document, finding, entry):
                lineage.named_parents.add(NamedParent(hash_, owner, narrowing))

    def missing(self, in_question: Sequence[Lineage], everywhere: Sequence[Lineage]) -> int:
        """Return how many documents are named by what one place has of them, and are in no place themselves."""
        import numpy

        keys_by_narrowing: dict[Narrowing, set[int]] = defaultdict(set)
        for lineage in in_question:
            for parent in lineage.named_parents:
                if (parent.hash, parent.owner) not in self._known_ids:
                    keys_by_narrowing[parent.narrowing].add(parent.hash ^ parent.owner.salt())
        missing = 0
        for narrowing, keys in keys_by_narrowing.items():
            named_keys = numpy.array(sorted(keys), numpy.uint64)
            salts = self._taken_ids.owners.salts(narrowing)
            present: set[int] = set()
            for lineage in everywhere:
                present.update(rows_in(named_keys, lineage.document_keys(salts)))
            missing += len(named_keys) - len(present)
        return missing


def _named_parents(document: Document, finding: TakedownFinding, entry: Entry) -> Iterator[int]:
    """Yield the hashes of ids of parents that an entry names, or of which it names a chunk by more than its id."""
    parents = parents_of(document)
    if finding.reason != PARENT:
        if entry.kind not in ("id", ID_HASH, TEXT_HASH) and parents and document.id.startswith(f"{parents[-1]}#"):
            yield id_hash(parents[-1])
    elif entry.kind == ID_PREFIX:
        yield from (id_hash(parent) for parent in parents if parent.startswith(entry.value))
    else:
        yield int(entry.value, 16) if entry.kind == ID_HASH else id_hash(entry.value)
