"""Print how well and how fast each extraction engine finds the main text of real pages.

    python -m tests.benchmarks.extraction_quality [--every 4] [--engines fast,trafilatura] [DATA]

Full-text golds are scored by shingles: the multisets of 4-grams of words (a CJK character counts as a word) of gold
and extract; precision, recall and F1 are taken page by page and averaged, so that long pages do not outweigh short
ones. A text of fewer than four words is one shingle. Segment golds count segments, over all pages together: a wanted
one in the text is a true positive, an unwanted one a false positive. The pages of all types (`wcxb`) and those made
for a fault of extraction each (`extract_fixtures`) are scored as their origins do: by the multisets of words, page by
page. `--every N` takes each Nth page of the larger sets.
"""

import argparse
import gzip
import json
import re
import tarfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "extract"
FULL_TEXT_SETS = ("daniel_news_5lang", "newspaper_pages", "readability_pages", "webmainbench_sample")
SEGMENT_SETS = ("trafilatura_eval",)
FIXTURES = "extract_fixtures"
"""A folder beside the other sets' own: pages and the Markdown expected of each."""
WORD_SETS = ("wcxb", FIXTURES)
LARGE_SETS = ("trafilatura_eval", "daniel_news_5lang", "wcxb")

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")


@dataclass(frozen=True)
class Page:
    """One page with its gold: `text` of full-text sets, or `wanted` and `unwanted` segments."""

    id: str
    html: str
    gold: dict[str, Any]


@dataclass(frozen=True)
class Score:
    """Means over the pages of a set (full text) or ratios over its segments, 0 to 1; megabytes of HTML a CPU second."""

    precision: float
    recall: float
    f1: float
    pages: int
    megabytes_per_second: float


def pages(name: str, data: Path = DATA, every: int = 1) -> Iterator[Page]:
    """Each `every`th page of a set, in the order of the archive, decoded as a browser would."""
    if name == FIXTURES:
        yield from _fixtures(data.parent / FIXTURES)
        return
    with gzip.open(data / f"{name}.gold.jsonl.gz") as lines:
        golds = {gold["id"]: gold for gold in map(json.loads, lines)}
    with tarfile.open(data / f"{name}.pages.tar.xz") as archive:
        members = (member for member in archive if member.isfile() and member.name in golds)
        for number, member in enumerate(members):
            content = archive.extractfile(member)
            if number % every == 0 and content is not None:
                yield Page(member.name, _decoded(content.read()), golds[member.name])


def _fixtures(folder: Path) -> Iterator[Page]:
    for path in sorted(folder.glob("*.html")):
        markdown = path.with_suffix(".expected.md").read_text(encoding="utf-8")
        yield Page(path.name, path.read_text(encoding="utf-8"), {"gold_text": _without_markdown(markdown)})


def _without_markdown(text: str) -> str:
    """The words of a Markdown text: no metadata before it, no signs, no addresses of links."""
    text = re.sub(r"\A```json\n.*?\n```\n", "", text, flags=re.DOTALL)
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\\([^\w\s]|_)", r"\1", text)
    return re.sub(r"^```\w*$|[*`#>|]|(?<!\w)_|_(?!\w)|^\s*(?:[-+]|:?-+:?)\s", " ", text, flags=re.MULTILINE)


def shingles(text: str, size: int = 4) -> Counter[tuple[str, ...]]:
    """The multiset of word n-grams of a text."""
    words = _WORD.findall(text)
    if len(words) < size:
        return Counter([tuple(words)] if words else [])
    return Counter(zip(*(words[start:] for start in range(size)), strict=False))


def text_score(gold: str, text: str) -> tuple[float, float, float]:
    """Precision, recall and F1 of one page's extract against its full gold text."""
    gold_shingles, text_shingles = shingles(gold), shingles(text)
    common = sum((gold_shingles & text_shingles).values())
    precision = common / text_shingles.total() if text_shingles else float(not gold_shingles)
    recall = common / gold_shingles.total() if gold_shingles else 1.0
    return precision, recall, _f1(precision, recall)


def word_score(gold: str, text: str) -> tuple[float, float, float]:
    """Precision, recall and F1 of one page's lower-cased words, each as often as it occurs.

    (github.com/Murrough-Foley/web-content-extraction-benchmark, evaluate.py)
    """
    gold_words, text_words = (Counter(re.findall(r"\w+", each.lower())) for each in (gold, text))
    if not gold_words or not text_words:
        agrees = float(not gold_words and not text_words)
        return agrees, agrees, agrees
    common = (gold_words & text_words).total()
    precision, recall = common / text_words.total(), common / gold_words.total()
    return precision, recall, _f1(precision, recall)


def article_counts(gold: str, text: str) -> tuple[float, float, float]:
    """True positives, false positives and false negatives of a page as the public article-extraction benchmark has it.

    Multisets of 4-grams of the runs of word characters, whatever the script, as parts of their sum: long pages count as
    much as short ones. (github.com/scrapinghub/article-extraction-benchmark, whose own pages are not in the data.)
    """
    gold_ngrams, text_ngrams = (_word_runs(each) for each in (gold, text))
    common = (gold_ngrams & text_ngrams).total()
    counts = common, text_ngrams.total() - common, gold_ngrams.total() - common
    return tuple(count / max(1, sum(counts)) for count in counts)  # type: ignore[return-value]


def article_score(pages: list[tuple[float, float, float]]) -> tuple[float, float, float]:
    """Mean precision and mean recall of the pages that have any, and the F1 of these two means."""
    precision = [1.0 if not wrong + missed else hit / (hit + wrong) for hit, wrong, missed in pages if hit + wrong]
    recall = [1.0 if not wrong + missed else hit / (hit + missed) for hit, wrong, missed in pages if hit + missed]
    means = sum(precision) / max(1, len(precision)), sum(recall) / max(1, len(recall))
    return *means, _f1(*means)


def _word_runs(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    if len(words) < 4:
        return Counter([tuple(words)] if words else [])
    return Counter(zip(*(words[start:] for start in range(4)), strict=False))


def segment_counts(gold: dict[str, Any], text: str) -> tuple[int, int, int]:
    """True positives, false positives and false negatives of one page's segments; any whitespace is one space."""
    flat = " ".join(text.split())
    has_wanted = [" ".join(segment.split()) in flat for segment in gold["with"]]
    has_unwanted = [" ".join(segment.split()) in flat for segment in gold["without"]]
    return sum(has_wanted), sum(has_unwanted), len(has_wanted) - sum(has_wanted)


def gold_text(gold: dict[str, Any]) -> str:
    """The gold of a full-text set as plain text."""
    if "expected_html" in gold:
        from resiliparse.extract.html2text import extract_plain_text

        return str(extract_plain_text(gold["expected_html"], main_content=False, list_bullets=False, alt_texts=False))
    return str(gold.get("gold_text") or gold.get("gold_markdown") or "")


def score(name: str, engine: Callable[[str], str], sample: list[Page]) -> Score:
    """The engine's score and speed over some pages of the set `name`."""
    size, seconds, rows, counts = 0, 0.0, [], [0, 0, 0]
    for page in sample:
        start = time.process_time()
        text = engine(page.html)
        seconds += time.process_time() - start
        size += len(page.html.encode("utf-8", "replace"))
        if name in SEGMENT_SETS:
            counts = [old + new for old, new in zip(counts, segment_counts(page.gold, text), strict=True)]
        else:
            rows.append((word_score if name in WORD_SETS else text_score)(gold_text(page.gold), text))
    if name in SEGMENT_SETS:
        hits, intruders, missing = counts
        precision, recall = hits / max(1, hits + intruders), hits / max(1, hits + missing)
        figures = (precision, recall, _f1(precision, recall))
    else:
        figures = tuple(sum(column) / len(rows) for column in zip(*rows, strict=True))
    return Score(*figures, len(sample), size / 1e6 / max(seconds, 1e-9))


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _decoded(content: bytes) -> str:
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding

    return str(bytes_to_str(content, detect_encoding(content, from_html_meta=True) or "utf-8"))


def _groups(name: str, sample: list[Page]) -> dict[str, list[Page]]:
    """The pages of a set by language or type; those of all types together, too."""
    groups: dict[str, list[Page]] = {name: sample} if name in WORD_SETS else {}
    for page in sample:
        part = page.gold.get("lang") or page.gold.get("page_type") or ""
        if part or name not in WORD_SETS:
            groups.setdefault(f"{name} {part}".strip(), []).append(page)
    return groups


def main(arguments: list[str] | None = None) -> None:
    """Print one row for each set and engine."""
    from corpuskit.core.step import Document, Drop, Reject
    from corpuskit.stages.extract import Extract

    parser = argparse.ArgumentParser(description="Quality and speed of the extraction engines.")
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--every", type=int, default=4, help="take each Nth page of the larger sets")
    parser.add_argument("--engines", default="fast,auto,resiliparse,trafilatura")
    options = parser.parse_args(arguments)

    def run(stage: Extract, source: str) -> str:
        try:
            result = stage.apply(Document("page", source, {"content_type": "text/html"}))
        except Reject:
            return ""
        return "" if isinstance(result, Drop) else result.text

    print(f"{'set':22} {'engine':12} {'pages':>5} {'precision':>9} {'recall':>7} {'F1':>6} {'MB/s':>6}")
    for name in SEGMENT_SETS + FULL_TEXT_SETS + WORD_SETS:
        sample = list(pages(name, options.data, options.every if name in LARGE_SETS else 1))
        for title, group in sorted(_groups(name, sample).items()):
            for engine in options.engines.split(","):
                row = score(name, partial(run, Extract(engine=engine)), group)
                print(
                    f"{title:22.22} {engine:12} {row.pages:5} {row.precision:9.3f} {row.recall:7.3f} {row.f1:6.3f}"
                    f" {row.megabytes_per_second:6.1f}"
                )


if __name__ == "__main__":
    main()
