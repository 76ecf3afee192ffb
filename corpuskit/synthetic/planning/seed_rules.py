"""Which documents may become prompts: what a model is told may be repeated by it, and is trained on in the end."""

from functools import cached_property
from typing import Any, Literal

from corpuskit.core.audience import Audience
from corpuskit.core.document import Document
from corpuskit.core.options import build_step
from corpuskit.core.outcome import Drop
from corpuskit.core.registry import find_step

__all__ = ["CARRIED", "SeedRules", "carried_metadata", "metadata_of_vote"]

USES: tuple[Literal["train", "input"], ...] = ("train", "input")
"""A seed is input to a model, and what the model makes of it is trained on."""
CARRIED = ("language", "license", "license_evidence", "rights", "tenant", "consent", "actor", "labels")
"""Metadata that holds for what is made of a document, too."""


OF_THE_TEXT = ("source", "origin", "content_type", "gen_depth", "generator")
"""Metadata that holds for a document's own text alone."""


class SeedRules:
    """The rules for one audience."""

    def __init__(self, audience: Audience) -> None:
        self._audience = audience

    def objection(self, document: Document, values: dict[str, str | None]) -> str:
        """Return why a document, or what the prompt would have of it, may not be used; empty if it may."""
        if any(value is None for value in values.values()):
            return "missing-field"
        if objection := self._audience.objection(document):
            return objection[0]
        if self._is_disallowed(document):
            return "rights-disallowed"
        return "unmasked-pii" if self._holds_pii(document, values) else ""

    def _is_disallowed(self, document: Document) -> bool:
        rights = document.metadata.get("rights")
        if rights is not None and (
            not isinstance(rights, dict) or any(rights.get(use) == "disallowed" for use in USES)
        ):
            return True
        if not document.metadata.get("declarations"):
            return False
        return any(isinstance(step.apply(document), Drop) for step in self._readers)

    def _holds_pii(self, document: Document, values: dict[str, str | None]) -> bool:
        """Whether personal data was marked in the document, or is found in what the prompt would have of it."""
        from corpuskit.text.pii.scanner import DetectorFailed, scanner

        if document.metadata.get("pii"):
            return True
        try:
            return any(scanner().find(value) for value in values.values() if value)
        except DetectorFailed:
            return True  # what could not be looked at may hold anything

    @cached_property
    def _readers(self) -> list[Any]:
        """The steps that read declarations which travel with a document."""
        return [build_step(find_step("filter-rights"), {"use": use}) for use in USES]


def carried_metadata(document: Document, further_keys: tuple[str, ...]) -> dict[str, Any]:
    """Return what of a seed's metadata holds for what is made of it."""
    keys = dict.fromkeys((*CARRIED, *further_keys))
    return {key: document.metadata[key] for key in keys if document.metadata.get(key) is not None}


def metadata_of_vote(document: Document, further_keys: tuple[str, ...]) -> dict[str, Any]:
    """Return what of a seed's metadata holds for a vote on it, which has its text; its labels are those voted for."""
    carried = carried_metadata(document, (*OF_THE_TEXT, *further_keys))
    return {key: value for key, value in carried.items() if key not in ("labels", "actor")}
