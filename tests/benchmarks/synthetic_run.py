"""What `synth-run` holds under kills and faults, and what it costs: `python -m tests.benchmarks.synthetic_run`.

Prompts are the answers of real models, to be rewritten, each several times. *Kills*: 20 at random moments; there may be
`concurrency` calls more for each, and the answers are those of a run without any, byte for byte. *Faults*: 429 with
Retry-After, 500, broken, cut and slow connections; every request has one answer, and the tokens are those that the
server has charged. *Stop*: the limit of tokens. *Cost*: the processor time of a request and the memory of plans of
several lengths, with a server that answers at once.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.corpus import SHARED
from tests.benchmarks.synthetic_check import answer_rows
from tests.conftest import ROOT
from tests.support.measured_command import Cost, cost_of
from tests.support.model_server import ModelServer, running

KILLS, CONCURRENCY = 20, 8
FAULTS = ("429", "500", "503", "408", "drop", "cut", "cut-unsaid", "html", "slow")
SLOW_ANSWER_SECONDS = 2
"""After which an answer that does not come is asked for again."""


class Folder:
    """A folder with a plan, in which commands run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()

        self.environment = {
            **os.environ,
            "CORPUSKIT_STATE": str(path / "state"),
            "PYTHONPATH": os.environ.get("PYTHONPATH", str(ROOT)),
        }

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        """Start a command, which says nothing."""
        return subprocess.Popen(
            [sys.executable, "-m", "corpuskit", *words],
            cwd=self.path, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def run(self, *words: str, code: int = 0) -> Cost:
        """Run a command to its end, which must be the one that is expected."""
        messages = self.path / "stderr"
        with messages.open("wb") as stream:
            cost = cost_of([sys.executable, "-m", "corpuskit", *words], self.path, self.environment, stream)
        assert cost.code == code, messages.read_text()
        return cost

    def plan(self, seeds: list[dict[str, Any]], samples: int) -> Cost:
        """Plan requests."""
        (self.path / "seeds.jsonl").write_text("".join(json.dumps(seed) + "\n" for seed in seeds))
        (self.path / "ask.txt").write_text("Say this in other words: ${text}")
        options = ["--template", "ask.txt", "--model", "m", "--samples", str(samples), "--param", "seed=1"]
        return self.run("synth-plan", "seeds.jsonl", *options, "-o", "plan.jsonl")

    def answers(self, name: str = "out.jsonl") -> list[dict[str, Any]]:
        """Return the documents that came out."""
        return [json.loads(line) for line in (self.path / name).read_text().splitlines()]


def real_seeds(data: Path) -> list[dict[str, Any]]:
    """The answers of real models as seeds, without what may be personal data."""
    from corpuskit.text.pii.scanner import scanner

    rows = [row for rows in answer_rows(data).values() for row in rows]
    return [{"id": row["id"], "text": row["text"]} for row in rows if not scanner().find(row["text"])]


def kills(folder: Folder, seeds: list[dict[str, Any]], chance: random.Random) -> str:
    """Kill a run at random moments, and compare what comes out with an unbroken run."""
    folder.plan(seeds, 5)
    requests = len((folder.path / "plan.jsonl").read_text().splitlines())
    with running(ModelServer(delay=0.15)) as server:
        arguments = ["synth-run", "plan.jsonl", "--url", server.url, "--concurrency", str(CONCURRENCY)]
        killed = 0
        while killed < KILLS:
            process = folder.start(*arguments, "-o", "out.jsonl")
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(chance.uniform(0.0, 3.0))
            if process.poll() is not None:
                break
            process.send_signal(signal.SIGKILL)
            process.wait()
            killed += 1
        calls_before = server.calls
        server.delay = 0.0
        folder.run(*arguments, "-o", "out.jsonl")
        calls = server.calls
        folder.run(*arguments, "--cache", "fresh.sqlite", "-o", "unbroken.jsonl")
    equal = (folder.path / "out.jsonl").read_bytes() == (folder.path / "unbroken.jsonl").read_bytes()
    most = requests + CONCURRENCY * killed
    return (
        f"{killed} kills: {calls} calls for {requests} requests, {calls_before} before the last run; at most {most}: "
        f"{calls <= most}; bytes equal: {equal}"
    )


def faults(folder: Folder, seeds: list[dict[str, Any]], chance: random.Random) -> str:
    """Let a server fail often, and compare the answers and the tokens."""
    folder.plan(seeds, 4)
    requests = len((folder.path / "plan.jsonl").read_text().splitlines())
    met: list[str] = []

    def fault_of(body: bytes, calls: int) -> str:
        fault = chance.choice(FAULTS) if calls < 2 and chance.random() < 0.08 else ""
        met.extend([fault] * bool(fault))
        return fault

    with running(ModelServer(fault_of=fault_of)) as server:
        arguments = ["synth-run", "plan.jsonl", "--url", server.url, "--concurrency", "32"]
        begin = time.monotonic()
        folder.run(*arguments, "--timeout", str(SLOW_ANSWER_SECONDS), "-o", "out.jsonl")
        seconds = time.monotonic() - begin
        charged, calls, bodies = dict(server.charged), server.calls, len(server.bodies)
    answers = folder.answers()
    sums = {
        kind: sum(answer["metadata"]["request"]["usage"][kind] for answer in answers)
        for kind in ("prompt_tokens", "completion_tokens")
    }
    is_equal = all(sums[kind] == charged[kind] for kind in sums)
    ids = {answer["id"] for answer in answers}
    return (
        f"{len(met)} faults of {len(set(met))} kinds: {len(ids)} answers to {requests} requests ({bodies} prompts), "
        f"{calls - len(met)} answered calls; tokens {sums}, equal to the server's: {is_equal}; {seconds:.0f} s"
    )


def stop(folder: Folder, seeds: list[dict[str, Any]]) -> str:
    """Reach the limit of tokens, in several runs."""
    folder.plan(seeds, 4)
    limit = 100_000
    with running(ModelServer(delay=0.01)) as server:
        arguments = ["synth-run", "plan.jsonl", "--url", server.url, "--max-tokens-total", str(limit)]
        for _ in range(3):
            folder.run(*arguments, "--concurrency", str(CONCURRENCY), "-o", "out.jsonl", code=6)
        charged, calls = server.charged["total_tokens"], server.calls
        largest = max(len(seed["text"].split()) for seed in seeds) + 20
    is_held = limit <= charged <= limit + CONCURRENCY * largest
    return f"limit {limit:,}: {charged:,} tokens charged in {calls} calls of 3 runs, each refused; held: {is_held}"


@contextlib.contextmanager
def fixed_server() -> Iterator[str]:
    """Run a server in a process of its own that gives one answer to everything."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.model_server", "0", "--fixed"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.communicate("")


def costs(folder: Path, seeds: list[dict[str, Any]], sizes: list[int]) -> Iterator[str]:
    """Yield what plans of several lengths cost, to plan and to run."""
    few_seeds = [{"id": str(number), "text": seeds[number % len(seeds)]["text"][:200]} for number in range(1000)]
    before = None
    with fixed_server() as url:
        for size in sizes:
            here = Folder(folder / f"plan-of-{size}")
            planning = here.plan(few_seeds, size // len(few_seeds))
            asking = here.run("synth-run", "plan.jsonl", "--url", url, "-o", "out.jsonl")
            again = here.run("synth-run", "plan.jsonl", "--url", url, "-o", "again.jsonl")
            line = "; ".join(
                f"{name} {cost.seconds:.1f} CPU s, {cost.megabytes:.0f} MB"
                for name, cost in (("planned", planning), ("asked", asking), ("read again", again))
            )
            if before is not None:
                seconds = (asking.seconds - before[1].seconds) / (size - before[0])
                line += f"; {1 / seconds:,.0f} requests a second of processor time"
            before = (size, asking)
            yield f"{size:,} requests: {line}"


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000], help="lengths of plans")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    seeds = real_seeds(arguments.data)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(kills(Folder(folder / "kills"), seeds, chance), flush=True)
        print(faults(Folder(folder / "faults"), seeds, chance), flush=True)
        print(stop(Folder(folder / "stop"), seeds), flush=True)
        for line in costs(folder, seeds, arguments.sizes):
            print(line, flush=True)


if __name__ == "__main__":
    main()
