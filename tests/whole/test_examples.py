"""The examples do what they say: the quickstart, the pipe that equals a recipe, the nightly job, every shell block.

They run in a copy of the checkout whose path holds a space, with the environment that runs the tests.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT, environment_of
from tests.support.command_server import CommandServers

QUICKSTART = "sh examples/quickstart/run.sh"
INSTALL_AND_TEST = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]' && .venv/bin/pytest"
NOT_COPIED = (".venv", ".git", ".*_cache", ".hypothesis", "__pycache__", "inputs", "snapshot", "from-*")
NEEDS_A_SERVER = ("model-labels", "rare-class")
"""Examples that `test_synthetic_examples` runs, with a server."""
FEW_PAGES = "abc argparse bisect calendar csv difflib heapq pydoc queue shutil statistics string textwrap"
FEW_FILES = "bisect.py json textwrap.py"
PLANTED = re.compile(r"[\w.-]+@\S*example\.org|4111 1111 1111 1111|\(?212\)?[ -]555-01\d\d|203\.0\.113\.\d+")


@dataclass
class Checkout:
    """A copy of the project to run things in."""

    root: Path
    environment: dict[str, str]
    servers: CommandServers

    def run(self, script: str, folder: Path | None = None, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run a POSIX shell script, whose commands are forked; it has to succeed."""
        path = f"{self.servers.folder_of_command(script)}{os.pathsep}{self.environment['PATH']}"
        done = subprocess.run(
            ["sh", "-eu", "-c", script],
            cwd=folder or self.root,
            env={**self.environment, "PATH": path, **variables},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done

    def documents(self, dataset: Path) -> list[dict[str, Any]]:
        """What a published folder holds."""
        done = self.run(f"corpuskit export --quiet '{dataset}'")
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, command_servers: CommandServers) -> Checkout:
    base = tmp_path_factory.mktemp("examples")
    root = base / "a checkout"
    root.mkdir()
    for name in ("examples", "README.md", "corpuskit", "tests", "docs", "pyproject.toml"):
        place = ROOT / name
        if place.is_dir():
            shutil.copytree(place, root / name, ignore=shutil.ignore_patterns(*NOT_COPIED))
        elif place.exists():
            shutil.copy(place, root / name)
    return Checkout(root, {**environment_of(base), "CORPUSKIT_VENV": sys.prefix}, command_servers)


def prepare_few(checkout: Checkout, **variables: str) -> dict[str, bytes]:
    """Prepare a small part of the quickstart's inputs; their bytes by name."""
    few = f"import prepare; prepare.PAGES, prepare.SOURCES = '{FEW_PAGES}', '{FEW_FILES}'; prepare.main()"
    checkout.run(f'python -c "{few}"', checkout.root / "examples" / "quickstart", **variables)
    inputs = checkout.root / "examples" / "quickstart" / "inputs"
    return {path.relative_to(inputs).as_posix(): path.read_bytes() for path in inputs.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def small(checkout: Checkout) -> Checkout:
    """The checkout with few inputs, as soon as another part of the examples needs some."""
    prepare_few(checkout, PYTHONHASHSEED="0")
    return checkout


def shell_blocks(text: str) -> list[str]:
    return [block.strip() for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)]


def readme_blocks() -> list[str]:
    return shell_blocks((ROOT / "README.md").read_text())


def nightly_steps() -> Iterator[dict[str, Any]]:
    """The steps of the nightly job that run a script, with the job's environment."""
    nightly = yaml.safe_load((ROOT / "examples" / "nightly.yml").read_text())
    (job,) = nightly["jobs"].values()
    for step in job["steps"]:
        if "run" in step:
            yield {"env": job["env"], **step}


def test_prepared_inputs_depend_on_the_installation_alone(checkout: Checkout) -> None:
    once = prepare_few(checkout, PYTHONHASHSEED="0")
    again = prepare_few(
        checkout, PYTHONHASHSEED="0", SECRET_OF_THE_SHELL="hunter2", LC_ALL="C", TZ="Asia/Tokyo", COLUMNS="33"
    )
    assert once == again
    assert {"pages.warc.gz", "packages.jsonl", "stdlib/json/__init__.py"} <= set(once)


def test_the_hash_seed_is_fixed_by_the_script_itself() -> None:
    text = (ROOT / "examples" / "quickstart" / "prepare.py").read_text()
    show = "import os; os.execve = lambda _, line, variables: exit(variables['PYTHONHASHSEED']); __name__ = '__main__'"
    done = subprocess.run([sys.executable, "-c", f"{show}\n{text}"], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "0"


def test_pages_hold_neither_places_nor_addresses_nor_the_environment(small: Checkout) -> None:
    pages = small.run("corpuskit fetch-warc examples/quickstart/inputs/pages.warc.gz --quiet").stdout
    assert len(pages.splitlines()) == len(FEW_PAGES.split())
    assert "Text wrapping and filling" in pages.replace("&nbsp;", " ")
    for private in (sys.prefix, sys.base_prefix, str(Path.home()), str(small.root)):
        assert len(private) < 6 or private not in pages
    assert not re.search(r"at(?: |&nbsp;)0x[0-9a-f]{6}|environ\(", pages)


def test_pipe_and_recipe_agree(small: Checkout) -> None:
    pipe, recipe = small.root / "from-pipe", small.root / "from-recipe"
    small.run(f"sh examples/pipe-and-recipe/pipe.sh '{pipe}'")
    small.run(f"corpuskit mix examples/pipe-and-recipe/recipe.yaml -o '{recipe}'")
    small.run(f"corpuskit verify '{pipe}' '{recipe}'")
    exported = [small.run(f"corpuskit export --quiet '{folder}'").stdout for folder in (pipe, recipe)]
    assert exported[0] == exported[1]
    assert {document["metadata"]["source"] for document in small.documents(pipe)} == {"web", "feedback"}
    steps = json.loads((pipe / "manifest.json").read_bytes())["steps"]
    assert [(step["name"], step["upstream"]) for step in steps if step["upstream"] != "verified"] == [
        ("fetch-warc", "none"),
        ("files", "none"),
    ]


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_jq_in_the_middle_is_said_to_be_unverified(checkout: Checkout, tmp_path: Path) -> None:
    done = checkout.run(f"sh examples/jq-in-the-middle.sh '{tmp_path}/unhappy'")
    assert done.stderr.count("unverified") == 1
    documents = checkout.documents(tmp_path / "unhappy")
    assert documents
    assert {document["metadata"]["labels"]["rating"] for document in documents} == {1, 2}
    steps = json.loads((tmp_path / "unhappy" / "manifest.json").read_bytes())["steps"]
    assert [step["upstream"] for step in steps] == ["unverified", "verified", "verified"]


def test_feedback_holds_planted_contacts_and_they_are_scrubbed(checkout: Checkout) -> None:
    feedback = (ROOT / "examples" / "quickstart" / "feedback.jsonl").read_text()
    assert len(feedback.splitlines()) == 40
    assert len(PLANTED.findall(feedback)) >= 7
    scrubbed = checkout.run("corpuskit scrub-pii --quiet examples/quickstart/feedback.jsonl").stdout
    assert not PLANTED.findall(scrubbed)
    assert {"{{EMAIL}}", "{{PHONE}}", "{{CREDIT_CARD}}", "{{IPV4}}"} <= set(re.findall(r"\{\{[A-Z0-9_]+\}\}", scrubbed))


def test_the_plan_of_the_quickstart_names_every_source(small: Checkout) -> None:
    plan = small.run("corpuskit mix --plan examples/quickstart/recipe.yaml").stdout
    assert re.findall(r"^# (\w+): \d+ inputs?\b", plan, re.MULTILINE) == ["web", "code", "packages", "feedback"]


@pytest.mark.slow
def test_shell_blocks_of_the_examples_run(small: Checkout) -> None:
    left_out = {"snapshot", *NEEDS_A_SERVER}
    pages = [page for page in sorted(small.root.glob("examples/*/*.md")) if page.parent.name not in left_out]
    assert pages
    for page in pages:
        blocks = shell_blocks(page.read_text())
        assert blocks, f"{page.name} shows nothing to run"
        for block in blocks:
            small.run(block)


def test_steps_of_the_nightly_job_name_commands_that_exist(corpuskit: Any) -> None:
    known = corpuskit("--help").stdout.decode()
    named = [name for step in nightly_steps() for name in re.findall(r"\bcorpuskit ([a-z-]+)", step["run"])]
    assert named == ["mix", "verify"]
    assert all(re.search(rf"^  {name} ", known, re.MULTILINE) for name in named)


def test_the_nightly_job_has_no_rights_and_no_cache() -> None:
    nightly = yaml.safe_load((ROOT / "examples" / "nightly.yml").read_text())
    assert nightly["permissions"] == {"contents": "read"}
    # YAML 1.1, as this parser reads it, takes the key `on` for true.
    assert nightly[True]["schedule"] == [{"cron": "17 3 * * *"}]
    (job,) = nightly["jobs"].values()
    assert not any("cache" in step.get("uses", "") or "cache" in step.get("with", {}) for step in job["steps"])


def test_the_readme_begins_with_the_quickstart_and_the_tests() -> None:
    assert readme_blocks()[:2] == [QUICKSTART, INSTALL_AND_TEST]


@pytest.fixture(scope="module")
def quickstart(checkout: Checkout) -> Iterator[tuple[Checkout, str, str]]:
    """The checkout after a whole quickstart, begun in another folder; what it said on both streams."""
    done = checkout.run(f"sh '{checkout.root}/examples/quickstart/run.sh'", checkout.root.parent)
    yield checkout, done.stdout, done.stderr


def snapshot_of(checkout: Checkout) -> tuple[Path, dict[str, Any]]:
    folder = checkout.root / "examples" / "quickstart" / "snapshot"
    return folder, json.loads((folder / "manifest.json").read_bytes())


@pytest.mark.slow
def test_the_quickstart_ends_in_a_table_and_a_verified_corpus(quickstart: tuple[Checkout, str, str]) -> None:
    _, said, talk = quickstart
    assert re.search(r"^source +read +dropped", talk, re.MULTILINE)
    for name in ("web", "code", "packages", "feedback"):
        sampled = re.search(rf"^{name} +([\d,]+) +", talk, re.MULTILINE)
        assert sampled, name
    assert re.search(r"filter-license: license", talk)
    assert ": whole; " in said
    assert "What to try next" in said
    assert said.index(": whole; ") < said.index("What to try next")


@pytest.mark.slow
def test_the_quickstart_keeps_a_sensible_part_and_its_policy(quickstart: tuple[Checkout, str, str]) -> None:
    checkout, _, _ = quickstart
    folder, manifest = snapshot_of(checkout)
    steps = manifest["steps"]
    refused = sum(step["dropped"].get("license", 0) for step in steps if step["name"] == "filter-license")
    assert refused > 0
    for step in steps:
        if step["name"] in ("extract", "filter-language", "filter-quality"):
            assert step["out"]["documents"] > 0.6 * step["in"]["documents"], step["id"]
    sources = manifest["sources"]
    assert sources["packages"]["share"] >= 0.09
    assert all(source["share"] <= 0.6 for source in sources.values())
    assert sum(source["tokens"] for source in sources.values()) <= 250_000
    feedback = [entry for entry in checkout.documents(folder) if entry["metadata"]["source"] == "feedback"]
    assert feedback
    assert not PLANTED.findall(json.dumps(feedback))
    assert "{{EMAIL}}" in json.dumps(feedback)
    assert "MPL" not in json.dumps(sources["packages"]["license"])


@pytest.mark.slow
def test_the_folder_opens_as_a_dataset(quickstart: tuple[Checkout, str, str], tmp_path: Path) -> None:
    checkout, _, _ = quickstart
    folder, manifest = snapshot_of(checkout)
    script = "import sys, datasets; print(datasets.load_dataset(sys.argv[1], split='train').num_rows)"
    done = subprocess.run(
        [sys.executable, "-c", script, folder],
        env={**checkout.environment, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout.split()[-1]) == sum(source["documents"] for source in manifest["sources"].values())


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_the_nightly_job_builds_the_same_snapshot_again(quickstart: tuple[Checkout, str, str], tmp_path: Path) -> None:
    checkout, _, _ = quickstart
    summary = tmp_path / "summary"
    steps = [step for step in nightly_steps() if "pip install" not in step["run"]]
    for step in steps:
        checkout.run(step["run"], GITHUB_STEP_SUMMARY=str(summary), **step["env"])
    manifest = json.loads((checkout.root / "snapshot" / "manifest.json").read_bytes())
    assert manifest["digest"] == snapshot_of(checkout)[1]["digest"]
    assert manifest["digest"] in summary.read_text()


@pytest.mark.slow
def test_what_the_quickstart_proposes_works(quickstart: tuple[Checkout, str, str]) -> None:
    checkout, said, _ = quickstart
    proposed = [re.split(r" {2,}", line.strip())[0] for line in said.split("What to try next")[1].splitlines()[1:]]
    proposed = [command for command in proposed if command]
    assert 4 <= len(proposed) <= 6
    for command in proposed:
        # Whole builds are the matter of the tests above.
        if "mix recipe.yaml -o" not in command and "pipe.sh" not in command:
            done = checkout.run(command, checkout.root / "examples" / "quickstart")
            if "explain" in command:
                assert "filter-license" in done.stdout


@pytest.mark.slow
def test_shell_blocks_of_the_readme_run(quickstart: tuple[Checkout, str, str]) -> None:
    checkout, _, _ = quickstart
    for block in readme_blocks():
        if block not in (QUICKSTART, INSTALL_AND_TEST):
            checkout.run(block)
