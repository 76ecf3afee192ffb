"""Documents that no place has, but for chunks of them, or what was made from them.

If the list names them, their texts cannot be learned, so that copies of them come back under other ids. If it does not,
nobody can tell of their chunks whether the documents were copies of what it names.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import TYPE_CHECKING

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
from corpuskit.trust.takedowns.short_texts import is_short_whole
from corpuskit.trust.takedowns.taken_ids import TakenIds

if TYPE_CHECKING:
    from corpuskit.trust.takedowns.lineage import Keys


class WholeDocuments:
    """Which documents that the list names are in a place themselves, or were in an earlier run."""

    def __init__(self, entries: Sequence[Entry], taken_ids: TakenIds) -> None:
        """Begin with what earlier runs have learned."""
        self._entries, self._taken_ids = entries, taken_ids
        self._with_text = {entry.of for entry in entries if entry.kind == TEXT_HASH}
        """Digests of entries by which a text was learned."""
        self._known_ids = {
            (int(entry.value, 16), IdOwner(entry.source, entry.tenant))
            for entry in entries
            if entry.kind == ID_HASH and entry.of is not None and entry.reason is not None
        }
        self._ids_of_texts = {id_hash(entry.value) for entry in entries if entry.kind == TEXT_HASH}
        """Hashes of the ids that documents without one have, of texts in the list."""
        self._naming: dict[NamedParent, set[int]] = defaultdict(set)
        """Numbers of the entries by which each is named."""
        self._indexed_ids: list[array[int]] = []
        """Hashes of the ids in indexes of `dedup`, whose texts are those of whole documents."""
        self._present: Keys | None = None

    def note_indexed(self, hashes: "array[int]") -> None:
        """Note that an index of `dedup` has documents whose ids have these hashes, which it may still add to."""
        self._indexed_ids.append(hashes)

    def chunks_alone(self, lineage: Lineage, going: Set[int], everywhere: Sequence[Lineage]) -> int:
        """Return how many chunks of one shard stay, and were cut out of documents that no place has."""
        import numpy

        if self._present is None:
            arrays = [*self._indexed_ids, *(lineage.ids for lineage in everywhere)]
            self._present = numpy.concatenate([numpy.array(ids, numpy.uint64) for ids in arrays])
        return len(lineage.chunks_without(self._present) - going)

    def note(self, identifier: str | bytes) -> None:
        """Note that an index of `dedup` has a document that the list names by its id."""
        self._known_ids.add((id_hash(identifier), ANYBODY))

    def note_parents(self, document: Document, finding: TakedownFinding, lineage: Lineage) -> bool:
        """Note what the list names of that which a document was made from, or cut out of.

        Return whether this is a chunk that is all of it, and short: nothing is to be learned of it then.
        """
        is_short = False
        entry = self._entries[finding.number]
        if entry.of is None and (entry.kind not in ("id", ID_HASH) or entry.digest() not in self._with_text):
            narrowing = self._taken_ids.narrowing(finding.number)
            owner = narrowing.owner(owner_of(document))
            for hash_ in _named_parents(document, finding, entry):
                if is_short_whole(document) and hash_ == id_hash(parents_of(document)[-1]):
                    is_short = True
                    continue
                parent = NamedParent(hash_, owner, narrowing)
                lineage.named_parents.add(parent)
                self._naming[parent].add(finding.number)
        return is_short

    def missing(self, in_question: Sequence[Lineage], everywhere: Sequence[Lineage]) -> set[NamedParent]:
        """Return the documents that are named by what one place has of them, and are in no place themselves."""
        return set(self._absent({parent for lineage in in_question for parent in lineage.named_parents}, everywhere))

    def named_by_parts(self, everywhere: Sequence[Lineage]) -> set[int]:
        """Return the numbers of entries by which a document is named of which there are parts alone, but no id goes."""
        unknown = (parent for parent in self._naming if not self._taken_ids.has(parent.hash, parent.owner))
        return {number for parent in self._absent(unknown, everywhere) for number in self._naming[parent]}

    def _absent(self, parents: Iterable[NamedParent], everywhere: Sequence[Lineage]) -> list[NamedParent]:
        """Return which of these are in no place, and are not known by an earlier run or by the list itself."""
        import numpy

        by_narrowing: dict[Narrowing, dict[int, NamedParent]] = defaultdict(dict)
        for parent in parents:
            if (parent.hash, parent.owner) not in self._known_ids and parent.hash not in self._ids_of_texts:
                by_narrowing[parent.narrowing][parent.hash ^ parent.owner.salt()] = parent
        absent: list[NamedParent] = []
        for narrowing, by_key in by_narrowing.items():
            keys = sorted(by_key)
            named_keys = numpy.array(keys, numpy.uint64)
            salts = self._taken_ids.owners.salts(narrowing)
            present: set[int] = set()
            for lineage in everywhere:
                present.update(rows_in(named_keys, lineage.document_keys(salts)))
            absent += [by_key[key] for row, key in enumerate(keys) if row not in present]
        return absent


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
