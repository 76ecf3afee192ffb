"""Small files of JSON Lines that an option names: what people agreed to, true labels."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpuskit.core.disk.option_file import read_option_file
from corpuskit.core.document import Reject, parse_lossless
from corpuskit.core.errors import UsageError
from corpuskit.core.wording import excerpt


def json_lines(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield each value with its location, `name:line`. Raises UsageError for a file or a line that cannot be read."""
    for number, line in enumerate(read_option_file(path).split(b"\n"), start=1):
        if line.strip():
            location = f"{path.name}:{number}"
            try:
                yield location, parse_lossless(line)
            except Reject as reject:
                raise UsageError(f"{location}: not a line of JSON: {excerpt(reject.detail, 120)}") from None
