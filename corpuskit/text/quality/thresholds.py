"""Thresholds and settings of the quality rules as users change them."""

import math

from corpuskit.core.errors import UsageError
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.wording import did_you_mean
from corpuskit.text.quality.rules import RULES, SETTINGS, Rule, Setting

__all__ = ["changed_thresholds", "demand_families_of_thresholds"]


def changed_thresholds(overrides: tuple[str, ...]) -> dict[str, float | None]:
    """Return the thresholds and settings that the overrides name; None is off. Raises UsageError."""
    items: list[Rule | Setting] = [*RULES, *SETTINGS]
    defaults = {item.name: item for item in items}
    changed: dict[str, float | None] = {}
    for override in overrides:
        name, _, value = (part.strip() for part in override.partition("="))
        if name not in defaults:
            near = did_you_mean(name, defaults) or f"; one is {next(iter(defaults))}"
            raise misfit("set", "names of thresholds", name, near)
        if name in changed:
            raise UsageError(f"{spelled('set')} sets {name} twice; give it once")
        default = defaults[name]
        changed[name] = default.off if value == "off" else _parsed_threshold(name, value, default.value)
    return changed


def demand_families_of_thresholds(overrides: tuple[str, ...], families: tuple[str, ...] | None) -> None:
    """Raise UsageError for a threshold of a family that is not applied; None stands for all families."""
    family_of = {rule.name: rule.family for rule in RULES}
    for override in overrides:
        name, _, value = (part.strip() for part in override.partition("="))
        family = family_of.get(name)
        if families is not None and family is not None and family not in families and value != "off":
            raise UsageError(f"{spelled('set')} changes {name}, but {spelled('rules', families)} leaves out {family}")


def _parsed_threshold(name: str, value: str, default: float) -> float:
    """Return the value of one override, of the type of its default. Raises UsageError."""
    if isinstance(default, bool):
        if value == "on":
            return True
        raise misfit("set", f"{name} to be on or off ({name}=off)", f"{name}={value}")
    try:
        threshold = type(default)(value)
    except ValueError:
        threshold = -1
    if threshold < 0 or not math.isfinite(threshold):
        kind = "a whole number" if isinstance(default, int) else "a number"
        raise misfit("set", f"{name} to be {kind} or off ({name}={default})", f"{name}={value}")
    return threshold
