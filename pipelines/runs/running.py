"""Execute stages of a run in order: skip what has nothing new, record what was done, tell what failed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from models.errors import KlantbeeldError
from models.lakes import Lake, open_lake
from models.progress import Progress, no_progress
from models.workspaces import Workspace
from pipelines.runs.manifests import (
    RunManifest,
    StageRecord,
    installed_versions,
    new_run_id,
    write_manifest,
)
from pipelines.runs.stages import read_stages, record_stage

NOTHING_NEW = "nothing new"


@dataclass(frozen=True)
class RunContext:
    """What every stage is given.

    ``clock`` tells the time; ``as_of`` is the moment segments are computed for; ``force`` asks for everything anew.
    """

    workspace: Workspace
    run_id: str
    as_of: datetime
    clock: Callable[[], datetime]
    progress: Progress = field(default=no_progress)
    force: bool = False


@dataclass(frozen=True)
class Stage:
    """A stage: ``input_key`` fingerprints what it would read (None: nothing to do), ``execute`` does it.

    ``input_key`` must be cheap; ``execute`` gives a summary of counts; ``nothing`` says why there is nothing to do.
    """

    name: str
    input_key: Callable[[RunContext, Lake], str | None]
    execute: Callable[[RunContext], Mapping[str, Any]]
    nothing: str = NOTHING_NEW


def run_stages(
    workspace: Workspace,
    stages: Sequence[Stage],
    command: str,
    clock: Callable[[], datetime],
    as_of: datetime | None = None,
    progress: Progress = no_progress,
    force: bool = False,
) -> RunManifest:
    """Run stages in order under the writer lock, and keep a manifest of it.

    A stage whose input is the same as when it last finished is skipped, unless ``force``.

    Raises:
        KlantbeeldError: a stage failed; what earlier stages did stays, the manifest says so.
    """
    started = clock()
    context = RunContext(workspace, new_run_id(started), as_of or started, clock, progress, force)
    manifest = RunManifest(
        run_id=context.run_id,
        command=command,
        started_at=started.isoformat(),
        as_of=context.as_of.isoformat(),
        versions=installed_versions(),
    )
    with workspace.writer_lock(command):
        write_manifest(workspace.runs, manifest)
        try:
            for stage in stages:
                manifest = manifest.with_stage(_run_stage(context, stage, force))
                write_manifest(workspace.runs, manifest)
        except BaseException as error:
            # The text of a foreign exception may hold data of people: only our own messages are kept.
            reason = str(error) if isinstance(error, KlantbeeldError) else type(error).__name__
            failed = replace(manifest, status="failed", finished_at=clock().isoformat(), error=reason)
            write_manifest(workspace.runs, failed)
            raise
        manifest = replace(manifest, status="ok", finished_at=clock().isoformat())
        write_manifest(workspace.runs, manifest)
    return manifest


def _run_stage(context: RunContext, stage: Stage, force: bool) -> StageRecord:
    started = time.monotonic()
    with open_lake(context.workspace, create=True) as lake:
        key = stage.input_key(context, lake)
        before = read_stages(lake).get(stage.name)
    if key is None or (before is not None and before.input_key == key and not force):
        because = stage.nothing if key is None else NOTHING_NEW
        return StageRecord(stage.name, "skipped", time.monotonic() - started, {"because": because})
    context.progress(stage.name, 0)
    summary = dict(stage.execute(context))
    with open_lake(context.workspace) as lake:
        record_stage(lake, stage.name, context.run_id, key, context.clock(), summary)
    return StageRecord(stage.name, "done", time.monotonic() - started, summary)
