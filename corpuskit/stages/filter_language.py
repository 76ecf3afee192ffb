"""`filter-language`: language identification."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar

from corpuskit.core.errors import UsageError
from corpuskit.core.option_values import demand_share, misfit, spelled
from corpuskit.core.provenance.entries import StepEntry
from corpuskit.core.step import Document, Drop, Stage
from corpuskit.text.code.code_documents import is_code
from corpuskit.text.prose import require_prose

__all__ = ["FilterLanguage"]


@dataclass(frozen=True)
class FilterLanguage(Stage):
    """Keep documents in the chosen languages, and record each document's language.

    Writes `metadata.language` (ISO 639-1, or ISO 639-3 where that has no code) and `metadata.language_score` (the
    model's probability, four digits). A document whose best score is below `--min-score` is dropped as
    `language-uncertain`, one in a language that is not kept as `language`; both drops give language and score.
    Relatives that the model takes for one another (Croatian and Serbian, Norwegian and Danish) share one score; where
    the relatives have a tenth or more, `metadata.language_relatives` tells the probability of each, such as `{"hr":
    0.75, "sr": 0.19}`: name them all in `--keep` to lose none, or select by that field for one alone. A text longer
    than 520 characters is judged by eight windows of 64, each in the middle of an eighth; if these are uncertain, by
    its parts, and then by its prose, where that has a fifth: code, tables and menus say nothing of a language. Text
    without letters is `und`, and so is one in a script, or with letters, that no language of the model has. Code (by
    `metadata.programming_language` or `content_type`) is in no language, and passes unjudged.

    A language that is not written in the text's script is ruled out, and a text in capitals is judged as one in small
    letters. A document in several languages gets `metadata.language_shares`, such as `{"en": 0.6, "fr": 0.3}`, besides
    the largest as its language: of all letters (a Han character is one), those in the language and its own scripts. Its
    score says how certain all of these are. It is kept if the languages to keep have `--min-share` of what the shares
    sum to.

    Put it before `filter-quality`, whose rules take lines out: the languages would be those of what is left. The model
    (fastText lid.176, compressed) takes 1 MB. Documents are judged one by one, in any order.

        corpuskit filter-language pages.jsonl --keep en,de --min-score 0.8
    """

    keeps_documents: ClassVar[bool] = True
    reads_prose: ClassVar[bool] = True

    keep: Annotated[tuple[str, ...], "Languages to keep, as ISO 639 codes (`en`, `eng`)."] = ()
    min_score: Annotated[float, "Lowest probability at which the language is trusted, 0 to 1."] = 0.65
    min_share: Annotated[float, "Least share of the kept languages in a document of several, 0 to 1."] = 0.5
    annotate: Annotated[bool, "Keep every document; only record language and score."] = False

    def __post_init__(self) -> None:
        """Raise UsageError if no language is named, one is unknown, or score or share is not from 0 to 1."""
        if not self.keep and not self.annotate:
            example = spelled("keep", ["en", "de"])
            raise UsageError(f"no language to keep: name some ({example}), or set {spelled('annotate')}")
        if not 0 <= self.min_score <= 1:
            raise misfit("min-score", "a probability from 0 to 1", self.min_score)
        demand_share("min-share", self.min_share)
        if self.keep:
            _ = self._kept_codes

    def prepare(self) -> None:
        """Load the model, with a text that costs nothing."""
        self.apply_many([Document("", "The mole keeps the sea from the harbour.", {})])

    def apply(self, document: Document) -> Document | Drop:
        """Return the document with its language, or a Drop."""
        from corpuskit.text.language_id.identify import identify

        require_prose(document, "filter-language")
        if is_code(document):
            return document
        language, score, shares, relatives = identify(document.text)
        annotated = document.with_metadata(
            language=language,
            language_score=score,
            language_shares=shares or None,
            language_relatives=relatives or None,
        )
        if self.annotate:
            return annotated
        values = {"language": language, "score": score}
        values |= {name: value for name, value in (("shares", shares), ("relatives", relatives)) if value}
        if score < self.min_score:
            return Drop(annotated, "language-uncertain", values)
        if not self._keeps(language, shares):
            return Drop(annotated, "language", values)
        return annotated

    def _keeps(self, language: str, shares: dict[str, float]) -> bool:
        if not shares:
            return language in self._kept_codes
        kept_shares = [share for code, share in shares.items() if code in self._kept_codes]
        return bool(kept_shares) and sum(kept_shares) >= self.min_share * sum(shares.values())

    def order_notice(self, steps: Sequence[StepEntry]) -> str:
        """Return what is wrong if `filter-quality` took lines out of documents before their language was known."""
        names = [step["name"] for step in steps]
        if self.name() in names or not any(map(_takes_lines_out, steps)):
            return ""
        return "filter-quality took lines out before; put filter-language first, or it judges what is left"

    def versions(self) -> dict[str, str]:
        """Return the version of the predictor and the model's digest."""
        from corpuskit.core.startup import installed_version
        from corpuskit.text.language_id.identify import IDENTIFIER
        from corpuskit.text.language_id.model import model_sha256

        return {
            "language-identifier": IDENTIFIER,
            "fasttext-predict": installed_version("fasttext-predict"),
            "lid.176.ftz": f"sha256:{model_sha256()}",
        }

    @cached_property
    def _kept_codes(self) -> frozenset[str]:
        from corpuskit.text.language_id.model import canonical_code

        codes = {code: canonical_code(code) for code in self.keep}
        for code, canonical in codes.items():
            if canonical is None:
                raise misfit("keep", "languages that the model knows", code, _advice(code))
        return frozenset(canonical for canonical in codes.values() if canonical)


def _takes_lines_out(step: StepEntry) -> bool:
    options = step["options"]
    takes = options.get("c4-edit-lines") and "c4" in options.get("rules", ()) and not options.get("annotate")
    return step["name"] == "filter-quality" and bool(takes)


def _advice(code: str) -> str:
    from difflib import get_close_matches

    from corpuskit.text.language_id.model import canonical_code, known_codes

    plain = code.strip().lower()
    if " " in plain:
        return "; put commas between languages: en,de"
    near = [canonical for prefix in (plain[:3], plain[:2]) if (canonical := canonical_code(prefix))]
    near += get_close_matches(plain, known_codes(), n=4, cutoff=0.5)
    if near:
        return f"; nearest: {', '.join(dict.fromkeys(near))}"
    return f"; it knows {len(known_codes())} by their ISO 639 codes, such as en, de, zh"
