"""Compare the twins of extraction, the compiled core and the Python modules, on real pages and on damaged ones.

    python -m tests.benchmarks.twins [--every N] [--mutations N] [--corpus DIR] [--pages FILE ...] [--seed N]

Both read every page; blocks, elements, features, scores, choices, texts and metadata must be equal. `--mutations` says
how many damaged pages follow: cut, with flipped bytes, with parts of another page spliced in, with tokens of markup
strewn in, or with letters and spaces that look or fold like others. `--corpus` is the folder that
`../shared/data/build_bench_corpus.py` made; `--pages` are JSON Lines with `text`. Each difference is printed with the
page that shows it, cut down to the shortest part that does.
"""

import argparse
import gzip
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from corpuskit.core.document import Document, Reject
from corpuskit.core.reading.resolve import resolve
from corpuskit.sources.fetch_warc import FetchWarc
from corpuskit.text.html import classifier, compiled
from corpuskit.text.html.choice import choose
from corpuskit.text.html.compiled_page import choose_compiled, placed_blocks, read_compiled
from corpuskit.text.html.declaring_tags import declaring_tags
from corpuskit.text.html.elements import Elements
from corpuskit.text.html.extract import Page, clean, fast, open_page
from corpuskit.text.html.features import features
from corpuskit.text.html.page_facts import page_facts
from corpuskit.text.html.reader import read
from corpuskit.text.prose import is_html
from corpuskit.text.rights.page_head import head_words
from tests.benchmarks import extraction_quality

MAX_MUTATED = 60_000
"""Characters of a page that is damaged: a part of a longer one, so that many can be tried."""
MAX_TOKENS = 40
MAX_SAMPLE = 500
"""Most pages that are damaged, drawn from all that were read."""
TOKENS = (
    "<p>", "</p>", "<div class='content hidden'>", "</div>", "<li>", "</li>", "<ul>", "<ol start=3>", "<ol reversed>",
    "</ul>", "<table>", "<tr>", "<td colspan=2 rowspan=3>", "<th>", "</table>", "<h1>", "</h2>", "<pre>", "</pre>",
    "<br>", "<a href='#x'>", "<a rel=next href=x>", "</a>", "<b>", "</b>", "<span style='display: none'>", "<span>",
    "</span>", "<sup>", "2</sup>", "<sub>", "</sub>", "<script>", "</script>", "<style>", "<!--", "-->", "<![CDATA[",
    "]]>", "<svg/>", "<svg>", "</svg>", "<noscript>", "</noscript>", "<math>", "<mi>x</mi>", "</math>", "&amp;",
    "&eacute;", "&#8217", "&#x80;", "&notit;", "&lt;", "<", ">", "'", '"', "=", "&", "\xa0", "\u2003", "\u200b",
    "\u0131", "\u212a", "\u017f", "\u0130", "\U0001f517", "\xb6", "\v", "\f", "\x1c", "\x85", "\u2028", "\0",
    "<button aria-expanded>", "</button>", "<label>", "<details>", "<summary>", "<option>", "<select>", "<iframe>",
    "<xmp>", "</xmp>", "<title>", "<body class=post>", "<hr>", "<td class=lineno>", "<div class=gutter>",
    "<td id=L1 data-line-number=1>", "<div class='code-block'>", "\n", "\t", "<img alt='\\frac{a}{b}'>",
    "<meta property=og:title content='A &amp; B'>", "<time datetime=2020-02-03>", "<nav>", "<dl>", "<dt>", "<dd>",
    "<dialog open>", "<template shadowrootmode=open>", "<A HREF=X>", "<SPAN>", "</SPAN>", "<code>", "</code>",
    "<div role=tooltip>", "<div id=cookie-banner>", "<div hidden id=x>", "<i data-target='#x'>", "<ruby>", "<rt>",
    "?", "<li><a href=x>a</a></li>", "<li><a href=x>b</a></li><li><a href=x>c</a></li><li><a href=y>d</a></li>",
    "(", "e<sup>", "k+1</sup>", "<sup>iz", "m</sub>", "<meta name=robots content='none, noai'>",
    "<meta content=x name='r&#111;bots'>", "<link type=application/rsl+xml href=x>", "<a rel=license href=x>",
    "<a title=\"licence>\" rel='nofollow LICEN\u017fE'>", " rel=", "license", "<script type='application/rsl+xml'>",
    "</head>", "<body>", "tdm-", "name=", "\u212a",
)  # fmt: skip
LOOK_ALIKES = {
    "k": "\u212a", "K": "\u212a", "s": "\u017f", "S": "\u017f", "i": "\u0131\u0130", "I": "\u0131\u0130",
    " ": "\v\f\x1c\x85\xa0\u2003", "a": "\xaa\uff41", "1": "\u0661\uff11", "<": "\uff1c", "-": "\u2010",
}  # fmt: skip
"""Letters that are the same but for case or width, spaces of other kinds, and signs, by what HTML knows."""


def real_pages(every: int) -> Iterator[tuple[str, str]]:
    """Yield the id and the source of the pages of all sets."""
    sets = (
        *extraction_quality.FULL_TEXT_SETS,
        *extraction_quality.SEGMENT_SETS,
        *extraction_quality.WORD_SETS,
    )
    for name in sets:
        for page in extraction_quality.pages(name, every=every):
            yield f"{name}/{page.id}", page.html


def corpus_pages(folder: Path, every: int) -> Iterator[tuple[str, str]]:
    """Yield the HTML pages in the archives of the benchmark corpus."""
    for input_ in resolve(sorted(map(str, folder.rglob("*.warc.gz")))):
        documents = (item for item in FetchWarc().read(input_) if isinstance(item, Document) and is_html(item))
        for number, document in enumerate(documents):
            if number % every == 0:
                yield f"{input_.name}/{document.id}", document.text


def file_pages(paths: Iterable[Path], every: int) -> Iterator[tuple[str, str]]:
    """Yield the texts of JSON Lines."""
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                if number % every == 0:
                    document = json.loads(line)
                    yield f"{path.name}/{number}", document.get("text") or document["html"]


def mutated(markup: str, other: str, chance: random.Random) -> str:
    """Return a damaged page: cut, flipped, spliced, strewn with tokens or disguised, each of these or several."""
    start = chance.randrange(max(1, len(markup) - MAX_MUTATED + 1))
    text = markup[start : start + MAX_MUTATED]
    for _ in range(chance.randint(1, 3)):
        way = chance.randrange(5)
        if way == 0:
            first, last = sorted(chance.choices(range(len(text) + 1), k=2))
            text = text[first:last] if chance.random() < 0.5 else text[:first] + text[last:]
        elif way == 1:
            content = bytearray(text.encode("utf-8", "replace"))
            for _ in range(min(len(content), chance.randint(1, 64))):
                content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
            text = content.decode("utf-8", "replace")
        elif way == 2:
            at, size = chance.randrange(len(other) + 1), chance.randint(1, 2_000)
            into = chance.randrange(len(text) + 1)
            text = text[:into] + other[at : at + size] + text[into:]
        elif way == 3:
            for _ in range(chance.randint(1, MAX_TOKENS)):
                into = chance.randrange(len(text) + 1)
                text = text[:into] + chance.choice(TOKENS) + text[into:]
        else:
            text = disguised(text, chance)
    return text


def disguised(text: str, chance: random.Random) -> str:
    """Return a text with some of its characters replaced by their `LOOK_ALIKES`, few or many."""
    share = chance.choice((0.001, 0.01, 0.1))
    return "".join(
        chance.choice(LOOK_ALIKES[character]) if character in LOOK_ALIKES and chance.random() < share else character
        for character in text
    )


def results(markup: str, core: Any, is_xml: bool = False) -> dict[str, Any]:
    """Return what one of the twins makes of a page, by name; `core` is None for Python."""
    with mock.patch.object(compiled, "_core", core):
        page = open_page(markup, is_xml=is_xml)
        facts = page_facts(page.markup)
        found: dict[str, Any] = facts._asdict() | {"source": facts.source.text, "metadata": page.stated_metadata}
        found["declaring tags"] = declaring_tags(page.markup, *head_words(frozenset({"gptbot", "k-bot"})))
        for name, function in (("text", "text"), ("markdown", "markdown")):
            try:
                extraction = fast(page, function)  # type: ignore[arg-type]
                found[name] = clean(extraction.text), extraction.way
            except Reject as reject:
                found[name] = str(reject)
        found.update(_parts(page, core))
    return found


def _parts(page: Page, core: Any) -> dict[str, Any]:
    """Return the steps on the way to a text."""
    title = page.stated_metadata.get("title", "")
    try:
        if core is None:
            elements, blocks = read(page.markup, page.is_xml)
        else:
            compiled_page = read_compiled(page.markup, page.is_xml)
            elements, blocks = Elements(*core.elements(compiled_page)), placed_blocks(compiled_page)
    except Reject as reject:
        return {"blocks": str(reject)}
    parts: dict[str, Any] = {"elements": elements, "blocks": list(map(repr, blocks))}
    if not blocks:
        return parts
    if core is None:
        table = features(elements, blocks, title)
        scores = classifier.score_blocks(elements, blocks, title)
        choice = choose(blocks, scores)
        return parts | {
            "features": table.T.tobytes(),
            "scores": scores.log_odds.tobytes(),
            "choice": bytes(choice.is_kept),
            "way": choice.is_plain,
            "confidence": scores.confidence,
        }
    compiled_choice = choose_compiled(compiled_page, title)
    return parts | {
        "features": compiled_choice.features,
        "scores": compiled_choice.scores,
        "choice": compiled_choice.is_kept,
        "way": compiled_choice.is_plain,
        "confidence": compiled_choice.confidence,
    }


def differences(markup: str, is_xml: bool = False) -> list[str]:
    """Return the names of the results in which the twins differ."""
    core = compiled.compiled_core()
    python, compiled_results = results(markup, None, is_xml), results(markup, core, is_xml)
    return [name for name in sorted({*python, *compiled_results}) if python.get(name) != compiled_results.get(name)]


def shortest(markup: str, names: list[str]) -> str:
    """Return a short part of a page whose results differ in the same way, found by leaving out ever smaller parts."""
    size = len(markup) // 2
    while size:
        start = 0
        while start < len(markup):
            shorter = markup[:start] + markup[start + size :]
            if set(differences(shorter)) & set(names):
                markup = shorter
            else:
                start += size
        size //= 2
    return markup


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="take each Nth page")
    parser.add_argument("--mutations", type=int, default=1000, help="damaged pages")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="time after which no further page is taken")
    parser.add_argument("--corpus", type=Path, help="folder of the benchmark corpus")
    parser.add_argument("--pages", type=Path, nargs="*", default=[], help="JSON Lines with pages")
    parser.add_argument("--only-pages", action="store_true", help="leave out the sets of pages")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=int, default=5, help="differences after which to stop")
    options = parser.parse_args()
    if compiled.compiled_core() is None:
        sys.exit("there is no compiled core to compare with: `pip install -e .` builds it where a C compiler is")
    counts: Counter[str] = Counter()
    end = time.monotonic() + options.seconds

    def compare(kind: str, name: str, markup: str) -> None:
        counts[kind] += 1
        names = differences(markup, is_xml=counts[kind] % 16 == 0)
        if names:
            counts["different"] += 1
            print(f"{name}: {', '.join(names)}\n{shortest(markup, names)!r}", flush=True)
        if counts["different"] >= options.most:
            sys.exit(f"{dict(counts)}")

    sample: list[str] = []
    pages_read = 0
    chance = random.Random(options.seed)
    for pages in (
        () if options.only_pages else real_pages(options.every),
        corpus_pages(options.corpus, options.every) if options.corpus else (),
        file_pages(options.pages, options.every),
    ):
        for name, markup in pages:
            if time.monotonic() < end:
                compare("pages", name, markup)
            pages_read += 1
            if len(sample) < MAX_SAMPLE:
                sample.append(markup)
            elif (place := chance.randrange(pages_read)) < MAX_SAMPLE:
                sample[place] = markup
    for number in range(options.mutations):
        if time.monotonic() >= end:
            break
        compare("mutations", f"mutation {number}", mutated(chance.choice(sample), chance.choice(sample), chance))
    print(dict(counts))
    sys.exit(counts["different"] > 0)


if __name__ == "__main__":
    main()
