"""The page on taking documents out: its commands do what it says, in its order."""

import json
import math
import re
from pathlib import Path

from corpuskit.text.dedup.near_copies import AGREEMENT, PERMUTATIONS
from corpuskit.text.takedown.entries import SELECTORS, TENANT
from tests.conftest import ROOT, lines_of, shell_in
from tests.support.command_server import CommandServers

PAGE = (ROOT / "docs" / "takedown.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Blocks of the page, in which the home folder is the one that they are run in."""
    page = PAGE.replace("~/", "./")
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def test_the_page_names_every_key() -> None:
    first_cells = re.findall(r"^\| `(\w+)`", PAGE, re.MULTILINE)
    assert sorted(first_cells) == sorted((*SELECTORS, TENANT))


def test_the_figures_are_those_of_the_code() -> None:
    assert f"a signature of {PERMUTATIONS} numbers" in PAGE
    assert AGREEMENT == 0.7 and "agree in seven of ten positions" in PAGE


def share_found(shared: float) -> float:
    """How many texts that share this much of their shingles count as near copies: positions agree independently."""
    least = math.ceil(PERMUTATIONS * AGREEMENT)
    chances = (
        math.comb(PERMUTATIONS, number) * shared**number * (1 - shared) ** (PERMUTATIONS - number)
        for number in range(least, PERMUTATIONS + 1)
    )
    return sum(chances)


def test_near_copies_are_found_as_often_as_the_page_says() -> None:
    assert f"{share_found(0.8):.1%}".replace("%", " %") in PAGE
    assert share_found(0.87) > 0.999_99
    assert round(1 / share_found(0.6), -1) == 70 and "one in seventy" in PAGE


def test_a_request_is_answered_as_the_page_says(
    tmp_path: Path, environment: dict[str, str], command_servers: CommandServers
) -> None:
    documents = [
        {
            "id": f"p{number}",
            "text": f"Page {number} is about roses, and what else grows in garden {number}.",
            "metadata": {"url": f"https://example.org/{'~jane' if number < 3 else '~john'}/{number}"},
        }
        for number in range(9)
    ]
    (tmp_path / "crawl.jsonl").write_bytes(lines_of(documents))
    shell = shell_in(tmp_path, {**environment, "CORPUSKIT_CACHE": str(tmp_path / ".cache/corpuskit")}, command_servers)

    def run(script: str) -> str:
        done = shell(f"set -e; {script}")
        assert done.returncode == 0, done.stderr
        return done.stdout.decode()

    (recipe,) = blocks("yaml")
    (tmp_path / "first.yaml").write_text(recipe.partition("\n")[2])
    run(
        "corpuskit mix first.yaml --quiet; corpuskit dedup corpus --index seen --snapshot one -o unique.jsonl; "
        "corpuskit index corpus -o search.idx"
    )
    look, clear, fill_again, extend = blocks("sh")
    assert "corpus: found, 3 documents (takedown-url-prefix 3)" in run(look)
    told = run(clear)
    assert "corpus: removed, 3 documents" in told and "seen: removed, 3 entries" in told
    assert "receipt.json: holds for 4 places" in told
    (tmp_path / "recipe.yaml").write_text(recipe)
    run("corpuskit mix recipe.yaml --quiet")
    assert {json.loads(line)["id"] for line in run("corpuskit files corpus").splitlines()} == {
        f"p{number}" for number in range(3, 9)
    }
    assert shell("corpuskit mix first.yaml").returncode == 6
    (tmp_path / "articles.jsonl").write_bytes((tmp_path / "crawl.jsonl").read_bytes())
    later = {"id": "p9", "text": "What the neighbours of the gardens said in autumn.", "metadata": {}}
    (tmp_path / "tuesday.jsonl").write_bytes(lines_of([*documents, later]))
    run(fill_again)
    assert [json.loads(line)["id"] for line in run("corpuskit files tuesday").splitlines()] == ["p9"]
    (tmp_path / "new.jsonl").write_bytes(lines_of([documents[0], later]))
    run(extend)
    assert {json.loads(line)["id"] for line in run("corpuskit files corpus").splitlines()} == {
        f"p{number}" for number in range(3, 10)
    }
