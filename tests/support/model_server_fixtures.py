"""Fixtures of the tests that ask a model server; a folder's `conftest.py` takes them in."""

from collections.abc import Iterator

import pytest

from corpuskit.formats.model_server import client
from tests.support.model_server import ModelServer, running

__all__ = ["quick", "server"]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A model server that answers everything, and fails as it is told to."""
    with running(ModelServer()) as started:
        yield started


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait hundredths of seconds for a server, rather than seconds."""
    monkeypatch.setattr(client, "WAITS", (0.01, 0.02, 0.04, 0.05))
