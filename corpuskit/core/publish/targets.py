"""Refuse outputs that would destroy an input or one another, before any of them is opened."""

import os
import shlex
import stat
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from corpuskit.core.disk.regular_file import demand_readable
from corpuskit.core.errors import DamagedError, PublishError, UsageError
from corpuskit.core.provenance.manifest import MANIFEST, is_manifest, read_manifest
from corpuskit.core.provenance.takedowns_on_record import digests_on_record
from corpuskit.core.reading.inputs import Input
from corpuskit.core.reading.repeats import real_path_finder
from corpuskit.core.registry import all_formats, format_of_file
from corpuskit.core.wording import comma_list

UNWRITTEN_ENDINGS = (
    *(".json", ".ndjson", ".csv", ".tsv", ".txt", ".md", ".html", ".xml", ".yaml", ".arrow", ".warc"),
    *(".gz", ".zst", ".bz2", ".xz", ".lz4", ".zip", ".tar", ".7z"),
)
"""Endings of files that are not written, unless a format claims them; nobody means a folder by such a name."""


DOCUMENTS = ("-o", "the output")
"""What the target is called that holds the documents."""
MOST_NAMED = 4
"""Inputs that a message names one by one."""


class Target(NamedTuple):
    """A file or folder that a run writes, and what the user calls it: `--drops`."""

    what: str
    path: Path | None
    """None for standard output."""

    def described(self) -> str:
        """Return how messages name it."""
        return f"{self.what} {str(self.path)!r}" if self.path is not None else self.what

    def status(self) -> os.stat_result | None:
        """Return its `stat`; None if it is not there."""
        return _status(1 if self.path is None else self.path)


def demand_own_kind(target: Path, kind: str, use: str, is_own: Callable[[Path], bool]) -> None:
    """Raise UsageError unless a file may be written: where nothing, an empty file, or one of its own kind is.

    Raises PublishError for one that may not be read. `kind` names what it is (`quality model`), and `use` what it is
    for, with an example (`the plan, such as p.jsonl`).
    """
    if target.is_dir():
        raise UsageError(f"{str(target)!r} is a folder; name a file for {use}")
    if target.is_file():
        demand_readable(target)
        if target.stat().st_size and not is_own(target):
            raise UsageError(f"{str(target)!r} is no {kind} and would be overwritten; name another file")
    elif target.exists():
        raise UsageError(f"{str(target)!r} is a device or a pipe; name a file for {use}")


def begins_with(path: Path, start: bytes) -> bool:
    """Whether a file has these bytes at its start."""
    with open(path, "rb") as stream:
        return stream.read(len(start)) == start


def demand_known_ending(output: Path) -> None:
    """Raise UsageError for an output named like a file of a format that is not written.

    An existing folder or device may have any name.
    """
    if not output.name.lower().endswith(UNWRITTEN_ENDINGS) or (output.exists() and not output.is_file()):
        return
    if format_of_file(output.name) is None:
        endings = comma_list(ending for format_ in all_formats() for ending in format_.file_endings)
        raise UsageError(
            f"no output format is written to files named {str(output)!r}; name a folder, or a file that ends in "
            f"one of: {endings}"
        )


def demand_distinct(targets: Sequence[Target], inputs: Iterable[Input], read: Iterable[Path] = ()) -> None:
    """Raise UsageError if a target is or holds an input, or is a file that is `read` besides, or is another, or in one.

    Two names are one file if they lead to one device and inode. Devices and pipes are left alone.
    """
    inputs = list(inputs)
    identities = [_identity(target.path, target.status()) for target in targets]
    # What does not exist yet is no input, and there may be a file for each of many documents.
    some_exist = any(isinstance(identity, tuple) for identity in identities)
    paths = [*_paths(inputs), *read] if some_exist else []
    input_identities = {_identity(path, _status(path)) for path in paths}
    if any(input_.name == "-" for input_ in inputs):
        input_identities.add(_identity(None, _status(0)))
    input_identities.discard(None)
    datasets = {os.path.realpath(input_.dataset) for input_ in inputs if input_.dataset and input_.dataset.is_dir()}
    target_of: dict[Any, Target] = {}
    written = {os.path.realpath(target.path) for target in targets if target.path is not None}
    for target, identity in zip(targets, identities, strict=True):
        if identity in input_identities:
            way_out = _way_out(target, inputs) if target.what in DOCUMENTS else "name another"
            raise UsageError(f"{target.described()} is an input, too, and would be overwritten; {way_out}")
        if target.path is not None and os.path.isdir(target.path) and (inner := _input_within(target.path, inputs)):
            raise UsageError(f"{target.described()} holds {inner!r}, an input that would be overwritten; name another")
        if target.path is not None and not datasets.isdisjoint(map(str, Path(os.path.realpath(target.path)).parents)):
            raise UsageError(f"{target.described()} is inside a dataset that is read; name one outside of it")
        if target.path is not None and (dataset := _dataset_around(target.path, written)) is not None:
            raise UsageError(f"{target.described()} is inside the dataset {str(dataset)!r}; name one outside of it")
        if (around := _target_around(target, targets)) is not None:
            raise UsageError(f"{target.described()} would be inside {around.described()}; name one outside of it")
        if identity is not None and identity in target_of:
            raise UsageError(f"{target_of[identity].described()} and {target.described()} are one file; name two")
        target_of[identity] = target


def _way_out(target: Target, inputs: Sequence[Input]) -> str:
    """Return what to do for an output that is an input: what was cleared by a takedown list must pass it again."""
    if target.what != "-o" or target.path is None or not _was_cleared(target.path):
        return "name another, which will hold all inputs"
    # A folder that is no dataset stands for each of its files.
    names = list(dict.fromkeys(str(input_.dataset or input_.name).removesuffix(f".{MANIFEST}") for input_ in inputs))
    inputs_in_words = shlex.join(names) if len(names) <= MOST_NAMED else f"{shlex.quote(str(target.path))} INPUT..."
    return (
        "as it was cleared by a takedown list, all that goes into it has to pass that: `corpuskit filter-takedown "
        f"--list FILE {inputs_in_words} | corpuskit export -o {shlex.quote(str(target.path))}`"
    )


def _was_cleared(dataset: Path) -> bool:
    path = dataset / MANIFEST if dataset.is_dir() else dataset.with_name(f"{dataset.name}.{MANIFEST}")
    try:
        return is_manifest(path) and bool(digests_on_record(read_manifest(path)["steps"]))
    except (DamagedError, PublishError):
        return False  # Who publishes over it is told why.


def _target_around(target: Target, targets: Sequence[Target]) -> Target | None:
    """Return the folder of documents that another target lies in, and would be no part of; None if it lies in none."""
    folders = set(map(str, Path(os.path.realpath(target.path)).parents)) if target.path is not None else set()
    others = (other for other in targets if other is not target and other.path and other.what in DOCUMENTS)
    return next((other for other in others if os.path.realpath(other.path or "") in folders), None)


def _input_within(folder: Path, inputs: Iterable[Input]) -> str | None:
    """Return an input that lies in a folder, by whatever name; None if there is none."""
    start, real_path = os.path.join(os.path.realpath(folder), ""), real_path_finder()
    for input_ in inputs:
        path = Path("/dev/stdin") if input_.name == "-" else input_.local_path
        if path is not None and real_path(path, input_.is_real_path).startswith(start):
            return input_.name
    return None


def _dataset_around(path: Path, written: Container[str]) -> Path | None:
    """Return the published folder that a path lies in; None if there is none, or it is itself to be written."""
    folders = Path(os.path.realpath(path)).parents
    return next((folder for folder in folders if str(folder) not in written and is_manifest(folder / MANIFEST)), None)


def _paths(inputs: Iterable[Input]) -> Iterator[Path]:
    for input_ in inputs:
        if input_.local_path is not None:
            yield input_.local_path
        if input_.dataset is not None:
            yield input_.dataset


def _identity(path: Path | None, status: os.stat_result | None) -> Any:
    """Return what all names of one file or folder have in common; None for devices, pipes and closed descriptors."""
    if status is None:
        return os.path.realpath(path) if path is not None else None
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode) else None


def _status(file: Path | int) -> os.stat_result | None:
    try:
        return os.stat(file)
    except OSError:
        return None
