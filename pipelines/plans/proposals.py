"""What is proposed: the workspace with other settings, or another match model, and the same lake."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from models.settings import read_settings
from models.workspaces import Workspace


@dataclass(frozen=True)
class Proposal:
    """Files that stand in for what the workspace has: ``settings`` and ``match_model``; None: the workspace's own."""

    settings: Path | None = None
    match_model: Path | None = None

    def applied_to(self, workspace: Workspace) -> Workspace:
        """The workspace as it would be; the lake stays where it is, whatever the other settings say of it.

        Raises:
            UsageError: the file of settings is not there, or is wrong.
        """
        settings = workspace.settings
        if self.settings is not None:
            settings = msgspec.structs.replace(read_settings(self.settings), lake=settings.lake)
        if self.match_model is not None:
            identity = msgspec.structs.replace(settings.identity, match_model=str(self.match_model.resolve()))
            settings = msgspec.structs.replace(settings, identity=identity)
        return replace(workspace, settings=settings)
