"""What a takedown looks for in all places: what the list names, near copies of that, and what was made from either.

Two passes over the places tell: the first finds what the list names, and notes who was made from whom; the second finds
near copies of those texts. Then it is known what was made from any of them, through any number of steps.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from itertools import islice
from typing import TYPE_CHECKING

from corpuskit.core.document import Document, text_hash
from corpuskit.text.takedown.entries import (
    ADDRESSES,
    ID_DIGITS,
    ID_HASH,
    ID_PREFIX,
    TENANT,
    TEXT_HASH,
    Entry,
    Kernels,
    id_digits,
    origin_of,
)
from corpuskit.text.takedown.matching import TakedownFinding, TakedownMatcher
from corpuskit.text.takedown.reasons import NEAR_COPY, PARENT, REASONS
from corpuskit.trust.takedowns.lineage import (
    ANYBODY,
    IdOwner,
    Lineage,
    NamedParent,
    Narrowing,
    cut_from,
    id_hash,
    owner_of,
)
from corpuskit.trust.takedowns.short_texts import is_short
from corpuskit.trust.takedowns.taken_ids import TakenId, TakenIds
from corpuskit.trust.takedowns.whole_documents import WholeDocuments

if TYPE_CHECKING:
    from corpuskit.text.dedup.near_copies import NearCopies
    from corpuskit.trust.takedowns.lineage import Keys

BATCH = 256
EXAMPLES = 3
"""Ids of near copies that are told of each place."""
KINDS_OF_PARTS = (*ADDRESSES, "actor", TENANT, ID_PREFIX)
"""Of entries: by what they name a chunk, it names the document that the chunk was cut from."""


def list_kernels() -> Kernels:
    """Return what signs texts as `dedup` does, and takes addresses apart as `filter-url` does."""
    from corpuskit.text.dedup.near_copies import is_signature, sign_texts
    from corpuskit.text.urls.addresses import address_of

    return Kernels(sign_texts, is_signature, address_of)


class Sought:
    """A takedown list, and what the places have taught about it."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        """Begin with what the list names."""
        from corpuskit.text.urls.addresses import address_of

        self.entries = entries
        self.named: set[int] = set()
        """Numbers of the entries that named something, anywhere."""
        self.taken_ids = TakenIds(entries)
        self.short_texts: set[str] = set()
        """Hashes of texts that are too short to be looked for: others have written the same."""
        self._known_ids = {(taken_id.hash, taken_id.owner) for taken_id in self.taken_ids}
        self._not_learned: set[tuple[int, IdOwner]] = set()
        """Ids that the list names itself, or that are hashes of short texts."""
        self._matcher = TakedownMatcher(entries, address_of)
        self._signatures = [entry.signature for entry in entries if entry.signature]
        self._owners = [number for number, entry in enumerate(entries) if entry.signature]
        self._known_texts = {entry.value for entry in entries if entry.kind == TEXT_HASH and entry.signature}
        self._learned: dict[str, Entry] = {}
        self._learned_from: dict[str, int] = {}
        self._near: NearCopies | None = None
        self._lineages: list[Lineage] = []
        self.whole_documents = WholeDocuments(entries, self.taken_ids)
        self._keys_everywhere: Keys | None = None
        self._of_parts: set[int] = set()
        """Hashes of ids of what chunks were cut from that the list names."""

    def directly(
        self, documents: Iterable[Document], lineage: Lineage, examples: list[str]
    ) -> Iterator[tuple[int, TakedownFinding]]:
        """Yield the positions of documents that the list names, learn their texts, and fill in the lineage of all.

        Ids of the first ones that an earlier run knew as near copies are added to the examples.
        """
        self._lineages.append(lineage)
        for batch in _batches(documents):
            named: list[tuple[Document, TakedownFinding]] = []
            for position, document in batch:
                lineage.add(position, document, self.taken_ids.owners, whole=self.taken_ids.is_narrowed)
                if (finding := self._matcher.find(document)) is not None:
                    named.append((document, finding))
                    self.named |= self._matcher.naming(document)
                    if finding.reason == NEAR_COPY:
                        examples += [document.id][: EXAMPLES - len(examples)]
                    self.take(document, finding)
                    if self.whole_documents.note_parents(document, finding, lineage):
                        self.short_texts.add(text_hash(document.text))
                    yield position, finding
            self._learn([(document, finding) for document, finding in named if self.is_asked_for(finding)])

    def take(self, document: Document, finding: TakedownFinding) -> None:
        """Note that a document is to be taken out, and what a chunk was cut from, if that has what is named as well."""
        self._take_id(document.id, owner_of(document), finding)
        self.named.add(finding.number)
        entry = self.entries[finding.number]
        if entry.kind in KINDS_OF_PARTS and finding.reason != NEAR_COPY:
            for parent in cut_from(document):
                if entry.kind != ID_PREFIX or parent.startswith(entry.value):
                    self._of_parts.add(id_hash(parent))
                    self._take_id(parent, owner_of(document), TakedownFinding(REASONS[entry.kind], finding.number))

    def _take_id(self, identifier: str, owner: IdOwner, finding: TakedownFinding) -> None:
        taken_id = self.taken_ids.take(id_hash(identifier), owner, finding.number, finding.reason)
        if self.entries[taken_id.number].kind == ID_PREFIX and finding.reason not in (PARENT, NEAR_COPY):
            self._not_learned.add((taken_id.hash, taken_id.owner))

    def learn_signed(self, hash_: str, signature: str, finding: TakedownFinding) -> None:
        """Learn a text that is known by its hash and signature alone, and is not short."""
        if not self.knows_text(hash_):
            self._learn_text(hash_, signature, finding)

    def knows_text(self, hash_: str) -> bool:
        """Whether the list has a text, or it was learned, or is too short for that."""
        return hash_ in self._known_texts or hash_ in self.short_texts

    def is_asked_for(self, finding: TakedownFinding) -> bool:
        """Whether a document goes because somebody asked for it, and not for what was learned of another one.

        Only then copies of its text are looked for: what is known from an earlier run takes no more with it than it did
        in that one.
        """
        return finding.reason != PARENT and self.entries[finding.number].of is None

    def is_named_by_id(self, finding: TakedownFinding) -> bool:
        """Whether the list names a document by its own id."""
        return self.is_asked_for(finding) and self.entries[finding.number].kind in ("id", ID_HASH)

    def take_unowned(self, identifier: bytes, finding: TakedownFinding) -> None:
        """Note that a document is to be taken out of which nobody can say whose it is.

        By an entry that is narrowed, no id is taken out then: it may be that of another source.
        """
        if self.taken_ids.narrowing(finding.number) == Narrowing():
            self.taken_ids.take(id_hash(identifier), ANYBODY, finding.number, finding.reason)
        self.named.add(finding.number)

    def learned(self) -> list[Entry]:
        """Return entries for the texts that the list names in other ways, and for the ids of all that is taken out.

        By them neither a copy comes back, nor what was made from it, in any generation. They are in an order of their
        own, so that the list is the same whatever the order of the places.
        """
        learned = [*self._learned.values(), *self._learned_ids()]
        return sorted([*learned, *self._found_ids({entry.of for entry in learned})], key=Entry.digest)

    def _found_ids(self, origins: Set[str | None]) -> Iterator[Entry]:
        """Yield what shows that ids of the list were found, by which nothing else was learned, now or before.

        That is so of entries in an index of `dedup` and of decisions. A later run would say that they were not found.
        """
        known_digests = origins | {entry.of for entry in self.entries}
        for entry in (self.entries[number] for number in sorted(self.named)):
            if entry.kind == "id" and entry.of is None and (digest := entry.digest()) not in known_digests:
                yield entry._replace(kind=ID_HASH, value=id_digits(entry.value), of=digest)

    def _learned_ids(self) -> Iterator[Entry]:
        """Yield entries for ids, of the source and the tenant alone that the list narrows them to.

        Without a `reason` those of documents of which chunks alone are there: a later run knows that their texts are
        not learned.
        """
        without_document = self.absent_ids(sorted(self._of_parts))
        for taken_id in self.taken_ids:
            entry = self.entries[taken_id.number]
            is_known = bool({(taken_id.hash, taken_id.owner), (taken_id.hash, ANYBODY)} & self._known_ids)
            if is_known or not self._goes_everywhere(taken_id):
                continue
            yield Entry(
                *(ID_HASH, f"{taken_id.hash:0{ID_DIGITS}x}"),
                source=taken_id.owner.source or None,
                tenant=taken_id.owner.tenant or None,
                ref=entry.ref,
                date=entry.date,
                of=origin_of(entry),
                reason=None if taken_id.hash in without_document else taken_id.reason,
            )

    def absent_ids(self, hashes: Collection[int]) -> set[int]:
        """Return those hashes that are of no document's id, in all places that know more of documents than that."""
        import numpy

        absent = numpy.array(hashes, numpy.uint64)
        for lineage in self._lineages:
            absent = absent[~numpy.isin(absent, numpy.array(lineage.ids, numpy.uint64))]
        return set(absent.tolist())

    def _goes_everywhere(self, taken_id: TakenId) -> bool:
        """Whether all documents of an id and its owner go, wherever they are.

        Not of an id that is a short text's hash: others may have written the same. Nor of a document without a source
        or tenant where the list tells one from another, unless it was made from what goes.
        """
        is_of_nobody = "" in taken_id.owner and not taken_id.is_derived
        return not is_of_nobody and (taken_id.hash, taken_id.owner) not in self._not_learned

    def not_found(self) -> list[Entry]:
        """Return the entries that named nothing, neither now nor in an earlier run that has learned something by them.

        Those that earlier runs added are not among them.
        """
        found_digests = {entry.of for entry in self.entries} | {self.entries[number].digest() for number in self.named}
        return [entry for entry in self.entries if entry.of is None and entry.digest() not in found_digests]

    def named_by_parts(self) -> list[Entry]:
        """Return the entries that name documents of which no place has more than chunks, or what was made from them."""
        numbers = self.whole_documents.named_by_parts(self._lineages)
        return [self.entries[number] for number in sorted(numbers)]

    @property
    def looks_for_copies(self) -> bool:
        """Whether there are texts of which near copies are looked for."""
        return bool(self._signatures)

    def near_copies(
        self, documents: Iterable[Document], known_positions: Iterable[int], examples: list[str]
    ) -> Iterator[tuple[int, TakedownFinding]]:
        """Yield the positions of near copies; those at the positions that are `known` are passed over.

        Ids of the first ones are added to the examples.
        """
        passed_over = frozenset(known_positions)
        for batch in _batches(documents):
            asking = [(position, document) for position, document in batch if position not in passed_over]
            copies = self.lookup().find([document.text for _, document in asking])
            for (position, document), copy in zip(asking, copies, strict=True):
                if copy is not None:
                    finding = TakedownFinding(NEAR_COPY, self._owners[copy.number])
                    examples += [document.id][: EXAMPLES - len(examples)]
                    self.take(document, finding)
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

        self.taken_ids.follow(self._lineages)
        keys = [taken_id.key() for taken_id in self.taken_ids if self._goes_everywhere(taken_id)]
        self._keys_everywhere = numpy.array(keys, numpy.uint64)

    def descendants(self, lineage: Lineage) -> Iterator[tuple[int, TakedownFinding]]:
        """Yield the positions of documents with an id that is taken out elsewhere, and of those made from such.

        `follow_lineage` was called before.
        """
        assert self._keys_everywhere is not None
        for position, taken_id in self.taken_ids.positions_by_id(lineage, self._keys_everywhere):
            self.named.add(taken_id.number)
            yield position, TakedownFinding(taken_id.reason, taken_id.number)
        for row, number, _, _ in self.taken_ids.taken_rows(lineage):
            self.named.add(number)
            yield lineage.positions[row], TakedownFinding(PARENT, number)

    def texts_of_ids(self) -> tuple[dict[int, TakenId], set[int]]:
        """Return by keys of id and text the documents that go, and the keys of those that stay, of a narrowed list."""
        return self.taken_ids.by_text(self._lineages)

    def listed_text_hashes(self) -> dict[str, int]:
        """Return the hashes of texts in the list, and the numbers of their entries; what somebody wrote comes first."""
        hashes: dict[str, int] = {}
        for number, entry in enumerate(self.entries):
            if entry.kind == TEXT_HASH and (entry.of is None or entry.value not in hashes):
                hashes[entry.value] = number
        return hashes

    def unlearned_texts(self, lineages: Iterable[Lineage]) -> set[NamedParent]:
        """Return of which documents the list names what these shards have, while no place has them whole."""
        return self.whole_documents.missing([*lineages], self._lineages)

    def chunks_alone(self, lineage: Lineage, going: Set[int]) -> int:
        """Return how many chunks of a shard stay though they may be of copies: no place has what they were cut out of.

        Texts are those of whole documents, so that no chunk is like one. All places have been searched now.
        """
        if not self._signatures and not self.text_hashes():
            return 0
        return self.whole_documents.chunks_alone(lineage, going, self._lineages)

    def text_hashes(self) -> dict[str, int]:
        """Return the same of all texts to take out, those that places have taught as well."""
        return {**self._learned_from, **self.listed_text_hashes()}

    def _learn(self, named: Sequence[tuple[Document, TakedownFinding]]) -> None:
        from corpuskit.text.dedup.near_copies import sign_texts

        new: dict[str, tuple[str, TakedownFinding]] = {}
        for document, finding in named:
            if (hash_ := text_hash(document.text)) in self._known_texts or not document.text:
                continue
            if is_short(document.text):
                self.short_texts.add(hash_)
                if document.id == hash_:
                    narrowing = self.taken_ids.narrowing(finding.number)
                    self._not_learned.add((id_hash(document.id), narrowing.owner(owner_of(document))))
            else:
                new.setdefault(hash_, (document.text, finding))
        for (hash_, (_, finding)), signature in zip(
            new.items(), sign_texts([text for text, _ in new.values()]), strict=True
        ):
            self._learn_text(hash_, signature, finding)

    def _learn_text(self, hash_: str, signature: str, finding: TakedownFinding) -> None:
        entry = self.entries[finding.number]
        self._learned[hash_] = Entry(
            TEXT_HASH, hash_, signature=signature, ref=entry.ref, date=entry.date, of=origin_of(entry)
        )
        self._learned_from[hash_] = finding.number
        self._known_texts.add(hash_)
        if signature:
            self._signatures.append(signature)
            self._owners.append(finding.number)


def made_from_copies_in(lineage: Lineage, findings: Mapping[int, TakedownFinding], sought: Sought) -> int:
    """Return how many of the documents that go as children of others were made from near copies."""
    positions = sought.taken_ids.positions_made_from_copies(lineage) & findings.keys()
    return sum(findings[position].reason == PARENT for position in positions)


def _batches(documents: Iterable[Document]) -> Iterator[list[tuple[int, Document]]]:
    """Yield documents with their positions, many at a time."""
    numbered = enumerate(documents)
    while batch := list(islice(numbered, BATCH)):
        yield batch
