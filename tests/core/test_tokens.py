"""Token counts: the same on every machine, and never a surprise in scripts without spaces."""

import gzip
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core.errors import UsageError
from corpuskit.core.tokens import (
    BYTE_CLASSES,
    DEFAULT_TOKENIZER,
    counter,
    estimate,
    quarter_bytes,
    token_version,
    words,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        (" \t\n", 0),
        ("one", 1),
        ("two words, or five - really", 6),
        ("naïve café", 2),
        ("non\u00a0breaking\u3000spaces", 3),
        ("Россия и мир", 3),
        ("한국어 문장", 2),
        ("你好，世界。", 4),
        ("日本語のテキスト、です。", 10),
        ("ｶﾞｷﾞ", 2),
        ("GPT的3个版本", 6),
        ("北京abc上海", 5),
        ("กำ", 2),
        ("ที่นี่", 2),
        ("ພາສາ", 4),
        ("ភាសា", 2),
        ("བོད་སྐད་ཡིག", 3),
        ("\U00020000\U0002a6d6", 2),
    ],
)
def test_words(text: str, expected: int) -> None:
    assert words(text) == expected


@given(st.text(st.characters(max_codepoint=0x0DFF, exclude_categories=("Cs",))))
def test_spaced_scripts_are_counted_at_white_space(text: str) -> None:
    assert words(text) == len(text.split())
    # The slow path, which any letter of an unspaced script leads to, agrees with the fast one.
    assert words(text + " 好") == len(text.split()) + 1


@given(st.text("あ漢字。、 ab\n", max_size=30), st.text("あ漢字。、 ab\n", max_size=30))
def test_counting_adds_up_over_lines(first: str, second: str) -> None:
    assert words(first + "\n" + second) == words(first) + words(second)


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_quarter_bytes_rounds_up(text: str) -> None:
    size = len(text.encode())
    assert 0 <= 4 * quarter_bytes(text) - size < 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        (" \t\n", 0),
        ("a", 1),
        ("ten letters", 3),
        ("1234567890", 8),
        ("{}[]()<>;:", 7),
        ("  " * 100, 0),
        ("Größe", 6),
        ("Россия и мир", 6),
        ("漢字と仮名", 5),
        ("한국어", 5),
        ("\U0001f600", 2),
        ("\ud800", 2),
    ],
)
def test_an_estimate_adds_up_the_characters_by_script(text: str, expected: int) -> None:
    assert estimate(text) == expected


@given(st.text(max_size=50), st.text(max_size=50))
def test_an_estimate_adds_up_over_parts(first: str, second: str) -> None:
    assert 0 <= estimate(first) + estimate(second) - estimate(first + "\n" + second) <= 1


@pytest.mark.parametrize("length", [1, 255, 256, 257, 100_000])
def test_an_estimate_of_a_text_of_any_length_adds_up_its_characters(length: int) -> None:
    """Emoji have the greatest weight: 200 hundredths of a token."""
    assert estimate("\U0001f600" * length) == 2 * length


def test_every_first_byte_has_one_weight() -> None:
    members = [byte for _, members, _ in BYTE_CLASSES for byte in members]
    starts = {character.encode()[0] for character in map(chr, [*range(0x21, 0x7F), *range(0x80, 0xD800, 16), 0x1F600])}
    assert len(members) == len(set(members)) and starts <= set(members)
    assert all(0 < weight < 256 for _, _, weight in BYTE_CLASSES)


def test_the_default_is_nearer_to_a_real_tokenizer_than_the_other_ways(shared_data: Path, tmp_path: Path) -> None:
    zipped = shared_data / "tokens" / "gptneox_tokenizer.json.gz"
    (tmp_path / "neox.json").write_bytes(gzip.decompress(zipped.read_bytes()))
    code = "".join(Path(module.__file__ or "").read_text() for module in (gzip, hashlib, json, subprocess))
    texts = {"code": code}
    with gzip.open(shared_data / "lid" / "sentences_75lang.jsonl.gz") as lines:
        for row in map(json.loads, lines):
            if row["lang"] in ("en", "de", "ru", "zh", "ja", "ar", "hi", "ko"):
                texts[row["lang"]] = texts.get(row["lang"], "") + row["text"] + "\n"
    real = {kind: counter(str(tmp_path / "neox.json"))(text) for kind, text in texts.items()}

    def spread(name: str) -> float:
        ratios = [counter(name)(text) / real[kind] for kind, text in texts.items()]
        return max(ratios) / min(ratios)

    assert spread(DEFAULT_TOKENIZER) < 0.8 * min(spread("words"), spread("bytes/4"))


@pytest.fixture
def tokenizer_file(tmp_path: Path) -> Path:
    tokenizer = {
        "version": "1.0",
        "truncation": {"max_length": 2, "strategy": "LongestFirst", "stride": 0, "direction": "Right"},
        "padding": None,
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "a": 1, "b": 2}, "unk_token": "[UNK]"},
    }
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(tokenizer))
    return path


def test_a_tokenizer_file_counts_whole_texts_even_if_it_asks_for_truncation(tokenizer_file: Path) -> None:
    count = counter(str(tokenizer_file))
    assert count("a b, c a") == 5
    assert count("") == 0


def test_the_version_of_a_tokenizer_is_its_digest(tokenizer_file: Path) -> None:
    digest = hashlib.sha256(tokenizer_file.read_bytes()).hexdigest()
    assert token_version(str(tokenizer_file))["tokens:tokenizer.json"] == f"sha256:{digest}"
    assert token_version("words") == {"tokens:words": "1"}
    assert token_version("bytes/4") == {"tokens:bytes/4": "1"}


def test_what_is_no_tokenizer_is_refused_without_telling_its_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"unknown tokenizer `gpt2`: estimate, words, bytes/4 or the path"):
        counter("gpt2")
    with pytest.raises(UsageError, match=r"^none\.json: the tokenizer cannot be read: no such file") as caught:
        counter(str(tmp_path / "none.json"))
    assert str(tmp_path) not in str(caught.value)
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(UsageError, match=r"^bad\.json: not a tokenizer\.json"):
        counter(str(tmp_path / "bad.json"))


def test_the_built_in_counters_import_no_tokenizer_library() -> None:
    code = (
        "import sys; from corpuskit.core.tokens import counter; [counter(name)('a') for name in "
        "('estimate', 'words', 'bytes/4')];"
        "sys.exit('tokenizers' in sys.modules or 'numpy' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
