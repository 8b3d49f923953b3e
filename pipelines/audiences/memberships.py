"""Membership of an audience: what changes now, and its history in the lake. Pure but for :func:`write_changes`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from models.lakes import LAKE, Lake
from schemas.tables import MEMBERSHIPS, TIMESTAMP

CHANGES = pa.schema(
    [
        pa.field("profile_id", pa.string()),
        pa.field("change", pa.string()),
        pa.field("entered_at", TIMESTAMP),
        pa.field("reason", pa.string()),
    ]
)
"""One row per profile that is or was a member, by profile_id. ``change``: ``added``, ``kept`` or ``removed``;
``reason`` is why they entered, or for ``removed`` why they left."""


def diff_memberships(candidates: pa.Table, stays: pa.Table, retired: pa.Table, synced_at: datetime) -> pa.Table:
    """What a sync changes, in :data:`CHANGES`.

    Args:
        candidates: profile_id, reason, left_out (null: a member), one row each.
        stays: open stays: profile_id, entered_at, entered_reason.
        retired: retired profile ids: profile_id, successor.
    """
    statement = (Path(__file__).parent / "memberships.sql").read_text(encoding="utf-8")
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.register("candidates", candidates.select(["profile_id", "reason", "left_out"]))
        connection.register("stays", stays)
        connection.register("retired", retired)
        return connection.execute(statement, {"synced_at": synced_at}).to_arrow_table().cast(CHANGES)


def changed_profiles(now: pa.Table, before: pa.Table) -> pa.Array:
    """The profile_ids of ``now`` whose values differ from ``before`` (same columns) or are not in it."""
    if now.column_names != before.column_names or now.schema.types != before.schema.types:
        return now["profile_id"].combine_chunks()
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("now_rows", now)
        connection.register("before_rows", before)
        found = connection.execute("select profile_id from (from now_rows except from before_rows) order by 1")
        return found.to_arrow_table()["profile_id"].combine_chunks()


def read_stays(lake: Lake, audience: str) -> pa.Table:
    """Open stays of an audience: profile_id, entered_at, entered_reason."""
    return lake.sql(
        f"select profile_id, entered_at, entered_reason from {LAKE}.audiences.memberships"
        " where audience = ? and exited_at is null order by profile_id",
        [audience],
    )


def read_retired(lake: Lake) -> pa.Table:
    """Retired profile ids and what they were merged into: profile_id, successor."""
    return lake.sql(f"select profile_id, successor from {LAKE}.identity.profile_ids where retired_at is not null")


def write_changes(lake: Lake, audience: str, changes: pa.Table, run_id: str, synced_at: datetime) -> None:
    """Close the stays that ended and open those that began, in the current transaction."""
    removed = changes.filter(pc.equal(changes["change"], "removed"))
    if removed.num_rows:
        with lake.registered(removed.select(["profile_id", "reason"])) as name:
            lake.connection.execute(
                f"""
                update {LAKE}.audiences.memberships as stays
                set exited_at = $synced_at::timestamptz, exited_run_id = $run_id, exited_reason = {name}.reason
                from {name}
                where stays.audience = $audience and stays.exited_at is null and stays.profile_id = {name}.profile_id
                """,
                {"synced_at": synced_at, "run_id": run_id, "audience": audience},
            )
    added = changes.filter(pc.equal(changes["change"], "added"))
    lake.insert("audiences.memberships", _new_stays(added, audience, run_id))


def _new_stays(added: pa.Table, audience: str, run_id: str) -> pa.Table:
    rows = added.num_rows
    columns = {
        "audience": pa.array([audience] * rows, pa.string()),
        "profile_id": added["profile_id"],
        "entered_at": added["entered_at"],
        "entered_run_id": pa.array([run_id] * rows, pa.string()),
        "entered_reason": added["reason"],
    }
    missing = {name: pa.nulls(rows, MEMBERSHIPS.field(name).type) for name in MEMBERSHIPS.names if name not in columns}
    return pa.table({name: (columns | missing)[name] for name in MEMBERSHIPS.names}, schema=MEMBERSHIPS)
