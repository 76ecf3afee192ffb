"""Shingles: what counts as the same text, and the same hashes everywhere."""

import csv
import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.text.dedup.shingle_batches import shingles_of
from corpuskit.text.dedup.shingles import jaccard, shingles


def same(left: str, right: str, ngram: int = 5) -> bool:
    return shingles(left, ngram).tolist() == shingles(right, ngram).tolist()


def slow_count(text: str, ngram: int) -> int:
    """How many distinct runs of words a text without unspaced scripts has, by plain Python."""
    words = "".join(letter if letter.isalnum() else " " for letter in text.lower()).split()
    width = min(ngram, len(words))
    return len({tuple(words[at : at + width]) for at in range(len(words) - width + 1)}) if words else 0


def test_case_width_spacing_and_punctuation_do_not_count() -> None:
    assert same("Four score and SEVEN years ago!", "four   score, and\nseven «years» ago")
    assert same("ＡＢＣ ﬁne", "abc fine")
    assert same("e\u0301te\u0301 un deux trois", "été un deux trois")


def test_words_and_their_order_count() -> None:
    assert not same("one two three four five", "one two three five four")
    assert not same("ab c d e f", "a bc d e f")
    assert not same("a a b", "a b")


def test_a_vowel_sign_does_not_end_a_word() -> None:
    assert len(shingles("हिन्दी", 1)) == 1


def test_short_texts_are_one_shingle_and_empty_ones_none() -> None:
    assert len(shingles("just three words", 5)) == 1
    assert len(shingles("w1 w2 w3 w4 w5 w6", 5)) == 2
    assert len(shingles("日本", 5)) == 1
    for empty in ("", "  \n", "?!… —", "\x00"):
        assert len(shingles(empty, 5)) == 0


def test_scripts_without_spaces_are_cut_by_characters() -> None:
    text = "中文文本没有空格所以按照字符切分"
    assert len(shingles(text, 5)) == len(text) - 8 + 1
    assert same(text[:8] + "，" + text[8:], text)


def test_mixed_scripts_take_words_and_characters_by_weight() -> None:
    assert len(shingles("one two three four 中文文本", 5)) == 2
    assert len(shingles("one two 三四五六七八九十 three", 5)) == 4


@given(st.text(st.sampled_from("abc  .é"), max_size=200), st.integers(1, 6))
def test_as_many_distinct_shingles_as_distinct_runs_of_words(text: str, ngram: int) -> None:
    assert len(np.unique(shingles(text, ngram))) == slow_count(text, ngram)


@given(st.text(max_size=300), st.text(max_size=50))
def test_any_text_has_shingles_and_they_do_not_depend_on_where_it_stands(text: str, other: str) -> None:
    text += " and then some"
    alone = set(shingles(text, 2).tolist())
    assert len(alone) >= 2
    assert alone <= set(shingles(other + " . " + text, 2).tolist())


def test_long_texts_are_taken_in_blocks_without_a_seam() -> None:
    words = [f"word{number}" for number in range(20_000)]
    expected = np.concatenate([shingles(" ".join(words[at : at + 1000]), 1) for at in range(0, 20_000, 1000)])
    assert shingles(" ".join(words), 1).tolist() == expected.tolist()
    assert len(np.unique(shingles(" ".join(words), 5))) == 20_000 - 4


def test_lone_surrogates_and_endless_marks_are_survived() -> None:
    assert len(shingles("a \ud800 b", 1)) == 2
    assert 1 <= len(shingles("a" + "\u0301\u0323" * 100_000, 5)) < 8


def test_hashes_are_the_same_in_every_process() -> None:
    program = (
        "from corpuskit.text.dedup.shingles import shingles; print(shingles('Über 中, in any process', 2).tolist())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert runs == {str(shingles("Über 中, in any process", 2).tolist()) + "\n"}


def test_jaccard_counts_sets() -> None:
    assert jaccard(shingles("a b a b a b", 1), shingles("b a", 1)) == 1.0
    assert jaccard(shingles("", 5), shingles("", 5)) == 0.0
    assert jaccard(shingles("a b c d", 1), shingles("c d e f", 1)) == pytest.approx(2 / 6)


def test_news_gold(shared_data: Path) -> None:
    """Equal to the full comparison for scripts with spaces; Chinese differs where words stand between characters."""
    with gzip.open(shared_data / "extract/daniel_news_5lang.gold.jsonl.gz", "rt") as lines:
        texts = {page["id"]: page["gold_text"] for page in map(json.loads, lines)}
    with open(shared_data / "dedup/daniel_news_near_duplicates.tsv", newline="") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            found = jaccard(shingles(texts[row["id_a"]], 5), shingles(texts[row["id_b"]], 5))
            assert found == pytest.approx(float(row["jaccard"]), abs=0.06 if row["lang"] == "zh" else 5e-5)


UNUSUAL = "ΣσςİıﬁŒ…™½²´¨Ｋ ｶﾞ가각한\u1100\u1161\u11a8ё\u0301é\u0327\u0323นุ่中、語😀🇩🇪🄰𝐀𠀋\ud800\udc00\ud83d\udfff\u00a0ǅﷺ"
ODD_TEXTS = st.text(st.sampled_from(UNUSUAL) | st.characters(), max_size=60)


@given(st.lists(ODD_TEXTS | st.text(st.sampled_from("aB .é中"), max_size=40), max_size=12), st.integers(1, 6))
def test_texts_taken_together_have_the_hashes_each_has_alone(texts: list[str], ngram: int) -> None:
    found = shingles_of(texts, ngram)
    assert [hashes.tolist() for hashes in found] == [shingles(text, ngram).tolist() for text in texts]


def test_every_character_has_the_same_hash_by_table_and_by_rule() -> None:
    """Of Han and Hangul, where the rule is one, every 50th."""
    codes = [*range(0x3400), *range(0x3400, 0xD7A0, 50), *range(0xD7A0, 0x10000), *range(0x1F000, 0x1FC00, 3)]
    texts = [f"a{chr(code)}b c{chr(code)} {chr(code)}" for code in codes]
    for text, hashes in zip(texts, shingles_of(texts, 1), strict=True):
        assert hashes.tolist() == shingles(text, 1).tolist(), ascii(text)


def test_long_texts_among_short_ones() -> None:
    texts = ["one two three", "word " * 10_000, "", "Ελλάς ΟΔΟΣ " * 5_000, "中文 " * 3]
    assert [len(hashes) for hashes in shingles_of(texts, 2)] == [2, 9_999, 0, 9_999, len(shingles(texts[4], 2))]
