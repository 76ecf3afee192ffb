"""`filter-license`: only documents with an allowed licence pass."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from corpuskit.core.errors import UsageError
from corpuskit.core.option_values import spelled
from corpuskit.core.step import Document, Drop, Stage


@dataclass(frozen=True)
class FilterLicense(Stage):
    """Keep documents whose SPDX licence expression is allowed.

    `A OR B` is allowed if either is, `A AND B` if both are, `A WITH exception` only if the list names it with the
    exception. A document without a licence, or with one that is not an SPDX expression, is dropped: silence allows
    nothing. A recipe's `policy: {licenses: {allow: [...]}}` puts this step after each of its sources.

        corpuskit filter-license --allow CC0-1.0,CC-BY-4.0,MIT documents.jsonl
    """

    keeps_documents: ClassVar[bool] = True

    allow: Annotated[tuple[str, ...], "SPDX licences, or LicenseRef- names, that may be used."]

    def __post_init__(self) -> None:
        """Raise UsageError if the list is empty, or an entry is not one SPDX licence."""
        from corpuskit.core.licenses import entry_problem

        if not self.allow:
            example = spelled("allow", ["MIT", "CC0-1.0"])
            raise UsageError(f"{spelled('allow')} names no licence; name at least one ({example})")
        for entry in self.allow:
            if problem := entry_problem(entry):
                raise UsageError(f"{spelled('allow')}: {problem}")

    def apply(self, document: Document) -> Document | Drop:
        """Return the document, or a drop `license` with its expression."""
        from corpuskit.core.licenses import allowed

        expression = document.metadata.get("license")
        if isinstance(expression, str) and allowed(expression, self.allow):
            return document
        return Drop(document, "license", {"license": expression})
