"""A file that should never have been loaded: removed, it leaves the audiences; taken back, all are there again."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest

from models.workspaces import Workspace
from pipelines.cli import main
from tests.pipelines.resolve.test_partial import GIVEN_NAMES, SURNAMES
from tests.pipelines.resolve.test_resolution import profiles_by_record
from tests.support.ingests import query_lake
from tests.support.workspaces import make_workspace

pytestmark = pytest.mark.slow

SETTINGS = """
[sources.crm]
kind = "file"
type = "crm.contact"

[sources.crm.columns]
"external_ids.crm_id" = "id"
"original_timestamp" = "changed_at"
"traits.given_name" = "first_name"
"traits.family_name" = "last_name"
"traits.email" = "email"

[audiences.known]
segment = "known"
channel = "email"
columns = ["email"]
"""
SEGMENT = "select profile_id, 'has a name' as reason from {{ ref('dim_profiles') }} where family_name is not null\n"


def write_contacts(path: Path, people: range) -> Path:
    rows = [f"K{at},2026-05-01T10:00:00Z,{GIVEN_NAMES[at % 12]},{SURNAMES[at % 13]},p{at}@people.test" for at in people]
    path.write_text("\n".join(["id,changed_at,first_name,last_name,email", *rows]) + "\n", encoding="utf-8")
    return path


def members(workspace: Workspace) -> set[str]:
    """The profiles in the audience now."""
    rows = query_lake(workspace, "select profile_id from lake.audiences.memberships where exited_at is null")
    return {profile_id for (profile_id,) in rows}


def klantbeeld(folder: Path, *arguments: str) -> tuple[int, str]:
    """A command as a user gives it, in this process: exit code, and what it says to people."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([*arguments, "--workspace", str(folder)])
    return code, out.getvalue() + err.getvalue()


@pytest.mark.timeout(600)
def test_audiences_follow_the_removal_of_a_file_and_its_undo_with_the_same_profile_ids(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, SETTINGS)
    workspace.segments.mkdir()
    (workspace.segments / "known.sql").write_text(SEGMENT, encoding="utf-8")
    good = write_contacts(tmp_path / "good.csv", range(30))
    wrong = write_contacts(tmp_path / "wrong.csv", range(30, 34))
    assert klantbeeld(tmp_path, "load", str(good), str(wrong), "--source", "crm")[0] == 0
    assert klantbeeld(tmp_path, "run")[0] == 0
    before, ids = members(workspace), profiles_by_record(workspace)
    assert len(before) == 34

    batch = ("--source", "crm", "--file", str(wrong), "--why", "an old export", "--by", "kim")
    code, said = klantbeeld(tmp_path, "remove", "batch", *batch)
    assert (code, said) == (
        0, "Removal 1: 4 events are left out, 0 lose an identifier. It counts with: klantbeeld run\n"
    )  # fmt: skip
    assert klantbeeld(tmp_path, "run")[0] == 0
    assert members(workspace) == before - {ids[f"crm:crm_id:K{at}"] for at in range(30, 34)}
    code, said = klantbeeld(tmp_path, "explain", "crm:crm_id:K31")
    assert code == 2
    assert "Record crm:crm_id:K31 is removed with a batch by kim at 20" in said
    assert "an old export (removal 1)" in klantbeeld(tmp_path, "history", "crm:crm_id:K31")[1]

    assert klantbeeld(tmp_path, "remove", "undo", "1")[0] == 0
    assert klantbeeld(tmp_path, "run")[0] == 0
    assert (members(workspace), profiles_by_record(workspace)) == (before, ids)
