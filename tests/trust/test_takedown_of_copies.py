"""What `takedown` says of near copies, which the list does not name: as many as there are, with ids, and no others."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run, lines_of
from tests.support.takedown_texts import prose

PLACES = ("corpus", "chunks", "seen", "exact", "mixed")


@pytest.fixture
def folder(tmp_path: Path, corpuskit: Run) -> Path:
    """A document, a near copy of another source, a summary, and a mix in which all have one source."""
    consent = {"consent": {"scope": ["text", "train", "retrieve"]}}
    documents: list[dict[str, Any]] = [
        {"id": "target", "text": prose(1, 300), "metadata": {"source": "site", "actor": "0f1e", **consent}},
        {"id": "near", "text": f"{prose(1, 300)} and so on", "metadata": {"source": "blog", **consent}},
        {"id": "summary", "text": prose(2), "metadata": {"source": "synth", "parents": ["target"], **consent}},
        *({"id": f"d{n}", "text": prose(n), "metadata": {"source": "site", **consent}} for n in range(3, 9)),
    ]
    (tmp_path / "in.jsonl").write_bytes(lines_of(documents))
    (tmp_path / "recipe.yaml").write_text("sources: {a: {from: files, inputs: [in.jsonl], origin: crawl}}\n")
    for command in (
        ("export", "in.jsonl", "-o", "corpus"),
        ("chunk", "--size", "600", "in.jsonl", "-o", "chunks"),
        ("dedup", "in.jsonl", "--index", "seen", "--snapshot", "one", "-o", "unique"),
        ("dedup", "in.jsonl", "--index", "exact", "--snapshot", "one", "--method", "exact", "-o", "unique"),
        ("mix", "recipe.yaml", "-o", "mixed"),
    ):
        done = corpuskit(*command, "-q")
        assert done.returncode == 0, done.stderr
    return tmp_path


def copies(folder: Path, corpuskit: Run, line: dict[str, str], *places: str) -> dict[str, tuple[int, int, list[str]]]:
    (folder / "takedown.jsonl").write_bytes(lines_of([line]))
    done = corpuskit("takedown", "--list", "takedown.jsonl", "--json", *places)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)["near_copies"]
    return {place["name"]: (place["documents"], place["made_from_them"], place["examples"]) for place in told}


def chunks_of(corpuskit: Run, document: str) -> int:
    return corpuskit("files", "chunks").stdout.count(f'"id":"{document}#'.encode())


@pytest.mark.parametrize("line", [{"id": "target"}, {"id": "target", "source": "site"}])
@pytest.mark.parametrize("places", [PLACES[:4], PLACES[3::-1]])
def test_what_the_list_names_is_called_no_copy(
    folder: Path, corpuskit: Run, line: dict[str, str], places: tuple[str, ...]
) -> None:
    """Nor are its chunks called made from copies, nor the summary."""
    assert copies(folder, corpuskit, line, *places) == {
        "corpus": (1, 0, ["near"]),
        "chunks": (0, chunks_of(corpuskit, "near"), []),
        "seen": (1, 0, ["near"]),
        "exact": (1, 0, ["near"]),
    }


@pytest.mark.parametrize("places", [PLACES, PLACES[::-1]])
def test_a_place_that_names_another_source_makes_no_copies_of_what_is_named(
    folder: Path, corpuskit: Run, places: tuple[str, ...]
) -> None:
    """In the mix, where the source is another one, the document is not known but as a copy."""
    told = copies(folder, corpuskit, {"id": "target", "source": "site"}, *places)
    assert sorted(told.pop("mixed")[2]) == ["near", "target"]
    assert told == {
        "corpus": (1, 0, ["near"]),
        "chunks": (0, chunks_of(corpuskit, "near"), []),
        "seen": (1, 0, ["near"]),
        "exact": (1, 0, ["near"]),
    }


@pytest.mark.parametrize("places", [("corpus", "seen"), ("seen", "corpus")])
@pytest.mark.parametrize("line", [{"actor": "0f1e"}, {"actor": "0f1e", "source": "site"}])
def test_an_entry_goes_for_the_reason_of_its_document(
    folder: Path, corpuskit: Run, places: tuple[str, ...], line: dict[str, str]
) -> None:
    (folder / "takedown.jsonl").write_bytes(lines_of([line]))
    done = corpuskit("takedown", "--list", "takedown.jsonl", "--json", *places)
    reasons = {place["name"]: place["reasons"] for place in json.loads(done.stdout)["places"]}
    expected = {"takedown-actor": 1, "takedown-near-copy": 1, "takedown-parent": 1}
    assert reasons == {"corpus": expected, "seen": expected}


def test_copies_that_the_list_has_learned_are_told_with_ids(folder: Path, corpuskit: Run) -> None:
    (folder / "takedown.jsonl").write_bytes(lines_of([{"id": "target"}]))
    command = ("takedown", "--list", "takedown.jsonl")
    assert corpuskit(*command, "corpus", "--apply").returncode == 0
    for place in ("mixed", "exact"):
        told = corpuskit(*command, place).stdout.decode()
        assert f"{place}: the list does not name 1 near copy (such as near)\n" in told


def test_without_an_id_to_show_no_example_is_promised(folder: Path, corpuskit: Run) -> None:
    """A document is known by its id alone, as that of a copy in another place."""
    other = [{"id": "near", "text": prose(90), "metadata": {"source": "forum"}}]
    assert corpuskit("export", "-o", "forum", stdin=lines_of(other)).returncode == 0
    (folder / "takedown.jsonl").write_bytes(lines_of([{"id": "target"}]))
    told = corpuskit("takedown", "--list", "takedown.jsonl", "forum", "corpus").stdout.decode()
    assert "forum: the list does not name 1 near copy\n" in told
