"""Removals made and taken back together, under one number."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from identity.removals import Removal
from models.workspaces import Workspace
from pipelines.removals.files import COLUMNS, REMOVAL_FILES, Entry


def read_removals(workspace: Workspace) -> list[Entry]:
    """All removals of the workspace, by file and line.

    Raises:
        UsageError: a file is not as it should be; names file and line.
    """
    return REMOVAL_FILES.read(workspace)


def removals_key(workspace: Workspace) -> str:
    """A hash of all removals, whatever their order: others leave other records.

    Raises:
        UsageError: as :func:`read_removals`.
    """
    rows = {tuple(str(getattr(entry, name)) for name in COLUMNS) for entry in read_removals(workspace)}
    return hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()[:32]


def add_removal(workspace: Workspace, removals: Sequence[Removal]) -> int:
    """Write removals as one decision and give its number; that of the earlier one, where all were removed before.

    Raises:
        UsageError: a file is not as it should be, or what is to be written is not; nothing was written.
    """
    return REMOVAL_FILES.add(workspace, removals)


def undo_removal(workspace: Workspace, number: int) -> list[Entry]:
    """Take a removal out of its files, all others left byte for byte; what it held.

    Raises:
        UsageError: there is no removal of that number, or there are several: two branches of the folder gave it.
    """
    return REMOVAL_FILES.undo(workspace, number)
