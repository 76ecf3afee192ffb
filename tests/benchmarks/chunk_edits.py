"""How many chunks are new after an edit: `python -m tests.benchmarks.chunk_edits FILE… [--size N]`.

Each FILE holds documents as JSON Lines. Of the first 60 that have more than 6,000 characters, a sentence is added after
a line at a third of the text; so most have one paragraph that changed. `revisions` are real ones of three pages of
documentation, from ../shared where that is there. Beside `chunk`: pieces of a fixed size, and the splitters of
langchain-text-splitters and semantic-text-splitter where these are installed. Printed are the new chunks as a share of
all, their median, mean, nine tenths and most for a text, the mean size of a chunk, and millions of characters a second
of processor time. Of the revisions, two bounds follow: how many of our chunks have a word that is new there, and how
few chunks of N characters could have all those words.
"""

import argparse
import difflib
import gzip
import json
import re
import statistics
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from corpuskit.text.chunking.packing import chunks_of
from tests.benchmarks.corpus import SHARED

Splitter = Callable[[str], Sequence[str]]
TEXTS, LONGEST, SHORTEST = 60, 60_000, 6_000


def splitters(size: int) -> dict[str, Splitter]:
    """Ours, and those of the peers that are installed."""
    named: dict[str, Splitter] = {
        "chunk": lambda text: [text[chunk.start : chunk.end] for chunk in chunks_of(text, size)],
        "fixed size": lambda text: [text[start : start + size] for start in range(0, len(text), size)],
    }
    try:
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        named["langchain"] = RecursiveCharacterTextSplitter(chunk_size=size, chunk_overlap=0).split_text
    except ImportError:
        pass
    try:
        from semantic_text_splitter import MarkdownSplitter, TextSplitter

        named["semantic, text"] = TextSplitter(size).chunks
        named["semantic, Markdown"] = MarkdownSplitter(size).chunks
    except ImportError:
        pass
    return named


def revisions() -> list[tuple[str, str]]:
    """Each revision with the one before it."""
    path = SHARED / "retrieval" / "evolving_docs.jsonl.gz"
    if not path.exists():
        return []
    by_document: dict[str, list[tuple[str, str]]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            by_document.setdefault(row["doc"], []).append((row["date"], row["text"]))
    return [(old, new) for rows in by_document.values() for (_, old), (_, new) in pairwise(sorted(rows))]


def edits(path: Path) -> list[tuple[str, str]]:
    """Each text with itself and one more sentence."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else open(path, encoding="utf-8") as lines:
        texts = [text for text in (json.loads(line)["text"] for line in lines) if len(text) > SHORTEST]
    pairs = []
    for text in (each[:LONGEST] for each in texts[:TEXTS]):
        at = max(text.find("\n", len(text) // 3), len(text) // 3)
        more = " One more sentence was added here." if text[at - 200 : at].count(" ") > 10 else "新增一句話。"
        pairs.append((text, f"{text[:at]}{more}{text[at:]}"))
    return pairs


def tokens_of(text: str, start: int, pattern: str) -> list[tuple[int, str]]:
    return [(start + match.start(), match[0]) for match in re.finditer(pattern, text)]


def unlike(old: list[tuple[int, str]], new: list[tuple[int, str]]) -> list[tuple[int, int, int, int]]:
    """Return where two lists of tokens differ, and the second has some."""
    matcher = difflib.SequenceMatcher(None, [token for _, token in old], [token for _, token in new], autojunk=False)
    return [tuple(numbers) for kind, *numbers in matcher.get_opcodes() if kind in ("insert", "replace")]  # type: ignore[misc]


def changed_words(old_text: str, new_text: str) -> list[tuple[int, int]]:
    """Return the words of a text that are new in their place: lines are compared, then the words of unlike lines."""
    old_lines, new_lines = (tokens_of(text, 0, "[^\\n]*\\n?") for text in (old_text, new_text))
    spans = []
    for old_start, old_end, start, end in unlike(old_lines, new_lines):
        old_words = tokens_of("".join(line for _, line in old_lines[old_start:old_end]), 0, "\\S+")
        words = tokens_of("".join(line for _, line in new_lines[start:end]), new_lines[start][0], "\\S+")
        for _, _, first, last in unlike(old_words, words):
            spans += [(offset, offset + len(word)) for offset, word in words[first:last]]
    return spans


def print_bounds(pairs: list[tuple[str, str]], size: int) -> None:
    """Print how many chunks had to be new, as a share of ours."""
    total = changed = fewest = 0
    for old_text, new_text in pairs:
        words, covered = changed_words(old_text, new_text), 0
        chunks = list(chunks_of(new_text, size))
        total += len(chunks)
        changed += sum(any(chunk.start < end and start < chunk.end for start, end in words) for chunk in chunks)
        for start, end in words:
            if end > covered:
                fewest, covered = fewest + 1, start + size
    print(
        f"of our {total:,} chunks, {changed / total:.1%} have a word that is new there; {size} characters each, around"
    )
    print(f"the new words alone, would be {fewest / total:.1%}")


def measure(name: str, pairs: list[tuple[str, str]], named: dict[str, Splitter]) -> None:
    """Print a line for each splitter."""
    for splitter_name, split in named.items():
        begin, new, sizes = time.process_time(), [], []
        for old_text, new_text in pairs:
            before, chunks = set(split(old_text)), split(new_text)
            new.append(sum(chunk not in before for chunk in chunks))
            sizes += map(len, chunks)
        seconds = max(time.process_time() - begin, 1e-6)
        size = sum(len(text) for pair in pairs for text in pair)
        order = sorted(new)
        print(
            f"{name[:20]:20} {splitter_name:18} {sum(new) / len(sizes):6.1%} {statistics.median(new):7.1f} "
            f"{statistics.mean(new):6.2f} {order[len(order) * 9 // 10]:4} {order[-1]:5} {statistics.mean(sizes):6.0f} "
            f"{size / seconds / 1e6:7.1f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--size", type=int, default=1200)
    arguments = parser.parse_args()
    print(f"{'texts':20} {'splitter':18} {'new':>6}  median   mean  90%  most   size  Mchar/s")
    named = splitters(arguments.size)
    for name, pairs in (("revisions", revisions()), *((path.name, edits(path)) for path in arguments.files)):
        if pairs:
            measure(f"{name} ({len(pairs)})", pairs, named)
        if pairs and name == "revisions":
            print_bounds(pairs, arguments.size)


if __name__ == "__main__":
    main()
