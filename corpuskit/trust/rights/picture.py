"""What declarations say on the documents of a dataset: documents and tokens by use, verdict and mechanism."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, TypedDict

from corpuskit.core import console
from corpuskit.core.document import Document
from corpuskit.core.tokens import TOKENIZERS, WORDS, counter
from corpuskit.text.rights.evidence import verdicts_by_mechanism
from corpuskit.text.rights.statements import ALLOWED, DISALLOWED, UNKNOWN, USES

VERDICTS = (DISALLOWED, UNKNOWN, ALLOWED)


class Amount(TypedDict):
    """How much of a dataset."""

    documents: int
    tokens: int


class VerdictPicture(Amount):
    """What comes to one verdict, and how much of it each mechanism alone would bring there."""

    mechanisms: dict[str, Amount]


RightsPicture = dict[str, dict[str, VerdictPicture]]
"""By use and verdict."""


class RightsCount:
    """Counts documents with `metadata.rights`."""

    def __init__(self, tokenizer: str = WORDS) -> None:
        """`tokenizer` is the dataset's; by a file, which may not be here, tokens are counted as words."""
        self._tokens_of = counter(tokenizer if tokenizer in TOKENIZERS else WORDS)
        self._documents = Counter[tuple[str, str, str]]()
        self._tokens = Counter[tuple[str, str, str]]()

    def __getstate__(self) -> dict[str, Any]:
        """Return the counts: the function that counts tokens stays in the worker."""
        return {"_documents": self._documents, "_tokens": self._tokens}

    def add(self, document: Document) -> None:
        """Count a document, if it has rights."""
        rights = document.metadata.get("rights")
        if not isinstance(rights, dict):
            return
        tokens = self._tokens_of(document.text)
        listed = rights.get("evidence")
        evidence = [entry for entry in (listed if isinstance(listed, list) else []) if _is_entry(entry)]
        for use in USES:
            verdict = rights.get(use) if rights.get(use) in VERDICTS else UNKNOWN
            keys = [(use, str(verdict), "")]
            keys += [(use, said, mechanism) for mechanism, said in verdicts_by_mechanism(evidence, use).items()]
            for key in keys:
                self._documents[key] += 1
                self._tokens[key] += tokens

    def merge(self, other: "RightsCount") -> None:
        """Add what another part counted."""
        self._documents.update(other._documents)
        self._tokens.update(other._tokens)

    def picture(self) -> RightsPicture:
        """Return all amounts by use and verdict; empty if no document has rights."""
        picture: RightsPicture = {}
        for use in USES if self._documents else ():
            picture[use] = {verdict: self._of_verdict(use, verdict) for verdict in VERDICTS}
        return picture

    def _of_verdict(self, use: str, verdict: str) -> VerdictPicture:
        mechanisms = sorted(key[2] for key in self._documents if key[:2] == (use, verdict) and key[2])
        amounts = {name: self._amount(use, verdict, name) for name in mechanisms}
        return {**self._amount(use, verdict, ""), "mechanisms": amounts}

    def _amount(self, use: str, verdict: str, mechanism: str) -> Amount:
        key = (use, verdict, mechanism)
        return {"documents": self._documents[key], "tokens": self._tokens[key]}


def rights_lines(picture: RightsPicture) -> Iterator[str]:
    """Yield the picture as people read it: a line for each verdict, and below it those for mechanisms."""
    for use, verdicts in picture.items():
        yield from ("", f"rights to {use}")
        for verdict, amount in verdicts.items():
            yield f"  {amount['documents']:>10,}  {verdict}: {amount['tokens']:,} tokens"
            for mechanism, part in amount["mechanisms"].items():
                yield f"  {part['documents']:>14,}  by {console.escape(mechanism)}: {part['tokens']:,} tokens"


def _is_entry(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values()) and "mechanism" in value
