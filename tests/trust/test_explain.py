"""explain: the fate of each document, whatever it was."""

import json
import tempfile
from pathlib import Path

import pytest
import xxhash
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.core.document import Document, encode
from corpuskit.core.publish.dataset import Dataset
from corpuskit.core.publish.id_index import IdIndex, may_hold
from corpuskit.export.jsonl import Jsonl
from corpuskit.trust.explain import fate
from tests.conftest import Run, lines_of, texts


def test_every_document_has_one_fate(tmp_path: Path, shell: Run) -> None:
    documents = [{"id": f"d{number}", "text": f"text {number % 7}", "metadata": {}} for number in range(20)]
    (tmp_path / "in.jsonl").write_bytes(lines_of(documents))
    shell("corpuskit sample --rate 0.7 in.jsonl -o one --quiet; corpuskit dedup --method exact one -o two --quiet")
    fates = [json.loads(shell(f"corpuskit explain two d{number} --json").stdout)["fate"] for number in range(20)]
    for number, entries in enumerate(fates):
        assert entries[0]["id"] == f"d{number}"
        assert entries[0]["verdict"] in ("kept", "dropped")
        if entries[0].get("reason") == "duplicate":
            assert entries[-1]["verdict"] == "kept", "a duplicate leads to the document that stayed"
    kept_lines = shell("corpuskit head -n 99 two").stdout.splitlines()
    assert sum(entries[0]["verdict"] == "kept" for entries in fates) == len(kept_lines)


def test_strange_ids_are_found_and_shown_without_driving_the_terminal(tmp_path: Path, corpuskit: Run) -> None:
    strange = 'a"\\ \x1b[31m é\u2028'
    stdin = lines_of([{"id": strange, "text": "t"}, {"id": "b", "text": "t"}, {"id": "b2", "text": "t"}])
    assert corpuskit("dedup", "--method", "exact", "-o", "out", stdin=stdin).returncode == 0
    done = corpuskit("explain", "out", strange)
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout
    assert b"\\u001b[31m" in done.stdout
    assert b"b: dropped" in corpuskit("explain", "out", "b").stdout


def test_what_is_not_known_or_no_dataset_is_said(tmp_path: Path, corpuskit: Run) -> None:
    assert corpuskit("export", "-o", "out", stdin=texts("a")).returncode == 0
    assert corpuskit("explain", "out", "nothing").returncode == 2
    assert corpuskit("explain", "nowhere", "d0").returncode == 2
    assert corpuskit("explain", "out").returncode == 2
    next((tmp_path / "out").glob("data/part-*")).unlink()
    assert corpuskit("explain", "out", "d0").returncode == 3


@pytest.mark.parametrize("format_name", ["jsonl", "parquet", "hf"])
def test_what_was_kept_is_found_in_its_shard(tmp_path: Path, shell: Run, format_name: str) -> None:
    names = [*(f"d{number}" for number in range(12)), 'a"\\ \u00e9\u2028']
    (tmp_path / "in.jsonl").write_bytes(lines_of([{"id": name, "text": "text"} for name in names]))
    shell(f"corpuskit export in.jsonl --to {format_name} --shard-documents 5 -o out --quiet")
    fates = [fate(Dataset(tmp_path / "out"), name) for name in names]
    assert [[entry["verdict"] for entry in entries] for entries in map(list, fates)] == [["kept"]] * len(names)
    shard_names = [next(fate(Dataset(tmp_path / "out"), name))["shard"] for name in names]
    assert shard_names == sorted(shard_names)
    assert len(set(shard_names)) == 3
    assert not list(fate(Dataset(tmp_path / "out"), "d12"))


def test_a_shard_that_says_nothing_of_its_ids_is_searched(tmp_path: Path, shell: Run) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines_of([{"id": f"d{number}", "text": "text"} for number in range(3)]))
    shell("corpuskit export in.jsonl -o out --quiet; corpuskit head -n 9 --quiet out > plain.jsonl")
    (tmp_path / "plain.zst").write_bytes(zstandard.compress((tmp_path / "plain.jsonl").read_bytes()))
    assert [document.id for document in Jsonl().find(tmp_path / "plain.zst", "d2")] == ["d2"]
    assert not list(Jsonl().find(tmp_path / "plain.zst", "d3"))


@given(st.lists(st.text(max_size=9), max_size=300, unique=True), st.text(max_size=9))
@settings(max_examples=50)
def test_a_shard_knows_its_ids_and_hardly_any_other(names: list[str], other: str) -> None:
    ids, ids_of_lines = IdIndex(), IdIndex()
    for name in names:
        ids.add(name)
        ids_of_lines.add_of_line(encode(Document(name, 'a "text"')))
    assert ids_of_lines.frame() == ids.frame()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shard"
        path.write_bytes(b"lines" + ids.frame())
        assert all(may_hold(path, name) for name in names)
        assert may_hold(path, other) is (other in names), "one in four milliards may fail here"
        path.write_bytes(b"lines" + ids.frame()[:-1])
        assert may_hold(path, other), "what is cut says nothing"


def test_half_of_one_hash_and_half_of_the_next_are_none(tmp_path: Path) -> None:
    """Two hashes whose neighbouring halves are the hash that is looked for."""
    wanted_half = xxhash.xxh3_64_intdigest(b"wanted").to_bytes(8, "little")[:4]
    body = b"\x00\x00" + wanted_half + b"\x01\x01" + (2).to_bytes(4, "little") + b"cids"
    frame = (0x184D2A5B).to_bytes(4, "little") + len(body).to_bytes(4, "little") + body
    (tmp_path / "shard").write_bytes(frame)
    assert not may_hold(tmp_path / "shard", "wanted")
    (tmp_path / "shard").write_bytes(frame.replace(body[:8], wanted_half + body[:4]))
    assert may_hold(tmp_path / "shard", "wanted")


ENGLISH = "The quick brown fox jumps over the lazy dog, and then it goes home to sleep because it was very tired. " * 3
GERMAN = "Der schnelle braune Fuchs springt über den Hund und geht dann nach Hause, weil er sehr müde war. " * 3
TWO_SOURCES = """
sources:
  german:
    {from: files, inputs: [in.jsonl], origin: public_dataset, license: CC0-1.0, steps: [{filter-language: {keep: de}}]}
  english:
    from: files
    inputs: [in.jsonl]
    origin: public_dataset
    license: CC0-1.0
    steps: [{filter-language: {keep: [en, de]}}, {filter-language: {keep: en}}]
"""


@pytest.fixture
def two_sources(tmp_path: Path, corpuskit: Run) -> Path:
    documents = [{"id": "e1", "text": ENGLISH}, {"id": "g1", "text": GERMAN}, {"id": "e2", "text": ENGLISH + "x"}]
    (tmp_path / "in.jsonl").write_bytes(lines_of(documents) + b'{"id": "empty"}\nno record\n')
    (tmp_path / "recipe.yaml").write_text(TWO_SOURCES)
    done = corpuskit("mix", "recipe.yaml", "-o", "out", "--max-rejects", "100", "--no-cache")
    assert done.returncode == 0, done.stderr
    return tmp_path / "out"


def test_a_document_of_two_sources_has_a_fate_in_each(two_sources: Path) -> None:
    fates = list(fate(Dataset(two_sources), "g1"))
    assert [(entry["verdict"], entry["source"]) for entry in fates] == [("kept", "german"), ("dropped", "english")]
    assert fates[1]["step_id"] == "8-filter-language", "the second of two steps of one name"


def test_what_was_rejected_is_found_by_its_id_and_not_called_unread(two_sources: Path, corpuskit: Run) -> None:
    assert corpuskit("explain", "out", "empty").stdout.count(b"rejected by files: no-text") == 2
    assert b"among 2 rejected records without an id" in corpuskit("explain", "out", "e9").stderr


def test_decisions_follow_their_steps_through_a_pipe_and_another_dataset(tmp_path: Path, shell: Run) -> None:
    for name, text in (("a", "one"), ("b", "two")):
        documents = [{"id": f"{name}{number}", "text": text, "metadata": {"source": name}} for number in range(2)]
        (tmp_path / f"{name}.jsonl").write_bytes(lines_of(documents))
    exact = "corpuskit dedup --method exact --quiet"
    shell(f"({exact} a.jsonl; {exact} b.jsonl) 2>/dev/null | corpuskit export -o both --quiet")
    shell(f"{exact} a.jsonl -o one --quiet; corpuskit export both one -o all --quiet")
    for folder, steps in (("both", 3), ("all", 5)):
        dataset = Dataset(tmp_path / folder)
        sources = {entry["step_id"]: entry["source"] for entry in dataset.decisions()}
        assert sources.keys() == {step["id"] for step in dataset.manifest["steps"] if step["name"] == "dedup"}
        assert len(dataset.manifest["steps"]) == steps
        assert shell(f"corpuskit verify {folder}").returncode == 0


def test_an_input_that_was_rejected_whole_is_found_by_its_name(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "good.txt").write_text("text")
    (tmp_path / "in" / "bad.txt").write_bytes(b"\x00\x01\x02\xff" * 99)
    assert corpuskit("files", "in", "-o", "out", "--max-rejects", "100").returncode == 0
    assert b"bad.txt: rejected by files" in corpuskit("explain", "out", "in/bad.txt").stdout


def test_a_name_without_its_folder_brings_the_id_that_ends_in_it(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "note00.txt").write_text("Low tide.")
    assert corpuskit("files", "mine", "-o", "c1").returncode == 0
    done = corpuskit("explain", "c1", "note00.txt")
    assert done.returncode == 2
    assert b"has no document 'note00.txt' (did you mean 'mine/note00.txt'?); " in done.stderr
    assert b"did you mean" not in corpuskit("explain", "c1", "0.text").stderr
