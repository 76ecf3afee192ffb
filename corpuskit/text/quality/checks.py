"""The rules that are enabled, applied to the signals of a batch: who fails, and what is noted of each text."""

import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from corpuskit.text.quality.arrays import Numbers, rounded
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
    r"gopher-repetition-max-(?:duplicate|top)-\d+-gram-characters"
    r"|fineweb-(?:max-duplicate-line-characters|max-newlines-per-word|min-terminal-lines)"
)
"""Rules that ask no more of any language than of English: FineWeb2's figures are those of Wikipedia, not of manuals."""

Thresholds = dict[str, float | None]
"""Values of rules and settings by name; None is off."""


class Check(NamedTuple):
    """An enabled rule, and the bound that its signal must keep."""

    rule: Rule
    bound: float

    def failures(self, figures: Numbers) -> list[int]:
        """Return the rows of the texts that fail."""
        failed = figures < self.bound if self.rule.bound == "min" else figures > self.bound
        rows: list[int] = failed.nonzero()[0].tolist()
        return rows


Checks = dict[str, list[Check]]
"""The checks of one family by signal, in the order in which they are applied."""


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


def first_failures(signals: TextSignals, family: str, checks: Checks, dropped_rows: set[int]) -> dict[int, Failure]:
    """Return the rows of the texts that fail and were not dropped before, each with the first rule that failed."""
    failures: dict[int, Failure] = {}
    signals.ignore(list(dropped_rows))
    for signal, figures in signals.family(family):
        for check in checks.get(signal, ()):
            rows = [row for row in check.failures(figures) if row not in failures and row not in dropped_rows]
            for row in rows:
                value = rounded([figures[row : row + 1]])[0][0]
                values = {"signal": signal, "value": value, check.rule.bound: check.bound}
                failures[row] = Failure(check.rule.reason, values)
            signals.ignore(rows)
    return failures


def quality_notes(signals: TextSignals, all_checks: Mapping[str, Checks], size: int) -> list[dict[str, Any]]:
    """Return the signals and the verdict of each family of each of `size` texts, for `metadata.quality`."""
    names: list[str] = []
    columns: list[Numbers] = []
    verdicts: list[list[str]] = []
    for family, checks in all_checks.items():
        verdict = ["pass"] * size
        for signal, figures in signals.family(family):
            names.append(signal)
            columns.append(figures)
            for check in checks.get(signal, ()):
                for row in check.failures(figures):
                    verdict[row] = check.rule.reason if verdict[row] == "pass" else verdict[row]
        verdicts.append(verdict)
    return [
        {"signals": dict(zip(names, row, strict=True)), "verdicts": dict(zip(all_checks, reasons, strict=True))}
        for row, reasons in zip(zip(*rounded(columns), strict=True), zip(*verdicts, strict=True), strict=True)
    ]
