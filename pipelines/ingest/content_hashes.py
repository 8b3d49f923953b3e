"""A hash of the events table's content, to show that two ways of getting there gave the same."""

from __future__ import annotations

from models.lakes import LAKE, Lake
from schemas.tables import EVENTS

NOT_CONTENT = frozenset({"run_id"})
"""Columns that say how a row got there, not what it says."""

WHERE_AND_WHEN = frozenset({"log_topic", "log_partition", "log_offset", "received_at", "payload"})
"""Columns that differ when the same events are sent a second time, into another log (the payload holds received_at)."""


def hash_events(lake: Lake, across_logs: bool = False) -> str:
    """A 128-bit hash, as hex, of all events; the order of rows, files and runs does not matter.

    Args:
        across_logs: leave out where and when the log took each message, so that two logs can be compared.
    """
    left_out = NOT_CONTENT | (WHERE_AND_WHEN if across_logs else frozenset())
    columns = [name for name in EVENTS.names if name not in left_out]
    row = ", ".join(f'"{name}"' for name in columns)
    # A sum, not an xor: two equal rows would cancel out in an xor, and doubles are what this must show.
    statement = f"""
        select printf('%032x', (sum(md5_number_lower(to_json(struct_pack({row}))::varchar)::hugeint)
            + count(*)) % 170141183460469231731687303715884105727::hugeint)
        from {LAKE}.ingest.events
    """
    return str(lake.value(statement) or "0" * 32)
