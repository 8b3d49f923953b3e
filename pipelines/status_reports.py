"""How a workspace is: log, lag, lake, stages, gates, runs."""

from __future__ import annotations

from typing import Any

from connectors.log.logs import EventLog
from connectors.log.opening import family_topics
from models.lakes import LAKE, Lake
from models.workspaces import Workspace
from pipelines.ingest.commits import committed_offsets
from pipelines.ingest.content_hashes import hash_events
from pipelines.ingest.ingestion import quarantine_reasons
from pipelines.runs.manifests import read_manifests
from pipelines.runs.stages import STAGE_NAMES, read_stages


def report_log(log: EventLog, lake: Lake | None, workspace: Workspace) -> list[dict[str, Any]]:
    """Per topic: messages appended so far, and how many of them the lake has not read yet (lag)."""
    topics = family_topics(workspace.settings)
    committed = {} if lake is None else committed_offsets(lake)
    ends = log.end_offsets(topics)
    report = []
    for topic in topics:
        parts = {key: end for key, end in ends.items() if key[0] == topic}
        lag = sum(end - committed.get(key, 0) for key, end in parts.items())
        report.append({"topic": topic, "partitions": len(parts), "messages": sum(parts.values()), "lag": lag})
    return report


def report_lake(lake: Lake, with_hash: bool = False) -> dict[str, Any]:
    """Counts and freshness of what the lake holds."""
    events, newest = lake.rows(f"select count(*), max(timestamp) from {LAKE}.ingest.events")[0]
    report = {
        "events": events,
        "newest_event": newest,
        "quarantined": lake.value(f"select count(*) from {LAKE}.ingest.quarantine"),
        "quarantine_reasons": quarantine_reasons(lake),
        "source_records": lake.value(f"select count(*) from {LAKE}.identity.records"),
        "profiles": lake.value(f"select count(*) from {LAKE}.profiles.profiles"),
        "snapshot_id": lake.snapshot_id(),
        "published_snapshot_id": lake.published_snapshot_id(),
        "published_at": lake.value(f"select max(published_at) from {LAKE}.ops.publications"),
    }
    if with_hash:
        report["events_hash"] = hash_events(lake)
    return report


def report_stages(lake: Lake) -> list[dict[str, Any]]:
    """The last finished execution of each stage."""
    states = read_stages(lake)
    return [
        {"stage": name, "finished_at": states[name].finished_at, "run_id": states[name].run_id,
         "summary": states[name].summary}
        for name in STAGE_NAMES
        if name in states
    ]  # fmt: skip


def report_gates(lake: Lake) -> list[dict[str, Any]]:
    """Every expectation of the newest check."""
    return lake.sql(
        f"""
        select gate, expectation, subject, passed, observed, checked_at
        from {LAKE}.ops.gates
        where run_id = (select max_by(run_id, checked_at) from {LAKE}.ops.gates)
        order by gate, expectation, subject
        """
    ).to_pylist()


def report_runs(workspace: Workspace, limit: int = 5) -> list[dict[str, Any]]:
    """The newest run manifests."""
    return read_manifests(workspace.runs, limit)
