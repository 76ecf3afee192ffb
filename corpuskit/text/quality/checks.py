"""The rules that are enabled, applied to the signals of a batch: who fails, and what is noted of each text."""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from corpuskit.text.quality.arrays import DIGITS, Integers, Numbers, rounded
from corpuskit.text.quality.languages import LanguageProfile
from corpuskit.text.quality.rules import DATATROVE, FAMILIES, RULES, SETTINGS, Rule
from corpuskit.text.quality.signals import TextSignals

__all__ = [
    "Checks",
    "Failure",
    "Thresholds",
    "enabled_checks",
    "first_failures",
    "quality_notes",
    "settings_of",
    "thresholds_of",
]

_OUR_BOUNDS = re.compile(
    r"gopher-max-mean-word-length|gopher-repetition-max-(?:duplicate|top)-\d+-gram-characters"
    r"|fineweb-(?:max-duplicate-line-characters|max-newlines-per-word|min-terminal-lines)"
)
"""Rules that ask no more of any language than of English: FineWeb2's figures are those of Wikipedia, not of manuals, of
which half may be in English: its words alone have more than the five characters that a Chinese word may have."""

Thresholds = dict[str, float | None]
"""Values of rules and settings by name; None is off."""


class Check(NamedTuple):
    """An enabled rule, and the bound that its signal must keep."""

    rule: Rule
    bound: float


Checks = dict[str, list[Check]]
"""The checks of one family by signal, in the order in which they are applied."""


class BatchCheck:
    """A rule, and the bound that its signal must keep in each text of a batch."""

    def __init__(self, rule: Rule, owners: Integers, bounds: Sequence[float | None]) -> None:
        """Take the bounds of all languages, None where the rule is off, and for each text the index of its own."""
        self.rule, self._owners, self._bounds = rule, owners, bounds
        # No figure is below or above a bound that is no number.
        self._bound_by_text = np.array([math.nan if bound is None else bound for bound in bounds])[owners]

    def failures(self, figures: Numbers) -> list[int]:
        """Return the rows of the texts that fail."""
        bounds = self._bound_by_text
        failed = figures < bounds if self.rule.bound == "min" else figures > bounds
        rows: list[int] = failed.nonzero()[0].tolist()
        return rows

    def failure(self, row: int, figures: Numbers) -> "Failure":
        """Return why the text of this row fails."""
        value = round(figures[row].item(), DIGITS)
        values = {"signal": self.rule.signal, "value": value, self.rule.bound: self._bounds[self._owners[row]]}
        return Failure(self.rule.reason, values)


class Failure(NamedTuple):
    """Why a text is dropped."""

    reason: str
    values: dict[str, Any]


def thresholds_of(profile: LanguageProfile, like_peer: bool, changed: Thresholds) -> Thresholds:
    """Return all thresholds and settings by name; those that the user changed hold in every language."""
    english: Thresholds = {rule.name: rule.value for rule in RULES}
    english.update((setting.name, setting.value) for setting in SETTINGS)
    if like_peer:
        return {**english, **DATATROVE, **profile.bounds, **changed}
    thresholds: Thresholds = {**english, **profile.bounds}
    for rule in RULES:
        bound = thresholds[rule.name]
        if _OUR_BOUNDS.fullmatch(rule.name) and bound is not None:
            thresholds[rule.name] = (max if rule.bound == "max" else min)(bound, rule.value)
    return {**thresholds, **changed}


def settings_of(thresholds: Thresholds) -> dict[str, float]:
    """Return the settings that signals are computed with."""
    return {setting.name: thresholds[setting.name] or 0 for setting in SETTINGS}


def enabled_checks(families: Collection[str], thresholds: Thresholds) -> dict[str, Checks]:
    """Return the checks of these families, in the order in which families are applied."""
    checks: dict[str, Checks] = {family: {} for family in FAMILIES if family in families}
    for rule in RULES:
        bound = thresholds[rule.name]
        if rule.family in checks and bound is not None:
            checks[rule.family].setdefault(rule.signal, []).append(Check(rule, bound))
    return checks


def first_failures(
    signals: TextSignals, family: str, checks: Sequence[Checks], dropped_rows: set[int]
) -> dict[int, Failure]:
    """Return the rows of the texts that fail and were not dropped before, each with the first rule that failed.

    `checks` are those of each text.
    """
    failures: dict[int, Failure] = {}
    signals.ignore(list(dropped_rows))
    by_signal = _checks_of_batch(checks)
    for signal, figures in signals.family(family):
        for check in by_signal.get(signal, ()):
            rows = [row for row in check.failures(figures) if row not in failures and row not in dropped_rows]
            failures.update((row, check.failure(row, figures)) for row in rows)
            signals.ignore(rows)
    return failures


def _checks_of_batch(checks: Sequence[Checks]) -> dict[str, list[BatchCheck]]:
    """Return the checks of all texts by signal, from those of each."""
    numbers: dict[int, int] = {}
    owners = [numbers.setdefault(id(each), len(numbers)) for each in checks]
    rules: dict[str, Rule] = {}
    bounds: dict[str, list[float | None]] = {}
    for number, row in {number: row for row, number in enumerate(owners)}.items():
        for check in chain.from_iterable(checks[row].values()):
            rules.setdefault(check.rule.name, check.rule)
            bounds.setdefault(check.rule.name, [None] * len(numbers))[number] = check.bound
    by_signal: dict[str, list[BatchCheck]] = {}
    owner_indices = np.array(owners)
    for name, rule in rules.items():
        by_signal.setdefault(rule.signal, []).append(BatchCheck(rule, owner_indices, bounds[name]))
    return by_signal


def quality_notes(signals: TextSignals, all_checks: Sequence[Mapping[str, Checks]]) -> list[dict[str, Any]]:
    """Return the signals of each text and the verdict of each family, for `metadata.quality`.

    `all_checks` are those of each text, by family, in the same families.
    """
    names: list[str] = []
    columns: list[Numbers] = []
    verdicts: list[list[str]] = []
    families = list(all_checks[0])
    for family in families:
        by_signal = _checks_of_batch([checks[family] for checks in all_checks])
        verdict = ["pass"] * len(all_checks)
        for signal, figures in signals.family(family):
            names.append(signal)
            columns.append(figures)
            for check in by_signal.get(signal, ()):
                for row in check.failures(figures):
                    verdict[row] = check.rule.reason if verdict[row] == "pass" else verdict[row]
        verdicts.append(verdict)
    return [
        {"signals": dict(zip(names, row, strict=True)), "verdicts": dict(zip(families, reasons, strict=True))}
        for row, reasons in zip(zip(*rounded(columns), strict=True), zip(*verdicts, strict=True), strict=True)
    ]
