"""Build: dbt on the lake, from events and profiles to marts and segments."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from models.errors import FatalError, GateFailedError, UsageError
from models.lakes import LAKE, Lake, open_lake
from models.progress import Progress, no_progress
from models.workspaces import Workspace
from pipelines.dbt_projects import (
    VARS_FILE,
    DbtResult,
    dbt_project_dir,
    project_variables,
    read_yaml,
    run_dbt,
    segment_variables,
)

SEGMENT_COLUMNS = ["profile_id", "reason"]


@dataclass(frozen=True)
class BuildSummary:
    """What a build made: numbers of models and tests that ran, members per segment, seconds."""

    models: int
    tests: int
    segments: dict[str, int]
    seconds: float


@dataclass(frozen=True)
class Segment:
    """A segment as a marketer knows it. ``thresholds`` are its vars with the values that this workspace uses."""

    name: str
    label: str
    description: str
    origin: Literal["product", "workspace"]
    thresholds: dict[str, Any]


def build(workspace: Workspace, run_id: str, as_of: datetime, progress: Progress = no_progress) -> BuildSummary:
    """Build every model of staging, intermediate, marts and segments, and run their data tests.

    The same lake and the same ``as_of`` give the same rows. Nothing is published by it.

    Raises:
        UsageError: a segment or ``vars.yml`` of the workspace is wrong.
        FatalError: a model of the product failed.
        GateFailedError: a data test failed; the message names it and how many rows it found.
    """
    started = time.monotonic()
    variables = build_variables(workspace, as_of)
    result = run_dbt(workspace, ["build", "--exclude-resource-type", "unit_test"], variables, progress)
    _raise_failures(workspace, result)
    with open_lake(workspace, read_only=True) as lake:
        sizes = segment_sizes(lake)
    return BuildSummary(len(result.models), len(result.tests), sizes, time.monotonic() - started)


def build_variables(workspace: Workspace, as_of: datetime) -> dict[str, Any]:
    """The vars that a build passes to dbt: the moment, the currency, and the workspace's own thresholds."""
    own = segment_variables(workspace)
    moment = as_of.astimezone(UTC).isoformat()
    return {**own, "as_of": moment, "default_currency": workspace.settings.workspace.default_currency}


def segment_sizes(lake: Lake) -> dict[str, int]:
    """Rows of every segment in the lake, by name. Raises UsageError as :func:`segment_tables`."""
    names = segment_tables(lake)
    return {name: int(lake.value(f'select count(*) from {LAKE}.segments."{name}"')) for name in names}


def segment_tables(lake: Lake) -> list[str]:
    """Names of the segments that the lake holds and the project still has, in order.

    Raises:
        UsageError: a segment has other columns than ``profile_id`` and ``reason``.
    """
    workspace = lake.workspace
    rows = lake.rows(
        "select table_name, list(column_name order by column_index) from duckdb_columns()"
        " where database_name = ? and schema_name = 'segments' group by table_name order by table_name",
        [LAKE],
    )
    known = {segment.name for segment in segment_catalogue(workspace)}
    for name, columns in rows:
        if name in known and columns != SEGMENT_COLUMNS:
            msg = (
                f"Segment '{name}' gives the columns {', '.join(columns)}; a segment gives exactly profile_id and"
                f" reason. Change {workspace.segments / (name + '.sql')}."
            )
            raise UsageError(msg)
    return [name for name, _ in rows if name in known]


def segment_catalogue(workspace: Workspace) -> list[Segment]:
    """Every segment there is, the product's and the workspace's own, by name; dbt is not needed for it."""
    product = dbt_project_dir() / "models" / "segments"
    values = project_variables() | segment_variables(workspace)
    found = [
        *_segments(product, "product", values),
        *_segments(workspace.segments, "workspace", values),
    ]
    return sorted(found, key=lambda segment: segment.name)


def _segments(folder: Path, origin: Literal["product", "workspace"], values: dict[str, Any]) -> list[Segment]:
    described: dict[str, dict[str, Any]] = {}
    for file in sorted(folder.rglob("*.yml")):
        if file.name != VARS_FILE:
            described |= {str(model["name"]): model for model in read_yaml(file).get("models") or []}
    segments = []
    for name in sorted(path.stem for path in folder.rglob("*.sql")):
        model = described.get(name, {})
        meta = model.get("meta") or (model.get("config") or {}).get("meta") or {}
        segments.append(
            Segment(
                name=name,
                label=str(meta.get("label") or name.replace("_", " ").capitalize()),
                description=" ".join(str(model.get("description") or "").split()),
                origin=origin,
                thresholds={key: values.get(key) for key in meta.get("thresholds") or []},
            )
        )
    return segments


def _raise_failures(workspace: Workspace, result: DbtResult) -> None:
    models = [failure for failure in result.failures if failure.kind == "model"]
    if models:
        own = {path.stem for path in workspace.segments.rglob("*.sql")}
        msg = "Build failed. " + "; ".join(str(failure) for failure in models)
        raise UsageError(msg) if any(failure.name in own for failure in models) else FatalError(msg)
    if result.failures:
        msg = (
            "Data tests failed, nothing is published. "
            + "; ".join(str(failure) for failure in result.failures)
            + ". The file holds the query that finds the rows."
        )
        raise GateFailedError(msg)
