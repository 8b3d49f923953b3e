"""What identity resolution works on, read from the lake: records, their identifiers, what they said and did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from identity.identifiers import PAIRS
from models.lakes import LAKE, Lake
from schemas.tables import IDENTIFIER_TYPES, RECORDS, TRAITS

FOLDER = Path(__file__).parent

SOURCES = pa.schema([pa.field("source", pa.string()), pa.field("source_record_id", pa.string())])
"""Source records, by the two parts of their id."""

INGESTED = ("events", "source_records", "identifiers")
"""Tables of what was ingested, of which a resolution is a function."""


@dataclass(frozen=True)
class ResolveInputs:
    """``records`` (RECORDS), ``pairs`` (PAIRS) and ``activity`` (activity.sql), each sorted by record."""

    records: pa.Table
    pairs: pa.Table
    activity: pa.Table


def read_inputs(lake: Lake, only: pa.Table | None = None) -> ResolveInputs:
    """Source records of the lake, with all identifiers they ever carried. The order of arrival changes nothing.

    Args:
        only: read just these (SOURCES); those that nothing was ingested of are left out.
    """
    with _restricted(lake, only) as clause:
        pairs, activity = (lake.sql(_sql(name).format(only=clause)) for name in ("pairs", "activity"))
        with lake.registered(pairs, "resolve_pairs"), lake.registered(activity, "resolve_activity"):
            records = lake.sql(_records_sql(clause))
    return ResolveInputs(records.select(RECORDS.names).cast(RECORDS), pairs.select(PAIRS.names).cast(PAIRS), activity)


def read_observations(lake: Lake, states: pa.Table, only: pa.Table | None = None) -> pa.Table:
    """What source records said about traits (``identity.survivorship.OBSERVATIONS``); junk identifiers left out.

    Args:
        states: IDENTIFIER_STATES, of at least the values of those records.
        only: read just these (SOURCES).
    """
    with lake.registered(states, "resolve_states"), _restricted(lake, only) as clause:
        return lake.sql(_sql("observations").format(only=clause))


def read_activity(lake: Lake, only: pa.Table) -> pa.Table:
    """How much some source records (SOURCES) did, and when (activity.sql)."""
    with _restricted(lake, only) as clause:
        return lake.sql(_sql("activity").format(only=clause))


def changed_sources(lake: Lake, since: int, until: int) -> pa.Table | None:
    """The source records (SOURCES) that anything came or went of after one snapshot of the lake and up to another.

    None when the lake has let go of snapshots in between, so that nobody can tell any more.
    """
    if since == until:
        return SOURCES.empty_table()
    changes = " union ".join(
        "select source, source_record_id"
        f" from ducklake_table_{kind}('{LAKE}', 'ingest', '{table}', {since + 1}, {until})"
        for table in INGESTED
        for kind in ("insertions", "deletions")
    )
    held = lake.value(
        f"select count(*) from ducklake_snapshots('{LAKE}') where snapshot_id in (?, ?)", [since, since + 1]
    )
    if held < 2:
        return None
    try:
        rows = lake.sql(f"select distinct * from ({changes}) where source_record_id is not null order by all")
    except duckdb.Error:
        return None
    return rows.select(SOURCES.names).cast(SOURCES)


@contextmanager
def _restricted(lake: Lake, only: pa.Table | None) -> Iterator[str]:
    """The SQL that keeps a query to some source records, for the block."""
    if only is None:
        yield ""
        return
    with lake.registered(only, "only_sources"):
        yield "semi join only_sources using (source, source_record_id)"


def _records_sql(only: str) -> str:
    """The names of the columns come from the schema alone, so that a new trait needs no change here."""
    traits = [
        f"arg_max({name}, (observed_at, message_id)) filter (where {name} is not null) as {name}" for name in TRAITS
    ]
    identifiers = [
        f"arg_max(value, (last_seen, value)) filter (where type = '{name}') as {name}" for name in IDENTIFIER_TYPES
    ]
    return _sql("records").format(
        traits=",\n        ".join(traits), identifiers=",\n        ".join(identifiers), only=only
    )


def _sql(name: str) -> str:
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
