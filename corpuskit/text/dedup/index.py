"""The index of `dedup`: the entries of earlier snapshots, in a folder.

`index.json` names the current generation: `format`, `generation` (a count), `settings`, and `snapshots` in the order in
which they were judged, each with `name`, `documents` (entries), `file`, `bytes` and `sha256`; `cleared_of`, if
`takedown` has taken entries out: the digests of its list, with spaces between; last the sha256 of all this. Each file
is a block file (`corpuskit.core.disk.block_file`) of the entries that `corpuskit.text.dedup.entries` describes, plus
the `root` of each: the digest of the text that survived in its place. Files are named by their content and never
changed. A new generation is written as new files and then a new `index.json`, renamed into place; only then are files
that it does not name removed. The next run removes what a killed run left.

There is an entry for each document that does not equal an earlier text, whether it survived or not: a dropped document
may still lead, so that judging snapshot by snapshot gives the verdicts of judging all at once. When a survivor is
removed, those dropped for it are removed too: otherwise a later document could be dropped for them, and no copy of it
would remain anywhere.
"""

import contextlib
import hashlib
import json
import os
import re
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import flush, size_and_digest, write_flushed
from corpuskit.core.disk.regular_file import read_regular
from corpuskit.core.disk.stored_json import conforms
from corpuskit.core.errors import DamagedError, PublishError, UsageError
from corpuskit.core.provenance.takedowns_on_record import Clearance, digests_in
from corpuskit.text.dedup.entries import open_block_file
from corpuskit.text.dedup.index_lock import HOLDER, lock_to_read, lock_to_write, unlock, writing_index
from corpuskit.text.dedup.parameters import MOST_PERMUTATIONS, IndexReading, fields_of
from corpuskit.text.dedup.snapshots import Block, dropped_for, entries_with_id, kept_of, rows_of, survivors_of

if TYPE_CHECKING:
    from corpuskit.core.disk.block_file import BlockFile, Field
    from corpuskit.text.dedup.entries import Entries
    from corpuskit.text.dedup.matching import Flags, Verdicts

FORMAT = "corpuskit.dedup-index/1"
CURRENT = "index.json"
ENDING = ".blocks"
FILE_NAME = re.compile(r"entries-[0-9a-f]{16}\.blocks")


class SnapshotEntry(TypedDict):
    """What `index.json` says of a snapshot."""

    name: str
    documents: int
    file: str
    bytes: int
    sha256: str


class IndexEntry(TypedDict):
    """What `index.json` says, without its own digest."""

    format: str
    generation: int
    settings: dict[str, Any] | None
    snapshots: list[SnapshotEntry]
    cleared_of: NotRequired[str]


class Index:
    """An index, locked until it is committed or closed or this process ends."""

    def __init__(self, folder: Path, purpose: str | None, settings: dict[str, Any] | None = None) -> None:
        """Lock the index and read which generation is current.

        With `settings`, a folder that is missing or empty becomes an index. `purpose` tells others who holds the lock;
        without one, the index is only read, as others may at the same time, and nothing is written. Raises
        PublishError if another process holds it, or if the folder is something else or cannot be written; UsageError
        for an index with other settings; DamagedError if `index.json` is damaged.
        """
        self.folder, self._is_new = folder, False
        with writing_index(folder):
            if settings is not None and not folder.exists():
                filesystem.make_folder(folder, parents=True)
                self._is_new = True
        current = read_current(folder, required=settings is None)
        descriptor = lock_to_read(folder) if purpose is None else lock_to_write(folder, purpose)
        tidy = None if purpose is None else partial(_tidy, folder, self._is_new)
        # Closed explicitly, by the garbage collector or at the end of the process, whichever comes first.
        self._end = weakref.finalize(self, _let_go, descriptor, os.getpid(), tidy)
        current = read_current(folder, required=settings is None)
        if current is None:
            # From now on, a folder that holds entries but no `index.json` has lost it.
            current = {"format": FORMAT, "generation": 0, "settings": settings, "snapshots": []}
            _write_current(folder, current)
        self._read: IndexReading | None = None
        self.generation: int = current["generation"]
        self.settings: dict[str, Any] = (current["settings"] if self.generation else settings) or {}
        self.snapshots: list[SnapshotEntry] = current["snapshots"]
        self.cleared_of = _cleared_of(current)
        """The digests of all entries of takedown lists by which something was taken out."""
        try:
            if settings is not None:
                _demand_same(folder, self.settings, settings)
            if purpose is not None:
                _sweep(folder)
        except BaseException:
            self.close()
            raise

    @property
    def digest(self) -> str:
        """A digest of what verdicts against these snapshots depend on: names, order and contents, and the settings."""
        read = [[entry["name"], entry["sha256"]] for entry in self.snapshots]
        return _sha256({"settings": self.settings, "snapshots": read})

    def paths(self) -> list[Path]:
        """Return the snapshots' files, each checked against its digest. Raises DamagedError."""
        for entry in self.snapshots:
            path = self.folder / entry["file"]
            if path.is_symlink() or not path.is_file():
                raise DamagedError(f"{self._called(entry)} is damaged: {entry['file']} is missing")
            if size_and_digest(path) != (entry["bytes"], entry["sha256"]):
                raise DamagedError(f"{self._called(entry)} is damaged: {entry['file']} was changed or cut")
            with ExitStack() as stack:
                self._demand_entries(entry, open_block_file(stack, path))
        return [self.folder / entry["file"] for entry in self.snapshots]

    def _demand_entries(self, entry: SnapshotEntry, file: "BlockFile") -> None:
        """Raise DamagedError for a file of other fields than entries of these settings have."""
        settings = self.settings
        fields = fields_of(settings["method"], settings.get("bands", 0), settings.get("permutations", 0))
        if file.fields != with_root(fields) or file.string_names != ["id"] or len(file) != entry["documents"]:
            raise DamagedError(f"{self._called(entry)} is damaged: {entry['file']} does not hold its entries")

    def read(self) -> IndexReading:
        """Return what the index holds now. Raises DamagedError."""
        if self._read is None:
            self._read = IndexReading(self.digest, tuple(path.absolute() for path in self.paths()))
        return self._read

    def take_out(self, snapshot: str | None = None, identifier: str | None = None) -> int:
        """Remove a snapshot's entries, those of one id, or those of that id in that snapshot; return their number.

        Entries that were dropped for a survivor among them go too. Nothing changes on disk before `commit`.
        """
        return self.take_out_where(
            lambda file, name: entries_with_id(file, identifier) & (snapshot in (None, name)),
            snapshot if identifier is None else None,
        )

    def take_out_where(self, flags_of: Callable[["BlockFile", str], "Flags"], gone_snapshot: str | None = None) -> int:
        """Remove the entries that `flags_of` flags in each snapshot's file, and those dropped for them.

        `gone_snapshot` goes as a whole. Returns how many entries go. Nothing changes on disk before `commit`.
        """
        import numpy

        with ExitStack() as stack:
            files = [open_block_file(stack, path) for path in self.paths()]
            removed = [flags_of(file, entry["name"]) for file, entry in zip(files, self.snapshots, strict=True)]
            survivors = numpy.concatenate(
                [survivors_of(file, flags) for file, flags in zip(files, removed, strict=True)]
                or [numpy.empty((0, 2), numpy.uint64)]
            )
            removed = [flags | dropped_for(file, survivors) for file, flags in zip(files, removed, strict=True)]
            self.snapshots = [
                self._without(entry, file, flags) if flags.any() else entry
                for entry, file, flags in zip(self.snapshots, files, removed, strict=True)
                if entry["name"] != gone_snapshot
            ]
        return sum(int(flags.sum()) for flags in removed)

    def stage(self, name: str, fields: "Sequence[Field]", entries: "Entries", verdicts: "Verdicts") -> None:
        """Write the corpus of `entries` as a snapshot after the others; `commit` makes it part of the index."""
        snapshot = self._write(name, with_root(fields), kept_of(entries, verdicts))
        self.snapshots = [entry for entry in self.snapshots if entry["name"] != name] + [snapshot]

    def commit(self) -> None:
        """Write the snapshots as they are now as a new generation, and release the lock. Raises PublishError."""
        content: IndexEntry = {
            "format": FORMAT,
            "generation": self.generation + 1,
            "settings": self.settings,
            "snapshots": self.snapshots,
        }
        if self.cleared_of:
            content["cleared_of"] = " ".join(sorted(self.cleared_of))
        _write_current(self.folder, content)
        self.generation += 1
        self.close()

    def close(self) -> None:
        """Let go of the index; what was not committed is removed."""
        self._end()

    @property
    def closed(self) -> bool:
        """Whether the index was released."""
        return not self._end.alive

    def _without(self, entry: SnapshotEntry, file: "BlockFile", removed: "Flags") -> SnapshotEntry:
        return self._write(entry["name"], file.fields, rows_of(file, ~removed))

    def _write(self, name: str, fields: Any, blocks: Iterator[Block]) -> SnapshotEntry:
        from corpuskit.core.disk.block_file import BlockWriter

        part = self.folder / f"entries{ENDING}.part"
        with writing_index(self.folder):
            with filesystem.open_scratch(part) as file:
                writer = BlockWriter(file, fields, ("id",))
                for numbers, identifiers, rows in blocks:
                    writer.append(numbers, {"id": identifiers}, rows)
                written = writer.finish({"snapshot": name})
                filesystem.sync(file.fileno())
            size, digest = size_and_digest(part)
            path = self.folder / f"entries-{digest[:16]}{ENDING}"
            filesystem.replace(part, path)
        return {"name": name, "documents": len(written), "file": path.name, "bytes": size, "sha256": digest}

    def _called(self, entry: SnapshotEntry) -> str:
        return f"snapshot {entry['name']!r} of the index {str(self.folder)!r}"


def with_root(fields: "Sequence[Field]") -> "list[Field]":
    """Return the fields of an entry in the index: those of any entry, and the digest of its survivor's text."""
    from corpuskit.core.disk.block_file import Field

    return [fields[0], Field("root", "<u8", 2), *fields[1:]]


def read_current(folder: Path, *, required: bool) -> IndexEntry | None:
    """Return what `index.json` says; None if the folder is empty and no index is `required`.

    Raises UsageError if there is no index, PublishError if the folder holds something else, DamagedError if the file
    does not match its digest.
    """
    try:
        data = read_regular(folder / CURRENT, follow_links=True)
    except (FileNotFoundError, NotADirectoryError):
        if required and not (folder.is_dir() and any(path.name.endswith(ENDING) for path in folder.iterdir())):
            raise UsageError(f"{str(folder)!r} holds no index; `dedup --index` creates one") from None
        if not folder.is_dir() or any(not _is_ours(path) for path in folder.iterdir()):
            raise PublishError(f"{str(folder)!r} is not an index and not empty; choose another --index") from None
        if any(path.name.endswith(ENDING) for path in folder.iterdir()):
            raise DamagedError(f"the index {str(folder)!r} is damaged: {CURRENT} is missing") from None
        return None
    except OSError as error:
        raise PublishError(f"cannot read the index {str(folder)!r}: {error.strerror}") from None
    damaged = DamagedError(f"the index {str(folder)!r} is damaged: {CURRENT} is not what its digest says")
    try:
        content = json.loads(data)
        if content.pop("sha256") != _sha256(content):
            raise damaged
        if content["format"] != FORMAT:
            raise UsageError(
                f"the index {str(folder)!r} is of format {content['format']!r}, not {FORMAT!r}; make it anew with this "
                "version, or use the version that made it"
            )
        sound = _is_sound(content)
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
        raise damaged from None
    if not sound:
        raise DamagedError(f"the index {str(folder)!r} is damaged: {CURRENT} is not of the form {FORMAT}")
    current: IndexEntry = content
    return current


def clearance_of(folder: Path) -> Clearance | None:
    """Return what an index was cleared of; None if there is none, or it was cleared of nothing.

    Raises as `read_current` does.
    """
    current = read_current(folder, required=False) if folder.exists() else None
    if current is None or not (digests := _cleared_of(current)):
        return None
    return Clearance(f"the index {str(folder)!r}", digests, "choose another index")


def _cleared_of(current: IndexEntry) -> set[str]:
    return digests_in({"entries": current.get("cleared_of")})


def _is_sound(content: Any) -> bool:
    """Whether all values have their types. Anyone can write an index whose digests are right."""
    if not conforms(content, IndexEntry):
        return False
    settings, snapshots = content["settings"], content["snapshots"]
    return (
        content["generation"] >= 0
        and ((settings == {} and not snapshots) or _are_settings(settings))
        and len({entry["name"] for entry in snapshots}) == len(snapshots)
        and all(entry["documents"] >= 0 and entry["bytes"] >= 0 for entry in snapshots)
        and all(FILE_NAME.fullmatch(entry["file"]) for entry in snapshots)
    )


def _are_settings(settings: dict[str, Any]) -> bool:
    if settings["method"] == "exact":
        return True
    counts = (settings["permutations"], settings["bands"])
    return settings["method"] == "minhash" and all(
        type(count) is int and 1 <= count <= MOST_PERMUTATIONS for count in counts
    )


def _write_current(folder: Path, content: IndexEntry) -> None:
    part = folder / f"{CURRENT}.part"
    data = json.dumps({**content, "sha256": _sha256(content)}, indent=1, ensure_ascii=False).encode() + b"\n"
    with writing_index(folder):
        write_flushed(part, data)
        # The names of the entries' files must be safe from a power loss before the file that names them is.
        flush(folder)
        filesystem.replace(part, folder / CURRENT)
        flush(folder)


def _demand_same(folder: Path, stored: dict[str, Any], given_now: dict[str, Any]) -> None:
    for key in sorted(stored.keys() | given_now.keys()):
        if stored.get(key) != given_now.get(key):
            raise UsageError(
                f"the index {str(folder)!r} was made with {key} {stored.get(key)}, not {given_now.get(key)}; "
                "use its options, or another --index"
            )


def _let_go(descriptor: int, owner: int, tidy: Callable[[], None] | None) -> None:
    if os.getpid() != owner:
        return
    if tidy is not None:
        tidy()
    unlock(descriptor)


def _tidy(folder: Path, is_new: bool) -> None:
    """Remove what was not committed, and an index that holds nothing."""
    with contextlib.suppress(OSError, DamagedError, UsageError, PublishError):
        _sweep(folder)
    with contextlib.suppress(OSError):
        filesystem.remove(folder / HOLDER)
    with contextlib.suppress(OSError, DamagedError, UsageError, PublishError):
        current = read_current(folder, required=True)
        if is_new and current is not None and not current["generation"]:
            filesystem.remove(folder / CURRENT)
            filesystem.remove_folder(folder)


def leftovers(folder: Path) -> list[Path]:
    """Return the files of killed runs, which the current generation does not name. Raises as `read_current` does."""
    current = read_current(folder, required=False)
    named = {entry["file"] for entry in current["snapshots"]} if current else set()
    return [path for path in folder.iterdir() if _is_ours(path) and path.name not in {*named, CURRENT, HOLDER}]


def _sweep(folder: Path) -> None:
    for path in leftovers(folder):
        filesystem.remove(path)


def _is_ours(path: Path) -> bool:
    name = path.name
    return (
        name in (CURRENT, HOLDER)
        or name.endswith(f"{ENDING}.part")
        or name == f"{CURRENT}.part"
        or (name.startswith("entries-") and name.endswith(ENDING))
    )


def _sha256(content: Any) -> str:
    data = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return hashlib.sha256(data).hexdigest()
