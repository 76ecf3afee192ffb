import gzip
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core.document import Document
from corpuskit.core.errors import UsageError
from corpuskit.core.step import Drop
from corpuskit.core.stream.apply import StepFault, apply_stages
from corpuskit.core.stream.batch import Batch
from corpuskit.stages.filter_quality import FilterQuality
from corpuskit.text.quality.rules import FAMILIES, RULES, SETTINGS

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]

LINES = (
    "The old harbour lies behind a wall that keeps the winter storms from its boats.",
    "Fishermen used to dry their nets along the quay, and children played between them.",
    "When the railway came, merchants from inland towns built warehouses close to it.",
    "Most of those buildings still stand, though few of them have kept their purpose.",
    "A painter works on one upper floor; below her somebody repairs violins and clocks.",
    "In summer visitors arrive by ferry to walk around the bay with a map or a guide.",
    "They stop where smoke rises from an oven, since bread is best eaten while warm.",
    "Evenings are quiet again: gulls settle down, lamps go on, and doors are closed.",
    "Nobody remembers who planted that fig tree beside the chapel at the end of town.",
)
GOOD = "\n".join(LINES)
"""Passes every rule."""


def outcome(text: str, *rules: Any, overrides: tuple[str, ...] = (), **options: Any) -> Document | Drop:
    step = FilterQuality(rules=rules or FAMILIES, set=overrides, **options)  # type: ignore[arg-type]
    return step.apply(Document("a", text))


def reason(text: str, *rules: Any, overrides: tuple[str, ...] = ()) -> str:
    result = outcome(text, *rules, overrides=overrides)
    return result.reason if isinstance(result, Drop) else "pass"


def test_good_prose_passes_untouched() -> None:
    document = Document("a", GOOD, {"url": "https://example.org/"})
    assert FilterQuality().apply(document) is document


WORDS = GOOD.replace(".", "").split()
MENU = "\n\n".join(f"Department {number}" for number in range(100, 220))
CODE = "function open(gate) { if (gate.closed) { gate.swing(); } }\n" * 3
FILLER = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor."

FAILING = {
    "gopher-too-few-words": "Only these few words.",
    "gopher-too-many-words": "the words and so on " * 20_001,
    "gopher-words-too-short": "I am so to be of it and " * 10,
    "gopher-words-too-long": "incomprehensibilities and the characteristically " * 20,
    "gopher-too-many-hashes": GOOD + "#" * 60,
    "gopher-too-many-ellipses": " ... ".join(WORDS),
    "gopher-too-many-bullet-lines": "\n".join(f"- {line[:-1]}" for line in LINES),
    "gopher-too-many-ellipsis-lines": "\n".join(f"{line[:-1]}…" for line in LINES),
    "gopher-too-few-alphabetic-words": " ".join(f"{word} 12" for word in WORDS),
    "gopher-too-few-stop-words": " ".join(word for word in WORDS if len(word) > 4),
    "gopher-repetition-empty": "",
    "gopher-repetition-duplicate-paragraphs": "One is of them all.\n\nTwo and more of it.\n\nOne is of them all.",
    "gopher-repetition-duplicate-paragraph-characters": f"{LINES[0]}\n\nb\n\nc\n\nd\n\n{LINES[0]}",
    "gopher-repetition-duplicate-lines": "One is of them all.\nTwo and more of it.\nOne is of them all.",
    "gopher-repetition-duplicate-line-characters": f"{LINES[0]}\nb\nc\nd\n{LINES[0]}",
    "gopher-repetition-top-2-gram-characters": " ".join(["some thing or it"] * 6),
    "gopher-repetition-top-3-gram-characters": " ".join(["some of it and"] * 6),
    "gopher-repetition-top-4-gram-characters": " ".join(["in the other place"] * 6),
    **{
        f"gopher-repetition-duplicate-{n}-gram-characters": " ".join([*WORDS[:n], "or", *WORDS[:n]])
        for n in range(5, 11)
    },
    "placeholder-page": f"Page not found\n\n{LINES[0]}",
    "access-wall": f"You must be logged in to see this.\n\n{LINES[0]}",
    "table-of-contents": "\n".join(f"{chapter}.{part} On boats" for chapter in range(4) for part in range(9)),
    "price-list": "\n".join(f"Boat {number}\n${number}9.95" for number in range(9)),
    "c4-lorem-ipsum": f"{GOOD}\n{FILLER}",
    "c4-curly-bracket": f"{GOOD}\n{CODE * 2}",
    "c4-little-left": f"{GOOD}\n{MENU}",
    "c4-too-few-sentences": "This is the only sentence of it.",
    "fineweb-empty": " \n ",
    "fineweb-too-few-terminal-lines": GOOD.replace(".", ","),
    "fineweb-too-many-short-lines": "\n".join(f"A short line {number}." for number in range(9)),
    "fineweb-duplicate-line-characters": "\n".join([GOOD, *LINES[:1] * 3]),
    "fineweb-too-many-newlines": "\n".join(WORDS),
}


def test_the_texts_here_fail_every_rule_there_is() -> None:
    assert set(FAILING) == {rule.reason for rule in RULES}


@pytest.mark.parametrize("expected", FAILING)
def test_each_rule_drops_with_its_reason_and_figures(expected: str) -> None:
    rule = next(rule for rule in RULES if rule.reason == expected)
    others = tuple(f"{other.name}=off" for other in RULES if other is not rule)
    drop = outcome(FAILING[expected], rule.family, overrides=others)
    assert isinstance(drop, Drop)
    assert drop.reason == expected
    assert set(drop.values) == {"signal", "value", rule.bound}
    assert drop.values["signal"] == rule.signal
    assert drop.values[rule.bound] == rule.value
    value = drop.values["value"]
    assert value < rule.value if rule.bound == "min" else value > rule.value
    assert isinstance(outcome(GOOD, rule.family, overrides=others), Document)


@pytest.mark.parametrize("expected", FAILING)
def test_a_rule_that_is_off_never_drops(expected: str) -> None:
    rule = next(rule for rule in RULES if rule.reason == expected)
    assert reason(FAILING[expected], rule.family, overrides=(f"{rule.name}=off",)) != expected


def test_the_first_failing_family_in_fixed_order_names_the_drop() -> None:
    text = "One of a few.\nOne of a few.\na b"
    assert reason(text, "fineweb", "c4", "gopher-repetition", "gopher") == "gopher-too-few-words"
    assert reason(text, "fineweb", "c4", "gopher-repetition") == "gopher-repetition-duplicate-lines"
    assert reason("a b\nOne of a few.", "fineweb", "c4") == "c4-too-few-sentences"


def test_bounds_themselves_pass() -> None:
    words = "the and word thing other " * 10
    assert reason(words, "gopher") == "pass"
    assert reason(words.rsplit(" ", 2)[0], "gopher") == "gopher-too-few-words"


def test_c4_takes_lines_out_and_fineweb_judges_the_rest() -> None:
    text = f"A menu\n\nHome\n\nShop\n\n{GOOD}\n\nContact"
    filtered = outcome(text)
    assert isinstance(filtered, Document)
    assert filtered.text == GOOD
    assert outcome(filtered.text) == filtered
    unedited = outcome(text, c4_edit_lines=False)
    assert isinstance(unedited, Document)
    assert unedited.text == text


def test_annotate_keeps_every_document_with_its_text() -> None:
    text = f"{GOOD}\nMenu\n{FILLER}"
    document = Document("a", text, {"title": "A"})
    annotated = FilterQuality(annotate=True).apply(document)
    assert isinstance(annotated, Document)
    assert annotated.text == text
    assert document.metadata == {"title": "A"}
    quality = annotated.metadata["quality"]
    assert quality["verdicts"] == {
        "gopher": "pass",
        "gopher-repetition": "pass",
        "c4": "c4-lorem-ipsum",
        "fineweb": "pass",
    }
    assert set(quality["signals"]) == {rule.signal for rule in RULES}
    assert FilterQuality(annotate=True).apply(annotated) == annotated


@given(st.lists(st.sampled_from([*LINES[:4], "Menu", "", "- a", "b c.", "{ no } yes ok.", "x ..."]), max_size=20))
def test_verdicts_of_annotate_are_those_of_each_family_alone(lines: list[str]) -> None:
    text = "\n".join(lines)
    annotated = FilterQuality(annotate=True).apply(Document("a", text))
    assert isinstance(annotated, Document)
    assert annotated.metadata["quality"]["verdicts"] == {family: reason(text, family) for family in FAMILIES}


def test_language_decides_how_words_are_found() -> None:
    document = Document("a", "今天天气很好我们去公园散步。", {})
    chinese = document.with_metadata(language="zh")

    def words(document: Document, **options: Any) -> int:
        annotated = FilterQuality(annotate=True, **options).apply(document)
        assert isinstance(annotated, Document)
        count: int = annotated.metadata["quality"]["signals"]["gopher_words"]
        return count

    assert words(document) == 1
    assert words(document, language="zh") == words(chinese) > 5
    assert words(chinese, language="en") == words(chinese)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (("gopher-min-word=3",), "did you mean `gopher-min-words`"),
        (("nonsense",), "names of thresholds, not 'nonsense'"),
        (("gopher-min-words",), "to be a whole number or off"),
        (("gopher-min-words=2.5",), "to be a whole number or off"),
        (("gopher-max-hash-ratio=nan",), "to be a number or off"),
        (("gopher-max-hash-ratio=-1",), "to be a number or off"),
        (("c4-policy=1",), "to be on or off"),
        (("gopher-min-words=2", "gopher-min-words=3"), "sets gopher-min-words twice"),
    ],
)
def test_wrong_overrides_are_usage_errors(overrides: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        FilterQuality(set=overrides)


def test_no_rules_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no rules"):
        FilterQuality(rules=())


def test_html_is_refused() -> None:
    with pytest.raises(UsageError, match=r"HTML.*run `corpuskit extract`"):
        FilterQuality().apply(Document("a", GOOD, {"content_type": "text/html"}))


def test_the_manifest_names_splitter_and_rules() -> None:
    assert FilterQuality().versions() == {
        "word-splitter": "corpuskit-words/2",
        "quality-rules": "corpuskit-quality-rules/12",
    }


def test_real_news_mostly_passes_gopher_and_verdicts_depend_on_nothing_before(shared_data: Path) -> None:
    with gzip.open(shared_data / "extract" / "daniel_news_5lang.gold.jsonl.gz", "rt") as file:
        records = [record for record in map(json.loads, file) if record["lang"] == "en"]
    documents = [Document(record["id"], record["gold_text"]) for record in records]
    step = FilterQuality(rules=("gopher", "gopher-repetition"))
    forward = {document.id: step.apply(document) for document in documents}
    backward = {document.id: step.apply(document) for document in reversed(documents)}
    assert forward == backward
    passed = sum(isinstance(result, Document) for result in forward.values())
    assert passed > 0.6 * len(documents)


def test_the_command_drops_and_annotates(corpuskit: Run, tmp_path: Path) -> None:
    pytest.importorskip("corpuskit.cli")
    lines = [json.dumps({"id": name, "text": text}) for name, text in (("good", GOOD), ("bad", "Too little."))]
    done = corpuskit("filter-quality", "--drops", "drops.jsonl", stdin="\n".join([*lines, ""]).encode())
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["good"]
    drop = json.loads((tmp_path / "drops.jsonl").read_text())
    assert (drop["id"], drop["reason"]) == ("bad", "gopher-too-few-words")
    assert drop["values"] == {"signal": "gopher_words", "value": 2, "min": 50}
    done = corpuskit("filter-quality", "--annotate", "--rules", "c4,gopher", stdin="\n".join([*lines, ""]).encode())
    verdicts = [json.loads(line)["metadata"]["quality"]["verdicts"] for line in done.stdout.splitlines()]
    assert verdicts == [
        {"gopher": "pass", "c4": "pass"},
        {"gopher": "gopher-too-few-words", "c4": "c4-too-few-sentences"},
    ]


@pytest.mark.parametrize("jobs", [[], ["-j", "2"]])
def test_a_rule_that_empties_a_language_or_thins_a_source_is_told(
    corpuskit: Run, tmp_path: Path, jobs: list[str]
) -> None:
    bad = " ".join(word for word in WORDS if len(word) > 4)
    metadata = {"language": "en", "source": "town"}
    texts = [("en", "town", GOOD)] * 30 + [("en", "town", bad)] * 12 + [("cy", "hill", "Rhy fyr.")] * 25
    lines = [
        json.dumps({"id": str(number), "text": text, "metadata": {"language": language, "source": source}})
        for number, (language, source, text) in enumerate(texts)
    ]
    told = corpuskit("filter-quality", *jobs, stdin="\n".join([*lines, ""]).encode()).stderr.decode()
    assert "gopher-too-few-words dropped 25 of 25 documents of language cy (100%); see some" in told
    assert "gopher-too-few-stop-words dropped 12 of 42 documents of source town (29%)" in told
    assert "of language en" not in told
    few = [json.dumps({"id": str(number), "text": bad, "metadata": metadata}) for number in range(19)]
    assert "documents of" not in corpuskit("filter-quality", stdin="\n".join([*few, ""]).encode()).stderr.decode()
    recipe = tmp_path / "recipe.yaml"
    (tmp_path / "in.jsonl").write_text("\n".join([*lines, ""]))
    recipe.write_text(
        "sources:\n  fen:\n    from: files\n    inputs: [in.jsonl]\n    license: CC0-1.0\n    origin: other\n"
        "    steps: [filter-quality]\n"
    )
    if not jobs:
        told = corpuskit("mix", "recipe.yaml", "-o", "out").stderr.decode()
        assert "filter-quality: gopher-too-few-words dropped 25 of 67 documents of source fen (37%)" in told, told


def test_settings_can_be_english_for_every_language() -> None:
    german = "Der Hafen liegt hinter einer Mauer, und die Boote sind vor dem Sturm sicher. " * 9
    document = Document("a", german, {"language": "de"})
    rules: Any = ("gopher",)
    assert isinstance(FilterQuality(rules=rules).apply(document), Document)
    for step in (
        FilterQuality(rules=rules, language_settings="english"),
        FilterQuality(rules=rules, set=("gopher-min-stop-words=30",)),
    ):
        drop = step.apply(document)
        assert isinstance(drop, Drop) and drop.reason == "gopher-too-few-stop-words"
    assert isinstance(FilterQuality(rules=rules).apply(document.with_metadata(language="xx")), Document)


@pytest.mark.parametrize("annotate", [False, True])
def test_texts_of_several_languages_in_one_batch_are_judged_as_alone(annotate: bool) -> None:
    german = " ".join(["Der alte Hafen liegt hinter einer Mauer, und die Boote sind nicht zu sehen."] * 4)
    code = f"{GOOD}\n\n```sh\ntar xf boats.tar # 12\n```\n\n# Nets\n\nSee #7.\n\n~~~\nnever closed"
    texts = (
        GOOD,
        german,
        code,
        "Boats and nets.",
        "港口的船都停在岸边,今天没有风。" * 9,
        "Page not found",
        f"{GOOD} {GOOD}",
        "",
    )
    documents = [
        Document(f"{row}-{language}", text, {"language": language})
        for row, text in enumerate(texts)
        for language in ("en", "de", "ko", "th", "zh", "xx", "ru")
    ]
    step = FilterQuality(annotate=annotate)
    together = step.apply_many(documents)
    assert together == [step.apply(document) for document in documents]
    assert len({repr(each.values) for each in together if isinstance(each, Drop)}) > 5 or annotate


def test_what_c4_leaves_of_a_page_keeps_its_language_or_is_dropped() -> None:
    menu = "\n".join(f"Die Seite {number} des Katalogs ohne Punkt am Ende und ohne Ziel" for number in range(60))
    rules: Any = ("c4",)
    step = FilterQuality(rules=rules, set=("c4-terminal-punctuation=on", "c4-min-text-left=off"))
    drop = step.apply(Document("a", f"{menu}\n{GOOD}", {"language": "de"}))
    assert isinstance(drop, Drop) and drop.reason == "c4-other-language"
    assert (drop.values["language"], drop.values["before"]) == ("en", "de")
    for metadata in ({"language": "en"}, {}):
        left = step.apply(Document("a", f"{menu}\n{GOOD}", metadata))
        assert isinstance(left, Document) and left.text == GOOD
    half = step.apply(Document("a", f"{menu[:300]}\n{GOOD}", {"language": "de"}))
    assert isinstance(half, Document)


def test_white_space_between_lines_is_nothing() -> None:
    for blank in ("\r\n\r\n", "\n \n", "\n\u00a0\n", "\n\t\n\n"):
        spaced = outcome(blank.join(LINES))
        assert isinstance(spaced, Document)
        assert spaced.text.split() == GOOD.split()
    assert reason("\r\n\r\n".join(LINES), "gopher-repetition") == "pass"
    peer = outcome("\r\n\r\n".join(LINES), "gopher-repetition", words="datatrove")
    assert isinstance(peer, Drop)


def test_marks_are_words_to_datatrove_alone() -> None:
    dialogue = "\n".join(f'"{line[:-1]}," said the man; "and so, that is it."' for line in LINES[:5])
    assert reason(dialogue, "gopher") == "pass"
    peer = outcome(dialogue.replace(" ", ", "), "gopher", words="datatrove")
    assert isinstance(peer, Drop) and peer.reason == "gopher-too-few-alphabetic-words"
    assert reason(dialogue.replace(" ", ", "), "gopher") == "pass"


@pytest.mark.parametrize("annotate", [False, True])
def test_documents_get_the_same_verdicts_together_as_one_by_one(annotate: bool) -> None:
    chinese = Document("zh", "港口在墙后。" * 30, {"language": "zh"})
    texts = [*FAILING.values(), GOOD, f"{MENU}\n\n{GOOD}", ""]
    documents = [*(Document(str(number), text) for number, text in enumerate(texts)), chinese]
    step = FilterQuality(annotate=annotate)
    assert step.apply_many(documents) == [step.apply(document) for document in documents]
    assert step.apply_many([]) == []


def test_verdicts_of_a_batch_come_in_the_order_of_its_lines() -> None:
    bad = json.dumps({"id": "bad", "text": "Too little."}).encode()
    good = json.dumps({"id": "good", "text": GOOD}).encode()
    edited = json.dumps({"id": "edited", "text": GOOD + "\n\nno end"}).encode()
    lines = [b"{", bad, good, b"[]", bad, edited]
    batch = Batch(lines=list(enumerate(lines)), input="x")
    step = FilterQuality()
    result = apply_stages([step, step], batch)
    assert [(verdict.offset, verdict.verdict) for verdict in result.verdicts] == [
        (0, "rejected"),
        (1, "dropped"),
        (3, "rejected"),
        (4, "dropped"),
    ]
    assert [document.id for document in result.documents] == ["good", "edited"]
    assert [offset for _, offset in result.locations] == [2, 5]
    first, second = result.counts
    assert (first.received.documents, first.sent.documents, second.sent.documents) == (6, 2, 2)


def test_a_fault_in_a_batch_names_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    measure = FilterQuality._signals

    def fail(self: FilterQuality, texts: list[str], profile: Any) -> Any:
        if "stone" in texts:
            raise ValueError
        return measure(self, texts, profile)

    monkeypatch.setattr(FilterQuality, "_signals", fail)
    batch = Batch(documents=[Document("a", GOOD), Document("b", "stone")], locations=[("x", 0), ("x", 1)])
    with pytest.raises(StepFault, match="filter-quality failed on document 'b': ValueError"):
        apply_stages([FilterQuality()], batch)


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\x0b", "\x1d", "\x85", "\u2028"])
def test_a_notice_is_a_line_of_its_own_whatever_ends_it(break_: str) -> None:
    notices = ("Please enable JavaScript to go on.", "Here we use coo\u212aies.")
    text = break_.join([LINES[0], notices[0], *LINES[1:5], notices[1], *LINES[5:]])
    filtered = outcome(text, "c4")
    assert isinstance(filtered, Document)
    assert filtered.text == GOOD
    assert (
        reason(text + break_ + break_.join(f"function open{n}(gate) {{ gate.swing({n}); }}" for n in range(6)))
        == "c4-curly-bracket"
    )
    assert reason(text + break_ + notices[0].replace("go", "{ go")) == "pass"


@given(st.integers(1, 120), st.sampled_from([128, 320, 640, 3200]) | st.integers(121, 500))
def test_figures_are_rounded_as_numbers_are(marks: int, words: int) -> None:
    annotated = outcome("#" * marks + " a" * (words - marks), "gopher", annotate=True, words="datatrove")
    assert isinstance(annotated, Document)
    signals = annotated.metadata["quality"]["signals"]
    assert signals["gopher_hash_ratio"] == round(marks / words, 6)


def test_prose_is_kept_whole_by_default() -> None:
    wrapped = "\n".join(" ".join(WORDS[start : start + 9]) for start in range(0, len(WORDS), 9)).replace(
        "closed", "it."
    )
    for ending in (
        ":",
        " (see the chapel)",
        ".)",
        ".[3]",
        "…",
        ".²",
        ", as JavaScript does",
        " {sic}",
        r" \(\frac{a}{b}\)",
    ):
        document = Document("a", "\n\n".join(line[:-1] + ending for line in LINES) + "\n\n" + GOOD)
        kept = FilterQuality(rules=("c4",), set=("c4-citations=off",)).apply(document)
        assert kept is document, ending
    verse = GOOD.replace(", ", ",\n").replace(" and ", "\nand ")
    speech = "\n\n".join(f"GUIDE\n{line}" for line in LINES)
    for text in (f"{GOOD}\n\n{wrapped}", f"{verse}\n\nand so\nthe night is here,\nthe sea is near.", speech):
        kept = FilterQuality(rules=("c4",)).apply(Document("a", text))
        assert isinstance(kept, Document) and kept.text == text


def test_lists_of_sentences_and_addresses_are_prose() -> None:
    assert reason("\n".join(f"- {line}" for line in LINES), "gopher") == "pass"
    links = " ".join(f"See https://example.org/a/long/path/to/page-{number} there." for number in range(40))
    assert reason(f"{GOOD}\n{links}", "gopher") == "pass"
    peer = outcome(f"{GOOD}\n{links}", "gopher", words="datatrove")
    assert isinstance(peer, Drop) and peer.reason == "gopher-words-too-long"


def test_a_document_is_dropped_rather_than_published_as_shreds() -> None:
    lines = "\n".join(f"{' '.join(WORDS[start : start + 8])}" for start in range(60))
    rules: Any = ("c4",)
    strict = ("c4-terminal-punctuation=on",)
    drop = FilterQuality(rules=rules, set=strict).apply(Document("a", f"{GOOD}\n{lines}"))
    assert isinstance(drop, Drop) and drop.reason == "c4-little-left"
    assert 0.1 < drop.values["value"] < drop.values["min"] == 0.33
    for options in ({"c4_edit_lines": False}, {"set": (*strict, "c4-min-text-left=off")}):
        step = FilterQuality(**{"rules": rules, "set": strict, **options})  # type: ignore[arg-type]
        assert isinstance(step.apply(Document("a", f"{GOOD}\n{lines}")), Document)
    turns = Document("a", f"{GOOD}\n{lines}", {"content_type": "text/x-turns"})
    assert FilterQuality(rules=rules, set=strict).apply(turns) is turns


@pytest.mark.parametrize(
    ("metadata", "passes"),
    [
        ({"programming_language": "Rust"}, True),
        ({"programming_language": "JSON"}, True),
        ({"content_type": "text/x-python; charset=utf-8"}, True),
        ({"content_type": "application/json"}, True),
        ({"programming_language": "Markdown"}, False),
        ({"content_type": "text/plain"}, False),
        ({}, False),
    ],
)
def test_code_passes_unjudged(metadata: dict[str, Any], passes: bool) -> None:
    document = Document("a", CODE, metadata)
    assert (FilterQuality().apply(document) is document) is passes
    annotated = FilterQuality(annotate=True, set=("leave-out-code=off",)).apply(document)
    assert isinstance(annotated, Document)
    quality = annotated.metadata["quality"]
    assert (set(quality["verdicts"].values()) == {"pass"}) is passes
    assert quality["signals"]["c4_curly_bracket_characters"] == 1


def test_datatrove_has_its_own_bounds_and_line_rules() -> None:
    for line in ("Nothing closes this line", "It trails off into dots…", "He writes JavaScript for a living."):
        text = f"{GOOD}\n{line}"
        ours, peer = (outcome(text, "c4", words=words) for words in ("gopher", "datatrove"))
        assert isinstance(ours, Document) and ours.text == text
        assert isinstance(peer, Document) and peer.text == GOOD
    for text, dropped in (
        (f"{GOOD}\nAll {{of}} it.", "c4-curly-bracket"),
        ("\n".join(LINES[:4]), "c4-too-few-sentences"),
    ):
        assert isinstance(outcome(text, "c4"), Document)
        peer = outcome(text, "c4", words="datatrove")
        assert isinstance(peer, Drop) and peer.reason == dropped
    assert isinstance(
        outcome("\n".join(LINES[:4]), "c4", words="datatrove", overrides=("c4-min-sentences=3",)), Document
    )


def test_the_documentation_names_every_default() -> None:
    page = (Path(__file__).parents[2] / "docs" / "quality.md").read_text()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| `")]
    told = {row[0].strip("`"): row[1] for row in rows}
    names = {True: "on", False: "off"}
    expected = {
        item.name: names[item.value] if isinstance(item.value, bool) else str(item.value)
        for item in (*RULES, *SETTINGS)
    }
    assert {name: told.get(name) for name in expected} == expected


@pytest.mark.parametrize("marker", ["<|{}|>", "{}:", "<|im_start|>{}"])
def test_a_conversation_is_judged_by_what_is_said_in_it(marker: str) -> None:
    said = [
        "When does the last boat to the island leave on a day like this?",
        "The last boat leaves with the evening tide, and that is at about seven.",
        "Is there a lamp at the landing, or shall I bring one of my own?",
        "There is a lamp at the landing, but the keeper puts it out at ten, so bring one if you stay.",
        "Then I will bring one. What do the people there live on in the winter?",
        "They mend nets in the winter, and they have the fish that they dried in the autumn.",
    ]
    roles = ("user", "assistant") * 3
    text = "\n".join(f"{marker.format(role)}\n{line}" for role, line in zip(roles, said, strict=True))
    document = Document("a", text, {"content_type": "text/x-turns"})
    assert FilterQuality().apply(document) is document


SYLLABLES = ("arda", "bemu", "ciro", "dasi", "elum", "fero")
UNKNOWN = "\n".join(f"Wamo kelu {name} ishi bwana, toru mesa {name} kelani ubo." for name in SYLLABLES)


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({"language": "de", "language_score": 0.2}, ""),
        ({"language": "en", "language_score": 0.49}, ""),
        ({"language": "und", "language_score": 0}, ""),
        ({"language": "de", "language_score": 0.5}, "gopher-too-few-stop-words"),
        ({"language": "de"}, "gopher-too-few-stop-words"),
        ({"language_score": 0.2}, "gopher-too-few-stop-words"),
    ],
)
def test_a_language_that_was_guessed_judges_nothing(metadata: dict[str, object], reason: str) -> None:
    judged = FilterQuality(rules=("gopher",)).apply(Document("a", UNKNOWN, dict(metadata)))
    assert (judged.reason if isinstance(judged, Drop) else "") == reason
    english = FilterQuality(rules=("gopher",), language_settings="english")
    assert isinstance(english.apply(Document("a", UNKNOWN, dict(metadata))), Drop)


def test_an_unknown_script_may_write_no_spaces() -> None:
    letters = [chr(0xA984 + number) for number in range(40)]
    lines = ["".join(letters[(row * 7 + column * 3) % 40] for column in range(25)) for row in range(60)]
    text = "\n".join(f"{line}." for line in lines)
    step = FilterQuality(rules=("fineweb",))
    assert isinstance(step.apply(Document("a", text, {"language": "und", "language_score": 0})), Document)
    spaced = step.apply(Document("a", text, {"language": "ban"}))
    assert isinstance(spaced, Drop) and spaced.reason == "fineweb-too-many-newlines"
