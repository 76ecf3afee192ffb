"""How fast `papers` and `books` read, what they keep, and what markup is left, on real papers and books.

    python -m tests.benchmarks.papers_and_books [--megabytes N]

Speed is megabytes of XML or LaTeX (of EPUB: of unpacked chapters) a CPU second in one process, the best of three
rounds. `--megabytes` makes papers of about that size of hostile parts and shows seconds and peak memory for half and
whole, each in a process of its own.
"""

import argparse
import io
import resource
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from pathlib import Path

from corpuskit.core.document import Document
from corpuskit.core.outcome import Item
from corpuskit.core.reading.inputs import Input
from corpuskit.sources.books import Books
from corpuskit.sources.papers import Papers
from tests.conftest import SHARED
from tests.support.markup_left import markup_left

ROUNDS = 3
PAPERS = ("elife_jats.tar.xz", "jats_oa.tar.xz", "arxiv_1911.02782_tex.tar.xz")
BOOKS = ("a-day-at-a-time.epub", "love-among-the-chickens.epub", "w3c_epub_tests.tar.xz")
Read = Callable[[Input], Iterator[Item]]


def unpacked(path: Path) -> tuple[bytes, int]:
    """The file without the compression that takes longer than reading it, and the size of its markup."""
    data = path.read_bytes()
    if path.suffix == ".epub":
        with zipfile.ZipFile(path) as archive:
            return data, sum(entry.file_size for entry in archive.infolist() if "html" in entry.filename)
    target = io.BytesIO()
    with tarfile.open(path) as archive, tarfile.open(fileobj=target, mode="w") as plain:
        entries = [entry for entry in archive.getmembers() if entry.isfile()]
        for entry in entries:
            plain.addfile(entry, archive.extractfile(entry))
    endings = (".xml", ".nxml", ".tex", ".epub")
    return target.getvalue(), sum(entry.size for entry in entries if entry.name.endswith(endings))


def measure(path: Path, read: Read) -> None:
    """Print speed, documents, formulas, rows of tables and markup left of one file."""
    data, size = unpacked(path)
    name = path.name if path.suffix == ".epub" else path.name.removesuffix(".xz")
    seconds = []
    items: list[Item] = []
    for _ in range(ROUNDS):
        before = time.process_time()
        items = list(read(Input(name, content=data)))
        seconds.append(time.process_time() - before)
    documents = [item for item in items if isinstance(item, Document)]
    texts = [document.text for document in documents]
    with_license = sum("license" in document.metadata for document in documents)
    print(
        f"{path.name}: {size / min(seconds) / 1e6:.1f} MB/s, {len(documents)} of {len(items)} documents, "
        f"{with_license} with a licence, {sum(text.count(chr(92) + '(') for text in texts)} formulas, "
        f"{sum(chr(9) in line for text in texts for line in text.splitlines())} rows, "
        f"markup left in {sum(bool(markup_left(text)) for text in texts)}"
    )


HOSTILE = {
    "nested groups": ("a.tex", "{", "}"),
    "open environments": ("a.tex", "\\begin{figure}", ""),
    "macros in macros": ("a.tex", "\\m{", "}"),
    "formulas": ("a.tex", "$a$ ", ""),
    "elements": ("a.xml", "<p>a</p>", ""),
    "citations": ("a.xml", "<p>(<xref ref-type='bibr'>1</xref>,</p>", ""),
    "lists": ("a.xml", "<list><list-item><p>a</p></list-item></list>", ""),
}


def cost_of(label: str, megabytes: float) -> tuple[str, float, float]:
    """Return what became of a paper that is made of one part over and over, its seconds, and the peak megabytes."""
    name, opening, closing = HOSTILE[label]
    count = int(megabytes * 1e6 / len(opening + closing))
    body = opening * count + closing * count
    document = rf"\documentclass{{a}}\newcommand{{\m}}[1]{{#1}}\begin{{document}}{body}\end{{document}}"
    text = document if name.endswith("tex") else f"<article><body>{body}</body></article>"
    before = time.process_time()
    item = next(Papers().read(Input(name, content=text.encode())))
    seconds = time.process_time() - before
    verdict = getattr(item, "reason", "a document")
    return verdict, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def hostile(megabytes: float) -> None:
    """Print seconds and memory for half and for all of a paper that is made of one part, over and over."""
    for label in HOSTILE:
        costs = []
        for size in (megabytes / 2, megabytes):
            with get_context("spawn").Pool(1) as pool:
                verdict, seconds, peak = pool.apply(cost_of, (label, size))
            costs.append(f"{size} MB {seconds:.2f} s, {peak:.0f} MB of memory ({verdict})")
        print(f"{label}: {'; '.join(costs)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float)
    arguments = parser.parse_args()
    for name in PAPERS:
        measure(SHARED / "academic" / name, Papers().read)
    for name in BOOKS:
        measure(SHARED / "books" / name, Books().read)
    if arguments.megabytes:
        hostile(arguments.megabytes)


if __name__ == "__main__":
    main()
