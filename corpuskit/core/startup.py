"""Shortcuts for short commands: questions about installed code, answered from file names and text.

Importing `importlib.metadata` pulls in the standard library's e-mail parser and takes a fifth of the time that a short
command needs; importing every step to list the help lines would take longer still.
"""

import contextlib
import os
import re
import sys
from functools import cache
from pathlib import Path


@cache
def installed_version(name: str) -> str:
    """Return the version of an installed distribution.

    Raises importlib.metadata.PackageNotFoundError if there is none.
    """
    folder_name = re.compile(re.escape(re.sub(r"[-_.]+", "_", name)) + r"-([^-]+)\.dist-info", re.IGNORECASE)
    for folder in sys.path:
        versions = [match[1] for match in map(folder_name.fullmatch, _names_in(folder)) if match]
        if len(versions) == 1:
            return versions[0]
        if versions:
            break
    from importlib.metadata import version

    return version(name)


def names_entry_points(group: str) -> bool:
    """Whether an installed package names entry points of this group, or might."""
    for folder in sys.path:
        if os.path.isfile(folder):
            return True  # an archive, which only importlib.metadata can look into
        for name in _names_in(folder):
            if name.endswith((".dist-info", ".egg-info")):
                with contextlib.suppress(OSError):
                    if group in Path(folder, name, "entry_points.txt").read_text(encoding="utf-8"):
                        return True
    return False


def docstring_line(path: Path, class_name: str) -> str | None:
    """Return the first line of a class's docstring without importing its module; None if it is not found."""
    text = path.read_text(encoding="utf-8")
    match = re.search(rf'^class {class_name}\(.*\):\n    """(.+)$', text, re.MULTILINE)
    return match[1].removesuffix('"""') if match else None


@cache
def _names_in(folder: str) -> tuple[str, ...]:
    try:
        return tuple(os.listdir(folder or "."))
    except OSError:
        return ()
