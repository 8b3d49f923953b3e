"""Check and publish: what readers see after a check that passed, and after one that did not."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from models.errors import GateFailedError, UsageError
from models.lakes import LAKE, open_lake, published_lake
from models.workspaces import Workspace
from pipelines.gates.gates import check, publish
from tests.support.built_lakes import built_copy
from tests.support.lakes import AS_OF, make_lake

pytestmark = pytest.mark.xdist_group("built_lake")

LATER = AS_OF + timedelta(hours=1)


def change(workspace: Workspace, statement: str) -> None:
    with open_lake(workspace) as lake:
        lake.connection.execute(statement)


def rows(workspace: Workspace, statement: str) -> list[tuple[object, ...]]:
    with open_lake(workspace, read_only=True) as lake:
        return lake.rows(statement)


def test_a_failed_gate_publishes_nothing_and_leaves_the_last_published_state_visible(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "ws")
    good = publish(workspace, check(workspace, "run1", AS_OF), AS_OF)
    change(workspace, "delete from lake.identity.edges")
    change(workspace, "update lake.profiles.profiles set given_name = 'Nobody'")
    report = check(workspace, "run2", LATER)
    with pytest.raises(GateFailedError) as caught:
        publish(workspace, report, LATER)
    assert str(caught.value) == (
        "Not published: 1 of 23 expectations failed. (1) gate 'resolved', profiles: expected that every record that"
        ' shares a profile has an edge to it; found {"over": 1, "of": 1, "rows": [{"records_without_evidence": 2}]}.'
        " Run: klantbeeld resolve. When it stays, keep the workspace as it is and report it."
    )
    assert rows(workspace, f"select snapshot_id, run_id from {LAKE}.ops.publications") == [(good, "run1")]
    with published_lake(workspace) as lake:
        assert lake.snapshot_id() == good
        assert lake.value(f"select count(*) from {LAKE}.identity.edges") == 1
        assert lake.value(f"select count(*) from {LAKE}.profiles.profiles where given_name = 'Nobody'") == 0


def test_checking_again_in_the_same_run_replaces_its_results(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "ws")
    change(workspace, "delete from lake.identity.edges")
    assert not check(workspace, "run1", AS_OF).passed
    change(
        workspace,
        "insert into lake.identity.edges by name select 'shop:user_id:u11' as record_id_l,"
        " 'till:loyalty_id:p11_regular' as record_id_r, 'deterministic' as kind, 'email' as rule,"
        " 9.0 as match_weight, [] as evidence",
    )
    steps: list[tuple[str, int, int | None]] = []
    assert check(workspace, "run1", LATER, lambda what, done, total=None: steps.append((what, done, total))).passed
    assert steps == [("check", 0, 3), ("check", 1, 3), ("check", 2, 3), ("check", 3, 3)]
    found = rows(
        workspace, f"select run_id, count(*), bool_and(passed), max(checked_at) from {LAKE}.ops.gates group by 1"
    )
    assert found == [("run1", 23, True, LATER)]


def test_publishing_again_is_the_same_publication(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "ws")
    report = check(workspace, "run1", AS_OF)
    first = publish(workspace, report, AS_OF)
    assert publish(workspace, report, LATER) == first
    assert rows(workspace, f"select snapshot_id, published_at from {LAKE}.ops.publications") == [(first, AS_OF)]


def test_only_what_came_after_the_last_publication_is_held_against_the_quarantine_limit(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "ws", "[gates]\nmax_quarantine_share = 0.5\n")
    publish(workspace, check(workspace, "run1", AS_OF), AS_OF)
    assert check(workspace, "run2", AS_OF).passed
    change(
        workspace,
        "insert into lake.ingest.quarantine select * replace (quarantine_id || '-new' as quarantine_id)"
        " from lake.ingest.quarantine limit 1",
    )
    [failure] = check(workspace, "run3", LATER).failures
    assert failure.expectation == "at most 0.5 of the new messages are in quarantine"
    assert json.loads(failure.observed) == {"over": 1, "of": 1, "rows": [{"quarantine_share": 1.0}]}


def test_what_is_kept_of_a_check_names_nobody(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "ws")
    for statement in (
        "update lake.ingest.events set message_id = '' where log_offset < 30",
        "insert into lake.profiles.profiles from lake.profiles.profiles",
        "insert into lake.segments.open_complaints select profile_id, '' from lake.marts.dim_profiles",
    ):
        change(workspace, statement)
    assert len(check(workspace, "run1", AS_OF).failures) == 5
    kept = json.dumps(rows(workspace, f"select * exclude (checked_at) from {LAKE}.ops.gates"))
    for value in ("people.test", "Anneke", "Hanna", "+316", "p01_lapsed", "p08_complaint", "loyalty_id"):
        assert value not in kept


def test_a_lake_that_was_never_built_says_what_to_do(tmp_path: Path) -> None:
    workspace = make_lake(tmp_path / "ws")
    with pytest.raises(UsageError, match="holds no segments yet. Make them with: klantbeeld build"):
        check(workspace, "run1", AS_OF)


def test_an_audience_of_a_segment_that_does_not_exist_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "ws", '[audiences.care]\nsegment = "open_complaint"\n')
    with pytest.raises(UsageError, match="audiences.care.segment: no segment named 'open_complaint'.*open_complaints'"):
        check(workspace, "run1", AS_OF)
