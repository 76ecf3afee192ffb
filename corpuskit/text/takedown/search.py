"""A takedown list against many documents: what its entries name, and near copies of the texts that they sign."""

from collections.abc import Callable, Sequence
from typing import Protocol

from corpuskit.core.document import Document
from corpuskit.text.takedown.entries import AddressOf, Entry
from corpuskit.text.takedown.matching import TakedownFinding, TakedownMatcher
from corpuskit.text.takedown.reasons import NEAR_COPY


class CopyOfSigned(Protocol):
    """A text that is a near copy."""

    @property
    def number(self) -> int:
        """Of the signature that it is a copy by."""


class CopyLookup(Protocol):
    """Finds near copies among texts."""

    def find(self, texts: Sequence[str]) -> Sequence[CopyOfSigned | None]:
        """Return for each text of which signature it is a near copy."""


class TakedownSearch:
    """A takedown list, ready to be asked of documents."""

    def __init__(
        self, entries: Sequence[Entry], address_of: AddressOf, lookup_of: Callable[[Sequence[str]], CopyLookup]
    ) -> None:
        """Index the entries; `lookup_of` makes of signatures what finds near copies by them."""
        self.entries = entries
        self._matcher = TakedownMatcher(entries, address_of)
        self._signed = [number for number, entry in enumerate(entries) if entry.signature]
        self._near = lookup_of([entries[number].signature for number in self._signed]) if self._signed else None

    def find(self, documents: Sequence[Document]) -> list[TakedownFinding | None]:
        """Return for each document the entry that takes it out, if there is one."""
        findings = [self._matcher.find(document) for document in documents]
        if self._near is not None:
            asking = [number for number, finding in enumerate(findings) if finding is None]
            copies = self._near.find([documents[number].text for number in asking])
            for number, copy in zip(asking, copies, strict=True):
                if copy is not None:
                    findings[number] = TakedownFinding(NEAR_COPY, self._signed[copy.number])
        return findings
