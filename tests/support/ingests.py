"""Events into a workspace's log, and from there into its lake, through the real parts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from connectors.log.opening import open_log
from models.lakes import open_lake
from models.workspaces import Workspace
from pipelines.ingest.ingestion import IngestSummary, ingest
from pipelines.resolve import ResolveSummary, resolve_workspace
from tests.support.factories import make_record

RESOLVED_AT = datetime(2026, 7, 1, 12, tzinfo=UTC)


def append_events(workspace: Workspace, events: Iterable[dict[str, Any] | bytes]) -> None:
    """Append events as a connector would."""
    log = open_log(workspace)
    log.append([make_record(event) for event in events])
    log.close()


def ingest_all(workspace: Workspace, run_id: str = "r1") -> IngestSummary:
    """Take everything new in the log into the lake."""
    log = open_log(workspace)
    try:
        with open_lake(workspace, create=True) as lake:
            return ingest(workspace, log, lake, run_id)
    finally:
        log.close()


def resolve_all(workspace: Workspace, run_id: str = "r1", at: datetime = RESOLVED_AT) -> ResolveSummary:
    """Find out who is who."""
    with open_lake(workspace) as lake:
        return resolve_workspace(workspace, lake, run_id, at)


def query_lake(workspace: Workspace, statement: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """Rows of the lake as it is now."""
    with open_lake(workspace, read_only=True) as lake:
        return lake.rows(statement, parameters)


def people_of(workspace: Workspace) -> set[frozenset[str]]:
    """The partition: which source records are together in one profile."""
    rows = query_lake(workspace, "select list(record_id) from lake.identity.record_profiles group by profile_id")
    return {frozenset(row[0]) for row in rows}
