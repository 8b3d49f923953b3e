"""Plans of a real lake: they tell what resolve then does, and leave the workspace as it is."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from identity.match_models import DEFAULT_FILE
from models.errors import UsageError
from models.lakes import open_lake
from models.workspaces import Workspace, open_workspace
from pipelines.build import build
from pipelines.plans import Plan, Proposal, make_plan
from pipelines.plans.audience_changes import read_members
from tests.pipelines.resolve.test_resolution import (
    ANNA_BROWSER,
    ANNA_MAIL,
    ANNA_SHOP,
    identify,
    resolve_two_people,
    resolved,
)
from tests.support.built_lakes import publish_now
from tests.support.factories import make_event
from tests.support.ingests import RESOLVED_AT, append_events, ingest_all, people_of, query_lake, resolve_all
from tests.support.lakes import make_lake

LATER = RESOLVED_AT + timedelta(days=1)
BLOCKED = '[identity.identifiers.email]\nmax_people_per_value = 3\nblocked_values = ["anna@people.test"]\n'
SEGMENT = "select profile_id, 'reads' as reason from {{ ref('stg_profiles') }} where email = 'anna@people.test'"


def plan(workspace: Workspace, proposal: Proposal | None = None, **options: Any) -> Plan:
    options = {"with_audiences": False} | options
    return make_plan(workspace, proposal or Proposal(), "planned", LATER, LATER, **options)


def settings(folder: Path, text: str) -> Path:
    file = folder / "proposed.toml"
    file.write_text(text, encoding="utf-8")
    return file


def content(workspace: Workspace) -> dict[str, str]:
    """Every file of a workspace with its hash; -shm is SQLite's lock in memory, and no data."""
    files = [path for path in workspace.root.rglob("*") if path.is_file() and not path.name.endswith("-shm")]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.stat().st_size}


def counts(found: Plan) -> tuple[int, int, int, dict[str, int]]:
    kinds = [one.kind for one in found.people.regroupings]
    return found.people.before, found.people.after, found.people.unchanged, {kind: kinds.count(kind) for kind in kinds}


def test_with_the_rules_as_they_were_nothing_changes_and_nobody_is_looked_at(tmp_path: Path) -> None:
    found = plan(resolved(tmp_path / "ws"))
    assert counts(found) == (2, 2, 2, {})
    assert (found.resolution.mode, found.resolution.looked_at) == ("incremental", 0)
    assert not found.rules.settings_changed
    assert (found.examples, found.states, found.audiences) == ((), (), None)


def test_a_value_that_would_be_blocked_splits_those_whom_it_joins_and_the_example_says_why(tmp_path: Path) -> None:
    workspace = resolved(tmp_path / "ws")
    found = plan(workspace, Proposal(settings=settings(tmp_path, BLOCKED)))
    assert counts(found) == (2, 3, 1, {"split": 1})
    assert found.rules.settings_changed
    assert (found.ids.minted, found.ids.retired, found.ids.moved) == (1, 0, 1)
    assert [(one.type, one.before, one.after, one.values) for one in found.states] == [("email", "ok", "junk", 1)]
    [example] = found.examples
    [decision] = example.decisions
    assert (decision.what, {decision.record_id_a, decision.record_id_b}) == ("parts", {ANNA_MAIL, ANNA_SHOP})
    assert decision.because.startswith("the e-mail address they share is junk (")
    assert [(edge.kind, edge.rule) for edge in decision.before] == [("deterministic", "email")]
    assert [row["record_id"] for row in example.records] == [decision.record_id_a, decision.record_id_b]
    assert [person.record_ids for person in example.after] == [(ANNA_BROWSER, ANNA_SHOP), (ANNA_MAIL,)]


def test_what_is_planned_is_what_resolve_then_does(tmp_path: Path) -> None:
    workspace = resolved(tmp_path / "ws")
    planned = plan(workspace, Proposal(settings=settings(tmp_path, BLOCKED)))
    (workspace.root / "klantbeeld.toml").write_text(BLOCKED, encoding="utf-8")
    changed = open_workspace(workspace.root)
    assert plan(changed).people == planned.people
    resolve_all(changed, "planned", LATER)
    rows = query_lake(changed, "select profile_id, count(*) from lake.identity.record_profiles group by all")
    [split] = planned.people.regroupings
    assert dict(rows).items() >= split.after.items()
    assert len(people_of(changed)) == planned.people.after
    assert plan(changed).people.regroupings == ()


@pytest.mark.slow
def test_nothing_of_the_workspace_is_written(tmp_path: Path) -> None:
    workspace = resolved(tmp_path / "ws")
    publish_now(workspace)
    before = content(workspace)
    assert before
    plan(workspace, Proposal(settings=settings(tmp_path, BLOCKED)), with_audiences=True)
    assert content(workspace) == before


@pytest.mark.slow
def test_members_who_would_enter_and_leave_are_told_by_the_people_alone(tmp_path: Path) -> None:
    workspace = resolved(tmp_path / "ws")
    workspace.segments.mkdir()
    (workspace.segments / "anna.sql").write_text(SEGMENT, encoding="utf-8")
    audience = '[audiences.letters]\nsegment = "anna"\nchannel = "any"\ncolumns = []\n'
    found = plan(workspace, Proposal(settings=settings(tmp_path, BLOCKED + audience)), with_audiences=True)
    assert found.audiences is not None
    told = {(one.kind, one.name): one for one in found.audiences}
    for key in (("segment", "anna"), ("audience", "letters")):
        change = told[key]
        assert (change.members_before, change.members_after, change.entering, change.leaving) == (1, 0, 0, 1)
        assert [row["reason"] for row in change.leaving_examples] == ["reads"]
    assert not told["segment", "open_complaints"].is_changed
    (workspace.root / "klantbeeld.toml").write_text(BLOCKED + audience, encoding="utf-8")
    changed = open_workspace(workspace.root)
    resolve_all(changed, "planned", LATER)
    build(changed, "planned", LATER)
    with open_lake(changed, read_only=True) as lake:
        assert {key: rows.num_rows for key, rows in read_members(lake).items()} == {
            key: change.members_after for key, change in told.items()
        }


@pytest.mark.slow
def test_a_lower_threshold_joins_people_by_an_edge_that_is_shown_with_its_weights(tmp_path: Path) -> None:
    workspace = resolve_two_people(tmp_path / "ws", "[identity]\nlink_match_weight = 60.0\n")
    twin = [
        identify(f"t{number}", anonymous_id=f"t{number}", user_id=f"t{number}",
                 traits={"firstName": "Wendelmoet", "lastName": "Oosterlinck", "birthday": "1961-03-04",
                         "address": {"street": "Brink 7", "postalCode": "7411 BR", "city": "Deventer"}})
        for number in (1, 2)
    ]  # fmt: skip
    append_events(workspace, twin)
    ingest_all(workspace, "r2")
    resolve_all(workspace, "r2", LATER)
    found = plan(workspace, Proposal(settings=settings(tmp_path, "[identity]\nlink_match_weight = 1.0\n")))
    assert counts(found)[3] == {"merge": 1}
    assert (found.ids.minted, found.ids.retired, found.ids.moved) == (0, 1, 1)
    [decision] = found.examples[0].decisions
    assert decision.what == "joins"
    assert decision.because.startswith("what spoke for it weighed ")
    edge = decision.after[0]
    assert edge.kind == "probabilistic"
    assert sum(part.match_weight for part in edge.evidence) == pytest.approx(edge.match_weight)


def test_another_match_model_is_tried_and_named(tmp_path: Path) -> None:
    workspace = resolved(tmp_path / "ws")
    other = tmp_path / "other.json"
    other.write_bytes(DEFAULT_FILE.read_bytes() + b"\n")
    found = plan(workspace, Proposal(match_model=other))
    assert found.rules.match_model != found.rules.match_model_before
    assert counts(found) == (2, 2, 2, {})
    with pytest.raises(UsageError, match="no file .*missing.json"):
        plan(workspace, Proposal(match_model=tmp_path / "missing.json"))


def test_judgements_that_no_resolution_has_seen_are_in_the_plan(tmp_path: Path) -> None:
    workspace = resolved(tmp_path / "ws")
    workspace.judgements.mkdir()
    (workspace.judgements / "judgements.csv").write_text(
        "number,record_id_a,record_id_b,judgement,judged_by,judged_at,reason\n"
        f"1,{ANNA_MAIL},{ANNA_SHOP},different,kim,2026-07-01T10:00:00Z,not hers\n",
        encoding="utf-8",
    )
    found = plan(workspace)
    assert (found.resolution.mode, counts(found)[3]) == ("incremental", {"split": 1})
    [decision] = found.examples[0].decisions
    assert decision.because == "a judgement keeps them apart"


def test_records_that_came_since_are_counted_apart(tmp_path: Path) -> None:
    workspace = resolved(tmp_path / "ws")
    append_events(workspace, [make_event("m9", anonymous_id="a9")])
    ingest_all(workspace, "r2")
    found = plan(workspace)
    assert (found.new_records, found.gone_records, found.people.new) == (1, 0, 1)
    assert counts(found)[3] == {}


def test_the_plan_says_which_limit_of_the_publish_it_would_break(tmp_path: Path) -> None:
    workspace = resolved(tmp_path / "ws")
    publish_now(workspace)
    gates = "[gates]\nmin_profiles_for_id_shares = 2\nmax_moved_records_share = 0.2\n"
    found = plan(workspace, Proposal(settings=settings(tmp_path, BLOCKED + gates)))
    assert found.stability.figures["moved_records"] == 1
    assert found.stability.limits == {"max_moved_records_share": 0.2}
    assert plan(workspace, Proposal(settings=settings(tmp_path, BLOCKED))).stability.limits == {}


def test_the_lake_stays_where_it_is_whatever_the_other_settings_say(tmp_path: Path) -> None:
    workspace = resolved(tmp_path / "ws")
    elsewhere = settings(tmp_path, '[lake]\ndata_path = "elsewhere"\n')
    assert Proposal(settings=elsewhere).applied_to(workspace).lake_data == workspace.lake_data
    assert counts(plan(workspace, Proposal(settings=elsewhere))) == (2, 2, 2, {})


def test_without_a_resolution_or_a_lake_it_says_what_to_do_first(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Nothing is resolved yet.* klantbeeld resolve"):
        plan(make_lake(tmp_path / "ws"))
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "klantbeeld.toml").touch()
    with pytest.raises(UsageError, match="holds no lake yet"):
        plan(open_workspace(empty))
    with pytest.raises(UsageError, match=r"proposed\.toml: unknown setting 'identiti'"):
        plan(make_lake(tmp_path / "b"), Proposal(settings=settings(tmp_path, "[identiti]\n")))
