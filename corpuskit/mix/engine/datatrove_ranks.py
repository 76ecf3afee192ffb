"""Tasks as ranks of datatrove's pipelines, for its executors on clusters.

datatrove takes a third of a second of processor time to import, so a run on this machine does without.
"""

import os
from collections.abc import Iterator, Sequence
from typing import Any

from datatrove.executor.slurm import SlurmPipelineExecutor
from datatrove.pipeline.base import PipelineStep
from loguru import logger

from corpuskit.core import console
from corpuskit.mix.engine.tasks import StoredTask

# datatrove's log is for its own users; the results hold what ours need to know.
logger.disable("datatrove")


class RunTasks(PipelineStep):  # type: ignore[misc]
    """The only step of our datatrove pipelines: rank N executes task N."""

    name = "corpuskit"
    type = "corpuskit"

    def __init__(self, tasks: Sequence[StoredTask[Any]]) -> None:
        """Take one task for each rank."""
        super().__init__()
        self.tasks = dict(enumerate(tasks))
        self.folder = os.getcwd()
        self.hushed = console.hushed_command()

    def run(self, data: Any, rank: int = 0, world_size: int = 1) -> Iterator[Any]:
        """Execute one task, in the folder where the run was started, because paths may be relative to it.

        The worker is silent where the run is (`--quiet`).
        """
        console.hush(self.hushed, quiet=bool(self.hushed))
        if os.getcwd() != self.folder:
            os.chdir(self.folder)
        self.tasks[rank].execute()
        return iter(())


class SlurmRanks(SlurmPipelineExecutor):  # type: ignore[misc]
    """datatrove's Slurm executor without the job that merges statistics, which stays pending if a rank fails."""

    def launch_merge_stats(self) -> None:
        """Do nothing: the counts are in the tasks' results."""
