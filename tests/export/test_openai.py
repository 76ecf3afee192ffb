"""Lines for OpenAI's fine-tuning: examples and pairs alone, in its own words."""

import json
from pathlib import Path

import pytest

from corpuskit.core.document import Document, encode
from corpuskit.text.turns import Turn, parse
from tests.conftest import Run
from tests.export.chats import chat, made_up_chats
from tests.support.resealed import reseal

ASK, ANSWER = Turn("user", "Where?"), Turn("assistant", "Here.")


def exported(folder: Path, documents: list[Document], corpuskit: Run) -> int:
    (folder / "in.jsonl").write_bytes(b"".join(encode(document) + b"\n" for document in documents))
    done = corpuskit("export", "in.jsonl", "--to", "openai", "-o", "out")
    (folder / "errors").write_bytes(done.stderr)
    return done.returncode


def lines_in(folder: Path, kind: str) -> list[dict[str, object]]:
    return [
        json.loads(line)
        for path in folder.glob(f"out/openai/*.{kind}.jsonl")
        for line in path.read_bytes().split(b"\n")
        if line
    ]


def test_examples_and_pairs_are_written_in_order_with_their_words(tmp_path: Path, corpuskit: Run) -> None:
    documents = [document for number, document in enumerate(made_up_chats(400)) if number % 4 != 3]
    assert exported(tmp_path, documents, corpuskit) == 0
    pairs = [document for document in documents if document.metadata.get("signal", {}).get("kind") == "pair"]
    examples = [document for document in documents if document not in pairs]
    assert lines_in(tmp_path, "messages") == [
        {"messages": [{"role": turn.role, "content": turn.body} for turn in parse(document.text)]}
        for document in examples
    ]
    expected = []
    for document in pairs:
        *prompt, chosen, rejected = parse(document.text)
        expected.append(
            {
                "input": {"messages": [{"role": turn.role, "content": turn.body} for turn in prompt]},
                "preferred_output": [{"role": "assistant", "content": chosen.body}],
                "non_preferred_output": [{"role": "assistant", "content": rejected.body}],
            }
        )
    assert lines_in(tmp_path, "preference") == expected
    card = (tmp_path / "out" / "openai" / "README.md").read_text()
    assert "| 200 | supervised" in card and "| 100 | DPO |" in card
    assert corpuskit("verify", "out").returncode == 0


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (Document("t", "plain"), "is plain text, and examples are chats"),
        (chat("t", [ASK, ANSWER], kind="unpaired", value=True), "is a rated answer, and only examples and pairs"),
        (chat("t", [ASK, Turn("tool", "42"), ANSWER]), "has a turn of a tool"),
        (chat("t", [ASK]), "has no answer to learn from"),
        (Document("t", "", {"signal": {"kind": "label"}}), "is a label"),
    ],
)
def test_what_has_no_form_there_is_refused(document: Document, says: str, tmp_path: Path, corpuskit: Run) -> None:
    assert exported(tmp_path, [chat("ok", [ASK, ANSWER]), document], corpuskit) == 6
    errors = (tmp_path / "errors").read_text()
    assert errors.startswith("corpuskit export: format openai: document 't' ") and says in errors
    assert errors.count("\n") == 1 and not (tmp_path / "out").exists()


def test_a_tools_turn_in_the_prompt_of_a_pair_is_refused_too(tmp_path: Path, corpuskit: Run) -> None:
    turns = [ASK, Turn("tool", "42"), Turn("chosen", "a"), Turn("rejected", "b")]
    assert exported(tmp_path, [chat("t", turns, kind="pair")], corpuskit) == 6


@pytest.mark.parametrize("change", ["fewer", "other", "cut"])
def test_lines_that_contradict_the_manifest_are_found(tmp_path: Path, corpuskit: Run, change: str) -> None:
    documents = [chat for number, chat in enumerate(made_up_chats(40)) if number % 4 != 3]
    (tmp_path / "in.jsonl").write_bytes(b"".join(encode(document) + b"\n" for document in documents))
    assert corpuskit("export", "in.jsonl", "--to", "openai", "-o", "out", "-q").returncode == 0
    (path,) = (tmp_path / "out/openai").glob("*.messages.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes({"fewer": b"".join(lines[1:]), "other": b"{}\n" * len(lines), "cut": b"".join(lines)[:-1]}[change])
    reseal(tmp_path / "out")
    done = corpuskit("verify", "out")
    assert done.returncode == 3
    assert (b"hold 29 rows, not 30" if change == "fewer" else b"has a line that is no row") in done.stderr
