"""The compiled code gives a line the languages and probabilities that fastText gives it."""

import gzip
import json
import random
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from corpuskit.text.language_id import model
from corpuskit.text.language_id.identify import identify
from corpuskit.text.language_id.line import as_line
from corpuskit.text.language_id.model import ALL, compiled_predictor, fasttext_predictor, predict
from corpuskit.text.language_id.model_file import compiled_parts, labels, model_file

needs_compiled_code = pytest.mark.skipif(compiled_predictor() is None, reason="the predictor was not built")

TOKENS = (
    "</s>", "</s>a", "__label__", "__label__en", "x__label__", "<", ">", "der", "Der", "the", "harbour", "\u00fc",
    "\u00e9t\u00e9", "\u0432", "\u043f\u043e\u0440\u0442", "\u4e2d\u6587", "\u3042", "\U0001f600", "0", "a" * 70,
    "\x85", "\x1c",
)  # fmt: skip
SPACES = ("", "", " ", " ", "  ", "\t", "\v", "\f", "\r", "\0", "\xa0", "\n")
NUMBERS = ((1, 0.0), (1, 0.5), (4, 0.01), (24, 0.0), (ALL, 0.0), (200, 0.001))
TEXTS = (
    "The harbour office keeps two lists of ships. " * 20 + "Бюро порта ведёт два списка судов. " * 20,
    "LE BUREAU DU PORT TIENT DEUX LISTES DE NAVIRES, ET LA PREMIÈRE EST COURTE.",
    "港務局有兩份船隻名單。" * 9 + "The first names those that lie at anchor. " * 6,
    "Luka vodi dva popisa brodova, a prvi je kratak i piše se svakoga jutra iznova.",
)


def answers(line: str, number: int, least: float) -> list[tuple[float, str]]:
    """Return what is answered, in an order that does not depend on the predictor where probabilities are equal."""
    return sorted(((score, language) for language, score in predict(line, number, least)), reverse=True)


def differing(lines: list[str], monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Return the lines that the compiled code and fastText answer differently, and how many answers were wanted."""
    fasttext = fasttext_predictor()
    wanted = [(line, *numbers) for line in lines for numbers in NUMBERS]
    compiled_answers = [answers(*words) for words in wanted]
    monkeypatch.setattr(model, "_predictor", lambda: fasttext)
    return [words[:2] for words, answer in zip(wanted, compiled_answers, strict=True) if answer != answers(*words)]


@needs_compiled_code
def test_odd_lines_have_the_probabilities_of_fasttext(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(2)
    lines = [
        "".join(chance.choice(TOKENS) + chance.choice(SPACES) for _ in range(chance.randrange(9))) for _ in range(3_000)
    ]
    assert differing(lines, monkeypatch) == []


@needs_compiled_code
def test_sentences_of_all_languages_have_the_probabilities_of_fasttext(
    shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = []
    for path in sorted((shared_data / "lid").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as rows:
            lines += [as_line(json.loads(row)["text"]) for number, row in enumerate(rows) if number % 27 == 0]
    assert len(lines) > 400
    assert differing(lines, monkeypatch) == []


@needs_compiled_code
def test_texts_have_the_same_languages_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = [identify(text) for text in TEXTS]
    fasttext = fasttext_predictor()
    monkeypatch.setattr(model, "_predictor", lambda: fasttext)
    assert compiled == [identify(text) for text in TEXTS]


def test_the_environment_asks_for_fasttext(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORPUSKIT_NO_CORE", "1")
    assert compiled_predictor.__wrapped__() is None


@needs_compiled_code
def test_the_compiled_code_takes_one_model() -> None:
    script = (
        "from corpuskit.text.language_id import _predictor\n"
        "from corpuskit.text.language_id.model_file import compiled_parts, model_file\n"
        "def message(function, *values):\n"
        "    try: function(*values)\n"
        "    except RuntimeError as error: print(error)\n"
        "parts = compiled_parts(model_file().read_bytes())\n"
        "message(_predictor.predict, 'a', 1, 0.0)\n"
        "message(_predictor.load, *parts)\n"
        "message(_predictor.load, *parts)\n"
        "print(_predictor.predict('the harbour', 1, 0.0)[0][0])\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines() == ["no model is loaded", "a model is loaded", "en"]


def test_the_model_knows_176_languages() -> None:
    assert len(set(labels(model_file().read_bytes()))) == 176


@pytest.mark.parametrize("field", [0, 1, 2, 7, 8, 9, 10, 11, 12])
def test_a_model_of_another_kind_is_left_to_fasttext(field: int) -> None:
    content = bytearray(model_file().read_bytes())
    assert compiled_parts(bytes(content)) is not None
    struct.pack_into("<i", content, 4 * field, struct.unpack_from("<i", content, 4 * field)[0] + 1)
    assert compiled_parts(bytes(content)) is None


def test_rows_and_hashes_out_of_bounds_are_left_to_fasttext() -> None:
    content = model_file().read_bytes()
    parts = compiled_parts(content)
    assert parts is not None
    start = content.index(parts.pairs)
    for number, value in ((0, 2_000_000), (0, -1), (1, len(parts.pairs) // 8), (1, -1)):
        changed = bytearray(content)
        struct.pack_into("<i", changed, start + 4 * number, value)
        assert compiled_parts(bytes(changed)) is None, (number, value)


def test_a_model_that_is_longer_or_has_other_codes_is_left_to_fasttext() -> None:
    content = model_file().read_bytes()
    parts = compiled_parts(content)
    assert parts is not None
    assert compiled_parts(content + b"\0") is None
    assert compiled_parts(content[:-1]) is None
    behind_pairs = content.index(parts.pairs) + len(parts.pairs)
    for position in (behind_pairs, behind_pairs + 1, content.index(parts.centroids) - 4):
        changed = bytearray(content)
        changed[position] ^= 1
        assert compiled_parts(bytes(changed)) is None, position
