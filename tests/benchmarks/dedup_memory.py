"""Memory of `dedup` by document: `python -m tests.benchmarks.dedup_memory FOLDER [--documents N] [--memory SIZE]`.

FOLDER holds JSONL texts (`docs` of the benchmark corpus). They are cut into pieces of 300 characters, so that the table
of documents outgrows what a batch takes. A process of its own judges a tenth of N pieces, another one all N; what the
second takes more of memory at its peak, by what it judges more of documents, is the memory of one.
"""

import argparse
import itertools
import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from corpuskit.core.document import Document
from corpuskit.core.reading.resolve import resolve
from corpuskit.core.step import Drop
from corpuskit.core.stream.flow import Flow
from corpuskit.stages.dedup import Dedup

PIECE = 300


def pieces(folder: Path) -> Iterator[Document]:
    for document in Flow([], lambda verdict: None).documents(resolve([str(folder)], (".jsonl", ".jsonl.gz"))):
        for at in range(0, len(document.text), PIECE):
            yield Document(f"{document.id}/{at}", document.text[at : at + PIECE])


def judge(folder: Path, documents: int, memory: str | None) -> dict[str, float]:
    items = Dedup(memory=memory).run(itertools.islice(pieces(folder), documents))
    dropped = sum(isinstance(item, Drop) for item in items)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"dropped": dropped, "peak": used.ru_maxrss * 1024, "seconds": used.ru_utime + used.ru_stime}


def in_a_process(documents: int, arguments: argparse.Namespace) -> dict[str, float]:
    command = [sys.executable, __file__, str(arguments.folder), "--one", "--documents", str(documents)]
    command += ["--memory", arguments.memory] if arguments.memory else []
    answer: dict[str, float] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--memory")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(judge(arguments.folder, arguments.documents, arguments.memory)))
        return
    few = arguments.documents // 10
    small, large = (in_a_process(count, arguments) for count in (few, arguments.documents))
    each = (large["peak"] - small["peak"]) / (arguments.documents - few)
    print(
        f"{arguments.documents:,} documents, {large['dropped']:,} dropped, {large['seconds']:.0f} s CPU: "
        f"peak {large['peak'] / 1e6:.0f} MB, of {few:,} {small['peak'] / 1e6:.0f} MB; {each:.0f} bytes a document"
    )


if __name__ == "__main__":
    main()
