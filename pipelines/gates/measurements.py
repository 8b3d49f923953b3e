"""The figures that gates look at, counted by DuckDB: a few rows a subject, however large the lake is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from models.errors import UsageError
from models.lakes import LAKE, Lake
from pipelines.audiences.candidates import count_members
from pipelines.build import segment_tables
from pipelines.gates.id_changes import measure_ids

_FOLDER = Path(__file__).parent / "measures"

AUDIENCES = pa.schema(
    [
        pa.field("audience", pa.string()),
        pa.field("members_before", pa.int64()),
        pa.field("members_now", pa.int64()),
        pa.field("change", pa.float64()),
    ]
)
"""How far each audience's size is from what was exported last, as a share of that."""


def measure(lake: Lake) -> dict[str, pa.Table]:
    """The figures of every subject, by its name; the lake is read at one snapshot and not changed.

    Raises:
        UsageError: nothing is built yet, or an audience names a segment that does not exist.
    """
    settings = lake.workspace.settings
    segments = segment_tables(lake)
    if not segments:
        msg = f"Workspace {lake.workspace.root} holds no segments yet. Make them with: klantbeeld build"
        raise UsageError(msg)
    _define_new_rows(lake, "events")
    _define_new_rows(lake, "quarantine")
    bounds = {"earliest": settings.ingest.earliest_timestamp, "max_ahead_hours": settings.ingest.max_ahead_hours}
    return {
        "messages": lake.sql(_read("messages")),
        "events": lake.sql(_read("events"), bounds),
        "records": lake.sql(_read("records")),
        "profiles": lake.sql(_read("profiles")),
        "ids": measure_ids(lake),
        "segments": pa.concat_tables([_measure_segment(lake, name) for name in segments]),
        "audiences": _measure_audiences(lake),
    }


def _define_new_rows(lake: Lake, table: str) -> None:
    """The view ``new_<table>``: rows that came after the snapshot published last; all of them before the first."""
    published, current = lake.published_snapshot_id(), lake.snapshot_id()
    kept = published is not None and lake.value(
        f"select count(*) from ducklake_snapshots('{LAKE}') where snapshot_id = ?", [published]
    )
    rows = f"{LAKE}.ingest.{table}"
    if published is not None and kept:
        # An empty range of snapshots is an error in DuckLake.
        changed = f"ducklake_table_insertions('{LAKE}', 'ingest', '{table}', {published + 1}, {current})"
        rows = changed if published < current else f"(from {rows} limit 0)"
    lake.connection.execute(f"create or replace temp view new_{table} as select * from {rows}")


def _measure_segment(lake: Lake, name: str) -> pa.Table:
    return lake.sql(_read("segment").format(segment=f'"{name}"'), {"name": name})


def _measure_audiences(lake: Lake) -> pa.Table:
    settings = lake.workspace.settings
    rows: list[dict[str, Any]] = []
    for name in sorted(settings.audiences):
        before = int(
            lake.value(
                f"select count(*) from {LAKE}.audiences.memberships where audience = ? and exited_at is null", [name]
            )
        )
        now = count_members(lake, name)
        held = before >= settings.gates.min_audience_for_change
        change = abs(now - before) / before if held else 0.0
        rows.append({"audience": name, "members_before": before, "members_now": now, "change": change})
    return pa.Table.from_pylist(rows, schema=AUDIENCES)


def _read(name: str) -> str:
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
