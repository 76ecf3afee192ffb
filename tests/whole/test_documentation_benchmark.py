"""The gold of documentation pages, as their generators' markup has it, and what counts as torn or lost."""

import gzip
import json
from pathlib import Path

import pytest

from tests.benchmarks import documentation_quality as measure
from tests.benchmarks import extraction_quality as quality
from tests.benchmarks.documentation_generators import GENERATORS, generator_of
from tests.benchmarks.documentation_pages import Gold, GoldBlock, Page, chosen, gold, page_of

SPHINX = """<html><head><script src="_static/documentation_options.js"></script></head><body>
<div class="related"><ul><li>previous chapter of the book</li></ul></div>
<div class="body" role="main"><h1>Tables<a class="headerlink" href="#t">¶</a></h1>
<div class="toctree-wrapper"><ul><li>Another page of this book</li></ul></div>
<p>A <code>table</code> of
  data:</p>
<table><tr><th>Name</th><th>Use</th></tr><tr><td>a<br>b</td><td>first</td></tr></table>
<ul><li><p>An item</p></li></ul><dl><dt>term</dt><dd>its meaning</dd></dl>
<div class="highlight"><table class="highlighttable"><tr><td class="linenos"><pre>1
2</pre></td><td class="code"><pre>
<span>def</span> f():
    return 1
</pre></td></tr></table></div></div></body></html>"""

DOXYGEN = """<html><head><meta name="generator" content="Doxygen 1.9.4"/></head><body>
<div id="top"><ul class="tablist"><li>Related pages of the manual</li></ul></div><div class="contents">
<div class="fragment"><div class="line"><a class="lineno">1</a>int f() {</div>
<div class="line"> </div>
<div class="line">  return 1;</div>
<div class="line">}</div></div>
<div class="memproto"><table><tr><td>int f</td><td>(</td><td>int <em>x</em></td><td>)</td></tr></table></div>
</div></body></html>"""


def gold_blocks(html: str) -> list[tuple[str, str]]:
    generator = generator_of(html)
    assert generator is not None
    return [(block.kind, block.text) for block in gold(html, generator).blocks]


def test_the_gold_of_a_page_has_its_content_alone() -> None:
    generator = generator_of(SPHINX)
    assert generator is not None
    assert generator.name == "sphinx"
    assert gold_blocks(SPHINX) == [
        ("heading", "Tables"),
        ("paragraph", "A table of data:"),
        ("row", "Name | Use"),
        ("row", "a b | first"),
        ("item", "An item"),
        ("definition", "term"),
        ("definition", "its meaning"),
        ("pre", "def f():\n    return 1"),
    ]
    page_gold = gold(SPHINX, generator)
    assert page_gold.navigation == ["previous chapter of the book", "Another page of this book"]
    assert page_gold.tables == [[["Name", "Use"], ["a b", "first"]]]


def test_lines_of_code_in_other_elements_than_pre_are_code() -> None:
    assert gold_blocks(DOXYGEN) == [("pre", "int f() {\n \n  return 1;\n}"), ("paragraph", "int f ( int x )")]


def test_a_page_of_no_known_generator_or_without_content_has_no_gold() -> None:
    assert page_of("package", "page.html", "<html><body><p>words</p></body></html>") is None
    assert page_of("package", "page.html", SPHINX) is None
    long_page = page_of("package", "page.html", SPHINX.replace("An item", "word " * 200))
    assert long_page is not None
    assert long_page.group == "sphinx/package"
    assert set(long_page.as_json()) >= {"id", "generator", "group", "html", "gold_text", "pre", "nav"}


def test_no_group_is_both_learned_from_and_held_out() -> None:
    pages = [
        Page(f"p{number}", "sphinx", f"sphinx/{number % 10}", "", gold_of("word " * (5000 if number % 2 else 100)))
        for number in range(200)
    ]
    learned, held_out = chosen(pages)
    assert learned
    assert held_out
    assert not {page.group for page in learned} & {page.group for page in held_out}


def gold_of(text: str) -> Gold:

    return Gold([GoldBlock("paragraph", text)])


def test_every_generator_has_its_own_name() -> None:
    assert len({generator.name for generator in GENERATORS}) == len(GENERATORS) >= 15


CODE = "def f():\n\n    return 1"


@pytest.mark.parametrize(
    ("text", "torn", "lost", "blank"),
    [
        (f"Before\n\n{CODE}\n\nafter", 0, 0, 0),
        ("def f():   \n\n    return 1", 0, 0, 0),
        ("def f():\n    return 1", 1, 0, 1),
        ("def f(): return 1", 0, 1, 0),
        ("def f():\nreturn 1", 1, 0, 0),
        ("nothing of it", 0, 1, 0),
    ],
)
def test_code_is_torn_if_its_lines_are_not_as_they_were(text: str, torn: int, lost: int, blank: int) -> None:
    assert measure.pre_parts([CODE], text) == measure.Parts(1, torn, lost, blank)


TABLE = [["Name", "Use"], ["alpha", "the first"], ["beta", "the second"]]


@pytest.mark.parametrize(
    ("text", "torn", "lost"),
    [
        ("Name Use\nalpha\tthe first\n| beta | the  second |", 0, 0),
        ("Name Use\nalpha the first", 1, 0),
        ("Name\nUse\nalpha\nthe first\nbeta\nthe second", 1, 0),
        ("nothing of it", 0, 1),
    ],
)
def test_a_table_is_torn_if_a_row_is_no_line(text: str, torn: int, lost: int) -> None:
    assert measure.table_parts([TABLE], text) == measure.Parts(1, torn, lost)


def test_a_page_is_measured_by_the_text_of_trafilatura(tmp_path: Path) -> None:
    page = {
        "id": "a", "generator": "sphinx", "group": "sphinx/a", "html": "", "gold_text": "one two three four",
        "undecided": ["five"], "pre": [], "tables": [], "nav": ["next page"],
    }  # fmt: skip
    with gzip.open(tmp_path / "pages.jsonl.gz", "wt") as file:
        file.write(json.dumps(page) + "\n")
    assert list(measure.held_out(tmp_path / "pages.jsonl.gz", 100)) == []
    (read_page,) = measure.held_out(tmp_path / "pages.jsonl.gz", 1)
    scores = measure.measure({"half": lambda html: "one five next  page"}, [read_page], lambda html: "one two three")
    assert scores["trafilatura"][0].kept == 1.0
    (half,) = scores["half"]
    assert half.kept == pytest.approx(3 / 11)
    assert half.precision == pytest.approx(7 / 15)
    assert (half.navigation, half.kept_navigation) == (1, 1)
    assert len(list(measure.worst_pages([half], 0))) == 1


def test_pages_of_all_types_are_scored_as_their_origin_does(shared_data: Path) -> None:
    assert quality.word_score("A b b", "a B c") == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert quality.word_score("", "") == (1.0, 1.0, 1.0)
    assert quality.word_score("a", "") == (0.0, 0.0, 0.0)
    if not (shared_data / "extract" / "wcxb.gold.jsonl.gz").exists():
        pytest.skip("the set of pages of all types is not there")
    sample = list(quality.pages("wcxb", shared_data / "extract", every=200))
    assert all(page.gold["page_type"] and quality.gold_text(page.gold) for page in sample)


def test_fixtures_are_read_without_their_markdown(shared_data: Path) -> None:
    sample = list(quality.pages(quality.FIXTURES, shared_data / "extract"))
    if not sample:
        pytest.skip("the pages made for a fault each are not there")
    texts = {page.id: quality.gold_text(page.gold) for page in sample}
    assert not any("](" in text or "```" in text for text in texts.values())
    assert any("commenter_one" in text for text in texts.values())
