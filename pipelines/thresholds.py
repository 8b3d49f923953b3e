"""From which match weight on pairs join people in a workspace: its own setting, else its match model's."""

from __future__ import annotations

from identity.fitted_thresholds import link_match_weight
from identity.match_models import read_match_model
from models.workspaces import Workspace


def joining_match_weight(workspace: Workspace) -> float:
    """The match weight from which on a pair of records may join people.

    Raises:
        UsageError: the match model is not there or is none.
    """
    settings = workspace.settings.identity
    return link_match_weight(settings, read_match_model(settings.match_model, workspace.root))
