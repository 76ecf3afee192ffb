"""What each phase of `extract` takes of a page, in microseconds of processor time.

    python -m tests.benchmarks.extraction_phases FILE.jsonl … [--pages N] [--rounds N]

The pages go one by one through what a worker does with them: reading the line, extraction, writing the line. The phases
of extraction are part of it, `page facts` of `metadata`. Of several rounds the least counts for each phase. Processes,
pipes and the reading of files come on top of this in a command.
"""

import argparse
import itertools
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

from corpuskit.core.document import Document, Reject, decode, encode
from corpuskit.stages import extract as stage
from corpuskit.text.html import extract, metadata
from corpuskit.text.html.compiled import description

PHASES = (
    (stage, "_declarations", "declarations"),
    (extract, "page_metadata", "metadata"),
    (metadata, "page_facts", "page facts"),
    (extract, "read_compiled", "blocks"),
    (extract, "choose_compiled", "scores and choice"),
    (extract, "read", "blocks"),
    (extract, "choose", "choice"),
)
"""Functions, and the phases that they are; with the compiled core the last two are not called."""


def timed(function: Callable[..., Any], phase: str, spent: Counter[str]) -> Callable[..., Any]:
    """Return the function, which adds what its calls take to a phase."""

    def call(*arguments: Any, **options: Any) -> Any:
        start = time.process_time_ns()
        try:
            return function(*arguments, **options)
        finally:
            spent[phase] += time.process_time_ns() - start

    return call


def time_spent(lines: list[bytes]) -> Counter[str]:
    """Return the nanoseconds that each phase takes of all pages."""
    spent: Counter[str] = Counter()
    step = stage.Extract()
    read_line, write_line = timed(decode, "read the line", spent), timed(encode, "write the line", spent)
    extract_page = timed(step.apply, "extract", spent)
    with ExitStack() as stack:
        for module, name, phase in PHASES:
            stack.enter_context(mock.patch.object(module, name, timed(getattr(module, name), phase, spent)))
        for line in lines:
            try:
                outcome = extract_page(read_line(line))
            except Reject:
                continue
            if isinstance(outcome, Document):
                write_line(outcome)
    return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--pages", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    stage.Extract().prepare()
    print(description())
    for path in options.files:
        with path.open("rb") as file:
            lines = [line.rstrip(b"\n") for line in itertools.islice(file, options.pages)]
        rounds = [time_spent(lines) for _ in range(options.rounds)]
        print(f"\n{path.name}: {len(lines)} pages of {sum(map(len, lines)) // max(1, len(lines)):,} bytes\n")
        for phase in sorted(rounds[0], key=rounds[0].__getitem__, reverse=True):
            print(f"{min(spent[phase] for spent in rounds) / len(lines) / 1000:10.1f}  {phase}")


if __name__ == "__main__":
    main()
