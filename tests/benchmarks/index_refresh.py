"""What a refresh of a search index costs beside its build, and whether it answers as an index made anew.

    python -m tests.benchmarks.index_refresh [--chunks 100000] [--share 0.01] [--rounds 3] [--embed-seconds 0.0]
        [--spelled]

Chunks are made of words of Cranfield and of made-up ones, in lines as `chunk` writes them or, with `--spelled`, as
Python's `json` does. In each round an index is
built, and each refresh begins with a copy of it: nothing is new, a share is added, a share is changed under the same
ids, or it is changed with new ids, half as many chunks being removed and added.
Costs are processor seconds of whole commands, and of all rounds the median. With `--embed-seconds`, every text costs a
server on loopback that much processor time, and the server's is counted with that of the command, as a model that runs
beside it would be.
"""

import argparse
import gzip
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from corpuskit import Document, IndexSearch
from corpuskit.core.document import encode
from corpuskit.formats.search_index.layout import open_index, read_description
from tests.conftest import ROOT, SHARED
from tests.support.loopback_embeddings import loopback_embeddings

CHUNK_WORDS = 170
REFRESHES = (
    ("nothing new", "old"),
    ("added", "more"),
    ("same ids", "same"),
    ("same ids deferred", "same", "--defer-erasure"),
    ("new ids", "new"),
    ("new ids deferred", "new", "--defer-erasure"),
)
"""What each is called, its stream, and its options; of the last, the erasure follows as `erased later`."""


class Corpus:
    """Chunks of made-up text, by number and version."""

    def __init__(self, data: Path, seed: int = 1, *, spelled: bool = False) -> None:
        self.spelled = spelled
        generator = random.Random(seed)
        with gzip.open(data / "retrieval" / "cranfield_docs.jsonl.gz") as stream:
            self.words = [word for line in stream for word in json.loads(line)["text"].split()]
        self.rare = ["".join(generator.choices("abcdefghijklmnopqrstuvwxyz", k=8)) for _ in range(50_000)]

    def line(self, number: int, version: int, id_version: int | None = None) -> str:
        generator = random.Random(number * 1000 + version)
        start = generator.randrange(len(self.words) - CHUNK_WORDS)
        text = " ".join([*self.words[start : start + CHUNK_WORDS], *generator.choices(self.rare, k=10)])
        metadata = {
            "title": f"Guide > {generator.choice(self.rare)}",
            "parents": [f"d{number}"],
            "span": [0, len(text)],
        }
        identifier = f"d{number}#{version if id_version is None else id_version}"
        if self.spelled:
            return json.dumps({"id": identifier, "text": text, "metadata": metadata}) + "\n"
        return encode(Document(identifier, text, metadata)).decode() + "\n"

    def query(self, seed: int) -> str:
        generator = random.Random(seed)
        return " ".join(generator.choices(self.words, k=generator.randrange(1, 8)) + generator.choices(self.rare, k=1))


def write(path: Path, lines: Iterable[str]) -> None:
    with path.open("w") as stream:
        stream.writelines(lines)


def cost_of(*arguments: str) -> tuple[float, float]:
    """Processor seconds and seconds on the clock of a command."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-m", "corpuskit", *arguments], check=True, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.perf_counter() - begin


def answers(path: Path, queries: Sequence[str]) -> list[list[tuple[str, float]]]:
    search = IndexSearch(n=100)
    with open_index(path) as connection:
        description = read_description(connection, path)
        return [[(hit.id, hit.score) for hit in search.hits(connection, description, query)] for query in queries]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--embed-seconds", type=float, default=None)
    parser.add_argument("--spelled", action="store_true")
    options = parser.parse_args()
    embedded = 0

    def embed(texts: Sequence[str]) -> list[list[float]]:
        nonlocal embedded
        embedded += len(texts)
        return [random.Random(text).choices((-1.0, 0.5, 1.0), k=384) for text in texts]

    with tempfile.TemporaryDirectory() as name, loopback_embeddings(embed) as server:
        folder = Path(name)
        os.environ["CORPUSKIT_STATE"] = str(folder / "state")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed is compiled
        corpus = Corpus(options.data, spelled=options.spelled)
        write_streams(folder, corpus, options.chunks, options.share)
        more = ("--embed", server.url, "--embed-model", "m") if options.embed_seconds is not None else ()
        costs: dict[str, list[float]] = {}

        def run(title: str, lines: str, index: str, *flags: str) -> None:
            nonlocal embedded
            embedded = 0
            target = folder / f"{index}.idx"
            cpu, clock = cost_of("index", str(folder / f"{lines}.jsonl"), "-o", str(target), "-q", *more, *flags)
            costs.setdefault(title, []).append(cpu + embedded * (options.embed_seconds or 0.0))
            size = target.stat().st_size / 1e6
            print(
                f"{title:24} {costs[title][-1]:7.2f} s of processors ({cpu:.2f} s the command's), {clock:6.1f} s, "
                f"{embedded:,} embedded, {size:.0f} MB",
                flush=True,
            )

        for _ in range(options.rounds):
            (folder / "built.idx").unlink(missing_ok=True)
            run("build", "old", "built")
            for title, lines, *flags in REFRESHES:
                index = title.replace(" ", "-")
                shutil.copy(folder / "built.idx", folder / f"{index}.idx")
                run(title, lines, index, *flags)
            run("erased later", "new", "new-ids-deferred")
        for title, seconds in costs.items():
            median = statistics.median(seconds)
            print(f"{title:24} {median:7.2f} s, {median / statistics.median(costs['build']):6.1%} of a build")
        queries = [corpus.query(seed) for seed in range(options.queries)]
        shutil.copy(folder / "built.idx", folder / "deferred.idx")
        run("deferred", "new", "deferred", "--defer-erasure")
        run("made anew", "new", "anew")
        fresh = answers(folder / "anew.idx", queries)
        for index in ("new-ids", "deferred", "new-ids-deferred"):
            refreshed = answers(folder / f"{index}.idx", queries)
            equal = sum(one == other for one, other in zip(refreshed, fresh, strict=True))
            print(
                f"{index}: {equal:,} of {len(queries):,} queries are answered as by an index made anew, with its scores"
            )
        cpu, _ = cost_of("verify", *(str(folder / f"{index}.idx") for index in ("new-ids", "deferred")))
        print(f"verify, of two files: {cpu:.2f} s of processors")


def write_streams(folder: Path, corpus: Corpus, chunks: int, share: float) -> None:
    """Write the stream of the build, and those of the refreshes."""
    generator = random.Random(2)
    number_changed = round(chunks * share)
    changed = frozenset(generator.sample(range(chunks), number_changed))
    gone = frozenset(generator.sample(range(chunks), number_changed // 2))
    extra = range(chunks + number_changed, chunks + 2 * number_changed)
    kept = [number for number in range(chunks + number_changed // 2) if number not in gone]
    write(folder / "old.jsonl", (corpus.line(number, 0) for number in range(chunks)))
    write(folder / "more.jsonl", (corpus.line(number, 0) for number in (*range(chunks), *extra)))
    write(folder / "same.jsonl", (corpus.line(number, int(number in changed), 0) for number in range(chunks)))
    write(folder / "new.jsonl", (corpus.line(number, int(number in changed)) for number in kept))


if __name__ == "__main__":
    main()
