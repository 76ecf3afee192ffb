"""Cluster profiles: what Ray and Slurm need to know to run tasks. Nothing in them shapes content.

slurm: {partition: main, time: "02:00:00", memory_gb: 4, sbatch: {account: corpora}}
ray:   {address: auto, cpus: 1, memory_gb: 2}
"""

from dataclasses import dataclass, field
from pathlib import Path

from corpuskit.mix.recipe.node import Node
from corpuskit.mix.recipe.yaml import load

_RAY_KEYS = ("address", "cpus", "memory_gb", "tasks_per_job", "environment")
_SLURM_KEYS = ("partition", "time", "cpus", "memory_gb", "qos", "env", "sbatch", "max_array", "tasks_per_job")


@dataclass(frozen=True)
class RayProfile:
    """A Ray cluster: its address (`auto`, `HOST:PORT`, `ray://…`), what to reserve for each task, and variables.

    Ray's workers have the environment of the node that they run on, and `environment` adds to it. Keep secrets in
    files.
    """

    address: str | None = None
    cpus: int = 1
    memory_gb: float = 1.0
    tasks_per_job: int = 1
    environment: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class SlurmProfile:
    """A Slurm partition, what to request for each task, a shell line to run first, and more `sbatch` options."""

    partition: str = "main"
    time: str = "24:00:00"
    cpus: int = 1
    memory_gb: int = 2
    qos: str = ""
    env: str = ""
    sbatch: tuple[tuple[str, str], ...] = ()
    max_array: int = 1001
    tasks_per_job: int = 1

    def memory_gb_per_cpu(self) -> int:
        """Return the value of `--mem-per-cpu`, in whole gigabytes, rounded up."""
        return -(-self.memory_gb // self.cpus)


@dataclass(frozen=True)
class Profile:
    """The settings for both kinds of cluster."""

    ray: RayProfile = field(default_factory=RayProfile)
    slurm: SlurmProfile = field(default_factory=SlurmProfile)


def read_profile(path: Path | None) -> Profile:
    """Return the profile in a YAML file, or the defaults without one. Raises UsageError with the line of a mistake."""
    if path is None:
        return Profile()
    root = Node(load(path)).keys("ray", "slurm")
    ray, slurm = root.get("ray"), root.get("slurm")
    return Profile(_ray(ray) if ray else RayProfile(), _slurm(slurm) if slurm else SlurmProfile())


def _ray(node: Node) -> RayProfile:
    node.keys(*_RAY_KEYS)
    default = RayProfile()
    address, memory = node.get("address"), node.get("memory_gb")
    return RayProfile(
        address.text() if address else default.address,
        _whole(node, "cpus", default.cpus),
        memory.positive() if memory else default.memory_gb,
        _whole(node, "tasks_per_job", default.tasks_per_job),
        _texts(node, "environment"),
    )


def _slurm(node: Node) -> SlurmProfile:
    node.keys(*_SLURM_KEYS)
    default = SlurmProfile()
    return SlurmProfile(
        _text(node, "partition", default.partition),
        _text(node, "time", default.time),
        _whole(node, "cpus", default.cpus),
        _whole(node, "memory_gb", default.memory_gb),
        _text(node, "qos", default.qos),
        _text(node, "env", default.env),
        _texts(node, "sbatch"),
        _whole(node, "max_array", default.max_array),
        _whole(node, "tasks_per_job", default.tasks_per_job),
    )


def _text(node: Node, key: str, default: str) -> str:
    value_node = node.get(key)
    return value_node.text() if value_node else default


def _texts(node: Node, key: str) -> tuple[tuple[str, str], ...]:
    value_node = node.get(key)
    return tuple((name, value.text()) for name, value in value_node.entries()) if value_node else ()


def _whole(node: Node, key: str, default: int) -> int:
    value_node = node.get(key)
    return value_node.whole(1) if value_node else default
