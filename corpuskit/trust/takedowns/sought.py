"""What a takedown looks for in all places: what the list names, near copies of that, and what was made from either.

Two passes over the places tell: the first finds what the list names, and notes who was made from whom; the second finds
near copies of those texts. Then it is known what was made from any of them, through any number of steps. Ids are held
as hashes of 64 bits.
"""

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from corpuskit.core.document import Document, parents_of, text_hash
from corpuskit.text.takedown.entries import ID_DIGITS, ID_HASH, TENANT, TEXT_HASH, Entry, Kernels, id_digits
from corpuskit.text.takedown.matching import NEAR_COPY, PARENT, TakedownFinding, TakedownMatcher

if TYPE_CHECKING:
    from corpuskit.text.dedup.near_copies import NearCopies

BATCH = 256
LEAST_WORDS, LEAST_LETTERS = 8, 40
"""Of a text that is looked for because the list names a document with it in another way."""
_UNSPACED = re.compile(
    "[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Letters of Thai, Lao, Burmese, Khmer, Chinese and Japanese."""


def id_hash(identifier: str | bytes) -> int:
    """Return the hash of an id, by which entries with `id_hash` name it."""
    return int(id_digits(identifier), 16)


def list_kernels() -> Kernels:
    """Return what signs texts as `dedup` does, and takes addresses apart as `filter-url` does."""
    from corpuskit.text.dedup.near_copies import is_signature, sign_texts
    from corpuskit.text.urls.addresses import address_of

    return Kernels(sign_texts, is_signature, address_of)


class Lineage(NamedTuple):
    """Documents of one shard that were made from others: a row for each parent."""

    positions: "array[int]"
    parents: "array[int]"
    """Hashes of the parents' ids."""
    children: "array[int]"
    """Hashes of the documents' own ids."""

    @classmethod
    def empty(cls) -> "Lineage":
        """Return a lineage without rows."""
        return cls(array("q"), array("Q"), array("Q"))

    def add(self, position: int, document: Document) -> None:
        """Add what one document was made from."""
        for parent in parents_of(document):
            self.positions.append(position)
            self.parents.append(id_hash(parent))
            self.children.append(id_hash(document.id))


class Sought:
    """A takedown list, and what the places have taught about it."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        """Begin with what the list names."""
        from corpuskit.text.urls.addresses import address_of

        self.entries = entries
        self.named: set[int] = set()
        """Numbers of the entries that named something, anywhere."""
        self.taken_ids = {
            int(entry.value, 16) if entry.kind == ID_HASH else id_hash(entry.value): number
            for number, entry in enumerate(entries)
            if entry.kind in ("id", ID_HASH) and entry.source is None and entry.tenant is None
        }
        """Hashes of the ids of documents to take out, and the number of an entry by which."""
        self.short_texts: set[str] = set()
        """Hashes of texts that are too short to be looked for: others have written the same."""
        self._known_ids = {(int(entry.value, 16), entry.tenant) for entry in entries if entry.kind == ID_HASH}
        self._known_ids |= {(id_hash(entry.value), entry.tenant) for entry in entries if entry.kind == "id"}
        self._narrowed: set[int] = set()
        """Hashes of ids that other documents may have."""
        self._matcher = TakedownMatcher(entries, address_of)
        self._signatures = [entry.signature for entry in entries if entry.signature]
        self._owners = [number for number, entry in enumerate(entries) if entry.signature]
        self._known_texts = {entry.value for entry in entries if entry.kind == TEXT_HASH and entry.signature}
        self._learned: dict[str, Entry] = {}
        self._learned_from: dict[str, int] = {}
        self._near: NearCopies | None = None
        self._lineages: list[Lineage] = []

    def directly(self, documents: Iterable[Document], lineage: Lineage) -> Iterator[tuple[int, TakedownFinding]]:
        """Yield the positions of documents that the list names, learn their texts, and fill in the lineage of all."""
        self._lineages.append(lineage)
        for batch in _batches(documents):
            named: list[tuple[Document, TakedownFinding]] = []
            for position, document in batch:
                lineage.add(position, document)
                if (finding := self._matcher.find(document)) is not None:
                    named.append((document, finding))
                    self.take(document.id, finding)
                    yield position, finding
            self._learn([(document, finding) for document, finding in named if finding.reason != PARENT])

    def take(self, identifier: str | bytes, finding: TakedownFinding) -> None:
        """Note that a document is to be taken out."""
        hash_ = id_hash(identifier)
        number = self.taken_ids.setdefault(hash_, finding.number)
        if self.entries[number].source is not None and finding.reason not in (PARENT, NEAR_COPY):
            self._narrowed.add(hash_)
        self.named.add(finding.number)

    def learned(self) -> list[Entry]:
        """Return entries for the texts that the list names in other ways, and for the ids of all that is taken out.

        By them neither a copy comes back, nor what was made from it, in any generation.
        """
        return [*self._learned.values(), *self._learned_ids()]

    def _learned_ids(self) -> Iterator[Entry]:
        """Yield entries for ids, of the tenant alone that the list narrows them to.

        If it narrows them to a source, others may use the same id, as they may if a short text is its own id: that one
        is not learned.
        """
        for hash_, number in self.taken_ids.items():
            entry = self.entries[number]
            tenant = entry.value if entry.kind == TENANT else entry.tenant
            if hash_ not in self._narrowed and not {(hash_, tenant), (hash_, None)} & self._known_ids:
                yield Entry(
                    *(ID_HASH, f"{hash_:0{ID_DIGITS}x}"),
                    tenant=tenant,
                    ref=entry.ref,
                    date=entry.date,
                    of=entry.of or entry.digest(),
                )

    def not_found(self) -> list[Entry]:
        """Return the entries that named nothing; those that earlier runs added are not among them."""
        return [entry for number, entry in enumerate(self.entries) if number not in self.named and entry.of is None]

    @property
    def looks_for_copies(self) -> bool:
        """Whether there are texts of which near copies are looked for."""
        return bool(self._signatures)

    def near_copies(
        self, documents: Iterable[Document], known_positions: Iterable[int]
    ) -> Iterator[tuple[int, TakedownFinding]]:
        """Yield the positions of near copies; those at the positions that are `known` are passed over."""
        passed_over = frozenset(known_positions)
        for batch in _batches(documents):
            asking = [(position, document) for position, document in batch if position not in passed_over]
            copies = self.lookup().find([document.text for _, document in asking])
            for (position, document), copy in zip(asking, copies, strict=True):
                if copy is not None:
                    finding = TakedownFinding(NEAR_COPY, self._owners[copy.number])
                    self.take(document.id, finding)
                    yield position, finding

    def lookup(self) -> "NearCopies":
        """Return what finds near copies; the places have been looked at then."""
        from corpuskit.text.dedup.near_copies import near_copies_of

        if self._near is None:
            self._near = near_copies_of(self._signatures)
        return self._near

    def owner(self, number: int) -> int:
        """Return the number of the entry to which a signature of `lookup` belongs."""
        return self._owners[number]

    def follow_lineage(self) -> None:
        """Take out what was made from what is taken out, wherever it is."""
        import numpy

        while True:
            taken_hashes = numpy.fromiter(self.taken_ids, numpy.uint64, len(self.taken_ids))
            before = len(self.taken_ids)
            for lineage in self._lineages:
                parents = numpy.frombuffer(lineage.parents, numpy.uint64) if lineage.parents else taken_hashes[:0]
                for row in numpy.flatnonzero(numpy.isin(parents, taken_hashes)).tolist():
                    self.taken_ids.setdefault(lineage.children[row], self.taken_ids[lineage.parents[row]])
            if len(self.taken_ids) == before:
                return

    def descendants(self, lineage: Lineage) -> Iterator[tuple[int, TakedownFinding]]:
        """Yield the positions of documents of which a parent is taken out; `follow_lineage` was called before."""
        import numpy

        if lineage.parents:
            taken_hashes = numpy.fromiter(self.taken_ids, numpy.uint64, len(self.taken_ids))
            rows = numpy.flatnonzero(numpy.isin(numpy.frombuffer(lineage.parents, numpy.uint64), taken_hashes))
            for row in rows.tolist():
                number = self.taken_ids[lineage.parents[row]]
                self.named.add(number)
                yield lineage.positions[row], TakedownFinding(PARENT, number)

    def text_hashes(self) -> dict[str, int]:
        """Return the xxh3 hashes of texts to take out, and the numbers of their entries."""
        hashes = {entry.value: number for number, entry in enumerate(self.entries) if entry.kind == TEXT_HASH}
        return {**self._learned_from, **hashes}

    def _learn(self, named: Sequence[tuple[Document, TakedownFinding]]) -> None:
        from corpuskit.text.dedup.near_copies import sign_texts

        new: dict[str, tuple[str, TakedownFinding]] = {}
        for document, finding in named:
            if (hash_ := text_hash(document.text)) in self._known_texts or not document.text:
                continue
            if is_short(document.text):
                self.short_texts.add(hash_)
                if document.id == hash_:
                    self._narrowed.add(id_hash(document.id))
            else:
                new.setdefault(hash_, (document.text, finding))
        for (hash_, (_, finding)), signature in zip(
            new.items(), sign_texts([text for text, _ in new.values()]), strict=True
        ):
            entry = self.entries[finding.number]
            self._learned[hash_] = Entry(
                TEXT_HASH, hash_, signature=signature, ref=entry.ref, date=entry.date, of=entry.of or entry.digest()
            )
            self._learned_from[hash_] = finding.number
            self._known_texts.add(hash_)
            if signature:
                self._signatures.append(signature)
                self._owners.append(finding.number)


def is_short(text: str) -> bool:
    """Whether a text has less than 8 words, and less than 40 letters of scripts that write no spaces.

    Such texts, as "I agree", are written by many: one of them says nothing of who wrote another.
    """
    return len(text.split(None, LEAST_WORDS)) < LEAST_WORDS and len(_UNSPACED.findall(text)) < LEAST_LETTERS


def _batches(documents: Iterable[Document]) -> Iterator[list[tuple[int, Document]]]:
    """Yield documents with their positions, many at a time."""
    numbered = enumerate(documents)
    while batch := list(islice(numbered, BATCH)):
        yield batch
