"""A model server for the tests in this folder."""

from tests.support.model_server_fixtures import quick, server

__all__ = ["quick", "server"]
