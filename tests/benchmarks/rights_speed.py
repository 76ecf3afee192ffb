"""How many pages `filter-rights` judges in a second, and in how much memory, with a table of many hosts.

    python -m tests.benchmarks.rights_speed [--hosts 100000] [--pages 20000] [--text 4000] [--html] [--repeat]

Hosts get the robots.txt files of real sites in turn (`../shared/data/robots`; without it, files of three kinds made
here), every tenth a tdmrep.json. Pages are of hosts drawn at random, so that a row is rarely in memory; with
`--repeat`, 50 pages of each host follow one another, as in the crawl of a few sites. Every fourth page declares
something itself. With `--html`, texts are pages of that many characters, whose heads are searched.

The whole command is measured, in a process of its own on one core: lines read, decoded, judged, written and counted.
CPU seconds are less those of the same command on one page; memory is the peak of that process.
"""

import argparse
import hashlib
import json
import random
import resource
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from corpuskit.text.rights.host_files import file_content
from corpuskit.text.rights.table_file import TableWriter

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "data" / "robots" / "real_robots_txt.tar.xz"
OWN = [
    "User-agent: *\nDisallow: /admin/\nAllow: /\n",
    "User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /\n\nUser-agent: *\nDisallow:\n",
    "User-agent: *\nContent-Signal: search=yes, ai-train=no\n" + "".join(f"Disallow: /{n}/\n" for n in range(200)),
]
DAY = "2026-01-01"
WORDS = ("harbour", "south", "ships", "night", "lights", "mole", "quay", "keeper", "lamp", "tide", "rope", "net")
PAGES_OF_A_HOST = 50


class Cost(NamedTuple):
    """CPU seconds, and peak memory in MB."""

    seconds: float
    memory: float


def robots_files(real: Path) -> list[str]:
    """The texts that hosts get in turn."""
    if not real.is_file():
        return OWN
    with tarfile.open(real) as archive:
        streams = [archive.extractfile(member) for member in archive if member.isfile()]
        return [stream.read().decode("utf-8", "replace") for stream in streams if stream is not None]


def write_table(path: Path, hosts: int, texts: list[str]) -> None:
    """Write a table of hosts called by number."""
    contents = [(hashlib.sha256(text.encode()).hexdigest(), file_content("robots", text)) for text in texts]
    tdm = file_content("tdmrep", '[{"location":"/","tdm-reservation":1}]')
    writer = TableWriter()
    for number, host in enumerate(host_names(hosts)):
        sha256, content = contents[number % len(contents)]
        entry = {"kind": "robots", "url": f"https://{host}/robots.txt", "captured": [DAY, DAY], "sha256": sha256}
        files = [{**entry, **content}]
        if number % 10 == 0:
            files.append({**entry, "kind": "tdmrep", "url": f"https://{host}/.well-known/tdmrep.json", **tdm})
        writer.add({"host": host, "files": files})
    with path.open("wb") as stream:
        stream.writelines(writer.blocks({}))


def host_names(hosts: int) -> Iterator[str]:
    return (f"h{number:08d}.example" for number in range(hosts))


def write_pages(path: Path, pages: int, hosts: int, characters: int, html: bool, repeat: bool) -> None:
    """Write documents with addresses on the hosts of the table."""
    draw = random.Random(7)
    text = " ".join(draw.choices(WORDS, k=characters // 5 + 1))[:characters]
    page = f"<html><head><title>T</title><meta name=viewport content=wide></head><body><p>{text}</p></body></html>"
    with path.open("w", encoding="utf-8") as stream:
        for number in range(pages):
            host = draw.randrange(hosts) if not repeat else number // PAGES_OF_A_HOST * 7919 % hosts
            metadata: dict[str, object] = {
                "url": f"https://h{host:08d}.example/{draw.choice(WORDS)}/{number}.html?page={number % 9}",
                "crawl_date": "2025-06-01T00:00:00Z",
                "content_type": "text/html" if html else "text/plain",
            }
            if number % 4 == 0:
                metadata["declarations"] = {"header": {"x-robots-tag": ["noarchive, noai"]}}
            document = {"id": str(number), "text": page if html else text, "metadata": metadata}
            stream.write(json.dumps(document, separators=(",", ":")) + "\n")


def cost_of(table: Path, pages: Path) -> Cost:
    """Run the command on one core; return what the process took."""
    script = (
        "import os, resource, sys\n"
        "if hasattr(os, 'sched_setaffinity'): os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from corpuskit.cli.main import main\n"
        "sys.argv[0] = 'corpuskit'\n"
        "try: main()\n"
        "except SystemExit as end: code = end.code\n"
        "else: code = 0\n"
        "used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss, code or 0, file=sys.stderr)\n"
    )
    arguments = ["filter-rights", "--table", str(table), "--use", "train", "--annotate", "--quiet", "-j", "1"]
    with pages.with_suffix(".out").open("wb") as output:
        run = subprocess.run(
            [sys.executable, "-c", script, *arguments, str(pages)],
            stdout=output, stderr=subprocess.PIPE, cwd=ROOT, check=True, text=True,
        )  # fmt: skip
    seconds, memory, code = run.stderr.split()[-3:]
    if code != "0":
        raise SystemExit(run.stderr)
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return Cost(float(seconds), float(memory) / unit)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=100_000)
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--text", type=int, default=4000, help="characters of a text")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--html", action="store_true")
    parser.add_argument("--repeat", action="store_true")
    parser.add_argument("--robots", type=Path, default=REAL, help="tar archive of robots.txt files")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        texts = robots_files(given.robots)
        table, pages, one = (folder / file for file in ("rights.jsonl.zst", "pages.jsonl", "one.jsonl"))
        write_table(table, given.hosts, texts)
        write_pages(pages, given.pages, given.hosts, given.text, given.html, given.repeat)
        write_pages(one, 1, given.hosts, given.text, given.html, given.repeat)
        costs = [(cost_of(table, pages), cost_of(table, one)) for _ in range(given.rounds)]
        seconds = min(whole.seconds for whole, _ in costs) - min(start.seconds for _, start in costs)
        print(
            f"{given.hosts:,} hosts from {len(texts):,} files, table of {table.stat().st_size / 1e6:.1f} MB; "
            f"{given.pages:,} pages of {given.text:,} characters: {given.pages / seconds:,.0f} pages a second, "
            f"start {min(start.seconds for _, start in costs):.2f} s, "
            f"peak {max(whole.memory for whole, _ in costs):.0f} MB, "
            f"this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB"
        )


if __name__ == "__main__":
    main()
