"""`filter-audience`: only documents that an audience may have pass."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar

from corpuskit.core.audience import PUBLIC, Audience, Use, audience_of
from corpuskit.core.step import Document, Drop, Stage

AUDIENCE_HELP = "Who gets the documents: public, or tenant:NAME."
AS_OF_HELP = "Day, such as 2026-11-01, on which consent must hold; without it, consent that ends does not count."


@dataclass(frozen=True)
class FilterAudience(Stage):
    """Keep documents that this audience may have: its own, and what people agreed to.

    A document without `metadata.tenant` and `metadata.consent` is for everybody. One with a tenant is for that tenant
    alone, and dropped as `foreign-tenant` for any other audience. It needs a `consent` whose `scope` lists the use and
    `text`, or only `label` if its text is empty; else it is dropped as `no-consent`. So is one whose scope has a word
    other than label, text, train and retrieve. Only a withdrawal (`events`) passes to its tenant without consent.
    Consent holds up to the day `until`; later it is `expired`. The day that counts is the one you state, never the
    clock, so that the result can be repeated.

    A recipe's `policy: {audience: …}`, `public` by default, puts this step after each of its sources and again before
    its output.

        corpuskit filter-audience --audience tenant:acme --as-of 2026-11-01 signals.jsonl
    """

    keeps_documents: ClassVar[bool] = True

    audience: Annotated[str, AUDIENCE_HELP] = PUBLIC
    use: Annotated[Use, "What the documents are for."] = "train"
    as_of: Annotated[str | None, AS_OF_HELP] = None

    def __post_init__(self) -> None:
        """Raise UsageError for an audience or a day that cannot be read."""
        _ = self.rule

    @cached_property
    def rule(self) -> Audience:
        """The audience that the options name."""
        return audience_of(self.audience, self.as_of, self.use)

    def passes(self, line: bytes) -> bool:
        """Whether the document has neither a tenant nor a consent: no such key stands anywhere in its line."""
        return b'"tenant":' not in line and b'"consent":' not in line

    def apply(self, document: Document) -> Document | Drop:
        """Return the document, or a drop `foreign-tenant`, `no-consent` or `expired`."""
        objection = self.rule.objection(document)
        return document if objection is None else Drop(document, *objection)
