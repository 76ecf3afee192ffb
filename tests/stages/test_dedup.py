"""Dedup: one rule, whichever way it runs; nothing lost; what a survivor says about those it stands for."""

import errno
import gzip
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.core.disk import filesystem
from corpuskit.core.document import Document, decode, encode
from corpuskit.core.errors import PublishError, UsageError
from corpuskit.core.step import Drop, Item, Rejected
from corpuskit.stages.dedup import Dedup
from corpuskit.text.dedup.minhash import agreement, signatures
from corpuskit.text.dedup.shingles import jaccard, shingles
from tests.conftest import ROOT
from tests.support.dedup import by_sorting, changed, corpus, families, prose, survivors, verdict, verdicts
from tests.support.properties import examples


@settings(max_examples=examples(150), deadline=None)
@given(
    families(),
    st.sampled_from([0.3, 0.5, 0.8, 1.0]),
    st.sampled_from(["signature", "jaccard"]),
    st.sampled_from([(112, 14), (32, 16), (8, 8)]),
)
def test_stream_spool_and_sort_give_the_same_verdicts(
    documents: list[Document], threshold: float, verify: Any, cut: tuple[int, int]
) -> None:
    options: dict[str, Any] = {
        "threshold": threshold,
        "verify": verify,
        "permutations": cut[0],
        "bands": cut[1],
        "ngram": 3,
    }
    expected = by_sorting(documents, Dedup(**options))
    assert verdicts(Dedup(**options).run(documents)) == expected
    assert verdicts(Dedup(stream=True, **options).run(documents)) == expected
    longest = Dedup(keep="longest", **options)
    assert verdicts(longest.run(documents)) == by_sorting(documents, longest)


@pytest.mark.parametrize("verify", ["signature", "jaccard"])
def test_many_and_large_documents(verify: Any) -> None:
    """Across the borders of batches and of what is written at once."""
    texts = [prose(seed % 350, 20) for seed in range(700)]
    large = [prose(1000, 200_000), prose(1001, 200_000)]
    documents = corpus(*large, *texts, changed(large[0], 500), large[1])
    expected = verdicts(Dedup(verify=verify).run(documents))
    assert [found[1] for found in expected] == (["kept"] * 352 + ["duplicate"] * 350 + ["near-duplicate", "duplicate"])
    assert expected[-2][2] == "d0"
    assert verdicts(Dedup(verify=verify, stream=True).run(documents)) == expected


@settings(max_examples=examples(60), deadline=None)
@given(families(), st.sampled_from([{}, {"method": "exact"}, {"keep": "longest"}, {"stream": True}]))
def test_every_document_comes_out_once_and_every_drop_leads_to_a_survivor(
    documents: list[Document], options: dict[str, Any]
) -> None:
    items = list(Dedup(ngram=2, threshold=0.5, **options).run(documents))
    assert [verdict(item)[0] for item in items] == [document.id for document in documents]
    named = {item.document.id: item.values["of"] for item in items if isinstance(item, Drop)}
    stays = {document.id: document for document in survivors(items)}
    counts: dict[str, int] = defaultdict(int)
    for start in named:
        end = start
        while end in named:
            end = named[end]
        counts[end] += 1
    assert counts.keys() <= stays.keys()
    if not options.get("stream"):
        found = {name: item.metadata["duplicates"]["count"] for name, item in stays.items() if item.metadata}
        assert found == counts


@given(families())
def test_what_survived_survives_again(documents: list[Document]) -> None:
    once = survivors(Dedup().run(documents))
    assert [encode(item) for item in survivors(Dedup().run(once))] == [encode(item) for item in once]


def test_near_and_equal_texts_are_told_apart() -> None:
    text = prose(1)
    items = list(Dedup().run(corpus(text, changed(text, 1), text, prose(2), text.upper())))
    assert [verdict(item)[1] for item in items] == ["kept", "near-duplicate", "duplicate", "kept", "near-duplicate"]
    assert verdict(items[4])[2:] == ("d0", 1.0)


def test_exact_keeps_texts_that_differ_in_a_byte() -> None:
    items = Dedup(method="exact").run(corpus("a b c", "a b  c", "a b c", "A b c", ""))
    assert [verdict(item)[1] for item in items] == ["kept", "kept", "duplicate", "kept", "kept"]


def test_texts_without_words_are_equal_or_nothing() -> None:
    for stream in (False, True):
        items = Dedup(stream=stream).run(corpus("", "!!!", "???", "!!!", ""))
        assert [verdict(item)[1] for item in items] == ["kept", "kept", "kept", "duplicate", "duplicate"]


def test_a_dropped_document_is_no_bridge_without_likeness() -> None:
    """Chains end where similarity to the leaders ends: the far end of a slow drift is kept."""
    drift = [prose(3, 60)]
    for place in range(12):
        drift.append(changed(drift[-1], 4, place))
    kept = survivors(Dedup(threshold=0.5).run(corpus(*drift)))
    assert 2 <= len(kept) < len(drift)


def test_longest_and_newest_stay_and_order_is_that_of_the_input() -> None:
    text = prose(4)
    documents = [
        Document("a", text, {"date": "2021-05-01T00:00:00Z"}),
        Document("b", text + " and more", {"date": "2020"}),
        Document("c", text, {"date": "2021-05-01T01:00:00+02:00"}),
        Document("d", changed(text, 1), {"date": "2022-01"}),
        Document("e", text, {"date": "not a date"}),
        Document("f", text, {}),
    ]
    for keep, stays in (("first", "a"), ("longest", "b"), ("newest", "d")):
        items = list(Dedup(keep=keep).run(documents))  # type: ignore[arg-type]
        assert [verdict(item)[0] for item in items] == list("abcdef")
        assert [document.id for document in survivors(items)] == [stays]
    dated = [document for document in documents if document.id in "acef"]
    assert verdicts(Dedup(keep="newest").run(dated[::-1]))[-1] == ("a", "kept")


def test_a_survivor_tells_what_it_stands_for() -> None:
    text = prose(5)
    documents = [
        Document("a", text, {"source": "web", "license": "MIT", "rights": {"train": "allowed", "search": "allowed"}}),
        Document("b", prose(6), {"source": "web", "rights": {"train": "allowed"}}),
        Document("c", changed(text, 1), {"source": "books", "license": "CC0-1.0", "rights": {"train": "unknown"}}),
        Document("d", text, {"source": "web", "rights": {"train": "disallowed", "input": "allowed"}}),
        Document("e", text, {"duplicates": {"count": 2, "sources": ["wiki"]}}),
    ]
    kept = survivors(Dedup().run(documents))
    assert kept[0].metadata["duplicates"] == {
        "count": 5,
        "sources": ["books", "web", "wiki"],
        "licenses": ["CC0-1.0", "MIT"],
    }
    assert kept[0].metadata["rights"] == {"train": "disallowed", "search": "allowed", "input": "allowed"}
    assert kept[0].metadata["license"] == "MIT"
    assert kept[1] == documents[1]
    assert documents[0].metadata.keys() == {"source", "license", "rights"}, "documents are not changed in place"


@pytest.mark.parametrize("strange", [None, 7, "x", [], {"count": "many", "sources": 3}, {"train": ["x"]}])
def test_foreign_metadata_under_reserved_names_is_survived(strange: Any) -> None:
    metadata = {"duplicates": strange, "rights": strange, "source": strange, "license": strange, "date": strange}
    documents = [Document(name, "one text", dict(metadata)) for name in "ab"]
    kept = survivors(Dedup(keep="newest").run(documents))
    assert [document.metadata["duplicates"]["count"] for document in kept] == [1]


def test_documents_come_back_byte_for_byte() -> None:
    line = '{"id":"ü","text":"zwölf   Boxkämpfer\\u0000","metadata":{"source":"s","own":[1,2.5,null]},"more":{"k":1}}'
    document = decode(line.encode())
    assert [encode(item) for item in survivors(Dedup().run([document]))] == [encode(decode(line.encode()))]


@pytest.mark.parametrize("options", [{}, {"stream": True}, {"keep": "longest"}])
def test_a_document_that_no_line_can_hold_is_rejected_in_its_place(options: dict[str, Any]) -> None:
    documents = corpus("one two", "a \ud800 b", "three", "one two", "a \ud800 b")
    items = list(Dedup(**options).run(documents))
    assert [type(item).__name__ for item in items] == ["Document", "Rejected", "Document", "Drop", "Rejected"]
    assert [(item.reason, item.id) for item in items if isinstance(item, Rejected)] == [
        ("lone-surrogate", "d1"),
        ("lone-surrogate", "d4"),
    ]


def test_nothing_in_nothing_out() -> None:
    for options in ({}, {"method": "exact"}, {"stream": True}, {"keep": "newest"}, {"verify": "jaccard"}):
        assert list(Dedup(**options).run([])) == []  # type: ignore[arg-type]


def test_a_stream_is_answered_at_once() -> None:
    text, given_out = prose(7), []

    def source() -> Iterable[Document]:
        for document in corpus(text, text, prose(8)):
            given_out.append(document.id)
            yield document

    items = Dedup(stream=True).run(source())
    for asked, item in enumerate(items, start=1):
        assert len(given_out) == asked
        assert verdict(item)[0] == given_out[-1]
        assert isinstance(item, Drop) or "duplicates" not in item.metadata


@pytest.mark.parametrize(
    "options",
    [
        {"threshold": 0},
        {"threshold": 1.01},
        {"threshold": float("nan")},
        {"stream": True, "keep": "longest"},
        {"bands": 13},
        {"bands": 0},
        {"ngram": 0},
        {"permutations": 0},
        {"seed": -1},
        {"unit": "line", "keep": "longest"},
        {"unit": "line", "min_length": 0},
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Dedup(**options)


def test_the_manifest_names_what_decides() -> None:
    assert set(Dedup().versions()) == {"minhash", "shingles"}
    assert Dedup(method="exact").versions() == {}
    assert Dedup().options()["threshold"] == 0.8


def test_temporary_files_are_gone_even_if_the_reader_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = len(os.listdir("/proc/self/fd"))
    for stream in (False, True):
        items = Dedup(stream=stream).run(corpus(*map(prose, range(600))))
        next(iter(items))
        items.close()  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == []
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_full_disk_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", "/somewhere/secret")

    monkeypatch.setattr(filesystem, "write_all", full)
    with pytest.raises(PublishError, match=r"^cannot write temporary files: No space left on device; .*set TMPDIR"):
        list(Dedup().run(corpus(prose(1))))


def test_verdicts_are_the_same_in_every_process() -> None:
    program = (
        "from tests.stages.test_dedup import *\n"
        "texts = [changed(prose(seed), seed) for seed in range(9) for _ in range(2)]\n"
        "texts += [changed(text, 2, 9) for text in texts]\n"
        "print([(verdict(i), i.metadata if isinstance(i, Document) else 0) for i in Dedup().run(corpus(*texts))])"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "LC_ALL": locale, "TZ": zone},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, locale, zone in (("1", "C", "UTC"), ("2", "tr_TR.UTF-8", "Asia/Tokyo"))
    }
    assert len(runs) == 1
    assert "near-duplicate" in runs.pop()


def articles(folder: Path) -> list[Document]:
    with gzip.open(folder / "dedup/articles_1000.train.gz", "rt", encoding="utf-8") as lines:
        pairs = (line.rstrip("\n").split(" ", 1) for line in lines)
        return [Document(name, text, {}) for name, text in pairs]


@pytest.mark.parametrize("options", [{}, {"stream": True}, {"verify": "jaccard"}])
def test_planted_articles_are_found_and_nothing_else(shared_data: Path, options: dict[str, Any]) -> None:
    planted = {
        tuple(sorted(line.split())) for line in (shared_data / "dedup/articles_1000.truth").read_text().splitlines()
    }
    items = Dedup(**options).run(articles(shared_data))
    found = {tuple(sorted((item.document.id, item.values["of"]))) for item in items if isinstance(item, Drop)}
    assert found == planted


def test_real_news_against_the_full_comparison(shared_data: Path) -> None:
    with gzip.open(shared_data / "extract/daniel_news_5lang.gold.jsonl.gz", "rt") as lines:
        documents = [Document(page["id"], page["gold_text"], {}) for page in map(json.loads, lines)]
    items = list(Dedup(verify="jaccard", threshold=0.75).run(documents))
    texts = {document.id: shingles(document.text, 5) for document in documents}
    for item in items:
        if isinstance(item, Drop):
            assert item.values["similarity"] == round(jaccard(texts[item.document.id], texts[item.values["of"]]), 4)
            assert item.values["similarity"] >= 0.75
    kept = {document.id for document in survivors(items)}
    with open(shared_data / "dedup/daniel_news_near_duplicates.tsv") as table:
        pairs = [line.split("\t") for line in table][1:]
    for left, right, _, similarity, _ in pairs:
        assert float(similarity) < 0.85 or not {left, right} <= kept


def test_estimates_are_near_the_truth_on_real_text(shared_data: Path) -> None:
    texts = [document.text for document in articles(shared_data)[:200]]
    pairs = [(shingles(text, 5), shingles(changed(text, len(text.split()) // 40), 5)) for text in texts]
    rows = signatures([hashes for pair in pairs for hashes in pair], 112, seed=1)
    import numpy as np

    errors = agreement(rows[0::2], rows[1::2]) - [jaccard(*pair) for pair in pairs]
    assert np.sqrt(np.mean(errors**2)) < 0.05
    assert abs(errors.mean()) < 0.015


LONG = "A paragraph that is long enough to be compared with others."
OTHER = "Another paragraph, which is as long as the first one or longer."


def texts_of(items: Iterable[Item]) -> list[Any]:
    return [item.text if isinstance(item, Document) else (item.reason, item.values) for item in items]  # type: ignore[union-attr]


def test_repeated_paragraphs_are_taken_out_of_later_texts() -> None:
    documents = corpus(
        f"{LONG}\n\nshort\n\n{LONG}\n\nend",
        f"{OTHER}\n \n{LONG.upper()}\n\nshort",
        f"{LONG}\n\n{OTHER}",
        f"{LONG}\n{OTHER}",
        f"{LONG}\n\nshort",
    )
    assert texts_of(Dedup(unit="paragraph").run(documents)) == [
        f"{LONG}\n\nshort\n\nend",
        f"{OTHER}\n\nshort",
        ("duplicate-paragraphs", {"removed": 2}),
        f"{LONG}\n{OTHER}",
        "short",
    ]


def test_repeated_lines_are_taken_out_of_later_texts() -> None:
    documents = corpus(f"{LONG}\n  {LONG}\n\nx", f"x\n{OTHER}\n{LONG}\n", f"{OTHER}\n\n", "x")
    assert texts_of(Dedup(unit="line").run(documents)) == [
        f"{LONG}\n\nx",
        f"x\n{OTHER}\n",
        ("duplicate-lines", {"removed": 1}),
        "x",
    ]
    assert texts_of(Dedup(unit="line", min_length=1).run(documents[3:] * 2)) == [
        "x",
        ("duplicate-lines", {"removed": 1}),
    ]


@given(st.lists(st.text(st.sampled_from("ab \n"), max_size=30), max_size=6), st.sampled_from(["paragraph", "line"]))
def test_no_unit_repeats_and_a_second_pass_changes_nothing(texts: list[str], unit: Any) -> None:
    step = Dedup(unit=unit, min_length=2)
    items = list(step.run(corpus(*texts)))
    assert [verdict_id(item) for item in items] == [f"d{number}" for number in range(len(texts))]
    kept = survivors(items)
    assert survivors(step.run(kept)) == kept
    units = [part for document in kept for part in document.text.split("\n" if unit == "line" else "\n\n")]
    compared = [" ".join(part.split()) for part in units if unit == "line"]
    longer = [part for part in compared if len(part) >= 2]
    assert len(longer) == len(set(longer))


def verdict_id(item: Item) -> Any:
    return item.document.id if isinstance(item, Drop) else item.id
