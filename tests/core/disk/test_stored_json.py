"""Values that were read from JSON, checked against types that are taken apart once."""

from typing import Any, NewType, NotRequired, TypedDict

import pytest

from corpuskit.core.disk.stored_json import conforms

Name = NewType("Name", str)


class Branch(TypedDict):
    """A type that contains itself."""

    name: Name
    branches: NotRequired[list["Branch"]]
    sizes: NotRequired[dict[str, int | None]]


GOOD = {"name": "a", "branches": [{"name": "b", "branches": []}, {"name": "c", "sizes": {"x": 1, "y": None}}]}


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        {"name": 1},
        {"name": "bad"},
        {"name": "a", "branches": {}},
        {"name": "a", "branches": [{"name": "b", "branches": [{}]}]},
        {"name": "a", "sizes": {"x": True}},
        {"name": "a", "sizes": [["x", 1]]},
        {"name": "a", "more": 1},
    ],
)
def test_each_level_is_checked(value: Any) -> None:
    checks = {Name: lambda value: type(value) is str and value != "bad"}
    assert conforms(GOOD, Branch, checks)
    assert not conforms(value, Branch, checks)


def test_checks_and_more_keys_hold_for_the_call_alone() -> None:
    for _ in range(2):
        assert conforms({"name": "bad", "more": 1}, Branch, {Name: lambda value: value == "bad"}, more_keys=True)
        assert not conforms({"name": "bad", "more": 1}, Branch, {Name: lambda value: value == "bad"})
        assert not conforms({"name": "bad"}, Branch, {Name: lambda value: value == "good"})
        assert not conforms({"name": "bad"}, Branch)
