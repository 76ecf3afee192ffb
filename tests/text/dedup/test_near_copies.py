"""Near copies by signatures alone: what shares .8 of its shingles is found, and other texts are left alone."""

import random

import numpy as np
import pytest

from corpuskit.text.dedup.minhash import agreement
from corpuskit.text.dedup.near_copies import (
    AGREEMENT,
    PERMUTATIONS,
    NearCopies,
    are_comparable,
    are_of_long_texts,
    is_signature,
    near_copies_of,
    read_signature,
    sign_texts,
    signature_rows,
)
from corpuskit.text.dedup.parameters import DedupParameters
from corpuskit.text.dedup.shingles import jaccard, shingles

WORDS = [f"word{number}" for number in range(3000)]


def prose(chance: random.Random, length: int = 200) -> list[str]:
    return chance.choices(WORDS, k=length)


def with_changes(chance: random.Random, words: list[str], changes: int) -> str:
    changed = list(words)
    for place in chance.sample(range(len(words)), changes):
        changed[place] = "changed"
    return " ".join(changed)


def test_copies_from_eight_tenths_on_are_found_and_others_are_not() -> None:
    chance = random.Random(7)
    originals = [prose(chance) for _ in range(300)]
    near = near_copies_of(sign_texts([" ".join(words) for words in originals]))
    found: dict[int, list[bool]] = {}
    for changes in (0, 1, 2, 4, 8, 16, 30):
        for number, words in enumerate(originals):
            copy = with_changes(chance, words, changes)
            similarity = jaccard(shingles(" ".join(words), 5), shingles(copy, 5))
            (match,) = near.find([copy])
            assert match is None or match.number == number
            found.setdefault(int(similarity * 10), []).append(match is not None)
    assert all(found[10]) and all(found[9])
    assert np.mean(found[8]) > 0.99
    assert not any(hit for tenth in found if tenth < 5 for hit in found[tenth])


def test_every_pair_that_agrees_enough_is_found_by_comparing_all() -> None:
    chance = random.Random(3)
    originals = [prose(chance, 60) for _ in range(60)]
    texts = [with_changes(chance, words, changes) for words in originals for changes in (0, 1, 2, 3, 6)]
    rows, _ = signature_rows([" ".join(words) for words in originals])
    asked, _ = signature_rows(texts)
    for row, copy in zip(asked, NearCopies(rows).find_rows(asked), strict=True):
        shares = agreement(rows, np.broadcast_to(row, rows.shape))
        best = int(shares.argmax())
        if copy is None:
            assert shares[best] < AGREEMENT
        else:
            assert copy.agreement == shares[best] >= AGREEMENT and shares[copy.number] == shares[best]


def test_case_and_spacing_make_no_difference_and_wordless_texts_match_nothing() -> None:
    near = near_copies_of(sign_texts(["The Harbour lies open to the south and to the sea", "x"]))
    copies = near.find(["the  harbour LIES open,\nto the south -- and to the sea!", "...", "", "X."])
    assert [copy and copy.number for copy in copies] == [0, None, None, 1]


def test_a_signature_survives_being_written() -> None:
    (written, empty) = sign_texts(["some words of a text", "—"])
    assert empty == "" and is_signature(written) and len(written) < 700
    row = read_signature(written)
    assert row is not None and (row == signature_rows(["some words of a text"])[0][0]).all()
    for broken in ("", written[:-4], "9" + written, written.replace(":", ""), written + "AAAA"):
        assert not is_signature(broken)


def test_signatures_are_those_of_dedup_with_its_defaults() -> None:
    from corpuskit import Dedup

    parameters = Dedup().parameters()
    assert isinstance(parameters, DedupParameters) and parameters.permutations == PERMUTATIONS
    assert are_comparable(parameters.index_settings())
    for other in (Dedup(seed=2), Dedup(ngram=4), Dedup(permutations=56), Dedup(method="exact")):
        assert not are_comparable(other.parameters().index_settings())


@pytest.mark.parametrize("number", [1, 2, 5])
def test_equal_signatures_count_as_their_first(number: int) -> None:
    near = near_copies_of(sign_texts(["one text that is there more than once"] * number + ["another text altogether"]))
    assert [copy and copy.number for copy in near.find(["one text that is there more than once"])] == [0]
    assert near.find(["another text altogether"])[0] == (number, 1.0)
    assert near_copies_of([]).find(["a text"]) == [None]


@pytest.mark.parametrize(("shingle_count", "are_long"), [(1, 0), (4, 0), (32, 0), (46, 0), (90, 1000), (1000, 1000)])
def test_a_signature_shows_that_a_text_is_long(shingle_count: int, are_long: int) -> None:
    chance = random.Random(shingle_count)
    texts = [" ".join(prose(chance, shingle_count + 4)) for _ in range(1000)]
    rows, _ = signature_rows(texts)
    assert int(are_of_long_texts(rows).sum()) == are_long
