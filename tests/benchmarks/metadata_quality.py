"""Print how often the title, author and date that pages state are read right, ours beside trafilatura's.

    python -m tests.benchmarks.metadata_quality [--half even|odd] [--list date] [DATA]

Only pages whose gold has the value are counted, each as right, wrong or absent. Titles are equal if their letters and
digits are, in any case; authors if they have the same words, whatever joins them; dates if they are the same day. The
pages are split by a digest of their host: rules are made on the even half, and the odd half shows what they are worth.

A gold that the page contradicts is doubtful. It is counted all the same; columns after `undoubted` leave it out.
Of 746 golds of dates 55 are doubtful, each by the first of these kinds that it is of:

    19  no date at all, or one that is nowhere in the page or its URL: a slip of the pen, or read on another day
    12  the page calls it the day of its last change, and another that of its publication
     8  both readers found the day before or after: a time in UTC, or a day that the page dates ahead
    16  both readers found the same other day

The last two kinds are the weakest evidence, since both readers may be wrong alike. Of our 51 wrong dates 45 have a
doubtful gold: 11, 10, 8 and 16 of these kinds. Of the other six, three golds are the day of a later state of the page
or of a month alone, one is in the address only, and two are the reader's faults.
"""

import argparse
import datetime
import gzip
import hashlib
import html
import json
import logging
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.benchmarks.extraction_quality import DATA, pages

SETS = ("trafilatura_eval", "readability_pages", "wcxb")
KEYS = ("title", "author", "date")
READERS = ("corpuskit", "trafilatura")

_WORD = re.compile(r"\w+")
_JOINING = frozenset(
    ["by", "von", "and", "und", "et", "y", "e", "par", "por", "di", "de", "la", "le", "da", "van", "der", "the"]
)
"""Words around and within names that sets write in different ways."""
_DAY = re.compile(r"(\d{4})[-.]?(\d{1,2})[-.]?(\d{1,2})")
_STATED = r"(?:[_-]?(?:time|date))?[\"'\\:=>\s]{1,6}(?:content=[\"'])?(\d{4}-\d\d-\d\d)"
_PUBLICATION = re.compile(rf"(?:published|publish|pubdate|publication){_STATED}", re.IGNORECASE)
_CHANGE = re.compile(rf"(?:modified|updated|lastmod){_STATED}", re.IGNORECASE)
"""Days that the metadata of a page give as those of its publication, and of its last change."""


@dataclass(frozen=True)
class Page:
    """One page: where it is from, its markup, and the values that its gold has."""

    name: str
    set_name: str
    page_type: str
    url: str
    markup: str
    gold: dict[str, str]

    @property
    def half(self) -> str:
        """The half that its host falls in, so that no site is in both."""
        host = (urlsplit(self.url).hostname or self.name).removeprefix("www.")
        return ("even", "odd")[hashlib.sha256(host.encode()).digest()[0] % 2]


def read_pages(data: Path = DATA) -> Iterator[Page]:
    """Yield the pages of all sets that have a gold of title, author or date."""
    for name in SETS:
        with gzip.open(data / f"{name}.gold.jsonl.gz") as lines:
            has_golds = any(_gold(json.loads(line)) for line in lines)
        for page in pages(name, data) if has_golds else ():
            gold = _gold(page.gold)
            if gold:
                yield Page(page.id, name, page.gold.get("page_type", ""), page.gold.get("url", ""), page.html, gold)


def verdict(key: str, gold: str, value: str) -> str:
    """Whether a value is right, wrong or absent."""
    if not value:
        return "absent"
    return "right" if _comparable(key, gold) == _comparable(key, value) else "wrong"


def doubt(key: str, page: Page, values: list[str]) -> str:
    """Return why the gold is evidently not what the page says; empty if it may be.

    `values` are what the readers found. Without both, a reader's own fault would pass for the gold's.
    """
    gold = page.gold[key]
    if key == "date":
        if not _DAY.fullmatch(gold):
            return "the gold is no date"
        if not _mentions_day(page, gold):
            return "the day is nowhere in the page or its URL"
        if _is_day_of_change(page, gold):
            return "the page calls it the day of a change"
    elif not _mentions_words(page, gold):
        return "the words are nowhere in the page"
    agreed = {str(_comparable(key, value)) for value in values if value}
    if key != "date" or len(agreed) != 1 or not all(values) or str(_comparable(key, gold)) in agreed:
        return ""
    return (
        f"both readers found {'the day before or after' if _are_neighbours(gold, values[0]) else 'the same other day'}"
    )


def our_metadata(page: Page) -> dict[str, str]:
    """Return what corpuskit reads."""
    from corpuskit.text.html.metadata import page_metadata

    return page_metadata(page.markup, page.url)


def trafilatura_metadata(page: Page) -> dict[str, str]:
    """Return what trafilatura reads, which guesses dates from the text, too."""
    from trafilatura import extract_metadata

    try:
        document = extract_metadata(page.markup, default_url=page.url or None)
    except Exception:
        return {}
    return {key: getattr(document, key, None) or "" for key in KEYS}


def _gold(gold: dict[str, Any]) -> dict[str, str]:
    """Return the values of a gold by key, from whichever way its set has of writing them."""
    stated = gold.get("metadata") or gold
    values = {
        "title": stated.get("title"),
        "author": stated.get("author") or stated.get("byline"),
        "date": stated.get("date") or stated.get("publishedTime"),
    }
    texts = {key: ", ".join(value) if isinstance(value, list) else value or "" for key, value in values.items()}
    if stated is not gold:
        texts["date"] = texts["date"][:10]
    return {key: text for key, text in texts.items() if text}


def _comparable(key: str, value: str) -> object:
    if key == "date":
        match = _DAY.match(value)
        return tuple(int(part) for part in match.groups()) if match else value
    words = _WORD.findall(html.unescape(value).casefold().replace("\xad", ""))
    return frozenset(words) - _JOINING if key == "author" else " ".join(words)


def _mentions_day(page: Page, gold: str) -> bool:
    """Whether the day is written in the page or its URL in any of the usual ways; a month's name stands for it."""
    match = _DAY.match(gold)
    if not match:
        return False
    year, month, day = (int(part) for part in match.groups())
    parts = rf"0?{year % 100:02}|{year}", rf"0?{month}|[^\W\d]{{3,12}}", rf"0?{day}"
    gap = r"[^\w]{0,3}(?:st|nd|rd|th|de|del|of|年|月|日)?[^\w]{0,3}(?:de\s)?"
    orders = ((0, 1, 2), (2, 1, 0), (1, 2, 0))
    patterns = (gap.join(f"(?:{parts[index]})" for index in order) for order in orders)
    text = html.unescape(page.markup) + " " + page.url
    return any(re.search(rf"(?<!\d){pattern}", text, re.IGNORECASE) for pattern in patterns)


def _is_day_of_change(page: Page, gold: str) -> bool:
    """Whether the page gives the day as that of a change, and another one as that of its publication."""
    published_days = set(_PUBLICATION.findall(page.markup))
    return bool(published_days) and gold in set(_CHANGE.findall(page.markup)) - published_days


def _are_neighbours(gold: str, value: str) -> bool:
    try:
        days = [datetime.date.fromisoformat(day) for day in (gold, value)]
    except ValueError:
        return False
    return abs((days[0] - days[1]).days) == 1


def _mentions_words(page: Page, gold: str) -> bool:
    words = set(_WORD.findall(html.unescape(re.sub(r"\\u([0-9a-f]{4})", r"&#x\1;", page.markup)).casefold()))
    gold_words = set(_WORD.findall(gold.casefold()))
    return len(gold_words & words) * 10 >= len(gold_words) * 8


def main(arguments: list[str] | None = None) -> None:
    """Print one row for each set, page type, key and reader; with `--list KEY`, the pages that are not right."""
    parser = argparse.ArgumentParser(description="Quality of the title, author and date that pages state.")
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--half", choices=["even", "odd"], help="only the pages of this half of the hosts")
    parser.add_argument("--list", choices=KEYS, help="print each page on which this is not right, and doubtful golds")
    options = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)

    table = Table()
    for page in read_pages(options.data):
        if options.half in (None, page.half):
            found = {"corpuskit": our_metadata(page), "trafilatura": trafilatura_metadata(page)}
            for key, gold in page.gold.items():
                values = [found[reader].get(key, "") for reader in READERS]
                reason = doubt(key, page, values)
                table.add(page, key, [verdict(key, gold, value) for value in values], reason)
                if options.list == key and verdict(key, gold, values[0]) != "right":
                    print(verdict(key, gold, values[0]), page.name, f"gold {gold!r}, read {values}", reason, sep=" | ")
    table.print()


class Table:
    """Counts of verdicts for each set, value and reader, over all golds and over the undoubted ones; and the doubts."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
        self.undoubted: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
        self.doubts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)

    def add(self, page: Page, key: str, verdicts: list[str], reason: str) -> None:
        """Count the verdicts on the readers' values of one gold, and why it is doubtful if it is."""
        for group in {"all", f"{page.set_name} {page.page_type}".strip()}:
            for reader, reader_verdict in zip(READERS, verdicts, strict=True):
                self.counts[group, key, reader][reader_verdict] += 1
                self.undoubted[group, key, reader][reader_verdict] += not reason
            if reason:
                self.doubts[group, key][reason] += 1
                self.doubts[group, key]["in all of ours that are wrong"] += verdicts[0] == "wrong"

    def print(self) -> None:
        """Print a row for each set, value and reader."""
        heads = f"{'golds':>5} {'right':>6} {'wrong':>6} {'absent':>6}"
        print(f"{'set':20} {'value':7} {'reader':12} {heads}  {'undoubted':>9}{heads[5:]}  doubtful golds")
        for (group, key, reader), verdicts in sorted(self.counts.items()):
            reasons = self.doubts[group, key] if reader == READERS[0] else {}
            note = ", ".join(f"{number} {reason}" for reason, number in sorted(reasons.items()) if number)
            undoubted = self.undoubted[group, key, reader]
            print(
                f"{group:20.20} {key:7} {reader:12} {verdicts.total():5} {_shares(verdicts)}"
                f"  {undoubted.total():9} {_shares(undoubted)}  {note}"
            )


def _shares(verdicts: Counter[str]) -> str:
    total = max(1, verdicts.total())
    return " ".join(f"{verdicts[name] / total:6.1%}" for name in ("right", "wrong", "absent"))


if __name__ == "__main__":
    main()
