"""Tidy the lake: let go of snapshots that nobody needs any more, and delete the files that only they held."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.lakes import LAKE, Lake, open_lake
from models.workspaces import Workspace


@dataclass(frozen=True)
class TidySummary:
    """How many snapshots were let go, and how many files were deleted."""

    snapshots: int
    files: int


def tidy_lake(workspace: Workspace, now: datetime) -> TidySummary:
    """Expire snapshots older than ``lake.keep_snapshots_days``, and delete the files that no snapshot holds any more.

    Every run writes tables anew; without this the lake would grow with the number of runs. Kept whatever their age: the
    published snapshot, all after it (the gates look at what came since), and those that audiences were last exported
    from (the next export tells what changed since). Call it with the writer lock held.
    """
    with open_lake(workspace) as lake:
        expired = _expired(lake, now - timedelta(days=workspace.settings.lake.keep_snapshots_days))
        if not expired:
            return TidySummary(0, 0)
        # The function takes its list as text only; these are our own numbers.
        lake.rows(f"call ducklake_expire_snapshots('{LAKE}', versions => {expired})")
        files = lake.rows(f"call ducklake_cleanup_old_files('{LAKE}', cleanup_all => true)")
    return TidySummary(len(expired), len(files))


def _expired(lake: Lake, before: datetime) -> list[int]:
    published = lake.published_snapshot_id()
    if published is None:
        return []
    rows = lake.rows(
        f"select snapshot_id from ducklake_snapshots('{LAKE}') where snapshot_time < ? and snapshot_id < ? order by 1",
        [before, published],
    )
    exported = lake.rows(f"select summary from {LAKE}.ops.stages where stage like 'sync/%'")
    kept = {int(json.loads(summary)["snapshot_id"]) for (summary,) in exported}
    return [int(snapshot_id) for (snapshot_id,) in rows if snapshot_id not in kept]
