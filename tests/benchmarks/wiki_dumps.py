"""How fast `wikipedia` reads dumps, how much memory it takes, and what markup is left, on real dumps.

    python -m tests.benchmarks.wiki_dumps [--data FOLDER] [--peer FOLDER] [--megabytes N]

Speed is megabytes of XML, decompressed, a CPU second in one process. `--peer` is a folder in which mwparserfromhell is
installed (`pip install --target`): it then reads the same articles in the same run, and words that only one of the two
has are counted. `--megabytes` makes a dump of that size of the largest real one, repeated, and shows the most memory
that reading it takes.
"""

import argparse
import bz2
import gzip
import json
import re
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from corpuskit.core.document import Document
from corpuskit.core.outcome import Rejected
from corpuskit.core.reading.inputs import Input
from corpuskit.formats.mediawiki.dump import read_pages
from corpuskit.sources.wikipedia import Wikipedia
from corpuskit.text.wikitext.article import article_text
from tests.conftest import SHARED

DUMPS = (
    "enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2",
    "ltgwiki-excerpt.xml.bz2",
    "enwiki-table-markup.xml.bz2",
)
WORD = re.compile(r"\w+")
ROUNDS = 3


def seconds_of(path: Path) -> tuple[float, float]:
    """CPU seconds for the pages alone, and for the documents: the least of several rounds."""
    alone, whole = [], []
    for _ in range(ROUNDS):
        before = time.process_time()
        sum(1 for _ in read_pages(Input(path.name, path)))
        between = time.process_time()
        sum(1 for _ in Wikipedia().read(Input(path.name, path)))
        alone.append(between - before)
        whole.append(time.process_time() - between)
    return min(alone), min(whole)


def compare(data: Path, peer: Path) -> None:
    """Print words that only we or only the peer have, and its speed, on whole articles."""
    sys.path.insert(0, str(peer))
    import mwparserfromhell  # type: ignore[import-not-found]

    with gzip.open(data / "wiki" / "wikitext_pages.jsonl.gz") as stream:
        pages = [json.loads(line) for line in stream]
    ours_only = theirs_only = total = 0
    ours = theirs = 0.0
    for page in pages:
        before = time.process_time()
        text = article_text(page["wikitext"], page["title"])
        between = time.process_time()
        other = mwparserfromhell.parse(page["wikitext"]).strip_code()
        ours, theirs = ours + between - before, theirs + time.process_time() - between
        words, other_words = Counter(WORD.findall(text)), Counter(WORD.findall(other))
        total += sum(words.values())
        ours_only += sum((words - other_words).values())
        theirs_only += sum((other_words - words).values())
    print(f"{len(pages)} articles: {total} words; only ours {ours_only}, only mwparserfromhell's {theirs_only}")
    print(f"CPU: {ours:.2f} s, mwparserfromhell {theirs:.2f} s, {theirs / ours:.1f} times")


def repeated(source: Path, megabytes: int, target: Path) -> None:
    """Write a dump of this size: the pages of a real one, over and over."""
    data = bz2.decompress(source.read_bytes())
    start, end = data.index(b"<page>"), data.rindex(b"</page>") + len(b"</page>")
    with target.open("wb") as stream:
        stream.write(data[:start])
        while stream.tell() < megabytes * 1_000_000:
            stream.write(data[start:end])
        stream.write(data[end:])


def items(path: Path) -> Iterator[Document | Rejected]:
    """The documents and rejects of a dump."""
    return (item for item in Wikipedia().read(Input(path.name, path)) if isinstance(item, Document | Rejected))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--peer", type=Path)
    parser.add_argument("--megabytes", type=int)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in DUMPS:
            path = Path(folder) / f"{name}.xml"
            path.write_bytes(bz2.decompress((arguments.data / "wiki" / name).read_bytes()))
            size = path.stat().st_size / 1e6
            alone, whole = seconds_of(path)
            print(f"{name}: {size:.1f} MB, pages {size / alone:.0f} MB/s, documents {size / whole:.1f} MB/s")
        if arguments.megabytes:
            path = Path(folder) / "large.xml"
            repeated(arguments.data / "wiki" / DUMPS[0], arguments.megabytes, path)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            count = sum(1 for _ in items(path))
            after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            print(
                f"{arguments.megabytes} MB: {count} documents, {before // 1024} MB before, {after // 1024} MB at most"
            )
    if arguments.peer:
        compare(arguments.data, arguments.peer)


if __name__ == "__main__":
    main()
