"""The seeded lake with dbt's models built on it, once a process; take a copy to change it.

Tests that use it carry ``pytest.mark.xdist_group("built_lake")``, so that one worker builds it for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from models.lakes import LAKE, open_lake
from models.workspaces import Workspace
from pipelines.build import build
from schemas.tables import PUBLICATIONS
from tests.support.copies import copy_of, made_once
from tests.support.lakes import AS_OF, RUN_ID, make_lake, seeded_story


def built_workspace() -> Workspace:
    """A workspace with :func:`tests.support.lakes.seeded_story`, built as of ``AS_OF``; never change it."""
    return made_once(_build_seeded)


def _build_seeded(root: Path) -> Workspace:
    workspace = make_lake(root)
    with open_lake(workspace) as lake:
        seeded_story().write(lake)
    build(workspace, RUN_ID, AS_OF)
    return workspace


def built_copy(root: Path, settings: str = "") -> Workspace:
    """A copy of :func:`built_workspace` with these settings, there to be changed."""
    return copy_of(_build_seeded, root, settings)


def publish_now(workspace: Workspace, statements: Sequence[str] = (), at: datetime = AS_OF) -> int:
    """Change the lake by SQL (tables are ``lake.<schema>.<table>``) and publish it as it is, without gates."""
    with open_lake(workspace) as lake:
        for statement in statements:
            lake.connection.execute(statement)
        snapshot_id = lake.snapshot_id()
        row = {"snapshot_id": snapshot_id, "run_id": f"published-{snapshot_id}", "published_at": at}
        lake.insert("ops.publications", pa.Table.from_pylist([row], schema=PUBLICATIONS))
    return snapshot_id


def segment_rows(workspace: Workspace, name: str) -> list[tuple[str, str]]:
    """The rows of a segment, by profile_id."""
    with open_lake(workspace, read_only=True) as lake:
        return [(row[0], row[1]) for row in lake.rows(f'from {LAKE}.segments."{name}" order by profile_id')]
