"""Which entry of a takedown list names a document: by its keys, the ids of its parents, or its text."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from corpuskit.core.document import Document, parents_of
from corpuskit.text.takedown.entries import ADDRESSES, ID_HASH, ID_PREFIX, TEXT_HASH, AddressOf, Entry, id_digits
from corpuskit.text.takedown.reasons import PARENT, REASONS

_WWW = "www."
_SHA256_LETTERS = 64


class TakedownFinding(NamedTuple):
    """An entry that names a document."""

    reason: str
    number: int
    """Of the entry."""


class Prefixes:
    """Beginnings of strings, and the numbers of the entries that name them; looked up by length."""

    def __init__(self) -> None:
        """Start without any."""
        self._numbers: dict[str, list[int]] = defaultdict(list)
        self._lengths: list[int] = []

    def add(self, prefix: str, number: int) -> None:
        """Add one."""
        self._numbers[prefix].append(number)
        if len(prefix) not in self._lengths:
            self._lengths.append(len(prefix))

    def of(self, text: str) -> Iterator[int]:
        """Yield the entries whose prefix a text begins with."""
        for length in self._lengths:
            if length <= len(text):
                yield from self._numbers.get(text[:length], ())


class TakedownMatcher:
    """A takedown list, ready to be asked of documents one by one."""

    def __init__(self, entries: Sequence[Entry], address_of: AddressOf) -> None:
        """Index the entries; `address_of` takes addresses apart."""
        self.entries = entries
        self._address_of = address_of
        self._by_value: dict[str, dict[str, list[int]]] = {kind: defaultdict(list) for kind in REASONS}
        self._sites: dict[str, list[int]] = defaultdict(list)
        self._paths: dict[str, Prefixes] = defaultdict(Prefixes)
        self._id_prefixes: dict[str, Prefixes] = defaultdict(Prefixes)
        for number, entry in enumerate(entries):
            self._add(number, entry)
        self._ids, self._id_hashes = self._by_value["id"], self._by_value[ID_HASH]
        self._urls, self._domains = self._by_value["url"], self._by_value["domain"]
        self._texts = self._by_value[TEXT_HASH]
        self._reads_urls = bool(self._urls or self._domains or self._sites or self._paths)
        self._owner_kinds = [kind for kind in ("actor", "tenant") if self._by_value[kind]]
        self._reads_xxh3 = any(len(value) < _SHA256_LETTERS for value in self._texts)
        self._reads_sha256 = any(len(value) == _SHA256_LETTERS for value in self._texts)

    def find(self, document: Document) -> TakedownFinding | None:
        """Return the first entry that names a document itself, a parent, its address, its owner, or its very text.

        One that somebody wrote comes before those that were learned from it: whatever was learned of a document before,
        it is known for the same reason.
        """
        by_learned: TakedownFinding | None = None
        for reason, numbers in self._candidates(document):
            for number in numbers:
                entry = self.entries[number]
                if self._admits(entry, document):
                    if entry.of is None:
                        return TakedownFinding(reason, number)
                    by_learned = by_learned or TakedownFinding(_known_reason(reason, entry), number)
        return by_learned

    def naming(self, document: Document) -> set[int]:
        """Return the numbers of all entries that somebody wrote and that name a document, not of the first alone."""
        numbers = (number for _, numbers in self._candidates(document) for number in numbers)
        return {
            number
            for number in numbers
            if self.entries[number].of is None and self._admits(self.entries[number], document)
        }

    def _candidates(self, document: Document) -> Iterator[tuple[str, Iterable[int]]]:
        by_value, metadata = self._by_value, document.metadata
        parents = parents_of(document) if "parents" in metadata else ()
        ids = self._ids
        if ids:
            if document.id in ids:
                yield REASONS["id"], ids[document.id]
            for parent in parents:
                if parent in ids:
                    yield PARENT, ids[parent]
        if hashes := self._id_hashes:
            if (digits := id_digits(document.id)) in hashes:
                yield REASONS[ID_HASH], hashes[digits]
            for digits in map(id_digits, parents):
                if digits in hashes:
                    yield PARENT, hashes[digits]
        for source in _words_of(metadata.get("source")) if self._id_prefixes else ():
            if prefixes := self._id_prefixes.get(source):
                yield REASONS[ID_PREFIX], prefixes.of(document.id)
                for parent in parents:
                    yield PARENT, prefixes.of(parent)
        if self._reads_urls:
            # Other tools' lines may have it beside `metadata`, where it is kept as it came.
            for url in (*_words_of(metadata.get("url")), *_words_of(document.extra.get("url"))):
                yield from self._naming_address(url)
        for kind in self._owner_kinds:
            words = _words_of(metadata.get(kind))
            yield from ((REASONS[kind], by_value[kind][word]) for word in words if word in by_value[kind])
        for value in self._hashes_of(document.text) if self._texts else ():
            if value in self._texts:
                yield REASONS[TEXT_HASH], self._texts[value]

    def _naming_address(self, url: str) -> list[tuple[str, Iterable[int]]]:
        host, rest, server = self._address_of(url)
        naming: list[tuple[str, Iterable[int]]] = []
        if self._urls and (address := _canonical(host, rest, server)) in self._urls:
            naming.append((REASONS["url"], self._urls[address]))
        site = host.removeprefix(_WWW)
        if self._paths and site + server in self._paths:
            naming.append((REASONS["url_prefix"], self._paths[site + server].of(rest or "/")))
        if site in self._sites:
            naming.append((REASONS["domain"], self._sites[site]))
        domains = self._domains
        while domains and host:
            if host in domains:
                naming.append((REASONS["domain"], domains[host]))
            host = host.partition(".")[2]
        return naming

    def _hashes_of(self, text: str) -> Iterator[str]:
        encoded = text.encode("utf-8", "surrogatepass")
        if self._reads_xxh3:
            import xxhash

            yield xxhash.xxh3_128_hexdigest(encoded)
        if self._reads_sha256:
            import hashlib

            yield hashlib.sha256(encoded).hexdigest()

    def _add(self, number: int, entry: Entry) -> None:
        if entry.kind == ID_PREFIX:
            self._id_prefixes[str(entry.source)].add(entry.value, number)
            return
        value = entry.value
        if entry.kind in ADDRESSES:
            host, rest, server = self._address_of(value)
            if entry.kind == "url_prefix":
                self._paths[host.removeprefix(_WWW) + server].add(rest or "/", number)
                return
            if entry.kind == "domain" and host.startswith(_WWW):
                # The site itself, too, but no other of its subdomains: these may be other people's.
                self._sites[host.removeprefix(_WWW)].append(number)
            value = _canonical(host, rest, server) if entry.kind == "url" else host
        self._by_value[entry.kind][value].append(number)

    @staticmethod
    def _admits(entry: Entry, document: Document) -> bool:
        """Whether a document is of the source and of the tenant to which the entry is narrowed."""
        metadata = document.metadata
        return (entry.source is None or entry.source in _words_of(metadata.get("source"))) and (
            entry.tenant is None or entry.tenant in _words_of(metadata.get("tenant"))
        )


def _known_reason(reason: str, entry: Entry) -> str:
    """Return why a document goes whose id was learned: for the reason that it was learned for."""
    return entry.reason if entry.reason and reason == REASONS[ID_HASH] else reason


def _words_of(value: Any) -> list[str]:
    """Return a value as what entries name it by; a number, or a list of words, hides no document.

    >>> _words_of("web"), _words_of(5), _words_of(["a", 7]), _words_of(None), _words_of(""), _words_of({})
    (['web'], ['5'], ['a', '7'], [], [], [])
    """
    if type(value) is str:
        return [value] if value else []
    listed = value if isinstance(value, list) else [value]
    return [str(word) for word in listed if word != "" and isinstance(word, str | int) and not isinstance(word, bool)]


def _canonical(host: str, rest: str, server: str) -> str:
    """Return the one spelling in which addresses are compared: without `www.`, fragment and slash at the end."""
    return host.removeprefix(_WWW) + server + rest.partition("#")[0].rstrip("/")
