"""Shortcuts for short commands: questions about installed code, answered from file names and text.

Importing `importlib.metadata` pulls in the standard library's e-mail parser and takes a fifth of the time that a short
command needs; importing every step to list the help lines would take longer still.
"""

import os
import re
import sys
from functools import cache


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
        packages = [name for name in _names_in(folder) if name.endswith((".dist-info", ".egg-info"))]
        if any(group.encode() in _content(f"{folder or '.'}/{name}/entry_points.txt") for name in packages):
            return True
    return False


def _content(path: str) -> bytes:
    """Return the bytes of a file; none if it cannot be read."""
    try:
        with open(path, "rb", buffering=0) as file:
            return file.readall()
    except OSError:
        return b""


def modules_in(folder: str) -> list[str]:
    """Return the names of the modules in a folder of a package, sorted, without those that begin with `_`."""
    return sorted(name[:-3] for name in _names_in(folder) if name.endswith(".py") and name[0].islower())


def step_docstring_line(path: str, name: str) -> str | None:
    """Return the first line of the docstring of the step `name` without importing its module; None if it is not found.

    Its class is called so, as `FilterQuality`, or has a method that returns the name.
    """
    class_name = "".join(part.capitalize() for part in name.split("-"))
    for text in _content(path).decode().split("\nclass "):
        match = re.match(r'(\w+)\(.*\):\n    """(.+)$', text, re.MULTILINE)
        if match and (match[1] == class_name or f'\n        return "{name}"\n' in text):
            return match[2].removesuffix('"""')
    return None


def declares_option(path: str, key: str) -> bool:
    """Whether a step's module declares an option with this key, as it is written in the step's class."""
    declaration = rf"^    {re.escape(key.replace('-', '_'))}_?: Annotated\["
    return bool(re.search(declaration.encode(), _content(path), re.MULTILINE))


@cache
def _names_in(folder: str) -> tuple[str, ...]:
    try:
        return tuple(os.listdir(folder or "."))
    except OSError:
        return ()
