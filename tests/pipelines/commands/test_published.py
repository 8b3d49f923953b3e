"""build, check and sync one after the other, and what profile and audience then read."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from models.lakes import LAKE, open_lake
from models.workspaces import Workspace
from pipelines.audiences.syncs import sync
from pipelines.runs.stages import record_stage
from tests.pipelines.commands.conftest import Klantbeeld
from tests.support.built_lakes import built_copy, publish_now
from tests.support.lakes import AS_OF, RUN_ID

pytestmark = pytest.mark.xdist_group("built_lake")

AUDIENCES = """
[audiences.winback]
segment = "lapsed_high_value_buyers"
columns = ["email", "given_name"]

[audiences.care]
segment = "open_complaints"
channel = "any"
columns = ["given_name"]
"""
REASON = "bought for 812.40 EUR in 10 purchases, last 2025-10-01 (more than 180 days ago)"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The built lake, published and synced; read it only."""
    workspace = built_copy(tmp_path_factory.mktemp("published") / "ws", AUDIENCES)
    publish_now(workspace)
    sync(workspace, "run1", AS_OF)
    return workspace


def test_build_check_and_sync_lead_from_what_was_resolved_to_files_and_are_done_once(
    klantbeeld: Klantbeeld, tmp_path: Path
) -> None:
    workspace = built_copy(tmp_path / "ws", AUDIENCES)
    with open_lake(workspace) as lake:
        record_stage(lake, "resolve", RUN_ID, "seeded", AS_OF, {})
    where = ("-w", workspace.root, "--as-of", "2026-07-01")
    built = klantbeeld("build", "--json", *where)
    assert built.code == 0
    assert built.data["stages"][0]["summary"]["segments"] == {
        "lapsed_high_value_buyers": 5,
        "newsletter_readers_who_never_bought": 1,
        "open_complaints": 1,
    }
    assert "dbt build: " in built.err
    checked = klantbeeld("check", *where)
    assert checked.code == 0
    assert "expectations 23 · published snapshot " in checked.out
    synced = klantbeeld("sync", "--json", *where).data["stages"][0]["summary"]["audiences"]
    assert [(done["audience"], done["members"]) for done in synced] == [("care", 1), ("winback", 1)]
    assert klantbeeld("build", *where).out.endswith("nothing new\n")

    with open_lake(workspace) as lake:
        lake.connection.execute(f"delete from {LAKE}.identity.edges")
    failed = klantbeeld("check", "--force", *where)
    assert (failed.code, failed.out) == (1, "")
    assert failed.err.splitlines()[-1].startswith(
        "klantbeeld: Not published: 1 of 23 expectations failed. (1) gate 'reso"
    )
    status = klantbeeld("status", "-w", workspace.root).out
    assert "Gates: 22 of 23 expectations passed" in status
    assert "  FAILED resolved: every record that shares a profile has an edge to it on profiles: " in status
    runs = klantbeeld("status", "--json", "-w", workspace.root).data["runs"]
    assert {run["command"] for run in runs if run["status"] == "failed"} == {"check"}


def test_profile_shows_one_person_by_any_identifier(klantbeeld: Klantbeeld, published: Workspace) -> None:
    seen = klantbeeld("profile", "ANNEKE@people.test", "--events", 2, "-w", published.root)
    assert (seen.code, seen.err) == (0, "")
    assert "p01_lapsed" in seen.out
    assert "where each value came from" in seen.out
    assert REASON in seen.out
    view = klantbeeld("profile", "phone:06 12345678", "--json", "-w", published.root).data
    assert view["profile"]["profile_id"] == "p04_lapsed_no_mail"
    assert view["profile"]["first_seen"] == "2025-01-01T00:00:00Z"
    assert view["timeline"][0]["amount"] == "-10.0000"
    assert len(view["timeline"]) == 11


def test_nobody_is_found_without_the_value_being_repeated(klantbeeld: Klantbeeld, published: Workspace) -> None:
    refused = klantbeeld("profile", "nobody@people.test", "-w", published.root)
    assert refused.code == 2
    assert refused.refusal == (
        "klantbeeld: No profile with that id or identifier is published."
        " Is it spelled right, and has 'klantbeeld run' been?"
    )


def test_audience_list_tells_each_audience_and_its_last_sync(klantbeeld: Klantbeeld, published: Workspace) -> None:
    listed = klantbeeld("audience", "list", "--json", "-w", published.root)
    assert (listed.code, listed.err) == (0, "")
    assert [(entry["name"], entry["members"], entry["synced_at"]) for entry in listed.data] == [
        ("care", 1, "2026-07-01T00:00:00Z"),
        ("winback", 1, "2026-07-01T00:00:00Z"),
    ]
    assert "winback   Lapsed high-value buyers  email" in klantbeeld("audience", "list", "-w", published.root).out


def test_audience_preview_tells_whom_it_would_reach_and_who_is_left_out(
    klantbeeld: Klantbeeld, published: Workspace
) -> None:
    preview = klantbeeld("audience", "preview", "winback", "--json", "-w", published.root).data
    assert (preview["segment_size"], preview["members"]) == (5, 1)
    assert preview["left_out"] == {
        "no e-mail address": 1,
        "suppressed: complained": 1,
        "suppressed: hard bounced": 1,
        "suppressed: unsubscribed": 1,
    }
    assert [row["email"] for row in preview["rows"]] == ["a***@people.test"]
    whole = klantbeeld("audience", "preview", "winback", "--json", "--reveal", "-w", published.root).data
    assert [row["email"] for row in whole["rows"]] == ["anneke@people.test"]
    told = klantbeeld("audience", "preview", "winback", "--limit", 0, "-w", published.root)
    assert "would be exported" in told.out
    assert "anneke" not in told.out


def test_audience_why_tells_a_members_reason_and_why_another_is_none(
    klantbeeld: Klantbeeld, published: Workspace
) -> None:
    member = klantbeeld("audience", "why", "winback", "anneke@people.test", "--json", "-w", published.root).data
    assert (member["profile_id"], member["is_member"], member["reason"]) == ("p01_lapsed", True, REASON)
    assert [stay["entered_at"] for stay in member["stays"]] == ["2026-07-01T00:00:00Z"]
    told = klantbeeld("audience", "why", "winback", "p02_lapsed_left", "-w", published.root)
    assert "suppressed: unsubscribed" in told.out


def test_audience_export_writes_the_files_and_says_where(klantbeeld: Klantbeeld, tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "ws", AUDIENCES)
    publish_now(workspace)
    exported = klantbeeld("audience", "export", "winback", "--json", "-w", workspace.root)
    assert exported.code == 0
    [export] = exported.data
    assert (export["audience"], export["members"]) == ("winback", 1)
    with (Path(export["folder"]) / "members.csv").open(newline="", encoding="utf-8") as file:
        assert [row["given_name"] for row in csv.DictReader(file)] == ["Anneke"]
    again = klantbeeld("audience", "export", "winback", "-w", workspace.root)
    assert export["folder"] in again.out
    assert "sync: " in exported.err


@pytest.mark.parametrize("command", [("preview", "winbak"), ("why", "winbak", "p01_lapsed"), ("export", "winbak")])
def test_an_audience_that_does_not_exist_is_refused_with_a_suggestion(
    klantbeeld: Klantbeeld, published: Workspace, command: tuple[str, ...]
) -> None:
    refused = klantbeeld("audience", *command, "-w", published.root)
    assert refused.code == 2
    assert refused.refusal == (
        "klantbeeld: No audience named 'winbak' in klantbeeld.toml. Known: care, winback. Did you mean 'winback'?"
        " Add [audiences.winbak]."
    )
