"""What the process that starts the tasks costs: `python -m tests.benchmarks.parent_share RECIPE OUTPUT`.

The recipe is run into a new folder with two workers and a new cache beside it. Printed is the processor time of the
process that was started and that of its workers; by the aim, the first is at most 3 % of both.
"""

import argparse
import contextlib
import resource
import sys
from pathlib import Path

from corpuskit.cli.main import main as corpuskit


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    cache = arguments.output.with_name(f"{arguments.output.name}.cache")
    sys.argv = [
        "corpuskit",
        "mix",
        str(arguments.recipe),
        "-o",
        str(arguments.output),
        "--cache",
        str(cache),
        "-j",
        "2",
    ]
    with contextlib.suppress(SystemExit):
        corpuskit()
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    own, workers = (usage.ru_utime + usage.ru_stime for usage in usages)
    print(f"this process {own:.2f} s, its workers {workers:.2f} s: a share of {own / (own + workers):.1%}")


if __name__ == "__main__":
    main()
