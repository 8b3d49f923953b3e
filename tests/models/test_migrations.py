"""A lake of an earlier version is carried over when it is opened to be written; what was published stays readable."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from models.lakes import LAKE, open_lake
from models.migrations import ledger_relation
from models.workspaces import Workspace
from tests.support.workspaces import make_workspace

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


def former_lake(root: Path) -> tuple[Workspace, int]:
    """A lake whose ledger is as it was before causes were kept, and its snapshot."""
    workspace = make_workspace(root)
    with open_lake(workspace, create=True) as lake:
        lake.connection.execute(f"drop table {LAKE}.identity.changes")
        lake.connection.execute(
            f"""create table {LAKE}.identity.profile_id_changes (run_id varchar not null,
            changed_at timestamptz not null, kind varchar not null, profile_id varchar not null, record_id varchar,
            other_profile_id varchar)"""
        )
        lake.connection.execute(
            f"""insert into {LAKE}.identity.profile_id_changes
            select run, timestamptz '2026-10-01 12:00:00+00', kind, profile, record, other
            from (values
                ('r1', 'mint', 'p1', null, null), ('r1', 'mint', 'p2', null, null), ('r1', 'move', 'p1', 'a', null),
                ('r1', 'move', 'p2', 'b', null), ('r2', 'move', 'p1', 'b', 'p2'), ('r2', 'retire', 'p2', null, 'p1'),
                ('r3', 'split', 'p1', null, 'p3')
            ) as seen(run, kind, profile, record, other)"""
        )
        return workspace, lake.snapshot_id()


def test_the_former_ledger_is_carried_over_once_with_what_it_knew(tmp_path: Path) -> None:
    workspace, _ = former_lake(tmp_path)
    for _ in range(2):
        with open_lake(workspace, create=True) as lake:
            rows = lake.rows(
                "select position, run_id, sequence, kind, record_id, old_profile_id, new_profile_id"
                f" from {LAKE}.identity.changes order by position"
            )
            assert rows == [
                (1, "r1", 1, "mint", None, None, "p1"),
                (2, "r1", 2, "mint", None, None, "p2"),
                (3, "r1", 3, "move", "a", None, "p1"),
                (4, "r1", 4, "move", "b", None, "p2"),
                (5, "r2", 1, "move", "b", "p2", "p1"),
                (6, "r2", 2, "retire", None, "p2", "p1"),
                (7, "r3", 1, "split", None, "p1", "p3"),
            ]
            unknown = lake.rows(
                f"select distinct changed_at, valid_at, cause, cause_rule, rules_hash from {LAKE}.identity.changes"
            )
            assert unknown == [(NOON, None, "unknown", None, None)]
            assert lake.value(f"select count(*) from {LAKE}.identity.changes where valid_at is null") == 7


def test_a_snapshot_from_before_is_read_as_if_it_had_the_new_ledger(tmp_path: Path) -> None:
    workspace, snapshot_id = former_lake(tmp_path)
    with open_lake(workspace, create=True) as lake:
        now = lake.rows(f"from {ledger_relation(lake)} order by position")
    with open_lake(workspace, snapshot_id=snapshot_id) as before:
        assert before.rows(f"from {ledger_relation(before)} order by position") == now
