"""What was taken out of a place comes back by no way, and who is refused is told what to type."""

import json
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from tests.conftest import Run, RunIn, lines_of
from tests.trust.test_takedown import near_copy, prose

TAKEN = {"d3", "d4", "copy"}
FILTER = "corpuskit filter-takedown --list takedown.jsonl -q"
ADD = "corpuskit dedup --index seen --snapshot two -q"
SHOUT = f"{sys.executable} shout.py"
"""A program that keeps no record, and changes texts."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, corpuskit_in: RunIn) -> Path:
    """A folder with documents, and an index of `dedup` and a search index of them that were cleared of three."""
    folder = tmp_path_factory.mktemp("made")
    corpuskit = corpuskit_in(folder)
    documents = [{"id": f"d{number}", "text": prose(number)} for number in range(20)]
    documents.append({"id": "copy", "text": near_copy(prose(4))})
    (folder / "in.jsonl").write_bytes(lines_of(documents))
    (folder / "takedown.jsonl").write_bytes(lines_of([{"id": "d3"}, {"id": "d4"}]))
    (folder / "shout.py").write_text(
        "import sys\nfor line in sys.stdin:\n    print(line.replace('word1', 'Word1'), end='')\n"
    )
    first = ("dedup", "in.jsonl", "--index", "seen", "--snapshot", "one", "-q")
    assert corpuskit(*first, "-o", "unique.jsonl").returncode == 0
    assert corpuskit("index", "in.jsonl", "-o", "search.idx", "-q").returncode == 0
    done = corpuskit("takedown", "--list", "takedown.jsonl", "seen", "search.idx", "--apply", "--json")
    assert [place["documents"] for place in json.loads(done.stdout)["places"]] == [3, 3], done.stderr
    (folder / "in.jsonl").write_bytes(lines_of([*documents, {"id": "new", "text": prose(99)}]))
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(made, tmp_path, dirs_exist_ok=True)


def index_bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "seen").iterdir()}


def ids_in(path: Path) -> set[str]:
    return {json.loads(line)["id"] for line in path.read_bytes().splitlines()}


@pytest.mark.parametrize(
    "command",
    [
        f"{ADD} in.jsonl -o u2.jsonl",
        f"{ADD} in.jsonl > u2.jsonl",
        f"{ADD} in.jsonl | corpuskit head -n 99 -o u2.jsonl",
        f"corpuskit head -n 99 in.jsonl -q | {ADD} -o u2.jsonl",
        f"{FILTER} in.jsonl -o passed.jsonl && {ADD} passed.jsonl in.jsonl -o u2.jsonl",
        f"{FILTER} in.jsonl | {SHOUT} | {ADD} -o u2.jsonl",
        'echo \'{"id": "d3"}\' > shorter.jsonl; corpuskit filter-takedown --list shorter.jsonl in.jsonl -q | '
        f"{ADD} -o u2.jsonl",
    ],
)
def test_an_index_of_dedup_takes_in_nothing_that_has_not_passed(folder: Path, shell: Run, command: str) -> None:
    before = index_bytes(folder)
    done = shell(f"set -o pipefail; {command}")
    assert done.returncode == 6 or "head -n 99 -o" in command, done.stderr
    assert b"the index 'seen' was cleared of " in done.stderr, done.stderr
    assert b"put `corpuskit filter-takedown --list FILE` with that list behind every input" in done.stderr
    assert b"or choose another index" in done.stderr
    assert not (folder / "u2.jsonl").exists() or not (folder / "u2.jsonl").read_bytes()
    assert index_bytes(folder) == before


def test_what_has_passed_goes_into_the_index_and_it_does_not_forget(folder: Path, shell: Run, corpuskit: Run) -> None:
    for snapshot in ("two", "three"):
        done = shell(f"{FILTER} in.jsonl | {ADD.replace('two', snapshot)} -o u2.jsonl --allow-empty")
        assert done.returncode == 0, done.stderr
        assert ids_in(folder / "u2.jsonl") == ({"new"} if snapshot == "two" else set())
    assert corpuskit("dedup-index", "remove", "seen", "--snapshot", "one").returncode == 0
    assert shell(f"{ADD} in.jsonl -o u3.jsonl").returncode == 6
    assert shell(f"{ADD.replace('seen', 'other')} in.jsonl -o u3.jsonl").returncode == 0, "another index"


def test_a_second_takedown_adds_to_what_is_asked_for(folder: Path, shell: Run, corpuskit: Run) -> None:
    (folder / "other.jsonl").write_bytes(lines_of([{"id": "d5"}]))
    assert corpuskit("takedown", "--list", "other.jsonl", "seen", "--apply").returncode == 0
    for lists in (["takedown"], ["other"]):
        pipe = " | ".join(f"corpuskit filter-takedown --list {name}.jsonl -q" for name in lists)
        assert shell(f"< in.jsonl {pipe} | {ADD} -o u2.jsonl").returncode == 6
    done = shell(f"{FILTER} in.jsonl | corpuskit filter-takedown --list other.jsonl -q | {ADD} -o u2.jsonl")
    assert done.returncode == 0, done.stderr


RECIPE = """
{policy}
sources:
  web: {{from: files, inputs: [in.jsonl], origin: crawl, steps: [{steps}]}}
{together}
output: {{dir: out}}
"""
DEDUP = "{dedup: {index: seen, snapshot: two}}"


@pytest.mark.parametrize(
    ("steps", "together"),
    [
        (DEDUP, ""),
        ("repair-text", f"together: [{DEDUP}]"),
        (f"chunk, {DEDUP}", ""),
        (f"chunk, {DEDUP}, repair-text", ""),
        ("", f"together: [chunk, {DEDUP}]"),
        ("chunk", f"together: [repair-text, {{sample: {{rate: 1}}}}, {DEDUP}, scrub-pii]"),
        (f"chunk, {{filter-takedown: {{list: takedown.jsonl}}}}, {DEDUP}", ""),
    ],
)
def test_a_recipe_that_adds_to_an_index_must_name_the_list(
    folder: Path, corpuskit: Run, steps: str, together: str
) -> None:
    before = index_bytes(folder)
    recipe = folder / "recipe.yaml"
    without = steps.replace("{filter-takedown: {list: takedown.jsonl}}, ", "")
    recipe.write_text(RECIPE.format(policy="", steps=without, together=together))
    done = corpuskit("mix", recipe)
    assert done.returncode == 6 and b"seen' was cleared of " in done.stderr, done.stderr
    assert b"policy: {takedown: FILE}" in done.stderr and index_bytes(folder) == before
    recipe.write_text(RECIPE.format(policy="policy: {takedown: takedown.jsonl}", steps=steps, together=together))
    done = corpuskit("mix", recipe, "-q")
    assert done.returncode == 0, done.stderr
    assert index_bytes(folder) != before


@pytest.mark.parametrize(
    ("refused", "places", "followed"),
    [
        (
            "corpuskit index in.jsonl -o search.idx",
            "behind every input, take a",
            f"{FILTER} in.jsonl | corpuskit index -o search.idx",
        ),
        (
            "corpuskit chunk in.jsonl | corpuskit index -o search.idx",
            "behind every input, and again behind `chunk`, take a",
            f"{FILTER} in.jsonl | corpuskit chunk | {FILTER} | corpuskit index -o search.idx",
        ),
        (
            "corpuskit head -n 9 in.jsonl | corpuskit repair-text | corpuskit chunk | corpuskit index -o search.idx",
            "behind every input, and again behind the last of `repair-text`, `chunk`, take a",
            f"{FILTER} in.jsonl | corpuskit head -n 9 | corpuskit repair-text | corpuskit chunk | {FILTER} | "
            "corpuskit index -o search.idx",
        ),
        (
            f"{FILTER} in.jsonl | {SHOUT} | corpuskit index -o search.idx",
            "behind every input, behind the program whose output `index` reads, take a",
            f"{FILTER} in.jsonl | {SHOUT} | {FILTER} | corpuskit index -o search.idx",
        ),
        (
            f"cat in.jsonl | {SHOUT} | corpuskit chunk | corpuskit index -o search.idx",
            "behind every input, behind the program whose output `chunk` reads, and again behind `chunk`, take a",
            f"{FILTER} in.jsonl | {SHOUT} | {FILTER} | corpuskit chunk | {FILTER} | corpuskit index -o search.idx",
        ),
        (
            "corpuskit files in.jsonl | corpuskit index -o search.idx",
            "behind every input, take a",
            f"corpuskit files in.jsonl | {FILTER} | corpuskit index -o search.idx",
        ),
        (
            "corpuskit dedup --unit line in.jsonl | corpuskit index -o search.idx",
            "behind every input, and again behind `dedup`, take a",
            f"{FILTER} in.jsonl | corpuskit dedup --unit line | {FILTER} | corpuskit index -o search.idx",
        ),
        (
            f"corpuskit chunk in.jsonl | {ADD} -o u2.jsonl",
            "behind every input, and again behind `chunk`, or choose",
            f"{FILTER} in.jsonl | corpuskit chunk | {FILTER} | {ADD} -o u2.jsonl",
        ),
    ],
)
def test_what_the_message_says_works_at_once(
    folder: Path, shell: Run, refused: str, places: str, followed: str
) -> None:
    done = shell(refused)
    assert done.returncode == 6, done.stderr
    message = done.stderr.decode()
    assert f"put `corpuskit filter-takedown --list FILE` with that list {places}" in message, message
    done = shell(followed)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["corpus", "a corpus.jsonl", "folder/corpus"])
def test_a_cleared_dataset_is_extended_as_page_and_message_say(
    folder: Path, shell: Run, corpuskit: Run, name: str
) -> None:
    (folder / "more.jsonl").write_bytes(lines_of([{"id": "more", "text": prose(98)}, {"id": "d3", "text": prose(3)}]))
    (folder / "folder").mkdir()
    assert corpuskit("export", "in.jsonl", "-o", name).returncode == 0
    done = corpuskit("export", name, "more.jsonl", "-o", name)
    assert done.returncode == 2 and b"name another, which will hold all inputs" in done.stderr, done.stderr
    assert corpuskit("takedown", "--list", "takedown.jsonl", name, "--apply").returncode == 0
    done = corpuskit("export", name, "more.jsonl", "-o", name)
    assert done.returncode == 2, done.stderr
    named = shlex.quote(name)
    command = f"corpuskit filter-takedown --list FILE {named} more.jsonl | corpuskit export -o {named}"
    assert f"has to pass that: `{command}`" in done.stderr.decode(), done.stderr
    done = shell(f"set -o pipefail; {command.replace('FILE', 'takedown.jsonl')}")
    assert done.returncode == 0, done.stderr
    assert corpuskit("verify", name).returncode == 0
    ids = [json.loads(line)["id"] for line in corpuskit("head", "-n", "99", name).stdout.splitlines()]
    assert "more" in ids and not TAKEN & set(ids) and len(ids) == len(set(ids))


def test_a_message_names_a_few_inputs_and_no_more(folder: Path, corpuskit: Run) -> None:
    command = ("filter-takedown", "--list", "takedown.jsonl", "in.jsonl", "-o", "corpus")
    assert corpuskit(*command).returncode == 0
    inputs = [f"more{number}.jsonl" for number in range(4)]
    for name in inputs:
        (folder / name).write_bytes(lines_of([{"id": name, "text": prose(98)}]))
    done = corpuskit("export", "corpus", *inputs, "-o", "corpus")
    assert done.returncode == 2 and b"--list FILE corpus INPUT... | corpuskit export -o corpus`" in done.stderr
