"""What each stage was last fed, kept in the lake beside its result: a stage with the same input is not redone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from models.lakes import LAKE, Lake
from schemas.tables import STAGES

STAGE_NAMES = ("ingest", "resolve", "build", "check", "sync")
"""The stages of a run, in their order."""


@dataclass(frozen=True)
class StageState:
    """The last finished execution of a stage."""

    stage: str
    run_id: str
    input_key: str
    finished_at: datetime
    summary: dict[str, Any]


def fingerprint(*parts: object) -> str:
    """A short hash of what a stage depends on; equal inputs give equal fingerprints on every machine."""
    text = json.dumps(parts, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def fingerprint_folder(folder: Path, pattern: str = "**/*") -> str:
    """A hash of the names and contents of the files in a folder; of a folder that is not there, of nothing."""
    files = sorted(path for path in folder.glob(pattern) if path.is_file() and "__pycache__" not in path.parts)
    return fingerprint(
        [(str(path.relative_to(folder)), hashlib.sha256(path.read_bytes()).hexdigest()) for path in files]
    )


def read_stages(lake: Lake) -> dict[str, StageState]:
    """The state of every stage that ever finished, by name."""
    rows = lake.rows(f"select stage, run_id, input_key, finished_at, summary from {LAKE}.ops.stages")
    return {row[0]: StageState(row[0], row[1], row[2], row[3], json.loads(row[4])) for row in rows}


def record_stage(
    lake: Lake, stage: str, run_id: str, input_key: str, finished_at: datetime, summary: Mapping[str, Any]
) -> None:
    """Note that a stage finished on this input, in a transaction of its own.

    A crash between a stage's result and this note makes the next run redo the stage, with the same result.
    """
    row = {
        "stage": stage,
        "run_id": run_id,
        "input_key": input_key,
        "finished_at": finished_at,
        "summary": json.dumps(summary, ensure_ascii=False, default=str),
    }
    with lake.transaction(run_id, f"stage {stage}"):
        lake.connection.execute(f"delete from {LAKE}.ops.stages where stage = ?", [stage])
        lake.insert("ops.stages", pa.Table.from_pylist([row], schema=STAGES))
