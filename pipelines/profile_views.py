"""The 360-degree view of one person, read from the published lake."""

from __future__ import annotations

from typing import Any

from models.lakes import LAKE, Lake
from models.migrations import ledger_relation
from pipelines.households.views import household_of
from pipelines.removals.views import kept_events


def read_profile(lake: Lake, newest: Lake, profile_id: str, events: int = 20) -> dict[str, Any]:
    """Everything known of one person, as published.

    ``newest`` is the lake as it is now: memberships are written by sync, after the publication that they follow.

    Keys: ``profile`` (golden record), ``traits`` (each with rule and origin), ``identifiers``, ``records``,
    ``timeline`` (the newest ``events`` events, newest first), ``audiences`` (stays, newest first), ``history``
    (ledger of the profile id) and ``household`` (household_id, people, with; null: none is known).
    """
    return {
        "profile": _dicts(lake, f"select * from {LAKE}.profiles.profiles where profile_id = $id", profile_id)[0],
        "traits": _dicts(
            lake,
            f"select * exclude (profile_id) from {LAKE}.profiles.traits where profile_id = $id order by trait",
            profile_id,
        ),
        "identifiers": _dicts(
            lake,
            f"""select * exclude (profile_id) from {LAKE}.profiles.identifiers where profile_id = $id
            order by type, last_seen desc, value""",
            profile_id,
        ),
        "records": _dicts(
            lake,
            f"""select records.record_id, records.source, records.first_seen, records.last_seen
            from {LAKE}.identity.records as records
            inner join {LAKE}.identity.record_profiles as record_profiles using (record_id)
            where record_profiles.profile_id = $id order by records.record_id""",
            profile_id,
        ),
        "timeline": _dicts(
            lake,
            f"""select events.timestamp, events.type, events.name, events.source, events.amount, events.currency,
                events.reference, events.message_id
            from {kept_events(lake)} as events
            inner join {LAKE}.identity.record_profiles as record_profiles using (source, source_record_id)
            where record_profiles.profile_id = $id
            order by events.timestamp desc, events.message_id limit {int(events)}""",
            profile_id,
        ),
        "audiences": _dicts(
            newest,
            f"""select audience, entered_at, entered_reason, exited_at, exited_reason
            from {LAKE}.audiences.memberships where profile_id = $id order by entered_at desc, audience""",
            profile_id,
        ),
        "history": _dicts(
            lake,
            f"""select changed_at, valid_at, kind, record_id, old_profile_id, new_profile_id, cause, run_id
            from {ledger_relation(lake)} where old_profile_id = $id or new_profile_id = $id
            order by position""",
            profile_id,
        ),
        "household": household_of(lake, profile_id),
    }


def _dicts(lake: Lake, statement: str, profile_id: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = lake.sql(statement, {"id": profile_id}).to_pylist()
    return rows
