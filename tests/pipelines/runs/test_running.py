"""Runs: what has nothing new is skipped, what failed is recorded, and a manifest holds no data of people."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.errors import GateFailedError
from models.workspaces import Workspace
from pipelines.runs.manifests import RunManifest, new_run_id, read_manifests
from pipelines.runs.running import RunContext, Stage, run_stages
from tests.support.workspaces import make_workspace

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def noon() -> datetime:
    return NOON


class Counter:
    """A stage that counts how often it is executed."""

    def __init__(self, key: str | None = "same", fails_with: Exception | None = None) -> None:
        self.executed = 0
        self.key = key
        self.fails_with = fails_with

    def stage(self) -> Stage:
        return Stage("resolve", lambda _context, _lake: self.key, self.execute)

    def execute(self, context: RunContext) -> dict[str, int]:
        self.executed += 1
        if self.fails_with:
            raise self.fails_with
        return {"profiles": 3}


def run(workspace: Workspace, counter: Counter, force: bool = False) -> RunManifest:
    return run_stages(workspace, [counter.stage()], "resolve", noon, force=force)


def test_a_stage_is_done_once_per_input_and_again_when_forced(tmp_path: Path) -> None:
    workspace, counter = make_workspace(tmp_path), Counter()
    assert [record.status for record in run(workspace, counter).stages] == ["done"]
    assert [record.status for record in run(workspace, counter).stages] == ["skipped"]
    counter.key = "other"
    assert [record.status for record in run(workspace, counter).stages] == ["done"]
    assert [record.status for record in run(workspace, counter, force=True).stages] == ["done"]
    assert counter.executed == 3


def test_a_stage_with_nothing_to_do_is_skipped(tmp_path: Path) -> None:
    counter = Counter(key=None)
    assert run(make_workspace(tmp_path), counter).stages[0].status == "skipped"
    assert counter.executed == 0


def test_a_stage_that_failed_is_done_again_next_time(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    counter = Counter(fails_with=GateFailedError("Not published: 2 expectations failed."))
    with pytest.raises(GateFailedError):
        run(workspace, counter)
    manifest = read_manifests(workspace.runs, 1)[0]
    assert (manifest["status"], manifest["error"]) == ("failed", "Not published: 2 expectations failed.")
    counter.fails_with = None
    assert run(workspace, counter).stages[0].status == "done"


def test_the_text_of_a_foreign_exception_is_not_kept(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    with pytest.raises(ValueError, match="anna"):
        run(workspace, Counter(fails_with=ValueError("anna@postbus.example is odd")))
    text = next(workspace.runs.glob("*.json")).read_text(encoding="utf-8")
    assert json.loads(text)["error"] == "ValueError"
    assert "anna" not in text


def test_a_manifest_says_what_ran_with_which_versions(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    run(workspace, Counter())
    manifest = read_manifests(workspace.runs, 5)[0]
    assert manifest["status"] == "ok"
    assert manifest["as_of"] == "2026-11-22T12:00:00+00:00"
    assert manifest["stages"][0]["summary"] == {"profiles": 3}
    assert manifest["versions"]["duckdb"] == "1.5.5"


def test_run_ids_sort_by_time() -> None:
    later = datetime(2026, 11, 22, 12, 0, 0, 1_000, tzinfo=UTC)
    assert new_run_id(NOON).startswith("20261122T120000.000Z-")
    assert new_run_id(NOON) < new_run_id(later)
