"""The calibration lowers the loss, keeps the order and stays finite, whatever the scores and labels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.text.quality_model.calibration import STEEPEST, calibration_loss, fit_calibration, sigmoid

WIDE = st.floats(-1e3, 1e3)
NARROW = st.sampled_from([-8.0, -7.5, -7.0, -6.0, -0.001, 0.0, 0.001])
SETS = st.tuples(st.lists(WIDE | NARROW, min_size=1, max_size=30), st.lists(WIDE | NARROW, min_size=1, max_size=30))


@given(SETS)
def test_no_fit_is_worse_than_none(sets: tuple[list[float], list[float]]) -> None:
    logits = np.array([*sets[0], *sets[1]])
    is_good = np.arange(len(logits)) < len(sets[0])
    slope, shift = fit_calibration(logits, is_good)
    loss = calibration_loss(logits, is_good, slope, shift)
    assert loss <= calibration_loss(logits, is_good, 1, 0) + 1e-9
    assert 1 / STEEPEST <= slope <= STEEPEST
    assert abs(shift) <= slope * np.abs(logits).max() + np.log(len(logits) + 1) + 1e-6
    order = np.argsort(logits, kind="stable")
    assert (np.diff((slope * logits + shift)[order]) >= 0).all()
    for other in ((slope + 0.01, shift), (slope - 0.01, shift), (slope, shift + 0.01), (slope, shift - 0.01)):
        if 1 / STEEPEST <= other[0] <= STEEPEST:
            assert calibration_loss(logits, is_good, *other) >= loss - 1e-7


def test_sets_far_from_nought_that_are_told_apart_keep_their_scores() -> None:
    logits = np.array([-6.0, -8.0, -7.5, -7.0])
    slope, shift = fit_calibration(logits, np.array([True, False, False, False]))
    assert sigmoid(slope * logits + shift) == pytest.approx([0.644, 0.124, 0.211, 0.334], abs=0.01)


def test_scores_of_a_known_model_are_put_right() -> None:
    chance = np.random.default_rng(5)
    truth = chance.normal(0, 2, 20_000)
    is_good = chance.random(20_000) < sigmoid(truth)
    slope, shift = fit_calibration(truth / 3 - 4, is_good)
    assert (slope, shift) == pytest.approx((3, 12), abs=0.25)
