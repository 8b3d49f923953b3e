"""The lake lets go of old states, and never of one that somebody reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from models.lakes import LAKE, open_lake, published_lake
from models.workspaces import Workspace
from pipelines.gates.measurements import measure
from pipelines.tidying import tidy_lake
from schemas.tables import STAGES
from tests.support.built_lakes import built_copy, publish_now
from tests.support.lakes import AS_OF

pytestmark = pytest.mark.xdist_group("built_lake")

LATER = datetime.now(UTC) + timedelta(days=8)
CHANGE = f"update {LAKE}.profiles.profiles set city = 'Ede'"


def snapshots(workspace: Workspace) -> set[int]:
    with open_lake(workspace, read_only=True) as lake:
        return {row[0] for row in lake.rows(f"select snapshot_id from ducklake_snapshots('{LAKE}')")}


def parquet_files(workspace: Workspace) -> int:
    return sum(1 for _ in workspace.lake_data.rglob("*.parquet"))


def test_before_anything_is_published_nothing_is_let_go(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "w")
    before = snapshots(workspace)
    assert tidy_lake(workspace, LATER).snapshots == 0
    assert snapshots(workspace) == before


def test_a_state_younger_than_the_setting_stays(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "w")
    publish_now(workspace)
    assert tidy_lake(workspace, LATER - timedelta(days=2)).snapshots == 0


def test_old_states_go_and_the_published_one_and_all_after_it_stay(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "w")
    published = publish_now(workspace, [CHANGE])
    with open_lake(workspace) as lake:
        lake.connection.execute(CHANGE)
        newest = lake.snapshot_id()
    with published_lake(workspace) as lake:
        before = lake.rows(f"select * from {LAKE}.marts.dim_profiles order by profile_id")
    files = parquet_files(workspace)
    done = tidy_lake(workspace, LATER)
    assert done.snapshots > 10
    assert parquet_files(workspace) == files - done.files
    assert snapshots(workspace) == set(range(published, newest + 1))
    with published_lake(workspace) as lake:
        assert lake.rows(f"select * from {LAKE}.marts.dim_profiles order by profile_id") == before
    with open_lake(workspace) as lake:
        assert measure(lake)["messages"].num_rows == 1
    assert tidy_lake(workspace, LATER) == type(done)(0, 0)


def test_the_state_that_an_audience_was_exported_from_stays(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "w")
    exported = publish_now(workspace)
    state = {
        "stage": "sync/readers",
        "run_id": "r1",
        "input_key": "k",
        "finished_at": AS_OF,
        "summary": json.dumps({"snapshot_id": exported, "columns": [], "members": 0}),
    }
    with open_lake(workspace) as lake:
        lake.insert("ops.stages", pa.Table.from_pylist([state], schema=STAGES))
    published = publish_now(workspace, [CHANGE])
    tidy_lake(workspace, LATER)
    kept = snapshots(workspace)
    assert exported in kept
    assert exported - 1 not in kept
    assert min(kept - {exported}) == published
