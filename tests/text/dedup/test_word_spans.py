"""Spans: whatever was said before goes, however it is cut, and whoever said it first keeps it."""

import random
import time
from collections.abc import Sequence
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.core.document import Document
from corpuskit.core.outcome import Drop, Item
from corpuskit.stages.dedup import Dedup
from corpuskit.text.dedup.shingles import unit_bounds, words_of
from corpuskit.text.dedup.spooled_spans import SpanDedup
from corpuskit.text.dedup.winnowing import fingerprints, gram_hashes
from tests.support.properties import examples

WORDS = [f"{first}{second}{number}" for first in "bdfgklmnprst" for second in "aeiou" for number in range(40)]


def prose(chance: random.Random, words: int) -> str:
    """Words that hardly ever stand in this order again, in sentences and paragraphs."""
    parts = chance.choices(WORDS, k=words)
    return " ".join(word + chance.choice(["", "", "", "", ",", ".", ".\n\n"]) for word in parts)


def run(texts: Sequence[str], words: int = 50, **metadata: object) -> list[Item]:
    documents = [Document(f"d{number}", text, dict(metadata)) for number, text in enumerate(texts)]
    return list(Dedup(unit="span", min_words=words).run(documents))


def words_in(item: Item) -> list[str]:
    text = item.document.text if isinstance(item, Drop) else item.text  # type: ignore[union-attr]
    return [] if isinstance(item, Drop) else text.replace(",", " ").replace(".", " ").split()


@pytest.mark.parametrize("least", [8, 20, 50, 51])
def test_every_planted_copy_goes_and_nothing_else(least: int) -> None:
    chance = random.Random(least)
    for _ in range(40):
        plant = prose(chance, least + chance.randrange(30))
        texts = [prose(chance, chance.randrange(400)) for _ in range(4)]
        first, second = sorted(chance.sample(range(4), 2))
        clean = [words_in(item) for item in run(texts, least)]
        for number in (first, second):
            texts[number] = f"{texts[number]} {plant.replace('.', chance.choice('.,;'))} {prose(chance, 30)}"
        found = run(texts, least)
        assert len(words_in(found[first])) == len(clean[first]) + len(plant.split()) + 30
        assert " ".join(plant.replace(",", " ").replace(".", " ").split()) not in " ".join(words_in(found[second]))
        # A word that stands on both sides of a copy by chance goes with it.
        assert abs(len(words_in(found[second])) - len(clean[second]) - 30) <= 1
        assert [words_in(found[number]) for number in range(4) if number not in (first, second)] == [
            clean[number] for number in range(4) if number not in (first, second)
        ]


SLICES = st.lists(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 50), st.integers(1, 40)),
        min_size=1,
        max_size=3,
        unique_by=lambda part: part[0],
    ),
    min_size=2,
    max_size=9,
)


@given(SLICES, st.sampled_from([8, 9, 20]))
@settings(max_examples=examples(150), deadline=None)
def test_all_goes_that_any_earlier_text_has_in_full(slices: list[list[tuple[int, int, int]]], least: int) -> None:
    """Whatever part of a run the first text with a fingerprint has, a text in between may have all of it."""
    texts = []
    for number, parts in enumerate(slices):
        words: list[str] = []
        for base, start, size in parts:
            words += [f"own{number}n{base}", *(f"base{base}word{at}" for at in range(start, start + size))]
        texts.append(words)
    said: set[tuple[str, ...]] = set()
    for item, words in zip(run([" ".join(words) for words in texts], least), texts, strict=True):
        runs = [tuple(words[at : at + least]) for at in range(len(words) - least + 1)]
        goes = {at + offset for at, each in enumerate(runs) if each in said for offset in range(least)}
        assert words_in(item) == [word for at, word in enumerate(words) if at not in goes]
        said |= set(runs)


@pytest.mark.parametrize("part", [1, 25, 40, 49])
def test_the_first_to_say_a_part_hides_nothing(part: int) -> None:
    chance = random.Random(part)
    for _ in range(20):
        said = chance.sample(WORDS, 50)
        start = chance.randrange(51 - part)
        a_part = " ".join(said[start : start + part])
        texts = [f"{prose(chance, 40)} {each} {prose(chance, 40)}" for each in (a_part, " ".join(said), " ".join(said))]
        *_, last = run(texts)
        assert " ".join(said) not in " ".join(words_in(last))


@pytest.mark.parametrize("pattern", ["a", "a b", "a a a b b b a b"])
def test_a_text_of_few_words_takes_no_longer_than_another(pattern: str) -> None:
    words = (pattern.split() * 100_000)[:100_000]
    begin = time.process_time()
    run([" ".join(words), " ".join(words[1:])])
    assert time.process_time() - begin < 5


def test_copies_are_found_across_cuts_cases_and_signs() -> None:
    chance = random.Random(7)
    said = " ".join(chance.choices(WORDS, k=80))
    other = "\n".join(word.upper() + "!" for word in said.split())
    first, second = run([f"Before. {said} After.", f"Here it is: {other} And on it goes."])
    assert words_in(first)[0] == "Before"
    assert second.text == "Here it is: And on it goes."  # type: ignore[union-attr]
    assert second.hits == {"duplicate-spans": 1}  # type: ignore[union-attr]


def test_a_document_of_nothing_new_is_dropped_and_its_leader_named() -> None:
    chance = random.Random(8)
    said = prose(chance, 90)
    _, drop = run([f"Before. {said}", f" {said} "])
    assert isinstance(drop, Drop)
    assert drop.reason == "duplicate-spans"
    assert drop.values["of"] == "d0"
    assert drop.values["removed"] == 1
    start, end = drop.values["span"]
    assert f" {said} "[start:end] == said.strip(" .,\n")


def test_runs_of_several_leaders_are_taken_out_together() -> None:
    chance = random.Random(9)
    one, two = prose(chance, 60), prose(chance, 70)
    *_, last = run([one, two, f"Start here. {one} {two} Stop here."])
    assert " ".join(words_in(last)) == "Start here Stop here"


@pytest.mark.parametrize("period", [1, 3, 49, 50, 60, 200])
def test_a_text_that_repeats_itself_keeps_the_first_time(period: int) -> None:
    chance = random.Random(period)
    once = chance.choices(WORDS, k=period) if period > 1 else ["very"]
    (item,) = run([" ".join(once * (600 // period))])
    kept = words_in(item)
    assert kept[:period] == once
    assert len(kept) < 150 + period


@pytest.mark.parametrize("count", [79, 80, 81, 200])
def test_characters_of_chinese_weigh_less_than_words(count: int) -> None:
    chance = random.Random(1)
    said = "".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(count))
    _, second = run([f"早 {said} 晚", f"上 {said} 下"])
    assert (said not in second.text) is (count >= 80)  # type: ignore[union-attr]


def test_tenants_and_conversations_are_left_alone() -> None:
    said = prose(random.Random(2), 100)
    documents = [
        Document("a", said, {"tenant": "one"}),
        Document("b", said, {"tenant": "two"}),
        Document("c", said),
        Document("d", f"<|user|>\n{said}", {"content_type": "text/x-turns"}),
    ]
    assert list(Dedup(unit="span").run(documents)) == documents
    *_, last = Dedup(unit="span").run([*documents, Document("e", said, {"tenant": "two"})])
    assert isinstance(last, Drop)
    assert last.values["of"] == "b"


def test_the_verdicts_are_the_same_in_little_memory() -> None:
    chance = random.Random(3)
    stock = [prose(chance, 60) for _ in range(20)]
    texts = [f"{prose(chance, 90)} {chance.choice(stock)} {prose(chance, 20)}" for _ in range(900)]
    documents = [Document(f"d{number}", text) for number, text in enumerate(texts)]
    whole = list(Dedup(unit="span").run(documents))
    with closing(SpanDedup(Dedup(unit="span", memory="1MB").parameters())) as spans:
        spans._max_rows = 500
        assert list(spans.run(documents)) == whole


def test_a_second_pass_changes_nothing() -> None:
    chance = random.Random(4)
    stock = [prose(chance, 60) for _ in range(9)]
    texts = [f"{prose(chance, 60)} {chance.choice(stock)} {prose(chance, 60)}" for _ in range(60)]
    once = [item for item in run(texts) if not isinstance(item, Drop)]
    assert list(Dedup(unit="span").run(once)) == once  # type: ignore[arg-type]


@pytest.mark.parametrize("parts", [2, 5, 20])
@pytest.mark.parametrize("letters", [range(0x4E00, 0x9FA5), range(0x0E01, 0x0E2F), range(0x3041, 0x3097)])
def test_parts_of_a_run_of_characters_hide_nothing_from_two_that_have_it_whole(parts: int, letters: range) -> None:
    """80 characters are 50 words: texts with any 50 of them in a row are not the first to say the run."""
    chance = random.Random(parts)
    for _ in range(12):
        said = "".join(map(chr, chance.choices(letters, k=80)))
        cuts = [chance.randrange(1, 30) for _ in range(parts)]
        some = [said[cut:] if chance.randrange(2) else said[:-cut] for cut in cuts]
        *_, last = run([*(f"own{number} {part}" for number, part in enumerate(some)), f"one {said}", f"two {said}"])
        assert words_in(last) == ["two"]


COMPOSED = "か\u3099は\u309aဥ\u102ee\u0301=\u0338\u1100\u1161\u11a8İΣςﬁ㍿Ⅻ a1.猫"
"""Characters that become others together with those before them, or several of their own, and some that do not."""


@given(st.text(st.characters(codec="utf-8") | st.sampled_from(COMPOSED), max_size=60))
@settings(max_examples=examples(200))
def test_each_unit_is_made_of_the_characters_where_it_is_said_to_be(text: str) -> None:
    hashes, _ = words_of(text)
    starts, ends = unit_bounds(text)
    assert len(starts) == len(ends) == len(hashes)
    for start, end, number in zip(starts.tolist(), ends.tolist(), hashes.tolist(), strict=True):
        assert number in words_of(text[start:end])[0].tolist()


@pytest.mark.parametrize("said", ["か\u3099", "ဥ\u102e", "=\u0338", "ﬁ", "e\u0301", "\u1100\u1161"])
def test_repeats_go_from_texts_whose_characters_join(said: str) -> None:
    text = " ".join(f"word{number}" for number in range(60))
    _, second = run([f"{said} {text}", f"{said} mine {text} {said}"])
    assert second.text == f"{said} mine {said}"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        ("SUM(A1<", "11", "SUM(A1 11"),
        ("one", "two", "one two"),
        ("one (", ") two", "one two"),
        ("猫", "犬", "猫犬"),
        ("猫", "two", "猫two"),
    ],
)
def test_words_that_stood_apart_are_not_joined(before: str, after: str, left: str) -> None:
    said = "+".join(WORDS[:60])
    _, second = run([said, f"{before}+{said}+{after}"])
    assert second.text == left  # type: ignore[union-attr]


def test_texts_too_short_for_any_run_are_kept_whole() -> None:
    """All have the same fingerprint, but none has a run of that length around it."""
    said = " ".join(chr(0x4E00 + number) for number in range(19))
    texts = [f"own{number} {said}" for number in range(3)]
    assert [item.text for item in run(texts, 20)] == texts  # type: ignore[union-attr]


CHARACTERS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40), st.integers(1, 60)), min_size=1, max_size=3)


@given(st.lists(CHARACTERS, min_size=2, max_size=8), st.sampled_from([8, 9, 20]))
@settings(max_examples=examples(150), deadline=None)
def test_runs_of_characters_and_words_go_by_what_they_weigh(
    slices: list[list[tuple[int, int, int]]], least: int
) -> None:
    """A first text with all of a run but a little hides nothing from two later ones that have it in full."""
    said: set[tuple[str, ...]] = set()
    texts = []
    for number, parts in enumerate(slices):
        units: list[str] = []
        for base, start, size in parts:
            characters = (chr(0x4E00 + 100 * base + at) for at in range(start, start + size))
            units += [
                f"own{number}n{base}",
                *(f"b{ord(unit)}" if base == 2 and ord(unit) % 3 else unit for unit in characters),
            ]
        texts.append(units)
    for item, units in zip(run([" ".join(units) for units in texts], least), texts, strict=True):
        weights = [5 if len(unit) == 1 else 8 for unit in units]
        ends = [
            next((end for end in range(at, len(units) + 1) if sum(weights[at:end]) >= 8 * least), None)
            for at in range(len(units))
        ]
        runs = {at: tuple(units[at:end]) for at, end in enumerate(ends) if end is not None}
        goes = {at + offset for at, each in runs.items() if each in said for offset in range(len(each))}
        # A unit within the document may stand twice in it; only those that earlier documents have are asked for.
        if len(set(runs.values())) == len(runs):
            assert words_in(item) == [unit for at, unit in enumerate(units) if at not in goes]
        said |= set(runs.values())


@given(st.lists(st.integers(0, 3), max_size=120), st.integers(1, 6), st.integers(1, 6))
def test_every_window_has_a_fingerprint_that_depends_on_it_alone(words: list[int], gram: int, window: int) -> None:
    import numpy as np

    hashes = np.array(words, np.uint64)
    chosen, values = fingerprints(hashes, gram, window)
    for start in range(len(words) - window - gram + 2):
        inside = [number for number in chosen.tolist() if start <= number < start + window]
        assert inside
        part, part_values = fingerprints(hashes[start : start + window + gram - 1], gram, window)
        assert int(part[-1]) + start in inside
        assert part_values[-1] in values


@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 3), min_size=1, max_size=120), st.integers(1, 40))
def test_the_least_of_windows_is_what_looking_at_each_of_them_gives(hashes: list[int], window: int) -> None:
    import numpy as np

    chosen, values = fingerprints(np.array(hashes, np.uint64), 1, window)
    each_hash = gram_hashes(np.array(hashes, np.uint64), 1).tolist()
    expected = set()
    for start in range(len(hashes) - window + 1):
        inside = each_hash[start : start + window]
        expected.add(start + window - 1 - inside[::-1].index(min(inside)))
    assert chosen.tolist() == sorted(expected)
    assert values.tolist() == [each_hash[at] for at in sorted(expected)]
