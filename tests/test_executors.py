"""Executors: a real Ray cluster and a real Slurm give the bytes of a local run, and their failures are seen."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Run
from tests.recipes import RECIPE, published, write_inputs

pytestmark = pytest.mark.slow

SLURM = ROOT.parent / "shared" / "tools" / "slurm-on-this-machine"
FAILING = '''
import os
from dataclasses import dataclass
from pathlib import Path

from corpuskit.core.document import Document
from corpuskit.core.step import Stage


@dataclass(frozen=True)
class FailOnce(Stage):
    """Fail on one document for as long as a file is there, and note what was looked at."""

    def apply(self, document: Document) -> Document:
        """The document."""
        folder = Path(os.environ["FAIL_ONCE"])
        with open(folder / "seen", "a") as stream:
            stream.write(document.id + "\\n")
        if document.id == "b120" and (folder / "armed").exists():
            raise ZeroDivisionError
        return document
'''


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A recipe, and what a local run makes of it."""
    write_inputs(tmp_path, crawls=4, shards=6)
    return tmp_path


@pytest.fixture
def baseline(work: Path, shell: Run) -> dict[str, str]:
    done = shell("corpuskit mix recipe.yaml -o local -j 2 --quiet")
    assert done.returncode == 0, done.stderr
    return published(work / "local")


@pytest.fixture
def failing(work: Path, environment: dict[str, str]) -> dict[str, str]:
    """An environment with an installed package whose step fails on one document of the third file of books."""
    package = work / "package"
    (package / "failonce-1.dist-info").mkdir(parents=True)
    (package / "failonce.py").write_text(FAILING)
    (package / "failonce-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: failonce\nVersion: 1\n")
    (package / "failonce-1.dist-info" / "entry_points.txt").write_text(
        "[corpuskit.steps]\nfail-once = failonce:FailOnce\n"
    )
    (work / "armed").touch()
    environment |= {"PYTHONPATH": f"{package}{os.pathsep}{os.environ.get('PYTHONPATH', '')}", "FAIL_ONCE": str(work)}
    recipe = RECIPE.replace("max_epochs: 2}", "max_epochs: 2, steps: [fail-once]}")
    (work / "recipe.yaml").write_text(recipe)
    return environment


def demand_failure_then_success(work: Path, shell: Run, options: str) -> None:
    """One task fails: exit 1 naming it, nothing published; the next run does that task and no other of its phase."""
    failed = shell(f"corpuskit mix recipe.yaml {options}")
    assert failed.returncode == 1, failed.stderr
    assert b"books: files of 02.jsonl: fail-once failed on document 'b120'" in failed.stderr, failed.stderr
    assert b"Traceback" not in failed.stderr
    assert not list((work / "out").glob("[!.]*"))
    status = json.loads(shell("corpuskit status out --json").stdout)
    (phase,) = [phase for phase in status["phases"] if phase["phase"] == "books: files, fail-once"]
    assert (phase["tasks"], phase["failed"]) == (6, 1)
    assert len(status["failures"]) == 1
    (work / "armed").unlink()
    (work / "seen").unlink()
    again = shell(f"corpuskit mix recipe.yaml {options}")
    assert again.returncode == 0, again.stderr
    seen = (work / "seen").read_text().split()
    # Tasks that waited when the first failed may not have been begun on a local machine.
    assert {f"b{number}" for number in range(100, 150)} <= set(seen)
    assert not {f"b{number}" for number in range(50)} & set(seen)
    assert shell("corpuskit verify out").returncode == 0


def test_a_task_that_raises_on_this_machine(work: Path, shell: Run, failing: dict[str, str]) -> None:
    demand_failure_then_success(work, shell, "-j 2")


@pytest.fixture
def ray_cluster() -> Iterator[Any]:
    """A Ray cluster of two nodes on this machine."""
    pytest.importorskip("ray", reason="Ray is not installed (the extra `ray`)")
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 1, "memory": 2 * 10**9, "object_store_memory": 10**8}
    cluster = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
    cluster.second = cluster.add_node(**node)
    cluster.wait_for_nodes()
    yield cluster
    cluster.shutdown()


def ray_options(work: Path, cluster: Any) -> str:
    (work / "ray.yaml").write_text(f"ray:\n  address: '{cluster.address}'\n  memory_gb: 0.5\n")
    return "--executor ray --profile ray.yaml"


def test_ray_gives_the_same_bytes_though_a_node_is_killed(
    work: Path, shell: Run, baseline: dict[str, str], ray_cluster: Any
) -> None:
    def kill_a_node() -> None:
        tasks = work / "out" / ".staging" / "work" / "tasks"
        end = time.monotonic() + 120
        while not list(tasks.glob("*.json")) and time.monotonic() < end:
            time.sleep(0.1)
        ray_cluster.remove_node(ray_cluster.second, allow_graceful=False)

    killer = threading.Thread(target=kill_a_node)
    killer.start()
    done = shell(f"corpuskit mix recipe.yaml {ray_options(work, ray_cluster)}")
    killer.join()
    assert done.returncode == 0, done.stderr
    assert published(work / "out") == baseline


def test_a_task_that_raises_on_ray(work: Path, shell: Run, failing: dict[str, str], ray_cluster: Any) -> None:
    # Ray's workers have the environment of its nodes, in which the step is not installed.
    environment = {"PYTHONPATH": failing["PYTHONPATH"], "FAIL_ONCE": failing["FAIL_ONCE"]}
    options = ray_options(work, ray_cluster)
    with open(work / "ray.yaml", "a") as stream:
        stream.write("  environment:\n" + "".join(f"    {key}: {value!r}\n" for key, value in environment.items()))
    demand_failure_then_success(work, shell, options)


@pytest.fixture(scope="module")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A Slurm of one node on this machine, or a skip that says why there is none."""
    if shutil.which("sbatch") is None and not (SLURM.is_file() and os.geteuid() == 0):
        pytest.skip("there is no `sbatch`, and nothing that may install it")
    if not SLURM.is_file():
        pytest.skip("no script that starts Slurm on this machine (../shared/tools)")
    folder = tmp_path_factory.mktemp("slurm")
    with open(folder / "start.log", "wb") as log:
        started = subprocess.run(["bash", SLURM, folder], stdout=log, stderr=log, timeout=300, check=False)
    if started.returncode:
        pytest.skip(f"Slurm did not start: {(folder / 'start.log').read_text()[-300:]}")
    yield folder / "slurm.conf"
    for name in ("ctld.pid", "d.pid"):
        subprocess.run(["kill", (folder / name).read_text().strip()], check=False)


SLURM_PROFILE = 'slurm: {partition: main, time: "00:10:00", memory_gb: 1}\n'


def test_slurm_gives_the_same_bytes(
    work: Path, shell: Run, environment: dict[str, str], baseline: dict[str, str], slurm: Path
) -> None:
    environment["SLURM_CONF"] = str(slurm)
    (work / "slurm.yaml").write_text(SLURM_PROFILE)
    done = shell("corpuskit mix recipe.yaml --executor slurm --profile slurm.yaml")
    assert done.returncode == 0, done.stderr
    assert published(work / "out") == baseline
    assert shell("squeue --noheader").stdout == b""


def test_a_task_that_raises_on_slurm(work: Path, shell: Run, failing: dict[str, str], slurm: Path) -> None:
    failing["SLURM_CONF"] = str(slurm)
    (work / "slurm.yaml").write_text(SLURM_PROFILE)
    demand_failure_then_success(work, shell, "--executor slurm --profile slurm.yaml")


def test_without_slurm_or_a_cluster_one_line_says_so(work: Path, shell: Run) -> None:
    python = Path(sys.executable)
    done = shell(f"PATH={python.parent} corpuskit mix recipe.yaml --executor slurm")
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1), done.stderr
    assert b"sbatch" in done.stderr
    (work / "bad.yaml").write_text("slurm: {partitoin: main}\n")
    done = shell("corpuskit mix recipe.yaml --executor slurm --profile bad.yaml")
    assert (done.returncode, b"bad.yaml:1" in done.stderr) == (2, True), done.stderr
