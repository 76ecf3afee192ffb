"""`takedown` where only parts of documents are: it says how many texts it cannot learn, of which copies come back."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run, lines_of
from tests.support.takedown_texts import prose

TAKEDOWN = ("takedown", "--list", "takedown.jsonl")
MESSAGE = "2 texts cannot be learned from it, so that copies under other ids may be left in it, and come back, unless"


@pytest.fixture
def folder(tmp_path: Path, corpuskit: Run) -> Path:
    """Documents, chunks of them in a dataset and in a search index, and an index of `dedup` that has seen them."""
    documents = [
        {"id": f"d{n}", "text": prose(n, 300), "metadata": {"url": f"https://example.org/{n}", "source": "web"}}
        for n in range(6)
    ]
    (tmp_path / "in.jsonl").write_bytes(lines_of(documents))
    chunks = corpuskit("chunk", "--size", "600", "in.jsonl", "--quiet").stdout
    (tmp_path / "pieces.jsonl").write_bytes(chunks)
    for command in (("export", "-o", "chunks"), ("index", "-o", "chunks.idx")):
        done = corpuskit(*command, stdin=chunks)
        assert done.returncode == 0, done.stderr
    for command in (
        ("export", "in.jsonl", "-o", "corpus"),
        ("dedup", "in.jsonl", "--index", "seen", "--snapshot", "one", "-o", "unique"),
    ):
        done = corpuskit(*command)
        assert done.returncode == 0, done.stderr
    return tmp_path


def write_list(folder: Path, *lines: dict[str, str]) -> None:
    (folder / "takedown.jsonl").write_bytes(lines_of(list(lines)))


def untaught(corpuskit: Run, *arguments: str) -> list[dict[str, Any]]:
    done = corpuskit(*TAKEDOWN, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    in_receipt = [
        {"name": place["name"], "texts": place["unlearned_texts"]}
        for place in answer["places"]
        if "unlearned_texts" in place
    ]
    assert answer["unlearned_texts"] == in_receipt
    return in_receipt


@pytest.mark.parametrize(
    "lines",
    [
        [{"id": "d1"}, {"id": "d2", "source": "web"}],
        [{"url": "https://example.org/1"}, {"url": "https://example.org/2"}],
        [{"id_prefix": "d1", "source": "web"}, {"id": "d2"}],
    ],
)
def test_texts_of_which_only_chunks_are_there_are_counted(
    folder: Path, corpuskit: Run, lines: list[dict[str, str]]
) -> None:
    write_list(folder, *lines)
    assert untaught(corpuskit, "chunks", "corpus") == []
    for place in ("chunks", "chunks.idx"):
        for options in ((), ("--apply", "--receipt", "receipt.json")):
            done = corpuskit(*TAKEDOWN, place, *options)
            assert f"{place}: {MESSAGE}" in done.stdout.decode(), done.stdout
        assert json.loads((folder / "receipt.json").read_bytes())["places"][0]["unlearned_texts"] == 2
        assert corpuskit("verify", "--receipt", "receipt.json", place).stderr == b""


def test_each_place_says_it_and_a_document_elsewhere_is_enough(folder: Path, corpuskit: Run) -> None:
    ids = [json.loads(line)["id"] for line in (folder / "pieces.jsonl").read_bytes().splitlines()]
    chunk = next(identifier for identifier in ids if identifier.startswith("d3#"))
    write_list(folder, {"id": "d1"}, {"id": "d2"}, {"id": chunk}, {"id": "nobody"})
    both = [{"name": "chunks", "texts": 2}, {"name": "chunks.idx", "texts": 2}]
    assert untaught(corpuskit, "chunks", "chunks.idx") == both
    told = corpuskit(*TAKEDOWN, "chunks", "chunks.idx").stdout.decode()
    assert told.count("cannot be learned") == 1 and "chunks, chunks.idx: 2 texts cannot be learned from them" in told
    assert untaught(corpuskit, "seen", "chunks") == untaught(corpuskit, "chunks.idx", "seen") == []
    assert untaught(corpuskit, "corpus", "chunks.idx", "--apply") == []
    assert untaught(corpuskit, "chunks", "--apply") == []


def test_what_an_address_taught_before_is_known(folder: Path, corpuskit: Run) -> None:
    write_list(folder, {"domain": "example.org"})
    assert untaught(corpuskit, "chunks") == [{"name": "chunks", "texts": 6}]
    assert untaught(corpuskit, "corpus", "--apply") == []
    assert untaught(corpuskit, "chunks", "--apply") == []


def test_places_that_lack_different_texts_are_told_of_apart(folder: Path, corpuskit: Run) -> None:
    one = corpuskit("chunk", "--size", "600", stdin=lines_of([{"id": "d9", "text": prose(9, 300)}])).stdout
    assert corpuskit("export", "-o", "more", stdin=one).returncode == 0
    write_list(folder, {"id": "d1"}, {"id": "d9"})
    told = corpuskit(*TAKEDOWN, "chunks", "more").stdout.decode()
    assert all(f"{name}: 1 text cannot be learned from it" in told for name in ("chunks", "more")), told


def test_a_document_of_another_source_with_that_id_teaches_nothing(folder: Path, corpuskit: Run) -> None:
    other = [{"id": "d1", "text": prose(90), "metadata": {"source": "forum"}}]
    assert corpuskit("export", "-o", "others", stdin=lines_of(other)).returncode == 0
    write_list(folder, {"id": "d1", "source": "web"})
    assert untaught(corpuskit, "others", "chunks") == [{"name": "chunks", "texts": 1}]


@pytest.mark.parametrize("places", [("chunks", "seen"), ("seen", "chunks.idx")])
def test_an_index_loses_what_chunks_alone_are_named_by(folder: Path, corpuskit: Run, places: tuple[str, ...]) -> None:
    """A chunk has the address of the document, and says its id."""
    write_list(folder, {"url": "https://example.org/1"}, {"id": "nobody"})
    done = corpuskit(*TAKEDOWN, *places, "--receipt", "receipt.json", "--apply", "--json")
    reasons = {place["name"]: place["reasons"] for place in json.loads(done.stdout)["places"]}
    assert reasons["seen"] == {"takedown-url": 1}, done.stdout
    assert b"unasked" not in (folder / "receipt.json").read_bytes()
    assert corpuskit("verify", "--receipt", "receipt.json", *places).stderr == b""


LINES_OF_PARTS: list[dict[str, str]] = [
    {"url": "https://example.org/1"},
    {"url_prefix": "https://example.org/1"},
    {"domain": "example.org"},
    {"id_prefix": "d1", "source": "web"},
    {"actor": "0f1e"},
    {"tenant": "acme"},
    {"url": "https://example.org/1", "source": "web"},
]


@pytest.mark.parametrize("place", ["made", "made.idx"])
@pytest.mark.parametrize("line", LINES_OF_PARTS)
def test_what_was_made_from_the_document_of_a_chunk_goes_too(
    tmp_path: Path, corpuskit: Run, place: str, line: dict[str, str]
) -> None:
    """By what a chunk is named, its document is named, which is not there: what is made from it later is as well."""
    of_all = {"tenant": "acme", "consent": {"scope": ["text", "train", "retrieve"]}}
    page = {"url": "https://example.org/1", "source": "web", "actor": "0f1e", **of_all}
    chunks = corpuskit("chunk", stdin=lines_of([{"id": "d1", "text": prose(1), "metadata": page}])).stdout
    summary: dict[str, Any] = {"id": "sum", "text": prose(2), "metadata": {"parents": ["d1"], **of_all}}
    if line == LINES_OF_PARTS[-1]:
        summary["metadata"]["source"] = "web"
    later = [{**summary, "id": "later"}, {"id": "x", "text": prose(3)}]
    made = chunks + lines_of([summary, {"id": "other", "text": prose(4)}])
    audience = ("--audience", "tenant:acme")
    command = ("index", "-o", place) if place.endswith(".idx") else ("export", "-o", place, *audience)
    done = corpuskit(*command, "-q", stdin=made)
    assert done.returncode == 0, done.stderr
    write_list(tmp_path, line)
    done = corpuskit(*TAKEDOWN, place, "--apply", "--json")
    assert json.loads(done.stdout)["places"][0]["documents"] == chunks.count(b"\n") + 1, done.stdout
    kept = corpuskit("filter-takedown", "--list", "takedown.jsonl", stdin=lines_of(later)).stdout
    if line != LINES_OF_PARTS[3]:
        assert [json.loads(text)["id"] for text in kept.splitlines()] == ["x"]


def test_parts_with_persons_of_their_own_leave_the_rest_of_a_thread(tmp_path: Path, corpuskit: Run) -> None:
    """Other tools call posts as `chunk` calls chunks, but note no span."""
    posts = [
        {"id": f"thread#{n}", "text": prose(n), "metadata": {"parents": ["thread"], "actor": f"p{n}"}} for n in range(3)
    ]
    assert corpuskit("export", "-o", "posts", stdin=lines_of(posts)).returncode == 0
    write_list(tmp_path, {"actor": "p1"})
    assert json.loads(corpuskit(*TAKEDOWN, "posts", "--json").stdout)["places"][0]["documents"] == 1


@pytest.mark.parametrize("line", [{"id": "short"}, {"domain": "example.org"}])
def test_a_short_text_is_not_to_be_learned_from_anything(tmp_path: Path, corpuskit: Run, line: dict[str, str]) -> None:
    """Its only chunk shows that it is short, also to an index of `dedup`."""
    document = {"id": "short", "text": "I agree with you.", "metadata": {"url": "https://example.org/s"}}
    dedup = ("dedup", "--index", "seen", "--snapshot", "one", "-o", "unique")
    assert corpuskit(*dedup, stdin=lines_of([document])).returncode == 0
    chunks = corpuskit("chunk", stdin=lines_of([document])).stdout
    assert corpuskit("export", "-o", "chunks", stdin=chunks).returncode == 0
    write_list(tmp_path, line)
    answer = json.loads(corpuskit(*TAKEDOWN, "chunks", "seen", "--json").stdout)
    assert [place["documents"] for place in answer["places"]] == [1, 1]
    assert (answer["unlearned_texts"], answer["short_texts"]) == ([], 1)


def test_an_index_says_nothing_of_what_is_named_whole_elsewhere(folder: Path, corpuskit: Run) -> None:
    write_list(folder, {"url": "https://example.org/1"}, {"id": "d2"})
    for places in (("chunks", "seen", "corpus"), ("seen", "corpus")):
        done = corpuskit(*TAKEDOWN, *places, "--json")
        assert not any("unasked" in place for place in json.loads(done.stdout)["places"]), done.stdout


def test_chunks_of_a_text_that_the_list_names_itself_leave_nothing_to_learn(tmp_path: Path, corpuskit: Run) -> None:
    """A document that came without an id has one that is made of its text."""
    document = {"text": prose(1, 300), "metadata": {"url": "https://example.org/1"}}
    chunks = corpuskit("chunk", "--size", "600", stdin=lines_of([document])).stdout
    assert corpuskit("export", "-o", "chunks", stdin=chunks).returncode == 0
    write_list(tmp_path, {"url": "https://example.org/1"})
    assert untaught(corpuskit, "chunks") == [{"name": "chunks", "texts": 1}]
    write_list(tmp_path, {"url": "https://example.org/1"}, {"text": prose(1, 300)})
    assert untaught(corpuskit, "chunks") == []


def alone(corpuskit: Run, *arguments: str) -> dict[str, int]:
    done = corpuskit(*TAKEDOWN, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return {
        place["name"]: place["chunks_alone"] for place in json.loads(done.stdout)["places"] if "chunks_alone" in place
    }


def test_chunks_that_may_be_of_copies_of_a_text_are_counted(folder: Path, corpuskit: Run) -> None:
    chunks = (folder / "pieces.jsonl").read_bytes().count(b"\n")
    write_list(folder, {"text": prose(1, 300)})
    assert alone(corpuskit, "chunks", "chunks.idx") == {"chunks": chunks, "chunks.idx": chunks}
    assert alone(corpuskit, "chunks", "corpus") == alone(corpuskit, "seen", "chunks.idx") == {}
    done = corpuskit(*TAKEDOWN, "chunks", "--apply", "--receipt", "receipt.json")
    assert f"chunks: {chunks} chunks stay whose documents no place has" in done.stdout.decode()
    assert corpuskit("verify", "--receipt", "receipt.json", "chunks").stderr == b""


def test_chunks_of_a_copy_that_an_index_does_not_name_are_counted(folder: Path, corpuskit: Run) -> None:
    """An index of `dedup` has of equal documents the first one's id alone."""
    of_copy = corpuskit("chunk", "--size", "600", stdin=lines_of([{"id": "copy", "text": prose(1, 300)}])).stdout
    both = of_copy + (folder / "pieces.jsonl").read_bytes()
    assert corpuskit("export", "-o", "with-copy", stdin=both).returncode == 0
    write_list(folder, {"id": "d1"})
    assert alone(corpuskit, "with-copy") == {}, "no text is known, and that is said in another way"
    for options in ((), ("--apply",)):
        assert alone(corpuskit, "seen", "with-copy", *options) == {"with-copy": of_copy.count(b"\n")}
    ids = corpuskit("files", "with-copy").stdout
    assert b'"copy#' in ids and b'"d1#' not in ids
