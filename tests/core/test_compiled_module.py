"""Compiled modules are used where they were built and are wanted."""

import pytest

from corpuskit.core.compiled_module import compiled_module


@pytest.mark.parametrize(("value", "is_wanted"), [("1", False), ("yes", False), ("0", True), ("", True)])
def test_the_environment_can_do_without(monkeypatch: pytest.MonkeyPatch, value: str, is_wanted: bool) -> None:
    monkeypatch.setenv("CORPUSKIT_NO_CORE", value)
    assert (compiled_module("math") is not None) == is_wanted


def test_what_was_not_built_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CORPUSKIT_NO_CORE", raising=False)
    assert compiled_module("corpuskit.core._never_built") is None
