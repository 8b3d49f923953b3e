"""One small demo for all tests here, written once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.demo.population import DemoTruth, write_demo_sources

AS_OF = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoTruth:
    """800 people with 8,000 events."""
    folder: Path = tmp_path_factory.mktemp("demo")
    return write_demo_sources(folder, seed=11, people=800, events=8_000, as_of=AS_OF)
