"""`count`: how many documents, tokens and bytes there are."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from corpuskit.core.console import escape
from corpuskit.core.option_values import misfit
from corpuskit.core.step import Document, Report
from corpuskit.core.step_notices import absent_fields_notice
from corpuskit.core.tokens import DEFAULT_TOKENIZER, TOKENIZER_KINDS, TOKENIZERS, is_tokenizer_name
from corpuskit.core.wording import did_you_mean, value_text


@dataclass(frozen=True)
class Count(Report):
    """Count documents, tokens and bytes of text.

    Tokens are an estimate by default, and so are the budgets of `mix`. Prints three columns and nothing else, so that
    `cut` and `awk` can read them. With
    `--by`, prints a line for each value, those with the most documents first; `-` stands for a missing value. With
    `--json`, prints one object with `command`, `documents`, `tokens` and `bytes`, and with `--by` also `by`: the same
    three numbers for each value.

        corpuskit count --by metadata.language web.jsonl.zst
    """

    by: Annotated[str | None, "Count each value of this field separately: `metadata.language`."] = None
    tokenizer: Annotated[str, f"What a token is: {TOKENIZER_KINDS}."] = DEFAULT_TOKENIZER

    def __post_init__(self) -> None:
        """Raise UsageError for a tokenizer that is neither known nor a file."""
        if not is_tokenizer_name(self.tokenizer):
            near = did_you_mean(self.tokenizer, TOKENIZERS)
            raise misfit("tokenizer", TOKENIZER_KINDS, self.tokenizer, near)

    def report(self, documents: Iterable[Document]) -> dict[str, Any]:
        """Return the numbers of documents, tokens and bytes, in total and by value."""
        from corpuskit.core.tokens import counter

        count_tokens = counter(self.tokenizer)
        totals: dict[str, Counter[str]] = {}
        for document in documents:
            figures = {
                "documents": 1,
                "tokens": count_tokens(document.text),
                "bytes": len(document.text.encode()),
            }
            totals.setdefault(self._value(document), Counter()).update(figures)
        everything: Counter[str] = Counter({"documents": 0, "tokens": 0, "bytes": 0})
        for figures_of_value in totals.values():
            everything.update(figures_of_value)
        answer: dict[str, Any] = dict(everything)
        if self.by:
            ranked = sorted(totals.items(), key=lambda item: (-item[1]["documents"], item[0]))
            answer["by"] = {value: dict(figures) for value, figures in ranked}
        return answer

    def render(self, answer: dict[str, Any]) -> str:
        """Return a line of documents, tokens and bytes, or such a line for each value, followed by the value."""
        rows = [(figures, value) for value, figures in answer.get("by", {}).items()] or [(answer, "")]
        return "\n".join(
            "\t".join(
                [*(str(figures[key]) for key in ("documents", "tokens", "bytes")), *([escape(value)] if value else [])]
            )
            for figures, value in rows
        )

    def remark(self, answer: dict[str, Any]) -> str:
        """Return that no document has the field of `--by`, if that is so."""
        is_absent = self.by is not None and list(answer["by"]) == ["-"]
        return absent_fields_notice([self.by]) if is_absent and self.by is not None else ""

    def _value(self, document: Document) -> str:
        if not self.by:
            return ""
        value: Any = {"id": document.id, "metadata": document.metadata, **document.extra}
        for key in self.by.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return "-" if value is None else value_text(value)
