"""The benchmark runs from end to end on a handful of documents, and says what it could not measure."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

STAGE = "documents passed on"


def benchmarks(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tests.benchmarks", "--work", folder / "work", "--peers", folder / "peers"]
    small = ["--documents", "3", "--articles", "2", "--pages", "2", "--repeats", "1", "--no-install"]
    return subprocess.run([*command, *small, *arguments], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.usefixtures("shared_data")
@pytest.mark.skipif(sys.platform != "linux", reason="processes are held to one core by a call that only Linux has")
def test_a_table_of_one_stage_is_printed(tmp_path: Path) -> None:
    result = benchmarks(tmp_path, "--stages", STAGE)
    assert result.returncode == 0, result.stderr
    assert f"### {STAGE}\n\n30 documents" in result.stdout
    rows = {
        name: cells.split(" | ")
        for name, cells in re.findall(r"^\| (corpuskit|floor) \| (.*) \|$", result.stdout, re.M)
    }
    assert rows.keys() == {"corpuskit", "floor"}
    assert all(float(cells[4].replace(",", "")) > 0 for cells in rows.values()), "peak memory"
    assert "the peers are not set up" in result.stdout
    assert "datatrove, read and written: not measured: " in result.stdout


def test_an_unknown_stage_is_told(tmp_path: Path) -> None:
    result = benchmarks(tmp_path, "--stages", "brewing")
    assert result.returncode == 2
    assert "no such stage; there are: fetch-warc; extract, news and blogs" in result.stderr
