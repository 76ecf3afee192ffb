"""`filter-quality`: the published quality rules, in one pass over each document."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeVar

from corpuskit.core.document import TURNS
from corpuskit.core.errors import UsageError
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.step import Document, Drop, Reject, Stage
from corpuskit.text.code.code_documents import is_code
from corpuskit.text.prose import require_prose

if TYPE_CHECKING:
    from corpuskit.text.quality.checks import Checks, Thresholds
    from corpuskit.text.quality.languages import LanguageProfile
    from corpuskit.text.quality.signals import TextSignals
    from corpuskit.text.quality_model.scorer import Scorer

__all__ = ["FilterQuality"]

Entry = TypeVar("Entry")
Family = Literal["gopher", "gopher-repetition", "c4", "fineweb"]
Rows = set[int]
Kind = Literal["prose", "turns", "code"]
"""Conversations keep all their lines; code passes unjudged."""
Measure = tuple[float, ...]
"""Whether a language writes no spaces, and the settings that its texts are measured with."""
EVERY_FAMILY: tuple[Family, ...] = ("gopher", "gopher-repetition", "c4", "fineweb")
MIN_SCORE = 0.5

LITTLE_LEFT, CERTAIN_LANGUAGE = 0.5, 0.9
"""Share of a text below which the language of the rest is looked at, and the probability at which it is believed."""
FEW_DROPPED = 0.4
"""Share of the characters of a batch up to which texts that are dropped are measured on, together with the others."""
BATCH_DOCUMENTS = 512
BATCH_CHARACTERS = 1_000_000


@dataclass(frozen=True)
class FilterQuality(Stage):
    """Drop documents that fail the quality rules of Gopher, C4 or FineWeb, or that a model finds bad.

    Families are applied in the order gopher, gopher-repetition, c4, fineweb. The first rule that fails names the drop,
    whose values are the signal, its figure and the bound. C4's rules first remove citation marks, short lines that are
    no sentences, and notices on cookies or JavaScript; then they judge what is left. The edited text goes on to fineweb
    and to the output, unless `--no-c4-edit-lines` is given. Code blocks and formulas stay as they are. Where less than
    a third is left, the drop is `c4-little-left`; where less than half is, in another language than
    `metadata.language`, `c4-other-language`. A second run changes nothing further, except in lines that lost citation
    marks. With `--annotate`, every document passes with its text unchanged: each family judges that text, and figures
    and verdicts go to `metadata.quality`.

    `--set` changes a threshold or switches a rule on or off in every language: `--set gopher-min-words=20 --set
    c4-terminal-punctuation=on`; docs/quality.md lists all. Each document is judged by the bounds and stop words that
    FineWeb2 published for its `metadata.language`, which `filter-language` writes: 42 languages have their own; in
    others, and where `metadata.language_score` is below 0.5, nothing is asked of the length of words and of stop words.
    `--language-settings english` judges all as English. A document without `metadata.language` is in `--language`.
    Chinese, Japanese, Thai and other languages without spaces are cut into words by their scripts. The summary warns of
    a rule that drops over 90 % of a language or a quarter of a source.

    Words are counted as the papers have them: marks are none, and stop words count in any letter case. Lines of white
    space are no lines. `--words datatrove` counts as datatrove does, with its bounds. HTML is refused; conversations
    (`text/x-turns`) keep all lines, and code (by `metadata.programming_language` or `content_type`) passes unjudged.

    `--model` asks a model that `train-quality` learned, or a classifier of fastText such as DCLM's (`--label` names its
    label of good text), and drops documents with a score below `--min-score` as `low-score`. No rules are applied then,
    unless `--rules` names some; the model judges what they leave. With `--annotate` the score goes to
    `metadata.quality`, too.

        corpuskit filter-quality --rules gopher,fineweb --set gopher-min-words=20 pages.jsonl
    """

    reads_prose: ClassVar[bool] = True

    rules: Annotated[
        tuple[Family, ...] | None, "Families of rules to apply: gopher, gopher-repetition, c4, fineweb; all by default."
    ] = None
    set: Annotated[tuple[str, ...], "Threshold to change, as name=value; the value off disables the rule."] = ()
    annotate: Annotated[bool, "Keep every document; write figures and verdicts to metadata.quality."] = False
    language: Annotated[str, "Language of documents without metadata.language."] = "en"
    language_settings: Annotated[
        Literal["auto", "english"],
        "Whose bounds and stop words: those of each document's language, or English for all.",
    ] = "auto"
    words: Annotated[
        Literal["gopher", "datatrove"], "Whose words, lines and bounds: those of the papers, or datatrove's."
    ] = "gopher"
    c4_edit_lines: Annotated[bool, "Pass on the text without the lines that C4's rules remove."] = True
    model: Annotated[Path | None, "Model to ask: a file of `train-quality`, or a classifier of fastText."] = None
    min_score: Annotated[float | None, "Lowest score of the model to keep, 0 to 1; by default 0.5."] = None
    label: Annotated[str | None, "Label of good text in a model of fastText, such as hq."] = None

    def drops_hint(self, reason: str) -> str:
        """Return where to see the drops, and what changes the bound."""
        from corpuskit.text.quality_model.judgement import LOW_SCORE

        change = "--min-score changes the bound"
        if reason != LOW_SCORE:
            change = "--set changes a bound, as in `--set gopher-min-words=20`; filter-language names the language"
        return f"see some with --drops FILE; {change}"

    def __post_init__(self) -> None:
        """Check the rules, the overrides and the model.

        Raises UsageError if they make no sense, DamagedError for a damaged model.
        """
        from corpuskit.text.quality.thresholds import demand_families_of_thresholds

        if self.rules == ():
            raise UsageError(f"{spelled('rules')} names no rules; name any of gopher, gopher-repetition, c4, fineweb")
        if not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]+)*", self.language):
            raise misfit("language", "an ISO 639 code such as en or zh", self.language)
        _ = self._changed
        demand_families_of_thresholds(self.set, self.rules)
        self._check_model()

    def __getstate__(self) -> dict[str, Any]:
        """Return only the options: each process reads the model anew, as those of fastText cannot be pickled."""
        return {option.name: getattr(self, option.name) for option in self.option_list()}

    def options(self) -> dict[str, Any]:
        """Return the families that are applied, and what is said of a model if there is one."""
        options = {**super().options(), "rules": list(self._families)}
        about_model = {key: options.pop(key) for key in ("model", "min-score", "label")}
        if self.model is None:
            return options
        return {**options, **about_model, "min-score": self._least_score}

    def versions(self) -> dict[str, str]:
        """Return the versions of the word splitter and of the rules."""
        from corpuskit.text.quality.rules import QUALITY_RULES
        from corpuskit.text.quality.words import WORD_SPLITTER

        versions = {"word-splitter": WORD_SPLITTER, "quality-rules": QUALITY_RULES} if self._families else {}
        return versions if self.model is None else {**versions, "quality-model": self._scorer.version()}

    def prepare(self) -> None:
        """Fill the tables that all texts share, with a text that costs nothing."""
        self.apply_many([Document("", "The mole keeps the sea from the harbour.", {})])

    def groups(self, document: Document) -> tuple[str, ...]:
        """Return the document's language and source; without a source, it is one of the whole input."""
        language, source = (document.metadata.get(key) for key in ("language", "source"))
        return (
            f"language {language if isinstance(language, str) else self.language}",
            f"source {source}" if isinstance(source, str) else "the input",
        )

    def apply(self, document: Document) -> Document | Drop:
        """Return the document, edited by C4's rules or annotated, or a Drop with the first rule that failed."""
        outcome = self.apply_many([document])[0]
        if isinstance(outcome, Reject):
            raise outcome
        return outcome

    def apply_many(self, documents: Sequence[Document]) -> list[Document | Drop | Reject]:
        """Return what `apply` returns for each document, at a much lower cost than one by one."""
        if not self._families:
            for document in documents:
                require_prose(document, "filter-quality")
            return self._asked(documents)
        outcomes: list[Document | Drop | Reject] = list(documents)
        groups: dict[tuple[Kind, Measure], dict[LanguageProfile, list[int]]] = {}
        for index, document in enumerate(documents):
            require_prose(document, "filter-quality")
            kind = _kind(document)
            if kind != "code" or self.annotate:
                profile = self._profile(document)
                group = groups.setdefault((kind, self._measure(profile)), {})
                group.setdefault(profile, []).append(index)
        apply_to_batch = self._annotate_batch if self.annotate else self._filter_batch
        for (kind, _), by_profile in groups.items():
            # Texts of one language lie side by side, as their stop words are counted together.
            profiles = {index: profile for profile, indices in by_profile.items() for index in indices}
            for batch in _batches(list(profiles), documents):
                batch_outcomes = apply_to_batch(
                    [documents[index] for index in batch], [profiles[index] for index in batch], kind
                )
                for index, outcome in zip(batch, batch_outcomes, strict=True):
                    outcomes[index] = outcome
        return outcomes if self.model is None else self._asked(outcomes)

    def _asked(self, outcomes: Sequence[Document | Drop | Reject]) -> list[Document | Drop | Reject]:
        from corpuskit.text.quality_model.judgement import apply_scores

        return apply_scores(outcomes, self._scorer, self._least_score, self.annotate, bool(self._families))

    def _check_model(self) -> None:
        """Raise UsageError for a model that cannot be used, and for options of one where there is none."""
        if self.model is None:
            for name, value in (("min-score", self.min_score), ("label", self.label)):
                if value is not None:
                    raise UsageError(f"{spelled(name, value)} is about a model; name it with {spelled('model')}")
            return
        if not 0 <= self._least_score <= 1:
            raise misfit("min-score", "a score from 0 to 1", self.min_score)
        if self.rules is None and self.set:
            raise UsageError(
                f"{spelled('set')} changes rules, and with a model none is applied unless you name it; "
                f"add {spelled('rules', ['gopher'])}"
            )
        _ = self._scorer

    @property
    def _families(self) -> tuple[Family, ...]:
        if self.rules is not None:
            return self.rules
        return EVERY_FAMILY if self.model is None else ()

    @property
    def _least_score(self) -> float:
        return MIN_SCORE if self.min_score is None else self.min_score

    @cached_property
    def _scorer(self) -> "Scorer":
        from corpuskit.text.quality_model.scorer import open_scorer

        assert self.model is not None
        return open_scorer(self.model, self.label)

    def _profile(self, document: Document) -> "LanguageProfile":
        from corpuskit.text.quality.languages import profile_of, profile_of_guess

        language, score = (document.metadata.get(key) for key in ("language", "language_score"))
        if not isinstance(language, str):
            return profile_of(self.language, self.language_settings == "auto")
        if self.language_settings == "auto" and isinstance(score, int | float):
            return profile_of_guess(language, score)
        return profile_of(language, self.language_settings == "auto")

    def _measure(self, profile: "LanguageProfile") -> Measure:
        """Return how texts of a language are measured: those that are measured alike can be so together."""
        measure = self._measures.get(profile)
        if measure is None:
            from corpuskit.text.quality.checks import settings_of

            settings = settings_of(self._thresholds(profile))
            measure = self._measures[profile] = (profile.unspaced, *settings.values())
        return measure

    @cached_property
    def _measures(self) -> "dict[LanguageProfile, Measure]":
        return {}

    def _filter_batch(
        self, documents: list[Document], profiles: "list[LanguageProfile]", kind: Kind
    ) -> list[Document | Drop]:
        from corpuskit.text.quality.checks import first_failures

        outcomes: list[Document | Drop] = list(documents)
        indices = list(range(len(documents)))
        texts = self._without_contents(documents, kind)
        signals: TextSignals | None = None
        all_checks = [self._checks_of(profile, kind) for profile in profiles]
        dropped_rows: Rows = set()
        for family in all_checks[0]:
            # Measuring the texts anew costs more than measuring a few that are dropped already, and FineWeb's figures
            # come from what C4's rules measured.
            if family != "fineweb" and _characters_of(texts, dropped_rows) > FEW_DROPPED * sum(map(len, texts)):
                indices, texts = _without(indices, dropped_rows), _without(texts, dropped_rows)
                profiles, all_checks = _without(profiles, dropped_rows), _without(all_checks, dropped_rows)
                signals, dropped_rows = None, set()
            if len(dropped_rows) == len(texts):
                break
            signals = signals or self._signals(texts, profiles)
            checks = [each[family] for each in all_checks]
            for row, failure in first_failures(signals, family, checks, dropped_rows).items():
                outcomes[indices[row]] = Drop(documents[indices[row]], failure.reason, failure.values)
                dropped_rows.add(row)
            # A conversation without some of its lines would put words into another speaker's mouth.
            if family == "c4" and self._edits(kind):
                left = {row: signals.prose_lines.text(row) for row in range(len(texts)) if row not in dropped_rows}
                edits = {row: text for row, text in left.items() if text != texts[row]}
                signals.take_edits(edits)
                texts = [edits.get(row, text) for row, text in enumerate(texts)]
        if "c4" in self._families and self._edits(kind):
            for index, text in zip(indices, texts, strict=True):
                if isinstance(outcomes[index], Document) and text != documents[index].text:
                    outcomes[index] = _edited(documents[index], text)
        return outcomes

    def _without_contents(self, documents: list[Document], kind: Kind) -> list[str]:
        """Return the texts as they are judged: of a chapter of a manual, without the contents of the whole below it."""
        if kind != "prose" or self.words == "datatrove":
            return [document.text for document in documents]
        from corpuskit.text.quality.chapter_lists import without_chapters
        from corpuskit.text.quality.contents_lists import without_contents
        from corpuskit.text.quality.unnumbered_contents import without_titles

        return [without_titles(without_chapters(without_contents(document.text))) for document in documents]

    def _edits(self, kind: Kind) -> bool:
        return self.c4_edit_lines and kind == "prose"

    def _annotate_batch(
        self, documents: list[Document], profiles: "list[LanguageProfile]", kind: Kind
    ) -> list[Document | Drop]:
        from corpuskit.text.quality.checks import quality_notes

        signals = self._signals(self._without_contents(documents, kind), profiles)
        notes = quality_notes(signals, [self._checks_of(profile, kind) for profile in profiles])
        return [document.with_metadata(quality=quality) for document, quality in zip(documents, notes, strict=True)]

    def _signals(self, texts: list[str], profiles: "list[LanguageProfile]") -> "TextSignals":
        from corpuskit.text.quality.checks import settings_of
        from corpuskit.text.quality.signals import TextSignals

        settings = settings_of(self._thresholds(profiles[0]))
        return TextSignals(texts, settings, profiles, self.words == "datatrove")

    def _checks_of(self, profile: "LanguageProfile", kind: Kind) -> "dict[str, Checks]":
        """Return the enabled rules of a language, by family and signal, in the order in which they are applied.

        No rule for prose says anything of code, and where no line is taken out, none asks for what is left.
        """
        from corpuskit.text.quality.checks import enabled_checks

        checks = self._checks.get((profile, kind))
        if checks is None:
            thresholds = self._thresholds(profile)
            if kind == "code":
                thresholds = dict.fromkeys(thresholds)
            elif not self._edits(kind):
                thresholds["c4-min-text-left"] = None
            checks = self._checks[profile, kind] = enabled_checks(self._families, thresholds)
        return checks

    @cached_property
    def _checks(self) -> "dict[tuple[LanguageProfile, Kind], dict[str, Checks]]":
        """The enabled rules of the languages and kinds of text that were met."""
        return {}

    def _thresholds(self, profile: "LanguageProfile") -> "Thresholds":
        from corpuskit.text.quality.checks import thresholds_of

        return thresholds_of(profile, self.words == "datatrove", self._changed)

    @cached_property
    def _changed(self) -> "Thresholds":
        from corpuskit.text.quality.thresholds import changed_thresholds

        return changed_thresholds(self.set)


def _kind(document: Document) -> Kind:
    if is_code(document):
        return "code"
    return "turns" if document.metadata.get("content_type") == TURNS else "prose"


def _characters_of(texts: list[str], rows: set[int]) -> int:
    return sum(len(texts[row]) for row in rows)


def _without(column: list[Entry], rows: set[int]) -> list[Entry]:
    return [entry for row, entry in enumerate(column) if row not in rows]


def _edited(document: Document, text: str) -> Document | Drop:
    """Return the document with what C4's rules left of it, or a Drop if most is gone and the rest has another language.

    A page in one language may end in a notice in another: alone, it would go by the page's label.
    """
    language = document.metadata.get("language")
    if isinstance(language, str) and len(text) < LITTLE_LEFT * len(document.text):
        from corpuskit.text.language_id.identify import identify
        from corpuskit.text.language_id.model import canonical_code

        label = canonical_code(language.replace("_", "-").partition("-")[0])
        rest = identify(text)
        if label is not None and rest.language != label and rest.score >= CERTAIN_LANGUAGE:
            values = {"language": rest.language, "score": rest.score, "before": language}
            return Drop(document, "c4-other-language", values)
    return document.with_text(text)


def _batches(indices: list[int], documents: Sequence[Document]) -> Iterator[list[int]]:
    """Yield the indices in batches whose arrays fit a processor's cache; a longer document is a batch by itself."""
    batch: list[int] = []
    size = 0
    for index in indices:
        more = len(documents[index].text)
        if batch and (len(batch) >= BATCH_DOCUMENTS or size + more > BATCH_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(index)
        size += more
    if batch:
        yield batch
