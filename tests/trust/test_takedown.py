"""`takedown`: what a list names leaves datasets, indexes and caches, whole or not at all, and stays away."""

import fcntl
import hashlib
import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from corpuskit.text.takedown.on_record import hidden_id
from tests.conftest import Run, RunIn, lines_of
from tests.support.read_only import read_only

WORDS = [f"word{number}" for number in range(2000)]
DOCUMENTS, SHARD = 400, 100
LISTED = ("d7", "d8", "d120")
"""In the first shard and the second; the third and the fourth stay."""


def prose(number: int, length: int = 80) -> str:
    return " ".join(random.Random(number).choices(WORDS, k=length))


def near_copy(text: str) -> str:
    return f"{text} and so on"


def documents() -> list[dict[str, Any]]:
    made = [
        {
            "id": f"d{number}",
            "text": prose(number),
            "metadata": {"url": f"https://site{number % 50}.example/{number}", "source": "web"},
        }
        for number in range(DOCUMENTS)
    ]
    made[130] |= {"id": "child", "text": prose(9_001), "metadata": {"parents": ["d7"], "source": "web"}}
    made[131] |= {"id": "grandchild", "text": prose(9_002), "metadata": {"parents": ["child"], "source": "web"}}
    made[140] |= {"id": "copy", "text": near_copy(prose(8))}
    return made


TAKEN = {*LISTED, "child", "grandchild", "copy"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, corpuskit_in: RunIn) -> Path:
    folder = tmp_path_factory.mktemp("made")
    corpuskit = corpuskit_in(folder)
    (folder / "in.jsonl").write_bytes(lines_of(documents()))
    shards = ("--shard-documents", str(SHARD))
    assert corpuskit("export", "in.jsonl", "--to", "jsonl", "-o", "corpus", *shards).returncode == 0
    assert corpuskit("export", "in.jsonl", "--to", "parquet", "-o", "twin", *shards).returncode == 0
    dedup = ("dedup", "in.jsonl", "--index", "seen", "--snapshot", "one", "-o", "unique.jsonl")
    assert corpuskit(*dedup).returncode == 0
    (folder / "recipe.yaml").write_text("sources: {a: {from: files, inputs: [in.jsonl], origin: crawl}}\n")
    assert corpuskit("mix", "recipe.yaml", "-o", "mixed", "--quiet").returncode == 0
    write_list(folder, *({"id": identifier} for identifier in LISTED))
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path, symlinks=True, dirs_exist_ok=True)


def write_list(folder: Path, *lines: dict[str, Any]) -> None:
    (folder / "takedown.jsonl").write_bytes(lines_of(list(lines)))


def manifest(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "manifest.json").read_bytes())
    return content


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def contents(place: Path) -> str:
    """All bytes of all files, as they are read: zstd frames decompressed, Parquet as its values, and as they lie."""
    texts: list[str] = []
    for path in [place] if place.is_file() else sorted(place.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            if path.name.endswith(".zst"):
                data += zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read()
            if path.name.endswith(".parquet"):
                import pyarrow.parquet

                data += str(pyarrow.parquet.read_table(path).to_pylist()).encode()
            texts.append(data.decode("utf-8", "replace"))
    return "\n".join(texts)


def ids_of(corpuskit: Run, place: str) -> list[str]:
    return [json.loads(line)["id"] for line in corpuskit("files", place).stdout.splitlines()]


def takedown(corpuskit: Run, *arguments: str) -> Any:
    done = corpuskit("takedown", "--list", "takedown.jsonl", "--json", *arguments)
    lines = done.stdout.splitlines()
    return done, json.loads(lines[-1]) if lines else None


def test_without_apply_nothing_changes_but_texts_in_the_list(folder: Path, corpuskit: Run) -> None:
    write_list(folder, {"id": "d7"}, {"text": prose(8), "ref": "r-1"}, {"id": "nobody"})
    before = {name: digests(folder / name) for name in ("corpus", "twin", "seen", "cache", "mixed")}
    done, answer = takedown(corpuskit, "corpus", "twin", "seen", "cache")
    assert done.returncode == 0, done.stderr
    assert {name: digests(folder / name) for name in before} == before
    assert [place["documents"] for place in answer["places"]] == [5, 5, 3 + 2, 0]
    assert [place["outcome"] for place in answer["places"]] == ["found"] * 4 and len(answer["not_found"]) == 1
    assert "word" not in (folder / "takedown.jsonl").read_text()
    assert b"nothing was taken out; add --apply" in corpuskit("takedown", "--list", "takedown.jsonl", "corpus").stdout


def test_a_dry_run_tells_of_near_copies_and_what_was_made_from_them(folder: Path, corpuskit: Run) -> None:
    made = [{"id": f"of-copy-{number}", "text": prose(500), "metadata": {"parents": ["copy"]}} for number in range(2)]
    made.append({"id": "of-named", "text": prose(501), "metadata": {"parents": ["d8"]}})
    (folder / "made.in").write_bytes(lines_of(made))
    assert corpuskit("export", "made.in", "--to", "jsonl", "-o", "made.jsonl").returncode == 0
    (folder / "copies.in").write_bytes(lines_of([{"id": "other", "text": near_copy(prose(8))}]))
    assert corpuskit("export", "copies.in", "made.in", "--to", "jsonl", "-o", "two.jsonl").returncode == 0
    write_list(folder, {"id": "d8"})
    places = ("corpus", "seen", "made.jsonl", "two.jsonl")
    lines = corpuskit("takedown", "--list", "takedown.jsonl", *places).stdout.decode().splitlines()
    assert [line for line in lines if "does not name" in line] == [
        "corpus: the list does not name 1 near copy (such as copy)",
        "seen: the list does not name 1 near copy (such as copy)",
        "made.jsonl: the list does not name 2 documents made from near copies",
        "two.jsonl: the list does not name 1 near copy (such as other) and 2 documents made from near copies",
    ]
    last = takedown(corpuskit, *places, "--receipt", "receipt.json")[1]["near_copies"][-1]
    assert last == {"name": "two.jsonl", "documents": 1, "made_from_them": 2, "examples": ["other"]}
    assert "other" not in (folder / "receipt.json").read_text()


def test_everything_is_gone_from_every_place(folder: Path, corpuskit: Run) -> None:
    before = manifest(folder / "corpus")
    done, answer = takedown(corpuskit, "corpus", "twin", "seen", "cache", "mixed", "unique.jsonl", "--apply")
    assert done.returncode == 0, done.stderr
    assert {place["outcome"] for place in answer["places"]} == {"removed"}
    for place in ("corpus", "twin", "mixed", "unique.jsonl"):
        assert set(ids_of(corpuskit, place)) == {document["id"] for document in documents()} - TAKEN, place
        assert corpuskit("verify", place).returncode == 0, place
    texts = [text for number in (7, 8, 120, 9_001, 9_002) for text in (prose(number), near_copy(prose(number)))]
    for place in ("corpus", "twin", "seen", "cache", "mixed", "unique.jsonl", "unique.jsonl.manifest.json"):
        found = contents(folder / place)
        assert not [text for text in texts if text in found], place
        assert not [name for name in TAKEN if f'"{name}"' in found or f"'{name}'" in found], place
    after = manifest(folder / "corpus")
    step = after["steps"][-1]
    assert step["name"] == "takedown" and step["from"] == [before["steps"][-1]["id"]]
    assert step["in"] == before["steps"][-1]["out"] and step["upstream"] == "verified"
    assert step["in"]["documents"] == step["out"]["documents"] + sum(step["dropped"].values())
    assert step["dropped"] == {"takedown-id": 3, "takedown-near-copy": 1, "takedown-parent": 2}
    assert len([path for path in (folder / "cache").rglob("*") if path.is_file()]) == 1


def test_a_cache_that_cannot_be_cleared_has_failed(folder: Path, corpuskit: Run) -> None:
    before = digests(folder / "cache")
    with read_only(folder / "cache"):
        done, answer = takedown(corpuskit, "cache", "corpus", "--apply")
    assert (done.returncode, [place["outcome"] for place in answer["places"]]) == (5, ["failed", "removed"])
    assert "cannot clear" in answer["places"][0]["problem"] and digests(folder / "cache") == before


def test_shards_without_a_match_keep_names_and_bytes(folder: Path, corpuskit: Run) -> None:
    for place in ("corpus", "twin"):
        before = {shard["path"]: shard for shard in manifest(folder / place)["shards"]}
        status = {path: os.stat(folder / place / path).st_ino for path in before}
        assert takedown(corpuskit, place, "--apply")[0].returncode == 0
        after = {shard["path"]: shard for shard in manifest(folder / place)["shards"]}
        kept = sorted(before)[2:]
        assert set(before) & set(after) == set(kept) and len(after) == 4
        for path in kept:
            assert after[path] == before[path] and os.stat(folder / place / path).st_ino == status[path]
        assert {path.name for path in (folder / place / "data").iterdir()} == {Path(path).name for path in after}


def _apply_here(folder: Path, monkeypatch: pytest.MonkeyPatch, *places: str) -> None:
    """Run it in this process, where single calls can be replaced."""
    from corpuskit.core.options import build_step
    from corpuskit.core.registry import find_step
    from corpuskit.core.settings import Settings

    monkeypatch.chdir(folder)
    step: Any = build_step(find_step("takedown"), {"list": "takedown.jsonl", "apply": True, "receipt": "receipt.json"})
    step.execute([*places], Settings(quiet=True))


def _append(folder: Path, **line: str) -> None:
    with open(folder / "takedown.jsonl", "ab") as stream:
        stream.write(lines_of([line]))


def test_requests_that_come_while_it_runs_stay_in_the_list(
    folder: Path, corpuskit: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from corpuskit.core.disk import filesystem
    from corpuskit.trust.takedowns.sought import Sought

    (learned, replace) = Sought.learned, filesystem.replace

    def learn_late(sought: Sought) -> Any:
        _append(folder, id="came-while-it-searched")
        return learned(sought)

    def replace_late(path: Path, target: Path) -> None:
        if target.name == "takedown.jsonl":
            _append(folder, id="came-while-it-wrote")
        replace(path, target)

    monkeypatch.setattr(Sought, "learned", learn_late)
    monkeypatch.setattr(filesystem, "replace", replace_late)
    _apply_here(folder, monkeypatch, "corpus")
    assert "1 line came into the list meanwhile" in capsys.readouterr().err
    lines = [json.loads(line) for line in (folder / "takedown.jsonl").read_bytes().splitlines()]
    named = [line["id"] for line in lines if "id" in line]
    assert named == [*LISTED, "came-while-it-searched", "came-while-it-wrote"]
    assert sum("signature" in line for line in lines) == len(LISTED)
    assert not list(folder.glob(".takedown*"))


def test_two_runs_on_one_list_wait_for_one_another(folder: Path, corpuskit: Run) -> None:
    from corpuskit.text.takedown.list_file import locked

    before = (folder / "takedown.jsonl").read_bytes()
    with locked(folder / "takedown.jsonl"):
        done, _ = takedown(corpuskit, "corpus", "--apply")
        assert done.returncode == 5 and b"takedown: 'takedown.jsonl' is being written by another run" in done.stderr
        assert takedown(corpuskit, "corpus")[0].returncode == 0, "which only reads"
    assert (folder / "takedown.jsonl").read_bytes() == before and set(ids_of(corpuskit, "corpus")) > TAKEN
    assert takedown(corpuskit, "corpus", "--apply")[0].returncode == 0


def test_who_may_read_the_list_stays(folder: Path, corpuskit: Run) -> None:
    os.chmod(folder / "takedown.jsonl", 0o600)
    assert takedown(corpuskit, "corpus", "--apply")[0].returncode == 0
    assert b'"signature"' in (folder / "takedown.jsonl").read_bytes()
    assert (folder / "takedown.jsonl").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("receipt", "words"),
    [
        ("in.jsonl", b"is no receipt"),
        ("unique.jsonl.manifest.json", b"is no receipt"),
        ("mixed/manifest.json", b"inside the dataset"),
        ("mixed/r.json", b"inside the dataset"),
        ("none/r.json", b"--receipt 'none/r.json': there is no folder 'none'"),
    ],
)
@pytest.mark.parametrize("apply", [(), ("--apply",)])
def test_a_receipt_overwrites_receipts_alone(
    folder: Path, corpuskit: Run, receipt: str, words: bytes, apply: tuple[str, ...]
) -> None:
    before = digests(folder)
    done, _ = takedown(corpuskit, "corpus", "--receipt", receipt, *apply)
    assert done.returncode == 2 and words in done.stderr, done.stderr
    assert digests(folder) == before
    for _ in range(2):
        assert takedown(corpuskit, "corpus", "--receipt", "r.json")[0].returncode == 0


def test_nothing_comes_back_under_another_id_source_or_wording(folder: Path, corpuskit: Run) -> None:
    assert takedown(corpuskit, "corpus", "--apply")[0].returncode == 0
    returning = [
        {"id": "new-1", "text": prose(7), "metadata": {"source": "another"}},
        {"id": "new-2", "text": near_copy(prose(8))},
        {"id": "new-3", "text": prose(120).upper()},
        {"id": "d7", "text": "An entirely different text under the old id."},
        {"id": "new-4", "text": "A chunk.", "metadata": {"parents": ["d120"]}},
        {"id": "new-5", "text": prose(5_000)},
    ]
    (folder / "again.jsonl").write_bytes(lines_of(returning))
    done = corpuskit("filter-takedown", "--list", "takedown.jsonl", "again.jsonl")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["new-5"]
    recipe = "policy: {takedown: takedown.jsonl}\nsources: {a: {from: files, inputs: [again.jsonl], origin: crawl}}\n"
    (folder / "again.yaml").write_text(recipe)
    assert corpuskit("mix", "again.yaml", "-o", "corpus", "--quiet").returncode == 0
    assert ids_of(corpuskit, "corpus") == ["new-5"]
    assert corpuskit("mix", "recipe.yaml", "-o", "corpus").returncode == 6


def test_a_place_teaches_what_to_take_out_of_another(folder: Path, corpuskit: Run) -> None:
    """The other place knows neither the address nor the id: only the text, or who it was made from."""
    write_list(folder, {"domain": "site7.example", "ref": "r-7", "date": "2026-11-01"})
    others = [
        {"id": "elsewhere", "text": near_copy(prose(57))},
        {"id": "chunk", "text": "A piece.", "metadata": {"parents": ["d107"]}},
        {"id": "unrelated", "text": prose(6_000)},
    ]
    (folder / "others.jsonl").write_bytes(lines_of(others))
    assert corpuskit("export", "others.jsonl", "-o", "others").returncode == 0
    done, answer = takedown(corpuskit, "others", "corpus", "--apply")
    assert done.returncode == 0, done.stderr
    assert answer["places"][0]["reasons"] == {"takedown-near-copy": 1, "takedown-parent": 1}
    assert ids_of(corpuskit, "others") == ["unrelated"]
    added = [json.loads(line) for line in (folder / "takedown.jsonl").read_bytes().splitlines()][1:]
    assert sum("text_hash" in line for line in added) == DOCUMENTS // 50
    assert sum("id_hash" in line for line in added) == DOCUMENTS // 50 + 4, "what was made from them, and the copy"
    assert all(line["ref"] == "r-7" and line["of"] for line in added)


def _generations() -> list[dict[str, Any]]:
    """A page, its summary, the summary of that in a number's name, and what was made from this one."""
    return [
        {"id": "page", "text": prose(1), "metadata": {"url": "https://jane.example/1", "source": "web"}},
        {"id": "sum", "text": prose(2), "metadata": {"parents": ["page"], "source": "synth"}},
        {"id": 7, "text": prose(3), "metadata": {"parents": "sum", "source": "synth"}},
        {"id": "last", "text": "A label.", "metadata": {"parents": [7], "source": "labels"}},
        {"id": "stays", "text": prose(4), "metadata": {"parents": ["another"]}},
    ]


@pytest.mark.parametrize("request_", [{"url": "http://jane.example/1"}, {"id": "page"}, {"text": prose(1)}])
def test_no_generation_comes_back(tmp_path: Path, corpuskit: Run, request_: dict[str, str]) -> None:
    """Each document comes from a source of its own, which does not know the others."""
    for number, document in enumerate(_generations()):
        (tmp_path / f"{number}.jsonl").write_bytes(lines_of([document]))
    sources = [f"  s{number}: {{from: files, inputs: [{number}.jsonl], origin: crawl}}" for number in range(5)]
    (tmp_path / "plain.yaml").write_text("\n".join(["sources:", *sources]))
    (tmp_path / "again.yaml").write_text("\n".join(["policy: {takedown: takedown.jsonl}", "sources:", *sources]))
    assert corpuskit("mix", "plain.yaml", "-o", "corpus", "-q").returncode == 0
    write_list(tmp_path, {**request_, "ref": "r-1"})
    done, answer = takedown(corpuskit, "corpus", "--apply", "--receipt", "receipt.json")
    assert done.returncode == 0 and answer["places"][0]["documents"] == 4, done.stderr
    assert ids_of(corpuskit, "corpus") == ["stays"]
    listed = [json.loads(line) for line in (tmp_path / "takedown.jsonl").read_bytes().splitlines()]
    hashes = {hidden_id(identifier).partition(":")[2][:16] for identifier in ("page", "sum", "7", "last")}
    known = {hidden_id("page").partition(":")[2][:16]} if "id" in request_ else set()
    assert {line["id_hash"] for line in listed if "id_hash" in line} == hashes - known
    for place in ("corpus", "elsewhere"):
        assert corpuskit("mix", "again.yaml", "-o", place, "-q").returncode == 0
        assert ids_of(corpuskit, place) == ["stays"]
    assert corpuskit("verify", "--receipt", "receipt.json", "corpus").returncode == 0
    before = (tmp_path / "takedown.jsonl").read_bytes()
    assert takedown(corpuskit, "corpus", "--apply")[0].returncode == 0
    assert (tmp_path / "takedown.jsonl").read_bytes() == before


def test_ids_are_learned_for_the_tenant_and_the_source_that_a_request_names() -> None:
    from corpuskit.core.document import Document
    from corpuskit.text.takedown.entries import Entry
    from corpuskit.text.takedown.matching import TakedownMatcher
    from corpuskit.text.urls.addresses import address_of
    from corpuskit.trust.takedowns.lineage import Lineage
    from corpuskit.trust.takedowns.sought import Sought

    taken = [
        Document("m1", prose(1), {"actor": "0f1e", "tenant": "acme", "source": "chat"}),
        Document("m2", prose(2), {"parents": ["m1"], "tenant": "acme"}),
        Document("w1", prose(5), {"source": "web"}),
        Document("w2", prose(6), {"source": "synth", "parents": ["w1"]}),
        Document("w3", prose(7), {"source": "synth", "parents": ["w2"]}),
    ]
    others = [
        Document("m1", prose(3), {"actor": "0f1e", "tenant": "birch"}),
        Document("w1", prose(4), {"source": "wiki"}),
    ]
    entries = [Entry("actor", "0f1e", tenant="acme"), Entry("id_prefix", "w", "web")]
    sought = Sought(entries)
    assert len(list(sought.directly(taken, Lineage(), []))) == 2
    sought.follow_lineage()
    matcher = TakedownMatcher([*entries, *sought.learned()], address_of)
    assert all(matcher.find(document) for document in taken)
    assert not any(matcher.find(document) for document in others)


def test_short_texts_of_other_people_stay(tmp_path: Path, corpuskit: Run) -> None:
    short = ["I agree", "OK", "我同意这个建议,谢谢大家。"]
    long = [prose(1, 8), "我" * 20 + "同意" * 10]
    mine = [
        {"id": f"m{number}", "text": text, "metadata": {"actor": "0f1e"}} for number, text in enumerate([*short, *long])
    ]
    mine.append({"text": "Yes.", "metadata": {"actor": "0f1e"}})
    theirs = [{"id": f"t{number}", "text": text} for number, text in enumerate([*short, *long])]
    theirs.append({"text": "Yes."})
    (tmp_path / "in.jsonl").write_bytes(lines_of([*mine, *theirs[:-1]]))
    (tmp_path / "theirs.jsonl").write_bytes(lines_of(theirs))
    assert corpuskit("export", "in.jsonl", "-o", "corpus").returncode == 0
    write_list(tmp_path, {"actor": "0f1e"})
    told = corpuskit("takedown", "--list", "takedown.jsonl", "corpus").stdout
    assert b"4 texts are too short to be looked for elsewhere (less than 8 words)" in told
    done, answer = takedown(corpuskit, "corpus", "--apply")
    assert done.returncode == 0 and answer["short_texts"] == 4
    assert ids_of(corpuskit, "corpus") == ["t0", "t1", "t2"]
    kept = corpuskit("filter-takedown", "--list", "takedown.jsonl", "theirs.jsonl").stdout
    assert [json.loads(line)["text"] for line in kept.splitlines()] == [*short, "Yes."]


def test_decisions_lose_the_ids(folder: Path, corpuskit: Run) -> None:
    """Also of documents that earlier steps dropped, and of those that others were dropped for."""
    doubled = [*documents(), {"id": "twin-of-d300", "text": prose(300)}, {"id": "d7", "text": "short"}]
    (folder / "doubled.jsonl").write_bytes(lines_of(doubled))
    pipe = ("dedup", "doubled.jsonl", "-o", "unique", "--shard-documents", str(SHARD))
    assert corpuskit(*pipe).returncode == 0
    assert b"d300" in corpuskit("explain", "unique", "twin-of-d300").stdout
    write_list(folder, {"id": "d300"}, {"id": "d7"})
    done, _ = takedown(corpuskit, "unique", "--apply")
    assert done.returncode == 0, done.stderr
    assert corpuskit("verify", "unique").returncode == 0
    assert '"d300"' not in contents(folder / "unique") and '"d7"' not in contents(folder / "unique")
    assert hidden_id("d300").encode() in corpuskit("explain", "unique", "twin-of-d300").stdout
    assert b"takedown-id" in corpuskit("explain", "unique", "d300").stdout


def test_a_second_run_finds_nothing_and_changes_nothing(folder: Path, corpuskit: Run) -> None:
    places = ("corpus", "twin", "seen")
    assert takedown(corpuskit, *places, "--apply")[0].returncode == 0
    before = {name: digests(folder / name) for name in places}
    learned = (folder / "takedown.jsonl").read_bytes()
    done, answer = takedown(corpuskit, *places, "--apply")
    assert done.returncode == 0 and {place["outcome"] for place in answer["places"]} == {"clean"}
    assert {name: digests(folder / name) for name in places} == before
    assert (folder / "takedown.jsonl").read_bytes() == learned


def test_formats_that_cannot_be_read_are_written_anew(folder: Path, corpuskit: Run) -> None:
    done = corpuskit(
        *("export", "in.jsonl", "--to", "jsonl,parquet,webdataset,trl", "-o", "all"),
        *("--shard-documents", str(SHARD)),
    )
    assert done.returncode == 0, done.stderr
    before = {shard["path"] for shard in manifest(folder / "all")["shards"]}
    assert takedown(corpuskit, "all", "--apply")[0].returncode == 0
    assert corpuskit("verify", "all").returncode == 0
    after = {shard["path"] for shard in manifest(folder / "all")["shards"]}
    assert len(before) == len(after) and len(before - after) == len(before) // 2
    assert not [text for text in (prose(7), near_copy(prose(8))) if text in contents(folder / "all")]
    assert corpuskit("export", "in.jsonl", "--to", "trl", "-o", "rows").returncode == 0


def test_a_dataset_may_lose_all_its_documents(folder: Path, corpuskit: Run) -> None:
    write_list(folder, {"id_prefix": "d", "source": "web"}, {"id": "copy"})
    done, answer = takedown(corpuskit, "corpus", "twin", "--apply")
    assert done.returncode == 0, done.stderr
    assert answer["places"][0]["documents"] == DOCUMENTS
    assert manifest(folder / "corpus")["shards"] == []
    assert corpuskit("verify", "corpus", "twin").returncode == 0


def test_what_failed_runs_left_in_the_folder_goes_too(folder: Path, corpuskit: Run) -> None:
    left = folder / "corpus/.staging/work/tasks/0a"
    left.mkdir(parents=True)
    (left / "0a1b.jsonl").write_text(prose(7))
    write_list(folder, {"id": "nobody"})
    assert takedown(corpuskit, "corpus")[1]["places"][0]["outcome"] == "clean"
    assert left.exists()
    assert takedown(corpuskit, "corpus", "--apply")[0].returncode == 0
    assert not (folder / "corpus/.staging").exists()


def test_the_work_of_a_first_mix_that_failed_goes(tmp_path: Path, corpuskit: Run) -> None:
    """Before anything is published there, its folder is no dataset, but what it keeps holds texts."""

    (tmp_path / "in.jsonl").write_bytes(lines_of(documents()[:20]))
    write_list(tmp_path, {"id": "d7"})
    recipe = "sources: {a: {from: files, inputs: [in.jsonl], origin: crawl}}\ntogether: [{dedup: {index: plain}}]\n"
    (tmp_path / "recipe.yaml").write_text(recipe)
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain/other.txt").write_text("no index")
    assert corpuskit("mix", "recipe.yaml", "-o", "mixed", "--quiet").returncode != 0
    work = tmp_path / "mixed/.staging/work/tasks"
    if not work.is_dir():
        (work / "0a").mkdir(parents=True)
        (work / "0a/0a1b.jsonl").write_text(prose(7))
    assert prose(7) in contents(tmp_path / "mixed")
    done, answer = takedown(corpuskit, "mixed")
    assert done.returncode == 0 and answer["places"][0]["outcome"] == "found" and answer["places"][0]["documents"] == 0
    assert b"mixed: found, may hold texts" in corpuskit("takedown", "--list", "takedown.jsonl", "mixed").stdout
    descriptor = os.open(tmp_path / "mixed", os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        assert takedown(corpuskit, "mixed", "--apply")[0].returncode == 5
    finally:
        os.close(descriptor)
    assert prose(7) in contents(tmp_path / "mixed")
    done, answer = takedown(corpuskit, "mixed", "--apply", "--receipt", "receipt.json")
    assert done.returncode == 0 and answer["places"][0]["outcome"] == "removed", done.stderr
    assert answer["places"][0]["kind"] == "unfinished" and contents(tmp_path / "mixed") == ""
    assert corpuskit("verify", "--receipt", "receipt.json", "mixed").returncode == 0
    assert corpuskit("verify", "--receipt", "receipt.json", "plain").returncode == 2
    assert corpuskit("export", "in.jsonl", "-o", "mixed", "--quiet").returncode == 0
    assert corpuskit("verify", "--receipt", "receipt.json", "mixed").returncode == 3


def test_what_is_no_place_stops_it_before_anything_is_done(folder: Path, corpuskit: Run) -> None:
    (folder / "plain").mkdir()
    before = digests(folder / "corpus")
    for name, message in (("plain", b"is no dataset"), ("in.jsonl", b"is no dataset"), ("none", b"no such file")):
        done = corpuskit("takedown", "--list", "takedown.jsonl", "corpus", name, "--apply")
        assert done.returncode == 2 and message in done.stderr
    for arguments in (("corpus", "corpus"), (), ("corpus", "--receipt", "corpus/r.json"), ("--receipt", ".", "corpus")):
        assert corpuskit("takedown", "--list", "takedown.jsonl", *arguments, "--apply").returncode == 2
    assert digests(folder / "corpus") == before


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    "damage",
    [
        lambda place: _flip(sorted((place / "data").iterdir())[3]),
        lambda place: sorted((place / "data").iterdir())[0].unlink(),
        lambda place: _flip(place / "manifest.json"),
        lambda place: (place / "manifest.json").write_text("{}"),
    ],
)
def test_a_damaged_place_is_left_and_the_others_are_done(
    folder: Path, corpuskit: Run, damage: Callable[[Path], Any]
) -> None:
    damage(folder / "corpus")
    before = digests(folder / "corpus")
    done, answer = takedown(corpuskit, "corpus", "twin", "--apply", "--receipt", "receipt.json")
    assert done.returncode == 3, done.stderr
    assert [place["outcome"] for place in answer["places"]] == ["damaged", "removed"]
    assert digests(folder / "corpus") == before
    assert json.loads((folder / "receipt.json").read_bytes())["places"][0]["problem"]


def test_a_damaged_index_is_left_and_the_others_are_done(folder: Path, corpuskit: Run) -> None:
    _flip(next((folder / "seen").glob("*.blocks")))
    done, answer = takedown(corpuskit, "seen", "corpus", "--apply")
    assert done.returncode == 3 and [place["outcome"] for place in answer["places"]] == ["damaged", "removed"]


def test_nobody_is_advised_to_name_another_output(folder: Path, corpuskit: Run) -> None:
    descriptor = os.open(folder / "corpus", os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        done, answer = takedown(corpuskit, "corpus", "--apply")
    finally:
        os.close(descriptor)
    assert done.returncode == 5 and answer["places"][0]["problem"].endswith("is being written by another run; wait")
    assert b"-o" not in done.stderr


def test_a_place_in_use_is_left_and_the_others_are_done(folder: Path, corpuskit: Run) -> None:

    for name in ("corpus", "seen"):
        descriptor = os.open(folder / name, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            done, answer = takedown(corpuskit, name, "twin", "--apply")
        finally:
            os.close(descriptor)
        assert done.returncode == 5, done.stderr
        assert answer["places"][0]["outcome"] == "failed" and b"wait" in done.stderr
    assert set(ids_of(corpuskit, "corpus")) > TAKEN and not TAKEN & set(ids_of(corpuskit, "twin"))


def test_a_place_that_may_not_be_read_is_left_and_the_others_are_done(
    folder: Path, corpuskit: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from corpuskit import PublishError
    from corpuskit.trust.takedowns import dataset_store

    measure = dataset_store.size_and_digest

    def refuse(path: Path) -> tuple[int, str]:
        if "corpus" in path.parts and path.name.startswith("part-00001"):
            raise PermissionError(13, "Permission denied", str(path))
        return measure(path)

    monkeypatch.setattr(dataset_store, "size_and_digest", refuse)
    with pytest.raises(PublishError, match=r"cannot read 'part-00001-.*' of 'corpus': permission denied"):
        _apply_here(folder, monkeypatch, "corpus", "twin")
    first, second = json.loads((folder / "receipt.json").read_bytes())["places"]
    assert (first["outcome"], second["outcome"]) == ("failed", "removed") and "cannot read" in first["problem"]
    assert set(ids_of(corpuskit, "corpus")) > TAKEN and not TAKEN & set(ids_of(corpuskit, "twin"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_shard_without_permission_to_read_is_no_damage(folder: Path, corpuskit: Run) -> None:
    next((folder / "corpus/data").glob("part-00001*")).chmod(0)
    done, answer = takedown(corpuskit, "corpus", "twin", "--apply")
    assert done.returncode == 5 and b"permission denied" in done.stderr
    assert [place["outcome"] for place in answer["places"]] == ["failed", "removed"]


def test_a_manifest_without_permission_to_read_is_no_damage(
    folder: Path, corpuskit: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from corpuskit import PublishError, Settings, Takedown
    from corpuskit.core.provenance import manifest as manifests

    read = manifests.read_regular

    def refuse(path: Path, **options: Any) -> bytes:
        if path == Path("corpus/manifest.json"):
            raise PermissionError(13, "Permission denied", str(path))
        return read(path, **options)

    monkeypatch.setattr(manifests, "read_regular", refuse)
    monkeypatch.chdir(folder)
    step = Takedown(list=Path("takedown.jsonl"), apply=True)
    with pytest.raises(PublishError, match=r"^cannot read 'corpus/manifest.json': permission denied; see to it"):
        step.execute(["corpus", "twin"], Settings(quiet=True))
    monkeypatch.undo()
    assert not TAKEN & set(ids_of(corpuskit, str(folder / "twin")))
    assert set(ids_of(corpuskit, str(folder / "corpus"))) > TAKEN


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("takedown --list in.jsonl none", 2),
        ("takedown --list none in.jsonl", 2),
        ("verify none", 2),
        ("verify in.jsonl", 3),
        ("verify --receipt none in.jsonl", 2),
        ("reweigh none in.jsonl in.jsonl --corpus in.jsonl", 2),
        ("stats none", 2),
        ("count none", 2),
    ],
)
def test_a_command_that_fails_prints_an_object(tmp_path: Path, corpuskit: Run, command: str, code: int) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines_of(documents()[:2]))
    done = corpuskit(*command.split(), "--json")
    assert done.returncode == code
    (line,) = done.stdout.splitlines()
    answer = json.loads(line)
    assert answer["command"] == command.split()[0]
    if "problems" not in answer:
        assert answer["exit"] == code and answer["error"] in done.stderr.decode()


@pytest.mark.parametrize("place", ["corpus", "unique.jsonl"])
def test_no_pipe_publishes_over_what_was_cleared_without_the_list(
    folder: Path, corpuskit: Run, shell: Run, place: str
) -> None:
    (folder / "old.jsonl").write_bytes((folder / "takedown.jsonl").read_bytes())
    assert takedown(corpuskit, place, "--apply")[0].returncode == 0
    target = folder / place
    before = digests(target) if target.is_dir() else target.read_bytes()
    for command in (
        f"corpuskit export in.jsonl -o {place}",
        f"corpuskit head in.jsonl -o {place}",
        f"corpuskit filter-takedown --list old.jsonl in.jsonl | corpuskit export -o {place}",
    ):
        done = shell(command)
        assert done.returncode == 6 and b"put `corpuskit filter-takedown --list FILE` with that list" in done.stderr, (
            done.stderr
        )
        assert (digests(target) if target.is_dir() else target.read_bytes()) == before
    assert (
        shell(f"corpuskit filter-takedown --list takedown.jsonl in.jsonl | corpuskit export -o {place}").returncode == 0
    )
    assert not TAKEN & set(ids_of(corpuskit, place))
    assert shell(f"corpuskit filter-takedown --list takedown.jsonl in.jsonl -o {place}").returncode == 0


@pytest.mark.parametrize("place", ["corpus", "unique.jsonl"])
def test_an_input_that_goes_past_the_filter_does_not_pass_the_gate(tmp_path: Path, shell: Run, place: str) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines_of(documents()[:20]))
    (tmp_path / "raw.jsonl").write_bytes(lines_of(documents()[5:10]))
    write_list(tmp_path, {"id": "d7"})
    for command in (
        f"corpuskit export in.jsonl -o {place} && corpuskit takedown --list takedown.jsonl {place} --apply",
        "corpuskit filter-takedown --list takedown.jsonl in.jsonl -o passed.jsonl",
        "corpuskit filter-takedown --list takedown.jsonl raw.jsonl -o raw-passed.jsonl",
    ):
        assert shell(command).returncode == 0
    before = contents(tmp_path / place)
    for command in (
        f"corpuskit export passed.jsonl raw.jsonl -o {place}",
        f"corpuskit head -n 99 passed.jsonl raw.jsonl -o {place}",
        f"corpuskit repair-text passed.jsonl raw.jsonl | corpuskit head -n 22 -o {place}",
        f"cat raw.jsonl | corpuskit dedup passed.jsonl - -o {place}",
    ):
        done = shell(command)
        assert (
            done.returncode == 6
            and b"put `corpuskit filter-takedown --list FILE` with that list behind every input" in done.stderr
        ), done.stderr
        assert contents(tmp_path / place) == before
    for command in (
        f"corpuskit export passed.jsonl raw-passed.jsonl -o {place}",
        f"corpuskit filter-takedown --list takedown.jsonl in.jsonl raw.jsonl | corpuskit head -n 9 -o {place}",
        f"corpuskit head -n 99 passed.jsonl raw-passed.jsonl -o {place}",
    ):
        done = shell(command)
        assert done.returncode == 0, done.stderr


def test_the_list_learns_before_anything_is_removed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is killed in between must not forget what it was about to remove."""
    from corpuskit import PublishError
    from corpuskit.core.options import build_step
    from corpuskit.core.registry import find_step
    from corpuskit.core.settings import Settings
    from corpuskit.trust.takedowns.rewriting import Rewriting

    def fail(rewriting: Rewriting) -> list[str]:
        assert (folder / "takedown.jsonl").read_bytes().count(b'"signature"') == len(LISTED)
        raise PublishError("no room")

    monkeypatch.chdir(folder)
    monkeypatch.setattr(Rewriting, "publish", fail)
    step: Any = build_step(find_step("takedown"), {"list": "takedown.jsonl", "apply": True})
    with pytest.raises(PublishError, match="no room"):
        step.execute(["corpus"], Settings(quiet=True))


def test_every_fault_while_it_publishes_leaves_one_whole_dataset(folder: Path, corpuskit: Run) -> None:
    """Stop it at the rename of the manifest: the next run removes what is left, and finishes."""
    script = (
        "import os, sys; from corpuskit.core.disk import filesystem; real = filesystem.replace\n"
        "def replace(path, target):\n"
        "    if target.name == 'manifest.json': os._exit(9)\n"
        "    real(path, target)\n"
        "filesystem.replace = replace; from corpuskit.cli.main import main\n"
        "sys.argv = ['corpuskit', 'takedown', '--list', 'takedown.jsonl', 'corpus', '--apply']; sys.exit(main())\n"
    )
    import subprocess
    import sys

    killed = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True)
    assert killed.returncode == 9, killed.stderr
    assert takedown(corpuskit, "corpus", "--apply")[0].returncode == 0
    assert corpuskit("verify", "corpus").returncode == 0
    assert not TAKEN & set(ids_of(corpuskit, "corpus"))


def test_a_receipt_names_nobody_and_balances(folder: Path, corpuskit: Run) -> None:
    write_list(folder, {"id": "d7"}, {"text": prose(8)}, {"url": "https://site3.example/nothing"})
    before = manifest(folder / "corpus")["digest"]
    done, answer = takedown(corpuskit, "corpus", "seen", "--apply", "--receipt", "receipt.json")
    assert done.returncode == 0, done.stderr
    receipt = json.loads((folder / "receipt.json").read_bytes())
    assert {key: answer[key] for key in receipt} == receipt
    place = receipt["places"][0]
    assert place["before"] == before and place["after"] == manifest(folder / "corpus")["digest"]
    assert place["documents"] == sum(place["reasons"].values()) == 5
    assert len(receipt["not_found"]) == 1 and receipt["applied"] is True
    assert not any(word in (folder / "receipt.json").read_text() for word in ('"d7"', "site3", "word"))


def test_verify_searches_again_and_finds_a_receipt_that_lies(folder: Path, corpuskit: Run) -> None:
    assert corpuskit("export", "in.jsonl", "-o", "other").returncode == 0
    takedown(corpuskit, "corpus", "twin", "seen", "cache", "--apply", "--receipt", "receipt.json")
    verify = ("verify", "--receipt", "receipt.json")
    assert corpuskit(*verify, "corpus", "twin", "seen", "cache").returncode == 0
    missing = corpuskit(*verify, "other")
    assert (
        missing.returncode == 3 and b"holds 6 documents" in missing.stderr and b"not in the receipt" in missing.stderr
    )
    # The documents came back.
    shutil.rmtree(folder / "corpus")
    assert corpuskit("export", "in.jsonl", "-o", "corpus", "--shard-documents", str(SHARD)).returncode == 0
    back = corpuskit(*verify, "corpus")
    assert back.returncode == 3 and b"holds 6 documents that the list takes out" in back.stderr
    assert b"no step `takedown`" in back.stderr


def _forge(path: Path, change: Callable[[dict[str, Any]], Any], *, seal: bool = True) -> None:
    from corpuskit.trust.takedowns.receipt import receipt_of, serialise

    receipt = json.loads(path.read_bytes())
    change(receipt)
    if seal:
        entries = receipt["list"]["entries"].split()
        name = Path(receipt["list"]["name"])
        receipt = receipt_of(name, entries, receipt["applied"], receipt["places"], receipt["not_found"], [])
    path.write_bytes(serialise(receipt))


@pytest.mark.parametrize(
    ("change", "seal", "code", "message"),
    [
        (lambda receipt: receipt["places"][0].update(documents=0), False, 3, b"was changed after it was written"),
        (lambda receipt: receipt["list"].update(entries="0" * 16), False, 3, b"was changed after it was written"),
        (lambda receipt: receipt["places"][0].update(documents=99), True, 3, b"the receipt says 99"),
        (lambda receipt: receipt["places"][0].update(outcome="found"), True, 3, b"was not cleared"),
        (lambda receipt: receipt["places"].pop(), True, 3, b"is not in the receipt"),
        (
            lambda receipt: receipt["list"].update(entries=f"{receipt['list']['entries']} {'0' * 16}"),
            True,
            2,
            b"lacks 1",
        ),
        (lambda receipt: receipt["list"].update(name="no.jsonl"), True, 2, b"is not beside it; name it with --list"),
        (lambda receipt: receipt.update(format="another"), False, 3, b"is no corpuskit.takedown-receipt/1"),
        (lambda receipt: receipt.update(places=7), False, 3, b"is no corpuskit.takedown-receipt/1"),
    ],
)
def test_a_forged_receipt_is_found(
    folder: Path, corpuskit: Run, change: Callable[[dict[str, Any]], Any], seal: bool, code: int, message: bytes
) -> None:
    takedown(corpuskit, "corpus", "--apply", "--receipt", "receipt.json")
    _forge(folder / "receipt.json", change, seal=seal)
    done = corpuskit("verify", "--receipt", "receipt.json", "corpus")
    assert done.returncode == code and message in done.stderr, done.stderr


def test_a_receipt_holds_for_a_list_that_has_grown(folder: Path, corpuskit: Run) -> None:
    takedown(corpuskit, "corpus", "--apply", "--receipt", "receipt.json")
    with open(folder / "takedown.jsonl", "ab") as stream:
        stream.write(b'{"id": "d200"}\n')
    assert corpuskit("verify", "--receipt", "receipt.json", "corpus").returncode == 0
    takedown(corpuskit, "corpus", "--apply")
    (folder / "moved").mkdir()
    os.replace(folder / "takedown.jsonl", folder / "moved/list.jsonl")
    done = corpuskit("verify", "--receipt", "receipt.json", "--list", "moved/list.jsonl", "corpus")
    assert done.returncode == 0, done.stderr
    assert corpuskit("verify", "--list", "moved/list.jsonl", "corpus").returncode == 2


def test_an_index_of_other_settings_is_searched_by_ids_and_equal_texts(folder: Path, corpuskit: Run) -> None:
    dedup = ("dedup", "in.jsonl", "--index", "exact", "--snapshot", "one", "--method", "exact", "-o", "u2.jsonl")
    assert corpuskit(*dedup).returncode == 0
    write_list(folder, {"text": prose(7)}, {"id": "d8"})
    done, answer = takedown(corpuskit, "exact", "--apply")
    assert done.returncode == 0, done.stderr
    assert answer["places"][0]["reasons"] == {"takedown-id": 1, "takedown-text": 1}
    assert takedown(corpuskit, "exact")[1]["places"][0]["outcome"] == "clean"


def write_tokenizer(path: Path, *more_words: str) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    vocabulary = {word: number for number, word in enumerate(["word1", "[UNK]", "<end>", *more_words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(path))


COUNTED = """
budget: {tokens: 20000, tokenizer: tokenizer.json}
sources: {a: {from: files, inputs: [in.jsonl], origin: crawl, weight: 1}}
output: {formats: [jsonl, tokens], end_token: '<end>'}
"""
EXPORTED = ("--to", "jsonl,tokens", "--tokenizer", "tokenizer.json", "--end-token", "<end>", "-o", "counted")


@pytest.mark.parametrize("by_recipe", [True, False])
def test_tokens_of_a_tokenizer_need_its_file(folder: Path, corpuskit: Run, by_recipe: bool) -> None:
    write_tokenizer(folder / "tokenizer.json")
    write_tokenizer(folder / "other.json", "word2")
    write_tokenizer(folder / "renamed.json")
    (folder / "budget.yaml").write_text(COUNTED)
    make = ("mix", "budget.yaml", "-o", "counted") if by_recipe else ("export", "in.jsonl", *EXPORTED)
    assert corpuskit(*make).returncode == 0
    looked, answer = takedown(corpuskit, "counted")
    assert looked.returncode == 0 and answer["places"][0]["outcome"] == "found"
    assert b"counted: --apply will need --tokenizer, as " in looked.stderr
    assert b"`--tokenizer tokenizer.json`" in looked.stderr
    for words, message in (
        (("--apply",), b"name that very file: `--tokenizer tokenizer.json`"),
        (("--apply", "--tokenizer", "other.json"), b"other.json is another one: its sha256 differs"),
        (("--tokenizer", "other.json"), b"other.json is another one: its sha256 differs"),
        (("--apply", "--tokenizer", "renamed.json"), b"as renamed.json is to be called; rename it"),
        (("--apply", "--tokenizer", "nope.json"), b"nope.json: the tokenizer cannot be read: no such file"),
    ):
        refused, _ = takedown(corpuskit, "counted", *words)
        assert refused.returncode == 2 and message in refused.stderr, (words, refused.stderr)
        assert refused.stderr.count(b"\n") == 1
    assert "signature" not in (folder / "takedown.jsonl").read_text(), "nothing was done"
    assert b"will need" not in takedown(corpuskit, "counted", "--tokenizer", "tokenizer.json")[0].stderr
    done, _ = takedown(corpuskit, "counted", "--apply", "--tokenizer", "tokenizer.json")
    assert done.returncode == 0, done.stderr
    assert corpuskit("verify", "counted").returncode == 0


@pytest.mark.parametrize("format_", ["trl", "tokens"])
def test_formats_that_cannot_be_read_alone_are_left_and_not_called_damaged(
    folder: Path, corpuskit: Run, format_: str
) -> None:
    write_tokenizer(folder / "tokenizer.json")
    of_tokens = ("--tokenizer", "tokenizer.json", "--end-token", "<end>") if format_ == "tokens" else ()
    assert corpuskit("export", "in.jsonl", "--to", format_, *of_tokens, "-o", "alone").returncode == 0
    done = corpuskit("takedown", "--list", "takedown.jsonl", "alone", "corpus", "--apply", "--receipt", "receipt.json")
    problem = f"alone: no document can be read from {format_}, so it was not searched; publish it anew from a dataset"
    assert done.returncode == 2 and problem in done.stderr.decode()
    assert b"alone: failed\n" in done.stdout
    assert [place["outcome"] for place in json.loads((folder / "receipt.json").read_bytes())["places"]] == [
        "failed",
        "removed",
    ]
    assert b"damaged" not in done.stdout + done.stderr and done.stderr.count(b"\n") == 1
    checked = corpuskit("verify", "--receipt", "receipt.json", "alone")
    assert checked.returncode == 3 and b"alone: cannot be searched: no document" in checked.stderr


@pytest.mark.slow
def test_all_is_gone_at_the_size_of_a_small_corpus(tmp_path: Path) -> None:
    from tests.benchmarks.takedown_scale import measure_places

    measure_places(tmp_path, 4_000, 100)
