"""Keys that people keep in files."""

from pathlib import Path

from corpuskit.core.disk.regular_file import read_named
from corpuskit.core.errors import UsageError


def read_key_file(path: Path) -> bytes:
    """Return the key in a file, without the end of its line. Raises UsageError if it cannot be read."""
    try:
        return read_named(path).strip(b"\r\n")
    except OSError as error:
        raise UsageError(f"cannot read the key file {path.name!r}: {error.strerror}") from None
