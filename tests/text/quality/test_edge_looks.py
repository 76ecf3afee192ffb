"""The quick look at an edge of a page passes over none that has something to take out."""

from hypothesis import given
from hypothesis import strategies as st

from corpuskit.text.quality.menus import (
    EdgeLine,
    foot_lines_to_cut,
    head_lines_to_cut,
    may_be_cut_from_foot,
    may_be_cut_from_head,
)

LINES = st.sampled_from(
    (
        *(
            "Oars",
            "Boats",
            "12 34",
            "---",
            "2021-03-04",
            "Sails and ropes:",
            "Name: boat",
            "Path: /sea/boats",
            "Boats »",
        ),
        *("The boats lie there", "© Ann", "- Tar", "Tar,", "Who sails?", "：", "", "Mole"),
    )
)
UNKNOWN = st.lists(
    st.builds(lambda text, short: EdgeLine(text, short, len(text.split()), False), LINES, st.booleans()), max_size=9
)
REST = "boats lie at the mole, and their oars in them"


@given(UNKNOWN)
def test_heads_that_are_passed_over_lose_nothing(lines: list[EdgeLine]) -> None:
    if not may_be_cut_from_head([line.is_short for line in lines], lines[0].text if lines else ""):
        assert head_lines_to_cut(lines, lambda: REST) == set()


@given(UNKNOWN)
def test_feet_that_are_passed_over_lose_nothing(lines: list[EdgeLine]) -> None:
    if not may_be_cut_from_foot([line.is_short for line in lines], lines[-1].text if lines else ""):
        assert foot_lines_to_cut(lines, lambda: REST) == set()
