"""Finished work of published runs, kept for the next: a folder of tasks' files, bounded by size.

    CACHEDIR.TAG                  marks the folder as ours, and tells backup programs to leave it out
    tasks/0a/0a1b…/0a1b….json     the files of one task, under the names that they had; 0a are the first letters
                   seal           proves that this user's run put them there (`mix/engine/seal.py`)
    runs/….json                   what a run has published, from what (`mix/engine/published_run.py`)

A task's files are put into a folder that gets its name last, so an entry is whole or not there. Nothing in the cache is
trusted: an entry is used only if it is sealed, and if its files are those that the task's result describes. Whatever
goes wrong with the cache, a run goes on without it.
"""

import contextlib
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypedDict, cast

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.regular_file import open_regular
from corpuskit.core.disk.stored_json import conforms, read_json, write_json
from corpuskit.core.errors import UsageError
from corpuskit.core.publish.folder_output import remove_any
from corpuskit.core.wording import quantity
from corpuskit.mix.engine.seal import KEY_BYTES, existing_key, is_seal, own_key, seal_of, seal_of_files
from corpuskit.mix.engine.task_results import TaskResult, in_tasks_folder, is_fingerprint
from corpuskit.mix.engine.tasks import StoredTask

CACHE = "CORPUSKIT_CACHE"
TAG = "CACHEDIR.TAG"
TAG_CONTENT = (
    b"Signature: 8a477f597d28d172789f06886806bc55\n"
    b"# Finished work of `corpuskit mix`. Remove it with `corpuskit cache --clear`; it is made anew when needed.\n"
)
"""As https://bford.info/cachedir/ specifies it."""
TASKS, RUNS, SEAL = "tasks", "runs", "seal"
SEAL_LETTERS = 64
FOREIGN = "an entry that is damaged, or was made by others or with another CORPUSKIT_STATE, was not used"


def default_cache_folder() -> Path | None:
    """Return `$CORPUSKIT_CACHE`, or `corpuskit` in the XDG cache folder; None for a user who has no home for it."""
    if os.environ.get(CACHE):
        return Path(os.environ[CACHE])
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "corpuskit"
    except RuntimeError:
        return None


class SealedNote(TypedDict):
    """A note about a run, as its file holds it."""

    note: Any
    seal: str


class KeptTask(NamedTuple):
    """A finished task, to be kept."""

    task_path: Path
    names: tuple[str, ...]
    """Those of its files, its result first."""
    bytes: int
    """Size of the files, without the result."""
    is_new: bool = False
    """Whether it differs from an entry of this name that was fetched."""

    @classmethod
    def of_result(cls, task_path: Path, result: TaskResult) -> "KeptTask | None":
        """Return the task with this result; None if another run may get another one."""
        # Another run may let the step finish that was stopped on a document here.
        if any(count.get("killed") for count in cast(Any, result).get("counts", ())):
            return None
        names = (f"{task_path.name}.json", *(file["name"] for file in result["files"]))
        return cls(task_path, names, sum(file["bytes"] for file in result["files"]))


class CacheEntry(NamedTuple):
    """One task in the cache."""

    path: Path
    bytes: int
    used: float
    """When it was used last, in seconds since 1970."""


@dataclass
class WorkCache:
    """A folder of finished work. Its methods raise no OSError; what could not be done is counted."""

    folder: Path
    limit: int
    """Most bytes that it may hold."""
    refused: "Counter[str]" = field(default_factory=Counter)
    """Why entries were not used or not kept, and how many."""
    key: bytes = field(default_factory=lambda: os.urandom(KEY_BYTES))
    """What entries are sealed with; unless it is the user's own, no entry is recognised."""
    is_usable: bool = True
    """Whether entries can be recognised and stored."""
    _fetched: set[str] = field(default_factory=set)
    """The tasks whose work came from here."""

    @classmethod
    def open(cls, folder: Path, limit: int, target: Path) -> "WorkCache":
        """Create the folder if need be. Raises UsageError for one that holds something else, or is within `target`."""
        folder, target = folder.absolute(), target.absolute()
        if target.resolve() in (folder.resolve(), *folder.resolve().parents):
            raise UsageError(f"the cache {str(folder)!r} is in the output folder; name another with --cache")
        cache = cls(folder, limit, is_usable=False)
        with cache._tolerating("cannot be used"):
            if not is_cache(folder) and not _may_become_cache(folder):
                raise UsageError(f"{str(folder)!r} holds something other than a cache; name another with --cache")
            cache.key = own_key()
            filesystem.make_folder(folder, parents=True, exist_ok=True, mode=0o700)
            if not is_cache(folder):
                with filesystem.open_write(folder / TAG) as stream:
                    stream.write(TAG_CONTENT)
            cache.is_usable = True
        return cache

    @classmethod
    def to_look_at(cls, folder: Path) -> "WorkCache | None":
        """Return a cache that exists, to ask what it holds; None if there is none. Nothing is written."""
        cache = cls(folder.absolute(), 0, is_usable=False)
        with cache._tolerating("cannot be used"):
            if is_cache(folder) and (key := existing_key()) is not None:
                cache.key, cache.is_usable = key, True
        return cache if cache.is_usable else None

    def holds(self, task: StoredTask[Any]) -> bool:
        """Whether a run would fetch the task's files from here."""
        return self.is_usable and task.task.is_cacheable() and self._sound_entry(task) is not None

    def fetch(self, task: StoredTask[Any]) -> bool:
        """Give a task the files of an earlier run, if they are ours, whole and current; return whether they are."""
        names = self._sound_entry(task) if self.is_usable else None
        if names is not None:
            with self._tolerating("cannot be read"):
                self._take_out(self._entry(task.task_path.name), task.task_path, names)
                return True
        return False

    def _sound_entry(self, task: StoredTask[Any]) -> list[str] | None:
        """Return the names of the files of a task's entry, if there is one that is ours, whole and current."""
        entry = self._entry(task.task_path.name)
        with self._tolerating("cannot be read"):
            if not entry.is_dir():
                return None
            result = StoredTask(task.task, entry / task.task_path.name).result() if self._is_sealed(entry) else None
            if result is None:
                self.refused[FOREIGN] += 1
            elif task.task.is_current(result):
                return [file["name"] for file in result["files"]]
        return None

    def keep(self, tasks: Iterable[KeptTask]) -> None:
        """Keep the files of finished tasks, the first ones first, and remove what was not used for longest."""
        kept_bytes = 0
        if not self.is_usable:
            return
        for task in tasks:
            if kept_bytes + task.bytes > self.limit:
                self.refused["finished work beyond the limit was not kept"] += 1
                continue
            kept_bytes += task.bytes
            if task.task_path.name in self._fetched and not task.is_new:
                continue
            with self._tolerating("cannot be written"):
                self._put([task.task_path.with_name(name) for name in task.names], self._entry(task.task_path.name))
        with self._tolerating("cannot be written"):
            self._shrink()

    def entries(self) -> Iterator[CacheEntry]:
        """Yield the tasks in the cache."""
        for prefix in _folders_in(self.folder / TASKS):
            for path in _folders_in(prefix):
                if is_fingerprint(path.name):
                    with contextlib.suppress(OSError):
                        size = sum(file.lstat().st_size for file in path.iterdir())
                        yield CacheEntry(path, size, path.stat().st_mtime)

    def clear(self) -> None:
        """Remove everything in the cache but its mark: a run that goes on meanwhile fills it again. Raises OSError."""
        for name in (RUNS, TASKS):
            if (self.folder / name).exists():
                filesystem.remove_tree(self.folder / name)

    def note_run(self, name: str, content: Any) -> None:
        """Note what a run has published."""
        if not self.is_usable:
            return
        with self._tolerating("cannot be written"):
            filesystem.make_folder(self.folder / RUNS, exist_ok=True, parents=True)
            note: SealedNote = {"note": content, "seal": seal_of(self.key, [name, content])}
            write_json(self._run_path(name), note)

    def run_note(self, name: str, kind: Any) -> Any:
        """Return what was noted about a run; None if nothing was, if it is not of this type, or not by this user."""
        sealed: SealedNote | None = read_json(self._run_path(name), SealedNote)
        if sealed is None or not is_seal(sealed["seal"], seal_of(self.key, [name, sealed["note"]])):
            return None
        return sealed["note"] if conforms(sealed["note"], kind) else None

    def notices(self) -> list[str]:
        """Return what people should know, in one line each."""
        name = f"the cache {str(self.folder)!r}"
        return [f"{name}: {reason} ({quantity(count, 'time')})" for reason, count in sorted(self.refused.items())]

    def _take_out(self, entry: Path, task_path: Path, names: list[str]) -> None:
        """Link or copy an entry's files to where its task would have written them, its result last."""
        paths = [task_path.with_name(name) for name in (*names, f"{task_path.name}.json")]
        try:
            for path in paths:
                filesystem.remove(path, missing_ok=True)
                _link_or_copy(entry / path.name, path)
        except OSError:
            for path in paths:  # a task that wrote to a link would write into the cache
                filesystem.remove(path, missing_ok=True)
            raise
        os.utime(entry)
        self._fetched.add(task_path.name)

    def _run_path(self, name: str) -> Path:
        return self.folder / RUNS / f"{name}.json"

    def _is_sealed(self, entry: Path) -> bool:
        """Whether one of this user's runs has left these files, byte for byte."""
        if entry.is_symlink():
            return False
        try:
            with open_regular(entry / SEAL) as stream:
                seal = stream.read(SEAL_LETTERS + 1).decode(errors="replace")
            files = [path for path in entry.iterdir() if path.name != SEAL]
            return is_seal(seal, seal_of_files(self.key, files))
        except OSError:
            return False

    def _entry(self, fingerprint: str) -> Path:
        return in_tasks_folder(self.folder / TASKS, fingerprint)

    def _put(self, files: list[Path], entry: Path) -> None:
        """Make files an entry, in place of what is there."""
        unfinished = self.folder / TASKS / f"{os.getpid()}-{os.urandom(4).hex()}.part"
        filesystem.make_folder(unfinished, parents=True, mode=0o700)
        try:
            for path in files:
                _link_or_copy(path, unfinished / path.name)
            with filesystem.open_new(unfinished / SEAL) as stream:
                stream.write(seal_of_files(self.key, files).encode())
            filesystem.make_folder(entry.parent, exist_ok=True)
            remove_any(entry)
            filesystem.replace(unfinished, entry)
        except BaseException:
            with contextlib.suppress(OSError):
                filesystem.remove_tree(unfinished)
            raise

    def _shrink(self) -> None:
        """Remove what dead runs left, and entries until the rest is within the limit, that used longest ago first."""
        for path in _folders_in(self.folder / TASKS):
            if path.suffix == ".part" and not _is_running(path.name.partition("-")[0]):
                filesystem.remove_tree(path)
        entries = sorted(self.entries(), key=lambda entry: (entry.used, entry.path.name))
        excess = sum(entry.bytes for entry in entries) - self.limit
        for entry in entries:
            if excess <= 0:
                break
            filesystem.remove_tree(entry.path)
            excess -= entry.bytes

    @contextlib.contextmanager
    def _tolerating(self, what: str) -> Iterator[None]:
        try:
            yield
        except (OSError, RuntimeError) as error:  # RuntimeError: a user without a home
            self.refused[f"{what}: {_cause(error, self.folder)}"] += 1


def _cause(error: OSError | RuntimeError, folder: Path) -> str:
    """Return what is wrong, with the file that it is about, unless that is in the cache, whose name is said."""
    words, name = getattr(error, "strerror", None) or str(error), getattr(error, "filename", None)
    path = Path(os.fsdecode(name)) if isinstance(name, str | bytes | os.PathLike) else folder
    return words if folder in (path, *path.parents) else f"{str(path)!r}: {words}"


def is_cache(folder: Path) -> bool:
    """Whether a folder is marked as a cache of ours."""
    try:
        with open_regular(folder / TAG) as stream:
            return stream.read(len(TAG_CONTENT) + 1) == TAG_CONTENT
    except OSError:
        return False


def _may_become_cache(folder: Path) -> bool:
    """Whether a folder is still to be made, or holds only what a cache does, though its mark is lost or damaged."""
    return not folder.exists() or (folder.is_dir() and {path.name for path in folder.iterdir()} <= {TAG, TASKS, RUNS})


def _link_or_copy(path: Path, target: Path) -> None:
    try:
        filesystem.link(path, target)
    except OSError as error:
        if error.errno not in filesystem.NO_HARD_LINK:
            raise
        with open_regular(path) as source, filesystem.open_new(target) as stream:
            shutil.copyfileobj(source, stream)


def _folders_in(folder: Path) -> list[Path]:
    """Return the folders in a folder, none if it is not there; links are left out."""
    with contextlib.suppress(OSError):
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())
    return []


def _is_running(process: str) -> bool:
    """Whether a process of this number is running, here; another machine's cannot be asked."""
    try:
        os.kill(int(process), 0)
    except (ValueError, OverflowError, ProcessLookupError):
        return False
    except OSError:
        return True
    return True
