"""`decontaminate`: what is planted is found and named, what is common is not, and every document is accounted for."""

import gzip
import json
import random
from pathlib import Path

import pytest

from corpuskit.core.document import Document
from corpuskit.core.errors import UsageError
from corpuskit.core.step import Drop
from corpuskit.stages.decontaminate import Decontaminate
from tests.conftest import Run

WORDS = [f"{start}{end}" for start in "bdfglmnprst" for end in ("ask", "el", "int", "oro", "uvin", "yde")]
QUESTION = (
    "A keeper lights the harbour lamp every evening at six and puts it out at five the next morning. "
    "How many hours does the lamp burn in a week if it fails on one night?"
)
PASSAGE = (
    "The tide tables of the old harbour were printed by hand until the press burned down in the spring of that year."
)


def prose(seed: int, words: int = 200) -> str:
    choice = random.Random(seed)
    return " ".join(choice.choice(WORDS) for _ in range(words))


def with_inside(question: str, seed: int = 1) -> str:
    words = prose(seed).split()
    return " ".join([*words[:90], question, *words[90:]])


@pytest.fixture
def step(tmp_path: Path) -> Decontaminate:
    path = tmp_path / "set.jsonl"
    items = [
        {"id": "q1", "question": QUESTION, "answer": "66"},
        {"id": "q2", "question": "Is it?", "context": {"parts": ["", PASSAGE]}},
    ]
    path.write_text("".join(json.dumps(item) + "\n" for item in items))
    return Decontaminate(against=(path,))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text,
        str.upper,
        lambda text: text.replace(" ", "\n"),
        lambda text: text.replace(".", " !!!").replace("?", "").replace("a ", "a — "),
        lambda text: "**" + text.replace(" ", "\u00a0") + "**",
        lambda text: text.replace("evening", "night"),
        lambda text: text.replace("harbour", "harbor"),
    ],
)
def test_an_item_is_found_however_it_is_set(step: Decontaminate, change) -> None:
    for text in (change(QUESTION), with_inside(change(QUESTION))):
        (item,) = step.run([Document("a", text)])
        assert isinstance(item, Drop) and item.reason == "contaminated"
        assert item.values["item"] == "set.jsonl:1 (q1)" and item.values["field"] == "question"


def test_the_drop_names_span_and_hits(step: Decontaminate) -> None:
    text = "Größe — ﬁne. " + with_inside(PASSAGE)
    (item,) = step.run([Document("a", text)])
    assert isinstance(item, Drop)
    start, end = item.values["span"]
    assert text[start:end] == PASSAGE.removesuffix(".")
    assert item.values | {"span": 0} == {
        "item": "set.jsonl:2 (q2)",
        "field": "context.parts",
        "span": 0,
        "hits": 15,
        "of": 15,
    }


def test_a_part_of_an_item_or_its_words_strewn_about_convict_nobody(step: Decontaminate) -> None:
    words = QUESTION.split()
    strewn = " ".join(f"{word} {filler}" for word, filler in zip(words, prose(3).split(), strict=False))
    apart = " ".join(f"{' '.join(words[at : at + 9])} {prose(at, 300)}" for at in range(0, len(words), 9))
    for text in (" ".join(words[:14]), strewn, apart, prose(4)):
        document = Document("a", with_inside(text))
        assert list(step.run([document])) == [document]


SHORT = "The brass bell of the pilot boat rang twice before noon"


def short_step(tmp_path: Path, *texts: str) -> Decontaminate:
    (tmp_path / "short.jsonl").write_text("".join(json.dumps({"q": text}) + "\n" for text in texts or (SHORT,)))
    return Decontaminate(against=(tmp_path / "short.jsonl",))


def test_a_short_item_is_found_with_any_word_changed_left_out_or_put_in(tmp_path: Path) -> None:
    step = short_step(tmp_path)
    words = SHORT.split()
    for at in range(len(words)):
        for instead in (["otherwise"], [], [words[at], "otherwise"]):
            changed = " ".join([*words[:at], *instead, *words[at + 1 :]])
            for text in (with_inside(changed), changed):
                (item,) = step.run([Document("a", text)])
                assert isinstance(item, Drop), changed
                if "unit" in item.values:
                    assert (item.values["hits"], item.values["of"], item.values["unit"]) == (10, 11, "words")
    text = with_inside(SHORT.replace("pilot", "old"))
    (item,) = step.run([Document("a", text)])
    assert isinstance(item, Drop) and "unit" in item.values
    assert text[slice(*item.values["span"])] == SHORT.replace("pilot", "old")


def test_two_changed_words_or_the_words_of_a_very_short_item_convict_nobody(tmp_path: Path) -> None:
    words = SHORT.split()
    swapped = " ".join([*words[:3], words[4], words[3], *words[5:]])
    two = SHORT.replace("bell", "horn").replace("twice", "once")
    very_short = "The brass bell rang twice before noon today"
    step = short_step(tmp_path, SHORT, very_short)
    for text in (swapped, two, " ".join(words[:8]), very_short.replace("rang", "rings")):
        assert not any(isinstance(item, Drop) for item in step.run([Document("a", with_inside(text))])), text


def test_short_items_that_many_documents_or_strings_are_like_convict_nobody(tmp_path: Path) -> None:
    near = SHORT.replace("pilot", "old")
    few, many = ([Document(str(n), with_inside(near, n)) for n in range(count)] for count in (10, 11))
    step = short_step(tmp_path)
    assert all(isinstance(item, Drop) for item in step.run(few))
    assert list(step.run(many)) == many
    stems = [f"Which of the following {prose(n, 5)} is the right answer here" for n in range(30)]
    document = Document("a", with_inside(stems[7].replace("following", "listed")))
    assert list(short_step(tmp_path, *stems).run([document])) == [document]
    assert isinstance(next(short_step(tmp_path, *stems[:20]).run([document])), Drop)


def test_stock_phrases_convict_nobody_but_whole_items_do(tmp_path: Path) -> None:
    stock = "by using this site you agree to the terms of use and to the privacy policy of the owner"
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps({"question": f"{stock}; {QUESTION}"}))
    documents = [Document(f"s{number}", with_inside(stock, number)) for number in range(30)]
    documents += [Document(f"q{number}", with_inside(f"{stock}; {QUESTION}", number)) for number in range(30)]
    outcomes = list(Decontaminate(against=(path,)).run(documents))
    assert [isinstance(item, Drop) for item in outcomes] == [False] * 30 + [True] * 30
    few = list(Decontaminate(against=(path,)).run(documents[:10]))
    assert all(isinstance(item, Drop) for item in few), "what stands in few documents only is no stock phrase"


def test_the_form_of_many_questions_tells_none_of_them(tmp_path: Path) -> None:
    form = "which of the following statements about the matter is the most accurate one"
    path = tmp_path / "set.jsonl"
    path.write_text("".join(json.dumps({"q": f"{form} {prose(1000 + number, 20)}"}) + "\n" for number in range(40)))
    documents = [Document("form", with_inside(form)), Document("item", with_inside(f"{form} {prose(1007, 20)}"))]
    outcomes = list(Decontaminate(against=(path,)).run(documents))
    assert outcomes[0] is not None and not isinstance(outcomes[0], Drop)
    assert isinstance(outcomes[1], Drop) and outcomes[1].values["item"] == "set.jsonl:8"


@pytest.mark.parametrize(
    "text",
    [
        "猫は毎晩六時に港の灯をともし、翌朝五時に消す。一週間に何時間灯るか。",
        "หลอดไฟของท่าเรือติดทุกเย็นเวลาหกโมงและดับเวลาตีห้า",
    ],
)
def test_scripts_without_spaces(tmp_path: Path, text: str) -> None:
    (tmp_path / "set.jsonl").write_text(json.dumps({"question": text}))
    step = Decontaminate(against=(tmp_path / "set.jsonl",))
    hit, clean = step.run([Document("a", f"港の話。{text}終わり。"), Document("b", "港の話。終わり。" * 5)])
    assert isinstance(hit, Drop) and not isinstance(clean, Drop)


def test_a_pipe_balances_and_annotating_keeps_all(corpuskit: Run, tmp_path: Path) -> None:
    with gzip.open(tmp_path / "set.jsonl.gz", "wt") as stream:
        stream.write(json.dumps({"question": QUESTION}) + "\n\n")
    texts = [with_inside(QUESTION), prose(2), "", QUESTION]
    lines = b"".join(json.dumps({"id": str(n), "text": text}).encode() + b"\n" for n, text in enumerate(texts))
    done = corpuskit("decontaminate", "--against", "set.jsonl.gz", "--json", stdin=lines)
    answer = json.loads(done.stderr.splitlines()[-1])
    assert (answer["in"], answer["out"], answer["dropped"]) == (4, 2, {"contaminated": 2})
    kept = corpuskit("decontaminate", "--against", "set.jsonl.gz", "--annotate", stdin=lines)
    found = [json.loads(line)["metadata"].get("contamination") for line in kept.stdout.splitlines()]
    assert [entry and entry["item"] for entry in found] == ["set.jsonl.gz:1", None, None, "set.jsonl.gz:1"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "nothing to look for"),
        (b'{"question": "too short"}\n', "none of 1 item has a string of 8 words"),
        (b"[1]\n", "set.jsonl:1"),
        (b'{"q": 1}\n{oops\n', "set.jsonl:2"),
        (gzip.compress((json.dumps({"q": QUESTION}).encode() + b"\n") * 99, mtime=0)[:-30], "whole"),
    ],
)
def test_a_set_that_cannot_be_used_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "set.jsonl").write_bytes(content)
    with pytest.raises(UsageError, match=words):
        Decontaminate(against=(tmp_path / "set.jsonl",))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("dump.xml", "<mediawiki>", "dump.xml is a dump of a wiki; evaluation sets are JSON Lines"),
        ("set.json", '[{"q": "a"}]', "set.json is JSON; evaluation sets"),
        ("set.csv", "q,a\n", "set.csv is CSV; evaluation sets"),
        ("set.jsonl", "q,a\n", r"set.jsonl:1: "),
    ],
)
def test_a_set_of_another_kind_is_named(tmp_path: Path, name: str, content: str, words: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(UsageError, match=words):
        Decontaminate(against=(tmp_path / name,))


def test_options_out_of_range_and_absent_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text(json.dumps({"q": QUESTION}))
    for options in ({"ngram": 4}, {"min_hits": 0}, {"common": 0}, {"fields": ("answer",)}):
        with pytest.raises(UsageError):
            Decontaminate(against=(tmp_path / "set.jsonl",), **options)
    with pytest.raises(UsageError, match=r"none\.jsonl"):
        Decontaminate(against=(tmp_path / "none.jsonl",))


CONTAMINATED = {
    "at_beginning": [True],
    "at_end": [True],
    "middle_position": [True],
    "punctuation_variation": [True],
    "single_deletion": [True],
    "single_edit": [True],
    "single_insertion": [True],
    "multiple_in_one": [True],
}


def test_decons_fixtures(shared_data: Path) -> None:
    folder = shared_data / "eval" / "decon_fixtures"
    step = Decontaminate(against=(folder / "reference__question_answer_reference.jsonl",))

    def verdicts(name: str) -> list[bool]:
        lines = (folder / f"training__{name}.jsonl").read_text().splitlines()
        documents = [Document(str(number), json.loads(line)["text"]) for number, line in enumerate(lines)]
        return [isinstance(item, Drop) for item in step.run(documents)]

    assert {name: verdicts(f"contaminated_{name}") for name in CONTAMINATED} == CONTAMINATED
    assert not any(verdicts("clean"))
    assert verdicts("long_document") == [True]
