"""A real Ray cluster of two nodes gives the bytes of a local run even if one is killed, and failures are reported."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run, allow_descriptors
from tests.support import executors
from tests.support.recipes import published

pytestmark = pytest.mark.slow
work, failing_step, baseline = executors.work, executors.failing_step, executors.baseline


@pytest.fixture
def ray_cluster() -> Iterator[Any]:
    """A Ray cluster of two nodes on this machine."""
    pytest.importorskip("ray", reason="Ray is not installed (the extra `ray`)")
    from ray.cluster_utils import Cluster

    before = allow_descriptors(4096)  # each of Ray's own servers holds hundreds of sockets and files
    node = {"num_cpus": 1, "memory": 2 * 10**9, "object_store_memory": 10**8}
    cluster = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
    cluster.second = cluster.add_node(**node)
    cluster.wait_for_nodes()
    yield cluster
    cluster.shutdown()
    allow_descriptors(before)


def ray_options(work: Path, cluster: Any) -> str:
    (work / "ray.yaml").write_text(f"ray:\n  address: '{cluster.address}'\n  memory_gb: 0.5\n  tasks_per_job: 2\n")
    return "--executor ray --profile ray.yaml"


def test_ray_gives_the_same_bytes_though_a_node_is_killed(
    work: Path, shell: Run, baseline: dict[str, str], ray_cluster: Any
) -> None:
    def kill_a_node() -> None:
        tasks = work / "out" / ".staging" / "work" / "tasks"
        end = time.monotonic() + 120
        while not list(tasks.glob("*/*.json")) and time.monotonic() < end:
            time.sleep(0.1)
        ray_cluster.remove_node(ray_cluster.second, allow_graceful=False)

    killer = threading.Thread(target=kill_a_node)
    killer.start()
    done = shell(f"corpuskit mix recipe.yaml {ray_options(work, ray_cluster)}")
    killer.join()
    assert done.returncode == 0, done.stderr
    assert published(work / "out") == baseline


def test_a_task_that_raises_on_ray(tmp_path: Path, shell: Run, failing_step: dict[str, str], ray_cluster: Any) -> None:
    # Ray's workers have the environment of its nodes, in which the step is not installed.
    environment = {"PYTHONPATH": failing_step["PYTHONPATH"], "FAIL_ONCE": failing_step["FAIL_ONCE"]}
    options = ray_options(tmp_path, ray_cluster)
    with open(tmp_path / "ray.yaml", "a") as stream:
        stream.write("  environment:\n" + "".join(f"    {key}: {value!r}\n" for key, value in environment.items()))
    executors.demand_failure_then_success(tmp_path, shell, options)
