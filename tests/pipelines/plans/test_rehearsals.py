"""A rehearsal reads what the workspace holds, writes only its own, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.lakes import open_lake
from models.workspaces import Workspace
from pipelines.plans import make_plan
from pipelines.plans.proposals import Proposal
from pipelines.plans.rehearsals import rehearsal
from tests.pipelines.plans.test_plans import BLOCKED, LATER, settings
from tests.pipelines.resolve.test_resolution import resolve_two_people, resolved
from tests.support.ingests import people_of, query_lake
from tests.support.postgres import new_database, postgres_server

VARIABLE = "KB_TEST_CATALOG_DSN"
POSTGRES = f'[lake]\ncatalog = "postgres"\npostgres_dsn_env = "{VARIABLE}"\n'
LEDGER = "select * from lake.identity.changes order by position"


def deleted_there(workspace: Workspace) -> None:
    with rehearsal(workspace) as scratch:
        assert people_of(scratch) == people_of(workspace)
        assert query_lake(scratch, LEDGER) == query_lake(workspace, LEDGER)
        with open_lake(scratch) as lake:
            lake.connection.execute("delete from lake.identity.record_profiles")
        assert people_of(scratch) == set()
    assert not scratch.root.exists()


def test_what_is_deleted_in_a_rehearsal_is_there_in_the_workspace_still(tmp_path: Path) -> None:
    workspace = resolved(tmp_path / "ws")
    people = people_of(workspace)
    deleted_there(workspace)
    assert people_of(workspace) == people


def test_files_that_people_wrote_are_found_under_the_same_relative_paths(tmp_path: Path) -> None:
    workspace = resolved(tmp_path / "ws")
    (workspace.root / "match_models").mkdir()
    (workspace.root / "match_models" / "mine.json").write_text("{}", encoding="utf-8")
    with rehearsal(workspace) as scratch:
        assert (scratch.root / "match_models" / "mine.json").read_text(encoding="utf-8") == "{}"
        assert not (scratch.data / "log").exists()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_with_a_catalog_in_postgres_the_rows_are_copied_and_the_plan_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = Proposal(settings=settings(tmp_path, BLOCKED))
    here = make_plan(resolved(tmp_path / "sqlite"), proposal, "planned", LATER, LATER, with_audiences=False)
    with postgres_server() as server:
        monkeypatch.setenv(VARIABLE, new_database(server))
        workspace = resolve_two_people(tmp_path / "postgres", POSTGRES)
        people = people_of(workspace)
        deleted_there(workspace)
        there = make_plan(workspace, proposal, "planned", LATER, LATER, with_audiences=False)
        assert people_of(workspace) == people
    assert (there.people, there.ids, there.states) == (here.people, here.ids, here.states)
    assert [one.decisions for one in there.examples] == [one.decisions for one in here.examples]
