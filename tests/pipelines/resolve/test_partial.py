"""Resolving what changed gives what resolving everything gives, table by table; killed anywhere as well."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from models.lakes import open_lake
from models.workspaces import Workspace
from pipelines.resolve import ResolveSummary, resolve_workspace
from tests.pipelines.resolve.test_resolution import identify
from tests.support.copies import copy_of
from tests.support.factories import make_event
from tests.support.ingests import RESOLVED_AT, append_events, ingest_all, people_of, query_lake
from tests.support.kills import killed_at, run_killed
from tests.support.workspaces import make_workspace

CONTENT = {
    "records": "select * from lake.identity.records",
    "record identifiers": "select * from lake.identity.record_identifiers",
    "states": "select * from lake.identity.identifier_states",
    "edges": "select * from lake.identity.edges",
    "refusals": "select * from lake.identity.refusals",
    "profiles": """
        select named.name, profiles.* exclude (profile_id)
        from lake.profiles.profiles as profiles inner join named using (profile_id)""",
    "traits": """
        select named.name, traits.* exclude (profile_id)
        from lake.profiles.traits as traits inner join named using (profile_id)""",
    "identifiers": """
        select named.name, held.* exclude (profile_id)
        from lake.profiles.identifiers as held inner join named using (profile_id)""",
}
NAMED = """create or replace temp view named as
    select profile_id, min(record_id) as name from lake.identity.record_profiles group by profile_id"""


GIVEN_NAMES = ("Anna", "Bert", "Chris", "Dora", "Emil", "Fenna", "Gijs", "Hanna", "Ivo", "Jip", "Karel", "Lotte")
SURNAMES = ("Veld", "Bos", "Prins", "Kok", "Mulder", "Tromp", "Wit", "Haan", "Post", "Zwart", "Maas", "Dam", "Lip")


def person(at: int, day: int = 1, **traits: Any) -> dict[str, Any]:
    names = {"firstName": GIVEN_NAMES[at % 12], "lastName": SURNAMES[at % 13]}
    names |= {"birthday": f"19{at % 89 + 10}-{at % 11 + 1:02}-11", "email": f"p{at - (at % 10 == 1)}@people.test"}
    names |= {"address": {"city": "Breda", "postalCode": f"{4800 + at // 3}AB"}}
    return identify(f"m{at}-{day}", day=day, anonymous_id=f"a{at}", user_id=f"u{at}", traits=names | traits)


FIRST = [person(at) for at in range(154)]
LATER = [
    person(3, day=5, email="p77@people.test"),
    person(400),
    person(8, day=6, lastName="Anders"),
    make_event("seen", anonymous_id="a5", user_id="u5"),
]
LATEST = [person(9, day=9, phone="0687051942"), person(21, day=9, phone="0687051942")]


def content(workspace: Workspace) -> dict[str, list[str]]:
    """All tables, with people named by their records and not by ids."""
    with open_lake(workspace, read_only=True) as lake:
        lake.connection.execute(NAMED)
        return {name: sorted(map(repr, lake.rows(statement))) for name, statement in CONTENT.items()}


def resolve(workspace: Workspace, run_id: str, *, in_full: bool = False) -> ResolveSummary:
    with open_lake(workspace) as lake:
        return resolve_workspace(workspace, lake, run_id, RESOLVED_AT, in_full=in_full)


def resolved(root: Path) -> Workspace:
    return copy_of(resolve_first, root)


def resolve_first(root: Path) -> Workspace:
    workspace = make_workspace(root)
    append_events(workspace, FIRST)
    ingest_all(workspace)
    assert resolve(workspace, "r1").mode == "full"
    return workspace


def take(workspace: Workspace, events: list[Any], run_id: str) -> ResolveSummary:
    append_events(workspace, events)
    ingest_all(workspace, run_id)
    return resolve(workspace, run_id)


def test_what_changed_gives_what_everything_gives(tmp_path: Path) -> None:
    workspace = resolved(tmp_path)
    summaries = [take(workspace, LATER, "r2"), take(workspace, LATEST, "r3")]
    assert [summary.mode for summary in summaries] == ["incremental", "incremental"]
    # The record with a mere event more says nothing new.
    assert [summary.looked_at for summary in summaries] == [3, 2]
    incremental = content(workspace)
    ids = query_lake(workspace, "select record_id, profile_id from lake.identity.record_profiles order by all")
    again = resolve(workspace, "r4", in_full=True)
    assert again.mode == "full"
    assert content(workspace) == incremental
    assert (again.minted, again.retired, again.moved) == (0, 0, 0)
    assert query_lake(workspace, "select record_id, profile_id from lake.identity.record_profiles order by all") == ids
    after = take(workspace, [person(401)], "r5")
    assert after.mode == "incremental"
    assert query_lake(workspace, "select mode from lake.identity.resolutions order by number") == [
        ("full",), ("incremental",), ("incremental",), ("full",), ("incremental",),
    ]  # fmt: skip


def test_a_record_of_which_there_is_only_more_to_be_seen_is_counted_anew_and_nobody_moves(tmp_path: Path) -> None:
    workspace = resolved(tmp_path)
    summary = take(workspace, [make_event("seen", anonymous_id="a5", user_id="u5")], "r2")
    assert (summary.mode, summary.looked_at, summary.moved) == ("incremental", 0, 0)
    incremental = content(workspace)
    resolve(workspace, "r3", in_full=True)
    assert content(workspace) == incremental


def test_without_its_index_everything_is_looked_at_and_the_reason_is_said(tmp_path: Path) -> None:
    workspace = resolved(tmp_path)
    shutil.rmtree(workspace.match_index)
    summary = take(workspace, LATER, "r2")
    assert (summary.mode, summary.because) == ("full", "no match index here that goes with the lake")
    assert take(workspace, LATEST, "r3").mode == "incremental"


def test_other_rules_mean_that_everything_is_looked_at(tmp_path: Path) -> None:
    resolved(tmp_path)
    other = make_workspace(tmp_path, "[identity]\nlink_match_weight = 5.0\n")
    assert take(other, LATER, "r2").because == "other rules or another match model"


@killed_at(
    ("pipelines.resolve.partial.apply_increment", "after"),
    ("pipelines.resolve.resolution.tidy_indexes", "before"),
    ("pipelines.resolve.partial.apply_increment", "before"),
    ("pipelines.resolve.partial._write_profiles", "before"),
    ("pipelines.resolve.partial._write_profiles", "after"),
    ("pipelines.resolve.resolution.write_index", "before"),
    ("pipelines.resolve.resolution.write_index", "after"),
    ("pipelines.resolve.resolution.tidy_indexes", "after"),
    quickly=1,
)
def test_killed_anywhere_and_run_again_gives_the_undisturbed_people(tmp_path: Path, target: str, moment: str) -> None:
    workspace = resolved(tmp_path)
    append_events(workspace, LATER)
    ingest_all(workspace, "r2")
    assert run_killed(target, moment, tmp_path, "resolve") == -9
    resolve(workspace, "r3")
    found = content(workspace)
    assert take(workspace, LATEST, "r4").mode == "incremental"
    after = content(workspace)
    resolve(workspace, "r5", in_full=True)
    assert content(workspace) == after
    assert len(people_of(workspace)) > 1
    assert found["records"] != after["records"]
