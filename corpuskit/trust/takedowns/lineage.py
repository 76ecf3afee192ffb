"""Which document is meant by an id, and which documents were made from which.

Sources and tenants may use the same ids. If the list narrows what it names to one of them, a document is therefore
known by its id and its owner, and so is the parent of another one: a document has the source and the tenant of what it
was made from, or a source of its own that no document of that id has. Ids are held as hashes of 64 bits.
"""

from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from corpuskit.core.document import Document, parents_of

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Keys = NDArray[numpy.uint64]


_METADATA_OF_PARTS = {"span", "signal"}


def id_hash(identifier: str | bytes) -> int:
    """Return the hash of an id, by which entries with `id_hash` name it.

    >>> id_hash("page-1") == int(id_digits("page-1"), 16)
    True
    """
    import xxhash

    encoded = identifier.encode("utf-8", "surrogatepass") if isinstance(identifier, str) else identifier
    return xxhash.xxh3_128_intdigest(encoded) >> 64


class IdOwner(NamedTuple):
    """Whose document it is: None stands for any, and an empty string for none."""

    source: str | None = None
    tenant: str | None = None

    def salt(self) -> int:
        """Return the 64 bits that tell its ids from those of all others; 0 for those of anybody."""
        import xxhash

        if self == ANYBODY:
            return 0
        written = "\0".join("" if part is None else f"={part}" for part in self)
        return xxhash.xxh3_64_intdigest(written.encode("utf-8", "surrogatepass"))


ANYBODY = IdOwner()


class Narrowing(NamedTuple):
    """Whether an entry of the list is narrowed to a source, and whether to a tenant."""

    by_source: bool = False
    by_tenant: bool = False

    def owner(self, owner: IdOwner) -> IdOwner:
        """Return as much of an owner as the narrowing tells apart."""
        return IdOwner(owner.source if self.by_source else None, owner.tenant if self.by_tenant else None)


class NamedParent(NamedTuple):
    """A document that the list names, by what was made from it."""

    hash: int
    """Of its id."""
    owner: IdOwner
    """As much of it as the entry tells apart."""
    narrowing: Narrowing


def owner_of(document: Document) -> IdOwner:
    """Return the source and the tenant that a document names."""
    source, tenant = (document.metadata.get(key) for key in ("source", "tenant"))
    return IdOwner("" if source is None else str(source), "" if tenant is None else str(tenant))


class Owners:
    """The owners of all documents, by small numbers."""

    def __init__(self) -> None:
        """Begin without any."""
        self._numbers: dict[IdOwner, int] = {}
        self._owners: list[IdOwner] = []

    def number(self, owner: IdOwner) -> int:
        """Return the number of an owner."""
        number = self._numbers.get(owner)
        if number is None:
            number = self._numbers[owner] = len(self._owners)
            self._owners.append(owner)
        return number

    def __getitem__(self, number: int) -> IdOwner:
        """Return the owner of a number."""
        return self._owners[number]

    def salts(self, narrowing: Narrowing) -> "Keys":
        """Return the salts of all, of as much of them as the narrowing tells apart."""
        import numpy

        return numpy.array([narrowing.owner(owner).salt() for owner in self._owners], numpy.uint64)


class Lineage:
    """The documents of one shard that were made from others: a row for each parent.

    Of all documents the ids; of a list that narrows what it names, their owners as well.
    """

    def __init__(self) -> None:
        """Begin without rows."""
        self.positions = array("q")
        self.parents = array("Q")
        """Hashes of the parents' ids."""
        self.children = array("Q")
        """Hashes of the documents' own ids."""
        self.owners = array("I")
        self.chunks = array("B")
        """Whether a document was cut out of this parent, and so is of its source."""
        self.ids = array("Q")
        """Of all documents, by their positions."""
        self.owners_of_ids = array("I")
        """Of all documents, of a list that narrows; and the same of these:"""
        self.named_parents: set[NamedParent] = set()
        """Of what the list names: documents that something here was made from."""
        self.texts = array("Q")
        """The first half of the hash that an index of `dedup` has of the text."""

    def add(self, position: int, document: Document, owners: Owners, *, whole: bool) -> None:
        """Add a document, the next of its shard, and what it was made from; with `whole`, its owner and text, too."""
        parents, own_hash = parents_of(document), id_hash(document.id)
        self.ids.append(own_hash)
        if not parents and not whole:
            return
        owner = owners.number(owner_of(document))
        for parent in parents:
            self.positions.append(position)
            self.parents.append(id_hash(parent))
            self.children.append(own_hash)
            self.owners.append(owner)
            self.chunks.append(document.id.startswith(f"{parent}#"))
        if whole:
            from corpuskit.text.dedup.survivors import digest

            self.owners_of_ids.append(owner)
            self.texts.append(text_key(digest(document)))

    def parent_keys(self, salts: "Keys") -> "Keys":
        """Return the keys of the parents, if they have the owners of their children."""
        return _keys(self.parents, self.owners, salts)

    def chunks_without(self, present: "Keys") -> set[int]:
        """Return the positions of the chunks that were cut out of none of the documents whose ids have these hashes."""
        import numpy

        is_chunk = numpy.array(self.chunks, bool)
        positions = numpy.array(self.positions, numpy.int64)[is_chunk]
        is_present = numpy.isin(numpy.array(self.parents, numpy.uint64)[is_chunk], present)
        return set(positions.tolist()) - set(positions[is_present].tolist())

    def child_keys(self, salts: "Keys") -> "Keys":
        """Return the keys of the documents of the rows."""
        return _keys(self.children, self.owners, salts)

    def document_keys(self, salts: "Keys") -> "Keys":
        """Return the keys of all documents: of anybody's, where the list does not narrow what it names."""
        import numpy

        return _keys(self.ids, self.owners_of_ids, salts) if self.owners_of_ids else numpy.array(self.ids, numpy.uint64)

    def texts_of_ids(self) -> "Keys":
        """Return keys of all documents by id and text, as an index of `dedup` knows them."""
        import numpy

        return numpy.array(self.ids, numpy.uint64) ^ numpy.array(self.texts, numpy.uint64)


def cut_from(document: Document) -> Iterator[str]:
    """Yield the ids of what a chunk or a signal was made of, from the nearest on, and whose metadata it has.

    Parts that others cut, such as the posts of a thread, may have addresses and persons of their own: they have neither
    the `span` that `chunk` notes, nor a `signal`.
    """
    if not _METADATA_OF_PARTS.isdisjoint(document.metadata):
        part = document.id
        for parent in reversed(parents_of(document)):
            if not part.startswith(f"{parent}#"):
                return
            yield parent
            part = parent


def text_key(digest: bytes) -> int:
    """Return the first half of the hash of a text."""
    return int.from_bytes(digest[:8], "big")


def rows_in(keys: "Keys", wanted_keys: "Keys") -> Iterator[int]:
    """Yield the rows whose keys are among others."""
    import numpy

    if len(keys) and len(wanted_keys):
        yield from numpy.flatnonzero(numpy.isin(keys, wanted_keys)).tolist()


def _keys(hashes: "array[int]", owners: "array[int]", salts: "Keys") -> "Keys":
    import numpy

    keys: Keys = numpy.array(hashes, numpy.uint64)
    return keys ^ salts[numpy.array(owners, numpy.int64)] if len(keys) else keys
