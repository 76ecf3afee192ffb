"""The index of dedup: snapshot by snapshot gives the verdicts of all at once, and nothing is half done."""

import hashlib
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.core.document import Document
from corpuskit.core.errors import DamagedError, PublishError, UsageError
from corpuskit.core.settings import Settings
from corpuskit.core.step import Drop, Item
from corpuskit.stages.dedup import Dedup
from corpuskit.stages.dedup_index import DedupIndex
from corpuskit.text.dedup.index import Index
from tests.conftest import ROOT, Run
from tests.support.dedup import changed, corpus, families, prose, verdicts

MINHASH: dict[str, Any] = {"ngram": 3, "permutations": 32, "bands": 16, "threshold": 0.5}


def judge(folder: Path, name: str, documents: Iterable[Document], **options: Any) -> list[Item]:
    step = Dedup(index=folder, snapshot=name, **options)
    items = list(step.run(documents))
    step.commit()
    return items


def values(items: Iterable[Item]) -> list[dict[str, Any]]:
    return [item.values for item in items if isinstance(item, Drop)]


@pytest.mark.parametrize("forge", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["pipe", "device"])
def test_an_index_file_that_is_no_file_is_refused(tmp_path: Path, forge: Callable[[Path], None]) -> None:
    judge(tmp_path, "a", corpus(prose(3)), **MINHASH)
    (tmp_path / "index.json").unlink()
    forge(tmp_path / "index.json")
    with pytest.raises(PublishError, match="not a regular file"):
        judge(tmp_path, "b", corpus(prose(3)), **MINHASH)


def listed(folder: Path) -> list[tuple[str, int]]:
    content = json.loads((folder / "index.json").read_bytes())
    return [(entry["name"], entry["documents"]) for entry in content["snapshots"]]


def content_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@settings(max_examples=30, deadline=None)
@given(families(), st.lists(st.integers(0, 24), max_size=3), st.sampled_from([MINHASH, {"method": "exact"}]))
def test_snapshot_by_snapshot_is_all_at_once(
    tmp_path_factory: pytest.TempPathFactory, documents: list[Document], cuts: list[int], options: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("index")
    expected = verdicts(Dedup(**options).run(documents))
    borders = [0, *sorted(min(cut, len(documents)) for cut in cuts), len(documents)]
    found, home = [], {}
    for number, (start, end) in enumerate(itertools.pairwise(borders)):
        part = documents[start:end]
        home |= {document.id: f"s{number}" for document in part}
        items = judge(folder, f"s{number}", part, **options)
        found += verdicts(items)
        for item in items:
            if isinstance(item, Drop):
                assert item.values.get("snapshot", f"s{number}") == home[item.values["of"]]
                assert ("snapshot" in item.values) == (home[item.values["of"]] != f"s{number}")
    assert found == expected


def test_a_drop_names_the_earlier_snapshot(tmp_path: Path) -> None:
    text = prose(1)
    judge(tmp_path / "index", "may", corpus(text, prose(2)))
    items = judge(
        tmp_path / "index", "june", [Document("a", text), Document("b", changed(text, 1)), Document("c", "x y")]
    )
    assert values(items) == [
        {"of": "d0", "snapshot": "may", "similarity": 1.0},
        {"of": "d0", "snapshot": "may", "similarity": pytest.approx(0.95, abs=0.05)},
    ]
    assert listed(tmp_path / "index") == [("may", 2), ("june", 2)]


def test_a_run_replaces_its_own_snapshot_and_gives_the_same_again(tmp_path: Path) -> None:
    first, second = corpus(prose(1), prose(2)), corpus(prose(1), prose(3), changed(prose(3), 1))
    judge(tmp_path, "a", first)
    step = Dedup(index=tmp_path, snapshot="b")
    options = step.options()
    once = verdicts(step.run(second))
    step.commit()
    before = content_of(tmp_path)
    again = Dedup(index=tmp_path, snapshot="b")
    assert again.options() == options
    assert verdicts(again.run(second)) == once
    again.commit()
    after = content_of(tmp_path)
    assert after.keys() == before.keys()
    assert json.loads(after.pop("index.json"))["generation"] == 3
    assert all(before[name] == data for name, data in after.items())


def test_what_was_dropped_for_a_replaced_document_holds_nobody_back(tmp_path: Path) -> None:
    text = prose(1)
    judge(tmp_path, "a", [Document("a", text)])
    judge(tmp_path, "b", [Document("b", changed(text, 1))])
    assert verdicts(judge(tmp_path, "a", [Document("a", text)])) == [("a", "kept")]
    assert listed(tmp_path) == [("b", 0), ("a", 1)]


def test_the_manifest_tells_what_was_read_and_not_where_it_lies(tmp_path: Path) -> None:
    def options(name: str) -> dict[str, Any]:
        step = Dedup(index=tmp_path / name, snapshot="s")
        try:
            return step.options()
        finally:
            step.close()

    empty = options("one")
    assert empty == {**Dedup().options(), "index": empty["index"], "snapshot": "s"}
    assert empty == options("two")
    judge(tmp_path / "two", "earlier", corpus(prose(1)))
    assert options("two")["index"] != empty["index"]
    assert "index" not in Dedup().options()
    assert not (tmp_path / "one").exists(), "nothing was committed"


def test_a_run_that_does_not_end_well_leaves_the_index_as_it_was(tmp_path: Path) -> None:
    judge(tmp_path, "a", corpus(prose(1), prose(2)))
    before = content_of(tmp_path)
    for finished in (False, True):
        step = Dedup(index=tmp_path, snapshot="a")
        items = step.run(corpus(*map(prose, range(5, 9))))
        for _ in items:
            if not finished:
                break
        items.close()  # type: ignore[attr-defined]
        step.close()
        assert content_of(tmp_path) == before


def test_a_killed_run_leaves_the_index_as_it_was(tmp_path: Path) -> None:
    judge(tmp_path, "a", corpus(prose(1)))
    before = content_of(tmp_path)
    program = (
        "import os, sys; sys.path.insert(0, '.'); from tests.text.dedup.test_index import *\n"
        f"step = Dedup(index=Path({str(tmp_path)!r}), snapshot='a')\n"
        "list(step.run(corpus(prose(5), prose(6)))); print('staged', flush=True); signal.pause()"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"staged\n"
        with pytest.raises(PublishError, match=rf"is in use by process {process.pid} \(snapshot a\); wait"):
            Dedup(index=tmp_path, snapshot="b").options()
        os.kill(process.pid, signal.SIGKILL)
    assert before.items() <= content_of(tmp_path).items()
    assert verdicts(judge(tmp_path, "b", corpus(prose(5), prose(1)))) == [
        ("d0", "kept"),
        ("d1", "duplicate", "d0", 1.0),
    ]
    assert len(content_of(tmp_path)) == 3, "what the killed run left is gone"


def test_a_full_disk_leaves_the_index_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judge(tmp_path, "a", corpus(prose(1)))
    before = content_of(tmp_path)
    step = Dedup(index=tmp_path, snapshot="b")
    list(step.run(corpus(prose(2))))

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(PublishError, match=r": No space left on device. Make room, and run it again$"):
            step.commit()
    step.close()
    assert content_of(tmp_path) == before


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"threshold": 0.7}, "threshold"),
        ({"permutations": 128, "bands": 16}, "bands"),
        ({"ngram": 4}, "ngram"),
        ({"seed": 2}, "seed"),
        ({"method": "exact"}, "bands"),
    ],
)
def test_an_index_with_other_settings_is_refused(tmp_path: Path, options: dict[str, Any], key: str) -> None:
    judge(tmp_path, "a", corpus(prose(1)))
    with pytest.raises(UsageError, match=f"was made with {key} "):
        Dedup(index=tmp_path, snapshot="b", **options).options()
    assert Dedup(index=tmp_path, snapshot="b").options(), "the lock was let go of"


@pytest.mark.parametrize(
    "options",
    [
        {"index": Path("x")},
        {"snapshot": "x"},
        {"index": Path("x"), "snapshot": ""},
        {"index": Path("x"), "snapshot": "a\nb"},
        {"index": Path("x"), "snapshot": "a", "keep": "longest"},
        {"index": Path("x"), "snapshot": "a", "stream": True},
        {"index": Path("x"), "snapshot": "a", "unit": "line"},
        {"index": Path("x"), "snapshot": "a", "verify": "jaccard"},
        {"memory": "much"},
        {"memory": "1GB", "stream": True},
        {"memory": "1GB", "unit": "paragraph"},
    ],
)
def test_options_that_do_not_go_with_an_index_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"^[^\n]+$"):
        Dedup(**options)


def test_a_damaged_index_is_said_in_one_line(tmp_path: Path) -> None:
    judge(tmp_path, "a", corpus(prose(1), prose(2)))
    (entries,) = tmp_path.glob("entries-*")
    whole, named = entries.read_bytes(), (tmp_path / "index.json").read_bytes()
    for data in (whole[:-1], whole[:200] + b"\x00" + whole[201:], whole + b" ", b""):
        entries.write_bytes(data)
        with pytest.raises(
            DamagedError, match=r"^snapshot 'a' of the index .* is damaged: entries-\w+.blocks was changed"
        ):
            judge(tmp_path, "b", corpus(prose(1)))
    entries.unlink()
    with pytest.raises(DamagedError, match="is missing"):
        judge(tmp_path, "b", corpus(prose(1)))
    entries.write_bytes(whole)
    for data in (named[:-9], b"", b"[]", b"{}", named.replace(b'"documents": 2', b'"documents": 3'), b"[" * 9999):
        (tmp_path / "index.json").write_bytes(data)
        with pytest.raises(DamagedError, match=r"^the index .* is damaged: index.json"):
            judge(tmp_path, "b", corpus(prose(1)))
    (tmp_path / "index.json").unlink()
    with pytest.raises(DamagedError, match=r"damaged: index.json is missing"):
        judge(tmp_path, "b", corpus(prose(1)))
    with pytest.raises(DamagedError, match=r"damaged: index.json is missing"):
        remove(tmp_path, snapshot="a")
    assert list(content_of(tmp_path)) == [entries.name]
    (tmp_path / "index.json").write_bytes(named)
    assert values(judge(tmp_path, "b", corpus(prose(1))))


def test_settings_are_those_of_the_first_run_that_succeeded(tmp_path: Path) -> None:
    tmp_path.joinpath("index").mkdir()
    unpublished = Dedup(index=tmp_path / "index", snapshot="a")
    list(unpublished.run(corpus(prose(1))))
    with pytest.raises(PublishError, match=f"in use by process {os.getpid()}"):
        judge(tmp_path / "index", "a", corpus(prose(1)), threshold=0.5)
    unpublished.close()
    judge(tmp_path / "index", "a", corpus(prose(1)), threshold=0.5)
    with pytest.raises(UsageError, match=r"threshold 0.5, not 0.8"):
        judge(tmp_path / "index", "a", corpus(prose(1)))


def test_a_folder_that_is_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(PublishError, match="is not an index and not empty"):
        Dedup(index=tmp_path, snapshot="a").options()
    assert list(content_of(tmp_path)) == ["notes.txt"]
    with pytest.raises(UsageError, match="holds no index"):
        remove(tmp_path, snapshot="a")


def remove(folder: Path, **options: Any) -> None:
    assert DedupIndex(**options).execute(["remove", str(folder)], Settings(quiet=True)) == 0


def test_a_document_whose_id_is_empty_can_be_removed(tmp_path: Path, shell: Run) -> None:
    judge(tmp_path / "seen", "a", [Document("", prose(0)), Document("other", prose(1))])
    done = shell("corpuskit dedup-index remove seen --id '' --json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["removed"] == 1
    assert listed(tmp_path / "seen") == [("a", 1)]
    remove(tmp_path / "seen", id="")


def test_a_removed_snapshot_is_as_if_it_had_never_been(tmp_path: Path) -> None:
    texts = [prose(seed) for seed in range(4)]
    judge(tmp_path, "a", corpus(texts[0], texts[1]))
    judge(tmp_path, "b", [Document("near", changed(texts[0], 1)), Document("new", texts[2])])
    judge(tmp_path, "c", [Document("again", changed(texts[2], 1))])
    remove(tmp_path, snapshot="a")
    assert listed(tmp_path) == [("b", 1), ("c", 1)], "what was dropped for it is gone too"
    before = content_of(tmp_path)
    remove(tmp_path, snapshot="a")
    assert content_of(tmp_path) == before
    assert verdicts(judge(tmp_path, "d", [Document("e", texts[0]), Document("f", texts[2])])) == [
        ("e", "kept"),
        ("f", "duplicate", "new", 1.0),
    ]


def test_a_removed_document_takes_along_what_was_dropped_for_it(tmp_path: Path) -> None:
    text, other = prose(1), prose(2)
    judge(tmp_path, "a", [Document("x", text), Document("y", other)])
    judge(tmp_path, "b", [Document("x", changed(text, 1)), Document("z", changed(other, 1))])
    remove(tmp_path, snapshot="b", id="x")
    assert listed(tmp_path) == [("a", 2), ("b", 1)]
    remove(tmp_path, id="y")
    assert listed(tmp_path) == [("a", 1), ("b", 0)]
    before = content_of(tmp_path)
    remove(tmp_path, id="y")
    assert content_of(tmp_path) == before
    kept = [("p", "duplicate", "x", 1.0), ("q", "kept")]
    assert verdicts(judge(tmp_path, "c", [Document("p", text), Document("q", other)])) == kept


@settings(max_examples=20, deadline=None)
@given(families(), st.integers(1, 24), st.integers(0, 24))
def test_without_a_document_the_rest_judges_as_if_it_had_not_been(
    tmp_path_factory: pytest.TempPathFactory, documents: list[Document], cut: int, number: int
) -> None:
    """Take out a document that stands for itself alone: the verdicts are those of a corpus without it."""
    folder = tmp_path_factory.mktemp("index")
    alone = Document("alone", "nothing else has words such as these at all")
    number = min(number, len(documents))
    judge(folder, "a", [*documents[:number], alone, *documents[number:]][:cut], **MINHASH)
    remove(folder, id="alone")
    kept = [document for document in [*documents[:number], alone, *documents[number:]][:cut] if document is not alone]
    later = [Document(f"l{place}", document.text) for place, document in enumerate([*documents, alone])]
    expected = verdicts(Dedup(**MINHASH).run([*kept, *later]))[len(kept) :]
    assert verdicts(judge(folder, "b", later, **MINHASH)) == expected


def test_the_command_line_says_what_an_index_holds(tmp_path: Path, shell: Run) -> None:
    (tmp_path / "a.jsonl").write_text('{"id":"a","text":"one two three"}\n{"id":"b","text":"four five"}\n')
    done = shell("corpuskit dedup a.jsonl --index seen --snapshot may -o out --quiet; corpuskit verify out")
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "out/manifest.json").read_bytes())
    assert manifest["steps"][0]["options"]["snapshot"] == "may"
    assert len(manifest["steps"][0]["options"]["index"]) == 64
    assert b"seen" not in (tmp_path / "out/manifest.json").read_bytes()
    answer = json.loads(shell("corpuskit dedup-index list seen --json").stdout)
    assert [entry["name"] for entry in answer["snapshots"]] == ["may"]
    assert answer["settings"]["method"] == "minhash"
    # A run that publishes nothing is no snapshot.
    done = shell("corpuskit dedup a.jsonl --index seen --snapshot june -o out2 --quiet")
    assert done.returncode == 6
    assert json.loads(shell("corpuskit dedup-index list seen --json").stdout) == answer


def test_an_index_is_closed_once(tmp_path: Path) -> None:
    index = Index(tmp_path, "test", {"method": "exact"})
    index.close()
    index.close()
    assert index.closed


def test_what_was_read_is_named_after_the_run_too(tmp_path: Path) -> None:
    judge(tmp_path, "a", corpus(prose(1)))
    before = Dedup(index=tmp_path, snapshot="b").options()
    step = Dedup(index=tmp_path, snapshot="b")
    list(step.run(corpus(prose(2))))
    assert step.options() == before
    step.commit()


def test_a_recipe_in_tasks_keeps_what_the_pipe_keeps(tmp_path: Path, shell: Run) -> None:
    rows = [{"id": item.id, "text": item.text} for item in corpus(*map(prose, (1, 2, 1)), changed(prose(2), 1))]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "recipe.yaml").write_text(
        "sources: {web: {from: files, inputs: [a.jsonl], origin: other, license: CC0-1.0}}\n"
        "together: [{dedup: {index: of-mix, snapshot: s}}]\n"
    )
    done = shell(
        "corpuskit mix recipe.yaml -o mixed -j 2 --quiet\n"
        "corpuskit files a.jsonl --source web --origin other --license CC0-1.0 |"
        " corpuskit dedup --index of-pipe --snapshot s -o piped --quiet"
    )
    assert done.returncode == 0, done.stderr
    assert content_of(tmp_path / "of-mix") == content_of(tmp_path / "of-pipe")
    assert listed(tmp_path / "of-mix") == [("s", 3)]
    read = {
        step["options"]["index"]
        for name in ("mixed", "piped")
        for step in json.loads((tmp_path / name / "manifest.json").read_bytes())["steps"]
        if step["name"] == "dedup"
    }
    assert len(read) == 1


def forge(folder: Path, **changes: Any) -> None:
    """Change the current generation, and give it the right digest."""
    content = json.loads((folder / "index.json").read_bytes())
    del content["sha256"]
    content = {key: value for key, value in (content | changes).items() if value != "absent"}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    content["sha256"] = hashlib.sha256(canonical).hexdigest()
    (folder / "index.json").write_text(json.dumps(content))


ENTRY = {"name": "a", "documents": 1, "file": "entries-0123456789abcdef.blocks", "bytes": 1, "sha256": "x"}

FORGED: list[dict[str, Any]] = [
    {"snapshots": None},
    {"snapshots": [5]},
    {"snapshots": "absent"},
    {"snapshots": {}},
    {"snapshots": [ENTRY, ENTRY]},
    *({"snapshots": [ENTRY | {"file": name}]} for name in (5, "../a.jsonl", "index.json", "a\0", "..")),
    {"snapshots": [{key: value for key, value in ENTRY.items() if key != "file"}]},
    {"snapshots": [ENTRY | {"name": 5}]},
    {"snapshots": [ENTRY | {"documents": "x"}]},
    {"snapshots": [ENTRY | {"bytes": True}]},
    {"format": "absent"},
    {"generation": "x"},
    {"settings": None},
    {"settings": []},
    {"settings": {"method": "minhash"}},
    {"settings": {"method": "minhash", "permutations": 10**12, "bands": 1}},
]


@pytest.mark.parametrize("changes", FORGED)
def test_a_forged_index_is_damage(tmp_path: Path, changes: dict[str, Any]) -> None:
    folder = tmp_path / "index"
    judge(folder, "one", corpus(prose(1), prose(2)))
    forge(folder, **changes)
    for command, arguments in ((DedupIndex(), "list"), (DedupIndex(id="d0"), "remove")):
        with pytest.raises(DamagedError):
            command.execute([arguments, str(folder)], Settings())
    with pytest.raises(DamagedError):
        judge(folder, "two", corpus(prose(1), prose(2)))


def test_entries_of_other_settings_are_damage(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    judge(folder, "one", corpus(prose(1), prose(2)), method="exact")
    forge(folder, settings=Dedup().parameters().index_settings())
    with pytest.raises(DamagedError, match="does not hold its entries"):
        judge(folder, "two", corpus(prose(1), prose(2)))


def test_an_index_whose_name_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="name too long"):
        judge(tmp_path / ("x" * 300), "one", corpus(prose(1), prose(2)))
