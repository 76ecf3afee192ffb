"""`filter-quality`: the published quality rules, in one pass over each document."""

import difflib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from corpuskit.core.errors import UsageError
from corpuskit.core.step import Document, Drop, Stage

if TYPE_CHECKING:
    from corpuskit.text.rules import Rule
    from corpuskit.text.signals import Signals

    Check = tuple[Rule, float]
    Checks = dict[str, list[Check]]

__all__ = ["FilterQuality"]

Family = Literal["gopher", "gopher-repetition", "c4", "fineweb"]

DIGITS = 6
"""Decimal places of the figures that are written down; verdicts use the full ones."""


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
        from corpuskit.text.rules import QUALITY_RULES
        from corpuskit.text.words import WORD_SPLITTER

        return {"word-splitter": WORD_SPLITTER, "quality-rules": QUALITY_RULES}

    def apply(self, document: Document) -> Document | Drop:
        """The document, edited by C4's rules or annotated; or a Drop with the first rule that failed."""
        from corpuskit.text.prose import require_prose

        require_prose(document, "filter-quality")
        if self.annotate:
            return document.with_metadata(quality=self._quality(self._signals(document, document.text)))
        return self._judged(document)

    def _judged(self, document: Document) -> Document | Drop:
        text = document.text
        signals = self._signals(document, text)
        for family, checks in self._checks.items():
            for signal, value in signals.family(family):
                failed = _failure(value, checks.get(signal, ()))
                if failed is not None:
                    rule, bound = failed
                    values = {"signal": signal, "value": _rounded(value), rule.bound: bound}
                    return Drop(document, rule.reason, values)
            if family == "c4" and self.c4_edit_lines and signals.edited.text != text:
                text = signals.edited.text
                signals = self._signals(document, text)
        return document if text == document.text else document.with_text(text)

    def _quality(self, signals: "Signals") -> dict[str, Any]:
        figures: dict[str, float] = {}
        verdicts: dict[str, str] = {}
        for family, checks in self._checks.items():
            verdict = "pass"
            for signal, value in signals.family(family):
                figures[signal] = _rounded(value)
                if verdict == "pass":
                    failed = _failure(value, checks.get(signal, ()))
                    verdict = failed[0].reason if failed else "pass"
            verdicts[family] = verdict
        return {"signals": figures, "verdicts": verdicts}

    def _signals(self, document: Document, text: str) -> "Signals":
        from corpuskit.text.signals import Signals
        from corpuskit.text.words import is_unspaced

        language = document.metadata.get("language")
        return Signals(text, self._settings, is_unspaced(language if isinstance(language, str) else self.language))

    @cached_property
    def _checks(self) -> "dict[str, Checks]":
        """Per family asked for, the rules that are on and their bounds, by signal."""
        from corpuskit.text.rules import FAMILIES, RULES

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
        from corpuskit.text.rules import SETTINGS

        return {item.name: self._thresholds[item.name] or 0 for item in SETTINGS}


def _failure(value: float, checks: "Iterable[Check]") -> "Check | None":
    for check in checks:
        rule, bound = check
        if value < bound if rule.bound == "min" else value > bound:
            return check
    return None


def _rounded(value: float) -> float:
    return round(value, DIGITS) if isinstance(value, float) else value


def _thresholds(overrides: tuple[str, ...]) -> dict[str, float | None]:
    """All thresholds and settings by name, with the overrides; None is off. Raises UsageError."""
    from corpuskit.text.rules import RULES, SETTINGS, Rule, Setting

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
