"""Features do not depend on their company, a model tells two sets apart, and files that lie are refused."""

import hashlib
import json
import random
import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from corpuskit.core.errors import CorpuskitError, DamagedError, UsageError
from corpuskit.text.quality_model import samples
from corpuskit.text.quality_model.fasttext_file import FastTextScorer
from corpuskit.text.quality_model.features import BUCKETS, features_of
from corpuskit.text.quality_model.linear import Linear, area_under_curve, learn, learn_calibrated
from corpuskit.text.quality_model.model_file import QualityModel, read_model
from corpuskit.text.quality_model.samples import TextSampler
from corpuskit.text.quality_model.scorer import open_scorer

GOOD_WORDS = ["harbour", "light", "mole", "tide", "keeper", "lantern", "stone", "anchor"]
BAD_WORDS = ["cheap", "click", "winner", "prize", "casino", "loan", "instant", "bonus"]
COMMON_WORDS = ["the", "a", "of", "and", "is", "it", "was", "to", "in", "on"]


def made_up_texts(words: list[str], seed: int, count: int = 300) -> list[str]:
    choice = random.Random(seed)
    return [
        " ".join(choice.choice([*words, *COMMON_WORDS * 3]) for _ in range(choice.randrange(4, 40)))
        for _ in range(count)
    ]


@cache
def model() -> QualityModel:
    texts = made_up_texts(GOOD_WORDS, 1) + made_up_texts(BAD_WORDS, 2)
    return QualityModel(learn(features_of(texts), np.arange(600) < 300), 300, 300, 0.9, "public")


def of_one(text: str) -> list[int]:
    return features_of([text]).buckets.tolist()


def test_the_features_of_a_text_do_not_depend_on_its_company() -> None:
    texts = ["", "one", "Two words", "…", "three more words", "港は南に", "It’s fine", "  \n", "a" * 10_000, "é x"]
    features = features_of(texts)
    assert features.buckets.tolist() == [bucket for text in texts for bucket in of_one(text)]
    assert features.counts.tolist() == [0, 1, 3, 0, 5, 7, 3, 0, 1, 3]
    assert features_of([]).counts.tolist() == []


def test_words_are_the_same_in_any_case_and_among_any_letters() -> None:
    assert of_one("GOOD, good-tea!") == of_one("good good tea")
    assert of_one("good tea") != of_one("tea good")
    assert of_one("it's") == of_one("It’s") != of_one("its")
    assert of_one("good tea é")[:3] == of_one("good tea x")[:3], "ASCII words next to others are read alike"
    assert of_one("\ud800 tea".encode("utf-8", "replace").decode()) == of_one("tea")


def test_a_model_tells_two_sets_apart_and_shuffled_ones_not() -> None:
    linear = model().linear
    good, bad = (
        linear.scores(features_of(made_up_texts(words, seed))) for words, seed in ((GOOD_WORDS, 3), (BAD_WORDS, 4))
    )
    assert area_under_curve(good, bad) > 0.98
    same = learn(features_of(made_up_texts(GOOD_WORDS, 1) + made_up_texts(GOOD_WORDS, 2)), np.arange(600) < 300)
    fresh = [same.scores(features_of(made_up_texts(GOOD_WORDS, seed, 1000))) for seed in (3, 4)]
    assert 0.46 < area_under_curve(*fresh) < 0.54


def test_a_text_gets_the_same_score_in_any_batch_and_none_without_words() -> None:
    linear = model().linear
    texts = ["", *made_up_texts(GOOD_WORDS, 5, 50), "!!!", *made_up_texts(BAD_WORDS, 6, 50)]
    together = linear.scores(features_of(texts)).tolist()
    assert together == [linear.scores(features_of([text]))[0] for text in texts]
    assert together[0] == together[51] == 0
    assert all(0 <= score <= 1 and score == round(score, 6) for score in together)


def test_calibration_keeps_the_order_and_does_not_lean_to_the_larger_set() -> None:
    texts = made_up_texts(GOOD_WORDS[:4] + BAD_WORDS, 1, 2000) + made_up_texts(GOOD_WORDS + BAD_WORDS[:4], 2, 200)
    is_good = np.arange(2200) < 2000
    features = features_of(texts)
    plain, calibrated = learn(features, is_good), learn_calibrated(features, is_good, np.arange(2200) % 4 == 0)
    fresh = features_of(
        made_up_texts(GOOD_WORDS[:4] + BAD_WORDS, 3, 500) + made_up_texts(GOOD_WORDS + BAD_WORDS[:4], 4, 500)
    )
    assert (
        np.argsort(plain.logits(fresh), kind="stable").tolist()
        == np.argsort(calibrated.logits(fresh), kind="stable").tolist()
    )

    def imbalance(linear: Linear) -> float:
        scores = linear.scores(fresh)
        return abs(float((scores[:500] < 0.5).mean()) - float((scores[500:] >= 0.5).mean()))

    assert imbalance(calibrated) < imbalance(plain)
    assert imbalance(calibrated) < 0.1


def test_the_area_counts_ties_half() -> None:
    scores = np.array([0.1, 0.2, 0.2, 0.5]), np.array([0.2, 0.2, 0.1])
    by_hand = sum((a > b) + (a == b) / 2 for a in scores[0] for b in scores[1]) / 12
    assert area_under_curve(*scores) == pytest.approx(by_hand)


def test_a_sample_does_not_depend_on_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "MOST_FEATURES", 500)
    texts = made_up_texts(GOOD_WORDS, 7, 200)
    drawn = []
    for seed in range(3):
        random.Random(seed).shuffle(texts)
        sample = TextSampler()
        for text in [*texts, texts[0]]:
            sample.add(text)
        result = sample.finish()
        assert sample.texts == 201 == len(result.hashes) + sample.copies + sample.left_out
        assert len(result.features.buckets) <= 500
        drawn.append((result.hashes.tolist(), result.features.buckets.tolist(), result.lengths.tolist()))
    assert drawn[0] == drawn[1] == drawn[2]


def test_the_file_gives_the_model_back(tmp_path: Path) -> None:
    before = model()
    path = tmp_path / "m"
    path.write_bytes(before.as_bytes())
    after = read_model(path)
    assert after.as_bytes() == before.as_bytes()
    assert path.stat().st_size < 1_000_000
    texts = features_of(made_up_texts(GOOD_WORDS, 8))
    assert after.linear.scores(texts).tolist() == before.linear.scores(texts).tolist()


def forged(change: Callable[[dict[str, object]], object], weights: int = 2 * BUCKETS) -> bytes:
    """A file with a right digest and another header."""
    _, _, content = model().as_bytes().split(b"\n", 2)
    line, _, rest = content.partition(b"\n")
    header = json.loads(line)
    change(header)
    content = json.dumps(header).encode() + b"\n" + rest[:weights]
    return b"corpuskit-quality-model 1\n" + hashlib.sha256(content).hexdigest().encode() + b"\n" + content


DAMAGED = {
    "cut": model().as_bytes()[:-1],
    "cut header": model().as_bytes()[:80],
    "nothing but its name": b"corpuskit-quality-model 1\n",
    "one bit": bytes(byte ^ (index == 300_000) for index, byte in enumerate(model().as_bytes())),
    "more after it": model().as_bytes() + b"\n",
    "huge": model().as_bytes() + bytes(1 << 20),
    "no header": forged(lambda header: header.clear()),
    "few weights": forged(lambda header: None, 100),
    "infinite": forged(lambda header: header.update(bias=float("inf"))),
    "no number": forged(lambda header: header.update(scale=float("nan"))),
    "huge scale": forged(lambda header: header.update(scale=1e300)),
    "huge integer": forged(lambda header: header.update(bias=10**400)),
    "true": forged(lambda header: header.update(auc=True)),
    "text": forged(lambda header: header.update(scale="1")),
    "list": forged(lambda header: header.update(texts=[1])),
    "other features": forged(lambda header: header.update(features="other/1")),
    "one key more": forged(lambda header: header.update(code="x")),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_or_forged_model_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "m.model"
    path.write_bytes(DAMAGED[name])
    with pytest.raises(DamagedError, match=r"the quality model 'm.model' is damaged: ") as caught:
        open_scorer(path)
    assert "\n" not in str(caught.value)


OTHERS = {
    "empty": b"",
    "text": b'{"id": "1", "text": "hello"}\n',
    "pickle": b"\x80\x04\x95",
    "image": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "later version": b"corpuskit-quality-model 2\n" + bytes(100),
}


@pytest.mark.parametrize("name", OTHERS)
def test_another_kind_of_file_is_no_model(name: str, tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(OTHERS[name])
    with pytest.raises(UsageError, match=r"is no quality model|another version"):
        open_scorer(tmp_path / "m")


def test_folders_pipes_and_missing_files_are_no_models(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    for name in ("missing", "pipe", "."):
        with pytest.raises(UsageError, match="cannot read the model"):
            open_scorer(tmp_path / name)


def fasttext_file(
    words: list[str] = ["good", "bad"],  # noqa: B006
    labels: list[str] = ["hq", "cc"],  # noqa: B006
    width: int = 2,
    buckets: int = 0,
    grams: int = 1,
    **changed: int,
) -> bytes:
    """A small classifier as fastText writes it, written after the format's description: `good` speaks for hq."""
    options = [width, 5, 5, 1, 5, grams, 3, changed.get("kind", 3), buckets, 0, 0, 100]
    parts = [struct.pack("<2i12id", 793712314, changed.get("version", 12), *options, 1e-4)]
    entries = len(words) + len(labels)
    parts.append(struct.pack("<3i2q", entries, changed.get("word_count", len(words)), len(labels), 10, -1))
    for index, word in enumerate([*words, *(f"__label__{label}" for label in labels)]):
        parts.append(word.encode() + b"\0" + struct.pack("<qb", changed.get("count", 5), index >= len(words)))
    rows = changed.get("rows", len(words) + buckets)
    parts.append(struct.pack("<?2q", False, rows, width))
    inputs = np.zeros((len(words) + buckets, width), "<f4")
    inputs[:2] = [[4, 0], [0, 4]]
    parts.append(inputs.tobytes())
    parts.append(struct.pack("<?2q", False, changed.get("output_rows", len(labels)), width))
    parts.append(np.eye(len(labels), width, dtype="<f4").tobytes())
    return b"".join(parts)


def test_a_classifier_of_fasttext_is_asked_for_its_good_label(tmp_path: Path) -> None:
    path = tmp_path / "m.bin"
    path.write_bytes(fasttext_file())
    scorer = open_scorer(path)
    good, bad, neither, empty = scorer.scores(["good\ngood", "bad", "x", "  "])
    assert good > 0.95 and bad < 0.05 and empty == 0
    assert 0 <= neither <= 1
    assert open_scorer(path, "cc").scores(["bad"])[0] == pytest.approx(1 - bad, abs=1e-4)
    assert "label hq" in scorer.version()


def test_a_label_that_is_not_there_or_not_named_is_told(tmp_path: Path) -> None:
    (tmp_path / "m.bin").write_bytes(fasttext_file())
    with pytest.raises(UsageError, match=r"no label 'cd'; 'm.bin' has hq, cc"):
        open_scorer(tmp_path / "m.bin", "cd")
    (tmp_path / "m.bin").write_bytes(fasttext_file(labels=["news", "shop"]))
    with pytest.raises(UsageError, match=r"name the label of good text; 'm.bin' has news, shop"):
        open_scorer(tmp_path / "m.bin")
    (tmp_path / "ours").write_bytes(model().as_bytes())
    with pytest.raises(UsageError, match="has no labels to name"):
        open_scorer(tmp_path / "ours", "hq")


FORGED = {
    "unsupervised": fasttext_file(kind=2),
    "old version": fasttext_file(version=11),
    "words that are labels": fasttext_file(word_count=3),
    "rows that are not there": fasttext_file(rows=1 << 40),
    "few rows": fasttext_file(rows=1),
    "output rows": fasttext_file(output_rows=1),
    "negative count": fasttext_file(count=-1),
    "pairs without buckets": fasttext_file(grams=2),
    "buckets without rows": fasttext_file()[:40] + struct.pack("<i", 1 << 30) + fasttext_file()[44:],
    "wide": fasttext_file()[:8] + struct.pack("<i", 1 << 30) + fasttext_file()[12:],
    "more after it": fasttext_file() + b"x",
    "magic alone": struct.pack("<i", 793712314),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_classifier_is_refused_before_the_library_reads_it(name: str, tmp_path: Path) -> None:
    (tmp_path / "m.bin").write_bytes(FORGED[name])
    with pytest.raises(DamagedError, match=r"the fastText model 'm.bin' is damaged"):
        FastTextScorer(tmp_path / "m.bin", None)


def test_no_cut_of_a_classifier_is_read(tmp_path: Path) -> None:
    whole = fasttext_file(buckets=3, grams=2)
    (tmp_path / "whole.bin").write_bytes(whole)
    FastTextScorer(tmp_path / "whole.bin", None)
    for size in range(4, len(whole)):
        (tmp_path / "m.bin").write_bytes(whole[:size])
        with pytest.raises(DamagedError):
            FastTextScorer(tmp_path / "m.bin", None)


def test_random_changes_end_in_a_model_or_in_one_line(tmp_path: Path) -> None:
    choice, whole = random.Random(11), fasttext_file(buckets=3, grams=2)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(choice.randrange(1, 4)):
            data[choice.randrange(4, len(data))] = choice.randrange(256)
        (tmp_path / "m.bin").write_bytes(data)
        try:
            FastTextScorer(tmp_path / "m.bin", None).scores(["good bad", "x"])
        except CorpuskitError as error:
            assert "\n" not in str(error)


def test_the_compressed_model_of_languages_is_read_whole() -> None:
    from corpuskit.text.language_id.model_file import model_file

    scorer = FastTextScorer(model_file(), "fr")
    french, english = scorer.scores(["Le port est ouvert au sud.", "The harbour lies open to the south."])
    assert french > 0.9 and english < 0.1
