"""Files that options name and that are read whole at the start: lists of domains, evaluation sets."""

import glob
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpuskit.core.errors import UsageError
from corpuskit.core.reading.inputs import Input
from corpuskit.core.reading.resolve import near_name

_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+):/", re.IGNORECASE)
"""How an address begins as a path, of which two slashes are one."""


@contextmanager
def reading_list(path: Path) -> Iterator[Input]:
    """Give a file to read, decompressed. Raises UsageError for what is no file here, cannot be read or is not whole."""
    _demand_file(path)
    input_ = Input(path.name, path)
    try:
        yield input_
    except OSError as error:
        raise UsageError(f"cannot read {path.name!r}: {error.strerror}") from None
    if input_.damage:
        raise UsageError(f"{path.name} is not whole: {input_.damage[0].what}")


def _demand_file(path: Path) -> None:
    """Raise UsageError for standard input, an address, a folder, a pattern and a name that nothing has."""
    name = os.fspath(path)
    if os.path.isdir(path):
        raise UsageError(f"{name!r} is a folder; name the files in it")
    if os.path.lexists(path):
        return
    if name == "-":
        raise UsageError("`-` stands for the documents; store the list in a file, and name that")
    if address := _ADDRESS.match(name):
        # The address itself may hold a password.
        raise UsageError(
            f"an address ({address[1].lower()}://) is no file on this machine; fetch the list, and name it"
        )
    if glob.has_magic(name):
        raise UsageError(f"{name!r} is no file, and patterns are not expanded here; name the files")
    raise UsageError(f"cannot read {path.name!r}: no such file{near_name(path)}")
