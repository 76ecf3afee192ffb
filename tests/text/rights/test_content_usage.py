"""AI preferences stand in Structured Fields: the official vectors pass, and whatever does not parse says nothing."""

import json
from pathlib import Path
from typing import Any

import http_sf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.text.rights.content_signal import signal_verdicts
from corpuskit.text.rights.content_usage import usage_verdicts


def as_written(value: Any, kind: str) -> Any:
    """What a vector expects, with objects for pairs, as the library writes them."""
    if kind == "dictionary":
        return {key: as_written(member, "item") for key, member in value}
    if kind == "list":
        return [as_written(member, "item") for member in value]
    content, parameters = value
    inner = [as_written(item, "item") for item in content] if isinstance(content, list) else content
    return [inner, dict(parameters)]


@pytest.mark.parametrize("name", ["dictionary", "examples", "param-dict", "token"])
def test_the_official_vectors(name: str, shared_data: Path) -> None:
    vectors: list[dict[str, Any]] = json.loads(
        (shared_data / "rights" / "structured_fields" / f"{name}.json").read_bytes()
    )
    assert len(vectors) > 5
    for vector in vectors:
        raw = ", ".join(vector["raw"])
        try:
            parsed = json.loads(http_sf.to_json(http_sf.parse(raw.encode(), tltype=vector["header_type"])))
        except http_sf.StructuredFieldError:
            assert vector.get("must_fail") or vector.get("can_fail"), vector["name"]
            assert usage_verdicts(raw) == {} or vector["header_type"] != "dictionary"
        else:
            assert not vector.get("must_fail"), vector["name"]
            assert parsed == as_written(vector["expected"], vector["header_type"]), vector["name"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("train-ai=y", {"train": "allowed"}),
        ("search=n,train-ai=n", {"train": "disallowed", "search": "disallowed"}),
        ("train-ai", {}),
        ("train-ai=?0", {}),
        ("train-ai=(n)", {}),
        ("train-ai=no", {}),
        ("TRAIN-AI=n", {}),
        ("train-ai=n; search=n", {"train": "disallowed"}),
        ("train-ai=n search=n", {}),
        ("train-ai=ñ", {}),
        ("a=1.2345, train-ai=n", {}),
        ("train-ai=y, train-ai=n", {"train": "disallowed"}),
    ],
)
def test_what_a_value_says(value: str, expected: dict[str, str]) -> None:
    assert usage_verdicts(value) == expected


@given(
    st.one_of(
        st.text(), st.lists(st.sampled_from(["train-ai", "search", "=", "y", "n", ",", ";", " ", '"'])).map("".join)
    )
)
def test_no_value_breaks_anything(value: str) -> None:
    for verdicts in (usage_verdicts(value), signal_verdicts(value)):
        assert set(verdicts) <= {"train", "input", "search"} and set(verdicts.values()) <= {"allowed", "disallowed"}
    if '"' in value and value.count('"') % 2:
        assert usage_verdicts(value) == {}
