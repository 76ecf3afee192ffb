"""What `dedup --unit span` finds, how fast, and in how much memory: planted copies, and texts that share nothing.

    python -m tests.benchmarks.dedup_spans FILE… [--words N] [--copies N] [--parts N] [--long MB]

Each FILE holds documents as JSON Lines. Runs of the least length that goes are copied from the second third into the
last, at places of their own, with other signs and line ends between the words, and `--parts` parts of each into the
first third, so that the first to say its words is not the first to say the run: `planted gone` says how many went.
`runs` went from the file as it is. `made` are texts of random words, of which none may lose any. Speed is megabytes of
text a CPU second, without the tables of characters, which a process makes once; memory is the growth of this process,
which holds the documents and their lines as well. `long text` is how much a process of its own grows, in times the
text's bytes, by a single text of `--long` megabytes of the file's characters, in lines that do not repeat (`new`), and
of its lines in any order (`old`).
"""

import argparse
import bisect
import gzip
import itertools
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from corpuskit.core.document import Document
from corpuskit.core.outcome import Drop
from corpuskit.stages.dedup import Dedup
from corpuskit.text.dedup.shingles import WORD_WEIGHT, unit_bounds, words_of


def documents_in(path: Path) -> list[Document]:
    """The documents of a file."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else open(path, encoding="utf-8") as stream:
        return [Document(f"{number}", json.loads(line)["text"]) for number, line in enumerate(stream)]


def plant(
    documents: list[Document], least: int, copies: int, parts: int, chance: random.Random
) -> tuple[list[Document], int]:
    """The documents with runs copied from their second third into the last, and parts of them into the first.

    A run is as long as it must be to go, and not longer.
    """
    third, planted = len(documents) // 3, 0
    texts = [document.text for document in documents]
    original = texts.copy()
    for number in chance.sample(range(2 * third, len(documents)), min(copies, len(documents) - 2 * third)):
        source = original[chance.randrange(third, max(2 * third, third + 1)) if third else 0]
        starts, ends = unit_bounds(source)
        _, weights = words_of(source)
        sums = [0, *itertools.accumulate(weights.tolist())]
        if len(starts) != len(weights) or sums[-1] <= 2 * least * WORD_WEIGHT:
            continue
        first = chance.randrange(bisect.bisect_right(sums, sums[-1] - least * WORD_WEIGHT))
        last = bisect.bisect_left(sums, sums[first] + least * WORD_WEIGHT)
        # A sign such as ¼ is two words at one place.
        spans = dict.fromkeys(zip(starts[first:last].tolist(), ends[first:last].tolist(), strict=True))
        words = [source[start:end] for start, end in spans]
        changed = chance.choice([" ", "\n", ", ", " - "])
        for _ in range(parts):
            # All of the run but its beginning, or its end.
            cut = chance.randrange(1, len(words) // 3)
            part = words[cut:] if chance.randrange(2) else words[:-cut]
            texts[chance.randrange(max(third, 1))] += f"\n{' '.join(part)}\n"
        begin, _ = unit_bounds(texts[number])
        insert_at = int(begin[chance.randrange(len(begin))]) if len(begin) else 0
        run_text = f" MARK{planted}A {changed.join(words)} MARK{planted}B "
        texts[number] = f"{texts[number][:insert_at]}{run_text}{texts[number][insert_at:]}"
        planted += 1
    return [Document(document.id, text) for document, text in zip(documents, texts, strict=True)], planted


def run(documents: Iterable[Document], words: int) -> tuple[list[str], int]:
    """What is left of the texts, and how many runs went."""
    texts, runs = [], 0
    for item in Dedup(unit="span", min_words=words).run(documents):
        if isinstance(item, Drop):
            texts.append("")
            runs += item.values["removed"]
        elif isinstance(item, Document):
            texts.append(item.text)
            runs += item.hits.get("duplicate-spans", 0)
    return texts, runs


def long_text(path: Path, megabytes: int, kind: str) -> str:
    """A text of the file's lines in any order (`old`), or of its characters or words in orders of their own (`new`)."""
    chance = random.Random(2)
    lines = [line for document in documents_in(path) for line in document.text.splitlines() if line.strip()]
    words = [word for line in lines for word in line.split()]
    letters = "".join(words) if sum(map(len, words)) > 15 * len(words) else ""
    parts, size = list[str](), 0
    while size < megabytes * 10**6:
        new = "".join(chance.choices(letters, k=40)) if letters else " ".join(chance.choices(words, k=12))
        parts.append(new if kind == "new" else chance.choice(lines))
        size += len(parts[-1].encode()) + 1
    return "\n".join(parts)


def growth(path: Path) -> float:
    """How much this process grows at most by one text, in times its bytes (Linux)."""
    document = Document("long", path.read_text())
    run([Document("short", "One, two, 猫, ½.")], 50)
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from now on
    before = memory_now("VmRSS")
    run([document], 50)
    return (memory_now("VmHWM") - before) * 1024 / path.stat().st_size


def memory_now(name: str) -> int:
    """A figure of this process's memory, in KiB."""
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(name))


def growths(path: Path, megabytes: int) -> Iterator[str]:
    """How much a process of its own grows by each kind of text."""
    for kind in ("new", "old"):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(long_text(path, megabytes, kind))
            file.flush()
            words = [sys.executable, "-m", "tests.benchmarks.dedup_spans", file.name, "--growth"]
            yield subprocess.run(words, capture_output=True, check=True, text=True).stdout.strip()


def main() -> None:
    """Print a line for each file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--words", type=int, default=50)
    parser.add_argument("--copies", type=int, default=500)
    parser.add_argument("--parts", type=int, default=5)
    parser.add_argument("--long", type=int, default=10)
    parser.add_argument("--growth", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.growth:
        print(f"{growth(arguments.files[0]):.1f}")
        return
    run([Document("short", "One, two, 猫, ½.")], arguments.words)
    chance = random.Random(1)
    vocabulary = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=6)) for _ in range(20_000)]
    print(
        f"{'file':28} {'MB':>6} {'MB/s':>6} {'memory':>7}  {'runs':>7}  planted gone   made: runs  long text: new, old"
    )
    for path in arguments.files:
        documents = documents_in(path)
        if not any(document.text.strip() for document in documents):
            sys.exit(f"{path}: no document has a text")
        size = sum(len(document.text.encode()) for document in documents) / 1e6
        before, memory = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        _, runs = run(documents, arguments.words)
        seconds = time.process_time() - before
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
        changed, planted = plant(documents, arguments.words, arguments.copies, arguments.parts, chance)
        texts, _ = run(changed, arguments.words)
        # A copy has gone if what marked its ends now stands together.
        gone = sum(
            any(f"MARK{number}A MARK{number}B" in " ".join(text.split()) for text in texts if f"MARK{number}A" in text)
            for number in range(planted)
        )
        made = [Document(str(number), " ".join(chance.choices(vocabulary, k=400))) for number in range(2000)]
        _, wrong = run(made, arguments.words)
        print(
            f"{path.name[:28]:28} {size:6.1f} {size / seconds:6.1f} {memory // 1024:4} MB  {runs:7,}  "
            f"{gone:4} of {planted:4}   {wrong} of {len(made)}  {', '.join(growths(path, arguments.long)):>19}"
        )


if __name__ == "__main__":
    main()
