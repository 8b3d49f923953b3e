"""Identifier types of a workspace's own, through the real parts: they link, are released, and hold their limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.workspaces import Workspace
from tests.pipelines.resolve.test_partial import FIRST
from tests.pipelines.resolve.test_resolution import identify
from tests.support.ingests import append_events, ingest_all, people_of, query_lake, resolve_all
from tests.support.workspaces import make_workspace

MEMBER = """
[identity.identifiers.membership_number]
custom = true
unique = true
normaliser = "digits"
"""
CARDS = """
[identity.identifiers.club_card]
custom = true
max_per_person = 1
window_days = 30
"""


def take(workspace: Workspace, events: list[dict[str, Any]], run_id: str = "r1") -> str:
    append_events(workspace, events)
    ingest_all(workspace, run_id)
    return resolve_all(workspace, run_id).mode


def visit(who: str, day: int = 1, member: str | None = "10 01", **fields: Any) -> dict[str, Any]:
    ids = {} if member is None else {"external_ids": {"membership_number": member}}
    return identify(f"{who}-{day}", day=day, anonymous_id=who, **ids, **fields)


def together(workspace: Workspace, one: str, other: str, by: str = "anonymous_id") -> bool:
    names = {f"webshop:{by}:{one}", f"webshop:{by}:{other}"}
    return any(names <= person for person in people_of(workspace))


def state_of(workspace: Workspace, value: str) -> tuple[Any, ...]:
    [row] = query_lake(
        workspace,
        "select type, state, people from lake.identity.identifier_states where value = $value",
        {"value": value},
    )
    return row


def test_two_records_with_one_custom_id_are_one_person(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, MEMBER)
    take(workspace, [visit("x1"), visit("x2", member="1001"), visit("x3", member="1002")])
    assert together(workspace, "x1", "x2")
    assert not together(workspace, "x1", "x3")
    edges = query_lake(
        workspace, "select distinct kind, rule from lake.identity.edges where rule = 'membership_number'"
    )
    assert edges == [("deterministic", "membership_number")]


def test_a_value_of_two_people_links_nobody_until_one_of_them_says_another(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, MEMBER)
    ann = {"firstName": "Annelies", "lastName": "Polder", "birthday": "1950-01-02"}
    bob = {"firstName": "Bertus", "lastName": "Heide", "birthday": "1990-11-30"}
    take(workspace, [*FIRST, visit("x1", traits=ann), visit("x2", traits=bob), visit("x3")])
    assert state_of(workspace, "1001") == ("membership_number", "shared", 2)
    assert not together(workspace, "x1", "x3")
    # What x2 said was a mistake: it is Annelies as well.
    assert take(workspace, [visit("x2", day=20, traits=ann)], "r2") == "incremental"
    assert state_of(workspace, "1001") == ("membership_number", "ok", 1)
    assert together(workspace, "x1", "x3")


def card(who: str, day: int, number: str) -> dict[str, Any]:
    shown = {"external_ids": {"club_card": number, "email": "same@people.test"}}
    return identify(f"{who}-{number}-{day}", day=day, user_id=who, **shown)


@pytest.mark.slow
def test_a_card_of_long_ago_keeps_nobody_apart_and_one_of_these_days_does(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, CARDS)
    old = card("x1", 1, "A") | {"original_timestamp": "2024-05-01T10:00:00Z"}
    take(workspace, [*FIRST, old, card("x2", 9, "B")])
    assert together(workspace, "x1", "x2", "user_id")
    # The old card is shown again: now there are two at a time.
    assert take(workspace, [card("x1", 10, "A")], "r2") == "incremental"
    assert not together(workspace, "x1", "x2", "user_id")
    assert query_lake(workspace, "select reason from lake.identity.refusals where reason like 'club_card%'") == [
        ("club_card: more than 1 for one person within 30 days",)
    ]
