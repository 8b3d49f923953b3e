"""Sync: bring every audience up to the published snapshot, write its files, keep its history.

Files are prepared, memberships of all audiences are committed in one transaction, files are revealed. Killed before
the commit, nothing happened; killed after it, the next sync reveals what is prepared. Either way each change is
exported once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from connectors.destinations.csv_files import drop_export, prepare_export, prepared_exports, reveal_export
from models.errors import RetriableError, UsageError
from models.lakes import LAKE, Lake, open_lake
from models.progress import Progress, no_progress
from models.workspaces import Workspace
from pipelines.audiences.candidates import FIXED_COLUMNS, audience_settings, read_candidates
from pipelines.audiences.memberships import (
    changed_profiles,
    diff_memberships,
    read_retired,
    read_stays,
    write_changes,
)
from schemas.tables import STAGES


@dataclass(frozen=True)
class SyncSummary:
    """One audience after a sync. ``folder`` is None when nothing changed and nothing was written."""

    audience: str
    segment: str
    channel: str
    members: int
    added: int
    updated: int
    removed: int
    left_out: dict[str, int]
    snapshot_id: int
    folder: Path | None


@dataclass(frozen=True)
class LastSync:
    """The last sync of an audience that changed something."""

    run_id: str
    synced_at: datetime
    snapshot_id: int
    columns: list[str]


@dataclass(frozen=True)
class _Plan:
    """What one audience's sync will write."""

    summary: SyncSummary
    changes: pa.Table
    columns: list[str]


def sync(workspace: Workspace, run_id: str, synced_at: datetime, progress: Progress = no_progress) -> list[SyncSummary]:
    """Sync every audience of the settings, in order of name, from the published snapshot.

    An audience in which nothing changed writes nothing, neither files nor history.

    Raises:
        UsageError: nothing is published, or an audience's segment or columns do not exist.
    """
    names = sorted(workspace.settings.audiences)
    finish_interrupted(workspace)
    with open_lake(workspace, read_only=True) as newest:
        last = {name: read_last_sync(newest, name) for name in names}
        stays = {name: read_stays(newest, name) for name in names}
        snapshot_id = require_published(newest)
    plans = []
    with open_lake(workspace, snapshot_id=snapshot_id) as published:
        for number, name in enumerate(names):
            progress("sync", number, len(names))
            plans.append(_plan(published, name, last[name], stays[name], run_id, synced_at))
    written = [plan for plan in plans if plan.summary.folder is not None]
    if written:
        _commit(workspace, written, run_id, synced_at)
        for plan in written:
            reveal_export(workspace.exports / plan.summary.audience / run_id)
    progress("sync", len(names), len(names))
    return [plan.summary for plan in plans]


def finish_interrupted(workspace: Workspace) -> None:
    """Reveal prepared exports whose memberships are committed; drop the others, they will be made anew."""
    prepared = prepared_exports(workspace.exports)
    if not prepared:
        return
    with open_lake(workspace, read_only=True) as lake:
        last = {folder: read_last_sync(lake, folder.parent.name) for folder in prepared}
    for folder, state in last.items():
        if state is not None and state.run_id == folder.name:
            reveal_export(folder)
        else:
            drop_export(folder)


def require_published(newest: Lake) -> int:
    """The newest published snapshot.

    Raises:
        UsageError: nothing was published yet.
    """
    found = newest.published_snapshot_id()
    if found is None:
        msg = f"Workspace {newest.workspace.root} has published nothing yet. Do it with: klantbeeld run"
        raise UsageError(msg)
    return found


def read_last_sync(lake: Lake, audience: str) -> LastSync | None:
    """The last sync of an audience that changed something, or None."""
    rows = lake.rows(f"select run_id, finished_at, summary from {LAKE}.ops.stages where stage = ?", [_stage(audience)])
    if not rows:
        return None
    run_id, finished_at, summary = rows[0]
    known = json.loads(summary)
    return LastSync(run_id, finished_at, int(known["snapshot_id"]), list(known["columns"]))


def _plan(
    published: Lake, name: str, last: LastSync | None, stays: pa.Table, run_id: str, synced_at: datetime
) -> _Plan:
    """Work out what changes in one audience and prepare its files, if anything does."""
    workspace = published.workspace
    settings = audience_settings(workspace, name)
    candidates = read_candidates(published, name)
    columns = [column for column in candidates.column_names if column not in FIXED_COLUMNS]
    changes = diff_memberships(candidates, stays, read_retired(published), synced_at)
    before = _exported_before(published, last, columns, stays)
    values = candidates.select(["profile_id", *columns])
    kept = changes.filter(pc.equal(changes["change"], "kept"))["profile_id"]
    updated = changed_profiles(_look_up(values, kept), before)
    counts = {change: int(pc.sum(pc.equal(changes["change"], change)).as_py() or 0) for change in ("added", "removed")}
    is_new = last is None or any(counts.values()) or len(updated) > 0
    summary = SyncSummary(
        audience=name,
        segment=settings.segment,
        channel=settings.channel,
        members=changes.num_rows - counts["removed"],
        added=counts["added"],
        updated=len(updated),
        removed=counts["removed"],
        left_out=count_left_out(candidates),
        snapshot_id=published.snapshot_id(),
        folder=workspace.exports / name / run_id if is_new else None,
    )
    if summary.folder is not None:
        files = {
            "members.csv": _members_file(changes, values),
            "changes.csv": _changes_file(changes, values, before, updated),
        }
        prepare_export(summary.folder, files, _manifest(summary, columns, run_id, synced_at, candidates.num_rows))
    return _Plan(summary, changes, columns)


def count_left_out(candidates: pa.Table) -> dict[str, int]:
    """How many candidates are no members, by reason."""
    reasons = pc.value_counts(pc.drop_null(candidates["left_out"]))
    return dict(sorted((row["values"], row["counts"]) for row in reasons.to_pylist()))


def _exported_before(published: Lake, last: LastSync | None, columns: Sequence[str], stays: pa.Table) -> pa.Table:
    """The values that the channel holds: members as their profiles were when the audience was exported last.

    Empty when there was no export, when the columns were others, or when that snapshot is gone: then every member
    counts as updated, which is sent once too often and never once too seldom.
    """
    nothing = pa.table({"profile_id": pa.array([], pa.string())})
    if last is None or last.columns != list(columns):
        return nothing
    if last.snapshot_id == published.snapshot_id():
        return _values(published, columns, stays)
    try:
        with open_lake(published.workspace, snapshot_id=last.snapshot_id) as lake:
            return _values(lake, columns, stays)
    except (duckdb.Error, RetriableError):
        return nothing


def _values(lake: Lake, columns: Sequence[str], stays: pa.Table) -> pa.Table:
    chosen = ", ".join(f'"{column}"' for column in ("profile_id", *columns))
    with lake.registered(stays) as members:
        return lake.sql(
            f"select {chosen} from {LAKE}.marts.dim_profiles"
            f" where profile_id in (select profile_id from {members}) order by profile_id"
        )


def _members_file(changes: pa.Table, values: pa.Table) -> pa.Table:
    members = changes.filter(pc.not_equal(changes["change"], "removed"))
    table = _look_up(values, members["profile_id"])
    return table.append_column("entered_at", members["entered_at"]).append_column("reason", members["reason"])


def _changes_file(changes: pa.Table, values: pa.Table, before: pa.Table, updated: pa.Array) -> pa.Table:
    """Added and updated members with their values now, removed ones with those that the channel knows them by."""
    is_updated = pc.is_in(changes["profile_id"], value_set=updated)
    words = pc.if_else(is_updated, "updated", changes["change"])
    reasons = pc.if_else(is_updated, "values changed", changes["reason"])
    every = pa.table({"change": words, "profile_id": changes["profile_id"], "reason": reasons})
    parts = []
    for source, wanted in ((values, ["added", "updated"]), (before, ["removed"])):
        rows = every.filter(pc.is_in(words, value_set=pa.array(wanted)))
        found = _look_up(source, rows["profile_id"])
        parts.append(found.add_column(0, "change", rows["change"]).append_column("reason", rows["reason"]))
    order = ["change", *values.column_names, "reason"]
    return pa.concat_tables(parts, promote_options="default").select(order).sort_by("profile_id")


def _look_up(values: pa.Table, ids: pa.ChunkedArray) -> pa.Table:
    """One row per id, in their order; nulls beside an id that ``values`` does not have."""
    found = values.take(pc.index_in(ids, value_set=values["profile_id"].combine_chunks()))
    return found.set_column(0, "profile_id", ids)


def _manifest(
    summary: SyncSummary, columns: Sequence[str], run_id: str, synced_at: datetime, segment_size: int
) -> dict[str, Any]:
    return {
        "version": 1,
        "audience": summary.audience,
        "segment": summary.segment,
        "channel": summary.channel,
        "run_id": run_id,
        "created_at": synced_at.astimezone(UTC).isoformat(),
        "snapshot_id": summary.snapshot_id,
        "columns": ["profile_id", *columns],
        "counts": {
            "segment": segment_size,
            "members": summary.members,
            "added": summary.added,
            "updated": summary.updated,
            "removed": summary.removed,
            "left_out": summary.left_out,
        },
    }


def _commit(workspace: Workspace, plans: Sequence[_Plan], run_id: str, synced_at: datetime) -> None:
    with open_lake(workspace) as lake, lake.transaction(run_id, "sync"):
        for plan in plans:
            name = plan.summary.audience
            write_changes(lake, name, plan.changes, run_id, synced_at)
            state = {"snapshot_id": plan.summary.snapshot_id, "columns": plan.columns, "members": plan.summary.members}
            row = {
                "stage": _stage(name),
                "run_id": run_id,
                "input_key": str(plan.summary.snapshot_id),
                "finished_at": synced_at,
                "summary": json.dumps(state),
            }
            lake.connection.execute(f"delete from {LAKE}.ops.stages where stage = ?", [_stage(name)])
            lake.insert("ops.stages", pa.Table.from_pylist([row], schema=STAGES))


def _stage(audience: str) -> str:
    return f"sync/{audience}"
