"""`--verbose`: what it says beyond the default, on standard error alone, and that it changes nothing else."""

import gzip
import json
import re
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from corpuskit.core.registry import find_step, own_steps
from corpuskit.core.step import Command
from tests.conftest import Run, lines_of
from tests.support.serving import serving

DOCUMENTS = lines_of([{"id": f"d{number}", "text": f"Tide {number % 2} was noted."} for number in range(4)])
RECIPE = """
seed: 1
sources:
  notes: {from: files, inputs: [docs.jsonl], origin: crawl, license: MIT, steps: [{sample: {rate: 1}}]}
together: [dedup]
"""


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "docs.jsonl").write_bytes(DOCUMENTS)
    (tmp_path / "more.jsonl.gz").write_bytes(gzip.compress(DOCUMENTS.replace(b'"d', b'"e'), mtime=0))
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    return tmp_path


def details(stderr: bytes, command: str) -> list[str]:
    """The lines that a command printed, without its name."""
    prefix = f"corpuskit {command}: "
    return [line.removeprefix(prefix) for line in stderr.decode().splitlines() if line.startswith(prefix)]


def content(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_a_step_names_its_inputs_options_versions_folders_and_time(corpuskit: Run, docs: Path) -> None:
    lines = details(corpuskit("dedup", "-v", "docs.jsonl", "more.jsonl.gz", "--ngram", "3").stderr, "dedup")
    assert re.match(r"corpuskit \S+, Python 3\.\d+\.\d+; temporary files in /", lines[0])
    assert "ngram 3, " in lines[1] and "depends on: minhash " in lines[1]
    assert str(docs / "state") in lines[2]
    packed = (docs / "more.jsonl.gz").stat().st_size
    assert lines[3:5] == [
        f"reads docs.jsonl (JSONL, {len(DOCUMENTS)} bytes)",
        f"reads more.jsonl.gz (JSONL, gzip, {packed} bytes)",
    ]
    assert re.fullmatch(r"\d+\.\d\d s; [\d,]+ bytes in, [\d,]+ bytes out; [\d,]+ documents? a second", lines[5])
    assert lines[6].startswith("8 in, ")


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("command", ["files", "export", "sample", "dedup"])
def test_output_is_the_same(corpuskit: Run, docs: Path, command: str, jobs: str) -> None:
    words = [command, "docs.jsonl", "more.jsonl.gz", "-j", jobs, *(["--rate", "0.5"] if command == "sample" else [])]
    assert corpuskit(*words, "-v").stdout == corpuskit(*words, "-q").stdout
    for flag in ("-v", "-q"):
        assert corpuskit(*words, flag, "-o", f"out{flag}").returncode == 0
    assert content(docs / "out-v") == content(docs / "out-q")


def test_each_input_is_told_once_when_workers_read(corpuskit: Run, docs: Path) -> None:
    lines = details(corpuskit("files", "-v", "-j", "2", "docs.jsonl", "more.jsonl.gz").stderr, "files")
    assert [line.split()[1] for line in lines if line.startswith("reads ")] == ["docs.jsonl", "more.jsonl.gz"]


def test_files_that_a_folder_holds_besides_are_told_one_by_one(corpuskit: Run, docs: Path) -> None:
    folder = docs / "papers"
    folder.mkdir()
    (folder / "a.txt").write_text("The tide turns at noon.")
    for name in ("a.pdf", "b.docx"):
        (folder / name).write_bytes(b"%")
    usual, loud = (corpuskit("files", "papers", *flags).stderr for flags in ((), ("-v",)))
    assert b"b.docx" not in usual and b"the first is 'a.pdf'" in usual
    assert [line for line in details(loud, "files") if line.startswith("passes over ")] == [
        f"passes over 'papers/{name}'" for name in ("a.pdf", "b.docx")
    ]


def test_a_pipe_is_called_one_and_its_bytes_stay(shell: Run, docs: Path) -> None:
    done = shell("corpuskit files docs.jsonl -v | corpuskit count -v -")
    assert "reads standard input" in details(done.stderr, "count")
    assert done.stdout.split()[0] == b"4"


def test_the_outcome_as_json_stays_last(corpuskit: Run, docs: Path) -> None:
    lines = corpuskit("dedup", "-v", "--json", "docs.jsonl").stderr.splitlines()
    assert json.loads(lines[-1])["in"] == 4 and len(lines) > 4


def test_mix_tells_each_step_and_phase_and_what_is_done_already(corpuskit: Run, docs: Path) -> None:
    for name, flag in (("a", "-v"), ("b", "-q")):
        result = corpuskit("mix", "recipe.yaml", "-o", name, flag, "--no-cache")
        assert result.returncode == 0, result.stderr
    assert content(docs / "a") == content(docs / "b")
    lines = details(corpuskit("mix", "recipe.yaml", "-o", "c", "--verbose", "-j", "2").stderr, "mix")
    assert "runs 2 tasks at a time, executor: local" in lines
    assert f"finished work is kept in {str(docs / 'cache')!r}" in lines and "works in 'c/.staging'" in lines
    assert f"notes: reads docs.jsonl (JSONL, {len(DOCUMENTS)} bytes)" in lines
    assert any(line.startswith("notes: sample: options: rate 1") for line in lines)
    assert any(line.startswith("together: dedup: options: method minhash, ") for line in lines)
    assert any(re.fullmatch(r"together: dedup: \d documents? in \d+\.\d\d s", line) for line in lines)
    again = details(corpuskit("mix", "recipe.yaml", "-o", "d", "-v").stderr, "mix")
    assert any(
        re.fullmatch(r"together: dedup, matches: (\d+) of \1 tasks done by an earlier run", line) for line in again
    )


def test_verify_tells_each_file_and_what_is_wrong_with_it(corpuskit: Run, docs: Path) -> None:
    assert corpuskit("dedup", "docs.jsonl", "-o", "out", "-q").returncode == 0
    files = {path.relative_to(docs / "out").as_posix() for path in (docs / "out").glob("*/part-*")}
    sound = details(corpuskit("verify", "-v", "out").stderr, "verify")
    assert {line.split()[1] for line in sound if line.endswith("sound")} == {f"{name}:" for name in files}
    shard = next((docs / "out" / "data").iterdir())
    shard.write_bytes(shard.read_bytes() + b"\n")
    result = corpuskit("verify", "-v", "-j", "2", "out")
    assert result.returncode == 3
    assert f"read data/{shard.name}: 0 lines, 1 problem" in details(result.stderr, "verify")


@pytest.mark.parametrize("command", [["stats"], ["report", "--as", "card"], ["report", "--as", "html"]])
def test_what_describes_a_dataset_tells_the_shards_it_reads(corpuskit: Run, docs: Path, command: list[str]) -> None:
    assert corpuskit("dedup", "docs.jsonl", "-o", "out", "-q").returncode == 0
    loud, usual = (corpuskit(*command, "out", *more) for more in (["-v"], []))
    assert loud.stdout == usual.stdout and loud.returncode == 0
    assert details(loud.stderr, command[0])[0].startswith("corpuskit ")


class BusyAtFirst(BaseHTTPRequestHandler):
    """Serves the documents; the first for a body is turned away."""

    requests = 0

    def log_message(self, *_: Any) -> None:
        """Be quiet."""

    def do_GET(self) -> None:
        BusyAtFirst.requests += self.command == "GET"
        is_busy = self.command == "GET" and BusyAtFirst.requests == 1
        self.send_response(503 if is_busy else 200)
        self.send_header("Content-Length", str(0 if is_busy else len(DOCUMENTS)))
        self.end_headers()
        self.wfile.write(b"" if is_busy or self.command == "HEAD" else DOCUMENTS)

    do_HEAD = do_GET


def test_requests_and_retries_are_told_without_what_may_be_secret(corpuskit: Run, docs: Path) -> None:
    server = HTTPServer(("127.0.0.1", 0), BusyAtFirst)
    with serving(server):
        address = f"http://user:hidden@127.0.0.1:{server.server_port}/docs.jsonl?key=hidden"
        result = corpuskit("files", "-v", address, "--allow-private")
    assert result.returncode == 0, result.stderr
    stderr = result.stderr.decode()
    assert "docs.jsonl from byte 0 on" in stderr and "trying again in 1 s" in stderr
    assert "hidden" not in stderr


def test_quiet_and_verbose_exclude_one_another(corpuskit: Run, docs: Path) -> None:
    for words in (["dedup", "docs.jsonl"], ["mix", "recipe.yaml"], ["verify", "."]):
        result = corpuskit(*words, "-q", "-v")
        assert (result.returncode, result.stdout, result.stderr.count(b"\n")) == (2, b"", 1)
        assert b"`--quiet` and `--verbose` exclude one another" in result.stderr


def commands_that_read() -> list[type[Any]]:
    """The commands that may be asked to be quiet about reading."""
    classes = [find_step(name) for name in own_steps()]
    return [found for found in classes if issubclass(found, Command) and found.settings != Command.settings]


@pytest.mark.parametrize("step_class", commands_that_read(), ids=lambda found: found.name())
def test_what_can_be_quiet_can_be_verbose(step_class: type[Command]) -> None:
    assert ("quiet" in step_class.settings) == ("verbose" in step_class.settings)
