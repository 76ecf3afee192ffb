"""The policy key `takedown` clears every source, and what was taken out of a dataset stays out of the next one."""

import json
from pathlib import Path
from typing import Any

import pytest

from corpuskit import load_recipe
from corpuskit.core.errors import UsageError
from corpuskit.mix.recipe.recipe import steps_of_source, steps_together
from corpuskit.mix.recipe.shell_pipe import source_pipes
from tests.conftest import Run, lines_of
from tests.stages.test_filter_takedown import NEAR, OTHER, TEXT

RECIPE = """
{policy}
sources:
  web: {{from: files, inputs: [web.jsonl], origin: crawl, steps: [repair-text]}}
  more: {{from: files, inputs: [more.jsonl], origin: crawl}}
{together}
output: {{dir: out}}
"""
BROKEN = " ".join(f"{word[0]}\u00ad{word[1:]}" for word in NEAR.split())
"""The near copy with a soft hyphen in each word, which `repair-text` takes out."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "web.jsonl").write_bytes(
        lines_of(
            [
                {"id": "jane", "text": OTHER},
                {"id": "w1", "text": TEXT},
                {"id": "w2", "text": "Kept."},
                {"id": "w3", "text": BROKEN},
            ]
        )
    )
    (tmp_path / "more.jsonl").write_bytes(lines_of([{"id": "m1", "text": NEAR}, {"id": "m2", "text": "Kept, too."}]))
    write_list(tmp_path, {"id": "jane"}, {"text": TEXT})
    return tmp_path


def write_list(folder: Path, *lines: Any) -> None:
    (folder / "takedown.jsonl").write_bytes(lines_of(list(lines)))


def recipe(folder: Path, policy: str = "policy: {takedown: takedown.jsonl}", together: str = "") -> Path:
    path = folder / "recipe.yaml"
    path.write_text(RECIPE.format(policy=policy, together=together))
    return path


def manifest(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "out" / "manifest.json").read_bytes())
    return content


def test_every_source_is_cleared_and_the_list_is_on_record(folder: Path, corpuskit: Run) -> None:
    done = corpuskit("mix", recipe(folder), "--quiet")
    assert done.returncode == 0, done.stderr
    steps = [step for step in manifest(folder)["steps"] if step["name"] == "filter-takedown"]
    dropped = [step["dropped"] for step in steps]
    assert sorted(dropped, key=str) == [
        {"takedown-id": 1, "takedown-text": 1},
        {"takedown-near-copy": 1},
        {"takedown-near-copy": 1},
    ]
    assert len({step["options"]["list"]["digest"] for step in steps}) == 1
    assert all(len(step["options"]["list"]["entries"].split()) == 2 for step in steps)
    kept = corpuskit("sample", "--rate", "1", "out").stdout.splitlines()
    assert {json.loads(line)["id"] for line in kept} == {"w2", "m2"}
    assert not any(b"jane" in path.read_bytes() for path in (folder / "out").rglob("*") if path.is_file())


def test_it_looks_again_after_steps_that_change_texts(folder: Path) -> None:
    together = load_recipe(recipe(folder, together="together: [dedup]"))
    names = [step.name() for step in steps_of_source(together, together.sources[0])]
    assert names == ["filter-takedown", "filter-audience", "repair-text", "filter-takedown"]
    assert [step.name() for step in steps_together(together)] == ["dedup", "filter-takedown", "filter-audience"]
    names = [step.name() for step in steps_of_source(together, together.sources[1])]
    assert names == ["filter-takedown", "filter-audience"]
    alone = load_recipe(recipe(folder))
    names = [step.name() for step in steps_of_source(alone, alone.sources[0])]
    assert names[-3:] == ["repair-text", "filter-takedown", "filter-audience"]
    assert "filter-takedown --list" in source_pipes(alone)["more"]


INDEXED = "{dedup: {index: seen, snapshot: two}}"


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (INDEXED, "dedup filter-takedown"),
        (f"repair-text, {INDEXED}", "repair-text filter-takedown dedup filter-takedown"),
        (f"chunk, repair-text, {INDEXED}", "chunk repair-text filter-takedown dedup filter-takedown"),
        (f"chunk, sample, {INDEXED}, scrub-pii", "chunk sample filter-takedown dedup scrub-pii filter-takedown"),
        (f"sample, {INDEXED}", "sample dedup filter-takedown"),
        ("chunk, dedup", "chunk dedup filter-takedown"),
        (f"{{dedup: {{unit: line}}}}, {INDEXED}", "dedup filter-takedown dedup filter-takedown"),
        (
            f"chunk, {{filter-takedown: {{list: takedown.jsonl}}}}, {INDEXED}",
            "chunk filter-takedown dedup filter-takedown",
        ),
    ],
)
def test_it_looks_before_documents_go_into_an_index(folder: Path, steps: str, expected: str) -> None:
    steps = steps.replace("sample", "{sample: {rate: 1}}")
    together = load_recipe(recipe(folder, together=f"together: [{steps}]"))
    assert [step.name() for step in steps_together(together)] == [*expected.split(), "filter-audience"]
    path = recipe(folder)
    path.write_text(path.read_text().replace("[repair-text]", f"[{steps}]"))
    alone = load_recipe(path)
    names = [step.name() for step in steps_of_source(alone, alone.sources[0])]
    assert names == ["filter-takedown", "filter-audience", *expected.split(), "filter-audience"]


def test_what_was_taken_out_stays_out(folder: Path, corpuskit: Run) -> None:
    assert corpuskit("mix", recipe(folder), "--quiet").returncode == 0
    before = manifest(folder)["digest"]
    for lines in ([], [{"id": "jane"}], [{"text": TEXT}], [{"id": "jane"}, {"id": "other"}]):
        policy = "policy: {takedown: takedown.jsonl}" if lines else ""
        write_list(folder, *lines)
        refused = corpuskit("mix", recipe(folder, policy))
        assert refused.returncode == 6, refused.stderr
        assert b"was cleared of " in refused.stderr and b"policy: {takedown: FILE}" in refused.stderr
        assert manifest(folder)["digest"] == before
    write_list(folder, {"text": TEXT}, {"id": "other"}, {"id": "jane", "ref": "again"})
    assert corpuskit("mix", recipe(folder), "--quiet").returncode == 0
    assert corpuskit("mix", recipe(folder, ""), "-o", "elsewhere", "--quiet").returncode == 0


def test_a_pipes_list_counts_as_well(folder: Path, corpuskit: Run) -> None:
    command = ("filter-takedown", "--list", "takedown.jsonl", "web.jsonl", "-o", "out")
    assert corpuskit(*command).returncode == 0
    assert corpuskit("mix", recipe(folder, "")).returncode == 6
    assert corpuskit("mix", recipe(folder), "--quiet").returncode == 0


def test_a_list_that_has_grown_makes_a_published_mix_anew(folder: Path, corpuskit: Run) -> None:
    write_list(folder, {"id": "jane"})
    assert corpuskit("mix", recipe(folder)).returncode == 0
    assert b"unchanged" in corpuskit("mix", recipe(folder)).stderr
    write_list(folder, {"id": "jane"}, {"id": "w2"})
    done = corpuskit("mix", recipe(folder))
    assert done.returncode == 0 and b"unchanged" not in done.stderr
    assert b'"w2"' not in corpuskit("sample", "--rate", "1", "out").stdout


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("{takedown: no.jsonl}", "cannot read the takedown list 'no.jsonl'"),
        ("{takedown: {list: takedown.jsonl, more: 1}}", "more"),
        ("{takedown: [takedown.jsonl]}", "recipe.yaml:2: "),
        ("{takedowns: takedown.jsonl}", "did you mean `takedown`"),
    ],
)
def test_mistakes_name_the_line(folder: Path, policy: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_recipe(recipe(folder, f"policy: {policy}"))
    assert message in str(caught.value) and "recipe.yaml:2" in str(caught.value)


def test_the_list_is_found_beside_the_recipe(folder: Path) -> None:
    policy = load_recipe(recipe(folder, "policy: {takedown: {list: takedown.jsonl}}")).policy
    assert policy.takedown is not None and policy.source_gates()[0] is policy.takedown
