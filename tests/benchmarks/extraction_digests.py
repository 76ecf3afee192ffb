"""Write what extraction makes of each page, as digests, and compare two such files.

    PYTHONPATH=CHECKOUT python -m tests.benchmarks.extraction_digests FILE [--every N] [--corpus DIR] [--pages FILE ...]
        [--only-pages]
    python -m tests.benchmarks.extraction_digests --compare FILE OTHER

A change that is to make extraction faster and nothing else leaves every text, title, author and date as it was. One run
writes a line for each page of `../shared/data`, of the benchmark corpus and of JSON Lines; a run of the old checkout
writes another file, and `--compare` names the pages that differ, and in what. `CORPUSKIT_NO_CORE=1` asks for the
Python twin in either run.
"""

import argparse
import hashlib
import itertools
import json
import sys
from collections import Counter
from pathlib import Path

from corpuskit.core.document import Reject
from corpuskit.text.html.compiled import description
from corpuskit.text.html.extract import clean, fast, open_page
from tests.benchmarks.twins import corpus_pages, file_pages, real_pages


def digests(markup: str) -> dict[str, str]:
    """Return a digest of each text of a page, and its metadata."""
    found: dict[str, str] = {}
    try:
        page = open_page(markup, "https://www.example.org/2021/03/04/page")
        found |= page.stated_metadata
        found["without address"] = _digest(json.dumps(open_page(markup).stated_metadata))
        found["text"] = _digest(clean(fast(page, "text").text))
        found["markdown"] = _digest(clean(fast(page, "markdown").text))
    except Reject as reject:
        found["rejected"] = str(reject)
    return found


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def compare(one: Path, other: Path) -> int:
    """Print what differs between two files, page by page; return the number of pages that do."""
    differing: Counter[str] = Counter()
    pages = 0
    with one.open(encoding="utf-8") as first, other.open(encoding="utf-8") as second:
        for number, (line, other_line) in enumerate(itertools.zip_longest(first, second)):
            pages += 1
            if line != other_line:
                (name, values), (other_name, other_values) = (
                    json.loads(line or '["",{}]'),
                    json.loads(other_line or '["",{}]'),
                )
                kinds = sorted(key for key in {*values, *other_values} if values.get(key) != other_values.get(key))
                differing.update(kinds if name == other_name else ["page"])
                print(f"{number} {name or other_name}: {', '.join(kinds)}")
    print(f"{pages} pages, differences: {dict(differing)}")
    return sum(differing.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("other", type=Path, nargs="?")
    parser.add_argument("--compare", action="store_true", help="compare two files")
    parser.add_argument("--every", type=int, default=1, help="take each Nth page")
    parser.add_argument("--most", type=int, default=10**9, help="most pages of the benchmark corpus")
    parser.add_argument("--corpus", type=Path, help="folder of the benchmark corpus")
    parser.add_argument("--pages", type=Path, nargs="*", default=[], help="JSON Lines with pages")
    parser.add_argument("--only-pages", action="store_true", help="leave out the sets of pages")
    options = parser.parse_args()
    if options.compare:
        sys.exit(compare(options.file, options.other) > 0)
    corpus = corpus_pages(options.corpus, options.every) if options.corpus else iter(())
    with options.file.open("w", encoding="utf-8") as file:
        for name, markup in itertools.chain(
            iter(()) if options.only_pages else real_pages(options.every),
            itertools.islice(corpus, options.most),
            file_pages(options.pages, options.every),
        ):
            file.write(json.dumps([name, digests(markup)], ensure_ascii=True) + "\n")
    print(description(), file=sys.stderr)


if __name__ == "__main__":
    main()
