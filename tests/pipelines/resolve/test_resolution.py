"""Resolve: source records become people with stable ids, golden records and evidence, in one transaction."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.errors import UsageError
from models.workspaces import Workspace, open_workspace
from pipelines.resolve import match_model_key
from tests.support.copies import copy_of
from tests.support.factories import make_event
from tests.support.ingests import RESOLVED_AT, append_events, ingest_all, people_of, query_lake, resolve_all
from tests.support.kills import killed_at, run_killed
from tests.support.workspaces import make_workspace

ANNA_SHOP, ANNA_BROWSER, ANNA_MAIL = "webshop:user_id:u1", "webshop:anonymous_id:a1", "mailer:email:anna@people.test"
BERT = "webshop:user_id:u2"


def identify(message_id: str, day: int = 1, **fields: Any) -> dict[str, Any]:
    moments = {"original_timestamp": f"2026-05-{day:02d}T10:00:00Z", "received_at": "2026-06-01T10:00:00Z"}
    return make_event(message_id, "web.identify") | moments | fields


def two_people() -> list[dict[str, Any] | bytes]:
    """Anna, known by three records, and Bert, known by one."""
    return [
        make_event("m1", anonymous_id="a1"),
        identify("m2", anonymous_id="a1", user_id="u1",
                 traits={"firstName": "Anna", "lastName": "de Wit", "email": "anna@people.test"}),
        make_event("m3", "email.opened", "mailer", external_ids={"email": "anna@people.test"},
                   properties={"email_id": "e1"}),
        identify("m4", anonymous_id="a2", user_id="u2",
                 traits={"firstName": "Bert", "lastName": "Blok", "email": "bert@people.test"}),
    ]  # fmt: skip


def resolved(root: Path) -> Workspace:
    """The two people, resolved, in a workspace to be changed."""
    return copy_of(resolve_two_people, root)


def resolve_two_people(root: Path, settings: str = "") -> Workspace:
    workspace = make_workspace(root, settings)
    append_events(workspace, two_people())
    ingest_all(workspace)
    resolve_all(workspace)
    return workspace


def profiles_by_record(workspace: Workspace) -> dict[str, str]:
    return dict(query_lake(workspace, "select record_id, profile_id from lake.identity.record_profiles"))


def test_records_that_share_an_identifier_are_one_person(tmp_path: Path) -> None:
    workspace = resolved(tmp_path)
    assert people_of(workspace) == {frozenset({ANNA_SHOP, ANNA_BROWSER, ANNA_MAIL}), frozenset({BERT})}


def test_every_person_has_a_golden_record_that_says_where_each_value_came_from(tmp_path: Path) -> None:
    workspace = resolved(tmp_path)
    rows = query_lake(
        workspace,
        "select given_name, family_name, email, records, events, sources from lake.profiles.profiles order by email",
    )
    assert rows == [
        ("Anna", "de Wit", "anna@people.test", 3, 3, ["mailer", "webshop"]),
        ("Bert", "Blok", "bert@people.test", 1, 1, ["webshop"]),
    ]
    origins = query_lake(
        workspace,
        "select trait, value, source, source_record_id, message_id from lake.profiles.traits"
        " where value in ('Anna', 'anna@people.test') order by trait",
    )
    assert origins == [
        ("email", "anna@people.test", "mailer", "email:anna@people.test", "m3"),
        ("given_name", "Anna", "webshop", "user_id:u1", "m2"),
    ]


def test_every_edge_inside_a_person_carries_evidence_that_adds_up(tmp_path: Path) -> None:
    workspace = resolved(tmp_path)
    edges = query_lake(workspace, "select match_weight, evidence from lake.identity.edges")
    assert len(edges) >= 2
    for weight, evidence in edges:
        assert sum(part["match_weight"] for part in evidence) == pytest.approx(weight, abs=1e-9)


def test_resolving_again_changes_neither_people_nor_their_ids(tmp_path: Path) -> None:
    workspace = resolved(tmp_path)
    before = profiles_by_record(workspace)
    summary = resolve_all(workspace, "r2", RESOLVED_AT + timedelta(days=1))
    assert (summary.minted, summary.retired, summary.moved) == (0, 0, 0)
    assert profiles_by_record(workspace) == before


def test_a_record_that_arrives_later_joins_its_person_under_the_same_id(tmp_path: Path) -> None:
    workspace = resolved(tmp_path)
    before = profiles_by_record(workspace)
    late = make_event("m9", "crm.contact", "crm", external_ids={"crm_id": "K1"}, traits={"email": "anna@people.test"})
    append_events(workspace, [late])
    ingest_all(workspace, "r2")
    summary = resolve_all(workspace, "r2")
    assert (summary.minted, summary.retired, summary.moved) == (0, 0, 1)
    assert profiles_by_record(workspace) == before | {"crm:crm_id:K1": before[ANNA_SHOP]}


def test_two_people_that_turn_out_to_be_one_keep_the_id_of_the_larger_and_the_other_leads_to_it(tmp_path: Path) -> None:
    workspace = resolved(tmp_path)
    append_events(workspace, [make_event("m8", "crm.contact", "crm", external_ids={"crm_id": "K1"},
                                         traits={"phone": "+31612345678"})])  # fmt: skip
    ingest_all(workspace, "r2")
    resolve_all(workspace, "r2")
    before = profiles_by_record(workspace)
    append_events(workspace, [make_event("m9", "crm.contact", "crm", external_ids={"crm_id": "K1"},
                                         traits={"email": "anna@people.test"})])  # fmt: skip
    ingest_all(workspace, "r3")
    resolve_all(workspace, "r3")
    after = profiles_by_record(workspace)
    assert set(after.values()) == {before[ANNA_SHOP], before[BERT]}
    assert query_lake(
        workspace, "select profile_id, successor from lake.identity.profile_ids where retired_at is not null"
    ) == [(before["crm:crm_id:K1"], before[ANNA_SHOP])]


def test_an_identifier_that_is_blocked_later_stops_joining_and_the_ledger_tells(tmp_path: Path) -> None:
    workspace = resolved(tmp_path)
    before = profiles_by_record(workspace)
    (tmp_path / "klantbeeld.toml").write_text(
        '[identity.identifiers.anonymous_id]\nblocked_values = ["a1"]\n', encoding="utf-8"
    )
    changed = open_workspace(tmp_path)
    resolve_all(changed, "r2")
    assert people_of(changed) == {frozenset({ANNA_SHOP, ANNA_MAIL}), frozenset({ANNA_BROWSER}), frozenset({BERT})}
    assert profiles_by_record(changed)[ANNA_SHOP] == before[ANNA_SHOP]
    kinds = query_lake(
        changed,
        "select kind, cause, count(*) from lake.identity.changes where run_id = 'r2' group by all order by 1",
    )
    assert kinds == [("mint", "rules", 1), ("move", "rules", 1), ("rules", "rules", 1), ("split", "rules", 1)]


def test_the_newest_value_of_a_record_stands_in_it_whatever_came_first(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    append_events(
        workspace,
        [
            identify("m2", day=9, user_id="u1", traits={"lastName": "de Wit-Blok"}),
            identify("m1", day=1, user_id="u1", traits={"lastName": "de Wit", "firstName": "Anna"}),
        ],
    )
    ingest_all(workspace)
    resolve_all(workspace)
    records = query_lake(
        workspace, "select given_name, family_name from lake.identity.records where record_id = 'webshop:user_id:u1'"
    )
    assert records == [("Anna", "de Wit-Blok")]


@killed_at(
    ("models.lakes.Lake.replace", "after"),
    ("pipelines.resolve.full.write_names", "after"),
    ("models.lakes.Lake.replace", "before"),
    ("pipelines.resolve.full.write_names", "before"),
    quickly=1,
)
def test_killed_while_it_writes_and_run_again_gives_the_undisturbed_people(
    tmp_path: Path, target: str, moment: str
) -> None:
    workspace = make_workspace(tmp_path)
    append_events(workspace, two_people())
    ingest_all(workspace)
    assert run_killed(target, moment, tmp_path, "resolve") == -9
    assert people_of(workspace) == set()
    resolve_all(workspace)
    assert people_of(workspace) == {frozenset({ANNA_SHOP, ANNA_BROWSER, ANNA_MAIL}), frozenset({BERT})}
    assert query_lake(workspace, "select count(*) from lake.identity.profile_ids") == [(2,)]


def test_a_match_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, '[identity]\nmatch_model = "models/ours.json"\n')
    with pytest.raises(UsageError, match=r"no file .*models/ours.json"):
        match_model_key(workspace)
