"""The compiled core and its Python twins give the same numbers."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core.document import Document
from corpuskit.stages.filter_quality import FilterQuality
from corpuskit.text.quality import compiled, measured_lines, notice_clues, program_text
from corpuskit.text.quality.batch_words import TokenBatch, split_tokens
from corpuskit.text.quality.compiled import compiled_core
from corpuskit.text.quality.hash_table import INITIAL_BITS, HashTable
from corpuskit.text.quality.layout import TextLayout
from corpuskit.text.quality.ngram_repeats import repeated_ngram_characters
from corpuskit.text.quality.spans import hash_spans
from corpuskit.text.quality.sums import distinct
from corpuskit.text.quality.vocabulary import vocabulary

pytestmark = pytest.mark.skipif(compiled_core() is None, reason="the compiled core was not built")

ROOT = Path(__file__).resolve().parents[3]
PIECES = (
    "The boats are on the shore.", "Les bateaux, l'eau et 3km.", "Лодки на берегу — да!", "船在岸边。",
    "ボートは岸にある。", "القوارب على الشاطئ.", "เรืออยู่บนฝั่ง", "ሰላም፡ለዓለም", "don't (it's) e.g. J. R. U.S.A. ...",
    "http://example.org/a.b?c=d#e", "if (a == b) { return c[0]; }", "// x = y; $5 $a f(x) │ {word} {", "#tag ## 12 #12",
    "\u2026 \u201cquoted\u201d\u2019s",
    "Please enable JavaScript. Lorem ipsum. Privacy Policy, Cookies and Terms of Use [1] [edit]",
    "+1 a+b 1+2 a$b x--y a:b",
    "\ud800\udfff a\u0301\u0345 \U0001f517 \u212aelvin", "a" * 65, "b" * 64,
    "\u00a0\u2003\u3000\u1680\u0085\u2028x\x1c\x0b",
    "(((((((((((((((a)))))))))))))))", "l'homme—qui~va 5.5.5 end.Next next.end", "- item", "* item\n* item",
    "Home\nNews\nNext",
)  # fmt: skip
GAPS = (" ", "\n", "\n\n", "\r\n", "\r", "  ", "\t", "\u2029", "\u1361", "")
TEXTS = st.lists(
    st.lists(st.sampled_from(PIECES + GAPS) | st.text(max_size=6), max_size=20).map("".join), min_size=1, max_size=5
)


@contextmanager
def without_core() -> Iterator[None]:
    with mock.patch.object(compiled, "_core", None):
        yield


def assert_alike(figures: Callable[[], Any]) -> None:
    """Compare what the twins give."""
    with without_core():
        expected = figures()
    assert figures() == expected


def made_texts(seed: int, count: int) -> list[str]:
    chance = random.Random(seed)
    return [
        "".join(chance.choice(PIECES) + chance.choice(GAPS) for _ in range(chance.randrange(120))) for _ in range(count)
    ]


def layout_of(texts: list[str], like_peer: bool) -> list[list[int]]:
    layout = TextLayout(texts, like_peer)
    spans = (layout.lf_lines, layout.prose_lines, layout.prose_paragraphs, layout.paragraphs)
    columns = [layout.token_starts, layout.token_ends, layout.line_ends, layout.line_feeds, layout.token_hashes]
    return [column.tolist() for column in (*columns, *(column for span in spans for column in span))]


def words_of(texts: list[str], unspaced: bool) -> list[list[int]]:
    layout = TextLayout(texts)
    known = vocabulary(unspaced)
    known._clear()
    tokens = known.look_up(layout)
    words = tokens.words()
    return [column.tolist() for column in (*tokens[:-1], *words)]


@given(TEXTS, st.booleans())
def test_texts_are_laid_out_alike(texts: list[str], like_peer: bool) -> None:
    assert_alike(lambda: layout_of(texts, like_peer))


@pytest.mark.parametrize("unspaced", [False, True])
@given(TEXTS)
def test_words_are_alike(unspaced: bool, texts: list[str]) -> None:
    assert_alike(lambda: words_of(texts, unspaced))


@given(st.lists(st.text("aA1.-'’s$+,:()…\U0001f517é—~*%km", min_size=1, max_size=18), min_size=1), st.booleans())
def test_tokens_of_marks_are_split_alike(tokens: list[str], unspaced: bool) -> None:
    data = " ".join([*tokens, ""]).encode()
    codes = np.frombuffer(data, np.uint8)
    ends = (codes == ord(" ")).nonzero()[0]
    starts = np.concatenate([[0], ends[:-1] + 1])
    assert_alike(lambda: [column.tolist() for column in split_tokens(TokenBatch(codes, starts, ends), unspaced)])


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), min_size=2, max_size=20))
def test_spans_have_the_same_hashes(data: bytes, bounds: list[int]) -> None:
    offsets = np.minimum(np.sort(bounds), len(data))
    hashes = hash_spans(data, offsets[:-1], offsets[1:])
    with without_core():
        assert hash_spans(data, offsets[:-1], offsets[1:]).tolist() == hashes.tolist()
    assert 0 not in hashes


@pytest.mark.parametrize("keys", [3, 100, 1 << 20])
def test_hash_tables_number_keys_alike(keys: int) -> None:
    generator = np.random.default_rng(keys)
    batches = [generator.integers(1, keys, 4000).astype(np.uint64) * 0x9E3779B97F4A7C15 for _ in range(3)]
    batches += [generator.integers(1, 400, 60_000).astype(np.uint64), np.array([], np.uint64)]

    def numbers() -> list[list[int]]:
        table = HashTable()
        return [column.tolist() for batch in batches for column in table.number_keys(batch)]

    assert_alike(numbers)


@pytest.mark.parametrize("window", [float("inf"), 7, 50])
@pytest.mark.parametrize("least_count", [1, 3])
@given(st.lists(st.lists(st.integers(0, 4), max_size=60), min_size=1, max_size=6))
def test_ngrams_repeat_alike(window: float, least_count: int, texts: list[list[int]]) -> None:
    words = np.array([word for text in texts for word in text], np.int64)
    bounds = np.array([0, *map(len, texts)]).cumsum()
    passed = words, words % 3 + 1, bounds, window, least_count
    assert_alike(lambda: [(name, covered.tolist()) for name, covered in repeated_ngram_characters(*passed)])


@given(TEXTS)
def test_marks_and_clues_are_alike(texts: list[str]) -> None:
    layout = TextLayout(texts)
    starts, ends = layout.prose_lines.starts, layout.prose_lines.ends
    assert_alike(lambda: measured_lines._marks_in_rows(layout, starts, ends).tolist())
    assert_alike(lambda: notice_clues.offsets_of_clues(layout.data).tolist())
    for text in texts:
        assert_alike(lambda text=text: program_text._marks_and_line_feeds(text))  # type: ignore[misc]


@pytest.mark.parametrize("language", ["en", "de", "zh", "ja", "th", "am", "xx"])
@pytest.mark.parametrize("words", ["gopher", "datatrove"])
def test_documents_get_the_same_verdicts_and_notes(language: str, words: Any) -> None:
    texts = made_texts(len(language) + ord(language[0]), 60)
    documents = [Document(str(number), text, {"language": language}) for number, text in enumerate(texts)]
    assert_alike(lambda: [str(outcome) for outcome in FilterQuality(words=words).apply_many(documents)])
    assert_alike(lambda: [str(outcome) for outcome in FilterQuality(words=words, annotate=True).apply_many(documents)])


def test_real_documents_get_the_same_notes() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md"))[:12]]
    texts += [json.dumps({"text": text}) for text in texts[:3]]
    documents = [Document(str(number), text, {}) for number, text in enumerate(texts)]
    assert len(documents) > 10
    assert_alike(lambda: [str(outcome) for outcome in FilterQuality(annotate=True).apply_many(documents)])


def test_one_word_may_come_more_often_than_a_table_has_slots() -> None:
    def numbered() -> list[list[int]]:
        keys = np.full((1 << INITIAL_BITS) + 1, 7, np.uint64)
        return [np.unique(column).tolist() for column in HashTable().number_keys(keys)]

    assert_alike(numbered)
    assert numbered() == [[0], [0]]


def test_distinct_values_rise() -> None:
    assert distinct(np.array([3, 1, 3, 2, 1])).tolist() == [1, 2, 3]
    assert distinct(np.array([], np.int64)).tolist() == []


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("hash_spans", (b"ab", np.array([0]), np.array([3]), np.zeros(1, np.uint64))),
        ("hash_spans", (b"ab", np.array([0]), np.array([1]), np.zeros(2, np.uint64))),
        ("side_by_side", (b"ab", np.array([2]), np.array([1]))),
        ("mark_repeats", (b"ab", np.array([0]), np.array([1]), np.array([0]), np.zeros(2, bool))),
        ("marks_in_rows", (b"ab", np.array([-1]), np.array([1]), np.zeros(1, np.int64))),
        ("offsets_of", (b"ab", b"a")),
        ("offsets_of", (b"ab", b"a\n" * 65)),
        ("words_of", (np.array([2 << 32 | 1]), np.array([0]), *np.zeros((3, 1), np.int64))),
        (
            "ngram_words",
            (*np.array([[1], [0]]), np.ones(1, bool), np.array([0, 2]), *np.zeros((3, 1), np.int64), 2),
        ),
        (
            "ngram_words",
            (*np.array([[2], [0]]), np.ones(1, bool), np.array([0, 1]), *np.zeros((3, 1), np.int64), 2),
        ),
        ("breaks_in_lines", (np.array([1]), np.array([0]), np.array([1]), np.zeros(1, np.int64), 2)),
        ("words_of", (np.array([0]), np.array([0]), *np.zeros((3, 1), np.int64))),
        ("repeated_ngrams", (np.array([1]), np.array([1]), np.array([0, 2]), np.zeros(9, np.int64), 0, 1)),
        ("repeated_ngrams", (np.array([-1]), np.array([1]), np.array([0, 1]), np.zeros(9, np.int64), 0, 1)),
        (
            "number_keys",
            (np.arange(1, 10, dtype=np.uint64), *np.zeros((2, 8), np.int64), *np.zeros((2, 9), np.int64), 61, 0),
        ),
        (
            "split_tokens",
            (
                *np.zeros((2, 3), np.uint32),
                *np.array([[1], [3]]),
                np.zeros(3, bool),
                *np.zeros((2, 1), np.int64),
                np.zeros(1, bool),
                False,
            ),
        ),
    ],
)
def test_arrays_that_do_not_fit_are_refused(function: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match=r"each|within|between|word|table"):
        getattr(compiled_core(), function)(*arguments)


def test_a_core_of_another_version_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert compiled._load() is not None
    monkeypatch.setattr(compiled, "INTERFACE", compiled.INTERFACE + 1)
    assert compiled._load() is None


def test_the_core_states_its_version_and_has_all_files() -> None:
    folder = ROOT / "corpuskit/text/quality/c"
    source = (folder / "kernels.c").read_text(encoding="utf-8")
    assert f"#define INTERFACE {compiled.INTERFACE}\n" in source
    assert all(f'#include "{path.name}"' in source for path in folder.glob("*.c") if path.name != "kernels.c")
