"""A takedown list on disk: JSON Lines, read as a whole, and rewritten without the texts in it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from corpuskit.core.disk.regular_file import read_named
from corpuskit.core.document import BYTE_ORDER_MARK
from corpuskit.core.errors import PublishError, UsageError
from corpuskit.core.publish.whole_file import write_whole
from corpuskit.core.wording import printable_name
from corpuskit.text.takedown.entries import Entry, EntryError, Kernels, entry_of, signed

LINES_AT_ONCE = 1024


def read_list(path: Path, kernels: Kernels) -> list[Entry]:
    """Return the entries of a list, in its order; empty lines are passed over.

    Raises UsageError with the number of the first line that names nothing, and for a file that cannot be read.
    """
    name = printable_name(path.name)
    try:
        data = read_named(path)
    except OSError as error:
        raise UsageError(f"cannot read the takedown list {name!r}: {(error.strerror or 'I/O error').lower()}") from None
    entries = []
    for number, line in enumerate(data.removeprefix(BYTE_ORDER_MARK).split(b"\n"), 1):
        if line.strip():
            try:
                entries.append(entry_of(line.strip(), kernels))
            except EntryError as error:
                raise UsageError(f"{name}:{number}: {error}") from None
    if not entries:
        raise UsageError(f"{name} names nothing to take out; write one JSON object a line")
    return signed(entries, kernels.sign)


def holds_texts(entries: Iterable[Entry]) -> bool:
    """Whether the list as it was read holds texts, which `write_list` replaces."""
    return any(entry.text is not None for entry in entries)


def write_list(path: Path, entries: Iterable[Entry]) -> None:
    """Replace a list, whole or not at all and flushed to disk; texts become hash and signature. Raises PublishError."""
    try:
        target = path.resolve(strict=True)
    except OSError as error:
        raise PublishError(f"cannot rewrite the takedown list {str(path)!r}: {error.strerror or error}") from None
    write_whole(target, _lines(entries))


def _lines(entries: Iterable[Entry]) -> Iterator[bytes]:
    import orjson

    block: list[bytes] = []
    for entry in entries:
        block.append(orjson.dumps(entry.as_json()) + b"\n")
        if len(block) >= LINES_AT_ONCE:
            yield b"".join(block)
            block = []
    yield b"".join(block)
