"""The figures of one dataset, read from its documents once: what its manifest does not add up.

Sums of parts add up to those of the whole in any order, so that files are read side by side.
"""

import functools
import heapq
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from corpuskit.core.document import Document
from corpuskit.core.provenance.balance import VerdictKey, verdict_key
from corpuskit.core.publish.contents import two_figures
from corpuskit.core.publish.dataset import Dataset
from corpuskit.trust.rights.picture import RightsCount

DECISIONS, SHARDS = "decisions", "shards"
NOT_STATED = "not stated"
_POSSIBLE_HOST = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?|\[[0-9a-f:.]+\]")
"""Nothing that a spreadsheet takes for a formula."""
SAMPLE_IDS = 3
"""Ids that are shown for each reason."""


@dataclass
class TextAmount:
    """How many documents, and the characters of their texts."""

    documents: int = 0
    characters: int = 0

    def add(self, other: "TextAmount") -> None:
        """Add another amount."""
        self.documents += other.documents
        self.characters += other.characters


TextAmounts = defaultdict[str, TextAmount]


def new_amounts() -> TextAmounts:
    """Return amounts by name, all of them nought."""
    return defaultdict(TextAmount)


@dataclass
class Figures:
    """What the documents of a dataset are like."""

    total: TextAmount = field(default_factory=TextAmount)
    lengths: "Counter[int]" = field(default_factory=Counter)
    """Documents by characters of text, rounded down to two figures."""
    languages: TextAmounts = field(default_factory=new_amounts)
    licenses: TextAmounts = field(default_factory=new_amounts)
    generators: TextAmounts = field(default_factory=new_amounts)
    """Of documents that a model wrote, by the model."""
    hosts: dict[str, TextAmounts] = field(default_factory=dict)
    """By origin, and then by host of the address."""
    fetched: dict[str, tuple[str, str]] = field(default_factory=dict)
    """The first and the last month in which documents were fetched, by origin."""
    rights: RightsCount = field(default_factory=RightsCount)
    duplicates: TextAmount = field(default_factory=TextAmount)
    """Documents that stand for others; `characters` is the number of those others."""
    samples: dict[VerdictKey, list[str]] = field(default_factory=dict)
    """Some ids of documents that were left out, by verdict."""
    texts: list[tuple[int, str, str]] = field(default_factory=list)
    """The documents with the smallest hashes of their ids: hash, id and the beginning of the text."""

    def add(self, document: Document) -> None:
        """Count one document."""
        metadata = document.metadata
        amount = TextAmount(1, len(document.text))
        self.total.add(amount)
        self.lengths[two_figures(amount.characters)] += 1
        self.languages[_name(metadata.get("language"))].add(amount)
        self.licenses[_name(metadata.get("license"))].add(amount)
        if metadata.get("generator") or metadata.get("gen_depth"):
            self.generators[_name(metadata.get("generator"))].add(amount)
        origin = _name(metadata.get("origin"))
        if host := host_of(metadata.get("url")):
            self.hosts.setdefault(origin, new_amounts())[host].add(amount)
        month = metadata.get("crawl_date")
        if isinstance(month, str) and len(month) >= len("2026-11"):
            self._add_months(origin, month[:7], month[:7])
        self.rights.add(document)
        duplicates = metadata.get("duplicates")
        if isinstance(duplicates, dict) and type(duplicates.get("count")) is int:
            self.duplicates.add(TextAmount(1, duplicates["count"]))

    def add_text(self, document: Document, number: int, characters: int) -> None:
        """Keep a document among the `number` whose ids have the smallest hashes, with the beginning of its text."""
        import xxhash

        hash_ = xxhash.xxh3_64_intdigest(document.id.encode("utf-8", "surrogatepass"))
        if len(self.texts) < number or hash_ < self.texts[-1][0]:
            self.texts = heapq.nsmallest(number, [*self.texts, (hash_, document.id, document.text[: characters + 1])])

    def merge(self, other: "Figures", texts: int) -> None:
        """Add the figures of another part."""
        self.total.add(other.total)
        self.lengths.update(other.lengths)
        for name in ("languages", "licenses", "generators"):
            _add_amounts(getattr(self, name), getattr(other, name))
        for origin, hosts in other.hosts.items():
            _add_amounts(self.hosts.setdefault(origin, new_amounts()), hosts)
        for origin, months in other.fetched.items():
            self._add_months(origin, *months)
        self.rights.merge(other.rights)
        self.duplicates.add(other.duplicates)
        for key, ids in other.samples.items():
            self.samples[key] = [*self.samples.get(key, ()), *ids][:SAMPLE_IDS]
        self.texts = heapq.nsmallest(texts, [*self.texts, *other.texts])

    def _add_months(self, origin: str, first: str, last: str) -> None:
        before = self.fetched.get(origin, (first, last))
        self.fetched[origin] = (min(before[0], first), max(before[1], last))

    def domains(self, *origins: str) -> list[tuple[str, TextAmount]]:
        """Return the registered domains of some origins, of all without any, those with most characters first."""
        from tld import get_fld

        domains = new_amounts()
        for origin, hosts in self.hosts.items():
            for host, amount in hosts.items() if not origins or origin in origins else ():
                name = get_fld(f"https://{host}", fail_silently=True, search_private=False)
                domains[name or host].add(amount)
        return ranked(domains)


def read_figures(dataset: Dataset, jobs: int = 1, texts: int = 0, characters: int = 0) -> Figures:
    """Return the figures of a dataset, whose files `jobs` processes read, with `texts` documents of `characters`."""
    from corpuskit.core.stream.workers import each_in_order

    # Decisions first: they are one large file.
    tasks = [(DECISIONS, number) for number in range(len(dataset.manifest["decisions"]))]
    tasks += [(SHARDS, number) for number in range(len(dataset.shards()))]
    figures = Figures(rights=RightsCount(dataset.manifest["tokenizer"]))
    for part in each_in_order(functools.partial(_read, dataset, texts, characters), tasks, jobs):
        figures.merge(part, texts)
    return figures


def ranked(amounts: TextAmounts) -> list[tuple[str, TextAmount]]:
    """Return amounts by name, those with most characters first."""
    return sorted(amounts.items(), key=lambda item: (-item[1].characters, -item[1].documents, item[0]))


def ranked_by_documents(amounts: TextAmounts) -> list[tuple[str, TextAmount]]:
    """Return amounts by name, those with most documents first."""
    return sorted(amounts.items(), key=lambda item: (-item[1].documents, item[0]))


def _read(dataset: Dataset, texts: int, characters: int, task: tuple[str, int]) -> Figures:
    """Read one file of a dataset, as a worker may do it; `task` is its kind and its number."""
    (kind, number) = task
    part = Figures(rights=RightsCount(dataset.manifest["tokenizer"]))
    if kind == DECISIONS:
        for entry in dataset.decisions_in(dataset.manifest["decisions"][number]):
            ids = part.samples.setdefault(verdict_key(entry), [])
            if len(ids) < SAMPLE_IDS and entry["id"] is not None:
                ids.append(entry["id"])
        return part
    for document in dataset.documents(dataset.shards()[number]):
        part.add(document)
        if texts:
            part.add_text(document, texts, characters)
    return part


def _add_amounts(amounts: TextAmounts, others: TextAmounts) -> None:
    for name, amount in others.items():
        amounts[name].add(amount)


def _name(value: Any) -> str:
    return value if isinstance(value, str) and value else NOT_STATED


@functools.lru_cache(maxsize=1 << 12)
def _host_before_path(start: str) -> str:
    from corpuskit.text.urls.addresses import address_of

    try:
        host = address_of(start).host
    except ValueError:
        return ""
    return host if _POSSIBLE_HOST.fullmatch(host) else ""


def host_of(url: Any) -> str:
    """Return the host of an address in its canonical form; empty if it has none, or no host can be called so.

    >>> host_of("https://www.Example.org:8080/a"), host_of("notes/1"), host_of(None)
    ('www.example.org', '', '')
    >>> host_of("http://=cmd|calc.com/"), host_of("http://[2001:db8::1]/"), host_of("http://-x.example/")
    ('', '[2001:db8::1]', '')
    """
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        return ""
    return _host_before_path("/".join(url.split("/", 3)[:3]))
