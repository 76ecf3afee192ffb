"""A real Slurm gives the bytes of a local run, and failures are reported."""

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run, allow_descriptors
from tests.support import executors
from tests.support.recipes import published

pytestmark = pytest.mark.slow
work, failing_step, baseline = executors.work, executors.failing_step, executors.baseline

SLURM = ROOT.parent / "shared" / "tools" / "slurm-on-this-machine"


@pytest.fixture(scope="module")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A Slurm of one node on this machine, or a skip with the reason."""
    if shutil.which("sbatch") is None and not (SLURM.is_file() and os.geteuid() == 0):
        pytest.skip("there is no `sbatch`, and nothing that may install it")
    if not SLURM.is_file():
        pytest.skip("no script that starts Slurm on this machine (../shared/tools)")
    folder = tmp_path_factory.mktemp("slurm")
    with open(Path(tempfile.gettempdir()) / "corpuskit-tests-of-slurm.lock", "a") as lock:
        # A machine has ports for one Slurm only; tests of other workers or checkouts wait for theirs.
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield from run_slurm(folder)


def run_slurm(folder: Path) -> Iterator[Path]:
    """Start Slurm, yield its configuration file, and stop it."""
    before = allow_descriptors(4096)  # Slurm's daemons plan for a cluster's connections
    with open(folder / "start.log", "wb") as log:
        done = subprocess.run(["bash", SLURM, folder], stdout=log, stderr=log, timeout=300, check=False)
    allow_descriptors(before)
    if done.returncode:
        pytest.skip(f"Slurm did not start: {(folder / 'start.log').read_text()[-300:]}")
    yield folder / "slurm.conf"
    daemons = [int((folder / name).read_text()) for name in ("ctld.pid", "d.pid")]
    subprocess.run(["kill", *map(str, daemons)], check=False)
    # They hold their ports until they end, and the next Slurm needs the same ports.
    end = time.monotonic() + 60
    while any(Path(f"/proc/{daemon}").exists() for daemon in daemons) and time.monotonic() < end:
        time.sleep(0.1)


SLURM_PROFILE = 'slurm: {partition: main, time: "00:10:00", memory_gb: 1, tasks_per_job: 2}\n'


def test_slurm_gives_the_same_bytes(
    work: Path, shell: Run, environment: dict[str, str], baseline: dict[str, str], slurm: Path
) -> None:
    environment["SLURM_CONF"] = str(slurm)
    (work / "slurm.yaml").write_text(SLURM_PROFILE)
    done = shell("corpuskit mix recipe.yaml --executor slurm --profile slurm.yaml")
    assert done.returncode == 0, done.stderr
    assert published(work / "out") == baseline
    assert shell("squeue --noheader").stdout == b""


def test_a_task_that_raises_on_slurm(tmp_path: Path, shell: Run, failing_step: dict[str, str], slurm: Path) -> None:
    failing_step["SLURM_CONF"] = str(slurm)
    (tmp_path / "slurm.yaml").write_text(SLURM_PROFILE)
    executors.demand_failure_then_success(tmp_path, shell, "--executor slurm --profile slurm.yaml")
