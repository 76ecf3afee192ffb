"""How a run of a recipe ended that left finished tasks in a folder: a note beside them, none if it was interrupted."""

from pathlib import Path
from typing import TypedDict

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.stored_json import read_json, write_json
from corpuskit.core.errors import CorpuskitError, RefusedError, UsageError

ENDING = "ending.json"
"""Inside the work folder."""


class EndingEntry(TypedDict):
    """What ended a run."""

    exit: int
    """Its exit code."""
    error: str


def write_ending(work: Path, error: CorpuskitError) -> None:
    """Note what ended a run, if it has left a folder of work."""
    if work.is_dir():
        entry: EndingEntry = {"exit": error.exit_code, "error": str(error)}
        write_json(work / ENDING, entry)


def forget_ending(work: Path) -> None:
    """Remove the note of an earlier run, as another one begins."""
    filesystem.remove(work / ENDING, missing_ok=True)


def ending_of(work: Path) -> EndingEntry | None:
    """Return what ended the run whose work is here; None if it goes on, or was interrupted."""
    entry: EndingEntry | None = read_json(work / ENDING, EndingEntry)
    return entry


def is_refusal(ending: EndingEntry) -> bool:
    """Whether a run came to its end and was refused, so that nothing but another recipe or option leads further."""
    return ending["exit"] in (RefusedError.exit_code, UsageError.exit_code)
