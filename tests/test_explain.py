"""explain: the fate of each document, whatever it was."""

import json
from pathlib import Path

from tests.conftest import Run, lines_of, texts


def test_every_document_has_one_fate(tmp_path: Path, shell: Run) -> None:
    documents = [{"id": f"d{number}", "text": f"text {number % 7}", "metadata": {}} for number in range(20)]
    (tmp_path / "in.jsonl").write_bytes(lines_of(documents))
    shell("corpuskit sample --rate 0.7 in.jsonl -o one --quiet; corpuskit dedup --method exact one -o two --quiet")
    fates = [json.loads(shell(f"corpuskit explain two d{number} --json").stdout)["fate"] for number in range(20)]
    for number, fate in enumerate(fates):
        assert fate[0]["id"] == f"d{number}"
        assert fate[0]["verdict"] in ("kept", "dropped")
        if fate[0].get("reason") == "duplicate":
            assert fate[-1]["verdict"] == "kept", "a duplicate leads to the document that stayed"
    kept = shell("corpuskit head -n 99 two").stdout.splitlines()
    assert sum(fate[0]["verdict"] == "kept" for fate in fates) == len(kept)


def test_strange_ids_are_found_and_shown_without_driving_the_terminal(tmp_path: Path, corpuskit: Run) -> None:
    strange = 'a"\\ \x1b[31m é\u2028'
    stdin = lines_of([{"id": strange, "text": "t"}, {"id": "b", "text": "t"}, {"id": "b2", "text": "t"}])
    assert corpuskit("dedup", "--method", "exact", "-o", "out", stdin=stdin).returncode == 0
    done = corpuskit("explain", "out", strange)
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout
    assert b"\\u001b[31m" in done.stdout
    assert b"b: dropped" in corpuskit("explain", "out", "b").stdout


def test_what_is_not_known_or_no_dataset_is_said(tmp_path: Path, corpuskit: Run) -> None:
    assert corpuskit("export", "-o", "out", stdin=texts("a")).returncode == 0
    assert corpuskit("explain", "out", "nothing").returncode == 2
    assert corpuskit("explain", "nowhere", "d0").returncode == 3
    assert corpuskit("explain", "out").returncode == 2
    next((tmp_path / "out").glob("part-*")).unlink()
    assert corpuskit("explain", "out", "d0").returncode == 3
