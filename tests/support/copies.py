"""Workspaces that take seconds to make: made once a process, copied by file for each test that wants one."""

from __future__ import annotations

import atexit
import functools
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

from models.settings import SETTINGS_FILE
from models.workspaces import Workspace, open_workspace


@functools.cache
def made_once(make: Callable[[Path], Workspace]) -> Workspace:
    """The workspace that ``make`` makes in a new folder; never change it."""
    folder = Path(tempfile.mkdtemp(prefix="klantbeeld-made-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return make(folder / "workspace")


def copy_of(make: Callable[[Path], Workspace], root: Path, settings: str | None = None) -> Workspace:
    """A copy in ``root`` of what ``make`` makes, there to be changed; ``settings`` take the place of its own."""
    return copy_workspace(made_once(make), root, settings)


def copy_workspace(workspace: Workspace, root: Path, settings: str | None = None) -> Workspace:
    """The workspace and all its data in another folder, there to be changed."""
    shutil.copytree(workspace.root, root, dirs_exist_ok=True)
    if settings is not None:
        (root / SETTINGS_FILE).write_text(settings, encoding="utf-8")
    copied = open_workspace(root)
    # The catalog remembers where its files are; they moved.
    with sqlite3.connect(copied.lake_catalog) as catalog:
        catalog.execute("update ducklake_metadata set value = ? where key = 'data_path'", [f"{copied.lake_data}/"])
    catalog.close()
    return copied
