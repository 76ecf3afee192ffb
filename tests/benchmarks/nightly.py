"""What a nightly rebuild costs: `python -m tests.benchmarks.nightly ARCHIVE... [--work DIR]`.

The archives (16 for the aim) are one source of a recipe: extracted, filtered, deduplicated, masked. All but the last
are built into a cache; then the last one comes in; then nothing has changed; then there is another budget. Printed is
the processor time of each run with all that it starts, what the second one is of the last archive's share of a run
without a cache, whether its manifest is the same byte for byte, and how many reading tasks another budget has.
"""

import argparse
import compileall
import json
import shutil
import subprocess
import sys
from pathlib import Path

import corpuskit
from tests.benchmarks.many_files import seconds_of

RECIPE = """
seed: 1
{budget}
sources:
  web:
    from: fetch-warc
    inputs: [archives/]
    origin: crawl
    license: LicenseRef-crawl
    steps: [extract, filter-language: {{keep: [en, de, fr, es, ru, ja, zh]}}, filter-quality]
together: [dedup, scrub-pii]
"""


def waiting_reads(work: Path, budget: str) -> int:
    """Return how many tasks that read the source a run with this budget would do."""
    (work / "recipe.yaml").write_text(RECIPE.format(budget=budget))
    options = ["-o", "out", "--cache", "cache", "--dry-run", "--json"]
    command = [sys.executable, "-m", "corpuskit", "mix", "recipe.yaml", *options]
    answer = json.loads(subprocess.run(command, cwd=work, check=True, stdout=subprocess.PIPE).stdout)
    reading = answer["phases"][0]
    return int(reading["tasks"].replace(",", "")) - int(reading["done"].replace(",", ""))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archives", type=Path, nargs="+")
    parser.add_argument("--work", type=Path, default=Path("nightly"))
    arguments = parser.parse_args()
    compileall.compile_dir(Path(corpuskit.__file__).parent, quiet=2)  # as pip leaves an installed package
    work = arguments.work.absolute()
    shutil.rmtree(work, ignore_errors=True)
    (work / "archives").mkdir(parents=True)
    *early, last = [path.absolute() for path in arguments.archives]
    for path in early:
        shutil.copy(path, work / "archives")

    def run(output: str, *options: str, budget: str = "") -> float:
        (work / "recipe.yaml").write_text(RECIPE.format(budget=budget))
        return seconds_of(work, "mix", "recipe.yaml", "-o", output, "-j", "1", "--accept-damaged", *options)

    first = run("out", "--cache", "cache")
    shutil.copy(last, work / "archives")
    new = run("out", "--cache", "cache")
    manifest = (work / "out" / "manifest.json").read_bytes()
    unchanged = run("out", "--cache", "cache")
    whole = run("other", "--no-cache")
    is_same = (work / "other" / "manifest.json").read_bytes() == manifest
    waiting = waiting_reads(work, "budget: {tokens: 1000}")
    other = run("out", "--cache", "cache", budget="budget: {tokens: 1000}")
    share = whole * last.stat().st_size / sum(path.stat().st_size for path in [*early, last])
    print(f"{len(early)} archives {first:.2f} s; all {len(early) + 1}, without a cache {whole:.2f} s")
    print(f"the last one new {new:.2f} s, {new / share:.2f} times its share of {share:.2f} s")
    print(f"its manifest is {'the same as' if is_same else 'ANOTHER than'} that of a run without a cache")
    print(f"unchanged {unchanged:.2f} s; another budget {other:.2f} s, with {waiting} tasks that read a source")


if __name__ == "__main__":
    main()
