"""What identity resolution works on, read from the lake: records, their identifiers, what they said and did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from identity.identifiers import PAIRS
from identity.removals import SOURCES
from models.lakes import LAKE, Lake
from pipelines.removals.effects import Effects, Relations, readable
from schemas.tables import IDENTIFIER_TYPES, RECORDS, TRAITS

FOLDER = Path(__file__).parent

INGESTED = ("events", "source_records", "identifiers")
"""Tables of what was ingested, of which a resolution is a function."""


@dataclass(frozen=True)
class ResolveInputs:
    """``records`` (RECORDS), ``pairs`` (PAIRS) and ``activity`` (activity.sql), each sorted by record."""

    records: pa.Table
    pairs: pa.Table
    activity: pa.Table


def read_inputs(lake: Lake, only: pa.Table | None = None, removed: Effects | None = None) -> ResolveInputs:
    """Source records of the lake, with all identifiers they ever carried. The order of arrival changes nothing.

    Args:
        only: read just these (SOURCES); those that nothing was ingested of are left out.
        removed: what is read as if it had never been ingested.
    """
    with _restricted(lake, only) as clause, readable(lake, removed) as ingested:
        pairs, activity = (lake.sql(_sql(name, clause, ingested)) for name in ("pairs", "activity"))
        with lake.registered(pairs, "resolve_pairs"), lake.registered(activity, "resolve_activity"):
            records = lake.sql(_records_sql(clause, ingested))
    return ResolveInputs(records.select(RECORDS.names).cast(RECORDS), pairs.select(PAIRS.names).cast(PAIRS), activity)


def read_observations(
    lake: Lake, states: pa.Table, only: pa.Table | None = None, removed: Effects | None = None
) -> pa.Table:
    """What source records said about traits (``identity.survivorship.OBSERVATIONS``); junk identifiers left out.

    Args:
        states: IDENTIFIER_STATES, of at least the values of those records.
        only: read just these (SOURCES).
        removed: what is read as if it had never been ingested.
    """
    with (
        lake.registered(states, "resolve_states"),
        _restricted(lake, only) as clause,
        readable(lake, removed) as ingested,
    ):
        return lake.sql(_sql("observations", clause, ingested))


def read_activity(lake: Lake, only: pa.Table, removed: Effects | None = None) -> pa.Table:
    """How much some source records (SOURCES) did, and when (activity.sql)."""
    with _restricted(lake, only) as clause, readable(lake, removed) as ingested:
        return lake.sql(_sql("activity", clause, ingested))


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


def _records_sql(only: str, ingested: Relations) -> str:
    """The names of the columns come from the schema alone, so that a new trait needs no change here."""
    traits = [
        f"arg_max({name}, (observed_at, message_id)) filter (where {name} is not null) as {name}" for name in TRAITS
    ]
    identifiers = [
        f"arg_max(value, (last_seen, value)) filter (where type = '{name}') as {name}" for name in IDENTIFIER_TYPES
    ]
    columns = {"trait_columns": traits, "identifier_columns": identifiers}
    return _sql("records", only, ingested, **{name: ",\n        ".join(part) for name, part in columns.items()})


def _sql(name: str, only: str, ingested: Relations, **parts: str) -> str:
    text = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    return text.format(only=only, **asdict(ingested), **parts)
