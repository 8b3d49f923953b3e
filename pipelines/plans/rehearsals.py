"""A place to rehearse in: a workspace that reads the real one's files and writes only its own.

The lake's catalog is copied (it is small); its Parquet files are linked, since a lake never changes a file that it has
written. So resolve and build run there as they are, and nobody else sees it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec

from models.errors import UsageError
from models.lakes import Lake, open_lake
from models.settings import SETTINGS_FILE, LakeSettings
from models.workspaces import Workspace
from schemas.tables import LAKE_TABLES

NOT_COPIED = ("ops.publications", "ops.stages", "identity.resolutions")
"""Tables that name snapshots of the lake they stand in."""


@contextmanager
def rehearsal(workspace: Workspace) -> Iterator[Workspace]:
    """The workspace once more, in a folder for temporary files that is deleted after the block.

    Its lake holds what the real one holds, snapshots included when the catalog is SQLite. With a PostgreSQL catalog,
    which cannot be copied as a file, the rows of the newest state are copied.

    Raises:
        UsageError: there is no lake yet.
    """
    with tempfile.TemporaryDirectory(prefix="klantbeeld-plan-") as folder:
        scratch = _scratch_workspace(workspace, Path(folder))
        if workspace.settings.lake.catalog == "sqlite":
            _copy_catalog(workspace, scratch)
            _link_files(workspace.lake_data, scratch.lake_data)
        else:
            _copy_rows(workspace, scratch)
        # As the next ingest would: tables that came with a newer release are made, here alone.
        open_lake(scratch, create=True).close()
        yield scratch


def _scratch_workspace(workspace: Workspace, root: Path) -> Workspace:
    """What people wrote (segments, judgements, match models) is linked, so that relative paths lead to the same."""
    for entry in sorted(workspace.root.iterdir()):
        if entry.name not in (workspace.data.name, SETTINGS_FILE):
            (root / entry.name).symlink_to(entry)
    lake = msgspec.structs.replace(workspace.settings.lake, catalog="sqlite", data_path=LakeSettings().data_path)
    scratch = replace(workspace, root=root, settings=msgspec.structs.replace(workspace.settings, lake=lake))
    scratch.data.mkdir()
    return scratch


def _copy_catalog(workspace: Workspace, scratch: Workspace) -> None:
    if not workspace.lake_catalog.exists():
        msg = f"Workspace {workspace.root} holds no lake yet. Fill it with: klantbeeld ingest"
        raise UsageError(msg)
    # SQLite's own way of copying: a writer beside it leaves no half of a commit in the copy.
    with (
        closing(sqlite3.connect(f"{workspace.lake_catalog.as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(scratch.lake_catalog)) as target,
    ):
        source.backup(target)
        target.execute("update ducklake_metadata set value = ? where key = 'data_path'", [f"{scratch.lake_data}/"])
        target.commit()
    if workspace.match_index.exists():
        # Copied, not linked: a resolution may write a file of a name that an earlier attempt left behind.
        shutil.copytree(workspace.match_index, scratch.match_index)


def _link_files(source: Path, target: Path) -> None:
    for folder, _, names in os.walk(source):
        place = target / Path(folder).relative_to(source)
        place.mkdir(parents=True)
        for name in names:
            (place / name).symlink_to(Path(folder, name))


def _copy_rows(workspace: Workspace, scratch: Workspace) -> None:
    tables = [f"{schema}.{name}" for schema, names in LAKE_TABLES.items() for name in names]
    with (
        open_lake(workspace, read_only=True) as source,
        open_lake(scratch, create=True) as target,
        target.transaction("-", "copy"),
    ):
        for table in tables:
            if table not in NOT_COPIED:
                _copy_table(source, target, table)


def _copy_table(source: Lake, target: Lake, table: str) -> None:
    rows = source.connection.execute(f"from lake.{table}").to_arrow_reader()
    with target.registered(rows, "copied_rows"):
        target.connection.execute(f"insert into lake.{table} by name from copied_rows")
