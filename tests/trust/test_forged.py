"""A manifest that somebody forged, with the right digest, is damage to all who read it, and never a fault."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from corpuskit import (
    Count,
    DamagedError,
    Dataset,
    Diff,
    Document,
    Explain,
    Settings,
    Stats,
    StepRun,
    UsageError,
    Verify,
    read_manifest,
)
from corpuskit.core.disk.stored_json import conforms
from corpuskit.core.provenance.manifest import CHECKS, digest
from corpuskit.core.publish.source_totals import Totals
from tests.conftest import Run, RunIn, lines_of, texts

QUIET = Settings(quiet=True)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, corpuskit_in: RunIn) -> Path:
    """A dataset of two sources, with a step that dropped a document."""
    folder = tmp_path_factory.mktemp("forged")
    documents = [
        {"id": f"d{number}", "text": text, "metadata": {"source": source, "origin": "other"}}
        for number, (text, source) in enumerate([("one two", "a"), ("three", "b"), ("one two", "a"), ("four", "b")])
    ]
    (folder / "in.jsonl").write_bytes(lines_of(documents))
    corpuskit_in(folder)("dedup", "--method", "exact", "in.jsonl", "-o", "whole").check_returncode()
    assert Verify().execute([str(folder / "whole")], QUIET) == 0
    return folder / "whole"


def forged(whole: Path, folder: Path, path: str, value: Any) -> Path:
    """Copy the dataset, and set one value of its manifest: `shards.0.path`."""
    shutil.copytree(whole, folder)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    item: Any = manifest
    for key in parents:
        item = item[key]
    if value == "absent":
        del item[last]
    else:
        item[last] = value
    manifest["digest"] = digest(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


UNSOUND = [
    ("versions", []),
    ("versions.corpuskit", 5),
    ("repeatable", 5),
    ("steps", {}),
    ("steps.0.from", "ab"),
    ("steps.0.options", None),
    ("steps.0.made", "absent"),
    ("steps.0.in.documents", True),
    ("steps.0.out.digest", "-1"),
    ("steps.0.dropped.duplicate", "x"),
    ("steps.0.killed", [5]),
    ("steps.0.ways", ["trees"]),
    ("steps.0.ways", {"trees": "x"}),
    ("steps.0.hits", {"email": "x"}),
    ("inputs.0.damage", None),
    ("inputs.0.damage", [5]),
    ("inputs.0.sha256", None),
    ("tokenizer", None),
    ("sources", []),
    ("sources.a.tokens", 10**400),
    ("sources.a.share", "x"),
    ("sources.a.share", 2.5),
    ("sources.a.epochs", "x"),
    ("sources.a.license", 5),
    ("sources.a.origin", {}),
    ("sources.a.license_evidence", "absent"),
    ("shards.0.documents", True),
    ("shards.0.path", "../x"),
    ("decisions.0.path", "a\0b"),
    ("decisions.0.bytes", "x"),
]


@pytest.mark.parametrize(("path", "value"), UNSOUND)
def test_a_value_of_another_type_is_damage(whole: Path, tmp_path: Path, path: str, value: Any) -> None:
    folder = forged(whole, tmp_path / "forged", path, value)
    with pytest.raises(DamagedError, match="is not a valid"):
        read_manifest(folder)
    with pytest.raises(DamagedError):
        Verify().execute([str(folder)], QUIET)


UNTRUE = [
    ("sources.a.tokens", 3, "has tokens 2"),
    ("sources.a.share", 0.25, "share 0.25"),
    ("sources.a.epochs", 2, "has epochs 1"),
    ("sources.a.license", "MIT", "has license None"),
    ("sources.a.origin", ["crawl", "other"], "has origin other"),
    ("sources.c", {}, "valid"),
    ("tokenizer", "x", "no digest of it"),
    ("steps.0.ways", {"trees": 3, "plain": 1}, "counts more `ways` than documents"),
    ("steps.0.ways", {"trees": 0}, "counts more `ways` than documents"),
    ("steps.0.hits", {"email": 0}, "counts `hits` of a type that it did not find"),
    ("shards.0.tokens", 5, "tokens"),
]


@pytest.mark.parametrize(("path", "value", "message"), UNTRUE)
def test_verify_finds_a_value_that_is_not_true(
    whole: Path, tmp_path: Path, path: str, value: Any, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = forged(whole, tmp_path / "forged", path, value)
    with pytest.raises(DamagedError) as caught:
        Verify().execute([str(folder)], Settings())
    assert message in str(caught.value) + capsys.readouterr().err


@pytest.mark.parametrize("path", [".x", "run.json", "manifest.json", "decisions", "x.parquet"])
@pytest.mark.parametrize("kind", ["shards", "decisions"])
def test_a_path_that_leads_to_another_file_is_damage(whole: Path, tmp_path: Path, path: str, kind: str) -> None:
    folder = forged(whole, tmp_path / "forged", f"{kind}.0.path", path)
    (folder / "x.parquet").write_bytes(b"no parquet")
    for command in (Verify(), Stats()):
        with pytest.raises(DamagedError):
            command.execute([str(folder)], QUIET)
    if kind == "shards":
        with pytest.raises(DamagedError):
            Diff().execute([str(whole), str(folder)], QUIET)
        with pytest.raises(DamagedError):
            StepRun(Count(), [str(folder)], QUIET).run()


def test_a_published_file_has_a_manifest_and_no_decisions(tmp_path: Path, corpuskit: Run) -> None:
    assert corpuskit("dedup", "--method", "exact", "-o", "u.jsonl", stdin=texts("one", "one")).returncode == 0
    manifest = read_manifest(tmp_path / "u.jsonl")
    assert manifest == read_manifest(tmp_path / "u.jsonl.manifest.json") == Dataset(tmp_path / "u.jsonl").manifest
    with pytest.raises(UsageError, match=r"it was dropped, never read.*a published file keeps no decisions"):
        Explain().execute([str(tmp_path / "u.jsonl"), "d1"], Settings())


def test_what_came_before_a_cut_is_not_called_unread(tmp_path: Path, shell: Run) -> None:
    (tmp_path / "in.jsonl").write_bytes(texts("one", "one", "two"))
    assert shell("corpuskit dedup --method exact in.jsonl | corpuskit head -n 1 -o out").returncode == 0
    with pytest.raises(UsageError, match="it was dropped, never read"):
        Explain().execute([str(tmp_path / "out"), "d1"], Settings())


@pytest.mark.parametrize("epoch", ["x", 2.5, True, [2]])
def test_an_epoch_that_is_no_number_counts_as_the_first(epoch: Any) -> None:
    totals = Totals(lambda text: 1)
    totals.add(Document("a", "text", {"epoch": epoch}))
    assert totals.as_json()["unnamed"]["epochs"] == 1


def test_types_are_checked_to_the_depth() -> None:
    assert conforms({"a": [1, "x", None]}, dict[str, list[int | str | None]])
    assert not conforms({"a": [1.5]}, dict[str, list[int | str | None]])
    assert not conforms(True, int)
    assert not conforms(float("nan"), float, CHECKS)
    assert not conforms(1 << 64, int, CHECKS)
