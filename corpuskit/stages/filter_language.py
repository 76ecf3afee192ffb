"""`filter-language`: language identification."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar

from corpuskit.core.errors import UsageError
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.step import Document, Drop, Stage
from corpuskit.text.prose import require_prose

__all__ = ["FilterLanguage"]


@dataclass(frozen=True)
class FilterLanguage(Stage):
    """Keep documents in the chosen languages, and record each document's language.

    Writes `metadata.language` (ISO 639-1, or ISO 639-3 where that has no code) and `metadata.language_score` (the
    model's probability, four digits). A document whose best score is below `--min-score` is dropped as
    `language-uncertain`, one in a language that is not kept as `language`; both drops give language and score. A text
    longer than 2,000 characters is judged by four windows of 500. Text without letters is `und`.

    The model (fastText lid.176, compressed) takes 1 MB. Documents are judged one by one, in any order.

    Example: corpuskit filter-language pages.jsonl --keep en,de --min-score 0.8
    """

    reads_prose: ClassVar[bool] = True

    keep: Annotated[tuple[str, ...], "Languages to keep, as ISO 639 codes (`en`, `eng`)."] = ()
    min_score: Annotated[float, "Lowest probability at which the language is trusted, 0 to 1."] = 0.65
    annotate: Annotated[bool, "Keep every document; only record language and score."] = False

    def __post_init__(self) -> None:
        """Check languages and score. Raises UsageError if none is named, one is unknown, or the score is not 0 to 1."""
        if not self.keep and not self.annotate:
            example = spelled("keep", ["en", "de"])
            raise UsageError(f"no language to keep: name some ({example}), or set {spelled('annotate')}")
        if not 0 <= self.min_score <= 1:
            raise misfit("min-score", "a probability from 0 to 1", self.min_score)
        if self.keep:
            _ = self._kept_codes

    def prepare(self) -> None:
        """Load the model, with a text that costs nothing."""
        self.apply_many([Document("", "The mole keeps the sea from the harbour.", {})])

    def apply(self, document: Document) -> Document | Drop:
        """Return the document with its language, or a Drop."""
        from corpuskit.text.language_id import detect

        require_prose(document, self.name())
        language, score = detect(document.text)
        annotated = document.with_metadata(language=language, language_score=score)
        if self.annotate:
            return annotated
        values = {"language": language, "score": score}
        if score < self.min_score:
            return Drop(annotated, "language-uncertain", values)
        if language not in self._kept_codes:
            return Drop(annotated, "language", values)
        return annotated

    def versions(self) -> dict[str, str]:
        """Return the version of the predictor and the model's digest."""
        from corpuskit.core.startup import installed_version
        from corpuskit.text.language_id import model_sha256

        return {"fasttext-predict": installed_version("fasttext-predict"), "lid.176.ftz": f"sha256:{model_sha256()}"}

    @cached_property
    def _kept_codes(self) -> frozenset[str]:
        from corpuskit.text.language_id import canonical_code

        codes = {code: canonical_code(code) for code in self.keep}
        for code, canonical in codes.items():
            if canonical is None:
                raise misfit("keep", "languages that the model knows", code, _advice(code))
        return frozenset(canonical for canonical in codes.values() if canonical)


def _advice(code: str) -> str:
    from difflib import get_close_matches

    from corpuskit.text.language_id import canonical_code, known_codes

    plain = code.strip().lower()
    if " " in plain:
        return "; put commas between languages: en,de"
    near = [canonical for prefix in (plain[:3], plain[:2]) if (canonical := canonical_code(prefix))]
    near += get_close_matches(plain, known_codes(), n=4, cutoff=0.5)
    if near:
        return f"; nearest: {', '.join(dict.fromkeys(near))}"
    return f"; it knows {len(known_codes())} by their ISO 639 codes, such as en, de, zh"
