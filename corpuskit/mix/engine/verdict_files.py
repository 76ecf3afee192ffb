"""The verdicts that tasks leave in many files, as the one file that is published."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.compression import compressing_writer, small_compressing_writer
from corpuskit.core.provenance.balance import VerdictKey
from corpuskit.core.provenance.verdicts import decision_line
from corpuskit.core.reading.inputs import Input
from corpuskit.core.reading.lines import whole_lines
from corpuskit.mix.engine.shards import POSITION, VerdictFile
from corpuskit.mix.engine.task_files import TaskFile, damaged_error
from corpuskit.mix.engine.task_results import JoinResult, in_tasks_folder
from corpuskit.mix.engine.tasks import Task, file_of_task


@dataclass(frozen=True)
class JoinVerdicts(Task[JoinResult]):
    """Writes all verdicts to one file, step by step, those of a step in the order of the documents.

    In the tasks' files, a source's verdicts precede those of its stages by as much as is read at a time, which depends
    on how the inputs were cut into tasks. The order by steps does not. Each verdict is parsed once, and its line goes
    to a file of its step, which costs one descriptor and little memory.
    """

    files: tuple[VerdictFile, ...]
    step_ids: tuple[str, ...]
    """Those of the whole chain, in order."""

    def label(self) -> str:
        """Return what is joined."""
        return "mix: verdicts"

    def identity(self) -> Any:
        """Return the files, whose names are of their content, and the steps."""
        return [self.files, self.step_ids]

    def is_cacheable(self) -> bool:
        """Return False: what it writes is published, and hardly ever asked for again."""
        return False

    def run(self, task_path: Path) -> JoinResult:
        """Write the file, and count the verdicts by step and reason."""
        tasks = task_path.parent.parent
        of_steps = {step: file_of_task(task_path, f"-step-{at}.zst") for at, step in enumerate(self.step_ids)}
        decisions_of: Counter[VerdictKey] = Counter()
        with ExitStack() as stack:
            writers: dict[str, BinaryIO] = {}
            for file in self.files:
                for decision in decisions_in(in_tasks_folder(tasks, file.name)):
                    step_id = file.step_ids[decision.pop(POSITION)]
                    decisions_of[step_id, decision["verdict"], decision["reason"]] += 1
                    if step_id not in writers:
                        writer = small_compressing_writer(filesystem.open_write(of_steps[step_id]))
                        writers[step_id] = stack.enter_context(closing(writer))
                    writers[step_id].write(decision_line(decision, step_id))
        joined_file = TaskFile(file_of_task(task_path, ".verdicts.jsonl.zst"))
        with closing(compressing_writer(joined_file.stream, joined_file.path.name)) as stream:
            for step_id, path in of_steps.items():
                if step_id in writers:
                    for block in _blocks(path):
                        stream.write(block)
                    filesystem.remove(path)
        return {"files": [joined_file.entry()], "decisions": [[*key, count] for key, count in decisions_of.items()]}


def decisions_in(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the decisions in a file of them. Raises DamagedError if the file is not whole."""
    import orjson

    for block in whole_lines(_blocks(path)):
        yield from map(orjson.loads, block.rstrip(b"\n").split(b"\n"))


def _blocks(path: Path) -> Iterator[bytes]:
    file = Input(path.name, local_path=path)
    yield from file.blocks()
    if file.damage:
        raise damaged_error(path)
