"""Rows for TRL: each document in the file of its kind, with its words; `datasets` and TRL itself read every one."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
import yaml

from corpuskit.core.document import Document, encode
from corpuskit.core.errors import RefusedError
from corpuskit.core.provenance.manifest import kto_balance
from corpuskit.export.training.rows import row_of
from corpuskit.text.turns import Turn, parse
from tests.conftest import Run
from tests.export.chats import chat, made_up_chats
from tests.support.resealed import reseal

SHAPES = ("text", "messages", "completion", "preference", "unpaired")
ASK, ANSWER = Turn("user", "Where?"), Turn("assistant", "Here.")
PLAIN = Document("plain", "The harbour lies open to the south.", {"source": "notes", "license": "CC0-1.0"})


def published(folder: Path, documents: list[Document], corpuskit: Run, *arguments: str) -> Path:
    (folder / "in.jsonl").write_bytes(b"".join(encode(document) + b"\n" for document in documents))
    done = corpuskit("export", "in.jsonl", "--to", "trl", "-o", "out", *arguments)
    assert done.returncode == 0, done.stderr
    return folder / "out"


def rows_in(folder: Path) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {}
    for shape in SHAPES:
        paths = sorted(folder.glob(f"trl/*.{shape}.parquet"))
        rows[shape] = [row for path in paths for row in pyarrow.parquet.read_table(path).to_pylist()]
    return rows


def words_of(row: dict[str, Any]) -> list[tuple[str, str]]:
    """The turns of a row, as roles and bodies."""
    turns: list[tuple[str, str]] = []
    for column in ("messages", "prompt", "completion", "chosen", "rejected"):
        role = column if column in ("chosen", "rejected") else None
        turns += [(role or message["role"], message["content"]) for message in row.get(column) or []]
    return turns


def test_every_document_is_in_the_file_of_its_kind_with_its_words(tmp_path: Path, corpuskit: Run) -> None:
    documents = [PLAIN, *made_up_chats(400)]
    rows = rows_in(published(tmp_path, documents, corpuskit, "--shard-documents", "150"))
    assert {shape: len(found) for shape, found in rows.items()} == dict(
        zip(SHAPES, (1, 100, 100, 100, 100), strict=True)
    )
    by_id = {row["id"]: row for found in rows.values() for row in found}
    assert len(by_id) == 401 and by_id["plain"]["text"] == PLAIN.text
    for document in documents[1:]:
        assert words_of(by_id[document.id]) == [tuple(turn) for turn in parse(document.text)]
        signal = document.metadata.get("signal", {})
        assert by_id[document.id]["weight"] == signal.get("weight")
        if signal.get("kind") == "unpaired":
            assert by_id[document.id]["label"] is signal["value"]


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (Document("l", "", {"signal": {"kind": "label", "value": 1}}), "is a label.*`signals --kinds pair,sft"),
        (Document("h", "<p>", {"content_type": "text/html; charset=utf-8"}), "is HTML; run `corpuskit extract` first"),
        (Document("p", "x", {"signal": {"kind": "pair"}}), "without turns"),
        (Document("b", "no turn", {"content_type": "text/x-turns"}), "is no conversation"),
        (chat("q", [Turn("chosen", "a"), Turn("rejected", "b")], kind="pair"), "without a prompt"),
        (chat("q", [Turn("system", "s"), Turn("chosen", "a"), Turn("rejected", "b")], kind="pair"), "without a prompt"),
        (chat("q", [ASK, Turn("chosen", "a")], kind="pair"), "without a prompt"),
        (chat("q", [ASK, Turn("chosen", "a"), Turn("chosen", "b")], kind="pair"), "without a prompt"),
        (chat("q", [Turn("chosen", "a")]), "without a prompt"),
        (chat("u", [ASK], kind="unpaired", value=True), "no prompt with an answer"),
        (chat("u", [ANSWER], kind="unpaired", value=True), "no prompt with an answer"),
        (chat("u", [ASK, ANSWER], kind="unpaired", value=5), "neither true nor false"),
        (chat("s", [ASK, ASK], kind="sft"), "no prompt with an answer"),
    ],
)  # fmt: skip
def test_what_no_trainer_takes_is_refused(document: Document, says: str) -> None:
    with pytest.raises(RefusedError, match=says):
        row_of(document, "trl")


@pytest.mark.parametrize(
    "document",
    [
        Document("l", "", {"signal": {"kind": "label", "value": 1}}),
        Document("h", "<p>", {"content_type": "text/html; charset=utf-8"}),
        chat("q", [Turn("chosen", "a")], kind="pair"),
        chat("u", [ASK], kind="unpaired", value=True),
    ],
    ids=["label", "HTML", "pair without a prompt", "no prompt"],
)
def test_a_refusal_is_one_line_that_says_what_to_do(document: Document, tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "in.jsonl").write_bytes(encode(PLAIN) + b"\n" + encode(document) + b"\n")
    done = corpuskit("export", "in.jsonl", "--to", "trl", "-o", "out")
    assert done.returncode == 6 and not (tmp_path / "out").exists()
    assert done.stderr.decode().startswith(f"corpuskit export: format trl: document '{document.id}' ")
    assert done.stderr.count(b"\n") == 1 and (b"leave" in done.stderr or b"corpuskit extract" in done.stderr)
    if document.id == "u":
        assert b"signals --kinds" in done.stderr and b"through -- jq" in done.stderr


def test_a_pair_in_the_other_order_is_the_same_pair() -> None:
    one, other = (
        row_of(chat("q", [ASK, *answers], kind="pair"), "trl")
        for answers in ([Turn("chosen", "a"), Turn("rejected", "b")], [Turn("rejected", "b"), Turn("chosen", "a")])
    )
    assert one == other


def test_an_example_without_a_prompt_is_a_chat() -> None:
    assert row_of(chat("s", [ANSWER], kind="sft"), "trl").shape == "messages"


@pytest.mark.parametrize("good", [1, 2, 3, 4, 5, 7, 100, 99_999, 1_000_000])
@pytest.mark.parametrize("bad", [1, 3, 4, 6, 101, 1_000_000])
def test_weights_balance_rated_answers_as_trl_advises(good: int, bad: int) -> None:
    source: Any = {"signals": {"unpaired-true": good, "unpaired-false": bad, "pair": 9}}
    balance = kto_balance({"a": source, "b": {}})  # type: ignore[typeddict-item]
    assert balance is not None and (balance["desirable"], balance["undesirable"]) == (good, bad)
    ratio = (balance["desirable_weight"] * good) / (balance["undesirable_weight"] * bad)
    assert 1 <= ratio <= 4 / 3
    if 1 <= good / bad <= 4 / 3:
        assert balance["desirable_weight"] == balance["undesirable_weight"] == 1


def test_the_manifest_has_the_balance_and_verify_agrees(tmp_path: Path, corpuskit: Run) -> None:
    documents = made_up_chats(200)
    ratings = [document.metadata["signal"]["value"] for document in documents[3::4]]
    folder = published(tmp_path, documents, corpuskit, "--to", "jsonl")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["sources"]["chats"]["signals"] == {
        "pair": 50, "sft": 50, "unpaired-false": ratings.count(False), "unpaired-true": ratings.count(True),
    }  # fmt: skip
    assert manifest["kto"]["desirable"] == ratings.count(True)
    card = (folder / "trl" / "README.md").read_text()
    assert f"undesirable_weight={manifest['kto']['undesirable_weight']}" in card
    assert corpuskit("verify", "out").returncode == 0


def test_there_is_no_balance_without_both_ratings(tmp_path: Path, corpuskit: Run) -> None:
    folder = published(tmp_path, [PLAIN, chat("u", [ASK, ANSWER], kind="unpaired", value=True)], corpuskit)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert "kto" not in manifest and "signals" not in manifest["sources"]["notes"]
    assert "KTO counts" not in (folder / "trl" / "README.md").read_text()


def test_a_recipe_publishes_the_same_rows_and_balance(tmp_path: Path, corpuskit: Run) -> None:
    folder = published(tmp_path, made_up_chats(120), corpuskit)
    (tmp_path / "recipe.yaml").write_text(
        "sources:\n  chats: {from: files, inputs: [in.jsonl], origin: user_model}\n"
        "output: {dir: mixed, formats: [trl]}\n"
    )
    done = corpuskit("mix", "recipe.yaml", "-j", "2", "--no-cache")
    assert done.returncode == 0, done.stderr

    def by_id(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
        return {shape: sorted(found, key=lambda row: str(row["id"])) for shape, found in rows.items()}

    assert by_id(rows_in(tmp_path / "mixed")) == by_id(rows_in(folder))
    manifests = [json.loads((place / "manifest.json").read_text()) for place in (folder, tmp_path / "mixed")]
    assert manifests[0]["kto"] == manifests[1]["kto"]


READ_WITH_DATASETS = """
import json, sys
from datasets import load_dataset
print(json.dumps([
    [load_dataset(folder, name, split="train", cache_dir="cache").num_rows for name in sys.argv[1:]]
    for folder in ("out", "out/trl")
]))
"""


@pytest.mark.slow
def test_datasets_opens_every_kind_by_its_name(tmp_path: Path, corpuskit: Run) -> None:
    published(tmp_path, [PLAIN, *made_up_chats(400)], corpuskit)
    command = [sys.executable, "-c", READ_WITH_DATASETS, *SHAPES]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    assert json.loads(done.stdout) == [[1, 100, 100, 100, 100]] * 2


def test_the_folder_of_rows_alone_has_a_card_that_names_them(tmp_path: Path, corpuskit: Run) -> None:
    folder = published(tmp_path, [PLAIN], corpuskit)
    text = (folder / "README.md").read_text(encoding="utf-8")
    fields = yaml.safe_load(text.split("---")[1])
    path = {"split": "train", "path": "trl/part-*.text.parquet"}
    assert fields["configs"] == [{"config_name": "text", "data_files": [path]}]
    assert "`corpuskit verify` in this folder" in text
    assert corpuskit("verify", "out").returncode == 0
    for formats in ("trl,jsonl", "jsonl,trl"):
        assert corpuskit("export", "in.jsonl", "--to", formats, "-o", "out", "-q").returncode == 0
        fields = yaml.safe_load((folder / "README.md").read_text(encoding="utf-8").split("---")[1])
        assert fields["configs"][0]["data_files"][0]["path"] == "data/part-*.jsonl.zst"


READ_WITH_TRL = """
import sys
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast
from trl.data_utils import apply_chat_template, is_conversational, maybe_extract_prompt

tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({"a": 0}, unk_token="a")))
tokenizer.chat_template = (
    "{% for m in messages %}[{{ m.role }}]{{ m.content }}[end]{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% endif %}"
)
import pyarrow.parquet
from pathlib import Path

read = 0
for shape in ("messages", "completion", "preference", "unpaired"):
    for path in Path("out/trl").glob(f"*.{shape}.parquet"):
        for row in pyarrow.parquet.read_table(path).to_pylist():
            assert is_conversational(row), row
            assert maybe_extract_prompt(row) == row or "chosen" not in row, "the prompt is explicit"
            flat = apply_chat_template(row, tokenizer)
            if "prompt" in flat:
                for key in ("completion", "chosen", "rejected"):
                    if key in flat:
                        said = "".join(f"[{m['role']}]{m['content']}[end]" for m in row["prompt"] + row[key])
                        assert flat["prompt"] + flat[key] == said
            if shape == "unpaired":
                assert type(flat["label"]) is bool
            read += 1
assert "torch" not in sys.modules
print(read)
"""


@pytest.mark.slow
def test_trl_itself_reads_every_row(tmp_path: Path, corpuskit: Run) -> None:
    pytest.importorskip("trl.data_utils", reason="TRL is not installed; docs/contributing.md says how, without torch")
    published(tmp_path, made_up_chats(2000), corpuskit)
    done = subprocess.run([sys.executable, "-c", READ_WITH_TRL], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("2000")


@pytest.mark.parametrize("change", ["fewer rows", "other columns", "no table"])
def test_tables_that_contradict_the_manifest_are_found(tmp_path: Path, corpuskit: Run, change: str) -> None:
    folder = published(tmp_path, [PLAIN, *made_up_chats(40)], corpuskit)
    (path,) = folder.glob("trl/*.messages.parquet")
    table = pyarrow.parquet.read_table(path)
    if change == "fewer rows":
        pyarrow.parquet.write_table(table.slice(1), path)
    elif change == "other columns":
        pyarrow.parquet.write_table(table.drop_columns(["weight"]), path)
    else:
        path.write_bytes(path.read_bytes()[:-100])
    reseal(folder)
    done = corpuskit("verify", "out")
    expected = {"fewer rows": b"hold 40 rows, not 41", "other columns": b"has other columns than rows of messages have"}
    assert done.returncode == 3
    assert expected.get(change, b"is not a whole Parquet file") in done.stderr
