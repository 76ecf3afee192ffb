"""MinHash: estimates near the truth, and one rule for leaders in two forms."""

import subprocess
import sys
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.text.dedup.minhash import (
    LEADERS,
    agreement,
    band_keys,
    earliest_leaders,
    final_survivors,
    first_with_same,
    signatures,
    version,
)
from tests.support.properties import examples

PINNED_ROW = [[1225488152, 368595810, 1191090874, 374417001, 321897176, 1415324292, 650986866, 141909642]]
PINNED_KEYS = [[1464481450832704312, 187636203813455406]]


def numbers(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 1 << 64, count, np.uint64)


def test_agreement_estimates_jaccard() -> None:
    pool, errors = numbers(4000, 7), []
    for shared in range(0, 1001, 50):
        rows = signatures([pool[:1000], pool[1000 - shared : 2000 - shared]], 112, seed=1)
        estimate = agreement(rows[:1], rows[1:])[0]
        errors.append(estimate - shared / (2000 - shared))
    assert np.sqrt(np.mean(np.square(errors))) < 0.05


FORKED = """
import os, signal
import numpy as np
from corpuskit.text.dedup.minhash import signatures
texts = [np.arange(number, number + {words}, dtype=np.uint64) for number in range({texts})]
rows = signatures(texts, 8, 1)
if (child := os.fork()) == 0:
    signal.alarm(60)
    os._exit(not (signatures(texts, 8, 1) == rows).all())
print(os.waitpid(child, 0)[1], os.environ.get("RAYON_NUM_THREADS"))
"""


@pytest.mark.parametrize(("texts", "words"), [(300, 5), (2, 100_000)])
def test_a_forked_process_signs_as_its_parent_did(texts: int, words: int) -> None:
    code = FORKED.format(texts=texts, words=words)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "None"]


def test_order_and_repeats_of_shingles_do_not_count() -> None:
    pool = numbers(50, 3)
    rows = signatures([pool, np.concatenate((pool[::-1], pool[:10]))], 112, seed=1)
    assert (rows[0] == rows[1]).all()


def test_a_signature_does_not_depend_on_its_batch() -> None:
    texts = [numbers(length, length) for length in (3, 0, 700, 1)]
    together = signatures(texts, 24, seed=5)
    for at in (0, 2, 3):
        assert (signatures([texts[at]], 24, seed=5)[0] == together[at]).all()
    assert signatures([], 24, seed=5).shape == (0, 24)
    assert (signatures(texts, 24, seed=6)[2] != together[2]).any()


def test_signatures_and_keys_are_pinned() -> None:
    """A change here makes every stored signature useless: the version has to change with it."""
    rows = signatures([np.arange(1, 9, dtype=np.uint64)], 8, seed=1)
    assert version() == "rensa RMinHash 2"
    assert rows.tolist() == PINNED_ROW
    assert band_keys(rows, 2).tolist() == PINNED_KEYS


def test_band_keys_are_equal_with_equal_bands_alone() -> None:
    rows = signatures([numbers(100, 1), numbers(100, 2)], 112, seed=1)
    rows[1, 8:16] = rows[0, 8:16]
    keys = band_keys(rows, 14)
    assert (keys[0] == keys[1]).tolist() == [band == 1 for band in range(14)]
    rows[1] = rows[0, 0]
    assert len(set(band_keys(rows, 14)[1].tolist())) == 14


def plain_rule(columns: list[list[int]], alike: np.ndarray, threshold: float) -> list[int]:
    """The rule as it is stated, one document after the other."""
    leaders: dict[tuple[int, int], list[int]] = defaultdict(list)
    matches = []
    for document in range(len(alike)):
        found = set()
        for band, column in enumerate(columns):
            held = leaders[band, column[document]]
            near = [leader for leader in held if alike[leader, document] >= threshold]
            found.update(near)
            if not near and len(held) < LEADERS:
                held.append(document)
        matches.append(min(found, default=-1))
    return matches


@st.composite
def corpora(draw: st.DrawFn) -> tuple[list[list[int]], np.ndarray]:
    count = draw(st.integers(0, 30))
    column = st.lists(st.integers(0, 5), min_size=count, max_size=count)
    share = draw(st.sampled_from([0.1, 0.5, 0.9]))
    generator = np.random.default_rng(draw(st.integers(0, 999)))
    matrix = (generator.random((count, count)) < share) * 1.0
    return draw(st.lists(column, min_size=1, max_size=4)), np.maximum(matrix, matrix.T)


@settings(max_examples=examples(150))
@given(corpora())
def test_sorting_gives_the_verdicts_of_the_rule(corpus: tuple[list[list[int]], np.ndarray]) -> None:
    columns, alike = corpus
    found, shares = earliest_leaders(
        (np.array(column, np.uint64) for column in columns), len(alike), lambda a, b: alike[a, b], 0.5
    )
    assert found.tolist() == plain_rule(columns, alike, 0.5)
    assert (shares[found >= 0] == 1.0).all()


def test_a_common_key_costs_a_bounded_number_of_comparisons() -> None:
    asked = 0

    def unlike(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        nonlocal asked
        asked += len(left)
        return np.zeros(len(left))

    earliest_leaders([np.zeros(10_000, np.uint64)], 10_000, unlike, 0.8)
    assert asked <= LEADERS * 10_000


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=40))
def test_the_first_with_the_same_hash(hashes: list[tuple[int, int]]) -> None:
    low, high = (np.array([pair[half] for pair in hashes], np.uint64) for half in (0, 1))
    expected = [hashes.index(pair) if hashes.index(pair) < at else -1 for at, pair in enumerate(hashes)]
    assert first_with_same(low, high).tolist() == expected


@pytest.mark.parametrize(
    ("matches", "ends"),
    [([], []), ([-1, 0, 1, 2, -1, 4], [0, 0, 0, 0, 4, 4]), ([2, 0, -1], [2, 2, 2])],
)
def test_chains_lead_to_their_survivor(matches: list[int], ends: list[int]) -> None:
    assert final_survivors(np.array(matches, np.int64)).tolist() == ends
