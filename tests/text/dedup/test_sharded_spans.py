"""Runs of words over shards: any cut of the input into shards gives the documents and drops of one run."""

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.core.document import Document
from corpuskit.core.outcome import Drop
from corpuskit.stages.dedup import Dedup
from corpuskit.text.dedup import span_texts, spooled_spans
from tests.support.dedup import corpus, cut, exactly, in_tasks, prose
from tests.support.properties import examples

PARTS = st.tuples(st.integers(0, 3), st.integers(0, 50), st.integers(1, 40))
TEXTS = st.lists(st.lists(PARTS, max_size=3), min_size=1, max_size=9)
METADATA: list[dict[str, Any]] = [{}, {"tenant": "one"}, {"content_type": "text/x-turns"}]


def text_of(number: int, parts: list[tuple[int, int, int]]) -> str:
    """Words of its own, and slices of texts that others have slices of too, some of them of single characters."""
    words = [f"own{number}"]
    for base, start, size in parts:
        each = range(start, start + size)
        words += [chr(0x4E00 + at) if base == 3 else f"base{base}word{at % 20 if base == 2 else at}" for at in each]
        words.append(f"own{number}n{base}")
    return " ".join(words)


@settings(max_examples=examples(80), deadline=None)
@given(TEXTS, st.lists(st.integers(0, 9), max_size=4), st.sampled_from([8, 9, 20]), st.sampled_from([3, 1000]))
def test_tasks_over_shards_give_what_one_run_gives(
    tmp_path_factory: pytest.TempPathFactory,
    texts: list[list[tuple[int, int, int]]],
    places: list[int],
    least: int,
    rows: int,
) -> None:
    documents = [
        Document(f"d{number}", text_of(number, parts), dict(METADATA[number % 4 % 3]))
        for number, parts in enumerate(texts)
    ]
    step = Dedup(unit="span", min_words=least)
    expected = exactly(step.run(documents))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spooled_spans, "MAX_ROWS", rows)
        patch.setattr(span_texts, "WINDOW_WORDS", 100)
        found = in_tasks(tmp_path_factory.mktemp("tasks"), cut(documents, places), step)
    assert found_hits(found) == found_hits(step.run(documents))
    assert exactly(found) == expected


def found_hits(items: Any) -> list[dict[str, int]]:
    return [dict(item.hits) for item in items if isinstance(item, Document)]


def test_a_drop_names_its_leader_in_another_shard(tmp_path: Path) -> None:
    documents = corpus(f"Before. {prose(1)} After.", prose(2), prose(1))
    *_, last = in_tasks(tmp_path, [[document] for document in documents], Dedup(unit="span"))
    assert isinstance(last, Drop)
    assert last.values == {"of": "d0", "span": [0, len(prose(1))], "removed": 1}


@pytest.mark.parametrize("words", [255, 256, 257, 512, 5000])
def test_long_texts_are_taken_apart_and_found_again(tmp_path: Path, words: int) -> None:
    """A text has several segments, and several blocks, of which none may lose a word at its end."""
    chance = random.Random(words)
    said = [f"w{chance.randrange(10**6)}猫狗" for _ in range(words)]
    documents = corpus(" ".join(said), f"Neu {' '.join(said)} neu", f"{' '.join(said[: words // 2])} neu")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("corpuskit.text.dedup.shingles.BLOCK", 3000)
        patch.setattr(span_texts, "SEGMENTS_AT_ONCE", 3)
        first, second, third = in_tasks(tmp_path, [documents], Dedup(unit="span"))
    assert isinstance(first, Document)
    assert first == documents[0]
    assert [second.text, third.text] == ["Neu neu", " neu".strip()]  # type: ignore[union-attr]


def test_empty_shards_and_texts_are_shards_and_texts(tmp_path: Path) -> None:
    documents = corpus("", "...", prose(1), "", prose(1))
    step = Dedup(unit="span")
    found = in_tasks(tmp_path, [[], documents[:2], [], documents[2:], []], step)
    assert exactly(found) == exactly(step.run(documents))
    assert exactly(in_tasks(tmp_path, [], step)) == []
