"""What a published dataset holds, by source."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NotRequired, TypedDict

from corpuskit.core.document import Document
from corpuskit.core.media_type import is_html
from corpuskit.core.provenance.entries import ContentEntry, SourceEntry
from corpuskit.core.publish.contents import ContentPart, Contents, language_of, stated_day, sum_of
from corpuskit.core.reserved_types import mistyped_keys, mistyped_notice
from corpuskit.core.tokens import DEFAULT_TOKENIZER
from corpuskit.core.wording import quantity


@dataclass
class SourceTotals:
    """What a published dataset holds of one source."""

    documents: int = 0
    tokens: int = 0
    epochs: int = 1
    origins: set[str] = field(default_factory=set)
    licenses: set[str] = field(default_factory=set)
    evidence: set[str] = field(default_factory=set)
    signals: Counter[str] = field(default_factory=Counter)
    """Training signals by kind, those that rate an answer with their value: `unpaired-true`."""
    contents: Contents = field(default_factory=Contents)
    html: int = 0
    """Documents that are HTML still, tags and all."""
    mistyped: Counter[str] = field(default_factory=Counter)
    """Documents by each reserved key that has another type than is reserved for it."""


class SourcePart(TypedDict):
    """The same of one part of a dataset, as JSON."""

    documents: int
    tokens: int
    epochs: int
    origins: list[str]
    licenses: list[str]
    evidence: list[str]
    contents: ContentPart
    signals: NotRequired[dict[str, int]]
    html: NotRequired[int]
    mistyped: NotRequired[dict[str, int]]


class Traits(NamedTuple):
    """What is counted of a document besides its tokens, its length and its date; many documents have the same."""

    source: str
    epoch: int
    origin: str
    license: str
    evidence: str
    language: str
    signal: str
    is_html: bool
    mistyped: tuple[str, ...]

    @classmethod
    def of(cls, document: Document) -> "Traits":
        """Return the traits of a document; empty where it has none."""
        metadata = document.metadata
        epoch, signal = metadata.get("epoch"), metadata.get("signal")
        return cls(
            str(metadata.get("source") or "unnamed"),
            epoch if type(epoch) is int else 1,
            str(metadata.get("origin") or ""),
            str(metadata.get("license") or ""),
            str(metadata.get("license_evidence") or ""),
            language_of(metadata),
            _kind_of(signal) if signal else "",
            is_html(document),
            tuple(mistyped_keys(metadata)),
        )

    def as_text(self) -> str:
        """Return what `of_text` reads."""
        return json.dumps(self)

    @classmethod
    def of_text(cls, text: str) -> "Traits":
        """Return the traits that `as_text` wrote."""
        *words, mistyped = json.loads(text)
        return cls._make([*words, tuple(mistyped)])


@dataclass
class Totals:
    """Documents and tokens by source, summed while documents are written."""

    count_tokens: Callable[[str], int]
    tokenizer: str = DEFAULT_TOKENIZER
    sources: dict[str, SourceTotals] = field(default_factory=dict)
    tokens: int = 0
    documents: int = 0
    html_is_meant: bool = False
    """Whether pages are published as they are on purpose, as a source reads them."""

    def add(self, document: Document) -> int:
        """Count one document; return its tokens."""
        return self.add_counted(document, self.count_tokens(document.text))

    def add_counted(self, document: Document, tokens: int) -> int:
        """Count one document whose tokens are known; return them."""
        day = stated_day(document.metadata)
        self.add_alike(Traits.of(document), [tokens], [len(document.text)], [day] if day else [])
        return tokens

    def add_alike(self, traits: Traits, tokens: list[int], lengths: list[int], days: Iterable[str]) -> None:
        """Count documents with the same traits: the tokens and the length of each, and the days that some state."""
        total = self.sources.get(traits.source) or self.sources.setdefault(traits.source, SourceTotals())
        documents, token_sum = len(tokens), sum(tokens)
        total.documents += documents
        total.tokens += token_sum
        total.epochs = max(total.epochs, traits.epoch)
        for value, values in (
            (traits.origin, total.origins),
            (traits.license, total.licenses),
            (traits.evidence, total.evidence),
        ):
            if value:
                values.add(value)
        total.contents.add(lengths, traits.language, days)
        total.html += documents * traits.is_html
        for key in traits.mistyped:
            total.mistyped[key] += documents
        if traits.signal:
            total.signals[traits.signal] += documents
        self.tokens += token_sum
        self.documents += documents

    def parts(self) -> dict[str, SourcePart]:
        """Return the sums as JSON, for `merge`."""
        parts: dict[str, SourcePart] = {}
        for name, total in self.sources.items():
            parts[name] = {
                "documents": total.documents,
                "tokens": total.tokens,
                "epochs": total.epochs,
                "origins": sorted(total.origins),
                "licenses": sorted(total.licenses),
                "evidence": sorted(total.evidence),
                "contents": total.contents.part(),
            }
            if total.signals:
                parts[name]["signals"] = dict(sorted(total.signals.items()))
            if total.html:
                parts[name]["html"] = total.html
            if total.mistyped:
                parts[name]["mistyped"] = dict(sorted(total.mistyped.items()))
        return parts

    def merge(self, parts: dict[str, SourcePart]) -> None:
        """Add the sums that `parts` returned for another part of the dataset."""
        for name, part in parts.items():
            total = self.sources.setdefault(name, SourceTotals())
            total.documents += part["documents"]
            total.tokens += part["tokens"]
            total.epochs = max(total.epochs, part["epochs"])
            total.origins.update(part["origins"])
            total.licenses.update(part["licenses"])
            total.evidence.update(part["evidence"])
            total.contents.merge(part["contents"])
            total.signals.update(part.get("signals", {}))
            total.html += part.get("html", 0)
            total.mistyped.update(part.get("mistyped", {}))
            self.documents += part["documents"]
            self.tokens += part["tokens"]

    def as_json(self) -> dict[str, SourceEntry]:
        """Return the `sources` of the manifest; several licences or origins of one source become a sorted list."""
        entries: dict[str, SourceEntry] = {}
        for name, total in sorted(self.sources.items()):
            entries[name] = {
                "origin": _one_or_list(total.origins),
                "license": _one_or_list(total.licenses),
                "license_evidence": _one_or_list(total.evidence),
                "documents": total.documents,
                "tokens": total.tokens,
                "epochs": total.epochs,
                "share": share(total.tokens, self.tokens),
            }
            if total.signals:
                entries[name]["signals"] = dict(sorted(total.signals.items()))
        return entries

    def remarks(self) -> list[str]:
        """Return what people should know of what was published as it is: HTML, and metadata of other types."""
        mistyped = sum((total.mistyped for total in self.sources.values()), Counter[str]())
        return [*self._html_remarks(), *([mistyped_notice(mistyped)] if mistyped else [])]

    def _html_remarks(self) -> list[str]:
        pages = 0 if self.html_is_meant else sum(total.html for total in self.sources.values())
        verb = "is" if pages == 1 else "are"
        return [f"{quantity(pages, 'document')} {verb} HTML, tags and all; put `extract` before"] if pages else []

    def contents(self) -> ContentEntry:
        """Return the `contents` of the manifest."""
        return sum_of(total.contents for total in self.sources.values()).as_json()


def share(part: int, whole: int) -> float:
    """Return what part of the tokens a source has, 0 to 1, as the manifest says it."""
    return round(part / whole, 6) if whole else 0.0


def _kind_of(signal: Any) -> str:
    """Return what a training signal is counted as."""
    kind = signal.get("kind") if isinstance(signal, dict) else None
    if kind not in ("label", "pair", "sft", "unpaired"):
        return "other"
    value = signal.get("value")
    return f"unpaired-{str(value).lower()}" if kind == "unpaired" and isinstance(value, bool) else kind


def _one_or_list(values: set[str]) -> Any:
    return sorted(values) if len(values) > 1 else next(iter(values), None)
