"""Removals as readers of the published lake meet them."""

from __future__ import annotations

from models.lakes import LAKE, Lake


def kept_events(lake: Lake) -> str:
    """SQL that reads events as the lake's removals leave them, at any snapshot."""
    if not has_removals(lake):
        return f"{LAKE}.ingest.events"
    return f"""(
        select stored.* replace (
            case when removed.message_id is null then stored.source_record_id else removed.new_source_record_id end
                as source_record_id
        )
        from {LAKE}.ingest.events as stored
        left join {LAKE}.identity.removed_events as removed using (message_id)
        where removed.message_id is null or not removed.is_removed
    )"""


def has_removals(lake: Lake) -> bool:
    """Whether the lake's snapshot knows of removals; those of earlier versions do not."""
    return ("identity", "removed_events") in lake.tables()


def say_removals(lake: Lake, record_id: str) -> str | None:
    """By whom, when and why a record was removed; None if no removal acts on it, or it is there all the same."""
    if not has_removals(lake):
        return None
    rows = lake.rows(
        f"""select distinct removals.number, removals.kind, removals.removed_by, removals.removed_at, removals.reason
        from {LAKE}.identity.removed_events as events
        inner join {LAKE}.identity.removals as removals on list_contains(events.removals, removals.number)
        where events.source || ':' || events.source_record_id = $record
            and $record not in (select record_id from {LAKE}.identity.record_profiles)
        order by removals.number""",
        {"record": record_id},
    )
    if not rows:
        return None
    kinds = {"record": "", "identifier": " with an identifier of its", "batch": " with a batch"}
    told = [
        f"removed{kinds[kind]} by {by} at {at}: {reason} (removal {number})" for number, kind, by, at, reason in rows
    ]
    return "; ".join(told)
