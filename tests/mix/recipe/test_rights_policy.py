"""The policy key `rights` puts filter-rights behind each source, and the manifest tells it."""

import json
from pathlib import Path

import pytest

from corpuskit import load_recipe
from corpuskit.core.errors import RefusedError, UsageError
from corpuskit.mix.recipe.shell_pipe import source_pipes
from tests.conftest import Run, lines_of
from tests.text.rights.declared import captured, table_of

RECIPE = """
policy: {{licenses: {{allow: [CC-BY-4.0]}}, rights: {rights}}}
sources:
  web: {{from: files, inputs: [web.jsonl], origin: crawl, license: from-documents}}
  more: {{from: files, inputs: [more.jsonl], origin: crawl, license: CC-BY-4.0}}
output: {{dir: out}}
"""
URL = "https://example.org/"
BY = {"link": {"license": ["https://creativecommons.org/licenses/by/4.0/"]}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    robots = captured("robots", "User-agent: CCBot\nDisallow: /closed\n")
    table_of({"example.org": [robots]}, tmp_path / "rights.jsonl.zst")
    for name in ("web", "more"):
        documents = [
            {
                "id": f"{name}-{path}",
                "text": f"{name} {path}",
                "metadata": {"url": f"https://example.org/{path}", "declarations": BY},
            }
            for path in ("open", "closed")
        ]
        (tmp_path / f"{name}.jsonl").write_bytes(lines_of(documents))
    return tmp_path


def recipe(folder: Path, rights: str) -> Path:
    path = folder / "recipe.yaml"
    path.write_text(RECIPE.format(rights=rights))
    return path


def test_every_source_is_filtered_before_its_licences_are_asked_for(folder: Path, corpuskit: Run) -> None:
    path = recipe(folder, "{table: rights.jsonl.zst, use: train, profile: opt-out-now}")
    done = corpuskit("mix", path, "--json", "--quiet")
    assert done.returncode == 0, done.stderr
    manifest = json.loads((folder / "out" / "manifest.json").read_bytes())
    steps = [step for step in manifest["steps"] if step["name"] == "filter-rights"]
    assert len(steps) == 2
    for step in steps:
        assert step["dropped"] == {"rights-disallowed": 1}
        assert step["options"]["use"] == "train" and step["options"]["table"]["name"] == "rights.jsonl.zst"
    assert manifest["sources"]["web"]["license"] == "CC-BY-4.0", "the licence that the page links to"
    explained = corpuskit("explain", "out", "web-closed").stdout.decode()
    assert "rights-disallowed" in explained and "Disallow: /closed" in explained


def test_the_equal_pipe_gives_equal_documents(folder: Path, corpuskit: Run, shell: Run) -> None:
    path = recipe(folder, "{table: rights.jsonl.zst, use: train}")
    assert corpuskit("mix", path, "--quiet").returncode == 0
    pipe = source_pipes(load_recipe(path))["more"]
    assert "filter-rights --use train --table" in pipe
    lines = shell(pipe).stdout.splitlines()
    published = corpuskit("sample", "--rate", "1", "out").stdout.splitlines()
    assert lines and set(lines) <= set(published)


def test_a_use_alone_is_enough(folder: Path) -> None:
    policy = load_recipe(recipe(folder, "search")).policy
    assert policy.rights is not None and policy.rights.options()["use"] == "search"
    assert [step.name() for step in policy.source_gates()] == ["filter-rights", "filter-license", "filter-audience"]


def test_nothing_is_published_where_nothing_may_be(folder: Path, corpuskit: Run) -> None:
    done = corpuskit("mix", recipe(folder, "{use: train, profile: opt-in}"))
    assert done.returncode == 6 and b"rights-not-permitted 4" in done.stderr
    assert not (folder / "out" / "manifest.json").exists()


@pytest.mark.parametrize(
    ("rights", "message"),
    [
        ("{use: train, annotate: true}", "would let every document pass"),
        ("{profile: opt-in}", "needs the option `use`"),
        ("{use: sell}", "recipe.yaml:2: "),
        ("{use: train, table: no.zst}", "cannot read the rights table"),
        ("{use: train, tables: a}", "did you mean `table`"),
        ("[train]", "recipe.yaml:2: "),
    ],
)
def test_mistakes_name_the_line(folder: Path, rights: str, message: str) -> None:
    with pytest.raises((UsageError, RefusedError)) as caught:
        load_recipe(recipe(folder, rights))
    text = str(caught.value)
    assert message in text and "recipe.yaml:2" in text
