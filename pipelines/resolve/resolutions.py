"""What earlier resolutions rested on, kept in the lake: it decides whether the next need look at what changed alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec
import pyarrow as pa

from identity.fitted_thresholds import with_thresholds
from identity.increments import Calibration
from identity.judgements import judgements_table
from identity.match_models import match_model_file, read_match_model
from identity.people import Rules
from models.lakes import LAKE, Lake
from models.workspaces import Workspace
from pipelines.judgements import read_judgements
from pipelines.runs.stages import fingerprint
from schemas.tables import RESOLUTIONS

RULES_VERSION = 4
"""Raise it when code changes what it makes of equal records and rules: the next resolution then looks at all."""

Mode = Literal["full", "incremental"]


@dataclass(frozen=True)
class Resolution:
    """A row of RESOLUTIONS."""

    number: int
    run_id: str
    resolved_at: datetime
    mode: Mode
    because: str
    read_snapshot: int
    rules_key: str
    calibration: Calibration
    records: int
    changed_records: int

    def row(self) -> pa.Table:
        """As a table (RESOLUTIONS) of one row."""
        values = {name: getattr(self, name) for name in RESOLUTIONS.names}
        values["calibration"] = msgspec.json.encode(self.calibration).decode()
        return pa.Table.from_pylist([values], RESOLUTIONS)


def read_rules(workspace: Workspace) -> Rules:
    """What decides who is who in a workspace, besides its records.

    Raises:
        UsageError: the match model is not there or is none, or judgements are wrong or contradict each other.
    """
    settings = workspace.settings
    model = read_match_model(settings.identity.match_model, workspace.root)
    return Rules(
        settings=with_thresholds(settings.identity, model),
        policies=settings.identifier_policies(),
        model=model,
        # From the workspace and not from the lake: they survive whatever becomes of that.
        judgements=judgements_table(read_judgements(workspace)),
    )


def rules_key(workspace: Workspace) -> str:
    """A fingerprint of all rules but the judgements, whose changes are looked at one by one.

    Raises:
        UsageError: the settings name a match model that is not there.
    """
    settings = workspace.settings
    return fingerprint(
        RULES_VERSION,
        settings.identity.rules(),
        msgspec.to_builtins(settings.identifier_policies()),
        msgspec.to_builtins(settings.profiles),
        match_model_key(workspace),
    )


def match_model_key(workspace: Workspace) -> str:
    """A hash of the match model's file: another model is another answer to who is who.

    Raises:
        UsageError: the settings name a file that is not there.
    """
    path = match_model_file(workspace.settings.identity.match_model, workspace.root)
    return hashlib.sha256(path.read_bytes()).hexdigest()[:32]


def last_resolution(lake: Lake) -> Resolution | None:
    """The newest resolution of the lake; None before the first."""
    rows = lake.sql(f"from {LAKE}.identity.resolutions order by number desc limit 1").to_pylist()
    if not rows:
        return None
    calibration = msgspec.json.decode(rows[0].pop("calibration"), type=Calibration)
    return Resolution(**rows[0], calibration=calibration)
