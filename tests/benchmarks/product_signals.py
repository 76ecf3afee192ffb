"""Speed and memory of `events` and `signals` as a log grows: `python -m tests.benchmarks.product_signals [--events N]`.

A made-up log of ratings (5,000 people, 3,000 prompts, answers of 200 characters) with N and 10 N lines is read by
`events --format map` and distilled by `signals`. Printed are lines, CPU seconds, lines a second of one core, and the
peak of resident memory of each command.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MAP = """
event: {id: id, time: at, actor: user, type: action, item: item, prompt: ask, response: answer}
types: {up: rate, down: rate}
values: {up: 5, down: 1}
"""


def write_log(path: Path, count: int) -> None:
    choice = random.Random(3)
    with path.open("w") as file:
        for number in range(count):
            record = {
                "id": number,
                "at": 1_700_000_000 + number,
                "user": f"u{choice.randrange(5000)}@example.org",
                "action": choice.choice(["up", "down"]),
                "item": f"m{number}",
                "ask": f"Where is my order {choice.randrange(3000)}?",
                "answer": f"It left on day {number % 9} and should be with you soon, says the carrier. " * 3,
            }
            file.write(json.dumps(record) + "\n")


def run(folder: Path, *arguments: str) -> tuple[float, int]:
    """CPU seconds and the peak of memory in bytes of one command."""
    process = subprocess.Popen([sys.executable, "-m", "corpuskit", *arguments, "--quiet"], cwd=folder)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000)
    count = parser.parse_args().events
    print(f"{'command':8} {'lines':>10} {'CPU s':>8} {'lines/s':>8} {'MB':>6}   {time.strftime('%d %B %Y')}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "map.yaml").write_text(MAP)
        (folder / "consent.jsonl").write_text('{"actor": "*", "scope": ["label", "text", "train"]}')
        (folder / "acme.key").touch(0o600)
        (folder / "acme.key").write_bytes(os.urandom(32))
        source = ["--format", "map", "--map", "map.yaml", "--tenant", "acme", "--key", "acme.key"]
        for lines in (count, 10 * count):
            write_log(folder / "log.jsonl", lines)
            for command, arguments in (
                ("events", ["log.jsonl", *source, "--consent", "consent.jsonl", "-o", "events.jsonl"]),
                ("signals", ["events.jsonl", "-o", "signals.jsonl"]),
            ):
                seconds, peak = run(folder, command, *arguments)
                print(f"{command:8} {lines:10,} {seconds:8.1f} {lines / seconds:8,.0f} {peak / 1e6:6.0f}", flush=True)


if __name__ == "__main__":
    main()
