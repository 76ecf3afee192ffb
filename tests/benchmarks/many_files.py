"""What many small files cost beside one: `python -m tests.benchmarks.many_files [--files N] [--bytes N]`.

The same documents lie in as many text files and in one JSONL. Printed is the processor time of each command, with all
that it starts, and that of a bare open, read and hash of each file in Python: by the aim, files cost at most 1.5 times
what the lines do, and three times the bare reading besides.
"""

import argparse
import hashlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WORDS = ("river", "stone", "morning", "letter", "garden", "window", "market", "silver", "winter", "corner", "table")
RECIPE = "sources: {{a: {{from: files, inputs: [{0}], origin: other, license: MIT}}}}\ntogether: [dedup]\n"


def seconds_of(folder: Path, *words: str) -> float:
    """Return the processor time of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "corpuskit", *words]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def write_inputs(folder: Path, files: int, size: int) -> None:
    """Write random words, which are no near-duplicates, in both forms."""
    (folder / "files").mkdir()
    chance = random.Random(7)
    with open(folder / "lines.jsonl", "w") as lines:
        for number in range(files):
            text = " ".join(chance.choices(WORDS, k=size // 7)) + f" {number}"
            (folder / "files" / f"{number:06}.txt").write_text(text)
            lines.write(json.dumps({"id": f"files/{number:06}.txt", "text": text}) + "\n")
    for name in ("files/", "lines.jsonl"):
        (folder / f"{name.partition('.')[0].strip('/')}.yaml").write_text(RECIPE.format(name))


def bare_seconds(folder: Path) -> float:
    """Return the processor time of opening, reading and hashing each file."""
    begin = time.process_time()
    for name in sorted(os.listdir(folder)):
        with open(folder / name, "rb") as stream:
            hashlib.sha256(stream.read()).hexdigest()
    return time.process_time() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--bytes", type=int, default=1000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_inputs(folder, arguments.files, arguments.bytes)
        bare = bare_seconds(folder / "files")
        print(f"{arguments.files:,} files of {arguments.bytes:,} bytes; open, read and hash: {bare:.2f} s")
        for title, command in (
            ("files", ["files", "{0}", "-o", "out-files-{1}"]),
            ("dedup", ["mix", "{1}.yaml", "-o", "out-mix-{1}", "-j", "1", "--no-cache"]),
        ):
            many, one = (
                seconds_of(folder, *(word.format(*names) for word in command))
                for names in (("files", "files"), ("lines.jsonl", "lines"))
            )
            aim = 1.5 * one + 3 * bare
            print(f"{title:6} many files {many:6.2f} s, one file {one:6.2f} s; aim {aim:6.2f} s")


if __name__ == "__main__":
    main()
