"""Wikitext: each kind of markup, what nests, what is left open, and that no markup is left in real articles."""

import gzip
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.text.wikitext.article import Namespaces, article_text, is_disambiguation, is_redirect
from tests.support.timing import keeps_pace

CASES = {
    "bold and italic": (
        "'''''Both''''' and ''one'', '''L'''''amour'', ''''quoted''''",
        "Both and one, Lamour, 'quoted'",
    ),
    "links": (
        "[[Tree]]s, [[Oak|oaks]], [[#Roots]], [[:Category:Woods]], [[Elm (tree)|]]",
        "Trees, oaks, Roots, Category:Woods, Elm",
    ),
    "no text": (
        "A.[[File:A.jpg|thumb|A [[tree]] in {{lang|de|Wald}}]] [[Category:B]]\n[[de:Baum]]\n[[Image:B.png]]B.",
        "A.\n\nB.",
    ),
    "outside links": (
        "See [https://example.org/a?b=c the page], [https://example.org] and https://example.org.",
        "See the page, and https://example.org.",
    ),
    "references": ('A<ref name="x">{{cite web|url=u}}</ref> b<ref name=x /> c.<references/>', "A b c."),
    "headings": ("== One ==\nText.\n===Two===\n==== Three ====\n== Four ==\n{{reflist}}", "One\n\nText."),
    "lists": (
        "* a\n** b\n* c\n\n# one\n# two\n## deep\n# three",
        "- a\n  - b\n- c\n\n1. one\n2. two\n  1. deep\n3. three",
    ),
    "definitions": ("; Term : what it is\n: indented\n:: further", "Term: what it is\n\nindented\n\nfurther"),
    "paragraphs": (
        "One line\ngoes on.\n\nNext<br>after a break.<br />\nLast",
        "One line goes on.\n\nNext\nafter a break.\nLast",
    ),
    "formulas": (
        r"Let <math>a_{1} < b</math> and <math display=block>\frac{{x}}{y}</math>.",
        r"Let \(a_{1} < b\) and \(\frac{{x}}{y}\).",
    ),
    "code": (
        "<syntaxhighlight lang=c>\nif (a[[0]] && b) {{x}}\n  &lt;\n</syntaxhighlight>",
        "if (a[[0]] && b) {{x}}\n  &lt;",
    ),
    "not wikitext": ("<nowiki>[[a]] ''b'' &amp;</nowiki> <!-- [[c]] --> d<!-- open", "[[a]] ''b'' & d"),
    "preformatted": ("Text\n\n a  = 1\n b  = 2\n\nText", "Text\n\na  = 1\nb  = 2\n\nText"),
    "numbers": (
        "10<sup>6</sup>, 10<sup>-3</sup>, CO<sub>2</sub>, 4<sup>th</sup>, x<sup>2</sup>, 5<sub>10</sub>",
        "10^6, 10^-3, CO2, 4th, x^2, 5_10",
    ),
    "templates with words": (
        "{{convert|12|km|mi|abbr=on}}, {{convert|3|to|5|km2}}, {{lang|de|Haus}}, {{lang-ru|дом}}, {{nowrap|1 2}}, "
        "{{val|1.5|0.2|e=3|u=m}}, {{frac|1|2}}, {{circa|1900}}, {{HMS|Ark}}, {{as of|2020|May}}, {{USD|5}}, "
        "{{formatnum:1234}}",
        "12 km, 3 to 5 km², Haus, дом, 1 2, 1.5±0.2×10^3 m, 1/2, c. 1900, HMS Ark, As of 2020 May, US$5, 1234",
    ),
    "other templates": ("A{{sfn|Smith|2000}} b ({{IPA-xx}}; {{audio|a.ogg}}) c {{unknown|x|{{y|[[z]]}}}}.", "A b c."),
    "signs": ("a{{snd}}b{{!}}c, {{=}}, {{'}}", "a – b|c, =, '"),
    "page name": ("{{PAGENAME}} is {{lc:LOW}} {{ucfirst:up}}{{#if:a|b}}.", "Name is low Up."),
    "passage": ("{{quote|To be.|Somebody}}After.", "To be.\n\n— Somebody\n\nAfter."),
    "switches": ("__NOTOC__A __INHALTSVERZEICHNIS__b", "A b"),
    "entities": ("a&nbsp;b &amp; c &lt;i&gt; &ndash; &#945;", "a b & c <i> – α"),
    "hidden": ('a<span style="display:none">hidden</span> b<span id="x">c</span>', "a bc"),
    "variants": ("-{zh-hans:计算机; zh-hant:電腦;}- -{T|zh:a}-x", "计算机 ax"),
    "table": (
        '{| class="wikitable"\n|+ Name\n! A !! style="x" | B\n|-\n| 1 || align=right | 2\n|-\n'
        "| rowspan=2 | 3\n| a\nb\n|-\n| c\n|}",
        "Name\n\nA\tB\n1\t2\n3\ta b\n\tc",
    ),
    "wide cells": ("{|\n| colspan=2 | a || b\n|-\n| c || || d\n|}", "a\t\tb\nc\t\td"),
    "boxes": ('{| class="infobox"\n| a\n|}\n{| class="navbox"\n| b\n|}\n{| style="display:none"\n| c\n|}d', "d"),
    "layout": ("{|\n|\n{| class=wikitable\n| a || b\n|}\n|}", "a\tb"),
    "one column": ("{|\n| First.\n|-\n| Second.\n|}", "First.\n\nSecond."),
    "poem": ("<poem>\nOne\nTwo\n\nThree\n</poem>", "One\nTwo\n\nThree"),
    "left open": ("a [[b and {{c\n\nd <ref>e\n{| class=x\n| f", "a b and c\n\nd e\n\nf"),
    "closed only": ("a ]] b }} c |} d </ref>", "a b c |} d"),
    "crossed": ("{{nowrap|[[a}} b]] c", "a b c"),
    "rule": ("a\n----\nb", "a\n\nb"),
    "code in sentences": (
        "Call <code>printf()</code>, <tt>for (;;)</tt>, <kbd>if (a;)</kbd>, <samp>( , )</samp>, <var>f( )</var>, "
        "g(a, ), fork() .\n\n for (;;) f( );",
        "Call printf(), for (;;), if (a;), ( , ), f( ), g(a, ), fork() .\n\nfor (;;) f( );",
    ),
    "entities in brackets": ("the (&Psi;) of (&#968;{{a}}) and (&Psi;; {{a}})", "the (Ψ) of (ψ) and (Ψ)"),
    "what is no entity": (
        "&notanentity; http://x.example/?a=1&copy=2&reg=3 &amp &#x; &#xZ;",
        "&notanentity; http://x.example/?a=1&copy=2&reg=3 &amp &#x; &#xZ;",
    ),
    "brackets around nothing": (
        "a ({{x}}) b ({{x}}; {{y}}), c (({{x}})). d ({{x}}; e), f (g, {{x}}), ({{x}} h) [{{x}}] (i–{{x}})",
        "a b, c. d (e), f (g), (h) [] (i–)",
    ),
    "separators around nothing": (
        "a, {{x}}, b; {{x}}; c – {{x}} – d, {{x}}. e {{x}}, f<ref>r</ref>,<ref>r</ref> g {{x}} ; h 5{{x}}-6",
        "a, b; c – d. e, f, g ; h 5-6",
    ),
    "ages": ("It landed in 1969 ({{age|1969}} years ago), ({{x}} years of war).", "It landed in 1969."),
    "lists of references": (
        "* {{cite book|title=a}}, ISBN 0-00\n** {{citation|title=b}}; also as vol 2\n* ''{{Literatur|c}}''.\n"
        "* {{cite web|d}}. The best introduction to this field there is.\n* {{flag of|x}} France\n* {{x}}, Двинск",
        "- The best introduction to this field there is.\n- France\n- Двинск",
    ),
    "parameters": ("{{{p|default}}} {{{q}}}{{nowrap|{{{p|a}}}}} {{{p|{{nowrap|b}}}}} c}", "default a b c}"),
    "cells of attributes": ('{|\n| a || b\n|-\n| c || colspan="2" {{unknown}} || d\n|}', "a\tb\nc\t\t\td"),
    "signs of tables within a line": (
        "a [[b]]{| c [[d|e]]|} f [[:Category:G]]{| h\n{{x}}{|\n| i || j {{nowrap|k}}\n|}",
        "a b{| c e|} f Category:G{| h\n\ni\tj k",
    ),
    "links of every form": (
        "[[ a ]] [[b |c]] [[#d]] [[e#f|g]] [[h| i]] [[j|k|l]] [[m:n|o]] [[p|q: r]] [[[s|t]]] [[u|[v]]] [[|w]]",
        "a c d g i k|l o q: r t] [v] w",
    ),
    "apostrophes": ("'a' ''b'' '''c''' ''''d'''' '''''e''''' ''''''f'''''' '''''''g", "'a' b c 'd' e 'f' ''g"),
    "ranges": ("{{convert|60|and(-)|80|kg}}", "60 and 80 kg"),
}


@pytest.mark.parametrize("name", CASES)
def test_markup_becomes_what_it_shows(name: str) -> None:
    wikitext, text = CASES[name]
    assert article_text(wikitext, "Name") == text


def test_a_wikis_own_names_of_files_and_categories_count() -> None:
    source = "[[Fails:A.png|thumb|b]] [[Kategoreja:C]] [[Vide:D]]"
    names = Namespaces().with_names(frozenset({"vide"}), frozenset())
    assert article_text(source, "", names) == ""
    assert article_text("[[Vide:D]]") == "Vide:D"


@pytest.mark.parametrize(
    "text", ["#REDIRECT [[A]]", "#weiterleitung[[A]]", " # ПЕРЕНАПРАВЛЕНИЕ [[Б]]", "#重定向 [[漢]]"]
)
def test_redirects_of_all_languages(text: str) -> None:
    assert is_redirect(text)


@pytest.mark.parametrize("text", ["# [[A]]\n# [[B]]", "See #redirect [[A]]", "#REDIRECT A", ""])
def test_lists_of_links_are_no_redirects(text: str) -> None:
    assert not is_redirect(text)


@pytest.mark.parametrize(
    "text", ["{{disambiguation}}", "a\n{{Begriffsklärung}}", "{{hndis|Smith, A}}", "{{消歧义}}", "__DISAMBIG__"]
)
def test_disambiguation_pages(text: str) -> None:
    assert is_disambiguation(text) and not is_disambiguation("{{about|disambiguation}} {{Other uses}}")


MARKUP = st.text(st.sampled_from("[]{}()|!'=*#:;,. \n<>/-_ab1&\0\x02\x03\x04\v\t"), max_size=300)


def test_numbers_of_any_length_are_no_error() -> None:
    for number in ("9" * 5000, "x" + "f" * 5000, "0" * 5000 + "65"):
        assert article_text(f"a &#{number}; <math>&#{number};</math>") == rf"a &#{number}; \(&#{number};\)"
    assert article_text("&#0000065; &#x0041;") == "A A"


@given(MARKUP)
def test_no_text_is_an_error_and_no_sign_of_ours_comes_out(wikitext: str) -> None:
    text = article_text(wikitext, "t")
    assert not set("\0\x02\x03\x04\v") & set(text) and "\n\n\n" not in text and text == text.strip()


@given(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12), min_size=1, max_size=40))
def test_words_without_markup_stay_as_they_are(words: list[str]) -> None:
    text = "x " + " ".join(words)
    assert article_text(text).split() == text.split()


LEFT_OPEN = [
    *[
        "{{",
        "[[",
        "{|\n|",
        "]]",
        "}}",
        "{{{",
        "[[a|",
        "{{a|",
        "<ref>",
        "<!--",
        "'",
        "(;",
        "==\n",
        "*",
        "\n|",
        "!!",
        "a=b;",
        "}",
        "({{x}}",
        "{{x}},",
        ", {{x}};)",
        "&#9",
        ";",
        "* {{cite x}}",
        "<!---->",
        "[[a ",
        "[[a|b\n",
        "[[[a|b]]",
        "{{a|[b",
        "{{nowrap|[[a]]|}",
    ],
    *["<br>", "<span style='display:none", "&", "[http://a ", "__", "-{", "<sup>1", "[[a (b), ", "\n{|\n|a=b="],
]


@pytest.mark.parametrize("unit", LEFT_OPEN)
def test_time_is_linear_whatever_is_left_open(unit: str) -> None:
    """Twice as much takes about twice as long; the square of it would take four times as long."""
    once, twice = (unit * (size // len(unit)) for size in (100_000, 200_000))
    assert keeps_pace(lambda: article_text(twice), lambda: article_text(once), 3, 0.3)


LEFT_OVER = re.compile(
    r"\[\[|\]\]|\{\{|\}\}|\{\||\|\}|'''|(?m:^=+.*=+\s*$)|__[A-Z]+__|(?m:^\s*\|[-}+]?)|\[https?://|\bthumb\|"
    r"|</?(?:ref|small|br|div|span|sup|sub|nowiki|gallery|center|table|td|tr|font|b|i|u|p|li|ul|math|references)\b[^<>]*/?>"
    r"|\b(?:style|class|align|bgcolor|rowspan|colspan|width|scope)\s*=\s*[\"']?\w|&(?:nbsp|amp|lt|gt|quot|ndash|mdash);"
)
FORMULA = re.compile(r"\\\(.*?\\\)", re.DOTALL)
PLANTED = [
    "[[a]]",
    "{{b}}",
    "{|",
    "'''c'''",
    "== d ==",
    "<ref name=e>",
    "<br />",
    "__TOC__",
    "| f",
    'style="g"',
    "&nbsp;",
    "[http://h i]",
]


def test_the_detector_finds_what_is_planted() -> None:
    assert all(LEFT_OVER.search(f"Words.\n{planted}\nMore.") for planted in PLANTED)
    assert not LEFT_OVER.search(FORMULA.sub("", r"It costs 5 = 5 'and' (a|b) \(\frac{{a}}{b}\) <5 & __init__ x."))


def test_no_markup_is_left_in_whole_articles(shared_data: Path) -> None:
    with gzip.open(shared_data / "wiki" / "wikitext_pages.jsonl.gz") as stream:
        pages = [json.loads(line) for line in stream]
    texts = {page["title"]: article_text(page["wikitext"], page["title"]) for page in pages}
    assert len(texts) == 48 and all(texts.values())
    left = {title: match[0] for title, text in texts.items() if (match := LEFT_OVER.search(FORMULA.sub("", text)))}
    assert left == {}
