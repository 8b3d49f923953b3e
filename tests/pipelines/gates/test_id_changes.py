"""How stable profile ids are since the last publication, and what the gate makes of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.lakes import LAKE, Lake, open_lake
from models.settings import parse_settings
from models.workspaces import Workspace
from pipelines.gates.evaluations import evaluate
from pipelines.gates.expectations import gate_expectations
from pipelines.gates.id_changes import measure_ids
from pipelines.gates.results import GateResult
from tests.support.built_lakes import built_copy, publish_now
from tests.support.lakes import AS_OF

pytestmark = pytest.mark.xdist_group("built_lake")

MERGE = (
    "update lake.identity.record_profiles set profile_id = 'p01_lapsed' where profile_id = 'p02_lapsed_left'",
    "update lake.identity.profile_ids set retired_at = minted_at, successor = 'p01_lapsed'"
    " where profile_id = 'p02_lapsed_left'",
)
SPLIT = ("update lake.identity.record_profiles set profile_id = 'p99' where record_id = 'shop:user_id:u11'",)
END = ("delete from lake.identity.record_profiles where profile_id = 'p12_visitor'",)
COUNTS = ("published_records", "moved_records", "published_profiles", "merged_profiles", "split_profiles")


def change(workspace: Workspace, statements: tuple[str, ...]) -> Workspace:
    with open_lake(workspace) as lake:
        for statement in statements:
            lake.connection.execute(statement)
    return workspace


def published(root: Path, changes: tuple[str, ...] = ()) -> Workspace:
    """Twelve people of thirteen records, published, and changed since."""
    workspace = built_copy(root)
    publish_now(workspace)
    return change(workspace, changes)


def figures(workspace: Workspace, limits: str = "") -> dict[str, Any]:
    limited = replace(workspace, settings=parse_settings(f"[gates]\nmin_profiles_for_id_shares = 12\n{limits}"))
    with open_lake(workspace, read_only=True) as lake:
        [row] = measure_ids(Lake(limited, lake.connection)).to_pylist()
    return row


def failures(workspace: Workspace, limits: str) -> list[GateResult]:
    settings = parse_settings(f"[gates]\nmin_profiles_for_id_shares = 12\n{limits}")
    with open_lake(workspace, read_only=True) as lake:
        measured = {"ids": measure_ids(Lake(replace(workspace, settings=settings), lake.connection))}
    expected = [one for one in gate_expectations(settings) if one.subject == "ids"]
    return [result for result in evaluate(measured, expected) if not result.passed]


def test_a_merge_counts_as_a_merged_profile_and_as_moved_records(tmp_path: Path) -> None:
    found = figures(published(tmp_path / "ws", MERGE))
    assert [found[name] for name in COUNTS] == [13, 1, 12, 1, 0]
    assert (found["moved_share"], found["merged_share"]) == (pytest.approx(1 / 13), pytest.approx(1 / 12))


def test_a_split_moves_a_record_and_merges_nobody(tmp_path: Path) -> None:
    found = figures(published(tmp_path / "ws", SPLIT))
    assert [found[name] for name in COUNTS] == [13, 1, 12, 0, 1]


def test_a_profile_of_which_no_record_is_left_has_ended_and_moved_nowhere(tmp_path: Path) -> None:
    found = figures(published(tmp_path / "ws", END))
    assert [found[name] for name in COUNTS] == [13, 0, 12, 0, 0]
    assert found["ended_profiles"] == 1


def test_what_moved_and_moved_back_since_is_not_counted(tmp_path: Path) -> None:
    back = "update lake.identity.record_profiles set profile_id = 'p11_regular' where record_id = 'shop:user_id:u11'"
    assert figures(published(tmp_path / "ws", (*SPLIT, back)))["moved_records"] == 0


def test_nothing_is_held_against_the_first_publication_nor_against_few_profiles(tmp_path: Path) -> None:
    workspace = change(built_copy(tmp_path / "ws"), MERGE)
    assert [figures(workspace)[name] for name in COUNTS] == [0, 0, 0, 0, 0]
    publish_now(workspace)
    change(workspace, SPLIT)
    few = figures(workspace)
    assert (few["published_profiles"], few["moved_records"], few["moved_share"]) == (11, 1, 0.0)


def test_only_the_newest_publication_counts(tmp_path: Path) -> None:
    workspace = published(tmp_path / "ws", SPLIT)
    publish_now(workspace)
    assert figures(workspace)["moved_records"] == 0


def test_without_the_published_snapshot_the_ledger_tells_who_was_who(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "ws")
    ledger = """insert into lake.identity.changes by name
        select row_number() over () + {after} as position, '{run}' as run_id, 0 as sequence, 'move' as kind,
            record_id, {old} as old_profile_id, profile_id as new_profile_id, timestamptz '{at}' as changed_at,
            'new_record' as cause
        from lake.identity.record_profiles {which}"""
    change(workspace, (ledger.format(after=0, run="r1", old="null", at="2026-06-30", which=""),))
    gone = publish_now(workspace)
    later = ledger.format(after=100, run="r2", old="'p11_regular'", at="2026-07-02", which="where profile_id = 'p99'")
    change(workspace, (*SPLIT, later, f"call ducklake_expire_snapshots('{LAKE}', versions => [{gone}])"))
    found = figures(workspace)
    assert [found[name] for name in COUNTS] == [13, 1, 12, 0, 1]


def test_a_share_over_its_limit_is_told_with_the_counts_and_how_to_accept_it(tmp_path: Path) -> None:
    workspace = published(tmp_path / "ws", MERGE)
    assert failures(workspace, "") == []
    [merged] = failures(workspace, "max_merged_profiles_share = 0.08\n")
    assert merged.expectation == "at most 0.08 of the profiles published last are merged into others"
    counts = dict(zip(COUNTS, (13, 1, 12, 1, 0), strict=True))
    assert json.loads(merged.observed)["rows"] == [counts | {"merged_share": pytest.approx(1 / 12)}]
    assert "set gates.max_merged_profiles_share over that share, run klantbeeld check" in merged.advice
    [moved] = failures(workspace, "max_moved_records_share = 0.07\n")
    assert moved.expectation == "at most 0.07 of the records published last have another profile id"
    assert "set gates.max_moved_records_share" in moved.advice


def test_a_publication_that_is_newer_than_the_snapshot_looked_at_does_not_count(tmp_path: Path) -> None:
    workspace = published(tmp_path / "ws")
    with open_lake(workspace, read_only=True) as lake:
        first = lake.snapshot_id()
    publish_now(change(workspace, SPLIT), at=AS_OF)
    with open_lake(workspace, snapshot_id=first) as lake:
        assert measure_ids(lake)["moved_records"].to_pylist() == [0]
