"""How stable profile ids are: what became of those that were published last."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from identity.ledgers import replay
from identity.profile_ids import MEMBERS
from models.lakes import LAKE, Lake
from models.migrations import ledger_relation

_STATEMENT = Path(__file__).parent / "measures" / "ids.sql"


def measure_ids(lake: Lake) -> pa.Table:
    """One row: records and profiles published last, how many moved, were merged, split or ended since, and the shares.

    Before the first publication, and with fewer profiles than ``gates.min_profiles_for_id_shares``, the shares are 0.
    """
    limits = {"min_profiles": lake.workspace.settings.gates.min_profiles_for_id_shares}
    with lake.registered(_published_members(lake), "published"):
        return lake.sql(_STATEMENT.read_text(encoding="utf-8"), limits)


def _published_members(lake: Lake) -> pa.Table:
    """Which profile each record belonged to in the state published last; none before the first."""
    rows = lake.rows(
        f"""select snapshot_id, published_at from {LAKE}.ops.publications
        where snapshot_id <= ? order by snapshot_id desc limit 1""",
        [lake.snapshot_id()],
    )
    if not rows:
        return MEMBERS.empty_table()
    snapshot_id, published_at = rows[0]
    if lake.value(f"select count(*) from ducklake_snapshots('{LAKE}') where snapshot_id = ?", [snapshot_id]):
        return lake.sql(
            f"select record_id, profile_id from {LAKE}.identity.record_profiles at (version => {int(snapshot_id)})"
        )
    # Somebody let go of that snapshot; the ledger remembers.
    return replay(lake.sql(f"from {ledger_relation(lake)}"), known_at=published_at)
