"""Removals in a resolution: which records they touch, which come back, and what of them is kept in the lake."""

from __future__ import annotations

import pyarrow as pa

from identity.profile_ids import MEMBERS
from identity.removals import SOURCES, touched_sources
from models.lakes import LAKE, Lake
from pipelines.removals.effects import Effects
from schemas.tables import REMOVED_EVENTS


def with_touched(lake: Lake, sources: pa.Table, removed: Effects) -> pa.Table:
    """These source records (SOURCES), and those on which removals act otherwise than in the last resolution."""
    touched = touched_sources(_applied(lake), removed.events)
    return pa.concat_tables([sources, touched]).group_by(SOURCES.names).aggregate([]).select(SOURCES.names)


def returned_records(lake: Lake, record_ids: pa.ChunkedArray) -> pa.Table:
    """The records whose removal was taken back, and the profile (MEMBERS) in which each was when it went.

    Call it before this resolution's removals are written: it is by those of the last one that they were gone. Where
    that profile was merged into another since, it is the live one.
    """
    with lake.registered(pa.table({"record_id": record_ids}), "asked_records"):
        rows = lake.sql(
            f"""
            with recursive gone as (
                select distinct source || ':' || source_record_id as record_id
                from {LAKE}.identity.removed_events
                where source_record_id is not null
            ),
            back as (
                select record_id from asked_records semi join gone using (record_id)
                anti join {LAKE}.identity.record_profiles using (record_id)
            ),
            former as (
                select record_id, arg_max({{'kind': kind, 'profile_id': old_profile_id}}, position) as last
                from {LAKE}.identity.changes semi join back using (record_id)
                where kind in ('move', 'remove')
                group by record_id
            ),
            followed as (
                select record_id, last.profile_id as profile_id from former where last.kind = 'remove'
                union
                select followed.record_id, ids.successor as profile_id
                from followed inner join {LAKE}.identity.profile_ids as ids using (profile_id)
                where ids.successor is not null
            )
            select record_id, profile_id
            from followed inner join {LAKE}.identity.profile_ids as ids using (profile_id)
            where ids.successor is null
            order by record_id
            """
        )
    return rows.select(MEMBERS.names)


def write_removals(lake: Lake, removed: Effects) -> None:
    """Keep in the lake what this resolution left out, and by whose decision, in the transaction of the caller."""
    tables = {"removals": removed.removals, "removed_events": removed.events}
    for table, rows in tables.items():
        # Writing a large batch's messages again with each run would cost by the history.
        with lake.registered(rows, "removed_now"):
            differing = f"""select 1 from (
                (from removed_now except from {LAKE}.identity.{table})
                union all (from {LAKE}.identity.{table} except from removed_now)
            ) limit 1"""
            if lake.rows(differing):
                lake.replace(f"identity.{table}", rows)


def _applied(lake: Lake) -> pa.Table:
    return lake.sql(f"from {LAKE}.identity.removed_events order by message_id").select(REMOVED_EVENTS.names)
