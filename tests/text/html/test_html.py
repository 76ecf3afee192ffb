"""HTML extraction: blocks, the reader, features, head metadata, limits, cleaning."""

import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core.document import Reject
from corpuskit.text.html import blocks, compiled, extract, page_reader
from corpuskit.text.html.choice import Choice, choose
from corpuskit.text.html.classifier import BlockScores
from corpuskit.text.html.features import NAMES, features
from corpuskit.text.html.formulas import tex_of_math
from corpuskit.text.html.metadata import page_metadata
from corpuskit.text.html.model_file import MODEL_FILE
from corpuskit.text.html.reader import read
from corpuskit.text.html.tags import CLASS_GROUPS

SENTENCE = "These are enough words to be certain that this block is content of the page at hand."


def body(content: str, head: str = "") -> str:
    return f"<!doctype html><html lang='en-GB'><head>{head}</head><body><main>{content}</main></body></html>"


def written(content: str, output: extract.TextFormat = "markdown") -> str:
    return extract.fast(extract.open_page(body(content)), output).text


def head_metadata(head: str) -> dict[str, str]:
    return page_metadata(body(f"<p>{SENTENCE}</p>", head))


def test_markdown_has_headings_lists_code_and_tables() -> None:
    markdown = written(
        f"<h1>Title</h1><p>{SENTENCE}</p><pre>def f():\n    return '```'</pre>"
        "<ol start='1'><li>first step of the list</li><li>second step of the list</li></ol>"
        f"<table><tr><th>Name</th><th>Size</th></tr><tr><td>a|b</td><td>2</td></tr></table><p>{SENTENCE}</p>"
    )
    assert "# Title\n\n" in markdown
    assert "````\ndef f():\n    return '```'\n````" in markdown
    assert "1. first step of the list\n2. second step of the list" in markdown
    assert "| Name | Size |\n| --- | --- |\n| a\\|b | 2 |" in markdown


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("set __name__ in my_file_name now", "set \\_\\_name\\_\\_ in my_file_name now"),
        ("2 * 3 * 4 is [24] in `bc`", "2 \\* 3 \\* 4 is \\[24] in \\`bc\\`"),
        ("the &lt;b&gt; tag, &amp;copy; and 1 &lt; 2", "the \\<b> tag, \\&copy; and 1 < 2"),
        (r"C:\new and C:\_new", r"C:\new and C:\\\_new"),
        ('<math alttext="a_1*b"></math> is short', "\\(a_1*b\\) is short"),
    ],
)
def test_markdown_shows_the_characters_of_a_text(inner: str, expected: str) -> None:
    assert expected in written(f"<h1>Title</h1><p>{inner}, {SENTENCE}</p>")


def test_a_markdown_table_is_as_wide_as_its_widest_row() -> None:
    markdown = written(
        f"<p>{SENTENCE}</p><table><tr><th>Name<th>Size</tr><tr><td>a<td>2<td>red</tr><tr><td>b<td>3<td>blue</tr></table>"
        f"<p>{SENTENCE}</p>"
    )
    assert "| Name | Size |  |\n| --- | --- | --- |\n| a | 2 | red |" in markdown


def test_markdown_keeps_prose_from_becoming_markup() -> None:
    markdown = written(f"<p># not a heading, {SENTENCE}</p><p>- not an item, {SENTENCE}</p>")
    assert "\\# not a heading" in markdown
    assert "\\- not an item" in markdown


def test_escaped_markup_stays_text() -> None:
    text = written(f"<p>Write &lt;br&gt; or &amp;lt; or &lt;p&gt; here. {SENTENCE}</p>", "text")
    assert "Write <br> or &lt; or <p> here." in text


def test_links_decide_what_is_navigation() -> None:
    links = "".join(f"<li><a href='/{n}'>Other story number {n} of the day</a></li>" for n in range(8))
    related = f'<div class="related-stories"><h2>Read on</h2><ul>{links}</ul></div>'
    prose = "".join(f"<p>{SENTENCE} Once more, {number}.</p>" for number in range(5))
    text = written(f"<ul class='menu'>{links}</ul><article><h1>Lights</h1>{prose}</article>{related}", "text")
    assert "Other story" not in text
    assert "Read on" not in text
    assert text.count("These are enough words") == 5


def test_empty_links_do_not_make_a_paragraph_a_link() -> None:
    parsed = blocks.parse_blocks(f'<p><a href="/picture">{SENTENCE} <a href="/x">word</a></p>')
    assert [block.linked for block in parsed] == [4]


@given(st.text(max_size=200))
def test_blocks_lose_no_words(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    written_text = blocks.as_text(blocks.parse_blocks(f"<p>{escaped}</p>"))
    assert written_text.split() == text.split()


@given(st.lists(st.sampled_from(["<p>", "</p>", "<ul>", "</ul>", "<li>", "</li>", "<h2>", "</h2>", "<pre>", "</pre>",
                                 "<br>\n", '<a href="x">', "</a>", "words", "\n", "a\t\tb"])))  # fmt: skip
def test_any_order_of_tags_is_read_and_written(parts: list[str]) -> None:
    page = blocks.parse_blocks("".join(parts))
    assert len([block for block, keep in zip(page, blocks.reads_like_content(page), strict=True) if keep]) <= len(page)
    words = [word for part in parts if "<" not in part for word in part.split()]
    text = blocks.as_text(page)
    assert "".join(re.findall("[a-z]", text)) == "".join("".join(words))
    blocks.as_markdown([block for block, keep in zip(page, blocks.reads_like_content(page), strict=True) if keep])


def test_head_metadata_is_read_in_order_of_trust() -> None:
    metadata = head_metadata(
        "<title>Story | Paper</title><meta property='og:title' content='The &quot;Story&quot;'>"
        '<meta name="author" content="https://example.org/people/1">'
        '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "datePublished":'
        ' "2024-02-29T23:30:00-08:00", "author": [{"name": "A. Writer"}, {"name": "B. Writer"}]}]}</script>'
    )
    assert metadata == {
        "title": 'The "Story"',
        "date": "2024-02-29",
        "author": "A. Writer, B. Writer",
        "html_language": "en-GB",
    }


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00Z", "2023-02-29", "yesterday", "12/05/2024", "9999-12-31"])
def test_an_impossible_date_is_not_taken(date: str) -> None:
    assert "date" not in head_metadata(f"<meta property='article:published_time' content='{date}'>")


@pytest.mark.parametrize(
    "script",
    ["[" * 50_000, '{"@type": "Article", "headline": 7}', "not json", '{"@graph": 3, "@type": ["Article", 4]}'],
)
def test_broken_json_ld_is_skipped(script: str) -> None:
    metadata = head_metadata(f"<title>T</title><script type='application/ld+json'>{script}</script>")
    assert metadata == {"title": "T", "html_language": "en-GB"}


def test_a_page_of_too_many_bytes_is_a_reject() -> None:
    with pytest.raises(Reject, match="document-too-large"):
        extract.open_page("<p>" + "x" * extract.MAX_BYTES)


def test_the_shipped_trees_were_learned_with_these_features() -> None:
    assert json.loads(MODEL_FILE.read_text("utf-8"))["features"] == list(NAMES)


@pytest.mark.parametrize("text", ["a page", "Hello world.", "x = 1", "\u4e2d\u6587\u7684\u4e00\u53e5\u8bdd\u3002"])
@pytest.mark.parametrize("tag", ["p", "div", "pre"])
def test_a_page_of_one_short_line_is_that_line(tag: str, text: str) -> None:
    page = f"<html><head><title>Other</title></head><body><{tag}>{text}</{tag}></body></html>"
    assert extract.fast(extract.open_page(page), "text").text == text


def test_the_limit_is_on_blocks_and_not_on_tags(monkeypatch: pytest.MonkeyPatch) -> None:
    """A big page with many tags is read, as reading takes time linear in it; blocks are what takes memory."""
    monkeypatch.setattr(compiled, "_core", None)  # limits of the compiled core are tested with its twin's
    monkeypatch.setattr(page_reader, "MAX_BLOCKS", 1_000)
    page = f"<p>{SENTENCE}</p>" + "<br>" * (extract.MAX_TAGS + 1)
    assert extract.fast(extract.open_page(page), "text").text == SENTENCE
    with pytest.raises(Reject, match="too-many-nodes: more than 1000 blocks"):
        extract.fast(extract.open_page("<p>a" * 1_001), "text")
    monkeypatch.setattr(page_reader, "MAX_ELEMENTS", 1_000)
    with pytest.raises(Reject, match="too-many-nodes: more than 1000 elements"):
        extract.fast(extract.open_page(("<div>" * 11 + "a" + "</div>" * 11) * 100), "text")


@pytest.mark.parametrize(
    ("reason", "page"),
    [
        ("too-many-nodes", "<br>" * (extract.MAX_TAGS + 1)),
        ("too-many-nodes", "<select>" + "<option>x" * (extract.MAX_OPTIONS + 1)),
        ("too-many-nodes", "<p>" + "".join(f"<font color=c{n}>" for n in range(250)) + "</p>" + "<p>x</p>" * 20_000),
        ("too-deep", "<html><body>" + "<div>" * (extract.MAX_DEPTH - 1)),
        ("too-many-attributes", "<div " + " ".join(f"a{n}" for n in range(1001)) + ">"),
        ("too-many-attributes", "<div " + " ".join(f"a{n}='>'" for n in range(1001)) + ">"),
        ("too-many-attributes", "<svg><style><g " + " ".join(f"a{n}=1" for n in range(1001)) + "></style></svg>"),
    ],
)
def test_limits_of_the_native_parser_bind_its_engines_only(reason: str, page: str) -> None:
    for engine in (extract.resiliparse, extract.trafilatura):
        with pytest.raises(Reject) as caught:
            engine(extract.open_page(page), "text")
        assert caught.value.reason == reason
    assert SENTENCE in extract.fast(extract.open_page(f"<h1>Lights</h1>{f'<p>{SENTENCE}</p>' * 3}{page}"), "text").text


def test_a_page_at_the_limits_is_read() -> None:
    attributes = " ".join(f"data-{n}='{n}'" for n in range(extract.MAX_ATTRIBUTES))
    script = "<script>for(i=0;i<n;i++){" + "a b " * 5_000 + "}</script>"
    ladder = "<div>" * (extract.MAX_DEPTH - 3) + f"<p>{SENTENCE}</p>"
    page = extract.open_page(f"<html><body {attributes}>{script}{ladder}")
    assert SENTENCE in extract.fast(page, "text").text


@given(st.text(alphabet=st.characters(codec=None), max_size=300))
def test_clean_text_can_always_be_encoded(text: str) -> None:
    cleaned = extract.clean(text)
    cleaned.encode()
    assert extract.clean(cleaned) == cleaned
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", cleaned)


@pytest.mark.parametrize("tag", ["ul", "ol"])
def test_lists_near_the_top_of_the_page_are_content(tag: str) -> None:
    items = "".join(f"<li>Item {n} tells something that no other item tells.</li>" for n in range(3))
    text = extract.fast(
        extract.open_page(f"<html><body><p>{SENTENCE}</p><{tag}>{items}</{tag}></body></html>"), "text"
    ).text
    assert text.count("tells something") == 3


def test_references_to_control_characters_do_not_cost_the_page() -> None:
    source = (
        f"<html><head></head><body><p>a&#1;b&#x1F;c&#31d&#10;e&#13;f&#145;g &#160; {SENTENCE * 4}</p></body></html>"
    )
    text = extract.trafilatura(extract.open_page(source), "text").text
    assert text.startswith("abcd")
    assert SENTENCE in text


def texts(markup: str) -> list[tuple[str, str]]:
    _, placed_blocks = read(markup)
    return [(placed.block.kind, placed.block.text) for placed in placed_blocks]


def test_the_reader_finds_blocks_of_every_kind_in_order() -> None:
    assert texts(
        "<body><h2>Head</h2><p>One <b>two</b><i>3</i></p><ul><li>a</li><li>b</li></ul><pre> x\n  y</pre>"
        "<table><tbody><tr><td>k</td><td>v</td></tr></tbody></table>first<br>line<br><br>second</body>"
    ) == [
        ("heading", "Head"), ("paragraph", "One two3"), ("item", "a"), ("item", "b"), ("preformatted", " x\n  y"),
        ("row", "k\tv"), ("paragraph", "first\nline"), ("paragraph", "second"),
    ]  # fmt: skip


def test_the_reader_skips_what_is_no_text() -> None:
    assert texts(
        '<body><p title="<p>no</p>">yes</p><script>if (a<b) "</p><p>no"</script><!-- <p>no --><nav><nav>no</nav>no'
        '</nav><select><option>no</option></select><p>yes <span title="a > b">too</span></p></body>'
    ) == [("paragraph", "yes"), ("paragraph", "yes too")]


def test_a_stray_quotation_mark_in_a_tag_hides_nothing() -> None:
    page = extract.open_page(
        f"""<body><p><a href="/x"" class="y">link</a></p><p>{SENTENCE}</p><p title='"'>end</p></body>"""
    )
    assert [text for _, text in texts(page.markup)] == ["link", SENTENCE, "end"]


def test_the_reader_knows_links_and_surroundings() -> None:
    elements, placed_blocks = read(
        '<body><div><i class="icon"></i></div>'
        '<div class="relatedStories"><a href="/x">ab<b>cd</b></a> efgh</div></body>'
    )
    assert [(placed.block.linked, placed.block.characters) for placed in placed_blocks] == [(4, 9)]
    assert elements.tags == ["body", "div"]
    assert elements.own_bits[placed_blocks[0].node]
    assert elements.ends[placed_blocks[0].node] == len(elements.tags)


def test_a_link_around_blocks_covers_all_of_them() -> None:
    _, placed_blocks = read('<body><a href="/x"><h3>Head</h3><p>Some text</p></a><p>after</p></body>')
    assert [(placed.block.text, placed.block.link_share) for placed in placed_blocks] == [
        ("Head", 1.0),
        ("Some text", 1.0),
        ("after", 0.0),
    ]


def test_script_that_ends_later_than_it_seems_does_not_stop_the_reader() -> None:
    source = '<body><script><!-- "<script></script>"; t = "<TR>"; --></script><p>text after it</p></body>'
    assert texts(source) == [("paragraph", "text after it")]


ODD = """<p>|</p>|<div class='a'>|</div>|<li>|</ul>|<td>|<script>|<!--|-->|</nav>|<br>|<a href="|">|</a>|words|<|&lt;"""


@given(st.lists(st.sampled_from(ODD.split("|"))))
def test_the_reader_takes_any_source(fragments: list[str]) -> None:
    elements, placed_blocks = read("".join(fragments))
    count = len(elements.tags)
    assert all(placed.block.text and placed.container <= placed.node < count for placed in placed_blocks)
    assert all(start < end <= count for start, end in enumerate(elements.ends))
    assert features(elements, placed_blocks, "words").shape[1] == len(placed_blocks) if placed_blocks else True


def test_a_short_list_at_the_end_belongs_to_the_article() -> None:
    article = f"<h1>Lights</h1>{f'<p>{SENTENCE}</p>' * 3}<ul><li>north light</li><li>south light</li></ul>"
    page = f"<body><article>{article}</article>"
    assert extract.fast(extract.open_page(page), "text").text.endswith("- north light\n- south light")


def test_a_run_of_links_is_one_block_and_written_as_a_list() -> None:
    items = "".join(f'<li class="i{n}"> <a href="/{n}">Link <b>{n}</b> &amp; more</a> </li>\n' for n in range(3))
    elements, placed_blocks = read(f"<body><ul>{items}</ul><ol><li>text</li>{items}</ol></body>")
    runs = [placed for placed in placed_blocks if placed.is_link_run]
    assert [placed.block.link_share for placed in runs] == [1.0, 1.0]
    assert [elements.tags[placed.node] for placed in runs] == ["ul", "ol"]
    assert blocks.as_text([block for placed in placed_blocks for block in placed.blocks]) == (
        "- Link 0 & more\n- Link 1 & more\n- Link 2 & more\n\n"
        "1. text\n2. Link 0 & more\n3. Link 1 & more\n4. Link 2 & more"
    )


@given(st.lists(st.text(alphabet="ab .,1\n\u00e9\u4e2d\U0001f600", min_size=1, max_size=30), min_size=1, max_size=20))
def test_features_count_what_a_block_holds(paragraphs: list[str]) -> None:
    elements, placed_blocks = read("<body>" + "".join(f"<p>{text}</p>" for text in paragraphs) + "</body>")
    if not placed_blocks:
        return
    table = features(elements, placed_blocks, "")
    rows = {name: table[index] for index, name in enumerate(NAMES)}
    for index, placed in enumerate(placed_blocks):
        text = placed.block.text
        assert rows["words"][index] == 2 * len(text.split()) + text.count("\u4e2d")
        assert rows["punctuation"][index] == text.count(".") + text.count(",")
        assert rows["digits"][index] == text.count("1") * 1000 // len(text)
        assert rows["repeated"][index] == (text in [earlier.block.text for earlier in placed_blocks[:index]])
        assert rows["words+1"][index] == (rows["words"][index + 1] if index + 1 < len(placed_blocks) else -1)


@pytest.mark.parametrize(
    ("names", "is_footer"),
    [("page-footer", True), ("foot", True), ("footnav", True), ("footnotes", False), ("post__footnote-list", False)],
)
def test_footnotes_are_no_footer(names: str, is_footer: bool) -> None:
    elements, _ = read(f"<div class='{names}'>Ebb</div>")
    assert bool(elements.own_bits[1] & 1 << list(CLASS_GROUPS).index("footer")) == is_footer


def test_replies_are_kept_where_they_are_posts_of_a_thread() -> None:
    def post(kind: str, text: str) -> str:
        head = f"<div class='info'><a href='/k'>{kind} minutes</a></div>"
        return f"<div class='{kind}'><div class='box'>{head}<div class='post__text'><p>{text}</p></div></div></div>"

    replies = [
        "@edda I never saw a tide like it before.",
        "@edda Well written. How do you keep the rust away?",
        "@finn Good that you ask! With oil, and a little patience.",
        "@edda We do the same here on our side of the bay.",
    ]
    threads = "".join(post("status--in-reply", reply) for reply in replies)
    first_post = "This is how we moor the boats in winter. Look at the second knot!"
    page = f"<body><div class='app'>{post('detailed', first_post)}{threads}</div></body>"
    text = extract.fast(extract.open_page(page), "text").text
    assert [paragraph for paragraph in text.split("\n\n") if paragraph in (first_post, *replies)] == [
        first_post,
        *replies,
    ]


def test_a_long_page_that_would_lose_too_much_is_chosen_by_plain_rules() -> None:
    _, placed_blocks = read("".join(f"<div><p>{SENTENCE} Number {number}.</p></div>" for number in range(300)))

    def choice_of(log_odds: int) -> Choice:
        scores = np.full(len(placed_blocks), log_odds)
        scores[:100] = 4_000
        words = np.array([2 * len(placed.block.text.split()) for placed in placed_blocks])
        return choose(placed_blocks, BlockScores(scores, words, np.zeros_like(words)))

    assert choice_of(-1_900) == Choice([True] * 300, is_plain=True)
    assert choice_of(-2_100) == Choice([True] * 100 + [False] * 200, is_plain=False)


def test_a_number_that_starts_a_paragraph_is_escaped_as_commonmark_knows_it() -> None:
    page = f"<p>1984. {SENTENCE}</p><p>3) {SENTENCE}</p><p># {SENTENCE}</p>"
    text = extract.fast(extract.open_page(page), "markdown").text
    assert text == f"1984\\. {SENTENCE}\n\n3\\) {SENTENCE}\n\n\\# {SENTENCE}"


@pytest.mark.parametrize(
    ("content", "tex"),
    [
        ("<mi>k</mi>", r"\(k\)"),
        ("<mo>&#x2212;</mo>", r"\(-\)"),
        ("<mi>cos</mi>", r"\(\cos\)"),
        ("<mn> </mn>", ""),
        ("<mi>k</mn>", r"\(k\)"),
        ('<annotaTion encoding="TeX">q</annotaTion>', r"\(q\)"),
    ],
)
def test_a_formula_of_one_sign_is_read_like_any_other(content: str, tex: str) -> None:
    assert tex_of_math("", content) == tex
    assert tex_of_math("", f"<mrow>{content}</mrow>") == tex


@pytest.mark.parametrize(
    ("notice", "is_content"),
    [
        ("Loading...", False),
        ("Bitte warten\u2026", False),
        ("Please enable JavaScript to see the tides.", False),
        ("Your browser does not support frames.", False),
        ("Your cart is currently empty.", False),
        ("Loading a barge takes two days.", True),
        ("Support the pier.", True),
    ],
)
def test_a_notice_in_place_of_the_content_is_none(notice: str, is_content: bool) -> None:
    assert written(f"<div><p>{notice}</p></div>") == (notice if is_content else "")
    assert notice in written(f"<div><p>{notice}</p><p>{SENTENCE}</p><p>{SENTENCE} {SENTENCE}</p></div>")


@pytest.mark.parametrize("count", [199, 200, 201, 250, 10_000])
def test_every_cell_of_a_wide_row_is_kept(count: int) -> None:
    cells = "".join(f"<td>v{number}</td>" for number in range(count))
    rows = f"<tr>{cells}</tr><tr><td>a</td><td colspan=150></td><td colspan=150></td><td>z</td></tr>"
    text = written(f"<h1>Values</h1><p>{'The values were read at noon. ' * 9}</p><table>{rows}</table>", "text")
    assert [f"v{number}" for number in range(count)] == [
        cell for cell in text.split() if cell[0] == "v" and cell[1:].isdigit()
    ]
    assert text.rstrip().endswith("z") and "\na\t" in text
