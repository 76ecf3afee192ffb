"""What the answers of model servers say."""

from typing import Any

import pytest

from corpuskit.formats.model_server.completion import (
    FREE,
    Completion,
    Unusable,
    Usage,
    completion_of,
    refused,
    result_of,
)
from tests.support.model_server import completion


def test_a_completion_is_read() -> None:
    assert completion_of(completion("Yes it is", 4)) == Completion("Yes it is", "fake-1", Usage(4, 3))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (completion("half of it", finish="length"), "cut-completion"),
        (completion("some of it", finish="content_filter"), "filtered-completion"),
        (completion("  \n"), "empty-completion"),
        (completion(None), "empty-completion"),
        (completion("half \ud83d of a character"), "lone-surrogate"),
    ],
)
def test_what_gives_no_document_is_charged_all_the_same(value: dict[str, Any], reason: str) -> None:
    unusable = completion_of(value)
    assert isinstance(unusable, Unusable)
    assert unusable.reason == reason
    assert unusable.usage.prompt == 3


@pytest.mark.parametrize(
    "value", [{}, {"choices": 5}, {"choices": []}, {"choices": [1]}, {"choices": [{"message": "no"}]}]
)
def test_anything_else_is_no_completion(value: dict[str, Any]) -> None:
    assert completion_of(value) is None


@pytest.mark.parametrize("usage", [None, 5, {}, {"prompt_tokens": "3"}, {"prompt_tokens": -1}, {"prompt_tokens": True}])
def test_usage_is_believed_only_if_it_is_numbers(usage: Any) -> None:
    found = completion_of({**completion("Yes"), "usage": usage})
    assert isinstance(found, Completion)
    assert found.usage == Usage(-1, -1)
    assert found.usage.total == 0


@pytest.mark.parametrize(
    ("model", "name"),
    [("org/model", "org/model"), ("/home/me/m.gguf", "m.gguf"), ("C:\\models\\m.gguf", "m.gguf"), (5, "")],
)
def test_a_models_name_tells_no_folder(model: Any, name: str) -> None:
    found = completion_of({**completion("Yes"), "model": model})
    assert isinstance(found, Completion)
    assert found.model == name


def test_a_refusal_names_its_code_and_says_why_without_keys() -> None:
    value = {"error": {"message": "key sk-1 says: my prompt", "code": "context_length_exceeded"}}
    assert refused(400, value).detail == "status 400, context_length_exceeded: key … says: my prompt"
    key = "sk-proj-0123456789abcdefghijkl"
    assert key[3:9] not in refused(400, {"error": {"message": f"Incorrect API key provided: {key}. See docs"}}).detail
    assert refused(400, {"message": "too\n long " * 50}).detail.startswith("status 400: too long too long")
    assert len(refused(400, {"message": "too long " * 50}).detail) < 200
    assert refused(400, {}).usage.total == 0
    assert refused(422, {"error": {"code": "my prompt: a@example.com"}}).detail == "status 422"
    assert refused(422, {}).detail == "status 422"


def test_lines_of_batch_results() -> None:
    def line(status: int, body: Any, error: Any = None) -> dict[str, Any]:
        return {"custom_id": "1", "response": {"status_code": status, "body": body}, "error": error}

    assert isinstance(result_of(line(200, completion("Yes"))), Completion)
    assert result_of(line(400, {})) == Unusable("refused-request", "status 400", FREE)
    for unanswered in (
        line(500, {}),
        line(429, {}),
        line(401, {}),
        line(200, completion("Yes"), {"code": "batch_expired"}),
        {"custom_id": "1", "response": None, "error": None},
        {"custom_id": "1", "response": {"status_code": 200, "body": "text"}},
    ):
        assert result_of(unanswered) is None
