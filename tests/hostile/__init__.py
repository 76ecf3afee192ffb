"""Hostile inputs, each written by a small function when a test runs; no binary files lie in the repository.

Every attack lies between two harmless neighbours, which must come out whatever the attack does: the files `1-good` and
`3-good` of its folder, and where the framing allows it the records before and behind it in its own file.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

Make = Callable[[Path], None]
"""Writes an attack into the folder the command runs in."""

FILES = ("the file before", "the file behind")
RECORDS = ("the record before", "the record behind")


@dataclass(frozen=True)
class Attack:
    """One attack: what writes it, the command that meets it, and what must come of it."""

    name: str
    make: Make
    command: str
    code: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    """Drops and rejects that must be counted, by reason."""
    kept: tuple[str, ...] = ()
    """Texts that must come out."""
    says: str = ""
    """What standard error must say."""
    slow: bool = False
