"""Tasks: the units that work is cut into, each identified by a fingerprint of everything its result depends on.

All files of a task begin with its *task path*, `WORK/tasks/0a/FINGERPRINT`, where `0a` are the first letters. The last
one written is `TASK_PATH.json`, its result. So a task that has a result is done, whichever run asks for it: a run that
was killed continues where it stopped, and a run with other options, other inputs or another version of the code finds
nothing that it could mistake for its own.
"""

import contextlib
import hashlib
import json
import os
import re
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar, cast, get_args

from corpuskit import __version__
from corpuskit.core import errors
from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import flush, write_flushed
from corpuskit.core.disk.stored_json import conforms, read_json, write_json
from corpuskit.core.errors import CorpuskitError, PublishError, refusal_of_system
from corpuskit.core.startup import installed_version
from corpuskit.core.step import Stage, Step
from corpuskit.core.stream.freed_memory import FreedMemory
from corpuskit.mix.engine.task_files import has_size, is_whole
from corpuskit.mix.engine.task_results import (
    FINGERPRINT_LETTERS,
    FileName,
    StoredError,
    StoredResult,
    TaskResult,
    in_tasks_folder,
)

ResultType = TypeVar("ResultType", bound=TaskResult)
CovariantResult = TypeVar("CovariantResult", bound=TaskResult, covariant=True)
StepType = TypeVar("StepType", bound=Step)


class Task(Generic[ResultType]):
    """One unit of work. Subclasses are importable data classes, so that a cluster's workers can load them."""

    def label(self) -> str:
        """Return what the task works on, for messages."""
        raise NotImplementedError

    def identity(self) -> Any:
        """Return, as JSON, everything that the result depends on, except the code."""
        raise NotImplementedError

    def run(self, task_path: Path) -> ResultType:
        """Do the work, write files whose names begin with the task path, and return the result."""
        raise NotImplementedError

    @classmethod
    def result_type(cls) -> Any:
        """Return the kind of result that the class names in its base: `DocumentsResult` for `Task[DocumentsResult]`."""
        (base,) = cls.__dict__["__orig_bases__"]
        return get_args(base)[0]

    def is_current(self, result: ResultType) -> bool:
        """Whether an earlier result is still right, in cases that the identity cannot decide."""
        return True

    def is_cacheable(self) -> bool:
        """Whether a run after the publication may use the result, too."""
        return True

    def memos(self) -> "Sequence[Task[TaskResult]]":
        """Return what may lie in the cache to save this task work, and what it leaves there for the next run."""
        return ()


class FinishedTask(NamedTuple, Generic[CovariantResult]):
    """A task that is done."""

    task_path: Path
    result: CovariantResult


@dataclass(frozen=True)
class StoredTask(Generic[ResultType]):
    """A task and the path that its files begin with."""

    task: Task[ResultType]
    task_path: Path

    @classmethod
    def in_folder(cls, folder: Path, task: Task[ResultType]) -> "StoredTask[ResultType]":
        """Return the task with its path in a folder of tasks."""
        return cls(task, in_tasks_folder(folder, fingerprint(task)))

    def result(self) -> ResultType | None:
        """Return the result if the task is done and has left all its files.

        A result that is not what such a task stores, byte for byte, counts as none, whoever put it there.
        """
        stored: StoredResult | None = read_json(self._file(".json"), StoredResult)
        if stored is None or stored["xxh3"] != self._result_digest(stored["result"]):
            return None
        result: ResultType = stored["result"]
        if not conforms(result, self.task.result_type(), {FileName: self._is_own_file}):
            return None
        return result if all(has_size(self.task_path.parent, file) for file in result["files"]) else None

    def reusable_result(self) -> ResultType | None:
        """Return the result of an earlier run if its files are whole and its inputs are what they were."""
        result = self.whole_result()
        return result if result is not None and self.task.is_current(result) else None

    def whole_result(self) -> ResultType | None:
        """Return the result if the task is done and its files are whole, which takes reading them."""
        result = self.result()
        if result is None or not all(is_whole(self.task_path.parent, file) for file in result["files"]):
            return None
        return result

    def execute(self) -> None:
        """Do the work. On failure the error is stored next to the result path, for whoever waits for the result."""
        try:
            filesystem.remove(self._file(".error.json"), missing_ok=True)
            filesystem.open_write(self._file(".started")).close()
            self.finish(self.task.run(self.task_path))
        except Exception as error:
            failure = self._describe(error)
            with contextlib.suppress(OSError):
                stored: StoredError = {"kind": type(failure).__name__, "message": str(failure)}
                write_json(self._file(".error.json"), stored)
            raise failure from None
        finally:
            _freed_memory.release()

    def _describe(self, error: Exception) -> CorpuskitError:
        """Return an expected error as it is; for a fault, an error that names the file with its traceback."""
        if isinstance(error, CorpuskitError) and error.exit_code != CorpuskitError.exit_code:
            return error
        refusal = refusal_of_system(error)
        if refusal is not None:
            return PublishError(f"{self.task.label()}: {refusal}")
        details = self._file(".fault.txt")
        with contextlib.suppress(OSError):
            write_flushed(details, "".join(traceback.format_exception(error)).encode(errors="backslashreplace"))
        message = str(error) if isinstance(error, CorpuskitError) else f"failed: {type(error).__name__}"
        return CorpuskitError(f"{self.task.label()}: {message}; the details are in {os.path.relpath(details)}")

    def failure(self) -> CorpuskitError | None:
        """Return the error that the task failed with, of the class that was raised; None if it has not failed."""
        stored: StoredError | None = read_json(self._file(".error.json"), StoredError)
        if stored is None:
            return None
        kind = getattr(errors, stored["kind"], None)
        if not (isinstance(kind, type) and issubclass(kind, CorpuskitError)):
            kind = CorpuskitError
        return kind(stored["message"])

    def state(self) -> str:
        """Return `done`, `failed`, `started` or `waiting`, depending on which files exist."""
        for name, ending in (("done", ".json"), ("failed", ".error.json"), ("started", ".started")):
            if self._file(ending).exists():
                return name
        return "waiting"

    def _file(self, ending: str) -> Path:
        return file_of_task(self.task_path, ending)

    def finish(self, result: ResultType) -> None:
        """Store the result, once all files are on disk."""
        for file in result["files"]:
            flush(self.task_path.with_name(file["name"]))
        stored: StoredResult = {"result": result, "xxh3": self._result_digest(result)}
        write_json(self._file(".json"), stored)
        filesystem.remove(self._file(".started"), missing_ok=True)

    def _result_digest(self, result: Any) -> str:
        import xxhash

        canonical = json.dumps([self.task_path.name, result], sort_keys=True)
        return xxhash.xxh3_128_hexdigest(canonical.encode())

    def _is_own_file(self, name: Any) -> bool:
        own_name = re.escape(self.task_path.name) + r"[-.][A-Za-z0-9_.-]+"
        return isinstance(name, str) and re.fullmatch(own_name, name) is not None


_freed_memory = FreedMemory()
_steps: dict[Step, Step] = {}


def interned(step: StepType) -> StepType:
    """Return this process's first step that equals this one, so that all tasks share one set of loaded models."""
    if step not in _steps:
        _steps[step] = step
        if isinstance(step, Stage):
            step.prepare()
    return cast(StepType, _steps[step])


def fingerprint(task: Task[Any]) -> str:
    """Return the name under which a task's result is stored: a hash of the code, the kind of task and its identity."""
    content = [code_digest(), type(task).__module__, type(task).__qualname__, task.identity()]
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:FINGERPRINT_LETTERS]


def identity_of(step: Step) -> list[Any]:
    """Return what a step's results depend on: name, options and versions. A secret key counts as a version, by id."""
    from corpuskit.core.registry import describe

    description = describe(step)
    return [description.name, description.options, description.versions, _package_digest(type(step).__module__)]


def file_of_task(task_path: Path, ending: str) -> Path:
    """Return the path of one of a task's files.

    >>> file_of_task(Path("tasks/0a1b"), ".json").as_posix()
    'tasks/0a1b.json'
    """
    return task_path.with_name(task_path.name + ending)


@cache
def code_digest() -> str:
    """Return a hash of corpuskit's own files and its libraries' versions: other code may give another result."""
    import corpuskit

    versions = json.dumps([__version__, sys.version, _library_versions()])
    return hashlib.sha256(versions.encode() + _digest_of(Path(corpuskit.__file__).parent)).hexdigest()


@cache
def _package_digest(module: str) -> str:
    """Return a hash of the package that a step of another distribution is in; nothing for our own."""
    package = module.partition(".")[0]
    files = (getattr(sys.modules.get(name), "__file__", None) for name in (package, module))
    file = next(filter(None, files), None)
    if package == "corpuskit" or file is None:
        return ""
    path = Path(file)
    return _digest_of(path.parent if path.name == "__init__.py" else path).hex()


def _digest_of(path: Path) -> bytes:
    """Return a hash of a file, or of the code and data in a folder."""
    digest = hashlib.sha256()
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    for file in files:
        if file.suffix in (".py", ".json") and file.is_file():
            digest.update(file.relative_to(path).as_posix().encode() + b"\0")
            digest.update(file.read_bytes())
    return digest.digest()


def _library_versions() -> dict[str, str]:
    """Return the versions of the libraries that corpuskit requires and that are installed."""
    from importlib.metadata import PackageNotFoundError, requires

    versions = {}
    with contextlib.suppress(PackageNotFoundError):
        for requirement in requires("corpuskit-cli") or ():
            name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
            with contextlib.suppress(PackageNotFoundError):
                versions[name] = installed_version(name)
    return versions
