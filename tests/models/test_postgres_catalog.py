"""The lake with its catalog in PostgreSQL: the same tables, and the secret stays out of messages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.log.opening import open_log
from models.errors import RetriableError, UsageError
from models.lakes import LAKE, open_lake
from models.workspaces import Workspace
from pipelines.ingest.content_hashes import hash_events
from pipelines.ingest.ingestion import ingest
from tests.support.factories import make_event, make_record
from tests.support.postgres import new_database, postgres_server
from tests.support.workspaces import make_workspace

VARIABLE = "KB_TEST_CATALOG_DSN"
SETTINGS = f'[lake]\ncatalog = "postgres"\npostgres_dsn_env = "{VARIABLE}"\n'


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres_server() as uri:
        yield uri


def ingest_three(workspace: Workspace) -> str:
    log = open_log(workspace)
    log.append([make_record(make_event(f"m{number}")) for number in (1, 2, 3, 3)])
    with open_lake(workspace, create=True) as lake:
        summary = ingest(workspace, log, lake, "r1")
        assert (summary.events, summary.duplicates) == (3, 1)
        digest = hash_events(lake, across_logs=True)
    log.close()
    return digest


def test_a_postgres_catalog_gives_the_same_events_as_sqlite(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, new_database(server))
    on_postgres = make_workspace(tmp_path / "postgres", SETTINGS)
    assert ingest_three(on_postgres) == ingest_three(make_workspace(tmp_path / "sqlite"))
    assert not on_postgres.lake_catalog.exists()
    with open_lake(on_postgres, read_only=True) as lake:
        assert lake.value(f"select count(*) from {LAKE}.ingest.events") == 3


def test_a_postgres_that_does_not_answer_is_named_by_its_variable_and_never_by_its_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "postgresql://someone:s3cret@127.0.0.1:1/lake?connect_timeout=2")
    with pytest.raises(RetriableError) as caught:
        open_lake(make_workspace(tmp_path, SETTINGS), create=True)
    assert f"${VARIABLE}" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_a_missing_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(UsageError, match=f"{VARIABLE} is not set"):
        open_lake(make_workspace(tmp_path, SETTINGS), create=True)
