"""Killed between any two writes of a resolution and run again: the state of one that nothing disturbed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given
from hypothesis import strategies as st

from models.workspaces import Workspace
from tests.pipelines.resolve.test_partial import FIRST, LATER, content, resolve, resolved
from tests.support.copies import copy_of
from tests.support.examples import examples
from tests.support.ingests import append_events, ingest_all
from tests.support.kills import run_killed
from tests.support.workspaces import make_workspace


def ingested(root: Path) -> Workspace:
    """A lake that nobody has resolved."""
    workspace = make_workspace(root)
    append_events(workspace, FIRST)
    ingest_all(workspace, "r1")
    return workspace


def extended(root: Path) -> Workspace:
    """A lake that was resolved, and that more came to."""
    workspace = resolved(root)
    append_events(workspace, LATER)
    ingest_all(workspace, "r2")
    return workspace


@cache
def undisturbed(make: Callable[[Path], Workspace]) -> dict[str, list[str]]:
    """What a resolution that nothing disturbs finds."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = copy_of(make, Path(folder) / "ws")
        resolve(workspace, "r3")
        return content(workspace)


@pytest.mark.slow
@pytest.mark.timeout(1500)
@examples(10, few=3, suppress_health_check=[HealthCheck.too_slow])
@given(
    make=st.sampled_from((ingested, extended)),
    write=st.sampled_from(("replace", "insert", "delete")),
    number=st.integers(1, 16),
    moment=st.sampled_from(("before", "after")),
)
def test_killed_between_any_two_writes_and_run_again_gives_the_undisturbed_state(
    make: Callable[[Path], Workspace], write: str, number: int, moment: str
) -> None:
    expected = undisturbed(make)
    with tempfile.TemporaryDirectory() as folder:
        workspace = copy_of(make, Path(folder) / "ws")
        killed = run_killed(f"models.lakes.Lake.{write}#{number}", moment, workspace.root, "resolve")
        event({-9: "killed", 0: "done before"}[killed])
        resolve(workspace, "r3")
        assert content(workspace) == expected
