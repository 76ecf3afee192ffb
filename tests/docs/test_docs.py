"""The docs say what the code does: the reference is current, examples run, tables hold, links resolve."""

import doctest
import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from corpuskit import Dedup, __version__
from corpuskit.core import document, errors
from corpuskit.core.document import ORIGINS
from corpuskit.core.registry import own_steps
from corpuskit.core.reserved import RESERVED
from corpuskit.mix.recipe.cluster_profile import Profile, read_profile
from corpuskit.mix.recipe.policy import POLICY_KEYS
from corpuskit.mix.recipe.recipe import BUDGET_KEYS, CAPS_KEYS, OUTPUT_KEYS, TOP_KEYS, load_recipe
from corpuskit.mix.recipe.source_specs import SOURCE_KEYS
from corpuskit.text.dedup.index import with_root
from corpuskit.text.quality.languages import known_languages
from corpuskit.text.rights.agents import default_agents
from corpuskit.text.rights.statements import MECHANISMS, SPECIFICATIONS
from corpuskit.trust.reports.facts import SECTIONS, read_facts
from tests.conftest import ROOT, Run
from tests.text.rights.declared import table_of

DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", *DOCS.glob("*.md"), *(ROOT / "examples").glob("*/README.md")])
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:corpuskit|docs|examples|tests|\.ci)/[\w./-]*)`")
ROOM = re.compile(r"`((?:cli|core|export|formats|mix|sources|stages|text|trust)/[\w./-]*)`")
"""A path below corpuskit/, with or without its `.py`."""
MEDIA_TYPES = {"text/html", "text/markdown", "text/plain", "text/x-turns"}
WORDS = {str: "string", int: "integer", float: "number", dict: "object", list: "list", list[str]: "list"}
OUR_LAW = "corpuskit/stages/filter_shouting.py tests/stages/test_filter_shouting.py tests/golden/filter-shouting/"
"""Names that docs/adding-a-step.md gives to files that are yet to be written."""


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return [text for name, text in FENCE.findall(page.read_text(encoding="utf-8")) if name == language]


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def rows(page: Path, heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    section = page.read_text(encoding="utf-8").split(f"# {heading}\n")[1].split("\n#")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[re.sub(r"^`([^`]*)`$", r"\1", cell.strip()) for cell in line.strip("|").split("|")] for line in lines]


def generated() -> Any:
    """The module that makes the reference page."""
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_what_the_step_classes_say() -> None:
    generate = generated()
    current = (DOCS / "reference.md").read_text(encoding="utf-8") == generate.page()
    assert current, f"docs/reference.md is out of date; run: {generate.COMMAND}"


@pytest.mark.parametrize("name", sorted(own_steps()))
def test_every_command_is_documented(name: str) -> None:
    assert f"### {name}\n" in (DOCS / "reference.md").read_text(encoding="utf-8")
    assert f"`{name}`" in prose(DOCS / "changelog.md"), "a command is a change that users see"


def test_every_page_is_linked_from_the_index_and_that_from_the_readme() -> None:
    assert "docs/index.md" in LINK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    linked = set(LINK.findall((DOCS / "index.md").read_text(encoding="utf-8")))
    assert linked >= {page.name for page in DOCS.glob("*.md")} - {"index.md"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_and_named_files_exist(page: Path) -> None:
    for target in LINK.findall(prose(page)):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        place = (page.parent / path).resolve() if path else page
        assert place.exists(), target
        assert not anchor or anchor in anchors(place), target
    for name in NAMED.findall(prose(page)):
        assert name in OUR_LAW or (ROOT / name).exists(), name
    for name in set(ROOM.findall(prose(page))) - MEDIA_TYPES:
        path = ROOT / "corpuskit" / name
        assert path.name == "NAME.py" or path.exists() or path.with_suffix(".py").exists(), name


def anchors(page: Path) -> set[str]:
    """What links to headings of a page may say."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_blocks_of_data_parse(page: Path, tmp_path: Path) -> None:
    for text in blocks(page, "json"):
        json.loads(text)
    table_of({}, tmp_path / "rights.jsonl.zst")
    (tmp_path / "takedown.jsonl").write_text('{"id": "a"}\n')
    (tmp_path / "tokenizer.json").touch()
    for text in blocks(page, "yaml"):
        recipe = tmp_path / "recipe.yaml"
        recipe.write_text(text, encoding="utf-8")
        if text.startswith(("slurm:", "ray:")):
            assert read_profile(recipe) != Profile()
        elif text.startswith("summary:"):
            # The page shows every fact that a summary can state.
            assert {key: tuple(values) for key, values in read_facts(recipe).values.items()} == SECTIONS
        else:
            assert load_recipe(recipe).sources
    for text in blocks(page, "toml"):
        tomllib.loads(text)


def test_the_recipe_page_shows_every_key() -> None:
    schema = blocks(DOCS / "recipe.md", "yaml")[0]
    keys = {*TOP_KEYS, *SOURCE_KEYS, *BUDGET_KEYS, *POLICY_KEYS, *OUTPUT_KEYS, *CAPS_KEYS} - set(ORIGINS)
    assert not {key for key in keys if not re.search(rf"^ *{key}:", schema, re.MULTILINE)}


def test_the_page_on_rights_has_the_versions_by_which_declarations_are_read() -> None:
    table = rows(DOCS / "rights.md", "What is read")
    mechanisms = {name for row in table for name in re.findall(r"[a-z-]+", row[1])}
    assert mechanisms == MECHANISMS
    versions = " ".join(row[4] for row in table)
    for specification, version in SPECIFICATIONS.items():
        assert version.split(" ")[0].removeprefix("kelley-") in versions, specification
    text = (DOCS / "rights.md").read_text(encoding="utf-8")
    assert f"| {len(default_agents().training)} for training, as data |" in text


def test_the_page_on_quality_names_every_language_with_settings() -> None:
    text = (DOCS / "quality.md").read_text(encoding="utf-8")
    assert f"| with settings of their own | {' '.join(known_languages())} |" in text
    assert f"in {len(known_languages()) - 1} languages besides English" in text


def test_the_tables_of_the_record_are_those_of_the_codec() -> None:
    reserved = rows(DOCS / "record.md", "Reserved metadata")
    assert reserved == [[key, WORDS[kind], meaning] for key, (kind, meaning) in RESERVED.items()]
    assert [row[0] for row in rows(DOCS / "record.md", "Origins")] == list(document.ORIGINS)


def test_the_reasons_of_the_record_page_are_those_of_the_codec() -> None:
    source = Path(document.__file__).read_text(encoding="utf-8")
    raised = set(re.findall(r'(?:Reject\(|return )\s*"([a-z0-9]+(?:-[a-z0-9]+)+)"', source)) | {
        "lone-surrogate",
        "not-json",
    }
    listed = {
        reason for row in rows(DOCS / "record.md", "What is rejected") for reason in re.findall(r"[a-z0-9-]+", row[0])
    }
    assert raised - {"not-json"} == listed, "`not-json` only happens to documents that were made in Python"


def test_exit_codes_are_those_of_the_errors() -> None:
    codes = {value.exit_code for value in vars(errors).values() if hasattr(value, "exit_code")}
    listed = {row[0] for row in rows(DOCS / "pipes.md", "Exit codes")}
    assert listed == {"0", "130, 141, 143", *map(str, codes)}


def test_the_python_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CORPUSKIT_STATE", str(tmp_path / "state"))
    session = "\n".join(blocks(DOCS / "python.md", "python"))
    test = doctest.DocTestParser().get_doctest(session, {}, "docs/python.md", None, 0)
    report: list[str] = []
    result = doctest.DocTestRunner().run(test, out=report.append)
    assert result.attempted > 20
    assert not result.failed, "".join(report)


def test_the_manifest_page_shows_what_its_commands_make(shell: Run, tmp_path: Path) -> None:
    page = DOCS / "manifest.md"
    result = shell(f"set -e\n{blocks(page, 'sh')[0]}")
    assert result.returncode == 0, result.stderr
    made = json.loads((tmp_path / "notes/manifest.json").read_bytes())
    shown = json.loads(blocks(page, "json")[0])
    assert list(shown) == list(made)
    for key in ("format", "steps", "inputs", "tokenizer", "sources"):
        assert shown[key] == made[key]
    assert shown["versions"].keys() == made["versions"].keys() and shown["versions"]["corpuskit"] == __version__
    for key in ("shards", "decisions"):
        # Another version of the compressor may make other bytes of the same documents.
        assert [without_bytes(item) for item in shown[key]] == [without_bytes(item) for item in made[key]]


def without_bytes(entry: dict[str, Any]) -> dict[str, Any]:
    """A file's entry without what depends on how it was compressed."""
    kept = {key: value for key, value in entry.items() if key not in ("bytes", "sha256", "path")}
    return {**kept, "path": re.sub(r"-[0-9a-f]{8}\.", ".", entry["path"]), "keys": list(entry)}


def test_the_readme_shows_a_step_of_a_manifest() -> None:
    (step,) = (json.loads(text) for text in blocks(ROOT / "README.md", "json"))
    (real,) = (
        entry for entry in json.loads(blocks(DOCS / "manifest.md", "json")[0])["steps"] if entry["name"] == "dedup"
    )
    assert list(step) == list(real) and list(step["options"]) == list(real["options"])


def test_a_step_of_ones_own_works_as_described(
    corpuskit: Run, shell: Run, tmp_path: Path, environment: dict[str, str]
) -> None:
    page = DOCS / "adding-a-step.md"
    module, tests = blocks(page, "python")
    project = tomllib.loads(blocks(page, "toml")[0])["project"]
    install(tmp_path / "site", project, module)
    environment["PYTHONPATH"] = str(tmp_path / "site")
    result = shell(f"set -e\n{blocks(page, 'sh')[0]}")
    assert result.returncode == 0, result.stderr
    assert b"Largest share of capitals" in result.stdout
    assert json.loads((tmp_path / "dropped.jsonl").read_bytes())["values"] == {"capitals": 1.0}
    published = corpuskit("filter-shouting", "-o", "calm", stdin=b'{"text": "calm"}\n')
    assert published.returncode == 0, published.stderr
    assert json.loads((tmp_path / "calm/manifest.json").read_bytes())["versions"]["shouting"] == "1.2"
    wrong = corpuskit("filter-shouting", "--most", "3", stdin=b"")
    assert wrong.returncode == 2 and b"`most` is a share" in wrong.stderr
    subprocess.run([sys.executable, "-c", f"{module}\n{tests}"], check=True)


def install(site: Path, project: dict[str, Any], module: str) -> None:
    """Lay a package out as pip would."""
    information = site / f"{project['name']}-{project['version']}.dist-info"
    information.mkdir(parents=True)
    (site / "shouting.py").write_text(module, encoding="utf-8")
    metadata = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (information / "METADATA").write_text(metadata, encoding="utf-8")
    points = project["entry-points"]["corpuskit.steps"]
    lines = ["[corpuskit.steps]", *(f"{name} = {target}" for name, target in points.items())]
    (information / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_the_dedup_page_says_how_long_an_entry_is() -> None:
    fields = with_root(Dedup().parameters().comparison_fields())
    page = (ROOT / "docs/dedup.md").read_text(encoding="utf-8")
    assert f"With the default options an entry takes {sum(field.row_bytes for field in fields)} bytes" in page


def test_every_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = (DOCS / "dependencies.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| ([A-Za-z0-9_-]+) \|.*\|.*\|.*\|.*\|$", page, re.MULTILINE)
    wanted = [re.split(r"[\[<>=! ]", line)[0] for line in project["dependencies"]]
    assert sorted(set(listed) - {"package"}) == sorted(wanted)
    for extra in project["optional-dependencies"]:
        assert f"| `{extra}` |" in page


def test_the_changelog_has_this_version() -> None:
    assert f"## [{__version__}]\n" in (DOCS / "changelog.md").read_text(encoding="utf-8")


def test_the_licence_is_the_plain_apache_licence() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text and "Copyright [yyyy] [name of copyright owner]" in text
