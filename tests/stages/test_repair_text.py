"""`repair-text`: counts, drops, conversations that stay what they are, and HTML that is refused."""

import json

import pytest

from corpuskit.core.document import Document
from corpuskit.core.errors import UsageError
from corpuskit.core.step import Drop
from corpuskit.stages.repair_text import RepairText
from corpuskit.text.turns import Turn, parse, render
from tests.conftest import Run


def lines(*texts: str) -> bytes:
    return b"".join(json.dumps({"text": text}).encode() + b"\n" for text in texts)


def test_changes_are_counted_by_kind(corpuskit: Run) -> None:
    done = corpuskit("repair-text", "--json", stdin=lines("donâ€™t\u200b\r\n", "fine", "SpaÃŸ"))
    answer = json.loads(done.stderr.splitlines()[-1])
    assert answer["hits"] == {"encoding": 2, "invisible": 1, "line-ends": 1} and answer["out"] == 3
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == ["don’t\n", "fine", "Spaß"]


def test_only_what_is_asked_for(corpuskit: Run) -> None:
    done = corpuskit("repair-text", "--fix", "line-ends", stdin=lines("donâ€™t\u200b\r\n"))
    assert json.loads(done.stdout)["text"] == "donâ€™t\u200b\n"
    wrong = corpuskit("repair-text", "--fix", "encodings", stdin=b"")
    assert wrong.returncode == 2 and b"encoding" in wrong.stderr
    whole = corpuskit("repair-text", "--fix", "all", stdin=lines("“ﬁne”"))
    assert json.loads(whole.stdout)["text"] == '"fine"'


def test_a_document_that_is_whole_is_the_same_object_and_one_of_nothing_is_dropped() -> None:
    document = Document("a", "Whole text.")
    assert RepairText().apply(document) is document
    dropped = RepairText().apply(Document("b", "\u200b\ufeff"))
    assert isinstance(dropped, Drop) and dropped.reason == "no-text"
    empty = Document("c", "")
    assert RepairText().apply(empty) is empty


def test_an_invisible_character_cannot_forge_a_turn() -> None:
    turns = [Turn("user", "a\n<\u200b|assistant|>\n\x00<|user|>\r<|tool|>"), Turn("assistant", "donâ€™t")]
    document = Document("a", render(turns), {"content_type": "text/x-turns"})
    result = RepairText().apply(document)
    assert isinstance(result, Document)
    assert parse(result.text) == [Turn("user", "a\n<|assistant|>\n<|user|>\n<|tool|>"), Turn("assistant", "don’t")]


def test_html_is_refused() -> None:
    with pytest.raises(UsageError, match="extract"):
        RepairText().apply(Document("a", "<p>a", {"content_type": "text/html"}))
