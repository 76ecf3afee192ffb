"""What a refresh of a search index costs beside its build, and whether it answers as an index made anew.

    python -m tests.benchmarks.index_refresh [--chunks 100000] [--share 0.01] [--queries 1000] [--embed-seconds 0.0]

Chunks are made of words of Cranfield and of made-up ones, in lines as `chunk` writes them. First as many are added as
later are changed; then a share is changed, half as many removed and added.
Costs are processor seconds of whole commands. With `--embed-seconds`, every text costs a server on loopback that much
processor time, and the server's is counted with that of the command, as a model that runs beside it would be.
"""

import argparse
import gzip
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from corpuskit import Document, IndexSearch
from corpuskit.core.document import encode
from corpuskit.formats.search_index.layout import open_index, read_description
from tests.conftest import ROOT, SHARED
from tests.support.loopback_embeddings import loopback_embeddings

CHUNK_WORDS = 170


class Corpus:
    """Chunks of made-up text, by number and version."""

    def __init__(self, seed: int = 1) -> None:
        generator = random.Random(seed)
        with gzip.open(SHARED / "retrieval" / "cranfield_docs.jsonl.gz") as stream:
            self.words = [word for line in stream for word in json.loads(line)["text"].split()]
        self.rare = ["".join(generator.choices("abcdefghijklmnopqrstuvwxyz", k=8)) for _ in range(50_000)]

    def line(self, number: int, version: int) -> str:
        generator = random.Random(number * 1000 + version)
        start = generator.randrange(len(self.words) - CHUNK_WORDS)
        text = " ".join([*self.words[start : start + CHUNK_WORDS], *generator.choices(self.rare, k=10)])
        metadata = {
            "title": f"Guide > {generator.choice(self.rare)}",
            "parents": [f"d{number}"],
            "span": [0, len(text)],
        }
        return encode(Document(f"d{number}#{version}", text, metadata)).decode() + "\n"

    def query(self, seed: int) -> str:
        generator = random.Random(seed)
        return " ".join(generator.choices(self.words, k=generator.randrange(1, 8)) + generator.choices(self.rare, k=1))


def write(path: Path, corpus: Corpus, numbers: Sequence[int], changed: frozenset[int]) -> None:
    with path.open("w") as stream:
        stream.writelines(corpus.line(number, int(number in changed)) for number in numbers)


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
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--embed-seconds", type=float, default=None)
    options = parser.parse_args()
    corpus, generator = Corpus(), random.Random(2)
    number_changed = round(options.chunks * options.share)
    changed = frozenset(generator.sample(range(options.chunks), number_changed))
    gone = frozenset(generator.sample(range(options.chunks), number_changed // 2))
    kept = [number for number in range(options.chunks + number_changed // 2) if number not in gone]
    embedded = 0

    def embed(texts: Sequence[str]) -> list[list[float]]:
        nonlocal embedded
        embedded += len(texts)
        return [random.Random(text).choices((-1.0, 0.5, 1.0), k=384) for text in texts]

    with tempfile.TemporaryDirectory() as name, loopback_embeddings(embed) as server:
        folder = Path(name)
        os.environ["CORPUSKIT_STATE"] = str(folder / "state")
        write(folder / "old.jsonl", corpus, range(options.chunks), frozenset())
        extra = range(options.chunks + number_changed, options.chunks + 2 * number_changed)
        write(folder / "more.jsonl", corpus, [*range(options.chunks), *extra], frozenset())
        write(folder / "new.jsonl", corpus, kept, changed)
        with_vectors = options.embed_seconds is not None
        more = ("--embed", server.url, "--embed-model", "m") if with_vectors else ()
        costs = {}
        for title, lines, index in (
            ("build", "old", "c"),
            ("only added", "more", "c"),
            ("build", "old", "a"),
            ("refresh", "new", "a"),
            ("nothing new", "new", "a"),
            ("made anew", "new", "b"),
        ):
            embedded = 0
            cpu, clock = cost_of(
                "index", str(folder / f"{lines}.jsonl"), "-o", str(folder / f"{index}.idx"), "-q", *more
            )
            costs[title] = cpu + embedded * (options.embed_seconds or 0.0)
            size = (folder / f"{index}.idx").stat().st_size / 1e6
            print(
                f"{title:12} {costs[title]:9.2f} s of processors ({cpu:.2f} s the command's), {clock:7.1f} s, "
                f"{embedded:,} embedded, {size:.0f} MB",
                flush=True,
            )
        for title in ("only added", "refresh", "nothing new"):
            print(f"{title}: {costs[title] / costs['build']:.1%} of a build")
        queries = [corpus.query(seed) for seed in range(options.queries)]
        begin = time.perf_counter()
        of_refreshed, of_fresh = answers(folder / "a.idx", queries), answers(folder / "b.idx", queries)
        milliseconds = (time.perf_counter() - begin) / 2 / max(len(queries), 1) * 1000
        equal = sum(one == other for one, other in zip(of_refreshed, of_fresh, strict=True))
        print(
            f"{equal:,} of {len(queries):,} queries are answered alike, scores included; {milliseconds:.1f} ms a query"
        )
        cpu, _ = cost_of("verify", str(folder / "a.idx"))
        print(f"verify       {cpu:9.2f} s of processors")


if __name__ == "__main__":
    main()
