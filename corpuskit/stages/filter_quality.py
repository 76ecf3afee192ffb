"""`filter-quality`: the published quality rules, in one pass over each document."""

import difflib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from corpuskit.core.errors import UsageError
from corpuskit.core.step import Document, Drop, Reject, Stage

if TYPE_CHECKING:
    from corpuskit.text.quality.arrays import Numbers
    from corpuskit.text.quality.rules import Rule
    from corpuskit.text.quality.signals import Signals

    Check = tuple[Rule, float]
    Checks = dict[str, list[Check]]

__all__ = ["FilterQuality"]

Family = Literal["gopher", "gopher-repetition", "c4", "fineweb"]

DIGITS = 6
"""Decimal places of the figures that are written down; verdicts use the full ones."""
BATCH_DOCUMENTS = 256
BATCH_CHARACTERS = 500_000


@dataclass(frozen=True)
class FilterQuality(Stage):
    """Drop documents that fail the Gopher, C4 or FineWeb rules of quality.

    Families are applied in the order gopher, gopher-repetition, c4, fineweb; the first rule that fails names the drop,
    whose values are the signal, its figure and the bound. C4's rules take lines out of a text first (without closing
    punctuation, too short, on cookies or javascript; citation marks too) and judge what is left; unless
    `--no-c4-edit-lines` is given the text goes on in that form, for fineweb as for the output. A second run
    changes nothing more, save in lines that lost citation marks. With `--annotate` every document passes with its
    text as it was; each family judges that text, and figures and verdicts go to `metadata.quality`.

    `--set` changes a threshold or switches a rule off: `--set gopher-min-words=20 --set c4-policy=off`. Gopher's
    stop words and C4's closing punctuation are English: for other languages set `gopher-min-stop-words=off` and
    `c4-terminal-punctuation=off`. Chinese, Japanese, Thai and other languages without spaces are cut into words only
    where `metadata.language` (or `--language`) says so. Text in HTML is refused.

    Example: corpuskit filter-quality --rules gopher,fineweb --set gopher-min-words=20 pages.jsonl
    """

    rules: Annotated[tuple[Family, ...], "Families of rules to apply."] = (
        "gopher",
        "gopher-repetition",
        "c4",
        "fineweb",
    )
    set: Annotated[tuple[str, ...], "Threshold to change, as name=value; the value off disables a rule."] = ()
    annotate: Annotated[bool, "Keep every document; write figures and verdicts to metadata.quality."] = False
    language: Annotated[str, "Language of documents that name none in metadata.language."] = "en"
    c4_edit_lines: Annotated[bool, "Pass on the text without the lines that C4's rules take out."] = True

    def __post_init__(self) -> None:
        """Check the overrides. Raises UsageError."""
        if not self.rules:
            raise UsageError("filter-quality: no rules given; name some of gopher, gopher-repetition, c4, fineweb")
        _thresholds(self.set)

    def versions(self) -> dict[str, str]:
        """The word splitter and the rules."""
        from corpuskit.text.quality.rules import QUALITY_RULES
        from corpuskit.text.quality.words import WORD_SPLITTER

        return {"word-splitter": WORD_SPLITTER, "quality-rules": QUALITY_RULES}

    def prepare(self) -> None:
        """The tables, by a text that costs nothing."""
        self.apply_many([Document("", "The mole keeps the sea from the harbour.", {})])

    def apply(self, document: Document) -> Document | Drop:
        """The document, edited by C4's rules or annotated; or a Drop with the first rule that failed."""
        judged = self.apply_many([document])[0]
        if isinstance(judged, Reject):
            raise judged
        return judged

    def apply_many(self, documents: Sequence[Document]) -> list[Document | Drop | Reject]:
        """The same of many documents, which costs much less than one by one."""
        from corpuskit.text.prose import require_prose
        from corpuskit.text.quality.words import is_unspaced

        found: list[Document | Drop | Reject] = list(documents)
        alike: dict[bool, list[int]] = {False: [], True: []}
        for place, document in enumerate(documents):
            require_prose(document, "filter-quality")
            language = document.metadata.get("language")
            alike[is_unspaced(language if isinstance(language, str) else self.language)].append(place)
        for unspaced, places in alike.items():
            for batch in _batches(places, documents):
                judge = self._annotated if self.annotate else self._judged
                judged = judge([documents[place] for place in batch], unspaced)
                for place, item in zip(batch, judged, strict=True):
                    found[place] = item
        return found

    def _judged(self, documents: list[Document], unspaced: bool) -> list[Document | Drop]:
        found: list[Document | Drop] = list(documents)
        left = list(range(len(documents)))
        texts = [document.text for document in documents]
        signals = self._signals(texts, unspaced)
        for family in self._checks:
            failures = self._failures(signals, family)
            for row, (reason, values) in failures.items():
                found[left[row]] = Drop(documents[left[row]], reason, values)
            passed = [row for row in range(len(left)) if row not in failures]
            before = texts
            if family == "c4" and self.c4_edit_lines:
                texts = [signals.prose_lines.text(row) for row in passed]
            else:
                texts = [texts[row] for row in passed]
            left = [left[row] for row in passed]
            if not left:
                break
            if texts != before:
                signals = self._signals(texts, unspaced)
        for place, text in zip(left, texts, strict=True):
            if text != documents[place].text:
                found[place] = documents[place].with_text(text)
        return found

    def _failures(self, signals: "Signals", family: str) -> dict[int, tuple[str, dict[str, Any]]]:
        """Numbers of the texts that fail, with the reason and the values of the drop."""
        failures: dict[int, tuple[str, dict[str, Any]]] = {}
        checks = self._checks[family]
        for signal, figures in signals.family(family):
            for rule, bound in checks.get(signal, ()):
                failed = figures < bound if rule.bound == "min" else figures > bound
                for row in failed.nonzero()[0].tolist():
                    if row not in failures:
                        value = _rounded([figures[row : row + 1]])[0][0]
                        failures[row] = rule.reason, {"signal": signal, "value": value, rule.bound: bound}
        return failures

    def _annotated(self, documents: list[Document], unspaced: bool) -> list[Document | Drop]:
        signals = self._signals([document.text for document in documents], unspaced)
        names: list[str] = []
        columns: list[Numbers] = []
        verdicts: list[list[str]] = []
        for family, checks in self._checks.items():
            verdict = ["pass"] * len(documents)
            for signal, figures in signals.family(family):
                names.append(signal)
                columns.append(figures)
                for rule, bound in checks.get(signal, ()):
                    failed = figures < bound if rule.bound == "min" else figures > bound
                    for row in failed.nonzero()[0].tolist():
                        verdict[row] = rule.reason if verdict[row] == "pass" else verdict[row]
            verdicts.append(verdict)
        families = list(self._checks)
        return [
            document.with_metadata(
                quality={
                    "signals": dict(zip(names, row, strict=True)),
                    "verdicts": dict(zip(families, reasons, strict=True)),
                }
            )
            for document, row, reasons in zip(
                documents, zip(*_rounded(columns), strict=True), zip(*verdicts, strict=True), strict=True
            )
        ]

    def _signals(self, texts: list[str], unspaced: bool) -> "Signals":
        from corpuskit.text.quality.signals import Signals

        return Signals(texts, self._settings, unspaced)

    @cached_property
    def _checks(self) -> "dict[str, Checks]":
        """Per family asked for, the rules that are on and their bounds, by signal."""
        from corpuskit.text.quality.rules import FAMILIES, RULES

        checks: dict[str, Checks] = {family: {} for family in FAMILIES if family in self.rules}
        for rule in RULES:
            bound = self._thresholds[rule.name]
            if rule.family in checks and bound is not None:
                checks[rule.family].setdefault(rule.signal, []).append((rule, bound))
        return checks

    @cached_property
    def _thresholds(self) -> dict[str, float | None]:
        return _thresholds(self.set)

    @cached_property
    def _settings(self) -> dict[str, float]:
        """Of the thresholds, those that shape signals."""
        from corpuskit.text.quality.rules import SETTINGS

        return {item.name: self._thresholds[item.name] or 0 for item in SETTINGS}


def _batches(places: list[int], documents: Sequence[Document]) -> Iterator[list[int]]:
    """The documents at these places in runs whose arrays fit a processor's cache; a longer one is a run of its own."""
    batch: list[int] = []
    size = 0
    for place in places:
        more = len(documents[place].text)
        if batch and (len(batch) >= BATCH_DOCUMENTS or size + more > BATCH_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(place)
        size += more
    if batch:
        yield batch


def _rounded(columns: "list[Numbers]") -> list[list[float]]:
    """The figures as they are written down, column by column: floats as `round` rounds them."""
    import numpy as np

    floats = [place for place, column in enumerate(columns) if column.dtype.kind == "f"]
    found: list[list[float]] = [column.tolist() for column in columns]
    if not floats:
        return found
    exact = np.array([columns[place] for place in floats])
    scaled = exact * 10.0**DIGITS
    rounded = np.rint(scaled) / 10.0**DIGITS
    # So near to the middle of two, only the exact value tells which is nearer.
    middle = np.abs(scaled - np.floor(scaled) - 0.5) <= 1e-6 + scaled * 1e-14
    rounded[middle] = [round(value, DIGITS) for value in exact[middle].tolist()]
    for place, column in zip(floats, rounded.tolist(), strict=True):
        found[place] = column
    return found


def _thresholds(overrides: tuple[str, ...]) -> dict[str, float | None]:
    """All thresholds and settings by name, with the overrides; None is off. Raises UsageError."""
    from corpuskit.text.quality.rules import RULES, SETTINGS, Rule, Setting

    items: list[Rule | Setting] = [*RULES, *SETTINGS]
    known = {item.name: item for item in items}
    changed: dict[str, float | None] = {}
    for override in overrides:
        name, _, value = (part.strip() for part in override.partition("="))
        if name not in known:
            near = difflib.get_close_matches(name, known, 1, 0)
            raise UsageError(f"filter-quality: no threshold is called {name[:60]!r}; did you mean {near[0]!r}?")
        if name in changed:
            raise UsageError(f"filter-quality: {name} is set twice; give it once")
        changed[name] = known[name].off if value == "off" else _figure(name, value, known[name].value)
    return {name: changed.get(name, item.value) for name, item in known.items()}


def _figure(name: str, value: str, default: float) -> float:
    """The value of one override, of the type of its default. Raises UsageError."""
    if isinstance(default, bool):
        if value == "on":
            return True
        raise UsageError(f"filter-quality: {name} is on or off; write --set {name}=off")
    try:
        figure = type(default)(value)
    except ValueError:
        figure = -1
    if figure < 0 or not math.isfinite(figure):
        kind = "a whole number" if isinstance(default, int) else "a number"
        raise UsageError(f"filter-quality: {name} takes {kind} or off; write --set {name}={default}")
    return figure
