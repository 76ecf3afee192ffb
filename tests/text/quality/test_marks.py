"""Gopher's marks are found where Python finds them, and hashes where a set has them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.text.quality.languages import profile_of
from corpuskit.text.quality.marks import offsets_of_ellipses, offsets_of_hashes
from corpuskit.text.quality.rules import SETTINGS
from corpuskit.text.quality.signals import TextSignals
from corpuskit.text.quality.spans import END_OF_HASH, HashSet

PIECES = st.lists(st.sampled_from((".", "..", "...", "…", "‥", "#", "##", "a", "é", "“", " ", "\n")), max_size=30)
TEXT = "The boats of the harbour are long, and the oars of each are as long as it is wide."


@given(PIECES.map("".join))
def test_marks_are_those_that_python_counts(text: str) -> None:
    data = f"{text}\n".encode()
    codes = np.frombuffer(data, np.uint8)
    assert len(offsets_of_ellipses(data, codes)) == text.count("...") + text.count("…")
    assert len(offsets_of_hashes(data, codes)) == text.count("#")


@pytest.mark.parametrize(("signal", "mark", "count"), [("hash", "#boat", 1), ("ellipsis", "oars....... and …", 3)])
def test_marks_count_in_lines_that_are_judged(signal: str, mark: str, count: int) -> None:
    code = f"```\n{mark} = 1\n{mark} = 2\n```"
    texts = [f"{TEXT} {mark}", TEXT, f"{TEXT} {mark}\n\n{code}", f"{TEXT}\n\n{code}"]
    settings = {setting.name: setting.value for setting in SETTINGS}
    figures = dict(TextSignals(texts, settings, profile_of("en")).gopher())
    words = figures["gopher_words"][:3] * [1, 1, 0] + [0, 0, figures["gopher_words"][0]]
    expected = np.array([count, 0, count]) / words
    assert figures[f"gopher_{signal}_ratio"].tolist() == pytest.approx([*expected, 0])


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=9), st.lists(st.integers(0, 9), max_size=9))
def test_hashes_with_the_same_end_are_told_apart(members: list[int], changes: list[int]) -> None:
    others = [(members[0] + change * (END_OF_HASH + 1)) % 2**64 for change in changes]
    asked = [*members, *others]
    among = HashSet(np.array(members, np.uint64)).among(np.array(asked, np.uint64))
    assert among.tolist() == [hash_ in members for hash_ in asked]
