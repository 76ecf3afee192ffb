"""Which documents may become prompts: what a model is told may be repeated by it, and is trained on in the end."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, Literal

from corpuskit.core.audience import Audience
from corpuskit.core.document import UNKNOWN_DEPTH, Document, gen_depth
from corpuskit.core.options import build_step
from corpuskit.core.outcome import Drop
from corpuskit.core.registry import find_step

__all__ = ["CARRIED", "SeedRules", "carried_metadata", "metadata_of_vote"]

USES: tuple[Literal["train", "input"], ...] = ("train", "input")
"""A seed is input to a model, and what the model makes of it is trained on."""
KEYS_OF_RIGHTS = {"train", "input", "search", "evidence"}
VERDICTS = ("allowed", "disallowed", "unknown")
CARRIED = ("language", "license", "license_evidence", "rights", "tenant", "consent", "actor", "labels")
"""Metadata that holds for what is made of a document, too."""


OF_THE_TEXT = ("source", "origin", "content_type", "gen_depth", "generator")
"""Metadata that holds for a document's own text alone."""


class SeedRules:
    """The rules for one audience."""

    def __init__(self, audience: Audience, texts_of_template: Iterable[str] = ()) -> None:
        """`texts_of_template`: the prompt without any value; what of personal data stands there, the user wrote."""
        self._audience = audience
        self._own_texts = tuple(texts_of_template)

    def objection(self, document: Document, values: dict[str, str | None], prompt: Iterable[str] = ()) -> str:
        """Return why a document, or the prompt with its values, may not be used; empty if they may."""
        if any(value is None for value in values.values()):
            return "missing-field"
        if objection := self._audience.objection(document):
            return objection[0]
        if gen_depth(document) == UNKNOWN_DEPTH:
            return "gen-depth-unreadable"
        if not _are_readable(document.metadata.get("rights")):
            return "rights-unreadable"
        if self._is_disallowed(document):
            return "rights-disallowed"
        return "unmasked-pii" if self._holds_pii(document, values, prompt) else ""

    def _is_disallowed(self, document: Document) -> bool:
        rights = document.metadata.get("rights")
        if rights is not None and any(rights.get(use) == "disallowed" for use in USES):
            return True
        if not document.metadata.get("declarations"):
            return False
        return any(isinstance(step.apply(document), Drop) for step in self._readers)

    def _holds_pii(self, document: Document, values: dict[str, str | None], prompt: Iterable[str]) -> bool:
        """Whether personal data was marked in the document, or is found in its values, or where they meet."""
        from corpuskit.text.pii.scanner import DetectorFailed, scanner

        if document.metadata.get("pii"):
            return True
        try:
            if any(scanner().find(value) for value in values.values() if value):
                return True
            return any(not _pii_in(text) <= self._own_pii for text in prompt)
        except DetectorFailed:
            return True  # what could not be looked at may hold anything

    @cached_property
    def _own_pii(self) -> set[str]:
        return {value for text in self._own_texts for value in _pii_in(text)}

    @cached_property
    def _readers(self) -> list[Any]:
        """The steps that read declarations which travel with a document."""
        return [build_step(find_step("filter-rights"), {"use": use}) for use in USES]


def _pii_in(text: str) -> set[str]:
    """Return the personal data in a text. Raises DetectorFailed."""
    from corpuskit.text.pii.scanner import scanner

    return {text[hit.start : hit.end] for hit in scanner().find(text)}


def _are_readable(rights: Any) -> bool:
    """Whether rights are as docs/record.md has them: what says no in another way must not count as a yes."""
    if rights is None:
        return True
    if not isinstance(rights, dict) or not rights.keys() <= KEYS_OF_RIGHTS:
        return False
    return all(isinstance(rights[use], str) and rights[use] in VERDICTS for use in rights.keys() - {"evidence"})


def carried_metadata(document: Document, further_keys: tuple[str, ...]) -> dict[str, Any]:
    """Return what of a seed's metadata holds for what is made of it."""
    keys = dict.fromkeys((*CARRIED, *further_keys))
    return {key: document.metadata[key] for key in keys if document.metadata.get(key) is not None}


def metadata_of_vote(document: Document, further_keys: tuple[str, ...]) -> dict[str, Any]:
    """Return what of a seed's metadata holds for a vote on it, which has its text; its labels are those voted for."""
    carried = carried_metadata(document, (*OF_THE_TEXT, *further_keys))
    return {key: value for key, value in carried.items() if key not in ("labels", "actor")}
