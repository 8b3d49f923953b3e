"""Fixtures that more than one part of the suite uses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.brokers import any_broker


@pytest.fixture(scope="session")
def kafka_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``host:port`` of a Kafka-protocol broker, started once a session. Use topic names of your own."""
    with any_broker(tmp_path_factory.mktemp("broker")) as address:
        yield address
