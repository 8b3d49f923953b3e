"""What identity resolution works on, read from the lake: records, their identifiers, what they said and did."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from identity.identifiers import PAIRS
from models.lakes import Lake
from schemas.tables import IDENTIFIER_TYPES, RECORDS, TRAITS

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class ResolveInputs:
    """``records`` (RECORDS), ``pairs`` (PAIRS) and ``activity`` (activity.sql), each sorted by record."""

    records: pa.Table
    pairs: pa.Table
    activity: pa.Table


def read_inputs(lake: Lake) -> ResolveInputs:
    """Every source record of the lake, with all identifiers it ever carried. The order of arrival changes nothing."""
    pairs, activity = lake.sql(_sql("pairs")), lake.sql(_sql("activity"))
    with lake.registered(pairs, "resolve_pairs"), lake.registered(activity, "resolve_activity"):
        records = lake.sql(_records_sql())
    return ResolveInputs(records.select(RECORDS.names).cast(RECORDS), pairs.select(PAIRS.names).cast(PAIRS), activity)


def read_observations(lake: Lake, states: pa.Table) -> pa.Table:
    """What source records said about traits (``identity.survivorship.OBSERVATIONS``); junk identifiers left out."""
    with lake.registered(states, "resolve_states"):
        return lake.sql(_sql("observations"))


def _records_sql() -> str:
    """The names of the columns come from the schema alone, so that a new trait needs no change here."""
    traits = [
        f"arg_max({name}, (observed_at, message_id)) filter (where {name} is not null) as {name}" for name in TRAITS
    ]
    identifiers = [
        f"arg_max(value, (last_seen, value)) filter (where type = '{name}') as {name}" for name in IDENTIFIER_TYPES
    ]
    return _sql("records").format(traits=",\n        ".join(traits), identifiers=",\n        ".join(identifiers))


def _sql(name: str) -> str:
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
