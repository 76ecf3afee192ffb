"""Every write, sync, rename, removal and start of a process fails in turn, or is where the run is killed.

After each: one line and exit 5, or the run got over it; the dataset before is as it was, or the new one stands whole;
and the next run gives what an unbroken one gives, and leaves nothing beside it.
"""

import ast
import errno
import re
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import ROOT, lines_of, texts
from tests.support.faults import Done, Fault, Server
from tests.support.recipes import paragraph

ERRORS = (errno.ENOSPC, errno.EIO, errno.EMFILE)
MOST = 2000
RECIPE = """
seed: 7
budget: {tokens: 1000}
sources:
  books: {from: files, inputs: ['books-*.jsonl'], origin: licensed, license: CC-BY-4.0}
together: [{dedup: {bands: 2}}]
output: {dir: out, shard_documents: 10, formats: [jsonl], order: shuffled}
"""
FOLDER = ("export", "in.jsonl", "-o", "out", "--shard-documents", "20", "--quiet")
FILE = ("export", "in.jsonl", "-o", "out.jsonl.zst", "--quiet")
CARD = ("export", "in.jsonl", "-o", "out", "--to", "jsonl,hf", "--quiet")
MIX = ("mix", "recipe.yaml", "--quiet", "-j", "1")
MIX_IN_WORKERS = ("mix", "recipe.yaml", "--quiet", "--no-cache", "-j", "3")
LINES_IN_WORKERS = ("scrub-pii", "in.jsonl", "-o", "out", "--quiet", "-j", "2")
FILES_IN_WORKERS = ("files", "in.jsonl", "books-0.jsonl", "books-1.jsonl", "-o", "out", "--quiet", "-j", "2")

Listing = dict[str, bytes]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("server") / "server")
    yield started
    started.close()


@dataclass
class Trial:
    """One command in a scratch folder, what it publishes, and what an earlier one had published there."""

    server: Server
    scratch: Path
    arguments: tuple[str, ...]
    replaces: bool
    expected: Listing = field(default_factory=dict)
    before: Listing = field(default_factory=dict)
    inputs: Listing = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("work", "tmp", "state"):
            (self.scratch / name).mkdir()
        self.work = self.scratch / "work"
        old = self._published(texts(*(f"old {number}" for number in range(30))) + b"broken\n", ("--to", "hf"))
        self.expected = self._published(texts(*(f"new {number}" for number in range(30))) + b"broken\n", ())
        self.before = old if self.replaces else {}
        self.inputs = self.everything()
        assert self.expected != old

    def _published(self, lines: bytes, more: tuple[str, ...]) -> Listing:
        """What the command publishes of these inputs; the old dataset is of another form where that is possible."""
        (self.work / "in.jsonl").write_bytes(lines)
        for number in range(2):
            first = number * 10 + len(lines) % 2 * 1000
            books = [{"id": f"d{place}", "text": paragraph(place)} for place in range(first, first + 14)]
            (self.work / f"books-{number}.jsonl").write_bytes(lines_of(books))
        # So many matching tasks at once take more than one worker.
        recipe = RECIPE.replace("bands: 2", "bands: 16") if self.arguments == MIX_IN_WORKERS else RECIPE
        (self.work / "recipe.yaml").write_text(recipe)
        self.clear()
        arguments = ["export", "in.jsonl", "-o", "out", "--quiet", *more] if more and self.folder else self.arguments
        done = self.server.run(self.work, list(arguments))
        assert (done.code, done.stderr) == (0, b"")
        target = "out" if self.folder else "out.jsonl.zst"
        assert self.server.run(self.work, ["verify", target]).code == 0
        return self.found()

    @property
    def folder(self) -> bool:
        return "out.jsonl.zst" not in self.arguments

    def found(self) -> Listing:
        """The dataset as it lies there, without work in progress and what says when it was made."""
        return {
            name: data for name, data in self.everything().items() if name.startswith("out") and ".staging" not in name
        }

    def everything(self) -> Listing:
        return {
            path.relative_to(self.work).as_posix(): path.read_bytes()
            for path in sorted(self.work.rglob("*"))
            if path.is_file()
        }

    def clear(self) -> None:
        """No dataset, no work in progress."""
        shutil.rmtree(self.work / "out", ignore_errors=True)
        for path in (*self.work.glob("out*"), *self.work.glob(".out*")):
            path.unlink()

    def prepare(self) -> None:
        """The dataset before, and nothing else."""
        self.clear()
        for name, data in self.before.items():
            (self.work / name).parent.mkdir(exist_ok=True, parents=True)
            (self.work / name).write_bytes(data)

    def run(self, fault: Fault | None = None) -> Done:
        return self.server.run(self.work, list(self.arguments), fault)

    def demand_whole(self, done: Done, fault: Fault) -> None:
        """What must hold after a run that met a fault."""
        found, said = self.found(), done.stderr.decode()
        assert done.code in (0, 5), said
        assert said.count("\n") == (1 if done.code else 0), said
        assert "internal fault" not in said
        if done.code == 0 or "was published, but" in said:
            cards = {"out/README.md"} if done.code and fault.how == "forever" else set()
            self._demand(found, {name: data for name, data in self.expected.items() if name not in cards}, fault)
        else:
            self._demand(found, self.before, fault)
            assert self.before or fault.how == "forever" or not (self.work / "out").exists()

    def _demand(self, found: Listing, whole: Listing, fault: Fault) -> None:
        """The dataset and nothing but it; only where nothing can be removed, more may be left."""
        if fault.how != "forever":
            assert sorted(found) == sorted(whole)
        if not whole:
            assert not {"out/manifest.json", "out.jsonl.zst.manifest.json"} & set(found)
        if fault.how == "forever" and not self.folder and "out.jsonl.zst.manifest.json" not in found:
            # Of two names the second is a change of its own, which can fail, and so can the way back.
            whole = {}
        assert {name: found.get(name) for name in whole} == whole

    def demand_next_run(self) -> None:
        """The next run gives the same bytes as one that nothing happened to, and leaves nothing else."""
        done = self.run()
        assert (done.code, done.stderr) == (0, b"")
        assert self.found() == self.expected
        beside = {name for name in self.everything() if name not in self.inputs}
        assert beside <= set(self.expected)
        assert not list(self.work.glob("**/.*"))
        assert not list((self.scratch / "tmp").iterdir())
        assert {path.name for path in (self.scratch / "state").iterdir()} <= {"ledger", "cache.key"}


def fail_at_each(trial: Trial, how: str, first: int = 1, stride: int = 1, kinds: str = Fault.kinds) -> int:
    """Fail the first call, and the next, and so on, until a run meets no fault; how many there were."""
    for number, at in enumerate(range(first, MOST, stride)):
        fault = Fault(at, ERRORS[number % len(ERRORS)], how, kinds)
        trial.prepare()
        done = trial.run(fault)
        if not done.fired():
            assert (done.code, trial.found()) == (0, trial.expected)
            return number
        note = f"{fault} at {[call for call in done.calls if call.startswith('!')][:1]}"
        try:
            trial.demand_whole(done, fault)
            trial.demand_next_run()
        except AssertionError as error:
            error.add_note(f"{note}, which said {done.stderr.decode()!r}")
            raise
    raise AssertionError("there is no end of faults")


def kill_at_each(trial: Trial, first: int, stride: int = 1) -> int:
    """Kill the run at call `first`, and the next, and so on; how many kills there were."""
    for number, at in enumerate(range(first, MOST, stride)):
        trial.prepare()
        done = trial.run(Fault(at, how="kill"))
        if not done.fired():
            return number
        assert done.code == -signal.SIGKILL
        demand_snapshot(trial, at)
        trial.demand_next_run()
    raise AssertionError("there is no end of kills")


def demand_snapshot(trial: Trial, at: int) -> None:
    """After a kill the manifest that stands, if one does, is of one dataset, and that is whole."""
    found = trial.found()
    manifest = "out/manifest.json" if trial.folder else "out.jsonl.zst.manifest.json"
    if manifest not in found:
        assert not (trial.before and trial.folder), at
        return
    whole = trial.expected if found[manifest] == trial.expected[manifest] else trial.before
    named = {name for name in whole if not name.endswith("README.md")}
    assert {name: found.get(name) for name in named} == {name: whole[name] for name in named}, at


@pytest.mark.parametrize(
    ("arguments", "how", "first", "stride"),
    [
        pytest.param(FOLDER, "forever", 3, 10, id="folder-forever-3"),
        pytest.param(FILE, "once", 1, 4, id="file-once-1"),
        pytest.param(FILE, "forever", 3, 4, id="file-forever-3"),
    ],
)
def test_a_fault_at_some_calls_publishes_all_or_nothing(
    server: Server, tmp_path: Path, arguments: tuple[str, ...], how: str, first: int, stride: int
) -> None:
    assert fail_at_each(Trial(server, tmp_path, arguments, True), how, first, stride) > 5


@pytest.mark.parametrize(("arguments", "stride"), [(FOLDER, 9), (FILE, 4)], ids=["folder", "file"])
def test_a_kill_at_some_calls_leaves_one_whole_dataset(
    server: Server, tmp_path: Path, arguments: tuple[str, ...], stride: int
) -> None:
    assert kill_at_each(Trial(server, tmp_path, arguments, True), 2, stride) > 5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "replaces", "stride"), [("once", True, 1), ("forever", True, 2), ("once", False, 3), ("forever", False, 3)]
)
@pytest.mark.parametrize("arguments", [FOLDER, FILE, CARD], ids=["folder", "file", "card"])
def test_a_fault_at_any_call_publishes_all_or_nothing(
    server: Server, tmp_path: Path, arguments: tuple[str, ...], how: str, replaces: bool, stride: int
) -> None:
    assert fail_at_each(Trial(server, tmp_path, arguments, replaces), how, 1, stride) > 5


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [FOLDER, FILE, CARD], ids=["folder", "file", "card"])
def test_a_kill_at_any_call_leaves_one_whole_dataset(
    server: Server, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    assert kill_at_each(Trial(server, tmp_path, arguments, True), 1) > 20


@pytest.mark.slow
@pytest.mark.parametrize(("how", "stride"), [("once", 1), ("forever", 5)])
def test_a_fault_at_any_call_of_a_mix_publishes_all_or_nothing(
    server: Server, tmp_path: Path, how: str, stride: int
) -> None:
    assert fail_at_each(Trial(server, tmp_path, MIX, how == "once"), how, 1, stride) > 20


@pytest.mark.slow
def test_a_kill_at_any_call_of_a_mixs_publication_leaves_one_whole_dataset(server: Server, tmp_path: Path) -> None:
    trial = Trial(server, tmp_path, MIX, True)
    trial.prepare()
    calls = trial.run(Fault(0)).calls
    assert kill_at_each(trial, calls.index("link") + 1) > 30


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [
        Fault(1, errno.EAGAIN, kinds="spawn"),
        Fault(1, errno.EMFILE, kinds="spawn"),
        Fault(2, errno.EAGAIN, kinds="spawn"),
        Fault(3, errno.ENOMEM, kinds="spawn"),
        Fault(5, errno.ENOSPC, "forever", whose="worker"),
        Fault(8, errno.EIO, whose="worker"),
    ],
    ids=["first worker", "no descriptors", "second worker", "third worker", "all of workers", "one of workers"],
)
def test_a_fault_in_or_at_workers_publishes_nothing(server: Server, tmp_path: Path, fault: Fault) -> None:
    trial = Trial(server, tmp_path, MIX_IN_WORKERS, True)
    trial.prepare()
    done = trial.run(fault)
    assert done.fired()
    assert done.code == 5, done.stderr
    trial.demand_whole(done, fault)
    trial.demand_next_run()


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [LINES_IN_WORKERS, FILES_IN_WORKERS], ids=["lines", "files"])
@pytest.mark.parametrize("error", [errno.EAGAIN, errno.EMFILE])
def test_a_second_worker_that_cannot_start_publishes_nothing(
    server: Server, tmp_path: Path, arguments: tuple[str, ...], error: int
) -> None:
    """The first one has begun to work by then, and ends with the run."""
    trial = Trial(server, tmp_path, arguments, True)
    trial.prepare()
    fault = Fault(2, error, kinds="spawn")
    done = trial.run(fault)
    assert (done.calls, done.code) == (["spawn", "!spawn"], 5), done.stderr
    trial.demand_whole(done, fault)
    trial.demand_next_run()


@pytest.mark.slow
def test_a_second_worker_that_is_killed_ends_the_run_in_one_line(server: Server, tmp_path: Path) -> None:
    """What the first one has finished by then is not done again."""
    trial = Trial(server, tmp_path, MIX_IN_WORKERS, True)
    trial.prepare()
    done = trial.run(Fault(4, how="kill", whose="second"))
    said = done.stderr.decode()
    assert done.fired()
    assert (done.code, said.count("\n")) == (1, 1), said
    assert "a worker process was killed" in said
    assert {name: trial.found().get(name) for name in trial.before} == trial.before
    trial.demand_next_run()


CHANGES = {"rename", "link", "unlink", "mkdir", "makedirs", "fsync", "rmdir", "touch", "rmtree", "symlink_to"}
CHANGES |= {
    "write_text",
    "write_bytes",
    "copyfile",
    "TemporaryFile",
    "TemporaryDirectory",
    "tofile",
    "fdopen",
    "truncate",
}
"""Names of what changes files."""
MAY_CHANGE = re.compile(rf"\b(?:open|replace|{'|'.join(sorted(CHANGES))})\b")
"""A file without one of these words need not be parsed."""


def test_nothing_is_written_but_through_the_one_door() -> None:
    """A call that these tests cannot reach would be one that they do not test."""
    folder = ROOT / "corpuskit"
    found = [
        f"{path.relative_to(folder)}: {what}"
        for path in sorted(folder.rglob("*.py"))
        if path.name != "filesystem.py" and MAY_CHANGE.search(path.read_text())
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and (what := writing(node))
    ]
    assert found == ["cli/main.py: open", "cli/main.py: open"], (
        "of these two one keeps a traceback, one is standard error"
    )


def writing(call: ast.Call) -> str:
    """The name of what is called, if it changes files."""
    function = call.func
    if isinstance(function, ast.Name):
        modes = [word.value for word in call.args[1:2] if isinstance(word, ast.Constant)]
        return "open" if function.id == "open" and set("wxa+") & set("".join(map(str, modes))) else ""
    if not isinstance(function, ast.Attribute):
        return ""
    of_path = function.attr == "replace" and ((len(call.args) == 1 and not call.keywords) or "os." in ast.unparse(call))
    is_change = function.attr in CHANGES or of_path
    return function.attr if is_change and ast.unparse(function.value) != "filesystem" else ""
