"""Print the engines of `extract` next to their peers, on pages that the trees were not learned from.

    python -m tests.benchmarks.extraction_engines --teacher CACHE.json [--every 4] [DATA]

Segments are counted as `extraction_quality.py` does, full texts as the public article-extraction benchmark counts
them. `auto` is shown at several thresholds: the share of a page's words that the fast engine must be sure about, or
trafilatura takes the page. The second table is CPU time a page, all engines on each page in turn.
"""

import argparse
import time
from collections import defaultdict
from pathlib import Path

import trafilatura
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

from corpuskit.core.document import Document, Reject
from corpuskit.stages.extract import Extract
from corpuskit.text.html import blocks, classifier, extract
from corpuskit.text.html.features import WORDS
from tests.benchmarks import extraction_learning as learning
from tests.benchmarks import extraction_quality as quality

THRESHOLDS = (0.0, 0.5, 0.6, 0.7, 0.8)
PEERS = {
    "trafilatura": lambda source: trafilatura.extract(source) or "",
    "trafilatura fast=True": lambda source: trafilatura.extract(source, fast=True) or "",
    "resiliparse": lambda source: extract_plain_text(HTMLTree.parse(source), main_content=True, alt_texts=False),
}
PageTexts = dict[str, tuple[learning.Example, dict[str, str]]]


def held_out(sample: list[learning.Example], every: int) -> PageTexts:
    """The texts of all engines for each `every`th page of the larger sets, by trees learned from the other fold."""
    page_texts: PageTexts = {}
    for fold in range(learning.FOLDS):
        trees = classifier.unpack(learning.learned([page for page in sample if page.fold != fold]))
        for number, page in enumerate(sample):
            if page.fold != fold or (page.set in quality.LARGE_SETS and number % every):
                continue
            scores = classifier.sum_leaves(trees, page.table.T.copy())
            fast_text = learning.kept_text(page, scores)
            if not fast_text:
                native_blocks = extract._native_blocks(extract.open_page(page.page.html))
                fast_text = blocks.as_text(blocks.content_blocks(native_blocks))
            texts = {"fast": fast_text} | {name: peer(page.page.html) for name, peer in PEERS.items()}
            confidence = classifier.confidence(scores, page.table[:, WORDS])
            for threshold in THRESHOLDS:
                is_trusted = confidence >= threshold and len(fast_text) >= extract.ENOUGH_TEXT
                texts[f"auto {threshold}"] = fast_text if is_trusted else texts["trafilatura"] or fast_text
            page_texts[f"{page.set} {page.page.id}"] = page, texts
    return page_texts


def print_scores(page_texts: PageTexts) -> None:
    """Precision, recall and F1 for each set and engine, and the share of the pages that trafilatura took."""
    counts: dict[tuple[str, str], list[tuple[float, float, float]]] = defaultdict(list)
    trafilatura_pages: dict[tuple[str, str], int] = defaultdict(int)
    for page, texts in page_texts.values():
        language = page.page.gold.get("lang", "") if page.set.startswith("daniel") else ""
        for engine, text in texts.items():
            row = f"{page.set} {language}", engine
            trafilatura_pages[row] += engine != "fast" and text != texts["fast"]
            if page.set in quality.SEGMENT_SETS:
                counts[row].append(quality.segment_counts(page.page.gold, text))
            else:
                counts[row].append(quality.article_counts(quality.gold_text(page.page.gold), text))
    for (name, engine), rows in sorted(counts.items()):
        if name.split()[0] in quality.SEGMENT_SETS:
            hits, intruders, missing = (sum(column) for column in zip(*rows, strict=True))
            precision, recall = hits / max(1, hits + intruders), hits / max(1, hits + missing)
            figures = precision, recall, quality._f1(precision, recall)
        else:
            figures = quality.article_score(rows)
        share = f"{trafilatura_pages[name, engine] / len(rows):.2f}" if engine.startswith("auto") else ""
        print(f"{name:22} {engine:22} {len(rows):5}", *(f"{figure:.3f}" for figure in figures), share)


def print_times(sample: list[learning.Example], rounds: int) -> None:
    """Milliseconds of CPU a page, for pages of news and blogs."""
    stages = {f"extract --engine {name}": Extract(engine=name) for name in ("fast", "auto")}  # type: ignore[arg-type]
    spent: dict[str, float] = defaultdict(float)
    pages = [page.page.html for page in sample if page.set == "trafilatura_eval"][7::50]
    for _ in range(rounds):
        for name in (*stages, *PEERS):
            start = time.process_time()
            for source in pages:
                if name in PEERS:
                    PEERS[name](source)
                    continue
                try:
                    stages[name].apply(Document("page", source, {"content_type": "text/html"}))
                except Reject:
                    continue
            spent[name] += time.process_time() - start
    for name, seconds in spent.items():
        print(f"{name:24} {1000 * seconds / rounds / len(pages):.1f} ms, {spent['trafilatura'] / seconds:.1f} times")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description="Engines of `extract` next to their peers, on held-out pages.")
    parser.add_argument("data", nargs="?", type=Path, default=quality.DATA)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--every", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    sample = learning.examples(options.data, options.teacher)
    print_times(sample, options.rounds)
    print_scores(held_out(sample, options.every))


if __name__ == "__main__":
    main()
