"""An index of `dedup` as a place of a takedown: its entries hold ids, hashes of texts, and signatures."""

from array import array
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Set
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from corpuskit.core.errors import PublishError
from corpuskit.text.dedup.survivors import DIGEST_BYTES
from corpuskit.text.takedown.entries import ADDRESSES, ID_PREFIX, TENANT, TEXT_HASH, Entry
from corpuskit.text.takedown.matching import TakedownFinding
from corpuskit.text.takedown.on_record import digests_in
from corpuskit.text.takedown.reasons import NEAR_COPY, REASONS
from corpuskit.trust.takedowns.lineage import id_hash, text_key
from corpuskit.trust.takedowns.receipt import StoreEntry
from corpuskit.trust.takedowns.sought import EXAMPLES, Sought
from corpuskit.trust.takedowns.store import Removal, Store, StoreTally

if TYPE_CHECKING:
    from corpuskit.core.disk.block_file import BlockFile
    from corpuskit.text.dedup.index import Index
    from corpuskit.text.dedup.matching import Flags

BLOCK_ROWS = 4096
SHA256 = "sha256"
UNKNOWN_KINDS = (*ADDRESSES, "actor", TENANT)
"""Of entries: what an index has nothing of."""


class DedupIndexStore(Store):
    """An index, searched by ids, by hashes of texts, and by signatures if they are of the defaults of `dedup`.

    It knows neither source nor address. So an id that the list narrows to a source or a tenant takes out an entry only
    if the text is that of a document that goes from another place; if it is that of none there, it is undecided.
    """

    kind: ClassVar[str] = "dedup-index"
    title: ClassVar[str] = "index of `dedup`"
    may_count: ClassVar[tuple[str, ...]] = (*Store.may_count, "unasked")
    needs_others: ClassVar[bool] = True

    def __init__(self, path: Path) -> None:
        """Read what is current. Raises DamagedError."""
        from corpuskit.text.dedup.index import read_current

        super().__init__(path)
        current = read_current(path, required=True)
        self._generation = current["generation"] if current else 0
        self.findings: dict[str, dict[int, TakedownFinding]] = {}
        self._beginning_so: dict[str, set[int]] = {}
        """By file: rows of ids that begin as the list says of a source."""
        self._ids = array("Q")
        """Hashes of the ids."""
        self._untaught_texts: set[str] = set()
        """Hashes of texts that the list names, and of which the index does not keep what the list learns."""

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """Whether a folder is an index, sound or not."""
        from corpuskit.text.dedup.index import CURRENT, ENDING

        return path.is_dir() and (
            (path / CURRENT).is_file() or any(file.name.endswith(ENDING) for file in path.iterdir())
        )

    def digest(self) -> str:
        """Return the digest of what names the current generation."""
        from corpuskit.core.disk.durable import size_and_digest
        from corpuskit.text.dedup.index import CURRENT

        return f"sha256:{size_and_digest(self.path / CURRENT)[1]}"

    def look(self, sought: Sought) -> None:
        """Find ids and texts that the list names, and let it learn these texts.

        Raises PublishError if the index is in use, DamagedError if it is damaged.
        """
        hashes = _digests(sought.listed_text_hashes())
        prefixes = {entry.value.encode() for entry in sought.entries if entry.kind == ID_PREFIX}
        prefix_lengths = {len(prefix) for prefix in prefixes}
        sought.whole_documents.note_indexed(self._ids)

        def look_into(file: "BlockFile", name: str) -> None:
            findings = self.findings.setdefault(name, {})
            beginning_so = self._beginning_so.setdefault(name, set())
            teaching: dict[int, TakedownFinding] = {}
            for row, (identifier, digest) in enumerate(_ids_and_digests(file)):
                by_text, hash_ = hashes.get(digest.tobytes()), id_hash(identifier)
                self._ids.append(hash_)
                if (taken_id := sought.taken_ids.of_anybody(hash_)) is not None:
                    findings[row] = TakedownFinding(taken_id.reason, taken_id.number)
                    sought.take_unowned(identifier, findings[row])
                    if sought.is_named_by_id(findings[row]):
                        teaching[row] = findings[row]
                        sought.whole_documents.note(identifier)
                elif any(identifier[:length] in prefixes for length in prefix_lengths):
                    beginning_so.add(row)
                if by_text is not None:
                    finding = TakedownFinding(REASONS[TEXT_HASH], by_text)
                    sought.take_unowned(identifier, findings.setdefault(row, finding))
                    sought.named.add(by_text)
                    if sought.is_asked_for(finding):
                        teaching.setdefault(row, finding)
            self._teach(sought, file, teaching)

        self._each_file(look_into)

    def find_copies(self, sought: Sought) -> None:
        """Find equal texts by their hashes and near copies by their signatures."""
        from corpuskit.text.dedup.near_copies import are_comparable

        hashes = _digests(sought.text_hashes())
        going, _ = sought.texts_of_ids()

        def look_into(file: "BlockFile", name: str) -> None:
            findings = self.findings[name]
            for row, (identifier, digest) in enumerate(_ids_and_digests(file)):
                hash_ = id_hash(identifier)
                taken_id = sought.taken_ids.of_anybody(hash_) or going.get(hash_ ^ text_key(digest.tobytes()))
                if taken_id is not None and taken_id.reason != NEAR_COPY:
                    findings.setdefault(row, TakedownFinding(taken_id.reason, taken_id.number))
                elif (number := hashes.get(digest.tobytes())) is not None:
                    findings.setdefault(row, TakedownFinding(REASONS[TEXT_HASH], number))
            if sought.looks_for_copies and are_comparable(self._settings):
                for row, number in _near_copies(file, sought):
                    findings.setdefault(row, TakedownFinding(NEAR_COPY, number))
            self._take(sought, file, findings)

        self._each_file(look_into)

    def tally(self, sought: Sought) -> StoreTally:
        """Return how many entries are to be removed, by reason; those that are dropped for them go, too."""

        undecided = 0
        going, staying = sought.texts_of_ids()

        def look_into(file: "BlockFile", name: str) -> None:
            nonlocal undecided
            findings = self.findings[name]
            for row, (identifier, digest) in enumerate(_ids_and_digests(file)):
                hash_ = id_hash(identifier)
                of_somebody = sought.taken_ids.of_somebody(hash_)
                if (taken_id := sought.taken_ids.of_anybody(hash_)) is not None:
                    findings.setdefault(row, TakedownFinding(taken_id.reason, taken_id.number))
                elif row not in findings and (of_somebody is not None or row in self._beginning_so[name]):
                    key = hash_ ^ text_key(digest.tobytes())
                    if of_somebody is not None and (goes := going.get(key)) is not None:
                        findings[row] = TakedownFinding(goes.reason, goes.number)
                    else:
                        undecided += key not in staying
                if row in findings:
                    self._note_example(identifier, findings[row])

        self._each_file(look_into)
        reasons = Counter(finding.reason for findings in self.findings.values() for finding in findings.values())
        return StoreTally(reasons, bool(reasons), {}, undecided)

    def unlearned_texts(self, sought: Sought) -> Set[Hashable]:
        """Return the texts of entries that go which no place could teach, and that the list does not name itself."""
        listed = sought.listed_text_hashes()
        return {hash_ for hash_ in self._untaught_texts if hash_ not in listed and not sought.knows_text(hash_)}

    def unasked(self, sought: Sought) -> dict[str, str]:
        """Return what names nothing here whatever it names: an index knows ids, and texts by their xxh3.

        Where chunks alone have what an entry names, it names nothing here: the texts here are those of the documents.
        Where other places have all documents of the entries, these were asked.
        """
        if not sought.absent_ids(self._ids):
            return {}
        names = {entry.digest(): _unknown_here(entry) for entry in [*sought.not_found(), *sought.named_by_parts()]}
        return {digest: name for digest, name in names.items() if name}

    def removal(self, sought: Sought, options: dict[str, Any], tokenizer: Path | None) -> Removal:
        """Return what makes a new generation without the entries, which knows of what it was cleared."""
        del sought, tokenizer
        return partial(self._remove, options)

    def sweep(self) -> None:
        """Remove what killed runs have left. Raises PublishError if the index is in use."""
        from corpuskit.text.dedup.index import Index, leftovers

        if leftovers(self.path):
            Index(self.path, "takedown").close()

    @classmethod
    def changes_without(cls, entry: StoreEntry) -> bool:
        """Return False: it holds entries alone."""
        del entry
        return False

    @classmethod
    def amount(cls, entry: StoreEntry) -> str:
        """Return how many entries were found or removed."""
        return "1 entry" if entry["documents"] == 1 else f"{entry['documents']:,} entries"

    def _remove(self, options: dict[str, Any]) -> list[str]:
        import numpy

        def flags_of(file: "BlockFile", name: str) -> "Flags":
            flags = numpy.zeros(len(file), bool)
            flags[list(self.findings[name])] = True
            return flags

        index = self._open("takedown")
        try:
            index.take_out_where(flags_of)
            index.cleared_of |= digests_in(options["list"])
            index.commit()
        finally:
            index.close()
        return []

    def _teach(self, sought: Sought, file: "BlockFile", named: dict[int, TakedownFinding]) -> None:
        """Let the list learn the texts of entries that it names, if their signatures show that they are long.

        One of less than 8 words and 40 letters, which others have written as well, has less than 47 shingles.
        """
        import numpy

        from corpuskit.text.dedup.near_copies import are_comparable, are_of_long_texts, write_signature

        rows = numpy.array(list(named), numpy.int64)
        hashes = [digest.tobytes().hex() for digest in file.take("digest", rows)]
        if not hashes or not are_comparable(self._settings):
            self._untaught_texts.update(hashes)
            return
        signatures = file.take("signature", rows)
        is_wordless = file.take("wordless", rows).ravel().astype(bool)
        is_long = are_of_long_texts(signatures) & ~is_wordless
        sought.short_texts.update(
            hash_ for hash_, is_empty in zip(hashes, is_wordless.tolist(), strict=True) if is_empty
        )
        for row, hash_, signature, is_taught in zip(rows.tolist(), hashes, signatures, is_long.tolist(), strict=True):
            if is_taught:
                sought.learn_signed(hash_, write_signature(signature), named[row])
            else:
                self._untaught_texts.add(hash_)

    def _take(self, sought: Sought, file: "BlockFile", findings: dict[int, TakedownFinding]) -> None:
        """Note the ids of entries that were found by their texts."""
        for row, identifier in enumerate(file.strings("id")):
            if row in findings:
                sought.take_unowned(identifier, findings[row])

    def _note_example(self, identifier: bytes, finding: TakedownFinding) -> None:
        """Note an id, if it is one of the first that go as near copies."""
        example = identifier.decode("utf-8", "replace")
        if finding.reason == NEAR_COPY and len(self.copy_examples) < EXAMPLES and example not in self.copy_examples:
            self.copy_examples.append(example)

    def _open(self, purpose: str | None) -> "Index":
        """Return the index, of the generation that was searched first. Raises PublishError if it is another one now."""
        from corpuskit.text.dedup.index import Index

        index = Index(self.path, purpose)
        if index.generation != self._generation:
            index.close()
            raise PublishError(f"the index {str(self.path)!r} was changed while it was searched; run it again")
        return index

    def _each_file(self, look_into: Any) -> None:
        from corpuskit.text.dedup.entries import open_block_file

        index = self._open(None)
        try:
            self._settings = index.settings
            for path, entry in zip(index.paths(), index.snapshots, strict=True):
                with ExitStack() as stack:
                    look_into(open_block_file(stack, path), entry["name"])
        finally:
            index.close()


def _unknown_here(entry: Entry) -> str:
    """Return by what an entry names something, if an index does not know that; else nothing."""
    if entry.kind == TEXT_HASH:
        return SHA256 if len(entry.value) > 2 * DIGEST_BYTES else ""
    return entry.kind if entry.kind in UNKNOWN_KINDS else ""


def _digests(hashes: Mapping[str, int]) -> dict[bytes, int]:
    """Return, of hashes of texts as a list has them, those that an index has, as it has them."""
    return {bytes.fromhex(hash_): number for hash_, number in hashes.items() if len(hash_) == 2 * DIGEST_BYTES}


def _near_copies(file: "BlockFile", sought: Sought) -> Iterator[tuple[int, int]]:
    """Yield the rows of near copies, and the numbers of the entries whose texts they are like."""
    import numpy

    from corpuskit.text.dedup.near_copies import PERMUTATIONS

    first = 0
    for rows, wordless in zip(file.column("signature"), file.column("wordless"), strict=True):
        for start in range(0, len(rows), BLOCK_ROWS):
            part = numpy.asarray(rows[start : start + BLOCK_ROWS], numpy.uint32).reshape(-1, PERMUTATIONS)
            for row, copy in enumerate(sought.lookup().find_rows(part), first + start):
                if copy is not None and not wordless[row - first].any():
                    yield row, sought.owner(copy.number)
        first += len(rows)


def _ids_and_digests(file: "BlockFile") -> Iterator[tuple[bytes, Any]]:
    return zip(file.strings("id"), _rows(file, "digest"), strict=True)


def _rows(file: "BlockFile", name: str) -> Any:
    for block in file.column(name):
        yield from block
