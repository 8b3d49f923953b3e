"""Invented customers as a file, as truth and in a lake, and match models trained on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv

from benchmarks.people import make_people
from identity.identifiers import identifier_states
from identity.model_cards import ModelCard
from models.lakes import open_lake
from models.settings import Settings
from models.workspaces import Workspace
from pipelines.match_models.inputs import TrainingData, read_file_records, read_truth
from pipelines.match_models.outputs import ModelFiles
from pipelines.match_models.training import TrainingOptions, train_model

TODAY = date(2026, 11, 24)
SHOWN = ("record_id", "given_name", "family_name", "birth_date", "email", "phone", "postcode", "city")


@dataclass(frozen=True)
class Trained:
    """A model's card and files, and what it was trained on."""

    card: ModelCard
    files: ModelFiles
    data: TrainingData


def write_people(folder: Path, records: int = 1200, seed: int = 5) -> tuple[Path, Path]:
    """``crm.csv`` and ``truth.csv``."""
    found, _, truth = make_people(records, seed)
    csv.write_csv(found.select(SHOWN), folder / "crm.csv")
    csv.write_csv(truth, folder / "truth.csv")
    return folder / "crm.csv", folder / "truth.csv"


def file_data(crm: Path) -> TrainingData:
    """The file as training reads it."""
    policies = Settings().identifier_policies()
    return read_file_records([crm], {}, "record_id", "NL", TODAY, policies, lambda _: None)


def train(folder: Path, crm: Path, truth: Path | None, options: TrainingOptions) -> Trained:
    """A model in ``folder``, trained on the file."""
    data = file_data(crm)
    known = None if truth is None else read_truth(truth, data.records)
    settings = Settings()
    card, files = train_model(data, known, options, folder, settings.identity, settings.identifier_policies())
    return Trained(card, files, data)


def fill_lake(workspace: Workspace, records: int = 400, seed: int = 5) -> pa.Table:
    """Records in the lake as if a resolve had put them there; the records."""
    found, pairs, _ = make_people(records, seed)
    found = found.sort_by("record_id")
    with open_lake(workspace, create=True) as lake, lake.transaction("r1", "resolve"):
        lake.replace("identity.records", found)
        states = identifier_states(found, pairs, workspace.settings.identifier_policies())
        lake.replace("identity.identifier_states", states)
    return found
