"""Units by the table are the units by the rule, and they stand where the rule finds them."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpuskit.text.dedup import shingles
from corpuskit.text.dedup.shingles import CHARACTER_WEIGHT, unit_bounds, words_of
from corpuskit.text.dedup.word_units import bounds_in_blocks, units_in_blocks

TEXTS = st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from("aé 。猫…½ﬁΣσİ\u0301가각ᆨ😀𝒞𠀀"), max_size=200)


@given(TEXTS, st.sampled_from([7, 1 << 15]))
@example("a😀b 猫😀 c", 1 << 15)
@example("a\ud83d b\ude00c", 1 << 15)
def test_units_and_their_places_are_those_of_the_rule(text: str, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shingles, "BLOCK", block)
        hashes, weights = words_of(text)
        starts, ends = unit_bounds(text)
        units, bounds = list(units_in_blocks(text)), list(bounds_in_blocks(text))
    none = np.empty(0, np.uint64)
    assert np.concatenate([none, *(part.hashes for part in units)]).tolist() == hashes.tolist()
    single = [np.zeros(len(part.hashes), bool) if part.single is None else part.single for part in units]
    assert np.concatenate([none, *single]).tolist() == (weights == CHARACTER_WEIGHT).tolist()
    assert [int(start) for part in bounds for start in part.starts] == starts.tolist()
    assert [int(end) for part in bounds for end in part.ends] == ends.tolist()
