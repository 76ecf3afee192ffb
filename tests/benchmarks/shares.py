"""Where a recipe's processor time goes: `python -m tests.benchmarks.shares RECIPE [--work DIR]`.

Runs the recipe with one worker and without a cache, and prints the processor time of each kind of task, with that of
the processes which tasks start, and of the parent: everything that is not done within a task. Processor time does not
depend on how busy the machine is, but for caches: compare shares of one run, not seconds of two.
"""

import argparse
import resource
import shutil
import time
from collections import Counter
from pathlib import Path
from typing import Any

from corpuskit.core.settings import Settings
from corpuskit.mix.engine.tasks import StoredTask
from corpuskit.mix.mix import Mix

DEDUP = ("SignShard", "MatchBucket", "ResolveMatches", "FilterShard")


def seconds() -> float:
    """Processor time of this process and of those that it has waited for."""
    waited_for = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + waited_for.ru_utime + waited_for.ru_stime


def measured(recipe: Path, output: Path) -> "tuple[Counter[str], Counter[str], float]":
    """Return the seconds and the number of tasks by kind, and the seconds of the parent."""
    spent, tasks = Counter[str](), Counter[str]()
    execute = StoredTask.execute

    def timed(task: StoredTask[Any]) -> None:
        begin = seconds()
        execute(task)
        kind = type(task.task).__name__
        spent[kind] += seconds() - begin  # type: ignore[assignment]
        tasks[kind] += 1

    StoredTask.execute = timed  # type: ignore[method-assign, assignment]
    begin = seconds()
    Mix(no_cache=True).execute([str(recipe)], Settings(output=output, jobs=1, quiet=True, accept_damaged=True))
    return spent, tasks, seconds() - begin - sum(spent.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--work", type=Path, default=Path("shares-output"))
    arguments = parser.parse_args()
    shutil.rmtree(arguments.work, ignore_errors=True)
    spent, tasks, parent = measured(arguments.recipe, arguments.work)
    total = sum(spent.values()) + parent
    for kind, part in spent.most_common():
        print(f"{kind:15}  {tasks[kind]:6,} tasks  {part:8.1f} s  {part / total:6.1%}")
    print(f"{'the parent':15}  {'':12}  {parent:8.1f} s  {parent / total:6.1%}")
    dedup = sum(spent[kind] for kind in DEDUP)
    print(f"dedup, in all its tasks: {dedup:.1f} of {total:.1f} s of processor time, {dedup / total:.1%}")


if __name__ == "__main__":
    main()
