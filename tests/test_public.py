"""The public face: all that programs need is imported from `corpuskit`, typed, and costs nothing until it is used."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import corpuskit
from corpuskit import (
    Dataset,
    Flow,
    Head,
    Settings,
    StepRun,
    UsageError,
    Verify,
    build_step,
    find_format,
    load_recipe,
    read_manifest,
    resolve,
)
from corpuskit.core.registry import find_step, own_steps
from tests.conftest import ROOT

SCRIPT = """\
from corpuskit import Dedup, Document, Drop

for item in Dedup(method="exact").run([Document("a", "one"), Document("b", "one")]):
    print(item.document.id if isinstance(item, Drop) else item)
"""


@pytest.mark.parametrize("name", dir(corpuskit))
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(corpuskit, name) is not None


def test_every_step_is_public() -> None:
    assert {find_step(name).__name__ for name in own_steps()} <= set(dir(corpuskit))


def test_other_names_are_refused() -> None:
    with pytest.raises(AttributeError, match=r"has no attribute 'Documnet' \(did you mean `Document`\?\)"):
        corpuskit.Documnet  # noqa: B018


def test_a_star_and_the_help_have_every_name() -> None:
    code = "from corpuskit import *; assert Dedup.name() == 'dedup'; print(*dir())"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert {*corpuskit.__all__, "Flow"} <= set(done.stdout.split())
    assert set(corpuskit.__all__) == set(dir(corpuskit)) - {"__version__"}


def test_paths_may_be_strings_and_one_input_needs_no_list(tmp_path: Path) -> None:
    source = tmp_path / "notes.jsonl"
    source.write_bytes(b'{"id":"a","text":"one"}\n')
    (tmp_path / "recipe.yaml").write_text("sources: {a: {from: files, inputs: [notes.jsonl], origin: other}}")
    for inputs in (str(source), source, [source]):
        assert [input_.name for input_ in resolve(inputs)] == ["notes.jsonl"]
        run = StepRun(Head(1), inputs, Settings(output=tmp_path / "out", quiet=True))
        assert run.run() == 0
    assert read_manifest(str(tmp_path / "out")) == Dataset(str(tmp_path / "out")).manifest
    assert load_recipe(str(tmp_path / "recipe.yaml")).name == "recipe.yaml"


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: StepRun("head", []), "StepRun takes steps such as Head.n=3., not 'head'"),
        (lambda: StepRun(Verify(), []), "call `execute` of Verify itself"),
        (lambda: Flow(["dedup"], print), "Flow takes steps such as Head.n=3., not 'dedup'"),
        (lambda: build_step("sample", {}), "build_step takes a step class, as find_step returns it, not 'sample'"),
        (lambda: find_format("jsonll"), "did you mean `jsonl`"),
    ],
)
def test_arguments_of_the_wrong_type_are_usage_errors(build: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        build()


@pytest.mark.parametrize("name", ["out.json", "out.jsonl.bz2", "OUT.CSV"])
def test_an_output_named_like_a_file_of_another_format_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.jsonl").write_bytes(b'{"id":"a","text":"one"}\n')
    settings = Settings(output=tmp_path / name, quiet=True)
    with pytest.raises(UsageError, match=r"no output format is written to files named '.*\.parquet"):
        StepRun(Head(1), tmp_path / "notes.jsonl", settings).run()
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("name", ["out", "cc-2024.10", "out.jsonl.zst", "out.parquet"])
def test_folders_may_have_dots(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.jsonl").write_bytes(b'{"id":"a","text":"one"}\n')
    assert StepRun(Head(1), tmp_path / "notes.jsonl", Settings(output=tmp_path / name, quiet=True)).run() == 0
    assert (tmp_path / name).is_dir() == (Path(name).suffix in ("", ".10"))


def test_importing_it_imports_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import corpuskit; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["corpuskit"]


def test_type_checkers_and_python_know_the_same_names() -> None:
    tree = ast.parse(Path(corpuskit.__file__).read_text(encoding="utf-8"))
    declared_names = {
        name.asname: item.module
        for block in tree.body
        if isinstance(block, ast.If)
        for item in block.body
        if isinstance(item, ast.ImportFrom)
        for name in item.names
        if name.asname
    }
    assert declared_names == corpuskit._MODULES


def test_docs_import_from_it_alone() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    deep = [
        f"{page.name}: {line}"
        for page in pages
        for line in re.findall(r"(?:from|import) corpuskit\.[\w.]+.*", page.read_text(encoding="utf-8"))
    ]
    assert not deep


@pytest.mark.slow
def test_a_script_is_checked_by_its_types(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    # An editable installation leads Python to the checkout by a hook, which mypy does not follow.
    environment = {**os.environ, "MYPYPATH": str(ROOT)}
    command = "-m mypy --strict --follow-imports silent script.py --cache-dir"
    check = [sys.executable, *command.split(), str(tmp_path / "cache")]
    done = subprocess.run(check, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    wrong = SCRIPT.replace('"exact"', '"fuzzy"')
    (tmp_path / "script.py").write_text(wrong)
    done = subprocess.run(check, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert 'Argument "method" to "Dedup" has incompatible type' in done.stdout


@pytest.mark.parametrize("name", ["corpus", Path("corpus"), ["corpus"], (Path("corpus"),)])
def test_a_command_takes_one_name_as_one_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").write_text('{"text": "a"}\n')
    corpuskit.StepRun(corpuskit.Export(), "in.jsonl", corpuskit.Settings(output=Path("corpus"), quiet=True)).run()
    settings = corpuskit.Settings()
    assert corpuskit.Verify().execute(name, settings) == corpuskit.Stats().execute(name, settings) == 0
    assert "corpus: whole; 1 document" in capsys.readouterr().out
    with pytest.raises(corpuskit.UsageError, match="name two datasets"):
        corpuskit.Diff().execute("ab", settings)


def test_a_recipe_with_several_mistakes_tells_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("seed: seven\nbudget: 1000\nsources: {a: {from: files, inputs: x, wieght: 3}}\n")
    with pytest.raises(corpuskit.UsageError) as caught:
        corpuskit.load_recipe(tmp_path / "r.yaml")
    mistakes = [str(caught.value), *caught.value.__notes__]
    assert [line[:9] for line in mistakes] == ["r.yaml:1:", "r.yaml:2:", "r.yaml:3:", "r.yaml:3:"]
