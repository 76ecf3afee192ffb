"""Tasks: the pieces that work is cut into, each known by a fingerprint of all that its result depends on.

A task writes files that begin with its *stem*, `WORK/tasks/FINGERPRINT`, and last of all `STEM.json`, its result. So a
task with a result is done, whoever asks for it: a run that was killed goes on where it stopped, and a run with other
options, inputs or another version of the code finds nothing that it could take for its own.
"""

import contextlib
import ctypes
import hashlib
import json
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from datatrove.pipeline.base import PipelineStep
from loguru import logger

from corpuskit import __version__
from corpuskit.core import errors
from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import flush, write_flushed
from corpuskit.core.errors import CANNOT_WRITE, CorpuskitError, PublishError
from corpuskit.core.step import Stage, Step

# datatrove's log is for its own users; what ours need to know is in the accounts.
logger.disable("datatrove")

FINGERPRINT_LETTERS = 32

Result = dict[str, Any]
Settled = tuple[Path, Result]
"""Stem and result of a task that is done."""
SomeStep = TypeVar("SomeStep", bound=Step)


class Task:
    """One piece of work. Subclasses are importable data classes, so that a cluster's workers can load them."""

    def label(self) -> str:
        """What it works on, for messages."""
        raise NotImplementedError

    def identity(self) -> Any:
        """All that the result depends on but the code, as JSON."""
        raise NotImplementedError

    def run(self, stem: Path) -> Result:
        """Do the work; the result as JSON, its files in `files`, by name."""
        raise NotImplementedError

    def stands(self, result: Result) -> bool:
        """Whether a result from before is still right, as far as the identity cannot say it."""
        return True


@dataclass(frozen=True)
class Placed:
    """A task and where its files go."""

    task: Task
    stem: Path

    @classmethod
    def below(cls, folder: Path, task: Task) -> "Placed":
        """The task in its place in a folder of work."""
        return cls(task, folder / fingerprint(task))

    def result(self) -> Result | None:
        """The result, if the task is done and its files and inputs are as they were."""
        try:
            result: Result = json.loads(self._at(".json").read_bytes())
            sizes = [self.stem.with_name(name).stat().st_size for name in result["files"]]
            whole = sizes == list(result["files"].values())
        except (OSError, ValueError, KeyError):
            return None
        return result if whole and self.task.stands(result) else None

    def perform(self) -> None:
        """Do the work. What fails it is kept beside the stem, for whoever waits for the result."""
        try:
            filesystem.remove(self._at(".error.json"), missing_ok=True)
            filesystem.open_write(self._at(".started")).close()
            self._finish(self.task.run(self.stem))
        except Exception as error:
            failure = self._failure(error)
            with contextlib.suppress(OSError):
                write_json(self._at(".error.json"), {"kind": type(failure).__name__, "message": str(failure)})
            raise failure from None
        finally:
            give_back_memory()

    def _failure(self, error: Exception) -> CorpuskitError:
        """What is said of an error: of an expected one its own line, of a fault where the details are."""
        if isinstance(error, CorpuskitError) and error.exit_code != CorpuskitError.exit_code:
            return error
        if isinstance(error, OSError) and error.errno in CANNOT_WRITE:
            return PublishError(f"cannot write: {error.strerror}; nothing was published. Make room, and run it again")
        kept = self._at(".fault.txt")
        with contextlib.suppress(OSError):
            write_flushed(kept, "".join(traceback.format_exception(error)).encode(errors="backslashreplace"))
        what = str(error) if isinstance(error, CorpuskitError) else f"failed: {type(error).__name__}"
        return CorpuskitError(f"{self.task.label()}: {what}; the details are in {os.path.relpath(kept)}")

    def failure(self) -> CorpuskitError | None:
        """What the task failed of, as an error of the kind it was."""
        try:
            kept = json.loads(self._at(".error.json").read_bytes())
        except (OSError, ValueError):
            return None
        kind = getattr(errors, kept["kind"], CorpuskitError)
        error: CorpuskitError = kind(kept["message"])
        return error

    def state(self) -> str:
        """`done`, `failed`, `started` or `waiting`, by the files there are."""
        for name, ending in (("done", ".json"), ("failed", ".error.json"), ("started", ".started")):
            if self._at(ending).exists():
                return name
        return "waiting"

    def _at(self, ending: str) -> Path:
        return self.stem.with_name(self.stem.name + ending)

    def _finish(self, result: Result) -> None:
        files = [self.stem.with_name(name) for name in result["files"]]
        for path in files:
            flush(path)
        result["files"] = {path.name: path.stat().st_size for path in files}
        write_json(self._at(".json"), result)
        filesystem.remove(self._at(".started"), missing_ok=True)


class RunTasks(PipelineStep):  # type: ignore[misc]
    """The one step of our datatrove pipelines: rank N performs task N."""

    name = "corpuskit"
    type = "corpuskit"

    def __init__(self, tasks: Sequence[Placed]) -> None:
        """One task for each rank."""
        super().__init__()
        self.tasks = dict(enumerate(tasks))
        self.folder = os.getcwd()

    def with_rank(self, rank: int) -> "RunTasks":
        """The same, with the task of one rank alone."""
        alone = RunTasks([])
        alone.tasks, alone.folder = {rank: self.tasks[rank]}, self.folder
        return alone

    def run(self, data: Any, rank: int = 0, world_size: int = 1) -> Iterator[Any]:
        """Perform one task, in the folder that the run was started in, as paths may be relative to it."""
        if os.getcwd() != self.folder:
            os.chdir(self.folder)
        self.tasks[rank].perform()
        return iter(())


_steps: dict[Step, Step] = {}


def shared(step: SomeStep) -> SomeStep:
    """The first step of this process that is equal to this one, so that models are loaded once for all tasks."""
    if step not in _steps:
        _steps[step] = step
        if isinstance(step, Stage):
            step.prepare()
    return cast(SomeStep, _steps[step])


def fingerprint(task: Task) -> str:
    """The name under which a task's result is kept: a hash of the code, the kind of task and its identity."""
    content = [code_digest(), type(task).__module__, type(task).__qualname__, task.identity()]
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:FINGERPRINT_LETTERS]


def identity_of(step: Step) -> list[Any]:
    """What a step's results depend on: name, options and versions, of which one is the short id of a secret key."""
    from corpuskit.core.registry import describe

    description = describe(step)
    return [description.name, description.options, description.versions]


def give_back_memory() -> None:
    """Hand freed memory back to the system: what one task leaves in pieces would add up over many."""
    if "pyarrow" in sys.modules:
        sys.modules["pyarrow"].default_memory_pool().release_unused()
    with contextlib.suppress(AttributeError, OSError):  # only the GNU C library can
        ctypes.CDLL(None).malloc_trim(0)


@cache
def code_digest() -> str:
    """A hash of corpuskit's own files: other code may give another result."""
    import corpuskit

    digest = hashlib.sha256(__version__.encode())
    folder = Path(corpuskit.__file__).parent
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".py", ".json") and path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(path.read_bytes())
    return digest.hexdigest()


def write_json(path: Path, value: Any) -> None:
    """Write JSON so that the file is there whole or not at all."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    write_flushed(temporary, json.dumps(value).encode())
    filesystem.replace(temporary, path)
