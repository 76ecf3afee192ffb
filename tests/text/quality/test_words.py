import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.text.quality.batch_words import TokenBatch, split_tokens
from corpuskit.text.quality.words import TOKENIZER_EXCEPTIONS, is_unspaced, split_token
from tests.support.properties import examples
from tests.support.words import split_words

TOKENS = st.text(st.characters(exclude_categories=("Cs", "Zs", "Zl", "Zp", "Cc")), min_size=1)
MARKED = st.text(st.sampled_from("aB1.,…'’\"()-—/:&$+’sn't%日本ない²"), min_size=1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Plain words here", ["Plain", "words", "here"]),
        ('("Hi!")', ["(", '"', "Hi", "!", '"', ")"]),
        ("Don't we'll cannot it's", ["Do", "n't", "we", "'ll", "can", "not", "it", "'s"]),
        ("don’t she’s", ["do", "n’t", "she", "’s"]),
        ("Mr. Smith, e.g. vs. etc.", ["Mr.", "Smith", ",", "e.g.", "vs.", "etc", "."]),
        ("U.S. NATO. J.", ["U.S.", "NATO", ".", "J."]),
        ("well-known and/or re--do", ["well", "-", "known", "and/or", "re", "--", "do"]),
        ("end.Next wait...what so…", ["end", ".", "Next", "wait", "...", "what", "so", "…"]),
        ("$5 5% 3.5km 1,000 5+5 7am", ["$", "5", "5", "%", "3.5", "km", "1,000", "5", "+", "5", "7", "am"]),
        ("(www.example.org/a?b=1).", ["(", "www.example.org/a?b=1", ")", "."]),
        ("https://example.org/x, y@example.org", ["https://example.org/x", ",", "y@example.org"]),
        ("foo_bar a,b 1:x", ["foo_bar", "a", ",", "b", "1", ":", "x"]),
        ("", []),
    ],
)
def test_words_and_marks(text: str, words: list[str]) -> None:
    assert split_words(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("今天天气好。", ["今天", "天气", "好", "。"]),
        ("カタカナとひらがな漢字 Linuxで", ["カタカナ", "とひらがな", "漢字", "Linux", "で"]),
        ("ສະບາຍດີ", ["ສະ", "ບາຍ", "ດີ"]),
        ("བོད་སྐད་", ["བོད", "་", "སྐད", "་"]),
    ],
)
def test_scripts_without_spaces_are_cut_where_asked(text: str, words: list[str]) -> None:
    assert split_words(text, unspaced=True) == words
    assert len(split_words(text)) < len(words)


def test_asking_for_it_changes_nothing_else() -> None:
    text = "It isn't Москва, l’été or München (see https://example.org/)."
    assert split_words(text, unspaced=True) == split_words(text)


def test_which_languages_write_no_spaces() -> None:
    assert [code for code in ("zh", "zh-TW", "ja", "th", "en", "ko", "vi", "") if is_unspaced(code)] == [
        "zh",
        "zh-TW",
        "ja",
        "th",
    ]


@given(TOKENS | MARKED, st.booleans())
def test_the_words_of_a_token_joined_are_the_token(token: str, unspaced: bool) -> None:
    words = split_token(token, unspaced)
    assert "".join(words) == token
    assert all(words)


@given(st.lists(st.sampled_from(["word", "cannot", "Mr.", "end.", "(a", "b)", "well,", "NATO.", "x:"]), min_size=1))
def test_tokens_are_split_one_by_one(tokens: list[str]) -> None:
    assert split_words(" \n".join(tokens)) == [word for token in tokens for word in split_token(token)]


@pytest.mark.parametrize("token", ["." * 300_000, "a." * 150_000, "(" * 300_000, "-" * 300_000, "a@" * 150_000])
def test_hostile_tokens_take_no_more_time_than_their_length(token: str) -> None:
    assert "".join(split_token(token)) == token


def _split_in_bulk(tokens: list[str], unspaced: bool) -> list[list[str]]:
    encoded = [token.encode("utf-8", "surrogatepass") + b" " for token in tokens]
    ends = np.array(list(map(len, encoded))).cumsum()
    batch = TokenBatch(np.frombuffer(b"".join(encoded), np.uint8), np.concatenate([[0], ends[:-1]]), ends - 1)
    starts, ends = split_tokens(batch, unspaced)
    words: list[list[str]] = [[] for _ in tokens]
    owners = batch.ends.searchsorted(starts)
    for owner, start, end in zip(owners.tolist(), starts.tolist(), ends.tolist(), strict=True):
        words[owner].append(batch.text[start:end])
    return words


SPECIAL_TOKENS = st.sampled_from(sorted(TOKENIZER_EXCEPTIONS))
AROUND = st.text(st.sampled_from("'’\"(.,…—-$+:/sSm"), max_size=3)
NEARLY_SPECIAL = st.builds("{}{}{}".format, AROUND, SPECIAL_TOKENS, AROUND)
UNITS = st.builds(
    "{}{}{}".format, AROUND, st.from_regex(r"[0-9.]{1,3}-?(km|km/h|mbar|m³|C|s|%|\+|€)", fullmatch=True), AROUND
)


@settings(max_examples=examples(400))
@given(st.lists(TOKENS | MARKED | NEARLY_SPECIAL | UNITS, min_size=1), st.booleans())
def test_many_tokens_are_split_as_each_alone(tokens: list[str], unspaced: bool) -> None:
    assert _split_in_bulk(tokens, unspaced) == [split_token(token, unspaced) for token in tokens]


def test_real_tokens_are_split_as_each_alone(shared_data: Path) -> None:
    with gzip.open(shared_data / "extract" / "daniel_news_5lang.gold.jsonl.gz") as lines:
        texts = [json.loads(line)["gold_text"] for line in lines]
    tokens = sorted({token for text in texts for token in text.split()})[::5]
    assert len(tokens) > 5000
    for unspaced in (False, True):
        assert _split_in_bulk(tokens, unspaced) == [split_token(token, unspaced) for token in tokens]
