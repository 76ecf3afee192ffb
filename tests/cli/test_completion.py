"""Completion in shells, `help COMMAND`, and short flags."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Run

COMPLETE = """
source completion.bash
complete_words() {{ COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _corpuskit; echo "${{COMPREPLY[@]}}"; }}
complete_words {words}
"""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("corpuskit ded", ["dedup", "dedup-index"]),
        ("corpuskit dedup --thre", ["--threshold"]),
        ("corpuskit mix --dry", ["--dry-run"]),
        ("corpuskit help filter-l", ["filter-language", "filter-license"]),
        ("corpuskit dedup docs", []),
    ],
)
def test_bash_completes_commands_and_flags(corpuskit: Run, tmp_path: Path, words: str, expected: list[str]) -> None:
    (tmp_path / "completion.bash").write_bytes(corpuskit("--completion", "bash").stdout)
    done = subprocess.run(["bash", "-c", COMPLETE.format(words=words)], capture_output=True, cwd=tmp_path)
    assert (done.stdout.decode().split(), done.stderr) == (expected, b"")


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_can_read_their_script(corpuskit: Run, tmp_path: Path, shell: str) -> None:
    script = corpuskit("--completion", shell).stdout
    assert b"scrub-pii" in script and b"max-rejects" in script
    (tmp_path / "script").write_bytes(script)
    if shutil.which(shell):
        assert subprocess.run([shell, "-n", "script"], cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("words", [["--completion"], ["--completion", "tcsh"]])
def test_another_shell_is_refused_in_one_line(corpuskit: Run, words: list[str]) -> None:
    result = corpuskit(*words)
    assert (result.returncode, result.stderr.count(b"\n")) == (2, 1) and b"bash" in result.stderr


def test_help_and_short_flags(corpuskit: Run) -> None:
    assert corpuskit("help", "dedup").stdout == corpuskit("dedup", "--help").stdout != b""
    assert corpuskit("help").stdout == corpuskit("--help").stdout
    assert corpuskit("help", "dedpu").returncode == 2
    assert corpuskit("-V").stdout == corpuskit("--version").stdout
    assert corpuskit("files", "-q", stdin=b'{"text": "a"}\n').stderr == b""


@pytest.mark.parametrize("columns", [60, 80, 100, 200])
def test_the_overview_is_as_wide_as_the_terminal_and_breaks_no_name(
    corpuskit: Run, environment: dict[str, str], columns: int
) -> None:
    environment["COLUMNS"] = str(columns)
    lines = corpuskit("--help").stdout.decode().splitlines()
    assert max(map(len, lines)) <= min(columns, 120)
    assert not any(line.endswith("-") for line in lines)
