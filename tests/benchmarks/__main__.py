"""How fast each step is, beside its peers and the floor: `python -m tests.benchmarks [--documents N] [--pages N] …`.

Every measurement is a process of its own on one core. Its cost is the processor time of that process and all that it
started, less what the same takes for a single document (imports, models); only of the whole pipe the start counts, and
floors time their own work. Rounds go A B A B, so that whatever else the machine does meets all alike; medians are
printed. Peak memory is that of the largest process. `docs/performance.md` explains the tables.

The first run sets the peers up in a virtual environment of their own (`--peers`), where datatrove's further
dependencies go, and cuts its inputs (`--work`). `--corpus` is the folder `DIR/bench` that
`../shared/data/build_bench_corpus.py DIR` made; without it pages of news and their texts stand in.
"""

import argparse
import compileall
import datetime
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Iterable
from dataclasses import dataclass, fields
from importlib import metadata
from pathlib import Path

from tests.benchmarks.peers import PACKAGES
from tests.benchmarks.stages import FLOOR, MEMORY, OURS, PARALLEL, PEER, STAGES, STREAMS, TEXTS, Rival, Stage

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "corpuskit-benchmarks"


@dataclass(frozen=True)
class Cost:
    """Processor seconds, seconds on the clock, and peak memory in MB."""

    processor: float
    clock: float
    memory: float


class Failed(Exception):
    """A measurement that could not be made, and why."""


class Bench:
    """Where inputs, results and peers lie, and how measurements are made."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.given = given
        web = given.corpus is not None
        self.inputs = given.work / f"{'web' if web else 'articles'}-{given.documents}-{given.articles}-{given.pages}"
        self.scratch = given.work / "scratch"
        self.python = {OURS: Path(sys.executable), PEER: given.peers / "bin/python", FLOOR: Path(sys.executable)}
        self.core = {min(os.sched_getaffinity(0))}
        self.cores = os.sched_getaffinity(0)

    def corpus(self, *arguments: str) -> None:
        """Cut inputs, in a process of its own: this one stays small, as its size would count as its children's."""
        web = ["--web", str(self.given.corpus)] if self.given.corpus else []
        command = [sys.executable, "-m", "tests.benchmarks.corpus", str(self.inputs), *web, *arguments]
        subprocess.run(command, check=True, cwd=ROOT)

    def measure(self, rival: Rival, source: Path, *, one_core: bool = True) -> Cost:
        """Run a rival on an input; raises Failed with the last line it said."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True)
        os.sched_setaffinity(0, self.core if one_core else self.cores)
        try:
            return self._run(self._command(rival, source), floor=rival.role == FLOOR)
        finally:
            os.sched_setaffinity(0, self.cores)

    def _command(self, rival: Rival, source: Path) -> list[str]:
        out = self.scratch / "out"
        if rival.role != OURS:
            module = [str(self.python[rival.role]), "-m", "tests.benchmarks.peers"]
            return [*module, rival.work, str(source), str(out)]
        work = rival.work.replace("{in}", str(source)).replace("{out}", str(out))
        if work.startswith("sh:"):
            script = work.removeprefix("sh:").replace("corpuskit ", f"{sys.executable} -m corpuskit ")
            return ["sh", "-c", script]
        return [sys.executable, "-m", "corpuskit", *work.split(), "--quiet"]

    def _run(self, command: list[str], floor: bool) -> Cost:
        environment = {
            **os.environ,
            "CORPUSKIT_STATE": str(self.scratch / "state"),
            "CORPUSKIT_CACHE": str(self.scratch / "cache"),
            "TMPDIR": str(self.scratch),
        }
        said, told = self.scratch / "stdout", self.scratch / "stderr"
        begun = time.monotonic()
        with told.open("wb") as errors, (said if floor else Path(os.devnull)).open("wb") as output:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, cwd=ROOT, env=environment
            )
            _, status, usage = os.wait4(process.pid, 0)
        clock = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            lines = told.read_text(errors="replace").strip().splitlines()
            raise Failed(lines[-1] if lines else f"exit code {process.returncode}")
        seconds = float(said.read_text()) if floor else usage.ru_utime + usage.ru_stime
        return Cost(seconds, clock, usage.ru_maxrss / 1024)

    def compare(self, stage: Stage) -> tuple[dict[Rival, Cost], dict[Rival, str]]:
        """The medians of all rivals, and why those that failed did."""
        failures: dict[Rival, str] = {}
        costs: dict[Rival, list[Cost]] = {}
        starts: dict[Rival, list[Cost]] = {}
        for _ in range(self.given.repeats):
            for rival in stage.rivals:
                if stage.less_start and rival.role != FLOOR:
                    self._add(starts, rival, self.inputs / "one" / stage.input, failures)
                self._add(costs, rival, self.inputs / "all" / stage.input, failures)
        return {rival: net(found, starts.get(rival, [])) for rival, found in costs.items()}, failures

    def _add(self, costs: dict[Rival, list[Cost]], rival: Rival, source: Path, failures: dict[Rival, str]) -> None:
        if rival in failures:
            return
        try:
            costs.setdefault(rival, []).append(self.measure(rival, source))
        except (Failed, FileNotFoundError) as reason:
            failures[rival] = str(reason)
            costs.pop(rival)

    def set_up_peers(self) -> str | None:
        """The peers' virtual environment, which sees ours; a reason if it cannot be had."""
        if not (self.given.peers / "ready").exists():
            if self.given.no_install:
                return "the peers are not set up, and --no-install says to leave them out"
            try:
                venv.create(self.given.peers, with_pip=True, clear=True)
                (site,) = self.given.peers.glob("lib/python*/site-packages")
                ours = [path for path in sys.path if path.endswith("site-packages")]
                (site / "ours.pth").write_text("".join(f"{path}\n" for path in ours))
                install = [str(self.python[PEER]), "-m", "pip", "install", "--quiet", *PACKAGES]
                subprocess.run(install, check=True, capture_output=True)
                (self.given.peers / "ready").touch()
            except (OSError, subprocess.CalledProcessError) as reason:
                return f"the peers' packages could not be installed: {reason}"
        return None


def net(found: list[Cost], starts: list[Cost]) -> Cost:
    """The median cost, less that of starting."""
    whole, start = median(found), median(starts) if starts else Cost(0, 0, 0)
    return Cost(max(1e-4, whole.processor - start.processor), max(1e-4, whole.clock - start.clock), whole.memory)


def median(costs: list[Cost]) -> Cost:
    """Figure by figure."""
    return Cost(*(statistics.median(getattr(cost, item.name) for cost in costs) for item in fields(Cost)))


def count(path: Path) -> tuple[int, float]:
    """Documents of an input, and its size in MB (of an archive, as it lies there)."""
    lines = path.with_name(path.name.replace(".warc.gz", ".jsonl"))
    with lines.open("rb") as file:
        return sum(1 for _ in file), path.stat().st_size / 1e6


def show(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """A Markdown table on standard output, each row as soon as it is known."""
    print(f"| {' | '.join(heads)} |\n|{' --- |' * len(heads)}")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)
    print(flush=True)


def short(value: float) -> str:
    """A figure with three digits that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def show_stage(bench: Bench, name: str, stage: Stage) -> None:
    """Measure a stage and print its table."""
    documents, size = count(bench.inputs / "all" / stage.input)
    costs, failures = bench.compare(stage)
    print(f"\n### {name}\n\n{documents:,} {'documents' if stage.input in TEXTS else 'pages'}, {size:.1f} MB\n")
    rows = []
    ours = [costs[rival] for rival in stage.rivals if rival.role == OURS and rival in costs]
    for rival, cost in costs.items():
        ratios = ["" if rival.role == OURS else short(cost.processor / our.processor) for our in ours]
        rate, megabytes = documents / cost.processor, size / cost.processor
        rows.append((rival.role, rival.name, f"{cost.processor:.3f}", short(rate), short(megabytes)))
        rows[-1] += (short(cost.memory), " / ".join(filter(None, ratios)))
    show(("", "what", "CPU s", "documents/s", "MB/s", "peak MB", "times ours"), rows)
    for rival, reason in failures.items():
        print(f"{rival.name}: not measured: {reason}\n", flush=True)


def show_parallel(bench: Bench) -> None:
    """Seconds on the clock of one worker and of two."""
    source = bench.inputs / "all/articles.jsonl"
    rows = []
    for engine in ("fast", "trafilatura"):
        ways = [Rival(f"-j {jobs}", OURS, f"extract {{in}} --engine {engine} -j {jobs}") for jobs in (1, 2)]
        clocks: list[list[float]] = [[], []]
        for _ in range(bench.given.repeats):
            for way, found in zip(ways, clocks, strict=True):
                found.append(bench.measure(way, source, one_core=False).clock)
        one, two = map(statistics.median, clocks)
        rows.append((f"extract --engine {engine}", f"{one:.2f}", f"{two:.2f}", short(one / two)))
    print(f"\n### {PARALLEL}\n\nSeconds on the clock, start included, {len(bench.cores)} cores.\n")
    show(("", "-j 1", "-j 2", "ratio"), rows)


def show_memory(bench: Bench) -> None:
    """Peak memory on a tenth of a stream and on all of it."""
    many = bench.given.stream
    bench.corpus("--stream", str(many))
    print(f"\n### {MEMORY}\n\n{many // 10:,} and {many:,} documents or pages, of which the longest come first.\n")
    heads = ("", "peak MB, the tenth", "peak MB, all", "ratio", "-j 2: the tenth", "all", "ratio")
    show(heads, (memory_row(bench, name, many, kind, work) for name, (kind, work) in STREAMS.items()))


def memory_row(bench: Bench, name: str, many: int, kind: str, work: str) -> tuple[str, ...]:
    """Peak memory of one step on the two streams, with one process and with two workers."""
    row = [name]
    for jobs in ("", " -j 2"):
        rival = Rival(name, OURS, work + jobs)
        paths = [bench.inputs / f"stream-{number}.{kind}" for number in (many // 10, many)]
        try:
            few, whole = (bench.measure(rival, path).memory for path in paths)
        except Failed:
            # `count` has no workers.
            row += ["", "", ""]
        else:
            row += [short(few), short(whole), f"{whole / few:.2f}"]
    return tuple(row)


def show_versions() -> None:
    """When, where and with what."""
    names = ("corpuskit-cli", "datatrove", "trafilatura", "scrubadub", "resiliparse", "rensa")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    day, cores = datetime.datetime.now(datetime.UTC).date(), len(os.sched_getaffinity(0))
    print(f"{day}, {cores} cores ({platform.machine()}), Python {platform.python_version()}; {versions}", flush=True)


def arguments() -> argparse.Namespace:
    """What the command line says."""
    names = [*STAGES, PARALLEL, MEMORY]
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=(__doc__ or "").splitlines()[0],
        epilog=f"stages: {'; '.join(names)}",
    )
    parser.add_argument(
        "--documents", type=int, default=1000, help="texts to measure on, ten times as many in fast stages"
    )
    parser.add_argument("--articles", type=int, default=200, help="pages of news and blogs to measure on")
    parser.add_argument("--pages", type=int, default=2000, help="pages of documentation to measure on")
    parser.add_argument("--stream", type=int, default=100_000, help="documents of the longer stream for memory")
    parser.add_argument("--repeats", type=int, default=3, help="rounds, of which medians are printed")
    parser.add_argument("--stages", default="", help="only those whose names have one of these, parted by commas")
    parser.add_argument("--corpus", type=Path, help="folder with `warc` and `docs`")
    parser.add_argument("--peers", type=Path, default=CACHE / "peers", help="virtual environment of the peers")
    parser.add_argument("--no-install", action="store_true", help="leave out peers that are not set up yet")
    parser.add_argument("--work", type=Path, default=CACHE / "work", help="folder for inputs and results")
    given = parser.parse_args()
    given.names = [name for name in names if any(part in name for part in given.stages.split(","))]
    if not given.names:
        parser.error(f"no such stage; there are: {'; '.join(names)}")
    return given


def main() -> None:
    """Set up, measure, print."""
    given = arguments()
    bench = Bench(given)
    # As pip leaves an installed package, and the peers are installed ones.
    compileall.compile_dir(ROOT / "corpuskit", quiet=2)
    show_versions()
    bench.corpus("--documents", str(given.documents), "--articles", str(given.articles), "--pages", str(given.pages))
    if set(given.names) & set(STAGES) and (reason := bench.set_up_peers()):
        print(reason, flush=True)
    for name in given.names:
        if name in STAGES:
            show_stage(bench, name, STAGES[name])
        else:
            {PARALLEL: show_parallel, MEMORY: show_memory}[name](bench)


if __name__ == "__main__":
    main()
