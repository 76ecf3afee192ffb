"""A takedown list on disk: JSON Lines, read as a whole, and rewritten without the texts in it.

Lines that somebody adds while a run goes on stay: the list is read again before it is replaced.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import lock_file, publishing
from corpuskit.core.disk.option_file import read_option_file
from corpuskit.core.disk.regular_file import open_regular
from corpuskit.core.document import BYTE_ORDER_MARK
from corpuskit.core.errors import PublishError, UsageError
from corpuskit.core.publish.whole_file import sweep_beside, write_whole
from corpuskit.core.wording import printable_name
from corpuskit.text.takedown.entries import EXAMPLE, Entry, EntryError, Kernels, entry_of, signed

LINES_AT_ONCE = 1024


def read_list(path: Path, kernels: Kernels) -> list[Entry]:
    """Return the entries of a list, in its order; empty lines are passed over.

    Raises UsageError with the number of the first line that names nothing, and for a file that cannot be read.
    """
    return _entries_in(read_option_file(path, "takedown list"), printable_name(path.name), kernels)


def line_numbers(path: Path, kernels: Kernels) -> dict[str, int]:
    """Return the numbers of the lines of a list by the digests of what they name; none if it cannot be read now."""
    numbers: dict[str, int] = {}
    with contextlib.suppress(UsageError):
        for number, entry in _numbered(read_option_file(path, "takedown list"), path.name, kernels):
            numbers.setdefault(entry.digest(), number)
    return numbers


def _numbered(data: bytes, name: str, kernels: Kernels) -> Iterator[tuple[int, Entry]]:
    """Yield what the lines name that are not blank, and their numbers."""
    for number, line in enumerate(data.removeprefix(BYTE_ORDER_MARK).split(b"\n"), 1):
        if line.strip():
            try:
                yield number, entry_of(line.strip(), kernels)
            except EntryError as error:
                raise UsageError(f"{name}:{number}: {error}") from None


def _entries_in(data: bytes, name: str, kernels: Kernels) -> list[Entry]:
    entries = [entry for _, entry in _numbered(data, name, kernels)]
    if not entries:
        what = "has blank lines alone" if data else "is empty"
        raise UsageError(f"{name} {what} and names nothing to take out; it is JSON objects: {EXAMPLE}")
    return signed(entries, kernels.sign)


def holds_texts(entries: Iterable[Entry]) -> bool:
    """Whether the list as it was read holds texts, which `write_list` replaces."""
    return any(entry.text is not None for entry in entries)


def write_list(path: Path, entries: Iterable[Entry]) -> None:
    """Replace a list, whole or not at all and flushed to disk; texts become hash and signature. Raises PublishError."""
    write_whole(_target_of(path), _lines(entries))


def extend_list(path: Path, kernels: Kernels, learned: Iterable[Entry] = ()) -> list[Entry]:
    """Write what is in a list now, with what a run has learned, as `write_list` does; return what was in it.

    The caller has locked it. What others append while it is replaced goes to the end of the new list. Raises UsageError
    and PublishError.
    """
    target = _target_of(path)
    with publishing(target), open_regular(target) as before:
        entries = _entries_in(before.read(), printable_name(path.name), kernels)
        new = {entry.digest(): entry for entry in learned}
        old = [_signed_as(entry, new.pop(entry.digest(), entry)) for entry in entries]
        write_list(target, [*old, *new.values()])
        if appended := before.read():
            with filesystem.open_flags(target, os.O_WRONLY | os.O_APPEND) as stream:
                stream.write(appended)
                stream.flush()
                filesystem.sync(stream.fileno())
    return entries


def _signed_as(entry: Entry, learned: Entry) -> Entry:
    """Return an entry with the signature that was learned of its text, by which copies are found when that is gone."""
    return entry if entry.signature else entry._replace(signature=learned.signature)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other runs from rewriting a list, and remove what killed ones have left. Raises PublishError if one does."""
    target = _target_of(path)
    lock_path = target.with_name(f".{target.name}.lock")
    with publishing(target):
        descriptor = lock_file(lock_path, target, "--list")
    try:
        with publishing(target):
            sweep_beside(target)
        yield
    finally:
        with contextlib.suppress(OSError):
            filesystem.remove(lock_path)
        os.close(descriptor)


def _target_of(path: Path) -> Path:
    try:
        target = path.resolve(strict=True)
        # Messages have the path as it was written, unless that leads elsewhere.
        return target if path.is_symlink() else path
    except OSError as error:
        raise PublishError(f"cannot rewrite the takedown list {str(path)!r}: {error.strerror or error}") from None


def _lines(entries: Iterable[Entry]) -> Iterator[bytes]:
    import orjson

    block: list[bytes] = []
    for entry in entries:
        block.append(orjson.dumps(entry.as_json()) + b"\n")
        if len(block) >= LINES_AT_ONCE:
            yield b"".join(block)
            block = []
    yield b"".join(block)
