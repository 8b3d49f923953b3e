"""What resolutions that nobody saw did to names: where records were when the last state was published."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from identity.profile_ids import MEMBERS
from models.lakes import LAKE, Lake

_PUBLISHED = f"""
    select record_id, profile_id from {LAKE}.identity.record_profiles anti join moved_since using (record_id)
    union all
    select record_id, profile_id from moved_since where profile_id is not null
"""


def moved_since(lake: Lake) -> pa.Table | None:
    """The records that went to another profile since the last publication, and where they were then, by the ledger.

    ``record_id``, ``profile_id`` (null: in none, since the record is newer). None where nothing was ever published, or
    nobody moved since: who was who is then told by the last resolution.
    """
    published_at = lake.value(f"select arg_max(published_at, snapshot_id) from {LAKE}.ops.publications")
    if published_at is None:
        return None
    moved = lake.sql(
        f"""
        select record_id, arg_min({{'profile_id': old_profile_id}}, position).profile_id as profile_id
        from {LAKE}.identity.changes
        where kind in ('move', 'remove') and changed_at > $published_at
        group by record_id order by record_id
        """,
        {"published_at": published_at},
    )
    return moved if moved.num_rows else None


def published_members(lake: Lake, moved: pa.Table, only: Iterable[str] | None = None) -> pa.Table:
    """Which profile each record was in when it was published (MEMBERS), in any order; of these records, or of all."""
    with lake.registered(moved, "moved_since"):
        if only is None:
            return lake.sql(_PUBLISHED).cast(MEMBERS)
        with lake.registered(_ids(only), "asked_records"):
            return lake.sql(f"from ({_PUBLISHED}) semi join asked_records using (record_id)").cast(MEMBERS)


def named_together(lake: Lake, moved: pa.Table, record_ids: Iterable[str]) -> set[str]:
    """These records and all whose names cannot be found without theirs: who was published with one of them, whoever
    is in a profile with one of those now, who was published with these, and so on.
    """
    found = set(record_ids)
    while True:
        with lake.registered(moved, "moved_since"), lake.registered(_ids(found), "asked_records"):
            rows = lake.rows(
                f"""
                with published as ({_PUBLISHED}),
                seen as (select distinct profile_id from published semi join asked_records using (record_id)),
                together as (
                    select record_id from published semi join seen using (profile_id)
                    union select record_id from asked_records
                ),
                now as (
                    select distinct profile_id
                    from {LAKE}.identity.record_profiles semi join together using (record_id)
                )
                select record_id from {LAKE}.identity.record_profiles semi join now using (profile_id)
                """
            )
        more = {record_id for (record_id,) in rows} - found
        if not more:
            return found
        found |= more


def _ids(record_ids: Iterable[str]) -> pa.Table:
    return pa.table({"record_id": pa.array(sorted(record_ids), pa.string())})
