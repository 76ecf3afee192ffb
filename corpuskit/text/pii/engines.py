"""Engines: whose detectors look for personal data, and which types each of them knows."""

from collections.abc import Callable
from functools import cache
from typing import Any

from corpuskit.text.pii import scanner
from corpuskit.text.pii.national_id_kinds import TYPES as NATIONAL_ID_TYPES
from corpuskit.text.pii.scanner import Hit

__all__ = ["NATIONAL_IDS", "Finder", "engine_types", "finder", "listed"]

NATIONAL_IDS = "national-id"
"""Stands for `ssn` and all kinds of `corpuskit.text.pii.national_id_kinds`."""

SCRUBADUB_TYPES = {
    "email": "email",
    "phone": "phone",
    "credit_card": "credit-card",
    "social_security_number": "ssn",
    "credential": "credential",
}
"""Detectors of scrubadub that work offline, for US English, and rarely mistake plain words; with our types."""

Finder = Callable[[str], list[Hit]]


def engine_types(engine: str) -> tuple[str, ...]:
    """Return the types that an engine knows by name, those of national ids last."""
    if engine == "scrubadub":
        return tuple(SCRUBADUB_TYPES.values())
    own_types = {each.type for each in scanner.DETECTORS}.difference(NATIONAL_ID_TYPES)
    return (*sorted(own_types), NATIONAL_IDS, *NATIONAL_ID_TYPES)


def listed(types: tuple[str, ...]) -> str:
    """Return the types for a message, with only the last of the national ids."""
    named_types = [kind for kind in types if kind not in NATIONAL_ID_TYPES]
    more = [] if len(named_types) == len(types) else [f"or a single one such as {types[-1]} (docs/personal-data.md)"]
    return ", ".join([*named_types, *more])


def _single(types: tuple[str, ...]) -> tuple[str, ...]:
    """Return the types with the group of national ids replaced by its members."""
    if NATIONAL_IDS not in types:
        return types
    return tuple(dict.fromkeys([*(kind for kind in types if kind != NATIONAL_IDS), "ssn", *NATIONAL_ID_TYPES]))


@cache
def finder(engine: str, types: tuple[str, ...]) -> Finder:
    """Return the function that finds hits of these types (all, if empty), set up once per process."""
    if engine == "scrubadub":
        return _scrubadub_finder(types or engine_types(engine))
    return scanner.scanner(_single(types)).find


def _scrubadub_finder(types: tuple[str, ...]) -> Finder:
    """Return scrubadub's detectors for US English; they run on the text with earlier placeholders blanked."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import scrubadub

        names = [name for name, kind in SCRUBADUB_TYPES.items() if kind in types]
        scrubber = scrubadub.Scrubber(detector_list=names, post_processor_list=[], locale="en_US")

    def find(text: str) -> list[Hit]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            all_filth = list(scrubber.iter_filth(scanner.without_placeholders(text), run_post_processors=False))
        # Overlapping hits come merged; the first of them gives its type to the whole.
        return [Hit(filth.beg, filth.end, SCRUBADUB_TYPES[_first_type(filth)]) for filth in all_filth]

    return find


def _first_type(filth: Any) -> str:
    parts = getattr(filth, "filths", None) or [filth]
    return str(min((part.beg, -part.end, part.type) for part in parts)[2])
