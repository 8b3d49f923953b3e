"""What removals leave of what was ingested: the tables of the lake are read through this, and never changed by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa

from identity.removals import SOURCES
from models.lakes import LAKE, Lake
from pipelines.removals.files import PLACES, Entry
from schemas.tables import IDENTIFIER_TYPES, IDENTIFIERS, REMOVALS, REMOVED_EVENTS

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Effects:
    """What a set of removals does to the lake as it is.

    ``removals``: REMOVALS. ``events``: REMOVED_EVENTS, by message. Identifiers are read without the rows of ``runs``
    (``run_id``) and of ``sources`` (SOURCES), whose own are in ``identifiers`` (IDENTIFIERS).
    """

    removals: pa.Table
    events: pa.Table
    runs: pa.Table
    sources: pa.Table
    identifiers: pa.Table


@cache
def nothing_removed() -> Effects:
    """The effects of no removals; made when asked for, since empty tables bring pandas."""
    return Effects(
        removals=REMOVALS.empty_table(),
        events=REMOVED_EVENTS.empty_table(),
        runs=pa.schema([pa.field("run_id", pa.string())]).empty_table(),
        sources=SOURCES.empty_table(),
        identifiers=IDENTIFIERS.empty_table(),
    )


@dataclass(frozen=True)
class Relations:
    """SQL that stands for the tables of what was ingested, without what is removed."""

    events: str
    source_records: str
    identifiers: str


def find_effects(lake: Lake, removals: Sequence[Entry]) -> Effects:
    """What removals do to the lake as it is; a pure function of both, whatever the order of the removals.

    An identifier goes as if it had been blocked when it was ingested: the event is about the record that its other
    identifiers name, or about nobody. A record goes with all its events, also those that came to it in that way.

    Raises:
        FatalError: an event of the lake no longer keeps its contract, so that it cannot be read anew.
    """
    if not removals:
        return nothing_removed()
    # The normalisers' Arrow values bring pandas, and most workspaces removed nothing.
    from pipelines.removals.restating import restate

    with _registered(lake, _targets(removals)):
        taken, losses = lake.sql(_sql("taken")), lake.sql(_sql("losses"))
        with _registered(lake, {"taken_events": taken, "losses": losses}):
            runs = lake.sql(_sql("whole_runs"))
            with _registered(lake, {"whole_runs": runs}):
                sources = lake.sql(_RESTATED_SOURCES).cast(SOURCES)
            with _registered(lake, {"restated_sources": sources}):
                remaining = lake.sql(_sql("remaining"))
        restated = restate(remaining, losses, lake.workspace)
        with _registered(lake, {"taken_events": taken, "restated": restated.events}):
            events = lake.sql(_removed_events_sql())
        with _registered(lake, {"removed_events": events, "read_identifiers": restated.identifiers}):
            identifiers = lake.sql(_KEPT_IDENTIFIERS)
    return Effects(
        removals=_removals_table(removals),
        events=events.select(REMOVED_EVENTS.names).cast(REMOVED_EVENTS),
        runs=runs,
        sources=sources,
        identifiers=identifiers.select(IDENTIFIERS.names).cast(IDENTIFIERS),
    )


@contextmanager
def readable(lake: Lake, effects: Effects | None) -> Iterator[Relations]:
    """The ingested tables as removals leave them, for the block."""
    if effects is None or effects.removals.num_rows == 0:
        yield Relations(*(f"{LAKE}.ingest.{name}" for name in ("events", "source_records", "identifiers")))
        return
    tables = {
        "removed_events": effects.events,
        "removed_runs": effects.runs,
        "restated_sources": effects.sources,
        "restated_identifiers": effects.identifiers,
    }
    with _registered(lake, tables):
        yield Relations(_EVENTS, _SOURCE_RECORDS, _IDENTIFIERS)


_COLUMNS = ", ".join(
    f"case when removed.message_id is null then stored.{name} else removed.{name} end as {name}"
    for name in IDENTIFIER_TYPES
)
_PLACE = """case when removed.message_id is null then stored.source_record_id else removed.new_source_record_id end
    as source_record_id"""
_EVENTS = f"""(
    select stored.* replace ({_PLACE}, {_COLUMNS})
    from {LAKE}.ingest.events as stored left join removed_events as removed using (message_id)
    where removed.message_id is null or not removed.is_removed
)"""
_SOURCE_RECORDS = f"""(
    select stored.* replace ({_PLACE}, {_COLUMNS})
    from {LAKE}.ingest.source_records as stored left join removed_events as removed using (message_id)
    where removed.message_id is null or (not removed.is_removed and removed.new_source_record_id is not null)
)"""
_IDENTIFIERS = f"""(
    select * from {LAKE}.ingest.identifiers
    anti join removed_runs using (run_id)
    anti join restated_sources using (source, source_record_id)
    union all by name
    select * from restated_identifiers
)"""
_RESTATED_SOURCES = """
    select source, source_record_id from losses
    union
    select source, source_record_id from taken_events
    where source_record_id is not null and run_id not in (select run_id from whole_runs)
    order by all
"""
_KEPT_IDENTIFIERS = """
    select seen.*
    from read_identifiers as seen
    anti join (from removed_events where is_removed) as removed using (message_id)
"""


def _removed_events_sql() -> str:
    """Events that a removed record takes in by way of a lost identifier go with it."""
    columns = ", ".join(f"restated.{name}" for name in IDENTIFIER_TYPES)
    nothing = ", ".join(f"null::varchar as {name}" for name in IDENTIFIER_TYPES)
    return f"""
        with removed_places as (
            select record_id, list_sort(list_distinct(list(number))) as removals from removed_records group by record_id
        )
        select message_id, source, source_record_id, removals, true as is_removed,
            null::varchar as new_source_record_id, {nothing}
        from taken_events
        union all by name
        select restated.message_id, restated.source, restated.source_record_id,
            list_sort(list_distinct(list_concat(restated.removals, coalesce(removed_places.removals, [])))) as removals,
            removed_places.record_id is not null as is_removed,
            restated.new_source_record_id, {columns}
        from restated
        left join removed_places on restated.source || ':' || restated.new_source_record_id = removed_places.record_id
        order by message_id
    """


def _targets(removals: Sequence[Entry]) -> dict[str, pa.Table]:
    """The removals by kind, as the tables that the statements read."""
    ranges, records, identifiers = [], [], []
    for entry in removals:
        if entry.kind == "record":
            records.append({"number": entry.number, "record_id": entry.what})
        elif entry.kind == "identifier":
            kind, _, value = entry.what.partition(":")
            row = {"number": entry.number, "type": kind, "value": value, "record_id": entry.record_id}
            identifiers.append(row)
        elif found := PLACES.fullmatch(entry.what):
            places = {name: int(found[name]) for name in ("partition", "first", "last")}
            ranges.append({"number": entry.number, "topic": found["topic"]} | places)
    number, text = pa.int64(), pa.string()
    schemas = {
        "removed_ranges": [("number", number), ("topic", text)]
        + [(name, number) for name in ("partition", "first", "last")],
        "removed_records": [("number", number), ("record_id", text)],
        "removed_identifiers": [("number", number), *((name, text) for name in ("type", "value", "record_id"))],
    }
    rows = (ranges, records, identifiers)
    return {
        name: pa.Table.from_pylist(part, schema=pa.schema(schema))
        for (name, schema), part in zip(schemas.items(), rows, strict=True)
    }


def _removals_table(removals: Sequence[Entry]) -> pa.Table:
    rows = [{name: getattr(entry, name) for name in REMOVALS.names} for entry in removals]
    order = [(name, "ascending") for name in ("number", "kind", "what", "record_id")]
    return pa.Table.from_pylist(rows, schema=REMOVALS).sort_by(order)


@contextmanager
def _registered(lake: Lake, tables: dict[str, pa.Table]) -> Iterator[None]:
    with ExitStack() as stack:
        for name, table in tables.items():
            stack.enter_context(lake.registered(table, name))
        yield


def _sql(name: str) -> str:
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
