"""`filter-takedown`: what people asked to be taken out is dropped, with its near copies."""

import builtins
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from corpuskit.core.document import Reject
from corpuskit.core.step import Document, Drop, Stage

if TYPE_CHECKING:
    from corpuskit.text.takedown.entries import Entry
    from corpuskit.text.takedown.matching import TakedownFinding
    from corpuskit.text.takedown.search import TakedownSearch


@dataclass(frozen=True)
class FilterTakedown(Stage):
    """Drop documents that a takedown list names, what was made from them, and near copies.

    A list has a JSON object a line, which names one thing: `id`, `url`, `url_prefix`, `domain` (with its subdomains),
    `id_prefix` with its `source`, `id_hash`, `actor`, `tenant`, `text`, or `text_hash` (xxh3 or sha256). `source` and
    `tenant` narrow what stands beside them; `ref` and `date` are yours. An id also takes out documents that have it in
    `metadata.parents`. A text also takes out near copies: from .8 of shared shingles on nearly all, from .6 on
    some. `takedown` replaces the texts in a list by their hashes and signatures; this step reads either form.

    Drops: `takedown-id`, `takedown-parent`, `takedown-url`, `takedown-url-prefix`, `takedown-domain`,
    `takedown-id-prefix`, `takedown-actor`, `takedown-tenant`, `takedown-text`, `takedown-near-copy`, each with the
    digest of its `entry`. A drop holds neither text nor id, but the hash of the id; the manifest has digests of the
    entries, and not what they name.

    A recipe's `policy: {takedown: FILE}` puts this step after each of its sources, and again after the steps behind
    them. Holds some 10 KB in memory for each text.

        corpuskit filter-takedown --list takedown.jsonl documents.jsonl
    """

    keeps_documents: ClassVar[bool] = True

    list: Annotated[Path, "The takedown list: JSON Lines."]

    def __post_init__(self) -> None:
        """Read the list. Raises UsageError with the line that names nothing."""
        _ = self.entries

    def __getstate__(self) -> dict[str, Any]:
        """Return only the options: each process reads the list itself."""
        return {option.name: getattr(self, option.name) for option in self.option_list()}

    def options(self) -> dict[str, Any]:
        """Return digests of the list and of its entries: they say neither where it is nor what it names."""
        return {"list": self._list_on_record}

    def versions(self) -> dict[str, str]:
        """Return the version of the signatures, if the list has some."""
        from corpuskit.text.dedup.near_copies import version

        return {"near-copies": version()} if any(entry.signature for entry in self.entries) else {}

    def prepare(self) -> None:
        """Index the list once for all workers."""
        _ = self._search

    def apply(self, document: Document) -> Document | Drop:
        """Return the document, or a drop without its text and id."""
        (outcome,) = self._verdicts_on([document])
        return outcome

    def apply_many(self, documents: Sequence[Document]) -> builtins.list[Document | Drop | Reject]:
        """Return what `apply` makes of each document: their texts are signed together."""
        return [*self._verdicts_on(documents)]

    def _verdicts_on(self, documents: Sequence[Document]) -> builtins.list[Document | Drop]:
        findings = self._search.find(documents)
        return [
            document if finding is None else self._drop(document, finding)
            for document, finding in zip(documents, findings, strict=True)
        ]

    def _drop(self, document: Document, finding: "TakedownFinding") -> Drop:
        from corpuskit.text.takedown.on_record import hidden

        return Drop(hidden(document), finding.reason, {"entry": self.entries[finding.number].digest()})

    @cached_property
    def _list_on_record(self) -> dict[str, Any]:
        from corpuskit.text.takedown.on_record import list_on_record

        return list_on_record(entry.digest() for entry in self.entries)

    @cached_property
    def entries(self) -> "builtins.list[Entry]":
        """What the list names."""
        from corpuskit.text.dedup.near_copies import is_signature, sign_texts
        from corpuskit.text.takedown.entries import Kernels
        from corpuskit.text.takedown.list_file import read_list
        from corpuskit.text.urls.addresses import address_of

        return read_list(self.list, Kernels(sign_texts, is_signature, address_of))

    @cached_property
    def _search(self) -> "TakedownSearch":
        from corpuskit.text.dedup.near_copies import near_copies_of
        from corpuskit.text.takedown.search import TakedownSearch
        from corpuskit.text.urls.addresses import address_of

        return TakedownSearch(self.entries, address_of, near_copies_of)
