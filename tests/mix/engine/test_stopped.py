"""A `mix` that is stopped says what it keeps."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from corpuskit import Mix, Settings
from corpuskit.core.errors import refusal_of_system
from corpuskit.mix.engine.run import MixRun
from corpuskit.mix.engine.task_files import TaskFile
from tests.conftest import texts

RECIPE = "sources:\n  a: {from: files, inputs: [in.jsonl], origin: licensed, license: CC0-1.0}\n"


@pytest.mark.parametrize("has_tasks", [True, False])
def test_a_stopped_mix_says_what_it_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], has_tasks: bool
) -> None:
    def stopped(run: MixRun) -> None:
        if has_tasks:
            (run.output.work / "tasks" / "re" / "read").mkdir(parents=True)
        raise KeyboardInterrupt

    monkeypatch.setattr(MixRun, "publish", stopped)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").write_bytes(texts("a", "b"))
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    with pytest.raises(KeyboardInterrupt):
        Mix(no_cache=True).execute(["recipe.yaml"], Settings(output=tmp_path / "out", jobs=1))
    message = capsys.readouterr().err
    assert message.startswith("corpuskit mix: interrupted; run it again to go on")
    assert ("the finished tasks stay in" in message) == has_tasks
    assert (tmp_path / "out" / ".staging" / "work" / "tasks" / "re" / "read").exists() == has_tasks


@pytest.mark.parametrize("seconds", [0.0, 0.3])
def test_workers_that_are_ended_leave_nothing_to_say(seconds: float) -> None:
    """The process ends by a signal, as after Ctrl-C, while calls wait."""
    program = f"""
import os, signal, time
from corpuskit.core.stream.workers import Pool
if __name__ == "__main__":
    pool = Pool(2)
    results = pool.ordered((time.sleep, 0 if not number else 60) for number in range(20))
    next(results)
    time.sleep({seconds})
    results.close()
    pool.close()
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert done.stderr == b""


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("the system has no /dev/full")
    link = tmp_path / "0.verdicts"
    link.symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space") as caught:
        TaskFile(link).write(b"x" * 1_000_000)
    assert str(link) in str(refusal_of_system(caught.value))
