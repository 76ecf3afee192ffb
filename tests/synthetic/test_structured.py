"""Schemas of answers: what no answer could be checked by is refused before anything is asked."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from corpuskit.core.errors import UsageError
from corpuskit.synthetic.requests.structured import response_format, structure_problem
from tests.conftest import Run, lines_of


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"$ref": "#/$defs/none"}, "leads nowhere"),
        ({"properties": {"a": {"items": {"$ref": "other.json"}}}}, "leads nowhere"),
        ({"$ref": "https://example.org/s"}, "leads nowhere"),
        ({"$dynamicRef": "#none"}, "leads nowhere"),
        ({"$ref": "#"}, "without end"),
        ({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}, "without end"),
        ({"properties": {"a": {"pattern": "(?=a)b"}}}, "RE2"),
        ({"properties": {"a": {"pattern": "("}}}, "pattern"),
        ({"patternProperties": {"^(a+)+$": {}}}, "patternProperties"),
    ],
)
def test_a_schema_that_cannot_be_checked_is_refused(schema: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        response_format(schema, "s.json")


def test_references_within_the_schema_are_followed() -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}, "additionalProperties": False}
    schema = {"$defs": {"node": node}, "$ref": "#/$defs/node"}
    response_format(schema, "s.json")
    assert structure_problem(json.dumps(schema), '{"next": {"next": {}}}') == ""
    assert structure_problem(json.dumps(schema), '{"next": {"more": 1}}')


def test_no_pattern_runs_for_ever() -> None:
    schema = {"type": "string", "pattern": "^(a+)+$"}
    response_format(schema, "s.json")
    started = time.process_time()
    assert "pattern" in structure_problem(json.dumps(schema), json.dumps("a" * 40 + "b"))
    assert structure_problem(json.dumps(schema), json.dumps("a" * 40)) == ""
    assert "pattern" in structure_problem(json.dumps(schema), '"\\ud800"')
    assert time.process_time() - started < 5


def test_a_plan_with_it_is_not_written(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "docs.jsonl").write_bytes(lines_of([{"id": "a", "text": "some words"}]))
    (tmp_path / "t.txt").write_text("${text}")
    (tmp_path / "s.json").write_text('{"$ref": "#/none"}')
    done = corpuskit("synth-plan", "docs.jsonl", "--template", "t.txt", "--schema", "s.json", "-o", "plan.jsonl")
    assert done.returncode == 2
    assert b"s.json: '#/none' leads nowhere in the schema" in done.stderr
    assert not (tmp_path / "plan.jsonl").exists()
