"""Print how much of long documentation pages each extraction engine keeps, and what it tears.

    python -m tests.benchmarks.documentation_quality HELD_OUT.jsonl.gz [--engines fast,auto] [--least 20000] [--worst 8]

HELD_OUT is written by `documentation_pages.py`. An engine is any function from the HTML of a page to its text;
trafilatura's own text is the measure of length and runs beside the engines. A page counts as

- *under half*, if the engine has less than half of trafilatura's characters, counted over the words of both texts;
- *pre lost*, if none of the lines of a `pre` is in the text, and *torn*, if they are not one contiguous text with the
  line breaks and the indentation they have on the page; *blank* is the share of the torn ones that lack nothing but
  blank lines between their lines;
- *table lost*, if none of its rows is in the text, and *torn*, if some row's cells are not on one line in their order;
- *navigation kept*, if a text of the menus, breadcrumbs or tables of contents is in the text.
"""

import argparse
import gzip
import json
import re
import textwrap
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

Engine = Callable[[str], str]

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Parts:
    """How many there are, and how many of them the text has torn or not at all."""

    all: int = 0
    torn: int = 0
    lost: int = 0
    without_blank_lines: int = 0
    """Of the torn ones, those that lack nothing but blank lines."""

    def __add__(self, other: "Parts") -> "Parts":
        return Parts(
            self.all + other.all,
            self.torn + other.torn,
            self.lost + other.lost,
            self.without_blank_lines + other.without_blank_lines,
        )


@dataclass(frozen=True)
class PageScore:
    """What an engine makes of one page."""

    id: str
    generator: str
    group: str
    kept: float
    """Of the characters of trafilatura's words."""
    reference: int
    """Characters of trafilatura's words."""
    recall: float
    """Of the characters of the gold's words."""
    precision: float
    """Share of the text's word characters that the gold has; what is undecided counts as gold."""
    pre: Parts
    tables: Parts
    navigation: int
    """Texts of the navigation."""
    kept_navigation: int
    """Of these, the ones that the text has."""


def held_out(path: Path, least: int) -> Iterator[dict[str, Any]]:
    """The pages of the file whose gold has so many characters."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            page = json.loads(line)
            if len(page["gold_text"]) >= least:
                yield page


def score(page: dict[str, Any], text: str, reference: str) -> PageScore:
    """Score an engine's text of a page; `reference` is trafilatura's."""
    words, gold_words, reference_words = (_words(each) for each in (text, page["gold_text"], reference))
    allowed = gold_words + _words("\n".join(page["undecided"]))
    return PageScore(
        page["id"],
        page["generator"],
        page["group"],
        _share(words & reference_words, reference_words),
        _characters(reference_words),
        _share(words & gold_words, gold_words),
        _share(words & allowed, words),
        pre_parts(page["pre"], text),
        table_parts(page["tables"], text),
        len(page["nav"]),
        kept_navigation(page["nav"], text),
    )


def pre_parts(blocks: list[str], text: str) -> Parts:
    """How many blocks of code are not in the text as they are on the page."""
    lines = _trimmed(text)
    all_lines = {line.strip() for line in lines.split("\n")}
    states = Counter(_pre_state(block, lines, all_lines) for block in blocks)
    blank = states["without blank lines"]
    return Parts(len(blocks), states["torn"] + blank, states["lost"], blank)


def _pre_state(block: str, text: str, text_lines: set[str]) -> str:
    wanted = _trimmed(block)
    if any(form in text for form in (wanted, textwrap.dedent(wanted), wanted.strip())):
        return "whole"
    if _without_blank_lines(wanted) in _without_blank_lines(text):
        return "without blank lines"
    lines = [line.strip() for line in wanted.split("\n") if line.strip()]
    is_there = any(line in text_lines or (len(line) >= 12 and line in text) for line in lines)
    return "torn" if is_there else "lost"


@lru_cache(maxsize=2)
def _without_blank_lines(text: str) -> str:
    return re.sub(r"\n\n+", "\n", text).strip("\n")


def _trimmed(text: str) -> str:
    """Lines without the space at their ends, which nobody sees."""
    return "\n".join(line.rstrip() for line in text.replace("\xa0", " ").replace("\r", "").split("\n"))


def table_parts(tables: list[list[list[str]]], text: str) -> Parts:
    """How many tables of data have a row that is not one line of the text."""
    lines = [_without_space(line) for line in text.split("\n") if line.strip()]
    states = Counter(_table_state(table, lines) for table in tables)
    return Parts(len(tables), states["torn"], states["lost"])


def _table_state(table: list[list[str]], lines: list[str]) -> str:
    found = sum(_has_row([_without_space(cell) for cell in row], lines) for row in table)
    if found == len(table):
        return "whole"
    cells = [_without_space(cell) for row in table[:20] for cell in row if len(cell) > 3]
    has_cell = any(cell in line for cell in cells for line in lines)
    return "torn" if found or has_cell else "lost"


def _has_row(cells: list[str], lines: list[str]) -> bool:
    longest = max(cells, key=len)
    return any(longest in line and _in_order(cells, line) for line in lines)


def _in_order(cells: list[str], line: str) -> bool:
    position = 0
    for cell in cells:
        position = line.find(cell, position)
        if position < 0:
            return False
        position += len(cell)
    return True


def _without_space(text: str) -> str:
    return re.sub(r"\s+", "", text)


def kept_navigation(navigation: list[str], text: str) -> int:
    """How many texts of the navigation the text has; runs of space count as one space."""
    flat = " ".join(text.split())
    return sum(" ".join(each.split()) in flat for each in navigation)


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.lower()))


def _characters(words: Counter[str]) -> int:
    return sum(len(word) * count for word, count in words.items())


def _share(part: Counter[str], whole: Counter[str]) -> float:
    characters = _characters(whole)
    return _characters(part) / characters if characters else 1.0


def measure(engines: dict[str, Engine], pages: list[dict[str, Any]], reference: Engine) -> dict[str, list[PageScore]]:
    """The scores of each engine on each page, trafilatura first."""
    scores: dict[str, list[PageScore]] = {"trafilatura": [], **{name: [] for name in engines}}
    for page in pages:
        reference_text = reference(page["html"])
        scores["trafilatura"].append(score(page, reference_text, reference_text))
        for name, engine in engines.items():
            scores[name].append(score(page, engine(page["html"]), reference_text))
    return scores


def summary(scores: list[PageScore]) -> str:
    """One row of the table: figures over the pages together."""
    count = max(1, len(scores))
    reference = max(1, sum(page.reference for page in scores))
    pre = sum((page.pre for page in scores), Parts())
    tables = sum((page.tables for page in scores), Parts())
    navigation = sum(page.navigation for page in scores)
    under_half = sum(page.kept < 0.5 for page in scores)
    return (
        f"{len(scores):5} {under_half:6} {sum(page.kept * page.reference for page in scores) / reference:6.3f}"
        f" {sum(page.recall for page in scores) / count:6.3f} {sum(page.precision for page in scores) / count:6.3f}"
        f" {pre.all:6} {_percent(pre.lost, pre.all)} {_percent(pre.torn, pre.all)}"
        f" {_percent(pre.without_blank_lines, pre.torn)}"
        f" {tables.all:6} {_percent(tables.lost, tables.all)} {_percent(tables.torn, tables.all)}"
        f" {_percent(sum(page.kept_navigation > 0 for page in scores), count)}"
        f" {_percent(sum(page.kept_navigation for page in scores), navigation)}"
    )


HEADER = (
    f"{'pages':>5} {'<half':>6} {'kept':>6} {'recall':>6} {'prec.':>6} {'pre':>6} {'lost':>6} {'torn':>6} {'blank':>6}"
    f" {'tables':>6} {'lost':>6} {'torn':>6} {'nav pg':>6} {'nav':>6}"
)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:5.1f}%" if whole else f"{'-':>6}"


def worst_pages(scores: list[PageScore], count: int) -> Iterator[str]:
    """Every page under half, then those that lose most beyond them, up to `count`."""
    ranked = sorted(scores, key=lambda page: page.kept)
    for number, page in enumerate(ranked):
        if page.kept < 0.5 or number < count:
            yield f"{page.kept:6.3f} of {page.reference:7} {page.generator:16} {page.id}"


def engine(name: str) -> Engine:
    """An engine of `corpuskit extract`; a page it rejects has no text."""
    from corpuskit.core.document import Document, Reject
    from corpuskit.core.step import Drop
    from corpuskit.stages.extract import Extract

    stage = Extract(engine=name)  # type: ignore[arg-type]

    def text_of(html: str) -> str:
        try:
            result = stage.apply(Document("page", html, {"content_type": "text/html"}))
        except Reject:
            return ""
        return "" if isinstance(result, Drop) else result.text

    return text_of


def trafilatura_text(html: str) -> str:
    """trafilatura's text, as its users get it."""
    import trafilatura

    return trafilatura.extract(html) or ""


def main() -> None:
    """Print the table of all engines, the one of each generator, and the worst pages."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("held_out", type=Path)
    parser.add_argument("--engines", default="fast,auto")
    parser.add_argument("--least", type=int, default=20_000, help="characters of gold of the shortest page")
    parser.add_argument("--worst", type=int, default=8, help="pages to list besides those under half")
    options = parser.parse_args()
    sample = list(held_out(options.held_out, options.least))
    generators = sorted({page["generator"] for page in sample})
    print(f"{len(sample)} pages of {len(generators)} generators, {len({page['group'] for page in sample})} groups")
    start = time.process_time()
    scores = measure({name: engine(name) for name in options.engines.split(",")}, sample, trafilatura_text)
    print(f"{'engine':17} {HEADER}")
    for name, found in scores.items():
        print(f"{name:17} {summary(found)}")
    for name, found in scores.items():
        print(f"\n{name}\n{'generator':17} {HEADER}")
        for generator in generators:
            print(f"{generator:17} {summary([page for page in found if page.generator == generator])}")
        if name != "trafilatura":
            print("\nworst:", *worst_pages(found, options.worst), sep="\n")
    print(f"\n{time.process_time() - start:.0f} s of CPU")


if __name__ == "__main__":
    main()
