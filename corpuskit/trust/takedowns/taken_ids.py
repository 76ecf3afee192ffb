"""The ids of the documents that are taken out, each with its owner if the list narrows what it names to one.

An id is known by a key of 64 bits: its hash, salted with its owner. That of an id of anybody is the hash itself.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from corpuskit.text.takedown.entries import ID_HASH, ID_PREFIX, TENANT, Entry
from corpuskit.text.takedown.reasons import NEAR_COPY, PARENT, REASONS
from corpuskit.trust.takedowns.lineage import IdOwner, Lineage, Narrowing, Owners, id_hash, rows_in

if TYPE_CHECKING:
    from corpuskit.trust.takedowns.lineage import Keys


class TakenId(NamedTuple):
    """One id that is taken out."""

    hash: int
    owner: IdOwner
    number: int
    """Of the entry by which."""
    reason: str
    """Why its document goes; that with the same id in other places goes for it as well."""
    is_derived: bool
    """Whether its document was made from another one that is taken out."""

    def key(self) -> int:
        """Return what tells it from the same id of other owners."""
        return self.hash ^ self.owner.salt()


class TakenRow(NamedTuple):
    """A row of a lineage whose parent is taken out."""

    row: int
    number: int
    narrowing: Narrowing
    is_of_copy: bool
    """Whether the parent goes as a near copy, or was made from one."""


class TakenIds:
    """What is taken out so far, and what follows from it."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        """Begin with the ids that the list names."""
        self.owners = Owners()
        self._narrowings = narrowings_of(entries)
        self._used_narrowings = sorted({Narrowing(), *self._narrowings})
        self._prefixes = {
            (entry.source, entry.value): number for number, entry in enumerate(entries) if entry.kind == ID_PREFIX
        }
        self._copies: set[int] = set()
        """The keys of near copies that nobody names, and of what was made from them."""
        self._ids: dict[int, TakenId] = {}
        self._owners_of: dict[int, list[IdOwner]] = defaultdict(list)
        self._owned: dict[Narrowing, dict[int, int]] = defaultdict(dict)
        """Numbers of entries narrowed to a source, by the keys that ids which they took have without it."""
        self._shared_keys: dict[Narrowing, set[int]] = defaultdict(set)
        """Such keys that documents of other sources have, too, which stay."""
        self._staying: dict[Narrowing, set[int]] = defaultdict(set)
        """The keys of these documents, with their source."""
        for number, entry in enumerate(entries):
            if entry.kind in ("id", ID_HASH):
                hash_ = int(entry.value, 16) if entry.kind == ID_HASH else id_hash(entry.value)
                self._add(hash_, IdOwner(entry.source, entry.tenant), number, entry.reason or REASONS[entry.kind])

    @property
    def is_narrowed(self) -> bool:
        """Whether an entry names things of one source or tenant alone."""
        return len(self._used_narrowings) > 1

    def narrowing(self, number: int) -> Narrowing:
        """Return how an entry is narrowed."""
        return self._narrowings[number]

    def take(self, hash_: int, owner: IdOwner, number: int, reason: str) -> TakenId:
        """Take out an id of an owner by an entry, of as much of the owner as that entry tells apart."""
        return self._take(hash_, owner, number, self._narrowings[number], reason, is_derived=False)

    def has(self, hash_: int, owner: IdOwner) -> bool:
        """Whether an id of an owner is taken out, told apart as far as its entry does."""
        return hash_ ^ owner.salt() in self._ids

    def of_anybody(self, hash_: int) -> TakenId | None:
        """Return an id that is taken out whoever has it; None if it is not."""
        return self._ids.get(hash_)

    def taken_by(self, identifier: str, source: str | None = None) -> int | None:
        """Return the number of the entry that takes out an id of a source, or that of any; None if none does."""
        hash_ = id_hash(identifier)
        for owner in self._owners_of.get(hash_, ()):
            if source is None or owner.source in (None, source):
                return self._ids[hash_ ^ owner.salt()].number
        # What begins so need not be in a place any more, and is not learned one by one.
        for (of_source, prefix), number in self._prefixes.items():
            if source in (None, of_source) and identifier.startswith(prefix):
                return number
        return None

    def of_somebody(self, hash_: int) -> int | None:
        """Return the number of the entry that takes an id out of one source or tenant; None if none does."""
        owners = self._owners_of.get(hash_)
        return self._ids[hash_ ^ owners[0].salt()].number if owners else None

    def __iter__(self) -> Iterator[TakenId]:
        """Yield all of them."""
        return iter(list(self._ids.values()))

    def follow(self, lineages: Sequence[Lineage]) -> None:
        """Take out what was made from what is taken out, through any number of steps."""
        before = -1
        while len(self._ids) > before:
            before = len(self._ids)
            self._note_other_owners(lineages)
            for lineage in lineages:
                for row, number, narrowing, is_of_copy in self.taken_rows(lineage):
                    owner = self.owners[lineage.owners[row]]
                    child = self._take(lineage.children[row], owner, number, narrowing, PARENT, is_derived=True)
                    if is_of_copy and child.reason == PARENT:
                        self._copies.add(child.key())

    def taken_rows(self, lineage: Lineage) -> Iterator[TakenRow]:
        """Yield the rows of a lineage whose parent is taken out."""
        keys = self._keys()
        for narrowing in self._used_narrowings:
            parents = lineage.parent_keys(self.owners.salts(narrowing))
            for row in rows_in(parents, keys):
                taken_id = self._ids[int(parents[row])]
                yield TakenRow(row, taken_id.number, narrowing, int(parents[row]) in self._copies)
            for row, parent in self._rows_of_another_source(lineage, narrowing):
                if parent not in self._shared_keys[narrowing]:
                    is_of_copy = self._is_copy_alone(lineage.parents[row])
                    yield TakenRow(row, self._owned[narrowing][parent], narrowing, is_of_copy)

    def positions_by_id(self, lineage: Lineage, keys: "Keys") -> Iterator[tuple[int, TakenId]]:
        """Yield the positions of documents whose own ids have one of these keys."""
        for narrowing in self._used_narrowings:
            ids = lineage.document_keys(self.owners.salts(narrowing))
            yield from ((row, self._ids[int(ids[row])]) for row in rows_in(ids, keys))

    def undecided_positions(self, lineage: Lineage) -> set[int]:
        """Return the positions of documents made from one of several with an id, of which one is taken out."""
        positions = set()
        for narrowing in self._used_narrowings:
            parents = lineage.parent_keys(self.owners.salts(narrowing))
            for row, parent in self._rows_of_another_source(lineage, narrowing):
                if parent in self._shared_keys[narrowing] and int(parents[row]) not in self._staying[narrowing]:
                    positions.add(lineage.positions[row])
        return positions

    def positions_made_from_copies(self, lineage: Lineage) -> set[int]:
        """Return the positions of documents of which a parent goes as a near copy, or was made from one."""
        return {lineage.positions[row] for row, _, _, is_of_copy in self.taken_rows(lineage) if is_of_copy}

    def by_text(self, lineages: Sequence[Lineage]) -> tuple[dict[int, TakenId], set[int]]:
        """Return by keys of id and text what goes, and the keys of what stays; nothing if the list does not narrow."""
        import numpy

        going: dict[int, TakenId] = {}
        staying: set[int] = set()
        keys = self._keys()
        for lineage in lineages if self.is_narrowed else ():
            texts = lineage.texts_of_ids()
            goes = numpy.zeros(len(texts), bool)
            for narrowing in self._used_narrowings:
                document_keys = lineage.document_keys(self.owners.salts(narrowing))
                rows = list(rows_in(document_keys, keys))
                for key, text in zip(document_keys[rows].tolist(), texts[rows].tolist(), strict=True):
                    # The named one comes first: the same text may lie in another place as a copy, under its id.
                    if text not in going or going[text].reason == NEAR_COPY:
                        going[text] = self._ids[key]
                goes[rows] = True
            staying.update(texts[~goes].tolist())
        return going, staying

    def _is_copy_alone(self, hash_: int) -> bool:
        """Whether all documents of an id that go are near copies, or were made from such."""
        return all(hash_ ^ owner.salt() in self._copies for owner in self._owners_of[hash_])

    def _rows_of_another_source(self, lineage: Lineage, narrowing: Narrowing) -> Iterator[tuple[int, int]]:
        """Yield rows whose parent has the id of what is taken out, but that are of another source, and its key.

        Chunks are not among them: they are of the source of what they were cut out of.
        """
        import numpy

        if owned := self._owned.get(narrowing):
            keys = self._keys()
            exact = numpy.isin(lineage.parent_keys(self.owners.salts(narrowing)), keys)
            parents = lineage.parent_keys(self.owners.salts(_of_any_source(narrowing)))
            for row in rows_in(parents, _array(owned)):
                if not exact[row] and not lineage.chunks[row]:
                    yield row, int(parents[row])

    def _note_other_owners(self, lineages: Sequence[Lineage]) -> None:
        import numpy

        keys = self._keys()
        for narrowing, owned in self._owned.items():
            self._shared_keys[narrowing], self._staying[narrowing] = set(), set()
            for lineage in lineages:
                exact = lineage.document_keys(self.owners.salts(narrowing))
                of_any = lineage.document_keys(self.owners.salts(_of_any_source(narrowing)))
                rows = numpy.flatnonzero(numpy.isin(of_any, _array(owned)) & ~numpy.isin(exact, keys))
                self._shared_keys[narrowing].update(of_any[rows].tolist())
                self._staying[narrowing].update(exact[rows].tolist())

    def _take(
        self, hash_: int, owner: IdOwner, number: int, narrowing: Narrowing, reason: str, *, is_derived: bool
    ) -> TakenId:
        if narrowing.by_source:
            of_any_source = hash_ ^ _of_any_source(narrowing).owner(owner).salt()
            self._owned[narrowing].setdefault(of_any_source, number)
        return self._add(hash_, narrowing.owner(owner), number, reason, is_derived=is_derived)

    def _add(self, hash_: int, owner: IdOwner, number: int, reason: str, *, is_derived: bool = False) -> TakenId:
        key = hash_ ^ owner.salt()
        if (taken_id := self._ids.get(key)) is None:
            taken_id = self._ids[key] = TakenId(hash_, owner, number, reason, is_derived)
            self._owners_of[hash_].append(owner)
            if reason == NEAR_COPY:
                self._copies.add(key)
        return taken_id

    def _keys(self) -> "Keys":
        return _array(self._ids)


def narrowings_of(entries: Sequence[Entry]) -> list[Narrowing]:
    """Return how each entry is narrowed: by itself, or by the entry that it was learned from."""
    narrowings = [
        Narrowing(entry.source is not None, entry.kind == TENANT or entry.tenant is not None) for entry in entries
    ]
    by_digest = {entry.digest(): narrowing for entry, narrowing in zip(entries, narrowings, strict=True)}
    origins = [by_digest.get(entry.of or "", Narrowing()) for entry in entries]
    return [
        Narrowing(narrowing.by_source or origin.by_source, narrowing.by_tenant or origin.by_tenant)
        for narrowing, origin in zip(narrowings, origins, strict=True)
    ]


def _array(keys: Collection[int]) -> "Keys":
    import numpy

    return numpy.fromiter(keys, numpy.uint64, len(keys))


def _of_any_source(narrowing: Narrowing) -> Narrowing:
    return narrowing._replace(by_source=False)
