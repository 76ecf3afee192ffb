"""Slurm's jobs, from submission until they are known to be gone: only then may another run write the same files.

Slurm's commands may fail or hang while its controller restarts, and nothing is concluded from that: a job is gone when
`squeue` answers and does not list it.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, NewType

from corpuskit.core import console
from corpuskit.core.disk import filesystem
from corpuskit.core.disk.stored_json import read_json, write_json
from corpuskit.core.errors import DamagedError, RemoteError
from corpuskit.core.publish.recovery import JOBS

SUBMIT_SECONDS = 180.0
ANSWER_SECONDS = 30.0
"""How long a command may take before it counts as failed."""
PATIENCE_SECONDS = 300.0
"""How long Slurm may give no answer before the run ends."""
CANCEL_SECONDS = 60.0
"""How long cancelled jobs may take to end."""
POLL_SECONDS = 2.0

JobId = NewType("JobId", str)


class Answer(NamedTuple):
    """What a command of Slurm said."""

    code: int
    output: str
    errors: str

    @property
    def is_unknown_job(self) -> bool:
        """Whether Slurm does not know the job any more: it ended long ago."""
        return self.code != 0 and "invalid job id" in self.errors.lower()


class SlurmJobs:
    """The jobs that are not known to be gone; their ids are on disk, too, for the run after one that was killed."""

    def __init__(self, work: Path) -> None:
        """Begin with the jobs that an earlier run left. Raises DamagedError if their file is not one of ours."""
        self.path = work / JOBS
        self.ids = _stored_ids(self.path)

    def note(self, answer: str) -> JobId:
        """Return the id that `sbatch` names, after storing it on disk. Raises RemoteError if it names none."""
        numbers = [JobId(word) for word in answer.split() if _is_job_id(word)]
        if not numbers:
            raise RemoteError(
                f"`sbatch` named no job but said {answer.strip()[:100]!r}, so its jobs cannot be waited for; "
                "cancel what `squeue --me` shows, and run it again"
            )
        self.ids.append(numbers[-1])
        write_json(self.path, self.ids)
        return numbers[-1]

    def wait(self) -> None:
        """Wait until all jobs are gone. Raises RemoteError if Slurm does not say so for too long."""
        answered_at = time.monotonic()
        while (are_queued := self._are_queued()) is not False:
            if are_queued:
                answered_at = time.monotonic()
            elif time.monotonic() - answered_at >= PATIENCE_SECONDS:
                raise RemoteError(
                    "Slurm does not answer: `squeue` has been failing for "
                    f"{PATIENCE_SECONDS:.0f} seconds. Finished tasks are kept: run it again later"
                )
            time.sleep(POLL_SECONDS)
        self._forget()

    def cancel(self) -> bool:
        """Cancel all jobs and wait until they are gone; return False if that cannot be known in time."""
        end = time.monotonic() + CANCEL_SECONDS
        is_cancelled = False
        while self.ids:
            is_cancelled = is_cancelled or _is_done(run_command("scancel", *self.ids))
            if self._are_queued() is False:
                self._forget()
            elif time.monotonic() >= end:
                return False
            else:
                time.sleep(POLL_SECONDS)
        return True

    def cancel_earlier(self) -> None:
        """Cancel the jobs of a run that was killed. Raises RemoteError if they may still run."""
        if not self.cancel():
            raise RemoteError(
                f"Slurm does not say that {self._listed()} of an earlier run ended, which may write the same files; "
                f"nothing was done. Run it again later, or cancel what still runs and remove {str(self.path)!r}"
            )

    def close(self) -> None:
        """Cancel what still waits or runs; if that does not succeed, the next run does it first."""
        if not self.cancel():
            console.remark("mix", f"Slurm does not say that {self._listed()} ended; the next run cancels them first")

    def _are_queued(self) -> bool | None:
        """Whether any job waits or runs; None if Slurm does not say."""
        answer = _queue_of(self.ids)
        if answer is not None and answer.is_unknown_job and len(self.ids) > 1:
            # Slurm does not say which of them it has forgotten.
            answers = [_queue_of([job]) for job in self.ids]
            return None if None in map(_has_jobs, answers) else any(map(_has_jobs, answers))
        return _has_jobs(answer)

    def _forget(self) -> None:
        self.ids = []
        filesystem.remove(self.path, missing_ok=True)

    def _listed(self) -> str:
        return f"job{'s' if len(self.ids) > 1 else ''} {', '.join(self.ids)}"


def submit(script: str, note_job: Callable[[str], str], *options: str) -> str:
    """Submit a script and return the id of its job, as datatrove's `launch_slurm_job` does, which waits for ever.

    Raises RemoteError.
    """
    with filesystem.make_temporary_folder() as folder:
        path = Path(folder) / "tasks.slurm"
        with filesystem.open_write(path) as stream:
            stream.write(script.encode())
        answer = run_command("sbatch", *options, str(path), seconds=SUBMIT_SECONDS)
    if answer is None:
        raise RemoteError("`sbatch` does not answer; cancel what `squeue --me` shows, and run it again later")
    if answer.code:
        reason = (answer.errors.strip().splitlines() or [f"exit code {answer.code}"])[-1]
        raise RemoteError(f"Slurm refused the tasks: {reason}. Check the profile, and run it again")
    return note_job(answer.output)


def run_command(*command: str, seconds: float | None = None) -> Answer | None:
    """Run one of Slurm's commands; None if it cannot be run or does not end in time."""
    import subprocess

    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            env={**os.environ, "LC_ALL": "C"},
            timeout=seconds or ANSWER_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return Answer(done.returncode, done.stdout, done.stderr)


def _queue_of(jobs: list[JobId]) -> Answer | None:
    if not jobs:
        return Answer(0, "", "")
    return run_command("squeue", "--noheader", "--format=%i", f"--jobs={','.join(jobs)}")


def _has_jobs(answer: Answer | None) -> bool | None:
    """Whether `squeue` lists jobs; None if it does not say."""
    if answer is None or (answer.code and not answer.is_unknown_job):
        return None
    return bool(answer.output.strip())


def _is_done(answer: Answer | None) -> bool:
    return answer is not None and (answer.code == 0 or answer.is_unknown_job)


def _stored_ids(path: Path) -> list[JobId]:
    if not os.path.lexists(path):
        return []
    ids: list[JobId] | None = read_json(path, list[JobId], {JobId: _is_job_id})
    if ids is None:
        raise DamagedError(
            f"{str(path)!r} does not list jobs, so those of an earlier run cannot be cancelled; "
            "cancel what `squeue --me` shows of them, remove the file, and run it again"
        )
    return ids


def _is_job_id(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit()
