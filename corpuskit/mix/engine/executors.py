"""Where tasks run: in processes of this machine, on a Ray cluster, or as Slurm job arrays, each through datatrove.

An executor yields the numbers of the tasks in order as they are done, and raises what the first failed task failed
of. datatrove's own marks of completion are not believed across runs, as they are kept by rank alone: each execution
has a log folder of its own, and what is done is known by the tasks' results.
"""

import contextlib
import copy
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from datatrove.executor import LocalPipelineExecutor
from datatrove.executor.slurm import SlurmPipelineExecutor

from corpuskit.core.disk import filesystem
from corpuskit.core.errors import CorpuskitError, RemoteError, UsageError
from corpuskit.core.stream.workers import Pool
from corpuskit.mix.engine.tasks import Placed, RunTasks, write_json
from corpuskit.mix.recipe.cluster_profile import RayProfile, SlurmProfile

POLL_SECONDS = 0.5
SLURM_POLL_SECONDS = 2.0


class Executor(Protocol):
    """Runs tasks."""

    def finished(self, tasks: Sequence[Placed], log: Path) -> Iterator[int]:
        """Run the tasks, yielding their numbers in order when they and those before them are done."""

    def close(self) -> None:
        """Let go of what was started."""


class LocalRanks(LocalPipelineExecutor):  # type: ignore[misc]
    """datatrove's local executor, one rank at a time: our pool of workers, kept over all phases, calls it.

    It sets up no log for each rank, which takes longer than many a task.
    """

    def run(self) -> None:
        """Run all ranks one after the other."""
        for rank in range(self.world_size):
            self.run_rank(rank)

    def run_rank(self, rank: int) -> int:
        """Run one rank in this process."""
        self.pipeline[0].run(None, rank, self.world_size)
        self.mark_rank_as_completed(rank)
        return rank

    def with_rank(self, rank: int) -> "LocalRanks":
        """The executor as a worker needs it: with the task of one rank and no others."""
        alone = copy.copy(self)
        alone.pipeline = [self.pipeline[0].with_rank(rank)]
        return alone


class Local:
    """Processes of this machine."""

    def __init__(self, jobs: int) -> None:
        """So many at a time; with one, the tasks run in this process."""
        self.jobs = jobs
        self.pool = Pool(jobs) if jobs > 1 else None

    def finished(self, tasks: Sequence[Placed], log: Path) -> Iterator[int]:
        """Run the tasks."""
        executor = LocalRanks(pipeline=[RunTasks(tasks)], tasks=len(tasks), logging_dir=str(log / "ranks"))
        if self.pool is None:
            yield from map(executor.run_rank, range(len(tasks)))
        else:
            calls = ((executor.with_rank(rank).run_rank, rank) for rank in range(len(tasks)))
            yield from self.pool.ordered(calls)
        demand_done(tasks, executor.get_incomplete_ranks(skip_completed=True))

    def close(self) -> None:
        """End the workers."""
        if self.pool is not None:
            self.pool.close()


class Ray:
    """A Ray cluster: the one that the profile names, else the one this machine is a node of, else a new one here."""

    def __init__(self, profile: RayProfile, jobs: int | None) -> None:
        """Connect. Raises UsageError without Ray, RemoteError if the cluster does not answer."""
        try:
            import ray
        except ImportError:
            raise UsageError("`--executor ray` needs Ray: pip install 'corpuskit-cli[ray]'") from None
        self.profile, self.jobs = profile, jobs
        self.connected = not ray.is_initialized()
        if self.connected:
            try:
                ray.init(address=profile.address, log_to_driver=False, configure_logging=False)
            except Exception as error:
                raise RemoteError(f"no Ray cluster at {profile.address or 'this machine'}: {error}") from None

    def finished(self, tasks: Sequence[Placed], log: Path) -> Iterator[int]:
        """Run the tasks as actors. Ray's `run` passes over failed ranks in silence, so the results are looked at."""
        from datatrove.executor.ray import RayPipelineExecutor

        executor = RayPipelineExecutor(
            pipeline=[RunTasks(tasks)],
            tasks=len(tasks),
            workers=self.jobs or -1,
            logging_dir=str(log / "ranks"),
            cpus_per_task=self.profile.cpus,
            mem_per_cpu_gb=self.profile.memory_gb / self.profile.cpus,
            tasks_per_job=self.profile.tasks_per_job,
            ray_remote_kwargs=self._remote_options(),
        )
        yield from watched(executor.run, tasks)
        demand_done(tasks, executor.get_incomplete_ranks(skip_completed=True))

    def _remote_options(self) -> dict[str, Any]:
        variables = dict(self.profile.environment)
        return {"runtime_env": {"env_vars": variables}} if variables else {}

    def close(self) -> None:
        """Disconnect; what still runs there ends."""
        import ray

        if self.connected:
            ray.shutdown()


class SlurmRanks(SlurmPipelineExecutor):  # type: ignore[misc]
    """datatrove's Slurm executor without its job that merges statistics, which stays pending when a rank fails."""

    def launch_merge_stats(self) -> None:
        """The accounts are in the tasks' results."""


class Slurm:
    """Job arrays on a Slurm cluster, submitted from a machine that has `sbatch`."""

    def __init__(self, profile: SlurmProfile, jobs: int | None, work: Path) -> None:
        """Jobs of a run that was killed are cancelled first, as they would write the same files."""
        import shutil

        if shutil.which("sbatch") is None:
            raise UsageError("`--executor slurm` needs `sbatch` on the PATH: run it on a machine that submits jobs")
        self.profile, self.jobs = profile, jobs
        self.known = work / "slurm.json"
        self.submitted: list[str] = []
        self.end_jobs()

    def finished(self, tasks: Sequence[Placed], log: Path) -> Iterator[int]:
        """Submit the tasks as an array and wait. datatrove's `run` returns as soon as they are submitted."""
        profile = self.profile
        executor = SlurmRanks(
            pipeline=[RunTasks(tasks)],
            tasks=len(tasks),
            workers=self.jobs or -1,
            time=profile.time,
            partition=profile.partition,
            cpus_per_task=profile.cpus,
            mem_per_cpu_gb=profile.memory_gb_per_cpu(),
            qos=profile.qos,
            job_name="corpuskit",
            logging_dir=str(log / "ranks"),
            env_command=f'export PATH="{Path(sys.executable).parent}:$PATH"; {profile.env}',
            sbatch_args=dict(profile.sbatch),
            max_array_size=profile.max_array,
            tasks_per_job=profile.tasks_per_job,
            job_id_retriever=self._note,
            randomize_start_duration=0,
            requeue=False,
        )

        def run() -> None:
            executor.run()
            while self._running():
                time.sleep(SLURM_POLL_SECONDS)

        yield from watched(run, tasks)
        demand_done(tasks, executor.get_incomplete_ranks(skip_completed=True))

    def close(self) -> None:
        """Cancel what still waits or runs."""
        self.end_jobs()

    def end_jobs(self) -> None:
        """Cancel the jobs that this run or one before it has left, and wait until they are gone."""
        import json

        with contextlib.suppress(OSError, ValueError):
            self.submitted = sorted({*self.submitted, *json.loads(self.known.read_bytes())})
        if self._running():
            _answer("scancel", *self.submitted)
        while self._running():
            time.sleep(POLL_SECONDS)
        self.submitted = []
        filesystem.remove(self.known, missing_ok=True)

    def _note(self, answer: str) -> str:
        """The id of the job that `sbatch` names, kept on disk before anything else is done."""
        number = answer.split()[-1]
        self.submitted.append(number)
        write_json(self.known, self.submitted)
        return number

    def _running(self) -> bool:
        if not self.submitted:
            return False
        return bool(_answer("squeue", "--noheader", "--format=%i", f"--jobs={','.join(self.submitted)}").strip())


def watched(run: Callable[[], Any], tasks: Sequence[Placed]) -> Iterator[int]:
    """Run something that finishes tasks elsewhere, yielding their numbers in order as their results appear."""
    raised: list[BaseException] = []

    def attempt() -> None:
        try:
            run()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    number = 0
    while number < len(tasks):
        running = thread.is_alive()
        while number < len(tasks) and tasks[number].state() == "done":
            yield number
            number += 1
        if not running:
            break
        thread.join(POLL_SECONDS)
    thread.join()
    if raised:
        raise _plain(raised[0], tasks)


def demand_done(tasks: Sequence[Placed], incomplete: Sequence[int]) -> None:
    """Raise what the first unfinished task failed of."""
    unfinished = [number for number, task in enumerate(tasks) if number in set(incomplete) or task.state() != "done"]
    if not unfinished:
        return
    failures = (tasks[number].failure() for number in unfinished)
    known = next((failure for failure in failures if failure is not None), None)
    if known is not None:
        raise known
    first = tasks[unfinished[0]].task.label()
    raise CorpuskitError(
        f"{len(unfinished)} of {len(tasks)} tasks did not finish, {first} first, and left no reason; "
        "perhaps they ran out of memory or time. What is done is kept: run it again"
    )


def _plain(error: BaseException, tasks: Sequence[Placed]) -> BaseException:
    """An error of an executor's own as one line; a task's own reason comes first."""
    if not isinstance(error, Exception) or isinstance(error, CorpuskitError):
        return error
    failures = (task.failure() for task in tasks)
    known = next((failure for failure in failures if failure is not None), None)
    first_line = (str(error).splitlines() or [""])[0]
    return known or CorpuskitError(f"the executor failed: {type(error).__name__}: {first_line}")


def _answer(*command: str) -> str:
    import subprocess

    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}, check=False)
    # A job that ended long ago is not known any more, which is no fault.
    return done.stdout
