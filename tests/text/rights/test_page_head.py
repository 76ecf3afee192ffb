"""Declarations in markup: found where they count, passed over where they do not, in linear time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core.document import Document, encode
from corpuskit.text.rights.declarations import Declaration, declarations_in, with_declarations
from corpuskit.text.rights.page_head import header_declarations
from tests.text.rights.declared import declared_in

NOAI, ROBOTS_NONE = Declaration("meta", "robots", "noai"), Declaration("meta", "robots", "none")


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<meta name="robots" content="noai">', [NOAI]),
        ("<meta content=noai name=robots", [NOAI]),
        ('<meta name="robots" content="index, follow">', []),
        ('<meta name="robots" content="a>b, noai">', [Declaration("meta", "robots", "a>b, noai")]),
        ("<!--><meta name=robots content=noai>", []),
        ("<!-- --><meta name=robots content=noai>", [NOAI]),
        ("<title><meta name=robots content=noai></title>", []),
        ("<style><meta name=robots content=noai></style><meta name=robots content=noai>", [NOAI]),
        ("<noscript><meta name=robots content=noai></noscript>", [NOAI]),
        ("<template><meta name=robots content=noai></template>", []),
        ("<metadata name=robots content=noai>", []),
        ("<meta name=description content=noai>", []),
        ("<meta property=robots content=noai>", []),
        ("<meta name=robots content=noai><meta name=robots content=noai>", [NOAI]),
        ("</head><meta name=robots content=noai>", []),
        ('<p><a rel="license" href=" /l ">L</a>', [Declaration("link", "license", "/l")]),
        ("<a href='/l?a&amp;b' rel='nofollow LICENSE'>", [Declaration("link", "license", "/l?a&b")]),
        ('<a href="/license">our license</a>', []),
        ('<a href="/License" rel="nofollow LiCense">', [Declaration("link", "license", "/License")]),
        ('<a href="/license" rel="licen&#115;e">', [Declaration("link", "license", "/license")]),
        ('<a href="/license" rel="nofollow">license</a>', []),
        ('<meta name="robots" content="none"><meta name="r&#111;bots" content="noai">', [ROBOTS_NONE, NOAI]),
        ("<meta content='name=\"x' name=robots title='\" noai'>", [Declaration("meta", "robots", 'name="x')]),
        ("<link type=APPLICATION/RSL+XML href=/r.xml>", [Declaration("link", "rsl", "/r.xml")]),
        ('<!-- <a rel="license" href="/l"> -->', []),
        ('<link rel="license" type="application/rsl+xml" href="/r.xml">', [Declaration("link", "rsl", "/r.xml")]),
        ("<\u017fcript><meta name=robots content=noai></\u017fcript>", [NOAI]),
        ("<t\u0131tle><l\u0130nk rel=license href=/l><meta name=robots content=noai>", [NOAI]),
        ('<script type="application/rsl+xml"><rsl/></script>', [Declaration("script", "rsl", "<rsl/>")]),
    ],
)
def test_declarations_of_a_page(markup: str, expected: list[Declaration]) -> None:
    assert declared_in(markup) == expected
    assert declared_in(markup, frozenset(), encode(Document("", markup))) == expected


def test_names_of_agents_match_whatever_the_case_of_letters_of_ascii() -> None:
    markup = "<meta name=\u212a-bot content=noai><meta name=&#x212a;-bot content=noai><meta name=K-Bot content=none>"
    assert declared_in(markup, frozenset({"k-bot"})) == [Declaration("meta", "k-bot", "none")]


def test_fields_that_say_nothing_on_use_are_left_behind() -> None:
    fields = [("content-type", "text/html"), ("link", '</a>; rel="next"'), ("x-robots-tag", "noai")]
    assert header_declarations(fields) == [Declaration("header", "x-robots-tag", "noai")]


DECLARATIONS = st.builds(
    Declaration, st.sampled_from(["header", "meta", "link"]), st.text(max_size=5), st.text(max_size=9)
)


@given(st.lists(DECLARATIONS, max_size=60))
def test_declarations_travel_unchanged(declarations: list[Declaration]) -> None:
    metadata = with_declarations(None, declarations)
    assert with_declarations(metadata, declarations) == metadata
    assert set(declarations_in(metadata)) == set(list(dict.fromkeys(declarations))[:50])


@pytest.mark.parametrize(
    "markup",
    [
        "<meta " * 100_000 + "noai",
        "<a rel=license " * 100_000,
        "<!--" * 200_000 + "noai license rel",
        "<script>" * 100_000 + "noai rel license",
        "<a rel='" * 100_000 + "license",
        "license" * 200_000 + "rel",
        "<" * 500_000 + "license rel",
        '<meta name="' + "noai" * 200_000,
        "<a rel=x>license</a>" * 50_000,
        "<meta name=robots>none" + "name=" * 20_000 + "<meta name=&>",
        "<meta x=\u212a name='" + "name='" * 20_000,
        "license " + "rel=x" * 200_000 + " license",
        ("rel=x" * 390 + " license ") * 500,
    ],
)
def test_hostile_markup_takes_no_time(markup: str) -> None:
    start = time.process_time()
    declared_in(markup)
    assert time.process_time() - start < 3
