"""Print how many words of pages made for a fault of extraction each are kept, ours beside trafilatura's.

    python -m tests.benchmarks.odd_pages [--engine fast] [--words PAGE] [DATA]

The gold of a page is a Markdown file that begins with what the page says of itself: title, author, site, day. A word of
it is *wanted* if a reader of the page sees it in the text: that leaves out the fields before the text, addresses of
links, pictures, the signs of Markdown, and words that the page does not show at all, as they are the origin's own (a
heading over comments, the day instead of `2 hours ago`, commands of TeX). Any word of the gold is *allowed*, its fields
among them, because a title may be read from the heading of the page.

Words are lower-cased and count as often as they occur, each Chinese or Japanese character as one. Recall is the share
of the wanted words that the text has, precision the share of the text's words that are allowed; the last lines are
their means over the pages, and those of all words together. `--words PAGE` shows which are missing and which are not
allowed.
"""

import argparse
import json
import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from tests.benchmarks.documentation_quality import engine, trafilatura_text
from tests.benchmarks.extraction_quality import _WORD, DATA, FIXTURES

_FIELDS = re.compile(r"\A```json\n(.*?)\n```\n", re.DOTALL)
_CODE = re.compile(r"(^(?:> ?)*```\w*\n.*?^(?:> ?)*```$|`[^`\n]+`)", re.DOTALL | re.MULTILINE)
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)|<svg\b.*?</svg>|<iframe\b.*?</iframe>", re.DOTALL)
_LINK = re.compile(r"\[((?:[^\[\]\\]|\\.)*)\]\([^)]*\)")
_SIGN = re.compile(r"^(?:> ?)*\[!\w+\]", re.MULTILINE)
"""The kind of a callout, which only its colour says on the page."""
_ESCAPE = re.compile(r"\\([^\w\s]|_)")
_TEX = re.compile(r"\$\$?(.+?)\$\$?|\\\((.+?)\\\)", re.DOTALL)
_TEX_COMMAND = re.compile(r"\\[A-Za-z]+")
_UNSHOWN_TAGS = frozenset(("head", "script", "style", "svg", "template"))


@dataclass(frozen=True)
class OddPage:
    """A page with the words that its text must have and may have."""

    name: str
    markup: str
    wanted: Counter[str]
    allowed: Counter[str]


class _Text(HTMLParser):
    """Collect the text of a page, visible or not, what stands for its images, and what its scripts may show of data."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.unshown: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSHOWN_TAGS:
            self.unshown.append(tag)
        for name, value in attrs:
            if name == "alt":
                self.parts.append(value or "")
            elif name.startswith("data-") and value and value[0] in "[{":
                self.parts += _strings(value)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.unshown:
            del self.unshown[self.unshown.index(tag) :]

    def handle_data(self, data: str) -> None:
        if not self.unshown:
            self.parts.append(data)


def read_pages(folder: Path) -> Iterator[OddPage]:
    """Yield the pages of a folder that have a gold beside them."""
    for path in sorted(folder.glob("*.html")):
        markup = path.read_text(encoding="utf-8")
        gold = path.with_suffix(".expected.md").read_text(encoding="utf-8")
        yield OddPage(path.stem, markup, *gold_words(gold, markup))


def gold_words(gold: str, markup: str) -> tuple[Counter[str], Counter[str]]:
    """Return the wanted words of a gold, and the allowed ones."""
    match = _FIELDS.match(gold)
    fields = json.loads(match[1]) if match else {}
    parts = _CODE.split(_FIELDS.sub("", gold))
    seen_words = words("".join(code if index % 2 else _shown(code) for index, code in enumerate(parts)))
    return seen_words & _page_words(markup), seen_words + words("\n".join(map(str, fields.values())))


def words(text: str) -> Counter[str]:
    """Return the words of a text without the commands of its formulas."""
    text = _TEX.sub(lambda match: f" {_TEX_COMMAND.sub(' ', match[1] or match[2])} ", text)
    return Counter(_WORD.findall(text.replace("_", " ").lower()))


def _shown(markdown: str) -> str:
    return _ESCAPE.sub(r"\1", _LINK.sub(r"\1", _SIGN.sub(" ", _PICTURE.sub(" ", markdown))))


def _page_words(markup: str) -> Counter[str]:
    reader = _Text()
    reader.feed(markup)
    return words(" ".join(reader.parts))


def _strings(data: str) -> Iterator[str]:
    """Yield the texts in JSON; none if it is not JSON."""
    try:
        values = [json.loads(data)]
    except ValueError:
        return
    while values:
        value = values.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            values += value.values() if isinstance(value, dict) else value


def recall_and_precision(page: OddPage, text: str) -> tuple[float, float]:
    """Return the share of the wanted words that a text has, and of its words that are allowed."""
    text_words = words(text)
    recall = (text_words & page.wanted).total() / page.wanted.total() if page.wanted else 1.0
    return recall, (text_words & page.allowed).total() / text_words.total() if text_words else 0.0


def main(arguments: list[str] | None = None) -> None:
    """Print a row for each page, and the means."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", nargs="?", type=Path, default=DATA.parent / FIXTURES)
    parser.add_argument("--engine", default="fast", help="of `extract`")
    parser.add_argument("--words", metavar="PAGE", help="show the words of the pages whose names have this")
    options = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)
    pages = list(read_pages(options.data))
    if not pages:
        print(f"skipped: there are no pages in {options.data}")
        return
    readers = {"corpuskit": engine(options.engine), "trafilatura": trafilatura_text}
    texts = {name: [read(page.markup) for page in pages] for name, read in readers.items()}
    print(f"{'recall, precision':64} {'  '.join(f'{name:11}' for name in readers)}")
    for index, page in enumerate(pages):
        rows = (recall_and_precision(page, texts[name][index]) for name in readers)
        print(f"{page.name:64} {'  '.join(f'{recall:.3f} {precision:.3f}' for recall, precision in rows)}")
        if options.words and options.words in page.name:
            text_words = words(texts["corpuskit"][index])
            print("  missing:", *(page.wanted - text_words).elements())
            print("  not allowed:", *(text_words - page.allowed).elements())
    for title, summarise in (("mean over pages", _means), ("all words together", _totals)):
        rows = (summarise(pages, texts[name]) for name in readers)
        print(f"{title:64} {'  '.join(f'{recall:.3f} {precision:.3f}' for recall, precision in rows)}")


def _means(pages: list[OddPage], texts: list[str]) -> tuple[float, float]:
    rows = [recall_and_precision(page, text) for page, text in zip(pages, texts, strict=True)]
    # A page without any text is nothing that could be wrong.
    precisions = [precision for (_, precision), text in zip(rows, texts, strict=True) if words(text)]
    return sum(recall for recall, _ in rows) / len(rows), sum(precisions) / max(1, len(precisions))


def _totals(pages: list[OddPage], texts: list[str]) -> tuple[float, float]:
    all_words = [words(text) for text in texts]
    found = sum((each & page.wanted).total() for page, each in zip(pages, all_words, strict=True))
    right = sum((each & page.allowed).total() for page, each in zip(pages, all_words, strict=True))
    wanted, total = sum(page.wanted.total() for page in pages), sum(each.total() for each in all_words)
    return found / max(1, wanted), right / max(1, total)


if __name__ == "__main__":
    main()
