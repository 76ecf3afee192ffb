"""Hostile inputs: no traceback, bounded time and memory, neighbours kept, the right exit code, one clear line."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.hostile import Attack, compressed, folders, html, jsonl, publications, recipe, warc
from tests.support.command_server import CommandServers

LIMITED = ROOT / "tests" / "hostile" / "limited.py"
SECONDS = 20
BYTES = 1_500_000_000
MOST_LINES = 100
LONGEST_LINE = 1000

ALL = [
    *warc.ATTACKS,
    *html.ATTACKS,
    *jsonl.ATTACKS,
    *recipe.ATTACKS,
    *compressed.ATTACKS,
    *folders.ATTACKS,
    *publications.ATTACKS,
]


LONG = {
    *(f"html-{name}" for name in ("paragraphs", "list-items", "headings", "meta-never-closed", "rows", "entities")),
    *(f"html-{name}" for name in ("one-line-of-spaces", "line-breaks", "pipes-and-stars", "tables-of-one-cell")),
    *(f"html-{name}" for name in ("comments", "character-references", "title-of-ten-megabytes", "classes", "options")),
    *(f"text-sixteen-megabytes-of-{name}" for name in ("one-number", "single-digits")),
    *(f"text-{name}" for name in ("two-million-words", "ten-million-letters", "digits", "one-word-repeated")),
    *(f"folder-table-{name}" for name in ("with-an-open-quote", "of-odd-quotes", "of-carriage-returns")),
    *(f"warc-{name}" for name in ("a-million-chunks", "two-million-interim-responses")),
    *(f"latex-{name}" for name in ("groups-in-groups", "formulas", "two-macros-in-turn", "accents", "citations")),
    *(f"latex-{name}" for name in ("macros-in-macros", "environments-never-closed", "brackets-never-closed")),
    *("jats-fewer-elements", "jats-attributes", "epub-bomb", "epub-elements"),
    "gz-magic-repeated",
    "jsonl-a-million-keys",
    "bz2-small-bomb",
    "warc-ten-thousand-wrong-lengths",
    "warc-gz-two-hundred-thousand-records",
    "warc-gz-bomb",
    "wacz-bomb",
    "gz-bomb",
    "gz-two-hundred-million-blank-lines",
    "lz4-bomb",
    "recipe-ten-thousand-sources",
    "card-too-deep",
    "jsonl-millions-of-small-objects",
    "warc-deflate-body-that-expands",
    "text-combining-marks",
    "text-ten-million-letters-to-tell-a-language",
    "folder-table-without-line-ends",
}
"""Those that take more than a second, or have a quicker neighbour that shows the same."""


@dataclass(frozen=True)
class Met:
    """What a command did with an attack."""

    code: int
    stdout: bytes
    stderr: bytes
    seconds: float
    peak: int
    """Bytes of memory at most."""

    @property
    def said(self) -> list[str]:
        return [line for line in self.stderr.decode().splitlines() if not line.startswith("{")]

    @property
    def reasons(self) -> dict[str, int]:
        """The counts of `--json`."""
        for line in self.stderr.decode().splitlines():
            if line.startswith("{"):
                outcome = json.loads(line)
                return {**outcome["dropped"], **outcome["rejected"]}
        return {}


Meet = Callable[[Path, list[str]], Met]


@pytest.fixture
def meet(environment: dict[str, str], command_servers: CommandServers) -> Meet:
    """Run a command; its time and memory as the system counted them."""

    def run(folder: Path, arguments: list[str]) -> Met:
        words = [str(2 * SECONDS), str(20 * BYTES), *arguments]
        server = command_servers.of(arguments[0])
        done = server.run(words, None, folder, environment, str(LIMITED))
        assert done is not None, f"not forked because of variables: {sorted(server.other_variables(environment))}"
        return Met(done.returncode, done.stdout, done.stderr, done.seconds, done.peak)

    return run


def demand_manners(met: Met) -> None:
    """What holds of every command, whatever it was given."""
    assert b"Traceback" not in met.stderr
    assert b"internal fault" not in met.stderr, met.stderr[-500:]
    assert met.code in (0, 2, 3, 5, 6), met.code
    assert met.seconds < SECONDS
    assert met.peak < BYTES
    assert len(met.said) <= MOST_LINES, met.said[:20]
    for line in met.said:
        assert line.startswith("corpuskit"), line
        assert line.isprintable(), line
        assert len(line) <= LONGEST_LINE, line[:200]
    if met.code:
        # Damage is told file by file, and a recipe is told all its mistakes.
        assert len(met.said) == 1 or met.code == 3 or met.said[0].startswith("corpuskit mix: recipe.yaml:"), met.said


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change of everything in a folder."""
    found = {}
    for path in folder.rglob("*"):
        status = path.lstat()
        found[str(path.relative_to(folder))] = (status.st_size, status.st_mtime_ns) if not path.is_dir() else (0, 0)
    return found


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder to run in, deep enough to see what climbs out of it."""
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    yield inner
    if (inner / "in").is_file():
        (inner / "in").unlink()
    for path in sorted((inner / "in").rglob("*"), reverse=True) if (inner / "in").is_dir() else []:
        if not path.is_dir() or path.is_symlink():
            path.unlink()


def test_there_are_many_and_each_has_its_own_name() -> None:
    names = [attack.name for attack in ALL]
    assert len(set(names)) == len(names) >= 60
    assert set(names) >= LONG


@pytest.mark.parametrize(
    "attack", [pytest.param(it, id=it.name, marks=[pytest.mark.slow] * (it.slow or it.name in LONG)) for it in ALL]
)
def test_an_attack_costs_nothing_but_itself(attack: Attack, place: Path, meet: Meet) -> None:
    attack.make(place)
    before = snapshot(place.parents[1])
    quiet = [] if attack.command.startswith("mix") else ["--json"]
    met = meet(place, [*attack.command.split(), *quiet])
    demand_manners(met)
    assert met.code == attack.code, met.stderr
    assert attack.says in met.stderr.decode()
    for text in attack.kept:
        assert text in met.stdout.decode(), text
    assert folders.SECRET not in met.stdout.decode()
    assert {reason: met.reasons.get(reason) for reason in attack.reasons} == attack.reasons, met.reasons
    made = {name for name in snapshot(place.parents[1]) if not name.startswith(("state", "cache"))} - set(before)
    # A failed mix keeps what it has done for the next one.
    kept = {"a/b/out", *(name for name in made if name.startswith("a/b/out/.staging"))} if not quiet else set()
    assert made <= kept


@pytest.mark.parametrize(
    "command",
    [
        "export in -o out",
        *(
            pytest.param(command, marks=pytest.mark.slow)
            for command in ("verify in", "stats in", "head in", "explain in x", "diff in in")
        ),
    ],
)
@pytest.mark.parametrize("forged", folders.FORGED)
def test_a_forged_dataset_is_refused_or_survived(forged: str, command: str, place: Path, meet: Meet) -> None:
    folders.FORGED[forged](place)
    met = meet(place, command.split())
    demand_manners(met)
    published = b"".join(path.read_bytes() for path in (place / "out").rglob("*") if path.is_file())
    assert folders.SECRET.encode() not in met.stdout + published
    if command == "verify in":
        assert met.code == 3
