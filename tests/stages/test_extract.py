"""`corpuskit extract`: pages become text, limits become rejects, and no page depends on another."""

import json
import logging
from pathlib import Path
from typing import Literal, get_args

import pytest

from corpuskit.core.document import Document, Reject, decode, encode
from corpuskit.core.line_text import split_text
from corpuskit.core.step import Drop
from corpuskit.stages.extract import Extract
from corpuskit.text.html.choice import Choice
from tests.benchmarks import extraction_quality as quality
from tests.conftest import Run

Engine = Literal["fast", "trafilatura", "resiliparse", "auto"]
Format = Literal["text", "markdown"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
FORMATS: tuple[Format, ...] = get_args(Format)

PARAGRAPH = "The harbour of the small town had been closed for the winter, and nobody expected any ship before spring. "
PAGE = f"""<!doctype html><html lang="en"><head><title>A harbour</title>
<meta property="article:published_time" content="2020-05-04T08:00:00Z"><meta name="author" content="A. Writer"></head>
<body><nav><ul><li><a href="/">Home page</a></li><li><a href="/about">About this site</a></li></ul></nav>
<article><h1>A harbour in winter</h1><p>{PARAGRAPH * 3}</p><h2>Ships</h2><p>{PARAGRAPH * 2}</p>
<ul><li>{PARAGRAPH}</li><li>{PARAGRAPH}</li></ul></article><footer>All rights reserved</footer></body></html>"""


def page(text: str = PAGE, **metadata: object) -> Document:
    return Document("page", text, {"content_type": "text/html", **metadata})


def extracted(engine: Engine, text: str, output: Format = "text") -> str:
    result = Extract(engine=engine, format=output).apply(page(text))
    return "" if isinstance(result, Drop) else result.text


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("output", FORMATS)
def test_every_engine_gives_main_text_and_metadata(engine: Engine, output: Format) -> None:
    document = page(date="2024-01-01", url="https://example.org/a")
    result = Extract(engine=engine, format=output).apply(document)
    assert isinstance(result, Document)
    assert result.text.count(PARAGRAPH.strip()) >= 6
    assert "About this site" not in result.text
    assert ("## Ships" in result.text) == (output == "markdown")
    assert result.metadata == {
        "url": "https://example.org/a",
        "date": "2020-05-04",
        "title": "A harbour",
        "author": "A. Writer",
        "html_language": "en",
        "content_type": "text/plain" if output == "text" else "text/markdown",
    }
    assert document.metadata["content_type"] == "text/html"
    encode(result)


def test_a_page_from_a_line_gives_what_the_same_page_gives_without_its_bytes() -> None:
    license_link = "<a rel=license href=https://example.org/l>\u00a9 \U0001f517</a>"
    document = page(PAGE.replace("harbour", "h\u00e4rbour \u4e2d").replace("</article>", f"{license_link}</article>"))
    from_line = decode(encode(document))
    assert (from_line.utf8 == document.text.encode()) == (split_text is not None)
    assert document.utf8 is None
    result = Extract().apply(from_line)
    assert result == Extract().apply(document)
    assert isinstance(result, Document)
    assert result.metadata["declarations"] == {"link": {"license": ["https://example.org/l"]}}
    assert "h\u00e4rbour \u4e2d" in result.metadata["title"]


@pytest.mark.parametrize("metadata", [{}, {"content_type": "text/plain"}, {"content_type": None}, {"content_type": 3}])
def test_what_is_not_html_passes_untouched(metadata: dict[str, object]) -> None:
    document = Document("wet", PAGE, dict(metadata))
    assert Extract().apply(document) is document


@pytest.mark.parametrize("kind", ["application/xhtml+xml", "Text/HTML; charset=utf-8"])
def test_other_spellings_of_html_are_extracted(kind: str) -> None:
    result = Extract().apply(page(content_type=kind))
    assert result is not None and not isinstance(result, Drop)
    assert result.metadata["content_type"] == "text/plain"


def test_the_date_of_capture_stays_where_the_page_states_none() -> None:
    result = Extract().apply(page(f"<html><body><p>{PARAGRAPH}</p>", date="2024-01-01"))
    assert isinstance(result, Document)
    assert result.metadata["date"] == "2024-01-01"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("source", ["", " ", "<html></html>", "<html><body><script>x()</script></body></html>"])
def test_a_page_without_text_is_dropped(engine: Engine, source: str) -> None:
    result = Extract(engine=engine).apply(page(source))
    assert isinstance(result, Drop)
    assert result.reason == "no-content"


@pytest.mark.parametrize("engine", ENGINES)
def test_results_can_always_be_written(engine: Engine) -> None:
    dirty = f"<html><body><article><p>a\ud800b &#xD800; \x00 &#0; &#1; &#x85; \ufffe {PARAGRAPH * 5}</p></article>"
    result = Extract(engine=engine).apply(page(dirty))
    assert isinstance(result, Document)
    assert b"\\u00" not in encode(result)


@pytest.mark.parametrize("engine", ENGINES)
def test_deep_text_is_never_silently_lost(engine: Engine) -> None:
    """libxml2 leaves out what is too deep for it: the page must come whole or be rejected."""
    for depth in (100, 250, 253, 254, 255, 300):
        source = f"<html><body><p>{PARAGRAPH * 4}</p>{'<div>' * depth}<p>{PARAGRAPH}sentinel</p>{'</div>' * depth}"
        try:
            text = extracted(engine, source)
        except Reject as reject:
            assert reject.reason == "too-deep"
            assert depth >= 250
        else:
            assert "sentinel" in text


ATTACKS = {
    "one-cell tables": "<table><tr><td>one cell</td></tr></table>" * 45_000,
    "list items": "<ul>" + "<li>item of the list</li>" * 60_000 + "</ul>",
    "link items": "<ul>" + "<li><a href='/'>item</a></li>" * 100_000 + "</ul>",
    "ladders": ("<div>" * 200 + "words" + "</div>" * 200) * 1_000,
    "attributes": "<div " + " ".join(f"a{n}=1" for n in range(200_000)) + ">x</div>",
    "unclosed formatting": "<p>" + "".join(f"<font color=c{n}>" for n in range(5_000)) + "</p>" + "<p>x</p>" * 40_000,
    "unclosed quotes": "<a x='" + "<a x=" * 50_000,
    "runs of spaces": "<pre>" + (" " * 1_000 + "x") * 5_000 + "</pre>",
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_end_in_a_verdict(engine: Engine, attack: str) -> None:
    source = f"<!doctype html><html><head><title>t</title></head><body>{ATTACKS[attack]}</body></html>"
    try:
        extracted(engine, source)
    except Reject as reject:
        assert reject.reason in {"too-many-nodes", "too-many-attributes", "too-deep", "document-too-large"}


def test_a_failing_engine_is_a_reject(monkeypatch: pytest.MonkeyPatch) -> None:
    from corpuskit.text.html import extract

    def fail(page: extract.Page, output: extract.TextFormat) -> extract.Extraction:
        raise RecursionError("secret text of the page")

    monkeypatch.setitem(extract.ENGINES, "fast", fail)
    with pytest.raises(Reject) as caught:
        Extract().apply(page())
    assert (caught.value.reason, caught.value.detail) == ("extract-failed", "RecursionError")


@pytest.mark.parametrize("engine", ENGINES)
def test_no_page_depends_on_the_pages_before_it(engine: Engine, shared_data: Path) -> None:
    sample = [item.html for item in quality.pages("newspaper_pages", shared_data / "extract", every=24)]
    forwards = [extracted(engine, source) for source in sample]
    for _ in range(3):
        extracted(engine, PAGE)
    backwards = [extracted(engine, source) for source in reversed(sample)]
    assert forwards == backwards[::-1]


def test_a_page_says_which_way_its_text_was_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    from corpuskit.text.html import compiled, extract

    def way(engine: Engine, text: str = PAGE) -> str:
        result = Extract(engine=engine).apply(page(text))
        return "dropped" if isinstance(result, Drop) else result.way

    assert [way(engine) for engine in ENGINES] == ["trees", "", "", "trees"]
    monkeypatch.setattr(extract, "ENOUGH_CONFIDENCE", 2)
    monkeypatch.setattr(extract, "trafilatura", lambda page, output: extract.Extraction(PARAGRAPH * 99))
    assert way("auto") == "trafilatura"
    monkeypatch.setattr(compiled, "_core", None)
    monkeypatch.setattr(extract, "choose", lambda blocks, scores: Choice([True] * len(blocks), is_plain=True))
    assert way("fast") == "plain"


def test_trafilatura_says_nothing_by_itself(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        extracted("trafilatura", "<p>x")
        extracted("trafilatura", PAGE)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


FLOORS = {
    "newspaper_pages": {"fast": 0.68, "auto": 0.68, "resiliparse": 0.66, "trafilatura": 0.70},
    "readability_pages": {"fast": 0.90, "auto": 0.90, "resiliparse": 0.90, "trafilatura": 0.87},
}
"""Well below what the engines reach, so that only a break is caught, not a library's new release."""


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", FLOORS)
def test_real_pages_are_extracted_well(engine: Engine, name: str, shared_data: Path) -> None:
    sample = list(quality.pages(name, shared_data / "extract", every=8))
    score = quality.score(name, lambda source: extracted(engine, source), sample)
    assert score.f1 >= FLOORS[name][engine], score


@pytest.mark.slow
def test_fast_beats_the_bare_engine_on_segments(shared_data: Path) -> None:
    sample = list(quality.pages("trafilatura_eval", shared_data / "extract", every=40))
    fast = quality.score("trafilatura_eval", lambda source: extracted("fast", source), sample)
    bare = quality.score("trafilatura_eval", lambda source: extracted("resiliparse", source), sample)
    assert fast.f1 > bare.f1
    assert fast.precision > bare.precision


def test_versions_name_what_shapes_the_text() -> None:
    assert set(Extract().versions()) == {"resiliparse", "html_model.json", "html-rules"}
    assert {"trafilatura", "lxml", "justext"} < set(Extract(engine="auto").versions())


def test_the_score_knows_right_from_wrong() -> None:
    gold = "one two three four five six"
    assert quality.text_score(gold, gold) == (1.0, 1.0, 1.0)
    assert quality.text_score(gold, "") == (0.0, 0.0, 0.0)
    precision, recall, f1 = quality.text_score(gold, f"{gold} seven eight nine")
    assert recall == 1.0 and precision == pytest.approx(0.5) and f1 == pytest.approx(2 / 3)
    assert quality.segment_counts({"with": ["a  b", "x"], "without": ["c"]}, "a b\nc") == (1, 1, 1)


def test_the_address_of_the_document_tells_its_objects_from_others() -> None:
    objects = [
        {
            "@type": "Article",
            "headline": "Why we build",
            "datePublished": "2019-02-03",
            "url": "https://coast.example/a",
        },
        {"@type": "Article", "headline": "Gulls", "datePublished": "2008-07-06", "url": "https://coast.example/b"},
    ]
    head = f'<script type="application/ld+json">{json.dumps(objects)}</script>'
    text = f"<html><head>{head}</head><body><p>{'The mole keeps the sea from the harbour. ' * 9}</p></body></html>"
    for document in (
        Document("1", text, {"content_type": "text/html", "url": "https://coast.example/a"}),
        Document("https://coast.example/a", text, {"content_type": "text/html"}),
    ):
        result = Extract().apply(document)
        assert isinstance(result, Document)
        assert (result.metadata["title"], result.metadata["date"]) == ("Why we build", "2019-02-03")


PAGE_FILE = (
    "<!doctype html><html><head><title>The harbour</title></head><body><article><h1>The harbour</h1>"
    + "<p>The mole keeps the sea from the harbour, and the boats lie still behind it until the tide turns.</p>" * 3
    + "</article></body></html>"
)


def test_pages_are_taken_as_files_folders_and_standard_input(corpuskit: Run, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    for name in ("a.html", "b.htm", "c.xhtml"):
        (tmp_path / "site" / name).write_text(PAGE_FILE)
    (tmp_path / "page").write_text(PAGE_FILE)
    for arguments, stdin, count in (
        (["site"], b"", 3),
        (["site/b.htm"], b"", 1),
        (["page"], b"", 1),
        (["site", "-j", "2"], b"", 3),
        ([], PAGE_FILE.encode(), 1),
    ):
        result = corpuskit("extract", *arguments, stdin=stdin)
        assert result.returncode == 0, (arguments, result.stderr)
        documents = [json.loads(line) for line in result.stdout.splitlines()]
        assert len(documents) == count
        for document in documents:
            assert document["text"].startswith("The harbour\n\nThe mole") and "<p>" not in document["text"]
            assert document["metadata"]["content_type"] == "text/plain"


def test_pages_taken_directly_give_what_a_pipe_gives(shell: Run, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "a.html").write_text(PAGE_FILE)
    piped = shell("python -m corpuskit files site | python -m corpuskit extract > piped")
    assert piped.returncode == shell("python -m corpuskit extract site > direct").returncode == 0
    assert (tmp_path / "piped").read_bytes() == (tmp_path / "direct").read_bytes() != b""
    assert shell("python -m corpuskit extract site -o out && python -m corpuskit verify out").returncode == 0
    (entry,) = json.loads((tmp_path / "out" / "manifest.json").read_text())["inputs"]
    assert entry["path"] == "site/a.html"
