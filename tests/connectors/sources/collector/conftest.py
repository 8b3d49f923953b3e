"""The collector that most tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connectors.sources.collector.collecting import Collector, collecting


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Collector]:
    """A running collector over an empty embedded log."""
    with collecting(tmp_path) as running:
        yield running
