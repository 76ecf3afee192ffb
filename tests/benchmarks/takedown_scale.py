"""What a takedown costs, and whether all is gone.

    python -m tests.benchmarks.takedown_scale filter [--documents 1000000] [--lines 10000]
    python -m tests.benchmarks.takedown_scale places [--documents 100000] [--lines 1000]

`filter` measures `filter-takedown` in a process of its own with one worker: CPU seconds and peak memory. Of the lines,
a half name ids, a fifth addresses, a tenth domains, and a fifth texts. Documents have 180 words, about 1.6 KB.

`places` publishes the documents as a folder, as its Parquet twin, through `dedup` with an index, through `mix` with a
cache, and their chunks as a search index; takes the lines out of all of them; and then looks for ids, texts and near
copies, by another search and in the decompressed bytes of every file. Then the same texts try to come back from
another source, under other ids, and with some words more. It ends with an error if anything is found. A text has marks
in it, by which bytes are searched.
"""

import argparse
import hashlib
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zstandard

WORDS = [f"word{number}" for number in range(20_000)]
SHARD = 1_000
MARKS = re.compile(rb"doc-[0-9]+-x|mark[0-9]+[abc]")


def text_of(number: int, length: int = 180) -> str:
    """The text of a document, which no other shares a run of words with."""
    chance, half = random.Random(number), length // 2
    first, second = chance.choices(WORDS, k=half), chance.choices(WORDS, k=half)
    return " ".join([f"mark{number}a", *first, f"mark{number}b", *second, f"mark{number}c"])


def document_of(number: int, sites: int = 20_000) -> dict[str, Any]:
    """A document."""
    url = f"https://site{number % sites}.example/page/{number}"
    return {"id": f"doc-{number}-x", "text": text_of(number), "metadata": {"source": "web", "url": url}}


def write_lines(path: Path, values: Iterator[Any]) -> None:
    """Write JSON Lines."""
    with path.open("w") as stream:
        for value in values:
            stream.write(json.dumps(value) + "\n")


def mixed_list(documents: int, lines: int) -> Iterator[dict[str, str]]:
    """Lines of four kinds, all of which name documents."""
    for number in range(lines):
        chosen = number * (documents // lines)
        document, kind = document_of(chosen), number % 10
        if kind < 5:
            yield {"id": document["id"]}
        elif kind < 7:
            yield {"url": document["metadata"]["url"]}
        elif kind < 8:
            yield {"domain": f"site{chosen % 20_000}.example"}
        else:
            yield {"text": document["text"] + " and some words more"}


def run(folder: Path, *arguments: str, code: int = 0) -> bytes:
    """Run a command in the folder, with a cache of its own there; return what it prints."""
    environment = {**os.environ, "CORPUSKIT_CACHE": str(folder / "cache"), "CORPUSKIT_STATE": str(folder / "state")}
    command = [sys.executable, "-m", "corpuskit", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, check=False)
    if done.returncode != code:
        raise SystemExit(f"{' '.join(arguments)}: exit code {done.returncode}")
    return done.stdout


def measure_filter(folder: Path, documents: int, lines: int) -> None:
    """Print what `filter-takedown` costs."""
    write_lines(folder / "in.jsonl", map(document_of, range(documents)))
    write_lines(folder / "takedown.jsonl", mixed_list(documents, lines))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(folder, "filter-takedown", "--list", "takedown.jsonl", "in.jsonl", "-j", "1", "-o", "out.jsonl.zst")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    size = (folder / "in.jsonl").stat().st_size
    print(f"{lines:,} lines, {documents:,} documents, {size / 1e6:,.0f} MB: {seconds:.1f} CPU seconds,", end=" ")
    print(f"peak memory {after.ru_maxrss / 1024:,.0f} MB")


def bytes_of(path: Path) -> bytes:
    """A file's bytes as they lie, and decompressed: zstd as a whole, Parquet by its values, the index by its blocks."""
    data = path.read_bytes()
    if path.name.endswith(".zst"):
        data += zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read()
    if path.name.endswith(".parquet"):
        import pyarrow.parquet

        columns = pyarrow.parquet.read_table(path).to_pydict()
        data += "\n".join(str(value) for column in columns.values() for value in column).encode()
    return data


def hits_in_bytes(place: Path, numbers: set[int]) -> int:
    """How often an id of these documents, or a mark of their texts, stands in any file of a place."""
    sought = {mark.encode() for number in numbers for mark in (f"doc-{number}-x", *(f"mark{number}{x}" for x in "abc"))}
    files = [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())
    return sum(mark in sought for path in files for mark in MARKS.findall(bytes_of(path)))


def measure_places(folder: Path, documents: int, lines: int) -> None:
    """Take documents out of all kinds of places, and look whether they are gone."""
    chosen = [number * (documents // lines) // 10 for number in range(lines)]  # all in the first tenth of the shards
    copies = {documents + number: text_of(number) + " and a few words more" for number in chosen[: lines // 10]}
    every = [document_of(number) for number in range(documents)]
    every += [{**document_of(number), "text": text} for number, text in copies.items()]
    write_lines(folder / "in.jsonl", iter(every))
    write_lines(folder / "takedown.jsonl", ({"id": document_of(number)["id"]} for number in chosen))
    shards = ("--shard-documents", str(SHARD))
    run(folder, "export", "in.jsonl", "--to", "jsonl", "-o", "corpus", *shards, "--quiet")
    run(folder, "export", "in.jsonl", "--to", "parquet", "-o", "twin", *shards, "--quiet")
    run(folder, "dedup", "in.jsonl", "--index", "seen", "--snapshot", "s", "-o", "unique.jsonl.zst", "--quiet")
    (folder / "recipe.yaml").write_text("sources: {a: {from: files, inputs: [in.jsonl], origin: crawl}}\n")
    run(folder, "mix", "recipe.yaml", "-o", "mixed", "--quiet")
    run(folder, "chunk", "in.jsonl", "-o", "chunks.jsonl.zst", "--quiet")
    run(folder, "index", "chunks.jsonl.zst", "-o", "search.idx", "--quiet")
    places = ("corpus", "twin", "seen", "cache", "unique.jsonl.zst", "mixed", "search.idx")
    before = {place: digests_of(folder / place) for place in ("corpus", "twin")}
    start = resource.getrusage(resource.RUSAGE_CHILDREN)
    arguments = ("takedown", "--list", "takedown.jsonl", *places)
    answer = json.loads(run(folder, *arguments, "--apply", "--json", "--receipt", "receipt.json").splitlines()[-1])
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"takedown: {end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime:.1f} CPU seconds")
    for place in answer["places"]:
        print(f"  {place['name']}: {place['outcome']} {place['documents']:,} {place['reasons']}")
    for place, files in before.items():
        after = digests_of(folder / place)
        same = [name for name in files if name.startswith("data/") and after.get(name) == files[name]]
        print(f"  {place}: {len(same)} of {sum(name.startswith('data/') for name in files)} shards untouched")
    run(folder, "verify", "corpus", "twin", "unique.jsonl.zst", "mixed", "search.idx", "--quiet")
    run(folder, "verify", "--receipt", "receipt.json", *places, "--quiet")
    look = json.loads(run(folder, *arguments, "--json").splitlines()[-1])
    by_search = sum(place["documents"] for place in look["places"])
    numbers = {*chosen, *copies}
    in_bytes = sum(hits_in_bytes(folder / place, numbers) for place in (*places, "unique.jsonl.zst.manifest.json"))
    back = [{"id": f"back-{number}", "text": text_of(number), "metadata": {"source": "b"}} for number in chosen]
    back += [{"id": f"near-{number}", "text": text_of(number) + " with more words"} for number in chosen]
    back += [document_of(number) for number in chosen]
    write_lines(folder / "back.jsonl", iter(back))
    returned = run(folder, "filter-takedown", "--list", "takedown.jsonl", "back.jsonl", "--quiet").count(b"\n")
    run(folder, "mix", "recipe.yaml", "-o", "corpus", "--quiet", code=6)
    run(folder, "index", "chunks.jsonl.zst", "-o", "search.idx", "--quiet", code=6)
    print(f"hits: {by_search} by search, {in_bytes} in bytes; {returned} of {len(back):,} came back")
    if by_search or in_bytes or returned:
        raise SystemExit("not all is gone")


def digests_of(folder: Path) -> dict[str, str]:
    """The sha256 of each file."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=["filter", "places"])
    parser.add_argument("--documents", type=int)
    parser.add_argument("--lines", type=int)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.part == "filter":
            measure_filter(Path(folder), given.documents or 1_000_000, given.lines or 10_000)
        else:
            measure_places(Path(folder), given.documents or 100_000, given.lines or 1_000)


if __name__ == "__main__":
    main()
