"""Fixtures that more than one part of the suite uses."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.support.brokers import any_broker

if not hasattr(sys.modules["__main__"], "__file__"):
    # pyspark, which Great Expectations imports where it is installed, takes a pytest-xdist worker for a doctest of its
    # own and ends the process.
    sys.modules["__main__"].__file__ = __file__


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one worker run all tests of a file, so that what they share is made once; groups of several files stay."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


@pytest.fixture(scope="session")
def kafka_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``host:port`` of a Kafka-protocol broker, started once a session. Use topic names of your own."""
    with any_broker(tmp_path_factory.mktemp("broker")) as address:
        yield address
