"""The page about Common Crawl: each of its commands, sent to a copy of a crawl on this machine, does what it says."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpuskit.core.provenance.manifest import read_manifest
from corpuskit.core.reading import connection_slots, retries, web_requests
from corpuskit.formats.common_crawl import records
from tests.conftest import ROOT, Run
from tests.support.crawl import Crawl, CrawlServer, serving_crawl

PAGE = (ROOT / "docs" / "common-crawl.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^## ([^\n]+)\n\n```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
FOLDERS = {"The pages of a host": "pages", "A language": "languages", "Whole files": "part", "In a recipe": "corpus"}

LEADS_HERE = """
corpuskit() {
    case $1 in
        fetch-warc) command corpuskit "$@" --allow-private --base BASE --cdx CDX ;;
        mix) command corpuskit "$@" --allow-private --set sources.web.options.base=BASE \\
                 --set sources.web.options.cdx=CDX ;;
        *) command corpuskit "$@" ;;
    esac
}
set -e -o pipefail
"""


@pytest.fixture
def server() -> Iterator[CrawlServer]:
    with serving_crawl(Crawl()) as running:
        yield running


def test_the_page_has_an_example_of_each_way() -> None:
    assert [title for title, _ in EXAMPLES] == list(FOLDERS)


@pytest.mark.parametrize(("title", "example"), EXAMPLES)
def test_each_example_gives_a_whole_corpus_and_then_needs_no_server(
    title: str, example: str, server: CrawlServer, shell: Run, tmp_path: Path
) -> None:
    options = server.options
    script = LEADS_HERE.replace("BASE", options["base"]).replace("CDX", options["cdx"]) + example
    done = shell(script)
    assert done.returncode == 0, done.stderr.decode()
    folder = FOLDERS[title]
    assert f"{folder}: whole".encode() in done.stdout
    manifest = read_manifest(tmp_path / folder)
    assert sum(source["documents"] for source in manifest["sources"].values()) > 20
    assert manifest["steps"][0]["options"]["crawl"] == "CC-MAIN-2026-05"
    assert "kept" not in json.dumps(manifest["steps"])
    asked = len(server.requests)
    again = shell(script.replace(f"-o {folder}", "-o again").replace(f"verify {folder}", "verify again"))
    assert again.returncode == 0, again.stderr.decode()
    assert len(server.requests) == asked
    assert read_manifest(tmp_path / "again")["shards"] == manifest["shards"]


def test_the_reasons_are_those_that_are_given() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "corpuskit").rglob("*.py"))
    section = PAGE.split("## What is not as it should be")[1].split("\n## ")[0]
    reasons = (
        [name for line in section.splitlines()[4:] for name in re.findall(r"`([a-z-]+)`", line.split("|")[1])]
        if section
        else []
    )
    assert len(reasons) >= 8
    for reason in reasons:
        assert f'"{reason}"' in source, reason


def test_the_figures_are_those_of_the_code() -> None:
    assert f"{web_requests.SLOWEST * 60:,} bytes a minute" in PAGE
    assert f"{retries.BUDGET // 60} minutes for one server" in PAGE
    assert f"within {records.NEAR // 1024} KiB" in PAGE and f"up to {records.LONGEST_RANGE >> 20} MiB" in PAGE
    assert f"over {records.LONGEST_RECORD >> 20} MiB" in PAGE
    assert connection_slots.PROCESSES == 4 and "At most four processes" in PAGE
    for status in retries.BUSY_STATUSES:
        assert str(status) in PAGE
