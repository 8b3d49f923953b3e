"""The demo: the whole way once, through the same parts that a company uses, with the answer sheet beside it."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import pyarrow.csv as pa_csv

from connectors.log.logs import EventLog
from connectors.log.opening import open_log
from connectors.sources.collector.servers import running_collector
from connectors.sources.files.loads import LoadReport, load_file
from identity.evaluation import Evaluation, evaluate
from models.errors import UsageError
from models.lakes import LAKE, Lake, open_lake
from models.progress import Progress
from models.workspaces import Workspace
from pipelines.audiences.exports import newest_exports
from pipelines.build import segment_sizes
from pipelines.demo.limits import recall_limit
from pipelines.demo.population import DemoTruth, write_demo_sources
from pipelines.demo.posting import PostReport, post_web_events
from pipelines.demo.workspaces import WRITE_KEY_ENV, demo_workspace
from pipelines.ingest.ingestion import quarantine_reasons
from pipelines.runs.manifests import RunManifest
from pipelines.runs.running import run_stages
from pipelines.runs.wiring import STAGES

WEB_SOURCE = "webshop"
Result = TypeVar("Result")


@dataclass(frozen=True)
class DemoPlan:
    """What to demonstrate. ``kafka`` is host:port of a cluster, None for the embedded log."""

    folder: Path
    seed: int
    people: int
    events: int
    as_of: datetime
    kafka: str | None


@dataclass(frozen=True)
class Demonstration:
    """What happened. ``timings`` are seconds per step, in order."""

    workspace: Workspace
    truth: DemoTruth
    loads: tuple[LoadReport, ...]
    posts: PostReport
    run: RunManifest
    quarantine_reasons: dict[str, int]
    evaluation: Evaluation
    recall_limit: float
    segments: dict[str, int]
    exports: list[dict[str, Any]]
    showcase_id: str
    timings: dict[str, float]


def demonstrate(plan: DemoPlan, clock: Callable[[], datetime], progress: Progress) -> Demonstration:
    """Invent the population, send it through the collector and the loader, and run every stage.

    Raises:
        UsageError: the folder holds something that is not an earlier demo.
        KlantbeeldError: a stage failed.
    """
    timings: dict[str, float] = {}
    workspace = timed(timings, "invent", lambda: _make_workspace(plan))
    sources = workspace.data / "demo"
    truth = timed(
        timings, "write sources", lambda: write_demo_sources(sources, plan.seed, plan.people, plan.events, plan.as_of)
    )
    log = open_log(workspace)
    try:
        posts = timed(timings, "collect", lambda: _collect(workspace, log, truth, progress))
        loads = timed(timings, "load", lambda: _load(workspace, log, truth, clock, progress))
    finally:
        log.close()
    run = run_stages(workspace, list(STAGES.values()), "demo", clock, plan.as_of, progress)
    timings |= {record.stage: record.seconds for record in run.stages}
    with open_lake(workspace, read_only=True) as lake:
        reasons = quarantine_reasons(lake)
        segments = segment_sizes(lake)
        showcase_id = showcase_profile(lake, truth.showcase.record_ids)
        limit = recall_limit(lake, truth.truth_file)
    return Demonstration(
        workspace=workspace,
        truth=truth,
        loads=tuple(loads),
        posts=posts,
        run=run,
        quarantine_reasons=reasons,
        evaluation=evaluate_people(workspace, truth.truth_file),
        recall_limit=limit,
        segments=segments,
        exports=newest_exports(workspace),
        showcase_id=showcase_id,
        timings=timings,
    )


def showcase_profile(lake: Lake, record_ids: Sequence[str]) -> str:
    """The profile that most of these records are in (the smallest id, among equals)."""
    rows = lake.rows(
        f"""select profile_id from {LAKE}.identity.record_profiles where list_contains($records, record_id)
        group by profile_id order by count(*) desc, profile_id limit 1""",
        {"records": list(record_ids)},
    )
    return str(rows[0][0])


def evaluate_people(workspace: Workspace, truth_file: Path) -> Evaluation:
    """The people found, against a truth file (CSV: record_id, person_id)."""
    with open_lake(workspace, read_only=True) as lake:
        clusters = lake.sql(f"select record_id, profile_id as cluster from {LAKE}.identity.record_profiles")
    return evaluate(pa_csv.read_csv(truth_file), clusters)


def timed(timings: dict[str, float], step: str, work: Callable[[], Result]) -> Result:
    """The result of some work, its seconds noted."""
    started = time.monotonic()
    result = work()
    timings[step] = time.monotonic() - started
    return result


def _make_workspace(plan: DemoPlan) -> Workspace:
    """A fresh demo workspace; an earlier demo in the same folder is replaced, anything else is left alone."""
    if plan.folder.exists() and any(plan.folder.iterdir()):
        if not (plan.folder / "data" / "demo").is_dir():
            msg = f"{plan.folder} is not empty and holds no earlier demo. Name another folder with --workspace."
            raise UsageError(msg)
        shutil.rmtree(plan.folder / "data")
        (plan.folder / "klantbeeld.toml").unlink(missing_ok=True)
    # Topics of their own: a cluster may hold those of an earlier demo.
    prefix = f"klantbeeld-demo-{secrets.token_hex(4)}." if plan.kafka else None
    workspace = demo_workspace(plan.folder, kafka=plan.kafka, topic_prefix=prefix)
    (workspace.data / "demo").mkdir(parents=True)
    return workspace


def _collect(workspace: Workspace, log: EventLog, truth: DemoTruth, progress: Progress) -> PostReport:
    """Post the web events to a collector of our own on loopback, as browsers would."""
    write_key = os.environ.get(WRITE_KEY_ENV) or secrets.token_urlsafe(24)
    with running_collector({write_key: WEB_SOURCE}, log, workspace.settings) as base_url:
        return post_web_events(truth.files[WEB_SOURCE], base_url, write_key, progress)


def _load(
    workspace: Workspace, log: EventLog, truth: DemoTruth, clock: Callable[[], datetime], progress: Progress
) -> list[LoadReport]:
    received_at = clock()
    return [
        load_file(path, source, workspace.settings.source(source), workspace, log, progress, received_at=received_at)
        for source, path in truth.files.items()
        if workspace.settings.source(source).kind == "file"
    ]
