"""Show what `scrub-pii` takes in code and technical prose: `python -m tests.benchmarks.wrong_phones FOLDER… [OPTION]`.

Of each FOLDER, all `*.py`, `*.pyi`, `*.c`, `*.h`, `*.js`, `*.txt`, `*.md`, `*.rst` and `*.jsonl.gz` files are read (of
JSONL, the `text`s). Prints each hit of the types of `--types` (default `phone`) between `»` and `«` on its line, to be
judged by a reader, then the hits in a million lines, by type. `--half 0` or `--half 1` reads one half of the documents,
by a hash of their name: the rules were written looking at half 0.
"""

import argparse
import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from corpuskit.text.pii.engines import finder

SUFFIXES = (".py", ".pyi", ".c", ".h", ".js", ".txt", ".md", ".rst", ".jsonl.gz")


def main() -> None:
    """Print the hits and their rate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--types", default="phone")
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--kinds", default="", help="values of `kind` that documents of JSONL files must have")
    chosen = parser.parse_args()
    find = finder("native", tuple(chosen.types.split(",")))
    lines, hits = 0, Counter[str]()
    for name, text in documents(chosen.folders, set(filter(None, chosen.kinds.split(",")))):
        if chosen.half is not None and hashlib.sha256(name.encode()).digest()[0] % 2 != chosen.half:
            continue
        lines += text.count("\n") + 1
        for hit in find(text):
            hits[hit.type] += 1
            start = max(text.rfind("\n", 0, hit.start) + 1, hit.start - 60)
            after = text[hit.end : hit.end + 40].partition("\n")[0]
            print(f"{hit.type}\t{name[-40:]}\t{text[start : hit.start]}»{text[hit.start : hit.end]}«{after}")
    print(f"{lines} lines;", *(f"{kind}: {n}, {n * 1e6 / lines:.1f} in a million lines" for kind, n in hits.items()))


def documents(folders: list[Path], kinds: set[str]) -> Iterator[tuple[str, str]]:
    """Yield name and text of each document below the folders."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if not path.name.endswith(SUFFIXES) or not path.is_file():
                continue
            if path.name.endswith(".jsonl.gz"):
                with gzip.open(path, "rt", encoding="utf-8") as records:
                    for record in map(json.loads, records):
                        if not kinds or record.get("kind") in kinds:
                            yield record.get("url") or record["id"], record["text"]
            else:
                yield str(path), path.read_text(encoding="utf-8", errors="replace")


if __name__ == "__main__":
    main()
