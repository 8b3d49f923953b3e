"""Removals for tests, and what a workspace says of people when a removed thing is to have left no trace."""

from __future__ import annotations

from identity.removals import Kind, Removal
from models.workspaces import Workspace
from pipelines.removals import add_removal
from tests.pipelines.resolve.test_partial import content
from tests.support.ingests import people_of

AT = "2026-05-01T10:00:00Z"


def removal(kind: Kind, what: str, record_id: str | None = None) -> Removal:
    return Removal(kind, what, record_id, "kim", AT, "sent by mistake")


def remove(workspace: Workspace, kind: Kind, *whats: str, record_id: str | None = None) -> int:
    """One decision on some things of one kind; its number."""
    return add_removal(workspace, [removal(kind, what, record_id) for what in whats])


def picture(workspace: Workspace) -> tuple[dict[str, list[str]], set[frozenset[str]]]:
    """All that is known of people, with people named by their records and not by ids."""
    return content(workspace), people_of(workspace)
