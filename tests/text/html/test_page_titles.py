"""Shortcuts in the search for a page's title change nothing: what they pass over could not have agreed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.text.html.compiled import compiled_core
from corpuskit.text.html.json_ld import comparable_title
from corpuskit.text.html.page_facts import Heading
from corpuskit.text.html.page_titles import (
    _compact,
    _compact_among,
    _ends_alike,
    _has_either,
    _holds,
    _is_segment,
    _may_agree,
    _starts_alike,
    _without_names,
)

PARTS = (
    "The harbour",
    "the",
    "Harbour",
    " ",
    " - ",
    " | ",
    ": ",
    "_",
    "boats",
    "İ",
    "ς",
    "Σ",
    "ß",
    "港",
    "12",
    "News",
    "!",
    "\u0301",
)
TEXTS = st.lists(st.sampled_from(PARTS), max_size=6).map("".join)


@given(TEXTS, TEXTS, TEXTS)
def test_texts_that_agree_lie_one_within_the_other(before: str, middle: str, behind: str) -> None:
    whole = before + middle + behind
    for title, heading in ((middle, whole), (whole, middle), (whole, whole), (before, behind)):
        agreed = [agree(title, heading) for agree in (_starts_alike, _is_segment, _ends_alike, _holds)]
        title_words = {comparable_title(title)} - {""}
        assert _has_either(comparable_title(heading), title_words) or not any(agreed)


@given(TEXTS, st.lists(TEXTS, max_size=3))
def test_first_letters_tell_no_title_wrong(text: str, titles: list[str]) -> None:
    compact_titles = set(map(_compact, titles))
    headings = [Heading(1, text, 0, 0)]
    assert _compact_among(headings, compact_titles) == compact_titles & {_compact(text)}
    assert list(_without_names(headings, compact_titles)) == ([] if _compact(text) in compact_titles else headings)
    assert list(_without_names(headings, {_compact(text)})) == []


@given(st.lists(TEXTS, max_size=6), st.lists(TEXTS, max_size=3))
def test_a_heading_that_the_core_passes_over_holds_no_title_and_is_in_none(
    headings: list[str], titles: list[str]
) -> None:
    title_words = {comparable_title(title) for title in titles} - {""}
    items = tuple(Heading(1, text, 0, 0) for text in headings)
    related = list(_may_agree(items, title_words))
    assert related == [item for item in items if item in related]
    assert not any(_has_either(comparable_title(item.text), title_words) for item in items if item not in related)


@pytest.mark.skipif(compiled_core() is None, reason="needs the compiled core")
def test_the_core_passes_over_most_headings() -> None:
    texts = "Rope", "The harbour", "A", "", "Häfen", "The harbour opens", "Harbour news", "\ud800", "boats " * 100
    items = tuple(Heading(1, text, 0, 0) for text in texts)
    related = [item.text for item in _may_agree(items, {"the harbour opens today", "a"})]
    assert related == ["The harbour", "A", "", "Häfen", "The harbour opens", "Harbour news", "\ud800", "boats " * 100]
    assert [item.text for item in _may_agree(items[:3], {"rope and tar", "x" * 1000})] == ["Rope", "The harbour", "A"]
    assert [item.text for item in _may_agree(items[:3], {"harb"})] == ["The harbour", "A"]
