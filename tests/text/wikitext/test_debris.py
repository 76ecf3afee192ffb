"""Holes: what goes at once is what goes one by one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.text.wikitext import debris
from corpuskit.text.wikitext.debris import CITATION, HOLE, tidied, without_stumps

NEIGHBOURS = st.text(st.sampled_from(f"{HOLE}{HOLE}{HOLE}{CITATION} \t\n.,;:()*#-–a1[]&（）"), max_size=14)


@given(NEIGHBOURS)
def test_holes_that_go_all_at_once_leave_what_they_leave_one_by_one(text: str) -> None:
    at_once = tidied(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(debris, "_PLAIN_HOLE", re.compile("(?!)"))
        assert tidied(text) == at_once


def test_most_holes_go_at_once() -> None:
    for text in (f"a.{HOLE} B", f"a{HOLE}{HOLE}\n", f"\n{HOLE}\n", f"(a{HOLE} b)"):
        assert debris._PLAIN_HOLE.sub("", text) == text.replace(HOLE, "")
    for text in (f"({HOLE})", f"a {HOLE}.", f"a, {HOLE}, b", f"* {HOLE} a", f"a{HOLE} ."):
        assert debris._PLAIN_HOLE.sub("", text) == text


def test_items_that_are_the_end_of_a_reference_go_and_lines_lose_the_comma_they_begin_with() -> None:
    source = f"* {CITATION}, ISBN 0\n*{CITATION}. Page 3.\n* {HOLE}, a\n{HOLE}. B\n{CITATION}.5\n{CITATION}, c"
    assert without_stumps(source) == f"*\n*\n*a\nB\n{CITATION}.5\nc"
