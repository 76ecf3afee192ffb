"""The page about using a dataset: each of its examples, run with the tool that it is for."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run, lines_of
from tests.export.test_tokens import tokenizer_of

PAGE = (ROOT / "docs" / "use-the-result.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
TOOLS = ("datasets", "pandas", "polars", "duckdb", "pyarrow", "datatrove")
OF_TOKEN_IDS = "numpy"
KEPT = 70


def tool_of(example: str) -> str:
    """The tool that an example is for."""
    return next(
        tool for tool in (*TOOLS, OF_TOKEN_IDS) if re.search(rf"^(?:from|import) {tool}\b", example, re.MULTILINE)
    )


def records(number: int) -> list[dict[str, object]]:
    """Records whose metadata differ in keys and types, of which some are equal and some have no text."""
    rows: list[dict[str, object]] = []
    for index in range(number):
        metadata: dict[str, object] = {"url": f"https://example.org/{index}", "mine": index}
        if index % 3 == 0:
            metadata["date"] = "2024-05-06"
        text = f"Page {min(index, KEPT - 1)} tells of the boats in the harbour – naïve, 東京."
        rows.append({"id": f"p{index}", "text": text, "metadata": metadata})
    return [*rows, {"id": "none"}]


@pytest.fixture
def published(tmp_path: Path, corpuskit: Run) -> Path:
    """A folder with `corpus` and `corpus-parquet`, each of several shards and with decisions; token ids in `ready`."""
    (tmp_path / "in.jsonl").write_bytes(lines_of(records(KEPT + 10)))
    for target, format_ in (("corpus", "jsonl"), ("corpus-parquet", "parquet")):
        done = corpuskit("dedup", "in.jsonl", "--method", "exact", "-o", f"{target}-whole", "--quiet")
        assert done.returncode == 0, done.stderr
        done = corpuskit("export", f"{target}-whole", "--to", format_, "--shard-documents", "30", "-o", target)
        assert done.returncode == 0, done.stderr
        assert len(list((tmp_path / target / "data").iterdir())) == 3 and list(
            (tmp_path / target / "decisions").iterdir()
        )
    tokenizer_of(tmp_path)
    tokens = ("--to", "jsonl,tokens", "--tokenizer", "tokenizer.json", "--shard-documents", "30")
    assert corpuskit("export", "corpus", *tokens, "-o", "ready").returncode == 0
    return tmp_path


def test_the_page_has_an_example_of_each_tool_for_each_format() -> None:
    assert sorted(map(tool_of, EXAMPLES)) == sorted([*TOOLS, *TOOLS, OF_TOKEN_IDS])


@pytest.mark.slow
def test_each_tool_opens_what_was_published(published: Path) -> None:
    missing = sorted({tool_of(example) for example in EXAMPLES if importlib.util.find_spec(tool_of(example)) is None})
    variables = {**os.environ, "HF_HOME": str(published / "cache"), "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    for example in EXAMPLES:
        if tool_of(example) not in missing:
            command = [sys.executable, "-c", example]
            done = subprocess.run(command, capture_output=True, text=True, check=False, env=variables, cwd=published)
            assert done.stdout == f"{KEPT}\n", f"{example}\n{done.stderr[-2000:]}"
    if missing:
        pytest.skip(f"not installed, so not tried: {', '.join(missing)}; the others open the folders")


@pytest.mark.parametrize("format_", ["jsonl", "parquet", "hf"])
def test_equal_builds_have_equal_folders(tmp_path: Path, corpuskit: Run, format_: str) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines_of(records(KEPT + 10)))
    for target in ("a", "b"):
        corpuskit("dedup", "in.jsonl", "--method", "exact", "-o", f"whole-{target}", "--quiet")
        assert corpuskit("export", f"whole-{target}", "--to", format_, "-o", target).returncode == 0
    one, two = (
        {path.relative_to(tmp_path / target): path.read_bytes() for path in (tmp_path / target).rglob("*.*")}
        for target in ("a", "b")
    )
    assert one == two and {path.parts[0] for path in one} == {"README.md", "manifest.json", "data", "decisions"}


def test_folders_of_earlier_versions_are_read_and_replaced(tmp_path: Path, corpuskit: Run) -> None:
    """Their shards lie next to the manifest; a run into them leaves none of the old files."""
    import json

    from corpuskit.core.provenance.manifest import digest, read_manifest, serialise

    (tmp_path / "in.jsonl").write_bytes(lines_of(records(KEPT)))
    for format_ in ("jsonl", "parquet"):
        old = tmp_path / f"old-{format_}"
        assert corpuskit("export", "in.jsonl", "--to", format_, "-o", old.name, "--quiet").returncode == 0
        manifest = read_manifest(old)
        for shard in manifest["shards"]:
            (old / shard["path"]).rename(old / Path(shard["path"]).name)
            shard["path"] = Path(shard["path"]).name
        (old / "data").rmdir()
        (old / "README.md").unlink()
        (old / "run.json").write_text("{}")
        manifest["digest"] = digest(manifest)
        (old / "manifest.json").write_bytes(serialise(manifest))
        assert corpuskit("verify", old.name).returncode == 0
        assert json.loads(corpuskit("stats", old.name, "--json").stdout)["documents"] == KEPT
        assert b"kept, in part-00000" in corpuskit("explain", old.name, "p3").stdout
        assert corpuskit("export", old.name, "-o", f"new-{format_}").returncode == 0
        done = corpuskit("diff", old.name, f"new-{format_}", "--json")
        assert json.loads(done.stdout)["same"] == KEPT
        assert corpuskit("export", "in.jsonl", "-o", old.name).returncode == 0
        assert {path.name for path in old.iterdir()} == {"README.md", "manifest.json", "data", "decisions"}
        assert corpuskit("verify", old.name).returncode == 0


def test_two_names_of_the_same_files_are_refused(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines_of(records(3)))
    done = corpuskit("export", "in.jsonl", "--to", "hf,parquet", "-o", "out")
    assert done.returncode == 2
    assert b"hf and parquet are the same files in a folder; name one of them" in done.stderr
    source = "sources: {a: {from: files, inputs: [in.jsonl], origin: other, license: MIT}}\n"
    (tmp_path / "recipe.yaml").write_text(f"{source}output: {{dir: out, formats: [parquet, jsonl, hf]}}\n")
    done = corpuskit("mix", "recipe.yaml")
    assert (
        done.returncode == 2
        and b"recipe.yaml:2: " in done.stderr
        and b"parquet and hf are the same files" in done.stderr
    )
    assert not (tmp_path / "out").exists()
