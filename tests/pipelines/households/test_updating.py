"""Households in the lake: written with people, the same by increments and in full, and only where they changed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.lakes import open_lake
from models.workspaces import Workspace
from pipelines.resolve import ResolveSummary, resolve_workspace
from tests.pipelines.resolve.test_partial import FIRST
from tests.pipelines.resolve.test_resolution import identify
from tests.support.ingests import RESOLVED_AT, append_events, ingest_all, query_lake
from tests.support.workspaces import make_workspace

HOUSEHOLDS = """
    select list(distinct traits.given_name order by traits.given_name) as people, any_value(homes.street),
        any_value(homes.evidence[1].rule)
    from lake.profiles.households as homes
    inner join lake.profiles.household_members using (household_id)
    inner join lake.profiles.profiles as traits using (profile_id)
    group by household_id order by people"""


def dweller(name: str, day: int = 1, family: str = "Lommer", number: str = "7", **traits: Any) -> dict[str, Any]:
    """Somebody at the Veenweg; a day is a message of its own."""
    address = {"street": "Veenweg", "houseNumber": number, "postalCode": "7811 KL", "city": "Emmen", "country": "NL"}
    # Days of birth far apart: with few people in the lake a name and a door alone would make them one.
    names = {"firstName": name, "lastName": family, "birthday": f"19{ord(name[0])}-0{len(name)}-1{len(name)}"}
    names |= {"email": f"{name.lower()}@people.test", "address": address}
    return identify(f"{name}-{day}", day=day, anonymous_id=f"b-{name}", user_id=f"u-{name}", traits=names | traits)


CERTAIN = "[identity]\nlink_match_weight = 1.0\n"
"""So few people are joined on little, which is not what is tested here."""

HOME = [dweller("Ada"), dweller("Ben"), dweller("Coen", number="9"), dweller("Daan", family="Ander")]


def take(workspace: Workspace, events: list[dict[str, Any]], run_id: str, *, in_full: bool = False) -> ResolveSummary:
    if events:
        append_events(workspace, events)
        ingest_all(workspace, run_id)
    with open_lake(workspace) as lake:
        at = RESOLVED_AT + timedelta(days=int(run_id[1:]))
        return resolve_workspace(workspace, lake, run_id, at, in_full=in_full)


def ids(workspace: Workspace) -> dict[str, str]:
    return dict(
        query_lake(
            workspace,
            "select given_name, household_id from lake.profiles.household_members"
            " inner join lake.profiles.profiles using (profile_id)",
        )
    )


@pytest.mark.slow
def test_a_household_comes_grows_and_ends_by_increments_as_in_full(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, CERTAIN)
    first = take(workspace, [*FIRST, *HOME], "r1")
    assert first.households == len(set(ids(workspace).values()))
    assert (["Ada", "Ben"], "Veenweg", "address_surname") in query_lake(workspace, HOUSEHOLDS)
    home = ids(workspace)["Ada"]
    people = query_lake(workspace, "select record_id, profile_id from lake.identity.record_profiles order by all")

    assert take(workspace, [dweller("Coen", day=3)], "r2").mode == "incremental"
    grown = query_lake(workspace, HOUSEHOLDS)
    assert (["Ada", "Ben", "Coen"], "Veenweg", "address_surname") in grown
    assert ids(workspace)["Coen"] == home
    # A household merges nobody.
    assert (
        query_lake(workspace, "select record_id, profile_id from lake.identity.record_profiles order by all") == people
    )

    before = query_lake(workspace, "from lake.profiles.household_ids order by all")
    assert take(workspace, [], "r3", in_full=True).mode == "full"
    assert query_lake(workspace, HOUSEHOLDS) == grown
    assert query_lake(workspace, "from lake.profiles.household_ids order by all") == before

    moved = [dweller(name, day=6, number="9") for name in ("Ada", "Ben")]
    assert take(workspace, moved, "r4").mode == "incremental"
    assert {name for name, household in ids(workspace).items() if household == home} >= {"Ada", "Ben"}


def test_what_did_not_change_is_not_written_again(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    take(workspace, HOME, "r1")
    with open_lake(workspace) as lake:
        files = {name: lake.files(f"profiles.{name}") for name in ("households", "household_members")}
    take(workspace, [dweller("Eva", number="100")], "r2", in_full=True)
    with open_lake(workspace) as lake:
        assert {name: lake.files(f"profiles.{name}") for name in files} == files


def test_switched_off_all_households_end_and_their_life_is_kept(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, CERTAIN)
    take(workspace, HOME, "r1")
    home = ids(workspace)["Ada"]
    other = make_workspace(tmp_path, CERTAIN + "[identity.households]\nenabled = false\n")
    summary = take(other, [], "r2")
    assert (summary.households, ids(workspace)) == (0, {})
    assert query_lake(workspace, "select household_id, retired_run_id from lake.profiles.household_ids") == [
        (home, "r2")
    ]
    assert query_lake(
        workspace, "select kind, count(*) from lake.profiles.household_changes group by kind order by kind"
    ) == [("mint", 1), ("move", 4), ("retire", 1)]


def test_an_office_is_an_alarm_and_no_household(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, "[identity.households]\nmax_people_per_address = 3\n")
    names = ("Anton", "Bertha", "Carolien", "Dirkje", "Everard")
    summary = take(workspace, [dweller(name, family="Bank") for name in names], "r1")
    assert (summary.households, summary.household_alarms) == (0, 1)
    assert query_lake(workspace, "from lake.profiles.household_alarms") == [("address", "7811kl 7", 5, 0)]


@pytest.mark.parametrize("rules", ['["adress"]', "[1]"])
def test_an_unknown_rule_is_refused(tmp_path: Path, rules: str) -> None:
    from models.errors import UsageError

    with pytest.raises(UsageError, match=r"identity.households.rules"):
        make_workspace(tmp_path, f"[identity.households]\nrules = {rules}\n")
