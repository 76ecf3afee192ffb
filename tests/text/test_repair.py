"""Repair: each kind of damage, what must stay as it is, and ftfy's own cases; what is not suspected needs no repair."""

import gzip
import json
import random
import time
from collections import Counter
from pathlib import Path

import pytest
from ftfy import fix_text
from ftfy.badness import is_bad
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.text.repair import DEFAULT_KINDS, KINDS, SUSPECT, repaired

DAMAGED = [
    ("encoding", "Ã¼ber SpaÃŸ", "über Spaß"),
    ("encoding", "РїСЂРёРІРµС‚", "привет"),
    ("encoding", "caf√© na√Øve", "café naïve"),
    ("encoding", "the â€œendâ€\u009d", "the “end”"),
    ("controls", "a\x00b\x1b[31mc\x1b[0m\x7f\ufffe", "abc"),
    ("controls", "\x1b]0;title\x07a\x1b]8;;https://x.example\x1b\\b\x1b[?25lc\x1b[38:5:1md", "abcd"),
    ("controls", "a\x1cb\x1dc\x1ed\x1fe", "a b c d e"),
    ("invisible", "in\u00advisi\u200bble\ufeff\u2060\U000e0041", "invisible"),
    ("line-ends", "a\r\nb\rc\x0cd\u2028e\u2029f\x0bg", "a\nb\nc\nd\ne\nf\ng"),
    ("spaces", "a\u2003b \nc\t\n\n\n\n\n\nd  ", "a b\nc\n\n\nd"),
    ("normal-form", "e\u0301te\u0301", "été"),
    ("normal-form", "神 e\u0301\ufa19\u2329e\u0301\u232a \u212b", "神 é\ufa19\u2329é\u232a Å"),
    ("lossy-encoding", "voilÃ le travail", "voilà le travail"),
    ("lossy-encoding", "fooÃ bar", "fooà bar"),
    ("spaces", "a  \n\nb   \nc  ", "a\n\nb\nc"),
    ("entities", "a &amp;#38;amp;AMP;lt; b", "a < b"),
    ("entities", "a &amp; b &eacute;", "a & b é"),
    ("ligatures", "ﬁne oﬃce", "fine office"),
    ("width", "ＡＢＣ１２３", "ABC123"),
    ("quotes", "“a” and ‘b’", "\"a\" and 'b'"),
]


@pytest.mark.parametrize(("kind", "damaged", "whole"), DAMAGED)
def test_each_kind_is_undone_counted_and_left_alone_unless_asked_for(kind: str, damaged: str, whole: str) -> None:
    text, counts = repaired(damaged, [kind])
    assert text == whole and counts[kind] >= 1 and set(counts) == {kind}
    others = [name for name in KINDS if name != kind and name != "controls"]
    assert repaired(whole, {*DEFAULT_KINDS, kind}) == (whole, Counter()), "what is whole stays"
    assert kind not in repaired(damaged, others)[1]


@pytest.mark.parametrize(
    "text",
    [
        "«Где?» — спросил он… №5, 10°, § 3",
        "Żółć, ąęść, ŁÓDŹ, Příliš žluťoučký kůň, İstanbul'da ığdır, Đặng Ước ăn quả ổi",
        "œuvre, cœur, Âge, SÃO PAULO, À bientôt, ñandú, MARQUÉ… 4288×…",
        "1 000 €, 5 %, “a—b”, 10 °C, ±5 µm, ½ cup ®, © 2020 ™",
        "می\u200cخواهم क्\u200dष 👩\u200d👩\u200d👧 \u200fعربي\u200e",
        "ภาษา\u200bไทย ខ្មែរ\u200bភាសា",
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "全角　スペース、ＡＢＣ。",
        "<b>AT&amp;T</b> &copy; 2020",
        "x = [\n    1,\n\n\n    2,\n]\n\tindented",
        "10\u00a0km, «\u202foui\u202f»",
        "Ã is a letter; foo Ã bar, fooÃ bar, Â x",
        "\ufa19\u793e \uf900 \u2329x\u232a \U0002f800",
        "A line that breaks  \nand goes on  \n  indented.",
    ],
)
def test_what_somebody_meant_stays(text: str) -> None:
    assert repaired(text, DEFAULT_KINDS) == (text, Counter())


def test_a_zero_width_space_among_latin_letters_goes_though_thai_ones_stay() -> None:
    assert repaired("a\u200bb ภาษา\u200bไทย\u200b", DEFAULT_KINDS)[0] == "ab ภาษา\u200bไทย"


@given(st.text(max_size=200))
def test_a_second_repair_changes_nothing(text: str) -> None:
    for kinds in (DEFAULT_KINDS, KINDS):
        once = repaired(text, kinds)[0]
        assert repaired(once, kinds)[0] == once


@given(st.text(st.sampled_from("abÂÃâ€œ™éœŒ\x80\x85\x9d\xa0 \r\n\t¡°ÐŸžвЂ”\u200b\u0301&;"), max_size=60))
def test_a_second_repair_of_likely_damage_changes_nothing(text: str) -> None:
    once = repaired(text, DEFAULT_KINDS)[0]
    assert repaired(once, DEFAULT_KINDS)[0] == once


def test_a_lost_space_is_restored_where_the_line_is_mojibake_anyway() -> None:
    damaged = "com especial atenÃ§Ã£o Ã s crianÃ§as\nÃ is a letter"
    assert repaired(damaged, DEFAULT_KINDS)[0] == "com especial atenção às crianças\nÃ is a letter"


@pytest.mark.parametrize(
    "unit", ["amp;", "#38;", "#x26;amp;", "&amp;", "Ã ", "\x1b]0;", "\x1b[", "  \n", " ", "\uf900e\u0301"]
)
def test_time_is_linear(unit: str) -> None:
    def seconds(size: int) -> float:
        before = time.process_time()
        repaired("&" + unit * (size // len(unit)) + "x", KINDS)
        return time.process_time() - before

    assert seconds(400_000) < 3 * seconds(200_000) + 0.5


def test_words_on_other_lines_are_not_touched() -> None:
    text = "Straße bleibt.\n" * 50 + "donâ€™t\n" + "Größe auch.\n"
    assert repaired(text, DEFAULT_KINDS)[0] == text.replace("â€™", "’")


ENCODINGS = ("latin-1", "cp1252", "cp1251", "mac-roman", "cp437", "iso-8859-2", "cp1253", "cp1257", "cp1250", "cp1254")


def test_all_that_ftfy_holds_for_mojibake_is_suspected(shared_data: Path) -> None:
    choice = random.Random(3)
    with gzip.open(shared_data / "lid" / "sentences_75lang.jsonl.gz") as stream:
        texts = [json.loads(line)["text"] for line in stream][::5]
    bad = 0
    for text in texts:
        for damaged in (text, text.encode().decode(choice.choice(ENCODINGS), "replace")):
            if is_bad(damaged):
                bad += 1
                assert SUSPECT.search(damaged), damaged
    assert bad > len(texts) / 3


def test_ftfys_own_cases(shared_data: Path) -> None:
    with gzip.open(shared_data / "repair" / "ftfy_cases.jsonl.gz") as stream:
        cases = [json.loads(line) for line in stream]
    assert len(cases) == 95
    for case in cases:
        text = repaired(case["original"], [kind for kind in KINDS if kind != "spaces"])[0]
        assert text == (case["fixed"] if case["expect"] == "pass" else fix_text(case["original"])), case["label"]
    kept = [case for case in cases if case["set"] == "negative" and "\x85" not in case["original"]]
    assert len(kept) == 21
    assert all(repaired(case["original"], DEFAULT_KINDS)[0] == case["original"] for case in kept)
