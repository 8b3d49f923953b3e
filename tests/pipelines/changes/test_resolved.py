"""What resolve writes to the ledger: it replays to who is who after every run, and names what decided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from identity.judgements import Judgement
from identity.ledgers import replay, replay_ids
from identity.queries import conform
from models.lakes import LAKE, open_lake
from models.workspaces import Workspace
from pipelines.changes.grounds import hash_rules, name_match_model, number_judgements
from pipelines.judgements import Entry, add_decision, undo_decision
from schemas.tables import IDENTITY_CHANGES
from tests.support.factories import make_event
from tests.support.ingests import RESOLVED_AT, append_events, ingest_all, query_lake, resolve_all
from tests.support.workspaces import make_workspace

SHOP, CRM = "webshop:user_id:u1", "crm:crm_id:K1"
ANNA = {"firstName": "Anna", "lastName": "de Wit", "email": "anna@people.test"}


def check_replay(workspace: Workspace) -> None:
    """The ledger alone gives what the lake says, and every row has a place of its own."""
    with open_lake(workspace, read_only=True) as lake:
        ledger = conform(lake.sql(f"from {LAKE}.identity.changes"), IDENTITY_CHANGES)
        members = lake.rows(f"select record_id, profile_id from {LAKE}.identity.record_profiles order by record_id")
        live = lake.rows(f"select profile_id from {LAKE}.identity.profile_ids where retired_at is null")
    assert [tuple(row.values()) for row in replay(ledger).to_pylist()] == members
    assert replay_ids(ledger).live == {row[0] for row in live}
    assert sorted(ledger["position"].to_pylist()) == list(range(1, ledger.num_rows + 1))


def causes(workspace: Workspace, run_id: str) -> list[tuple[str, str, str | None, int | None]]:
    return query_lake(
        workspace,
        "select kind, cause, cause_rule, cause_judgement from lake.identity.changes where run_id = $run"
        " order by position",
        {"run": run_id},
    )


@pytest.mark.slow
def test_the_ledger_of_a_merge_a_judged_split_and_its_undoing_replays_to_who_is_who(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    shop = make_event("m1", "web.identify", user_id="u1", traits=ANNA, original_timestamp="2026-05-01T10:00:00Z")
    append_events(workspace, [shop])
    ingest_all(workspace, "r1")
    resolve_all(workspace, "r1", RESOLVED_AT)
    assert [row[:2] for row in causes(workspace, "r1")] == [
        ("rules", "rules"),
        ("mint", "new_record"),
        ("move", "new_record"),
    ]
    check_replay(workspace)

    crm = make_event("m2", "crm.contact", "crm", external_ids={"crm_id": "K1"}, traits={"email": "anna@people.test"},
                     original_timestamp="2026-04-01T10:00:00Z")  # fmt: skip
    append_events(workspace, [crm])
    ingest_all(workspace, "r2")
    resolve_all(workspace, "r2", RESOLVED_AT + timedelta(days=1))
    assert causes(workspace, "r2") == [("move", "new_record", "email", None)]
    assert query_lake(workspace, "select valid_at from lake.identity.changes where run_id = 'r2'") == [
        (datetime(2026, 5, 1, 10, tzinfo=UTC),)
    ]
    check_replay(workspace)

    number = add_decision(workspace, [Judgement(SHOP, CRM, "different", "kim", "2026-07-02T10:00:00Z", "mother")])
    resolve_all(workspace, "r3", RESOLVED_AT + timedelta(days=2))
    assert causes(workspace, "r3") == [
        ("mint", "judgement", "different", number),
        ("move", "judgement", "different", number),
        ("split", "judgement", "different", number),
    ]
    check_replay(workspace)

    undo_decision(workspace, number)
    resolve_all(workspace, "r4", RESOLVED_AT + timedelta(days=3))
    assert [row[:3] for row in causes(workspace, "r4")] == [("move", "edge", "email"), ("retire", "edge", "email")]
    check_replay(workspace)


def test_the_hash_of_the_rules_follows_the_rules_alone(tmp_path: Path) -> None:
    plain, other_log, stricter = (
        make_workspace(tmp_path / name, settings)
        for name, settings in (
            ("plain", ""),
            ("log", "[log]\npartitions = 2\n"),
            ("strict", "[identity]\nlink_match_weight = 3.0\n"),
        )
    )
    assert hash_rules(plain.settings) == hash_rules(other_log.settings) != hash_rules(stricter.settings)
    assert name_match_model(plain).startswith("people_v1@")


def test_the_newest_decision_on_a_pair_gives_the_number(tmp_path: Path) -> None:
    def entry(number: int, one: str, other: str, at: str) -> Entry:
        return Entry(one, other, "same", "kim", at, "seen", number, "judgements.csv", number, number)

    numbered = number_judgements(
        [entry(5, "b", "a", "2026-05-02T10:00:00Z"), entry(9, "a", "b", "2026-05-01T10:00:00Z")]
    )
    assert numbered.to_pylist() == [{"record_id_l": "a", "record_id_r": "b", "rule": "same", "number": 5}]
