"""Small files that options name: read whole, with one set of words for what is wrong with them."""

import errno
import json
from pathlib import Path
from typing import Any

from corpuskit.core.disk.regular_file import MOST_BYTES, read_named
from corpuskit.core.document import BYTE_ORDER_MARK
from corpuskit.core.errors import UsageError
from corpuskit.core.wording import printable_name


def read_option_file(path: Path, what: str = "", most_bytes: int = MOST_BYTES) -> bytes:
    """Return the bytes of a file, without a byte order mark; `what` says what it is: `list of agents`.

    Raises UsageError if it cannot be read, or is larger than `most_bytes`.
    """
    try:
        data = read_named(path)
    except OSError as error:
        reason = f"larger than {most_bytes:,} bytes" if error.errno == errno.EFBIG else _reason(error)
        raise UsageError(f"cannot read {_described(path, what)}: {reason}") from None
    if len(data) > most_bytes:
        raise UsageError(f"cannot read {_described(path, what)}: larger than {most_bytes:,} bytes")
    return data.removeprefix(BYTE_ORDER_MARK)


def read_option_text(path: Path, what: str = "", most_bytes: int = MOST_BYTES) -> str:
    """Return the text of a file in UTF-8. Raises UsageError, also for another encoding."""
    data = read_option_file(path, what, most_bytes)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        problem = f"not UTF-8, from byte {error.start} on; convert it"
        raise UsageError(f"cannot read {_described(path, what)}: {problem}") from None


def read_option_json(path: Path, what: str = "", **parsers: Any) -> Any:
    """Return the value of a JSON file; `parsers` are those of `json.loads`. Raises UsageError, also for other files."""
    try:
        return json.loads(read_option_text(path, what), **parsers)
    except json.JSONDecodeError as error:
        location = f"line {error.lineno}, column {error.colno}"
        raise UsageError(f"cannot read {_described(path, what)}: no JSON from {location} on") from None
    except RecursionError:
        raise UsageError(f"cannot read {_described(path, what)}: nested too deeply") from None
    except ValueError:  # of a parser, or a number with too many digits
        raise UsageError(f"cannot read {_described(path, what)}: a number in it is none") from None


def _reason(error: OSError) -> str:
    return (error.strerror or "I/O error").lower()


def _described(path: Path, what: str) -> str:
    name = repr(printable_name(path.name or str(path)))
    return f"the {what} {name}" if what else name
