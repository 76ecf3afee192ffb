"""Keys that people keep in files."""

from pathlib import Path

from corpuskit.core.disk.option_file import read_option_file


def read_key_file(path: Path) -> bytes:
    """Return the key in a file, without the end of its line. Raises UsageError if it cannot be read."""
    return read_option_file(path, "key file").strip(b"\r\n")
