"""Reading a page's source into blocks: the rules of HTML that text depends on, and what must not be lost or changed."""

import functools
import time
from collections.abc import Callable

import pytest

from corpuskit.text.html import blocks
from corpuskit.text.html.reader import read
from tests.benchmarks import hostile_pages
from tests.support.timing import keeps_pace

HARBOUR = "The harbour office counts every boat that comes in before dusk, and writes its name into a green book."
TIDE = "When the tide is out the stones of the old pier can be seen, and children look for crabs between them."


def text_of(markup: str, xml: bool = False) -> str:
    _, placed_blocks = read(markup, xml)
    return blocks.as_text([block for placed in placed_blocks for block in placed.blocks])


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        # Elements that nobody ended.
        ("<p>one<p>two<div>three</div>four", "one\n\ntwo\n\nthree\nfour"),
        ("<ul><li>one<li>two<ul><li>deep</ul><li>three</ul>", "- one\n- two\n  - deep\n- three"),
        ("<dl><dt>term<dd>meaning<dt>next<dd>other</dl>", "term\nmeaning\nnext\nother"),
        ("<h2>head</h3>text", "head\n\ntext"),
        ("<table><tr><td>a<td>b<tr><td>c<td>d</table>", "a\tb\nc\td"),
        ("<TABLE><TR><TD>a</TD><TD>b</TD></TR></TABLE>", "a\tb"),
        ("a</div></table>b</p>c", "ab\nc"),
        ("<div><svg><path d='M0'><p>text</div>after", "text\n\nafter"),
        ("<svg><title>no</title><text>no</text></svg>yes", "yes"),
        ("<p>see <a href=/x>tides<svg><path d='M0'/><text>no</text></svg></a>, too", "see tides, too"),
        # Markup that only looks like tags.
        ("1 < 2 and <3", "1 < 2 and <3"),
        ("a<!-- <p>no</p> -->b<!>c<?php no ?>d", "abcd"),
        ("<a title='<p>no</p>' href=/x>yes</a>", "yes"),
        ("yes<script>if (a<b) x='</p>'</script><style>p{}</style>", "yes"),
        ("text<div class=", "text"),
        (
            "see <\u6ce8\u610f> and <\u0421\u043c\u043e\u0442\u0440\u0438> there",
            "see <\u6ce8\u610f> and <\u0421\u043c\u043e\u0442\u0440\u0438> there",
        ),
        (
            "<noscript><iframe src=/a style='display: none' /></noscript><div class='hidden lg:flex'><p>one"
            "<p>a <span class='hidden md:inline'>wide</span> screen<p>not <span hidden>this</span>"
            "<p class='x' hidden>nor this<p hidden='until-found'>but this"
            "<p>big <span STYLE='DISPLAY:NONE'>no</span><span CLASS=SR-ONLY>no</span> letters",
            "one\n\na wide screen\n\nnot\n\nbut this\n\nbig letters",
        ),
        # Styles and names that only look as if they hid something, and the last of several declarations.
        (
            "<div style='backface-visibility: hidden'>a</div><div data-s='display:none'>b</div>"
            "<div style='display:none;display:block'>c</div><div style='display:block; display: none'>no</div>"
            "<div class='iot-sdk'>d</div><div class='page cookie-notice-visible'>e</div><div id=cookie-notice>no</div>"
            "<pre class='code linenos'>f</pre><dialog open>g</dialog><dialog>no</dialog><map name=m>h</map>",
            "a\nb\nc\nd\ne\n\nf\n\ng\nh",
        ),
        ("a<!-- no --!>b<!-- no -->c", "abc"),
        (f"a&#{'9' * 5_000};b&#{'0' * 5_000}65;c", "a\ufffdbAc"),
        # Lines of links from page to page, and a sentence with such a link.
        (
            "<p>Next: <a href=b rel=next>Boats</a>, Up: <a rel='up' href=a>Harbours</a> [<a href=i>Index</a>]<p>one"
            "<p>The <a rel=next href=c>tides</a> are explained in the chapter after this one.",
            "one\n\nThe tides are explained in the chapter after this one.",
        ),
        # What is named like line numbers, or is hidden until a script moves it.
        ("<div class='half gutter'><p>one</p></div><table><tr><td class=gutter>1<td>two</table>", "one\n\ntwo"),
        ("<div hidden id='S:1a'><p>streamed</p></div><div hidden id='S:all'><p>not</p></div>", "streamed"),
        # Line breaks and spaces.
        ("one<br>two<br><br>three", "one\ntwo\n\nthree"),
        ("un<wbr>break<b>able</b> w\u00f6rd", "unbreakable w\u00f6rd"),
        ("<label>Yes</label><label>No</label>", "Yes No"),
        ("<p><span class=who>Edda Brook</span><span class=what>Pilot</span></p>", "Edda Brook Pilot"),
        ("<p><span class=cap>T</span>ide tables</p>", "Tide tables"),
        ("<p><span>$120</span><span>15 % off</span></p>", "$120 15 % off"),
        ("<p><span>1</span><span>9</span><span>07</span></p>", "1907"),
        ("<span style='display:block'>one.</span><span style='display:block'>two</span>", "one.\ntwo"),
        ("&eacute;&amp;amp;&#x41;&lt;b&gt;", "\u00e9&amp;A<b>"),
        # Numbers of lists.
        ("<ol start=7><li>g<li value=20>t<li>u</ol>", "7. g\n20. t\n21. u"),
        ("<ol reversed><li>last<li>first</ol>", "2. last\n1. first"),
        ("<ol type=A><li>one<li>two</ol>", "A. one\nB. two"),
        ("<ul><li>one</ul><ul><li>two</ul>", "- one\n\n- two"),
        # Tables.
        (
            "<table><tr><td colspan=2><h3>Berths</h3></td></tr><tr><td>int</td><td>berth</td></tr><tr><th>"
            "<h3>Tides</h3></th></tr><tr><td>char</td><td>tide</td></tr></table>",
            "Berths\n\nint\tberth\n\nTides\n\nchar\ttide",
        ),
        (
            "<table><tr><td><h3>Berths</h3></td><td>int</td></tr><tr><td>a</td><td>b</td></tr></table>",
            "Berths\n\nint\na\nb",
        ),
        (
            "<table><tr><td><h3>Pier</h3></td></tr><tr><td><p>a</p><p>b</p><p>c</p><p>d</p></td><td>e</td></tr></table>",
            "Pier\n\na\n\nb\n\nc\n\nd\n\ne",
        ),
        ("<table><tr><td>ebb</td><td><pre>ebb(1)</pre></td></tr></table>", "ebb\tebb(1)"),
        ("<table><tr><td>ebb</td><td><pre>if 1:\n  ebb()</pre></td></tr></table>", "ebb\n\nif 1:\n  ebb()"),
        ("<table><tr><td></td><td>1</td><td></td><td>2</td></tr><tr><td>a</table>", "\t1\t\t2\na"),
        (
            "<table><tr><th rowspan=2>Port<th colspan=2>Tide<tr><th>high<th>low<tr><td>Ost<td>3<td>1</table>",
            "Port\tTide\n\thigh\tlow\nOst\t3\t1",
        ),
        # Code.
        ("<pre><div>for x in y:</div><div>    go(x)</div></pre>", "for x in y:\n    go(x)"),
        ("<pre>a\n\n  b\n</pre>", "a\n\n  b"),
        ("<pre><span class=lineno>7</span>x = 1\n<span class=lineno>8</span>y = 2</pre>", "x = 1\ny = 2"),
        ("<pre><code class='line-numbers'>x = 1</code></pre>", "x = 1"),
        ("<table><tr><td class=linenos><pre>1\n2</pre><td><pre>a\nb</pre></table>", "a\nb"),
        ("<pre>1\n2\n3</pre>", "1\n2\n3"),
        ("<div class='fragment'><div class=line>a {</div><div class=line>  b</div></div>c", "a {\n  b\n\nc"),
        (
            "<div class=fragment><div class=line>a {</div>\n<div class=line> </div>\n<div class=fold>\n"
            "<div class=line>  b</div>\n</div></div>c",
            "a {\n \n  b\n\nc",
        ),
        (
            "<table class=SVerbatim><tr><td><p><span>&nbsp; </span>(pier</p></td></tr>\n"
            "<tr><td><p><span>&nbsp;&nbsp; </span>tide)</p></td></tr></table>after",
            "  (pier\n   tide)\n\nafter",
        ),
        (
            "<table>\n<tr>\n<td data-line-number=1 class=blob-num></td>\n<td class=blob-code>if ebb:</td>\n</tr>\n"
            "<tr>\n<td data-line-number=2 class=blob-num></td>\n<td class=blob-code>\n</td>\n</tr>\n"
            "<tr><td data-line-number=3 class=blob-num></td><td class=blob-code>    <b>row</b>()</td></tr></table>end",
            "if ebb:\n\n    row()\n\nend",
        ),
        ("<pre><span class=line-num>7</span> x = 1\n<span class=line-num>8</span> y</pre>", " x = 1\n y"),
        (
            "<pre><span class=source-line-no>007</span><span>ebb</span>\n<span class=sourceLineNo>008</span> y</pre>",
            "ebb\n y",
        ),
        ("<p>So:</p><div class='code-block'>row(\n  <b>ebb</b>\n)</div>end", "So:\n\nrow(\n  ebb\n)\n\nend"),
        ("<div class='code-block'><div>a\n b</div></div><div class=source-code-note>c\nd</div>", "a b\nc d"),
        ("<div style='white-space: pre'>a\n b</div><div style='white-space:pre-line'>c\n d</div>", "a\n b\n\nc d"),
        # Signs that change a number or a word.
        ("10<sup>9</sup> m<sup>2</sup> log<sub>2</sub>8 CO<sub>2</sub>", "10^9 m^2 log2 8 CO2"),
        ("the 1<sup>st</sup> of May", "the 1st of May"),
        # Words for small screens stand for others.
        ("at <i class='d-none d-sm-inline'>high tide</i><i class='d-sm-none'>tide</i> only", "at high tide only"),
        ("at <b class='hidden md:inline'>high tide</b><b class='text-sm md:hidden'>tide</b>", "at high tide"),
        ("at <span class=visible-xs-inline>tide</span><span class=hidden-xs>high tide</span>", "at high tide"),
        ("at <b class='d-sm-none d-lg-inline'>high</b> <b class='text-decoration-none'>tide</b>", "at high tide"),
        ("2<sup>3</sup>&frasl;<sub>4</sub> and 5 <sup>1</sup>/<sub>2</sub> ells", "2 3\u20444 and 5 1/2 ells"),
        ("7<sup>1</sup>/<sub>8</sub> but x<sup>1</sup>/<sub>2</sub>, 9<sup>2</sup>/3", "7 1/8 but x^1/2, 9^2/3"),
        ("<math><mover><mrow><mi>A</mi><mi>B</mi></mrow><mo>&#xAF;</mo></mover></math>", "\\(\\overline{AB}\\)"),
        ("<math><mover><mi>z</mi><mo>&#x305;</mo></mover></math>", "\\(\\bar{z}\\)"),
        ("<math><munder><mi>z</mi><mo>_</mo></munder></math>", "\\(\\underline{z}\\)"),
        (
            "3<sup>m+2</sup> y<sup>-xz</sup> (p+q)<sup>4k</sup> O(m<sup>ln m</sup>)",
            "3^(m+2) y^(-xz) (p+q)^(4k) O(m^(ln m))",
        ),
        ("3<sup>2<sup>m</sup></sup> and <i>u</i><sub>m+1</sub> but u<sub>max</sub>", "3^(2^m) and u_(m+1) but umax"),
        (
            "M<sup>me</sup> Roux, the n<sup>th</sup>, 19<sup>th</sup>, lamp<sup>a-c</sup>",
            "Mme Roux, the nth, 19th, lampa-c",
        ),
        ("lamp<sup>TM</sup> of 5<sup>a/b</sup> and 7<sup>mm</sup>", "lampTM of 5a/b and 7mm"),
        ("<ruby>\u6e2f<rp>(</rp><rt>\u307f\u306a\u3068</rt><rp>)</rp></ruby>\u753a", "\u6e2f\u753a"),
        ("<h2>Tides <a class=anchor href=#tides>\u00b6</a></h2>", "Tides"),
        ("<p>Press <a href=#hash>#</a>", "Press"),
        # Formulas.
        ("<math alttext='a+b'><mi>a</mi></math>", "\\(a+b\\)"),
        ("<math><mfrac><mi>x</mi><msup><mi>y</mi><mn>2</mn></msup></mfrac></math>", "\\(\\frac{x}{y^{2}}\\)"),
        (
            "<math><mover><mi>F</mi><mo>\u2192</mo></mover><mover><mi>a</mi><mo>~</mo></mover></math>",
            r"\(\vec{F}\tilde{a}\)",
        ),
        ("<math><mover><mo>=</mo><mi>q</mi></mover></math>", "\\(=^{q}\\)"),
        ("so <script type='math/tex; mode=display'>a<b</script> holds", "so \\(a<b\\) holds"),
        ("let <img class='latex' alt='\\pi r^2' src=x.png> be", "let \\(\\pi r^2\\) be"),
        (r"let <img alt='\frac{a}{b}' src=x.png> be, <img alt='C:\tide_tables' src=y.png>", r"let \(\frac{a}{b}\) be,"),
        (
            "<span class=katex><span class=katex-mathml><math><semantics><mi>q</mi><annotation encoding="
            "'application/x-tex'>q_1</annotation></semantics></math></span><span class=katex-html aria-hidden=true>"
            "<span>q</span><span>1</span></span></span> is small",
            "\\(q_1\\) is small",
        ),
        # Hidden and shown.
        (f"{HARBOUR * 3}<p hidden>no<div style='display: none'>no</div><p style='visibility:hidden'>no", HARBOUR * 3),
        (f"{HARBOUR * 3}<div class=accordion-panel style='display:none'>yes</div>", f"{HARBOUR * 3}\n\nyes"),
        (
            f"{HARBOUR * 3}<button aria-controls=q1>Why?</button><div id=q1 hidden>So.</div>",
            f"{HARBOUR * 3}\n\nWhy?\nSo.",
        ),
        (
            f"{HARBOUR * 3}<div class=is-collapsed><div>Why?</div><div style='display: none'>So.</div></div>",
            f"{HARBOUR * 3}\n\nWhy?\nSo.",
        ),
        ("<h3><button>Where is the pier?</button></h3>", "Where is the pier?"),
        ("<p>text</p><button>Send</button><select><option>no</select>", "text"),
        ("<x-post><template shadowrootmode=open><p>yes</p></template></x-post><template>no</template>", "yes"),
        (f"<div id=app></div><noscript><p>{HARBOUR}</p></noscript>", HARBOUR),
        (f"<p>{HARBOUR * 3}</p><noscript>Please turn scripts on.</noscript>", HARBOUR * 3),
        (f"<p>{HARBOUR * 3}<div class=ttc><div>no</div></div><div role=tooltip>no</div>", HARBOUR * 3),
        (f"<p>{HARBOUR * 3}</p><div id=cookie-notice>We set cookies.</div>", HARBOUR * 3),
    ],
)
def test_source_becomes_text(markup: str, text: str) -> None:
    assert text_of(markup) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<html><head><script src='a'/><title/></head><body><p>yes</p></body></html>", "yes"),
        ("<body><iframe src='a'/><textarea/><div/><p>yes</p><![CDATA[a < b]]></body>", "yes\n\na < b"),
    ],
)
def test_xhtml_is_read_by_the_rules_of_xml(markup: str, text: str) -> None:
    assert text_of(markup, xml=True) == text


def test_elements_nested_too_deep_lose_no_text() -> None:
    assert text_of("<div>" * 3_000 + HARBOUR + "</div>" * 3_000 + f"<p>{TIDE}") == f"{HARBOUR}\n\n{TIDE}"


ATTACKS = {
    "nav": "<nav>a",
    "svg": "<svg>a",
    "footer": "<footer><p>a",
    "cells": "<td>a",
    "table cells": "<table><td>",
    "tables": "<table><tr><td>",
    "lists": "<ul><li>",
    "items behind divisions": "<li><section><div>",
    "links": "<a href=x>b",
    "attributes": "<p " + "a=b " * 2_000,
    "quotes": "<p a=\"b'>",
    "comments": "<!-- a",
    "scripts": "<script><!--<script>",
    "math": "<math><mi>",
    "formatting": "<b><i></u>",
    "exponents": "<sup>2<sub>",
    "hidden": "<p hidden id=a>b",
    "entities": "&amp;&eacute;&",
    "link runs": "<li><a href=x>b</a></li>",
    "openers": "<",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_reading_takes_time_linear_in_the_page(name: str) -> None:
    def attack(size: int) -> Callable[[], object]:
        return functools.partial(read, ATTACKS[name] * (size // len(ATTACKS[name])))

    attack(5_000)()
    # Eight times the page may take sixteen times as long on a busy machine; work that grows with the square takes 64.
    assert keeps_pace(attack(120_000), attack(15_000), 16, 0.15)


def test_a_character_reference_without_a_character_is_nothing_after_an_exponent() -> None:
    assert text_of("<p>10<sup>6</sup>&#1;<span>a</span><span>&#1;</span><span>B</span></p>") == "10^6aB"


def test_cells_that_cover_others_take_no_more_time_and_memory_than_others() -> None:
    """A cell may cover 100 columns of 100 rows: what it covers is not looked at column by column."""
    start = time.process_time()
    read(("<tr>" + "<td colspan=100 rowspan=100>a" * 10 + "<tr><td>b" * 100) * 200 + "<table>" * 3)
    read("<table>" + ("<tr>" + "<td colspan=100 rowspan=100>a" * 10 + "<tr><td>b" * 100) * 200)
    assert time.process_time() - start < 5


def test_a_long_list_in_a_long_page_takes_linear_time() -> None:
    start = time.process_time()
    blocks.reads_like_content([blocks.Block("item", "a", words=1.0, characters=1) for _ in range(50_000)])
    assert time.process_time() - start < 5


def test_lists_in_lists_are_not_written_ever_farther_to_the_right() -> None:
    assert len(text_of("<ul><li>a" * 5_000)) < 5_000 * 80


@pytest.mark.parametrize("attributes", ["class=" + "id=" * 400_000, "hid class=" * 100_000, "a='\">" * 200_000])
def test_attributes_take_linear_time(attributes: str) -> None:
    start = time.process_time()
    read(f"<div {attributes}><p>a<b {attributes}>b</b><img {attributes}></div>")
    assert time.process_time() - start < 5


@pytest.mark.slow
@pytest.mark.parametrize("attack", hostile_pages.ATTACKS)
def test_hostile_pages_take_linear_time_and_bounded_memory(attack: str) -> None:
    seconds, _, _ = hostile_pages.measure_apart(attack, hostile_pages.MEGABYTE)
    seconds_of_four, megabytes, _ = hostile_pages.measure_apart(attack, 4 * hostile_pages.MEGABYTE)
    assert seconds_of_four < 5 * seconds + 1
    assert megabytes < 750
