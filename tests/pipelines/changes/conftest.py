"""One published ledger for all tests that only read it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from models.lakes import Lake, published_lake
from models.workspaces import Workspace
from tests.pipelines.changes.ledgers import published_ledger


@pytest.fixture(scope="package")
def ledger_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A published ledger; read it only."""
    return published_ledger(tmp_path_factory.mktemp("ledger") / "ws")


@pytest.fixture
def lake(ledger_workspace: Workspace) -> Iterator[Lake]:
    """Its published lake."""
    with published_lake(ledger_workspace) as opened:
        yield opened
