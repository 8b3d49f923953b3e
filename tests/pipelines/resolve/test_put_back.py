"""A rule or a judgement put back before a publication gives everybody the id that was published, through the lake."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from identity.judgements import Judgement, Verdict
from models.lakes import open_lake
from models.workspaces import Workspace, open_workspace
from pipelines.judgements import add_decision, undo_decision
from pipelines.resolve import ResolveSummary, resolve_workspace
from tests.pipelines.resolve.test_resolution import identify, profiles_by_record
from tests.support.built_lakes import publish_now
from tests.support.ingests import RESOLVED_AT, append_events, ingest_all, query_lake
from tests.support.workspaces import make_workspace

CERTAIN = "[identity]\nlink_match_weight = 1.0\n"
"""So few people are joined on little, which is not what is tested here."""

BLOCKED = f"{CERTAIN}[identity.identifiers.email]\nblocked_values = ['ann@people.test']\n"

ANN, BOB, CAS = "webshop:user_id:ann", "webshop:user_id:bob", "webshop:user_id:cas"
TABLET, PHONE = "webshop:anonymous_id:tablet", "webshop:anonymous_id:phone"


def visit(name: str, device: str, day: int = 1) -> dict[str, Any]:
    """Somebody known by a login and an address."""
    traits = {"firstName": name, "email": f"{name}@people.test", "lastName": f"van {name}"}
    return identify(f"{name}-{device}-{day}", day=day, user_id=name, anonymous_id=device, traits=traits)


def mail(name: str, device: str, day: int = 1) -> dict[str, Any]:
    """A browser on which somebody's address was given."""
    shown = {"anonymous_id": device, "traits": {"email": f"{name}@people.test"}}
    return identify(f"{name}-{device}-{day}", day=day, user_id=None, **shown)


def resolve(workspace: Workspace, day: int, *, in_full: bool = False) -> ResolveSummary:
    with open_lake(workspace) as lake:
        return resolve_workspace(workspace, lake, f"r{day}", RESOLVED_AT + timedelta(days=day), in_full=in_full)


def judge(workspace: Workspace, one: str, other: str, verdict: Verdict) -> int:
    return add_decision(workspace, [Judgement(one, other, verdict, "kim", "2026-07-02T10:00:00Z", "seen")])


def live(workspace: Workspace) -> set[str]:
    rows = query_lake(workspace, "select profile_id from lake.identity.profile_ids where retired_at is null")
    return {profile_id for (profile_id,) in rows}


@pytest.fixture
def published(tmp_path: Path) -> Workspace:
    """Ann with a tablet and a phone, Bob and Cas, published on day 1."""
    workspace = make_workspace(tmp_path, CERTAIN)
    crowd = [visit(f"p{at}", f"d{at}") for at in range(20)]
    append_events(workspace, [visit("ann", "a1"), visit("bob", "b1"), visit("cas", "c1"), *crowd])
    append_events(workspace, [mail("ann", "tablet"), mail("ann", "phone")])
    ingest_all(workspace)
    resolve(workspace, 1)
    publish_now(workspace, at=RESOLVED_AT + timedelta(days=1, hours=1))
    assert profiles_by_record(workspace)[ANN] == profiles_by_record(workspace)[TABLET]
    return workspace


@pytest.mark.parametrize("in_full", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_join_taken_back_gives_both_their_ids_again(published: Workspace, in_full: bool) -> None:
    ids, before = profiles_by_record(published), live(published)
    numbers = [judge(published, ANN, BOB, "same"), judge(published, BOB, CAS, "same")]
    assert resolve(published, 2, in_full=in_full).retired == 2
    for number in reversed(numbers):
        undo_decision(published, number)
    assert resolve(published, 3, in_full=in_full).mode == ("full" if in_full else "incremental")
    assert (profiles_by_record(published), live(published)) == (ids, before)
    kinds = query_lake(published, "select kind, cause from lake.identity.changes where run_id = 'r3' order by all")
    assert kinds.count(("revive", "evidence")) == 2
    assert ("mint", "evidence") not in kinds


@pytest.mark.parametrize("in_full", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_split_taken_back_gives_the_id_again(published: Workspace, in_full: bool) -> None:
    ids, before = profiles_by_record(published), live(published)
    numbers = [judge(published, ANN, other, "different") for other in (TABLET, PHONE)]
    assert resolve(published, 2, in_full=in_full).minted == 1
    for number in reversed(numbers):
        undo_decision(published, number)
    resolve(published, 3, in_full=in_full)
    assert (profiles_by_record(published), live(published)) == (ids, before)


@pytest.mark.slow
def test_a_rule_put_back_gives_everybody_the_published_id(published: Workspace) -> None:
    ids, before = profiles_by_record(published), live(published)
    (published.root / "klantbeeld.toml").write_text(BLOCKED, encoding="utf-8")
    assert resolve(open_workspace(published.root), 2).minted > 0
    (published.root / "klantbeeld.toml").write_text(CERTAIN, encoding="utf-8")
    assert resolve(open_workspace(published.root), 3).minted == 0
    assert (profiles_by_record(published), live(published)) == (ids, before)


@pytest.mark.slow
def test_an_increment_leaves_a_published_id_where_it_is_also_if_only_another_part_is_looked_at(
    published: Workspace,
) -> None:
    judge(published, TABLET, ANN, "different")
    judge(published, TABLET, PHONE, "different")
    resolve(published, 2)
    ids = profiles_by_record(published)
    assert ids[TABLET] != ids[ANN]
    # Of what was published as one, the tablet alone is looked at again.
    append_events(published, [identify("tablet-9", day=9, anonymous_id="tablet", user_id="dan")])
    ingest_all(published, "r3")
    assert resolve(published, 3).mode == "incremental"
    now = profiles_by_record(published)
    assert {record: now[record] for record in ids} == ids
    assert now["webshop:user_id:dan"] == ids[TABLET]
    assert resolve(published, 4, in_full=True).moved == 0
