"""What was not masked is not published where masking is required."""

import json
from pathlib import Path
from typing import Any

import pytest

from corpuskit import Document, RefusedError, RequireMasked, UsageError
from tests.conftest import Run

CHAT = {
    "id": "m",
    "text": "hello",
    "metadata": {},
    "messages": [{"role": "user", "content": "write to ann@example.org"}],
}


@pytest.mark.parametrize(
    ("document", "fields", "field"),
    [
        (Document("a", "Hi.", {"title": "T", "source": "s", "author": "Ann", "labels": {"a": "b"}}), ["text"], ""),
        (Document("a", "Hi."), ["body"], "text"),
        (Document("a", "", {}, {"body": "Hi."}), ["text"], "body"),
        (Document("a", "", {}, {"body": "Hi."}), ["text", "body"], ""),
        (Document("a", "", {}, {"messages": [{"content": "x"}]}), ["text"], "messages"),
        (Document("a", "", {}, {"messages": [{"content": "x"}]}), ["messages.content"], ""),
        (Document("a", "", {}, {"n": 3, "flags": [True, None], "empty": ["", {}]}), ["text"], ""),
        (Document("a", "", {"note": {"by": ["Ann"]}}), ["text"], "metadata.note"),
        (Document("a", "", {"note": {"by": ["Ann"]}}), ["metadata"], ""),
        (Document("a", "", {"note": {"by": ["Ann"]}}), ["metadata.note.*"], ""),
        (Document("a", "", {"note": "x", "notes": "y"}), ["metadata.note"], "metadata.notes"),
        (Document("a", "", {"row": "a"}, {"uuid": "a"}), ["text"], ""),
        (Document("a", "", {}, {"uuid": "a", "ids": ["a"]}), ["text"], "ids"),
    ],
)
def test_text_outside_the_fields_is_refused(document: Document, fields: list[str], field: str) -> None:
    step = RequireMasked(tuple(fields))
    if not field:
        assert step.apply(document) is document
        return
    with pytest.raises(RefusedError, match=f"`{field}` of document 'a'"):
        step.apply(document)


def test_all_fields_of_the_document_are_named_at_once() -> None:
    document = Document("a", "Hi.", {"age": "44", "title": "T", "town": "Ely"}, {"note": {"by": ["Ann"], "to": "Bo"}})
    with pytest.raises(RefusedError) as caught:
        RequireMasked(("text",)).apply(document)
    said = "`note`, `metadata.age`, `metadata.town` of document 'a' hold text that was not masked; add them"
    assert str(caught.value).startswith(said) and "`columns`" in str(caught.value)
    many = Document("a", "", {}, {f"field{number}": "x" for number in range(25)})
    with pytest.raises(RefusedError, match="`field19` and 5 more of document"):
        RequireMasked(("text",)).apply(many)


def test_it_wants_fields() -> None:
    with pytest.raises(UsageError):
        RequireMasked(())


RECIPE = """policy: {pii: required}
sources: {chats: {from: files, inputs: [chats.jsonl], origin: user_model, steps: [STEP]}}
"""


@pytest.mark.parametrize(
    ("step", "code", "said"),
    [
        ("scrub-pii", 6, "`messages` of document 'm' holds text that was not masked"),
        ("{scrub-pii: {fields: [text, messages]}}", 0, ""),
        ("{scrub-pii: {fields: [text, messages], mode: tag}}", 6, "only tags"),
    ],
)
@pytest.mark.parametrize("together", [False, True])
def test_a_recipe_that_requires_masking_never_publishes_a_field_unmasked(
    corpuskit: Run, tmp_path: Path, step: str, code: int, said: str, together: bool
) -> None:
    (tmp_path / "chats.jsonl").write_text(json.dumps(CHAT))
    recipe = RECIPE.replace("STEP", "" if together else step) + (f"together: [{step}]\n" if together else "")
    (tmp_path / "recipe.yaml").write_text(recipe)
    done = corpuskit("mix", "recipe.yaml", "-o", "out")
    assert done.returncode == code, done.stderr
    assert said in done.stderr.decode()
    published = b"" if code else corpuskit("files", "out", "--quiet").stdout
    assert b"ann@" not in published and (b"{{EMAIL}}" in published) == (code == 0)


def test_turns_bring_the_words_under_the_mask(corpuskit: Run, tmp_path: Path) -> None:
    (tmp_path / "chats.jsonl").write_text(json.dumps({key: CHAT[key] for key in ("id", "messages")}))
    recipe: dict[str, Any] = {"STEP": "scrub-pii", "[chats.jsonl]": "[chats.jsonl], options: {turns: [messages]}"}
    text = RECIPE
    for before, after in recipe.items():
        text = text.replace(before, after)
    (tmp_path / "recipe.yaml").write_text(text)
    done = corpuskit("mix", "recipe.yaml", "-o", "out")
    assert done.returncode == 0, done.stderr
    (document,) = map(json.loads, corpuskit("files", "out", "--quiet").stdout.splitlines())
    assert document["text"] == "<|user|>\nwrite to {{EMAIL}}"
    assert "messages" not in document
