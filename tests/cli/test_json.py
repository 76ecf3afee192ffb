"""--json and --quiet: every command says its exit code, also where it failed, and nothing else than errors is said."""

import json
from pathlib import Path

import pytest

from tests.conftest import Run, texts


@pytest.fixture
def folder(tmp_path: Path, corpuskit: Run) -> Path:
    """Two datasets, and a folder with a file that is no document."""
    for name, words in (("one", "The tide came in."), ("two", "The boats rose.")):
        assert corpuskit("files", "-", "-o", name, stdin=texts(words)).returncode == 0
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.jsonl").write_bytes(texts("The harbour was full."))
    (tmp_path / "mine" / "picture.png").write_bytes(b"\x89PNG")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["verify", "one"], 0),
        (["stats", "one"], 0),
        (["count", "one"], 0),
        (["diff", "one", "two"], 0),
        (["diff", "one", "two", "--exit-code"], 6),
        (["status", "one"], 0),
        (["cache"], 0),
        (["files", "mine", "-o", "three"], 0),
        (["files", "nowhere"], 2),
        (["stats", "nowhere"], 2),
        (["frobnicate"], 2),
        (["--frobnicate"], 2),
        (["stats", "one", "--frobnicate"], 2),
    ],
)
def test_the_exit_code_is_in_the_object(folder: Path, corpuskit: Run, words: list[str], code: int) -> None:
    done = corpuskit(*words, "--json")
    (last,) = (done.stdout or done.stderr).splitlines()[-1:]
    assert (json.loads(last)["exit"], done.returncode) == (code, code)


def test_what_verify_finds_is_in_its_exit_code(folder: Path, corpuskit: Run) -> None:
    (shard,) = (folder / "one" / "data").iterdir()
    shard.write_bytes(shard.read_bytes().replace(b"tide", b"wave"))
    done = corpuskit("verify", "one", "two", "--json")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["exit"] for answer in answers] == [3, 0]
    assert done.returncode == 3


def test_quiet_commands_print_nothing_and_others_say_who_passed_over_what(folder: Path, corpuskit: Run) -> None:
    (folder / "recipe.yaml").write_text("sources:\n  web: {from: files, inputs: [mine], origin: crawl, license: MIT}\n")
    notice = "1 file of other kinds in 'mine' passed over, the first is 'picture.png'"
    for words, subject in ((["files", "mine"], ""), (["mix", "recipe.yaml"], "source `web`: ")):
        spoken = corpuskit(*words, "-o", f"{words[0]}-loud").stderr.decode()
        assert f"corpuskit {words[0]}: {subject}{notice}" in spoken
        assert corpuskit(*words, "-o", f"{words[0]}-quiet", "-q").stderr == b""
        (line,) = corpuskit(*words, "-o", f"{words[0]}-json", "-q", "--json").stderr.splitlines()
        assert json.loads(line)["exit"] == 0
