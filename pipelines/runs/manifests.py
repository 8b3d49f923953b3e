"""Run manifests: one JSON file an execution, with what went in, what came out, versions and times."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

VERSIONED = (
    "klantbeeld",
    "apache-beam",
    "duckdb",
    "splink",
    "dbt-core",
    "great-expectations",
    "pyarrow",
    "kafka-python",
)

StageStatus = Literal["done", "skipped", "failed"]


@dataclass(frozen=True)
class StageRecord:
    """One stage of one run. ``summary`` holds counts and names of files, never personal data."""

    stage: str
    status: StageStatus
    seconds: float
    summary: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RunManifest:
    """One execution. Times are UTC, ISO 8601; ``as_of`` is the moment that segments are computed for."""

    run_id: str
    command: str
    started_at: str
    as_of: str
    status: Literal["running", "ok", "failed"] = "running"
    finished_at: str | None = None
    stages: tuple[StageRecord, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)
    error: str | None = None

    def with_stage(self, record: StageRecord) -> RunManifest:
        """This manifest and one more stage."""
        return replace(self, stages=(*self.stages, record))

    def stage(self, name: str) -> StageRecord | None:
        """The record of one stage, if it ran."""
        return next((record for record in self.stages if record.stage == name), None)


def new_run_id(now: datetime) -> str:
    """A run id that sorts by time, to the millisecond: ``20261122T120000.123Z-3f9a1c``."""
    return f"{now:%Y%m%dT%H%M%S}.{now.microsecond // 1000:03d}Z-{secrets.token_hex(3)}"


def installed_versions() -> dict[str, str]:
    """Versions of what decides a result."""
    return {name: version(name) for name in VERSIONED}


def write_manifest(folder: Path, manifest: RunManifest) -> Path:
    """Write (or write anew) the manifest of a run; a reader sees the old one or the new one, never a half."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{manifest.run_id}.json"
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="utf-8") as handle:
        json.dump(asdict(manifest), handle, indent=2, ensure_ascii=False)
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(path)
    return path


def read_manifests(folder: Path, limit: int) -> list[dict[str, Any]]:
    """The newest manifests, newest first."""
    files: Sequence[Path] = sorted(folder.glob("*.json"), reverse=True)[:limit] if folder.exists() else []
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]
