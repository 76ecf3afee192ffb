"""Publication: whole or not at all, and the snapshot before stays until the new one is there."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpuskit.core.errors import PublishError
from corpuskit.core.publish.dataset import Dataset
from corpuskit.core.settings import Settings
from corpuskit.core.stream.run import StepRun
from corpuskit.stages.head import Head
from tests.conftest import Run, lines_of, texts
from tests.support.recipes import paragraph

RECIPE = """
sources: {books: {from: files, inputs: ['books-*.jsonl'], origin: licensed, license: CC-BY-4.0}}
together: [{dedup: {bands: 2}}]
output: {dir: out, formats: [jsonl, parquet]}
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """A folder with a small recipe, whose output is of more than 32 KiB."""
    for number in range(2):
        books = [{"id": f"d{place}", "text": paragraph(place)} for place in range(number * 400, number * 400 + 500)]
        (tmp_path / f"books-{number}.jsonl").write_bytes(lines_of(books))
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    return tmp_path


def listing(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_a_second_run_replaces_the_first(tmp_path: Path, corpuskit: Run) -> None:
    assert corpuskit("export", "-o", "out", stdin=texts("old") + b"broken\n").returncode == 0
    old = listing(tmp_path / "out")
    assert corpuskit("export", "-o", "out", stdin=texts("new")).returncode == 0
    new = listing(tmp_path / "out")
    assert not set(old) & set(new) - {"manifest.json", "README.md"}
    assert corpuskit("verify", "out").returncode == 0
    assert corpuskit("export", "-o", "out", "--to", "hf", stdin=texts("newer")).returncode == 0
    assert corpuskit("verify", "out").returncode == 0
    assert corpuskit("export", "-o", "out", stdin=texts("new")).returncode == 0
    assert corpuskit("verify", "out").returncode == 0
    assert listing(tmp_path / "out") == new


@pytest.mark.parametrize("blocks", [1, 8, 40])
def test_a_full_disk_leaves_the_old_snapshot(tmp_path: Path, shell: Run, corpuskit: Run, blocks: int) -> None:
    assert corpuskit("export", "-o", "out", stdin=texts("old")).returncode == 0
    before = listing(tmp_path / "out")
    (tmp_path / "in.jsonl").write_bytes(texts(*(os.urandom(20).hex() for _ in range(5000))))
    done = shell(f"ulimit -f {blocks}; corpuskit export in.jsonl -o out")
    assert done.returncode == 5, done.stderr
    assert done.stderr.count(b"\n") == 1
    assert listing(tmp_path / "out") == before
    assert not (tmp_path / "out" / ".staging").exists()
    assert corpuskit("export", "in.jsonl", "-o", "out").returncode == 0
    assert corpuskit("verify", "out").returncode == 0


@pytest.mark.parametrize("output", ["out", "out.jsonl"])
def test_publishing_takes_little_memory(tmp_path: Path, shell: Run, corpuskit: Run, output: str) -> None:
    (tmp_path / "in.jsonl").write_bytes(texts("one", "two"))
    assert corpuskit("head", "in.jsonl", "-o", output).returncode == 0
    done = shell(f"ulimit -v 400000; corpuskit head in.jsonl -o {output} 2>&1; ls -A")
    assert b"memory" not in done.stdout and b"out" in done.stdout, done.stdout
    assert corpuskit("verify", output).returncode == 0
    assert not (tmp_path / "out" / ".staging").exists()


@pytest.mark.parametrize("error", [MemoryError(), OSError(errno.ENOSPC, "No space left on device")])
@pytest.mark.parametrize(
    ("output", "fails"),
    [
        ("out", "corpuskit.core.publish.folder_output.FolderOutput._finish"),
        ("out", "corpuskit.core.provenance.ledger.Ledger.complete"),
        ("out", "corpuskit.core.stream.run.OpenRun._tell"),
        ("out.jsonl", "corpuskit.core.provenance.ledger.Ledger.complete"),
        ("out.jsonl", "corpuskit.core.stream.run.OpenRun._tell"),
    ],
)
def test_what_fails_after_publication_does_not_say_that_nothing_was_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, corpuskit: Run, output: str, fails: str, error: Exception
) -> None:
    (tmp_path / "in.jsonl").write_bytes(texts("one", "two"))

    def fail(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as patched, pytest.raises(PublishError) as raised:
        patched.setattr(fails, fail)
        StepRun(Head(2), tmp_path / "in.jsonl", Settings(output=tmp_path / output, quiet=True)).run()
    reason = "not enough memory" if isinstance(error, MemoryError) else "No space left"
    assert f"{output}' was published, but finishing up failed: {reason}" in str(raised.value)
    assert corpuskit("verify", output).returncode == 0
    assert corpuskit("head", "in.jsonl", "-o", output).returncode == 0
    assert not (tmp_path / "out" / ".staging").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_small_file_system_that_fills_up(tmp_path: Path, shell: Run) -> None:
    mount = tmp_path / "small"
    mount.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", mount], capture_output=True).returncode:
        pytest.skip("this system does not let tests mount a file system")
    try:
        (tmp_path / "in.jsonl").write_bytes(texts(*(os.urandom(60).hex() for _ in range(5000))))
        done = shell("corpuskit export in.jsonl -o small/out")
        assert done.returncode == 5, done.stderr
        assert b"No space left" in done.stderr
        assert list(mount.iterdir()) == []
    finally:
        subprocess.run(["umount", mount], check=True)


def test_two_runs_on_one_output_do_not_mix(tmp_path: Path, environment: dict[str, str], corpuskit: Run) -> None:
    for name in ("out", "out.jsonl"):
        command = [sys.executable, "-m", "corpuskit", "export", "-o", name]
        with subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE
        ) as first:
            assert first.stdin
            first.stdin.write(texts("first"))
            first.stdin.flush()
            end = time.monotonic() + 30
            while not list(tmp_path.glob("**/*staging*")) and time.monotonic() < end:
                time.sleep(0.02)
            second = corpuskit("export", "-o", name, stdin=texts("second"))
            assert second.returncode == 5
            assert b"is being written by" in second.stderr
            assert name == "out.jsonl" or f"process {first.pid} ".encode() in second.stderr
            first.communicate()
            assert first.returncode == 0
        assert corpuskit("verify", name).returncode == 0
        assert b"first" in corpuskit("head", name).stdout


def test_what_a_killed_run_left_is_swept_by_the_next(
    tmp_path: Path, environment: dict[str, str], corpuskit: Run
) -> None:
    command = [sys.executable, "-m", "corpuskit", "export", "-o", "out"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdin=subprocess.PIPE) as killed:
        end = time.monotonic() + 30
        while not list(tmp_path.glob("out/.staging/*")) and time.monotonic() < end:
            time.sleep(0.02)
        killed.send_signal(signal.SIGKILL)
    assert (tmp_path / "out" / ".staging").exists()
    assert corpuskit("export", "-o", "out", stdin=texts("a")).returncode == 0
    assert not (tmp_path / "out" / ".staging").exists()
    assert corpuskit("verify", "out").returncode == 0


@pytest.mark.parametrize(
    ("make", "output"),
    [
        ("mkdir out; echo x > out/other", "out"),
        ("echo x > out", "out"),
        ("mkdir out; echo '{}' > out/manifest.json", "out"),
        ("mkdir out.jsonl", "out.jsonl"),
        ("true", "/proc/nothing/out"),
    ],
)
def test_what_is_not_ours_is_left_alone(tmp_path: Path, shell: Run, corpuskit: Run, make: str, output: str) -> None:
    shell(make)
    before = listing(tmp_path)
    done = corpuskit("export", "-o", output, stdin=texts("a"))
    assert done.returncode == 5, done.stderr
    assert done.stderr.count(b"\n") == 1
    assert {name: data for name, data in listing(tmp_path).items() if not name.startswith("state/")} == before


def test_equal_input_is_equal_bytes_whatever_the_surroundings(tmp_path: Path, corpuskit: Run, shell: Run) -> None:
    (tmp_path / "in.jsonl").write_bytes(texts(*(f"text {number}" for number in range(300))) + b"broken\n")
    found = []
    for place, variables in enumerate(
        ("PYTHONHASHSEED=1 TZ=Asia/Tokyo LC_ALL=C", "PYTHONHASHSEED=2 TZ=UTC LC_ALL=C.UTF-8", "PYTHONHASHSEED=3")
    ):
        shell(f"mkdir w{place}; cd w{place}; {variables} corpuskit export --to jsonl,parquet ../in.jsonl -o out")
        found.append(listing(tmp_path / f"w{place}" / "out"))
    assert found[0] == found[1] == found[2]
    assert found[0]


@pytest.mark.parametrize(
    ("limit", "workers"),
    [
        ("ulimit -f 8", 1),
        pytest.param("ulimit -f 40", 2, marks=pytest.mark.slow),
        pytest.param("ulimit -n 12", 2, marks=pytest.mark.slow),
    ],
)
def test_a_mix_that_meets_a_limit_says_so_and_is_resumed(
    recipe: Path, shell: Run, corpuskit: Run, limit: str, workers: int
) -> None:
    done = shell(f"{limit}; corpuskit mix recipe.yaml --quiet -j {workers}")
    assert done.returncode == 5, done.stderr
    assert done.stderr.startswith(b"corpuskit mix: ")
    assert (b"too many files are open" if "-n" in limit else b"cannot write") in done.stderr
    assert done.stderr.count(b"\n") == 1
    assert {path.name for path in (recipe / "out").glob("*")} <= {".staging"}
    assert corpuskit("mix", "recipe.yaml", "--quiet", "-j", workers).returncode == 0
    assert corpuskit("mix", "recipe.yaml", "--quiet", "-j", "1", "-o", "unbroken").returncode == 0
    assert listing(recipe / "out") == listing(recipe / "unbroken")


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_mix_into_a_file_system_that_fills_up_or_is_read_only(recipe: Path, shell: Run, corpuskit: Run) -> None:
    mount = recipe / "small"
    mount.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", mount], capture_output=True).returncode:
        pytest.skip("this system does not let tests mount a file system")
    try:
        done = corpuskit("mix", "recipe.yaml", "--quiet", "-j", "2", "-o", "small/out")
        assert (done.returncode, done.stderr.count(b"\n")) == (5, 1), done.stderr
        assert b"No space left" in done.stderr
        assert {path.name for path in (mount / "out").glob("*")} <= {".staging"}
        subprocess.run(["mount", "-o", "remount,size=64m", mount], check=True)
        assert corpuskit("mix", "recipe.yaml", "--quiet", "-j", "1", "-o", "small/out").returncode == 0
        before = listing(mount)
        subprocess.run(["mount", "-o", "remount,ro", mount], check=True)
        # An unchanged recipe would have nothing to write.
        (recipe / "recipe.yaml").write_text((recipe / "recipe.yaml").read_text() + "seed: 11\n")
        done = corpuskit("mix", "recipe.yaml", "--quiet", "-o", "small/out")
        assert (done.returncode, done.stderr.count(b"\n")) == (5, 1), done.stderr
        assert b"Read-only" in done.stderr
        assert listing(mount) == before
        assert corpuskit("verify", "small/out").returncode == 0
    finally:
        subprocess.run(["umount", mount], check=True)


@pytest.mark.parametrize("closed", [pytest.param("2>&-", marks=pytest.mark.slow), "<&- >&- 2>&-"])
def test_a_mix_without_standard_streams_writes_its_shards_alone(
    recipe: Path, shell: Run, corpuskit: Run, closed: str
) -> None:
    done = shell(f"corpuskit mix recipe.yaml -j 2 {closed}")
    assert done.returncode == 0, done.stderr
    assert corpuskit("verify", "out").returncode == 0
    plan = shell("corpuskit mix recipe.yaml --plan >&-")
    assert (plan.returncode, plan.stderr) == (5, b"corpuskit mix: standard output is closed; redirect it\n")


def test_of_two_mixes_on_one_output_one_wins_and_the_other_names_it(
    recipe: Path, environment: dict[str, str], corpuskit: Run
) -> None:
    command = [sys.executable, "-m", "corpuskit", "mix", "recipe.yaml", "--quiet", "-j", "1"]
    with subprocess.Popen(command, cwd=recipe, env=environment, stderr=subprocess.PIPE) as first:
        end = time.monotonic() + 60
        holder = recipe / "out" / ".staging" / "holder.json"
        while not (holder.exists() and holder.stat().st_size) and time.monotonic() < end:
            time.sleep(0.001)
        first.send_signal(signal.SIGSTOP)
        second = corpuskit("mix", "recipe.yaml", "--quiet")
        first.send_signal(signal.SIGCONT)
        assert second.returncode == 5, second.stderr
        assert f"is being written by process {first.pid} on ".encode() in second.stderr
        assert second.stderr.count(b"\n") == 1
        assert first.communicate()[1] == b""
        assert first.returncode == 0
    assert corpuskit("verify", "out").returncode == 0


def test_a_dataset_yields_all_its_documents_in_order(tmp_path: Path, corpuskit: Run) -> None:
    words = [f"tide {number}" for number in range(5)]
    options = ("--to", "jsonl,parquet", "--shard-documents", "2")
    assert corpuskit("export", "-o", "out", *options, stdin=texts(*words)).returncode == 0
    assert [document.text for document in Dataset(tmp_path / "out")] == words


@pytest.mark.parametrize("command", ["export in.jsonl", "files in.jsonl", "mix recipe.yaml"])
def test_a_link_to_nothing_is_called_that(tmp_path: Path, corpuskit: Run, command: str) -> None:
    (tmp_path / "in.jsonl").write_bytes(texts("one"))
    (tmp_path / "recipe.yaml").write_text("sources: {a: {from: files, inputs: [in.jsonl], origin: other}}\n")
    (tmp_path / "out").symlink_to("nowhere/below")
    done = corpuskit(*command.split(), "-o", "out")
    assert done.returncode == 5
    assert b"'out' is a link to nothing; remove it, or choose another -o" in done.stderr
    assert (tmp_path / "out").is_symlink() and not (tmp_path / "nowhere").exists()
