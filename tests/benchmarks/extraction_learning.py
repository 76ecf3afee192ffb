"""Learn which blocks of a page are content, and print how well that goes on pages that were not learned from.

    python -m tests.benchmarks.extraction_learning --teacher CACHE.json [--documentation FILE] [--write] [DATA]

A block is content if most of its word 4-grams are in the page's gold text. Pages that have only segments as gold take
trafilatura's text instead, corrected by the segments. What the words in class names say is counted first, site by site;
the trees learn what that is worth, each page with the words of the other folds. `--documentation` adds the pages that
`documentation_pages.py` writes. The held-out figures come from a cross-validation whose folds share no host. `--write`
puts the words and the trees learned from all pages into corpuskit/text/html/classifier.json. The teacher's texts are
kept in the file of `--teacher`, as they take minutes to make.
"""

import argparse
import gzip
import json
import math
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from corpuskit.core.document import Document, Reject
from corpuskit.core.step import Drop
from corpuskit.text.html import classifier, extract
from corpuskit.text.html.choice import choose
from corpuskit.text.html.features import LINKED, NAMES, WORDS, features
from corpuskit.text.html.model_file import MODEL_FILE
from corpuskit.text.html.name_words import NameWords, name_rows, words_of
from corpuskit.text.html.reader import read
from corpuskit.text.html.rows import PlacedBlock
from corpuskit.text.html.tags import CLASS_GROUPS
from tests.benchmarks import extraction_quality as quality

FOLDS = 8
SEGMENT_WEIGHT = 40
SETS = (*quality.SEGMENT_SETS, *quality.FULL_TEXT_SETS, "wcxb")
SET_WEIGHTS = {"wcxb": 1.5, "documentation": 0.3}
"""What a page counts beside a news page: there are few pages of other kinds, and many long ones of documentation."""
KIND_WEIGHTS = {"product": 1.5, "collection": 1.5, "listing": 1.5, "forum": 1.3, "service": 1.3}
"""What a page of a rare kind counts beside an article of its set."""
LEAST_GOLD_ON_PAGE = 0.6
"""Part of the words of a gold text that must be on its page for the page to be learned from: some hold remarks."""
PAGE_WEIGHT, WORD_WEIGHT = 50, 0.2
"""What a page counts, shared by its blocks, and what each of its words does."""
LEAST_SITES, SITES_BEFORE = 10, 10
"""Sites from which a word in class names is known, and how many it is thought to have had before, all as usual."""
_OF_REPLIES = re.compile(CLASS_GROUPS["comments"])
"""Words that are not counted: below an article they say boilerplate, in a thread content."""
MOST_BLOCK_WORDS, LONGEST_NAME_WORD = 100, 43
"""Words of a block that count for the words in class names, and letters of such a word, as in c/name_words.c."""


@dataclass
class Example:
    """A page with the features and labels of its blocks."""

    set: str
    page: quality.Page
    host: str
    placed_blocks: list[PlacedBlock]
    table: Any
    labels: Any
    weights: Any
    teaches: bool
    """Whether to learn from the page; all are scored."""
    names: list[str]
    """As `Elements.names`; so with the parents."""
    parents: list[int]

    @property
    def fold(self) -> int:
        return zlib.crc32(self.host.encode()) % FOLDS

    def table_with(self, words: NameWords) -> Any:
        """The features, of which those of names come from other words."""
        nodes = np.array([placed.node for placed in self.placed_blocks])
        rows = name_rows(self.names, self.parents, nodes, words).T
        return np.concatenate([self.table[:, : -rows.shape[1]], rows], axis=1)

    def content_shares(self) -> dict[str, float]:
        """For each word in the names of elements, the share of the words inside that are content."""
        inside: dict[str, list[float]] = {}
        words_above: list[frozenset[str]] = []
        for names, parent in zip(self.names, self.parents, strict=True):
            above = words_above[parent] if words_above else frozenset()
            words_above.append(above | frozenset(words_of(names)))
        counts = np.minimum(self.table[:, WORDS] // 2, MOST_BLOCK_WORDS) + 1
        for placed, is_content, count in zip(self.placed_blocks, self.labels, counts, strict=True):
            for word in words_above[placed.node]:
                sums = inside.setdefault(word, [0.0, 0.0])
                sums[0] += count * is_content
                sums[1] += count
        return {word: content / total for word, (content, total) in inside.items()}


class NameCounts:
    """What the words in class names say in each fold: the sums of the shares of content, and the number of sites."""

    def __init__(self, sample: list[Example]) -> None:
        by_site: dict[tuple[int, str], dict[str, list[float]]] = {}
        for page in sample:
            if page.teaches:
                site = by_site.setdefault((page.fold, page.host), {})
                for word, share in page.content_shares().items():
                    site.setdefault(word, []).append(share)
        self.shares: list[Counter[str]] = [Counter() for _ in range(FOLDS)]
        self.sites: list[Counter[str]] = [Counter() for _ in range(FOLDS)]
        for (fold, _), shares in sorted(by_site.items()):
            for word, values in shares.items():
                self.shares[fold][word] += sum(values) / len(values)  # type: ignore[assignment]
                self.sites[fold][word] += 1

    def without(self, *folds: int) -> dict[str, int]:
        """The hundredths of log odds of all words that enough sites outside these folds have."""
        kept = [fold for fold in range(FOLDS) if fold not in folds]
        sites = sum((self.sites[fold] for fold in kept), Counter[str]())
        shares = sum((self.shares[fold] for fold in kept), Counter[str]())
        usual = shares.total() / sites.total()
        odds = math.log(usual / (1 - usual))
        values = {}
        for word, count in sorted(sites.items()):
            is_word = 1 < len(word) <= LONGEST_NAME_WORD and not _OF_REPLIES.search(word)
            if is_word and count >= LEAST_SITES:
                content = (shares[word] + SITES_BEFORE * usual) / (count + SITES_BEFORE)
                values[word] = round(100 * (math.log(content / (1 - content)) - odds))
        return values


def host(name: str, page: quality.Page) -> str:
    """What the folds must not share: the host, or a name that stands for it."""
    host_name = page.gold.get("host") or urlsplit(page.gold.get("url") or "").netloc
    if not host_name:
        host_name = page.gold.get("lang", "") if name.startswith("daniel") else re.sub(r"\d*\.html$", "", page.id)
    return str(host_name).removeprefix("www.")


def taught(sample: list[quality.Page], cache: Path) -> dict[str, str]:
    """trafilatura's text of each page."""
    from corpuskit.stages.extract import Extract

    if cache.exists():
        return dict(json.loads(cache.read_text()))
    texts, stage = {}, Extract(engine="trafilatura")
    for page in sample:
        try:
            result = stage.apply(Document(page.id, page.html, {"content_type": "text/html"}))
        except Reject:
            continue
        texts[page.id] = "" if isinstance(result, Drop) else result.text
    cache.write_text(json.dumps(texts))
    return texts


def labelled(placed_blocks: list[PlacedBlock], gold: str, segments: dict[str, Any]) -> tuple[list[bool], list[float]]:
    """Whether each block is content, and the weight of that label: none where the gold is undecided."""
    undecided = {" ".join(text.split()) for text in segments.get("undecided", ())}
    words = quality._WORD.findall(gold)
    with_segments, without_segments = (
        [" ".join(segment.split()) for segment in segments.get(name, ())] for name in ("with", "without")
    )
    gold_ngrams = {size: Counter(zip(*(words[start:] for start in range(size)), strict=False)) for size in range(1, 5)}
    labels, weights = [], []
    for placed in placed_blocks:
        inner = quality._WORD.findall(placed.block.text)
        size = min(4, max(1, len(inner)))
        ngrams = Counter(zip(*(inner[start:] for start in range(size)), strict=False))
        total = ngrams.total()
        label, weight = bool(total) and (ngrams & gold_ngrams[size]).total() >= total / 2, min(total, 80) + 1
        flat = " ".join(placed.block.text.split())
        for segment in with_segments:
            if len(flat) >= 20 and segment and (segment in flat or flat in segment):
                label, weight = True, SEGMENT_WEIGHT
        for segment in without_segments:
            if segment and segment in flat:
                label, weight = False, SEGMENT_WEIGHT
        if flat in undecided:
            weight = 0
        if label and size < 4:
            gold_ngrams[size] -= ngrams
        labels.append(label)
        weights.append(float(weight))
    return labels, weights


def sample_pages(data: Path, documentation: Path | None) -> Iterator[tuple[str, quality.Page]]:
    """Each page with the name of its set."""
    for name in SETS:
        for page in quality.pages(name, data):
            yield name, page
    if documentation is not None:
        with gzip.open(documentation, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                gold = {name: row[name] for name in ("gold_text", "generator", "undecided")} | {"host": row["group"]}
                yield "documentation", quality.Page(row["id"], row["html"], gold)


def examples(data: Path, cache: Path, documentation: Path | None) -> list[Example]:
    """All pages of all sets that have any text."""
    page_examples = []
    teacher = taught([page for name in quality.SEGMENT_SETS for page in quality.pages(name, data)], cache)
    for name, page in sample_pages(data, documentation):
        try:
            parsed_page = extract.open_page(page.html)
        except Reject:
            continue
        elements, placed_blocks = read(parsed_page.markup)
        if not placed_blocks:
            continue
        gold = teacher.get(page.id, "") if name in quality.SEGMENT_SETS else quality.gold_text(page.gold)
        has_marks = name in quality.SEGMENT_SETS or name == "documentation"
        labels, weights = labelled(placed_blocks, gold, page.gold if has_marks else {})
        title = parsed_page.stated_metadata.get("title", "")
        weight = np.array(weights)
        page_factor = SET_WEIGHTS.get(name, 1.0) * KIND_WEIGHTS.get(page.gold.get("page_type", ""), 1.0)
        page_weight = page_factor * (weight * WORD_WEIGHT + PAGE_WEIGHT * weight / (weight.sum() or 1))
        table = features(elements, placed_blocks, title).T.copy()
        teaches = name in quality.SEGMENT_SETS or _share_on_page(gold, placed_blocks) >= LEAST_GOLD_ON_PAGE
        page_examples.append(
            Example(
                name, page, host(name, page), placed_blocks, table, np.array(labels), page_weight, teaches,
                elements.names, elements.parents,
            )
        )  # fmt: skip
    return page_examples


def _share_on_page(gold: str, placed_blocks: list[PlacedBlock]) -> float:
    """Return which part of the words of a gold text is in the blocks of its page."""
    words = Counter(quality._WORD.findall(gold))
    on_page = Counter(word for placed in placed_blocks for word in quality._WORD.findall(placed.block.text))
    return (words & on_page).total() / words.total() if words else 1.0


def learned(sample: list[Example], counts: NameCounts, *left_out: int) -> dict[str, Any]:
    """Words and trees fitted to pages that teach something, in the form that `corpuskit.text.html.classifier` reads."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=200, learning_rate=0.1, max_leaf_nodes=31, max_depth=8, min_samples_leaf=40,
        l2_regularization=5, max_features=0.5, max_bins=64, early_stopping=False, random_state=0,
    )  # fmt: skip
    sample = [page for page in sample if page.teaches and page.fold not in left_out]
    words = [counts.without(fold, *left_out) for fold in range(FOLDS)]
    model.fit(
        np.concatenate([page.table_with(words[page.fold]) for page in sample]),
        np.concatenate([page.labels for page in sample]),
        sample_weight=np.concatenate([page.weights for page in sample]),
    )
    trees: dict[str, Any] = {name: [] for name in ("column", "threshold", "left", "value", "roots")}
    depth = 0
    # Every tree's share of the prior is added to the first.
    prior = round(1000 * float(model._baseline_prediction.ravel()[0]))
    for (tree,) in model._predictors:
        depth = max(depth, int(tree.nodes["depth"].max()))
        _append(trees, tree.nodes, prior)
        prior = 0
    return {"features": list(NAMES), "names": counts.without(*left_out), "depth": depth, **trees}


def _append(trees: dict[str, Any], nodes: Any, prior: int) -> None:
    """Append a tree level by level, with the two children of a node next to each other."""
    start, order = len(trees["column"]), [0]
    trees["roots"].append(start)
    for position, index in enumerate(order):
        node = nodes[index]
        if node["is_leaf"]:
            row = (0, None, start + position, round(1000 * float(node["value"])) + prior)
        else:
            row = (int(node["feature_idx"]), math.floor(node["num_threshold"]), start + len(order), 0)
            order += [int(node["left"]), int(node["right"])]
        for name, value in zip(("column", "threshold", "left", "value"), row, strict=True):
            trees[name].append(value)


def kept_text(page: Example, model: dict[str, Any]) -> str:
    """The text of the blocks that a learned model chooses."""
    scores = classifier.sum_leaves(classifier.unpack(model), page.table_with(model["names"]).T)
    block_scores = classifier.BlockScores(
        scores, page.table[:, WORDS].astype(np.int64), page.table[:, LINKED].astype(np.int64)
    )
    is_kept = choose(page.placed_blocks, block_scores).is_kept
    return "\n\n".join(placed.block.text for placed, keep in zip(page.placed_blocks, is_kept, strict=True) if keep)


def report(texts: list[tuple[Example, str]]) -> None:
    """One row for each set and kind of page: precision, recall and F1, with the tenth of the pages that is worst."""
    rows: dict[str, list[tuple[float, ...]]] = {}
    for page, text in texts:
        score = page_score(page, text)
        rows.setdefault(page.set, []).append(score)
        kind = page.page.gold.get("page_type") or page.page.gold.get("lang" if page.set.startswith("daniel") else "")
        if kind:
            rows.setdefault(f"{page.set} {kind}", []).append(score)
    for name, values in sorted(rows.items()):
        if name.split()[0] in quality.SEGMENT_SETS:
            hits, intruders, missing = (sum(column) for column in zip(*values, strict=True))
            precision, recall = hits / max(1, hits + intruders), hits / max(1, hits + missing)
            figures = [precision, recall, quality._f1(precision, recall)]
        else:
            figures = [sum(column) / len(values) for column in zip(*values, strict=True)]
            worst = sorted(value[2] for value in values)[: max(1, len(values) // 10)]
            figures.append(sum(worst) / len(worst))
        print(f"{name:24}", *(f"{figure:.3f}" for figure in figures), len(values), flush=True)


def page_score(page: Example, text: str) -> tuple[float, ...]:
    """Counts of segments, or precision, recall and F1: of words where the set's origin counts so, else of 4-grams."""
    if page.set in quality.SEGMENT_SETS:
        return quality.segment_counts(page.page.gold, text)
    gold = quality.gold_text(page.page.gold)
    return quality.word_score(gold, text) if page.set == "wcxb" else quality.text_score(gold, text)


def main() -> None:
    """Cross-validate and print; write the model if `--write` is given."""
    parser = argparse.ArgumentParser(description="Learn the block classifier of `extract --engine fast`.")
    parser.add_argument("data", nargs="?", type=Path, default=quality.DATA)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--documentation", type=Path)
    options = parser.parse_args()
    sample = examples(options.data, options.teacher, options.documentation)
    print(len(sample), "pages,", sum(len(page.placed_blocks) for page in sample), "blocks", flush=True)
    counts = NameCounts(sample)
    if options.write:
        MODEL_FILE.write_text(json.dumps(learned(sample, counts), separators=(",", ":")) + "\n")
        print("written", flush=True)
    texts = []
    for fold in range(FOLDS):
        model = learned(sample, counts, fold)
        texts += [(page, kept_text(page, model)) for page in sample if page.fold == fold]
    report(texts)


if __name__ == "__main__":
    main()
