"""The page about the user's own data: each example, pasted into an empty folder, ends with a corpus that is whole."""

import re
from pathlib import Path

import pytest

from corpuskit.core.provenance.manifest import read_manifest
from tests.conftest import ROOT, Run

PAGE = (ROOT / "docs" / "your-own-data.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^## ([^\n]+)\n\n```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
DOCUMENTS = {
    "A folder of text files": 2,
    "JSON Lines with other keys": 2,
    "Parquet of the Hugging Face Hub": 2,
    "HTML pages": 3,
    "Crawl files": 2,
    "Source code": 2,
    "Archives": 2,
    "Part of a folder": 1,
}


def test_the_page_has_an_example_of_each_kind() -> None:
    assert [title for title, _ in EXAMPLES] == list(DOCUMENTS)


@pytest.mark.parametrize(("title", "example"), EXAMPLES)
def test_each_example_gives_a_whole_corpus(tmp_path: Path, shell: Run, title: str, example: str) -> None:
    done = shell(f"set -e\n{example}")
    assert done.returncode == 0, done.stderr.decode()
    assert b"corpus: whole" in done.stdout
    sources = read_manifest(tmp_path / "corpus")["sources"].values()
    assert sum(source["documents"] for source in sources) == DOCUMENTS[title]
