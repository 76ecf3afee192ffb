"""Where tasks run: in processes of this machine or, through datatrove, on a Ray cluster or as Slurm job arrays.

An executor yields the numbers of the tasks in order as they are done, and raises the error of the first failed task.
datatrove's own completion marks are not trusted across runs, because they are stored by rank alone: each execution has
a log folder of its own, and the tasks' results say what is done.
"""

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from corpuskit.core.errors import CorpuskitError, RemoteError, UsageError
from corpuskit.core.stream.workers import Pool
from corpuskit.mix.engine.slurm_jobs import SlurmJobs, submit
from corpuskit.mix.engine.tasks import StoredTask
from corpuskit.mix.recipe.cluster_profile import RayProfile, SlurmProfile

POLL_SECONDS = 0.5

Tasks = Sequence[StoredTask[Any]]


class Executor(Protocol):
    """Runs tasks."""

    def run_in_order(self, tasks: Tasks, log: Path) -> Iterator[int]:
        """Run the tasks; yield the number of each when it and all before it are done."""

    def close(self) -> None:
        """Release what was started."""


def _execute(task: StoredTask[Any]) -> None:
    task.execute()


class LocalExecutor:
    """Runs tasks in processes of this machine."""

    def __init__(self, jobs: int) -> None:
        """Run up to `jobs` tasks at a time; with one, in this process."""
        self.jobs = jobs
        self.pool = Pool(jobs) if jobs > 1 else None

    def run_in_order(self, tasks: Tasks, log: Path) -> Iterator[int]:
        """Run the tasks in the pool, or here without one."""
        done = map(_execute, tasks) if self.pool is None else self.pool.ordered((_execute, task) for task in tasks)
        for number, _ in enumerate(done):
            yield number
        demand_done(tasks)

    def close(self) -> None:
        """End the workers."""
        if self.pool is not None:
            self.pool.close()


class RayExecutor:
    """Runs tasks on a Ray cluster: the profile's, else the one that this machine belongs to, else a new one here."""

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

    def run_in_order(self, tasks: Tasks, log: Path) -> Iterator[int]:
        """Run the tasks as actors. Ray's `run` passes over failed ranks silently, so check the results."""
        from datatrove.executor.ray import RayPipelineExecutor

        from corpuskit.mix.engine.datatrove_ranks import RunTasks

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
        yield from wait_in_order(executor.run, tasks)
        demand_done(tasks, executor.get_incomplete_ranks(skip_completed=True))

    def _remote_options(self) -> dict[str, Any]:
        variables = dict(self.profile.environment)
        return {"runtime_env": {"env_vars": variables}} if variables else {}

    def close(self) -> None:
        """Disconnect, which ends whatever is still running there."""
        import ray

        if self.connected:
            ray.shutdown()


class SlurmExecutor:
    """Runs tasks as job arrays on a Slurm cluster, submitted from a machine that has `sbatch`."""

    def __init__(self, profile: SlurmProfile, jobs: int | None, work: Path) -> None:
        """Raises UsageError without Slurm's commands."""
        import shutil

        if shutil.which("sbatch") is None:
            raise UsageError("`--executor slurm` needs `sbatch` on the PATH: run it on a machine that submits jobs")
        self.profile, self.jobs = profile, jobs
        self.submitted = SlurmJobs(work)

    def run_in_order(self, tasks: Tasks, log: Path) -> Iterator[int]:
        """Submit the tasks as an array and wait: datatrove's `run` returns as soon as they are submitted."""
        from datatrove.executor import slurm

        from corpuskit.mix.engine.datatrove_ranks import RunTasks, SlurmRanks

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
            job_id_retriever=self.submitted.note,
            randomize_start_duration=0,
            requeue=False,
        )

        def run() -> None:
            slurm.launch_slurm_job = submit
            executor.run()
            self.submitted.wait()

        yield from wait_in_order(run, tasks)
        demand_done(tasks, executor.get_incomplete_ranks(skip_completed=True))

    def close(self) -> None:
        """Cancel jobs that still wait or run."""
        self.submitted.close()


def wait_in_order(run: Callable[[], Any], tasks: Tasks) -> Iterator[int]:
    """Call `run`, which runs the tasks elsewhere; yield their numbers in order as their results appear."""
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
        is_running = thread.is_alive()
        while number < len(tasks) and tasks[number].state() == "done":
            yield number
            number += 1
        if not is_running:
            break
        thread.join(POLL_SECONDS)
    thread.join()
    if raised:
        raise _one_line_error(raised[0], tasks)


def demand_done(tasks: Tasks, incomplete: Sequence[int] = ()) -> None:
    """Raise the error of the first unfinished task."""
    unfinished = [number for number, task in enumerate(tasks) if number in set(incomplete) or task.state() != "done"]
    if not unfinished:
        return
    failure = _first_failure([tasks[number] for number in unfinished])
    if failure is not None:
        raise failure
    first = tasks[unfinished[0]].task.label()
    raise CorpuskitError(
        f"{len(unfinished)} of {len(tasks)} tasks did not finish and gave no reason, {first} first; "
        "perhaps they ran out of memory or time. Finished tasks are kept; run it again"
    )


def _one_line_error(error: BaseException, tasks: Tasks) -> BaseException:
    """Return what to raise for an error of the executor: a task's own error, if there is one, or one line about it."""
    if not isinstance(error, Exception) or isinstance(error, CorpuskitError):
        return error
    first_line = (str(error).splitlines() or [""])[0]
    return _first_failure(tasks) or CorpuskitError(f"the executor failed: {type(error).__name__}: {first_line}")


def _first_failure(tasks: Tasks) -> CorpuskitError | None:
    failures = (task.failure() for task in tasks)
    return next((failure for failure in failures if failure is not None), None)
