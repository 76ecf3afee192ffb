"""The twins of extraction give the same, whatever the page; `python -m tests.benchmarks.twins` tries many more."""

import os
import random
import re
import struct
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

from corpuskit.core.document import Reject
from corpuskit.text.html import classifier, compiled
from corpuskit.text.html.compiled import compiled_core
from corpuskit.text.html.compiled_page import placed_blocks, read_compiled
from corpuskit.text.html.declaring_tags import declaring_tags
from corpuskit.text.html.elements import Elements
from corpuskit.text.html.extract import _clean, clean
from corpuskit.text.html.features import NAMES
from corpuskit.text.html.page_facts import page_facts
from corpuskit.text.html.page_reader import MAX_BLOCKS
from corpuskit.text.html.page_source import PageSource
from corpuskit.text.html.raw_markup import visible_markup
from corpuskit.text.html.reader import read
from corpuskit.text.html.tags import BLOCK_TAGS, CLASS_GROUPS, CONTAINED_TAGS, RAW_TAGS, SKIPPED_TAGS
from corpuskit.text.rights.page_head import head_words
from tests.benchmarks import extraction_quality
from tests.benchmarks.hostile_pages import ATTACKS, page
from tests.benchmarks.twins import TOKENS, differences, mutated
from tests.conftest import ROOT

needs_core = pytest.mark.skipif(compiled_core() is None, reason="the compiled core was not built")
VERSION = [sys.executable, "-m", "corpuskit", "--version"]


def made_page(chance: random.Random) -> str:
    """Return a page of random tokens and words."""
    words = (
        "boats",
        "The harbour",
        "12",
        "3.5",
        "é",
        "ß",
        "中文。",
        "İ",
        "K",
        " ",
        "\n",
        "cookies",
        "copyright",
        "x" * 90,
    )
    return "".join(chance.choice(TOKENS if chance.random() < 0.5 else words) for _ in range(chance.randint(1, 120)))


PARTS = (
    '<p>a <span class="{}">b</span> c, a harbour with boats.</p>',
    '<p><a rel="{}" href="x">next boat</a></p><p>The harbour with boats.</p>',
    "<p><a REL = {} href=x rel=>next boat</a> <a rel='{}'>boats</a></p>",
    "<button class='{}'>Boats of the harbour</button><div data-x={}><p>The harbour, 4 March 2021.</p></div>",
    "<h1>The harbour</h1><div class='{}'><time datetime=2021-03-04>boats</time></div><p>published 2021-03-05</p>",
    "<h2>The boats</h2 {}><button>x</button><h3>The harbour<button class={}>go</button></h3>",
    "<div aria-controls='data-target={}' data-bs-target=#{}>a</div><div hidden id='{}'>The boats are hidden.</div>",
    "<section class={}><p>1 March 2021</p><section class='{}'></section></section><p class=date>2 March 2021</p>",
)
VALUES = (
    "tex", "context", "a-tex", "\u017ftex", "texK", "latex", "latexmk", "math", "mathjax", "mwe-math-fallback-image-a",
    "aftermath", "d-md-none", "NEXT", "x next", "next/x", "nextx", "nofollow up", "up", "start\u00a0", "prev previous",
    "data-Toggle", "ACCORDION", "collapse", "faqs", "question", "toggle", "comment", "comments-link", "no-comments",
    "nocomment", "mycomment", "commentss-link", "more-news", "more", "moreposts", "layout-sidebar", "sidebar",
    "sidebar-main", "teaser", "teaser-text", "teaser_text", "related", "Recommended", "\u0130related", "updated",
    "modified", "published", "PUBLI", "\u017fposted", "x", "x y",
)  # fmt: skip


@needs_core
def test_what_the_core_asks_python_about() -> None:
    chance = random.Random(11)
    pages = []
    for _ in range(150):
        markup = "".join(chance.choice(PARTS).replace("{}", chance.choice(VALUES)) for _ in range(chance.randint(1, 4)))
        pages.append(f"<title>The harbour</title><h1>The harbour</h1>{markup}")
    assert [(markup, found) for markup in pages if (found := differences(markup, is_xml=False))] == []


@needs_core
def test_sections_about_other_pages() -> None:
    chance = random.Random(12)
    for _ in range(300):
        names = chance.choices(("div", "section", "aside", "ul", "nav", "/div", "/section", "/aside", "/ul", "p"), k=20)
        markup = "".join(f"é<{name} class='{chance.choice(VALUES)}'>" for name in names)
        source, python = page_facts(markup).source, PageSource(visible_markup(markup).source)
        assert source.foreign_sections() == python.foreign_sections(), markup


DECLARING_PARTS = (
    "<meta ", "<link\t", "<a ", "<a/", "<script ", "</ScripT ", "<title>", "</title", "<noscript>", "<!--", "-->", ">",
    "<", '"', "'", "=", "&", " ", "\v", "\xa0", "\u00e9", "\u212a", "\u017f", "\u0130", "name", "Name=", "xname=",
    "\u00e9name=", "type=", "rel", "REL =", "lrel=", "LICENSE", "licence", "l\u0131cense", "robots", "RoBots", "k-bot",
    "\u212a-bot", "RSL+xml", "none", "tdm-policy", "</head>", "</head\u00e9", "<bodyx", "<body", "y>" * 20, "z" * 9_000,
    "\0", "name='robots'", "name=ro", 'rel="license"', "rel='a license'", "rel=\u00a0license", "q" * 131_050,
)  # fmt: skip


@needs_core
def test_tags_that_declare_something() -> None:
    chance = random.Random(13)
    words = head_words(frozenset({"k-bot", "ab"}))
    kinds: Counter[str] = Counter()
    for _ in range(2500):
        markup = "".join(chance.choices(DECLARING_PARTS, k=chance.randint(1, 40)))
        compiled_tags = declaring_tags(markup, *words)
        kinds.update(kind for kind, tags in compiled_tags._asdict().items() if tags)
        with mock.patch.object(compiled, "_core", None):
            assert declaring_tags(markup, *words) == compiled_tags, markup
    assert min(kinds[kind] for kind in compiled_tags._fields) > 10


@needs_core
def test_words_that_the_core_cannot_look_for_are_left_to_python() -> None:
    markup = "<meta name=\u00e9 content=1><meta name=a content=2>none"
    tags = [("meta", " name=\u00e9 content=1", ""), ("meta", " name=a content=2", "")]
    for name in ("\u00e9", "a", "rsl+xml"):
        named_tags = [tag for tag in tags if f"name={name} " in tag[1]]
        assert declaring_tags(markup, ("none",), frozenset({name})).of_head == named_tags


@needs_core
def test_pages_of_random_tokens() -> None:
    chance = random.Random(7)
    pages = [made_page(chance) for _ in range(150)]
    assert [(markup, found) for markup in pages if (found := differences(markup, is_xml=len(markup) % 5 == 0))] == []


@needs_core
def test_names_of_every_kind() -> None:
    """Each tag with every other inside, and each word of a class: what tags and names mean is a table in both."""
    names = sorted(
        {*BLOCK_TAGS, *SKIPPED_TAGS, *RAW_TAGS, *CONTAINED_TAGS, "hr", "a", "b", "body", "br", "button", "label"}
    )
    words = sorted({word for pattern in CLASS_GROUPS.values() for word in re.findall(r"[a-z]{3,}", pattern)})
    nested = ["".join(f"<{outer}>a<{inner}>b</{inner}>c</{outer}>d" for inner in names) for outer in names]
    unclosed = ["".join(f"<table><tr><td><{outer}>a<{inner}>b</table>c" for inner in names) for outer in names]
    classes = [
        "".join(
            f'<div class="{start}{word}{mark}{other}">a</div>' for other in words[::18] for mark in ("", "-", "__", " ")
        )
        for word in words
        for start in ("", "x", "data-")
    ]
    assert [markup for markup in (*nested, *unclosed, *classes) if elements_differ(markup)] == []


def elements_differ(markup: str) -> bool:
    elements, blocks = read(markup)
    page = read_compiled(markup, is_xml=False)
    return elements != Elements(*compiled_core().elements(page)) or blocks != placed_blocks(page)


@needs_core
@pytest.mark.parametrize("name", ["h2", "script", "nav"])
def test_a_zero_byte_ends_no_name(name: str) -> None:
    """Names are found by their hash, so only some that go on behind the byte would be taken for shorter ones."""
    pages = (f"<{name}\0{number}>The boats</{name}><p>a" for number in range(2_000))
    assert [page for page in pages if elements_differ(page)] == []


@needs_core
@pytest.mark.parametrize("style", ["display:\vnone", "display:\v\nnone;color: red", "display: block", "Display:\tNone"])
def test_spaces_in_a_style(style: str) -> None:
    assert not elements_differ(f"<p>All the boats of the harbour</p><div style='{style}'>are in.</div>")
    assert not elements_differ(f"<p>All the boats of the harbour</p><h2 class='display:' style='{style}'>are in.</h2>")


@needs_core
@pytest.mark.parametrize("attack", ATTACKS)
def test_pages_made_to_be_slow(attack: str) -> None:
    assert differences(page(attack, 6_000)) == []


@needs_core
def test_real_pages_whole_and_damaged(shared_data: Path) -> None:
    pages = [item.html for item in extraction_quality.pages("wcxb", shared_data / "extract", every=160)]
    chance = random.Random(11)
    damaged = [mutated(markup, chance.choice(pages), chance) for markup in pages for _ in range(2)]
    assert [markup for markup in (*pages, *damaged) if differences(markup)] == []


@needs_core
@pytest.mark.parametrize(
    "markup",
    [
        "<p>a" * (MAX_BLOCKS + 1),
        pytest.param("a<br><br>" * (MAX_BLOCKS + 9), marks=pytest.mark.slow),
        pytest.param(("<div>" * 500 + "a" + "</div>" * 500) * 1_100, marks=pytest.mark.slow),
    ],
)
def test_both_have_the_same_limits(markup: str) -> None:
    with pytest.raises(Reject) as rejected:
        read(markup)
    with pytest.raises(Reject, match=str(rejected.value)):
        read_compiled(markup, is_xml=False)


@needs_core
@pytest.mark.parametrize("space", ["\x1c", "\x85", "\xa0", "\u2003", "\u2028", "\u3000"])
def test_spaces_of_other_scripts_part_no_attributes(space: str) -> None:
    """The markup's own spaces are of ASCII, so a name or value goes on through any other."""
    markup = f"<html{space}lang=en><meta property=og:title{space}content=Tides><meta {space}name=author content=Ann>"
    facts = page_facts(markup)
    assert facts.language == "" and not {"og:title", "author"} & set(facts.meta_values)
    assert differences(markup) == []


def test_elements_of_unknown_names_are_no_part_of_a_line() -> None:
    for name in ("t", "x", "tx", "foo"):
        assert differences(f"<body><{name} class=lineno>12</{name}><p>The harbour, with boats.") == []


def test_texts_are_cleaned_alike() -> None:
    chance = random.Random(3)
    marks = ("a", "ß", " ", "\t", "\n", "\r", "\r\n", "\x00", "\x1f", "\x7f", "\x85", "\xa0", "\xad", "\u2028",
             "\ufeff", "\ufdd5", "\uffff", "\U0001f517", "\U0001ffff", "\v", "\ud800")  # fmt: skip
    texts = ["".join(chance.choice(marks) for _ in range(chance.randint(0, 12))) for _ in range(4000)]
    assert [text for text in texts if clean(text) != _clean(text)] == []


@needs_core
def test_words_that_name_days_are_known_alike() -> None:
    chance = random.Random(4)
    words = ("Published", "UPDATED", "po\u017fted", "Stand: ", "\u212arstellt", "VERÖFFENTLICHT", "Mise à",
             "Опубликован", "РАЗМЕЩЕН", "\u1c80", "更新", "公開", "aktualisiert", "Updat", "zaktualizowano",
             "обновлено", "ubbl", "modi", "fied")  # fmt: skip
    between = (" 4 March 2021", "<b>", "</b>", "<p>", " ", "٤", "&#52;", "1", "\u2003", "é" * 90, "x" * 300)
    for _ in range(2000):
        # Half of the pages have words of ASCII alone, for which the core skips bytes.
        named = words if chance.random() < 0.5 else tuple(word for word in words if word.isascii())
        markup = "".join(chance.choice(named if chance.random() < 0.4 else between) for _ in range(12))
        source, python = page_facts(markup).source, PageSource(visible_markup(markup).source)
        start = chance.randint(0, 9)
        assert list(source.named_texts(start, 900)) == list(python.named_texts(start, 900)), markup


@needs_core
@pytest.mark.parametrize("letter", ["x", "ä", "中", "\U0001f517"])
def test_offsets_are_those_of_characters(letter: str) -> None:
    """The core counts bytes, and keeps how many characters lie before each place."""
    parts = (
        letter * 700,
        "<p class=date>",
        "<h2>",
        letter,
        "</H2>",
        "<time>",
        "<p title=author>",
        "<p id class='Post-D&#65;TE \u0130' itemprop=Author REL=author>",
        "<time title=date pubDate>",
        "ab",
        "<nav>",
        "<div>3",
    )
    chance = random.Random(5)
    for _ in range(150):
        markup = "".join(chance.choice(parts) for _ in range(20))
        source, python = page_facts(markup).source, PageSource(visible_markup(markup).source)
        start, end = sorted(chance.choices(range(len(markup) + 3), k=2))
        assert source.text == python.text
        assert source.part(start, end) == python.part(start, end)
        tags, python_tags = (list(twin.marked_tags(("date", "uthor"), start, end)) for twin in (source, python))
        assert tags == python_tags
        assert [tag.marks for tag in tags] == [tag.marks for tag in python_tags]
        assert source.has_time(start, end) == python.has_time(start, end)
        assert source.heading_end(start, end) == python.heading_end(start, end)
        assert source.inside_heading(start) == python.inside_heading(start)
        assert source.lines_below(start, end, 5) == python.lines_below(start, end, 5)
        assert source.lines_above(start, end, 5) == python.lines_above(start, end, 5)


@pytest.mark.parametrize(("value", "twin"), [("1", "Python"), ("0", ""), ("", "")])
def test_the_environment_can_ask_for_python(value: str, twin: str) -> None:
    if not twin:
        twin = "Python" if compiled_core() is None and "CORPUSKIT_NO_CORE" not in os.environ else "compiled core"
        if compiled_core() is None:
            pytest.skip("the compiled core was not built, or is not wanted")
    environment = {**os.environ, "CORPUSKIT_NO_CORE": value}
    output = subprocess.run(VERSION, env=environment, capture_output=True, text=True, check=True).stdout
    assert output.splitlines()[1] == f"extract: {twin}, rules of version {compiled.ALGORITHM}"
    assert output.splitlines()[2] == f"filter-language: {twin.replace('Python', 'fastText')}"
    assert output.splitlines()[3] == f"filter-quality: {twin}"


def test_all_of_the_core_is_built() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    modules = settings["tool"]["setuptools"]["ext-modules"]
    built = {path for module in modules for path in (*module["sources"], *module.get("depends", ()))}
    assert built == {path.relative_to(ROOT).as_posix() for path in (ROOT / "corpuskit").glob("**/c/*.[ch]")}
    folder = ROOT / "corpuskit/text/html/c"
    included = re.findall(r'^#include "(\w+\.c)"$', (folder / "core.c").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(["core.c", *included]) == sorted(path.name for path in folder.glob("*.c"))


def test_the_core_states_the_version_of_the_rules() -> None:
    header = (ROOT / "corpuskit/text/html/c/core.h").read_text(encoding="utf-8")
    assert f"#define ALGORITHM {compiled.ALGORITHM}\n" in header
    assert f"#define INTERFACE {compiled.INTERFACE}\n" in header


@needs_core
@pytest.mark.parametrize("version", ["ALGORITHM", "INTERFACE"])
def test_a_core_of_another_version_is_not_used(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    assert compiled._load() is not None
    monkeypatch.setattr(compiled, version, getattr(compiled, version) + 1)
    assert compiled._load() is None


def chain_of_nodes(leaves: int) -> tuple[list[int], ...]:
    """Return the arrays of a tree that compares the first feature again and again; each right child is a leaf."""
    most, inner = 2**31 - 1, range(leaves - 1)
    left = [0] * (2 * leaves - 1)
    for number in inner:
        node = 2 * number - 1 if number else 0
        left[node], left[2 * number + 2] = 2 * number + 1, 2 * number + 2
    left[2 * leaves - 3] = 2 * leaves - 3
    threshold = [most if left[node] == node else -node for node in range(len(left))]
    return [0] * len(left), threshold, left, list(range(len(left))), [0]


@needs_core
@pytest.mark.parametrize("leaves", [2, 3, 31, 32])
def test_the_core_walks_down_trees_as_its_twin_does(leaves: int) -> None:
    column, threshold, left, value, roots = map(np.array, chain_of_nodes(leaves))
    trees = classifier.Trees(column, threshold, left, value, roots, leaves)
    table = np.random.default_rng(leaves).integers(-70, 9, (37, len(NAMES)), np.int32)
    arrays = [array.astype(np.int32).tobytes() for array in (column, threshold, left, value, roots)]
    core = compiled_core()
    scores = np.frombuffer(core.sum_leaves(core.load_trees(*arrays), table.tobytes()), np.int64)
    assert scores.tolist() == classifier.sum_leaves(trees, table.T).tolist()
    assert len(set(scores.tolist())) > 1


@needs_core
def test_arrays_that_are_no_trees_are_refused() -> None:
    def load(*arrays: list[int]) -> None:
        compiled_core().load_trees(*(struct.pack(f"={len(numbers)}i", *numbers) for numbers in arrays))

    most = 2**31 - 1
    load([1, 0, 0], [5, most, most], [1, 1, 2], [0, -7, 9], [0])
    for column, threshold, left, value, roots in (
        ([999, 0, 0], [5, most, most], [1, 1, 2], [0, -7, 9], [0]),
        ([1, 0, 0], [5, most, most], [2, 1, 2], [0, -7, 9], [0]),
        ([1, 0, 0], [5, 5, most], [1, 1, 2], [0, -7, 9], [0]),
        ([1, 0, 0], [5, most, most], [1, 0, 2], [0, -7, 9], [0]),
        ([1, 0, 0], [5, most, most], [1, 1, 2], [0, -7, 9], [7]),
        ([1, 0, 0], [5, most], [1, 1, 2], [0, -7, 9], [0]),
        ([1, 0, 0, 0, 0], [5, 6, most, most, most], [1, 2, 2, 3, 4], [0, 0, 1, 2, 3], [0]),
        chain_of_nodes(33),
    ):
        with pytest.raises(ValueError, match="no trees"):
            load(column, threshold, left, value, roots)
