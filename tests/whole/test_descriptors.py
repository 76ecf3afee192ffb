"""No command holds a descriptor for each file, shard or task: few are allowed, and there are more files than that."""

import json
from pathlib import Path

import pytest

from tests.conftest import Run, lines_of
from tests.support.recipes import paragraph

ALLOWED = 64
FILES = 80

RECIPE = """
seed: 1
budget: {tokens: 500}
sources:
  texts: {from: files, inputs: [texts/], origin: other, license: MIT, steps: [filter-license: {allow: [MIT]}]}
  code: {from: code, inputs: [code/], origin: other, license: MIT}
together: [dedup, scrub-pii]
output: {formats: [jsonl, parquet], shard_documents: 1}
"""


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Folders of many files, and datasets of many shards, in the scratch folder."""
    for folder, ending in (("texts", "txt"), ("code", "py"), ("lines", "jsonl")):
        (tmp_path / folder).mkdir()
        for number in range(FILES):
            text = paragraph(number) if ending != "py" else f"print('{number}')\n"
            data = text.encode() if ending != "jsonl" else lines_of([{"id": f"d{number}", "text": text}])
            (tmp_path / folder / f"{number}.{ending}").write_bytes(data)
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    return tmp_path


@pytest.mark.parametrize(
    "script",
    [
        "files texts -o out",
        "files texts -j 2 -o out",
        "code code -o out",
        "dedup lines -o out",
        "dedup lines --memory 1MB -o out",
        "filter-quality lines -j 2 --allow-empty -o out",
        "count lines",
        "export lines --to parquet,jsonl --shard-documents 1 -o out && corpuskit verify out -j 2 && "
        "corpuskit stats out && corpuskit diff out out && corpuskit head out -n 3 && corpuskit explain out d7",
        pytest.param(
            "mix recipe.yaml -j 1 -o out && corpuskit verify out && corpuskit mix recipe.yaml -j 1 -o other",
            marks=pytest.mark.slow,
        ),
        "mix recipe.yaml -j 2 -o out && corpuskit verify out -j 2 && corpuskit status out; corpuskit cache",
    ],
)
def test_few_descriptors_do_for_many_files(many: Path, shell: Run, script: str) -> None:
    done = shell(f"ulimit -n {ALLOWED}; corpuskit {script}")
    assert done.returncode == 0, done.stderr
    assert b"too many" not in done.stderr
    if "-o out" in script:
        assert json.loads((many / "out" / "manifest.json").read_text())["steps"]
