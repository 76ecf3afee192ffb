"""The verdicts that tasks leave in many files, as the one file that is published."""

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.compression import compressing_writer
from corpuskit.core.provenance.balance import VerdictKey
from corpuskit.core.reading.inputs import Input
from corpuskit.core.reading.lines import whole_lines
from corpuskit.mix.engine.task_files import damaged_error
from corpuskit.mix.engine.task_results import in_tasks_folder


def join_verdicts(
    files: Mapping[str, Sequence[str]],
    tasks: Path,
    steps: Sequence[str],
    folder: Path,
) -> "tuple[list[str], Counter[VerdictKey]]":
    """Write all verdicts to one file, step by step, those of a step in the order of the documents.

    Returns the path of the file, none if there are no verdicts, and how many there are of each.

    In the tasks' files, a source's verdicts precede those of its stages by as much as is read at a time, which depends
    on how the inputs were cut into tasks. The order by steps does not. The steps are written one after the other,
    because a compressor holds megabytes.
    """
    import orjson

    assert set(steps).issuperset(files), "a verdict of a step that is not in the chain"
    decisions_of: Counter[VerdictKey] = Counter()
    if not files:
        return [], decisions_of
    all_steps, one_step = folder / "verdicts.jsonl.zst", folder / "verdicts-of-step.jsonl.zst"
    with filesystem.open_write(all_steps) as stream:
        for step in dict.fromkeys(steps):
            if step not in files:
                continue
            with closing(compressing_writer(filesystem.open_write(one_step), ".zst")) as of_step:
                for line in _verdict_lines(in_tasks_folder(tasks, name) for name in files[step]):
                    decision = orjson.loads(line)
                    if decision["step"] == step:
                        decisions_of[step, decision["verdict"], decision["reason"]] += 1
                        of_step.write(line + b"\n")
            with open(one_step, "rb") as verdicts:
                shutil.copyfileobj(verdicts, stream)
    return [str(all_steps)], decisions_of


def _verdict_lines(paths: Iterable[Path]) -> Iterator[bytes]:
    for path in paths:
        file = Input(path.name, local_path=path)
        for block in whole_lines(file.blocks()):
            yield from block.rstrip(b"\n").split(b"\n")
        if file.damage:
            raise damaged_error(path)
