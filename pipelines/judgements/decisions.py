"""Decisions: judgements made and taken back together, under one number."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict

from identity.judgements import Judgement
from models.workspaces import Workspace
from pipelines.judgements.files import JUDGEMENT_FILES, Entry


def read_judgements(workspace: Workspace) -> list[Entry]:
    """All judgements of the workspace, by file and line.

    Raises:
        UsageError: a file is not as it should be, or judgements contradict each other; names files and lines.
    """
    return JUDGEMENT_FILES.read(workspace)


def judgements_key(workspace: Workspace) -> str:
    """A hash of all judgements, whatever their order: others are another answer to who is who.

    Raises:
        UsageError: as :func:`read_judgements`.
    """
    places = {"number", "file", "line", "last_line"}
    rows = {
        tuple(str(value) for name, value in asdict(entry).items() if name not in places)
        for entry in read_judgements(workspace)
    }
    return hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()[:32]


def add_decision(workspace: Workspace, judgements: Sequence[Judgement]) -> int:
    """Write judgements as one decision and give its number; that of the earlier one, where all were judged so before.

    Raises:
        UsageError: they contradict others; nothing was written.
    """
    return JUDGEMENT_FILES.add(workspace, judgements)


def undo_decision(workspace: Workspace, number: int) -> int:
    """Take a decision out of its files, all others left byte for byte; how many judgements it held.

    Raises:
        UsageError: there is no decision of that number, or there are several: two branches of the folder gave it.
    """
    return len(JUDGEMENT_FILES.undo(workspace, number))
