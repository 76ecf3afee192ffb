"""Real logs to rows that load: at each step what came in is what went out and what was dropped."""

import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from tests.conftest import Run
from tests.product.logs import ARGUMENTS, prepare

MODERATION = """
event: {id: n, time: at, item: n, prompt: prompt, value: {S: S, H: H, V: V, HR: HR, SH: SH, S3: S3, H2: H2, V2: V2}}
constant: {type: label}
"""
AUDIENCE = ["--audience", "tenant:acme"]


def step(corpuskit: Run, *arguments: str) -> dict[str, Any]:
    """The outcome of a command whose counts balance."""
    done = corpuskit(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    outcome: dict[str, Any] = json.loads(done.stderr.splitlines()[-1])
    return outcome


def rows_in(folder: Path) -> dict[str, int]:
    """How many rows of each kind for TRL; each is read."""
    counts: Counter[str] = Counter()
    for path in folder.glob("trl/*.parquet"):
        counts[path.name.split(".")[1]] += len(pyarrow.parquet.read_table(path).to_pylist())
    return {kind: number for kind, number in counts.items() if number}


def exported(
    corpuskit: Run, folder: Path, log: str, format_name: str, *more: str
) -> tuple[dict[str, int], dict[str, int]]:
    """Signals of a log, but for labels, as rows for TRL, by kind; and as what the events left."""
    read = step(corpuskit, "events", log, "--format", format_name, *ARGUMENTS, *more, "-o", "events.jsonl")
    kinds = ["--kinds", "pair,sft,unpaired"]
    made = step(corpuskit, "signals", "events.jsonl", *kinds, "-o", "signals.jsonl")
    assert made["in"] == read["out"] == sum(made["dropped"].values())
    sent = step(corpuskit, "export", "signals.jsonl", *AUDIENCE, "--to", "trl", "-o", "out")
    rows = rows_in(folder / "out")
    assert sent["in"] == sent["out"] == made["out"] == sum(rows.values())
    assert corpuskit("verify", "out").returncode == 0
    return rows, made["dropped"]


def test_trees_of_answers_become_pairs(corpuskit: Run, shared_data: Path, tmp_path: Path) -> None:
    prepare(tmp_path, [])
    log = str(shared_data / "product" / "oasst_en_trees.jsonl.gz")
    assert exported(corpuskit, tmp_path, log, "oasst") == ({"preference": 234}, {"distilled": 234})


def test_suggestions_become_rated_answers(corpuskit: Run, shared_data: Path, tmp_path: Path) -> None:
    prepare(tmp_path, [])
    log = str(shared_data / "product" / "cups_copilot.jsonl.gz")
    rows, reasons = exported(corpuskit, tmp_path, log, "copilot")
    assert (rows, reasons) == ({"unpaired": 517}, {"distilled": 517, "edited-without-text": 66})
    balance = json.loads((tmp_path / "out" / "manifest.json").read_bytes())["kto"]
    assert (balance["desirable"], balance["undesirable"]) == (155, 362)


@pytest.mark.parametrize(
    ("log", "format_name"), [("labelstudio", "labelstudio"), ("zendesk/ticket_data.csv", "zendesk")]
)
def test_labels_and_outcomes_are_published_as_documents(
    corpuskit: Run, shared_data: Path, tmp_path: Path, log: str, format_name: str
) -> None:
    prepare(tmp_path, [])
    path = str(shared_data / "product" / log)
    read = step(corpuskit, "events", path, "--format", format_name, *ARGUMENTS, "-o", "events.jsonl")
    made = step(corpuskit, "signals", "events.jsonl", "-o", "signals.jsonl")
    sent = step(corpuskit, "export", "signals.jsonl", *AUDIENCE, "--to", "jsonl,parquet", "-o", "out")
    assert read["in"] == read["out"] + sum(read["dropped"].values()) + sum(read["rejected"].values())
    assert (
        made["out"]
        == sent["out"]
        == sum(pyarrow.parquet.read_metadata(file).num_rows for file in (tmp_path / "out").rglob("*.parquet"))
    )
    assert made["out"] > 0
    refused = corpuskit("export", "signals.jsonl", *AUDIENCE, "--to", "trl", "-o", "rows")
    assert refused.returncode == 6 and b"is a label" in refused.stderr


def test_records_of_an_open_chat_front_end_become_rated_answers(
    corpuskit: Run, shared_data: Path, tmp_path: Path
) -> None:
    prepare(tmp_path, [])
    text = (shared_data / "product" / "openwebui" / "SCHEMA.md").read_text()
    blocks = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    values = [value for block in blocks if (value := parsed(block)) is not None]
    records = [one for value in values for one in (value if isinstance(value, list) else [value]) if "data" in one]
    assert records
    (tmp_path / "feedback.json").write_text(json.dumps(records))
    read = step(corpuskit, "events", "feedback.json", "--format", "openwebui", *ARGUMENTS)
    left = sum(read["dropped"].values()) + sum(read["rejected"].values())
    assert read["in"] == len(records) == read["out"] + left and read["out"] > 0


def parsed(block: str) -> Any:
    """A JSON example of a page; None for one that is abridged."""
    try:
        return json.loads(block)
    except ValueError:
        return None


def test_pairs_with_the_prompt_in_both_answers_become_rows(corpuskit: Run, shared_data: Path, tmp_path: Path) -> None:
    path = str(shared_data / "product" / "hh_rlhf_harmless_test.jsonl.gz")
    with gzip.open(path) as stream:
        number = sum(1 for _ in stream)
    read = step(corpuskit, "files", path, "--turns", "chosen,rejected", "-o", "pairs.jsonl")
    assert read["in"] == number == read["out"] + sum(read["rejected"].values())
    assert read["out"] > 0.9 * number
    sent = step(corpuskit, "export", "pairs.jsonl", "--to", "trl,openai", "-o", "out")
    assert sent["out"] == read["out"] and rows_in(tmp_path / "out") == {"preference": read["out"]}
    (lines,) = (tmp_path / "out").glob("openai/*.preference.jsonl")
    assert len(lines.read_bytes().splitlines()) == read["out"]


def test_a_category_that_moderators_did_not_look_at_stays_unknown(
    corpuskit: Run, shared_data: Path, tmp_path: Path
) -> None:
    prepare(tmp_path, [])
    (tmp_path / "map.yaml").write_text(MODERATION)
    with gzip.open(shared_data / "product" / "openai_moderation.jsonl.gz") as stream:
        rows = [json.loads(line) for line in stream]
    log = "".join(
        json.dumps({**row, "n": number, "at": 1_700_000_000 + number}) + "\n" for number, row in enumerate(rows)
    )
    (tmp_path / "log.jsonl").write_text(log)
    read = step(
        corpuskit, "events", "log.jsonl", "--format", "map", "--map", "map.yaml", *ARGUMENTS, "-o", "events.jsonl"
    )
    made = step(corpuskit, "signals", "events.jsonl", "-o", "signals.jsonl")
    assert read["out"] == made["out"] == len(rows)
    labels = [json.loads(line)["metadata"]["labels"] for line in (tmp_path / "signals.jsonl").read_bytes().splitlines()]
    for category in ("S", "H", "V", "HR", "SH", "S3", "H2", "V2"):
        assert Counter(label[category] for label in labels) == Counter(row.get(category) for row in rows)
