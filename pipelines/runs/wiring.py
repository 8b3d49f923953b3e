"""The stages of a run and what each depends on. Heavy libraries are imported by the stage that needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import msgspec

from connectors.log.opening import open_log
from models.lakes import LAKE, Lake, open_lake
from pipelines.ingest.ingestion import find_new, ingest
from pipelines.runs.running import RunContext, Stage
from pipelines.runs.stages import fingerprint, fingerprint_folder, read_stages

CODE_VERSION = 1
"""Raise it when a stage's code changes what it makes of the same input: every workspace then redoes its stages."""


def ingest_key(context: RunContext, lake: Lake) -> str | None:
    """The offset ranges not yet read; None when there are none."""
    log = open_log(context.workspace)
    try:
        backlog = find_new(log, lake, context.workspace)
    finally:
        log.close()
    return fingerprint(CODE_VERSION, [asdict(part) for part in backlog.ranges]) if backlog.messages else None


def execute_ingest(context: RunContext) -> Mapping[str, Any]:
    """Take the backlog into the lake."""
    log = open_log(context.workspace)
    try:
        with open_lake(context.workspace, create=True) as lake:
            return asdict(ingest(context.workspace, log, lake, context.run_id, context.progress))
    finally:
        log.close()


def resolve_key(context: RunContext, lake: Lake) -> str | None:
    """What was ingested, and all that decides who is who or which value survives; None before any event."""
    from pipelines.judgements import judgements_key
    from pipelines.removals import removals_key
    from pipelines.resolve import rules_key

    offsets = lake.rows(f"select topic, partition, next_offset from {LAKE}.ingest.offsets order by all")
    if not offsets:
        return None
    decided = [key(context.workspace) for key in (rules_key, judgements_key, removals_key)]
    return fingerprint(CODE_VERSION, offsets, *decided)


def execute_resolve(context: RunContext) -> Mapping[str, Any]:
    """Find out who is who, and make the profiles."""
    from pipelines.resolve import resolve_workspace

    with open_lake(context.workspace) as lake:
        summary = resolve_workspace(
            context.workspace, lake, context.run_id, context.clock(), context.progress, in_full=context.force
        )
    return asdict(summary)


def build_key(context: RunContext, lake: Lake) -> str | None:
    """The resolved state, the day segments are computed for, and the SQL; None before anything was resolved."""
    from pipelines.dbt_projects import dbt_project_dir

    resolved = read_stages(lake).get("resolve")
    if resolved is None:
        return None
    return fingerprint(
        CODE_VERSION,
        [resolved.run_id, resolved.input_key],
        context.as_of.date(),
        fingerprint_folder(dbt_project_dir()),
        fingerprint_folder(context.workspace.segments),
        context.workspace.settings.workspace.default_currency,
    )


def execute_build(context: RunContext) -> Mapping[str, Any]:
    """Build marts and segments with dbt."""
    from pipelines.build import build

    return asdict(build(context.workspace, context.run_id, context.as_of, context.progress))


def check_key(context: RunContext, lake: Lake) -> str | None:
    """The built state and the gates' limits; None before anything was built."""
    built = read_stages(lake).get("build")
    if built is None:
        return None
    gates = msgspec.to_builtins(context.workspace.settings.gates)
    return fingerprint(CODE_VERSION, [built.run_id, built.input_key], gates)


def execute_check(context: RunContext) -> Mapping[str, Any]:
    """Run the gates, and publish when all pass."""
    from pipelines.gates.gates import check, publish

    report = check(context.workspace, context.run_id, context.clock(), context.progress)
    published = publish(context.workspace, report, context.clock())
    return {"expectations": len(report.results), "published_snapshot": published}


def sync_key(context: RunContext, lake: Lake) -> str | None:
    """The published snapshot and the audiences; None before anything was published."""
    snapshot_id = lake.published_snapshot_id()
    if snapshot_id is None:
        return None
    settings = context.workspace.settings
    topics = ["identity.changes"] if settings.log.identity_changes else []
    return fingerprint(CODE_VERSION, snapshot_id, msgspec.to_builtins(settings.audiences), *topics)


def execute_sync(context: RunContext) -> Mapping[str, Any]:
    """Export audiences, tell the log who became who, then let go of what no reader needs any more."""
    from pipelines.audiences.syncs import sync
    from pipelines.tidying import tidy_lake

    done = sync(context.workspace, context.run_id, context.clock(), context.progress)
    announced = _announce_changes(context)
    tidied = tidy_lake(context.workspace, context.clock())
    return {
        "audiences": [asdict(part) | {"folder": part.folder and str(part.folder)} for part in done],
        "announced_changes": announced,
        "expired_snapshots": tidied.snapshots,
        "deleted_files": tidied.files,
    }


def _announce_changes(context: RunContext) -> int | None:
    from pipelines.changes.topics import announce_changes

    if not context.workspace.settings.log.identity_changes:
        return None
    log = open_log(context.workspace)
    try:
        return announce_changes(context.workspace, log, context.run_id, context.clock())
    finally:
        log.close()


STAGES = {
    "ingest": Stage("ingest", ingest_key, execute_ingest),
    "resolve": Stage("resolve", resolve_key, execute_resolve, "nothing is ingested yet"),
    "build": Stage("build", build_key, execute_build, "nothing is resolved yet"),
    "check": Stage("check", check_key, execute_check, "nothing is built yet"),
    "sync": Stage("sync", sync_key, execute_sync, "nothing is published yet"),
}
"""All stages, in the order of a run."""
