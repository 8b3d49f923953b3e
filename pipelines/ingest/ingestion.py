"""Ingest: everything that the log holds beyond the lake, exactly once into the lake or into quarantine."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from connectors.log.logs import EventLog
from connectors.log.opening import family_topics
from models.identifiers import custom_identifiers
from models.lakes import LAKE, Lake
from models.progress import Progress, no_progress
from models.workspaces import Workspace
from pipelines.ingest.commits import commit_chunks, committed_offsets
from pipelines.ingest.ranges import Backlog, OffsetRange, find_backlog, pack_chunks, split_commits
from pipelines.ingest.recovery import remove_leftovers

if TYPE_CHECKING:
    # The chunk function and the normalisers are imported when there is something to ingest: every --help is fast.
    from pipelines.ingest.chunks import WrittenChunk
    from pipelines.normalise.events import NormaliseSettings


@dataclass(frozen=True)
class IngestSummary:
    """What an ingest did. ``messages = events + duplicates + quarantined``."""

    messages: int = 0
    events: int = 0
    duplicates: int = 0
    quarantined: int = 0
    commits: int = 0
    lost_to_retention: int = 0
    seconds: float = 0.0
    quarantine_reasons: dict[str, int] = field(default_factory=dict)


def find_new(log: EventLog, lake: Lake, workspace: Workspace) -> Backlog:
    """What the log holds beyond the lake's committed offsets."""
    topics = family_topics(workspace.settings)
    return find_backlog(committed_offsets(lake), log.begin_offsets(topics), log.end_offsets(topics))


def ingest(
    workspace: Workspace, log: EventLog, lake: Lake, run_id: str, progress: Progress = no_progress
) -> IngestSummary:
    """Take the backlog into the lake, in transactions of at most ``ingest.max_messages_per_commit`` messages.

    Call it with the writer lock held. Killed at any moment and run again, the lake is as if it had not been.

    Raises:
        RetriableError: the log or the catalog does not answer.
        FatalError: the log is not the one that this lake was filled from.
    """
    started = time.monotonic()
    remove_leftovers(workspace, lake)
    backlog = find_new(log, lake, workspace)
    total = backlog.messages
    written: list[WrittenChunk] = []
    commits = 0
    progress("ingest", 0, total)
    for ranges in split_commits(backlog.ranges, workspace.settings.ingest.max_messages_per_commit):
        written += _ingest_once(workspace, lake, f"{run_id}-{commits:03d}", run_id, ranges)
        commits += 1
        progress("ingest", sum(part.messages for part in written), total)
    return IngestSummary(
        messages=sum(part.messages for part in written),
        events=sum(part.events for part in written),
        duplicates=sum(part.duplicates for part in written),
        quarantined=sum(part.quarantined for part in written),
        commits=commits,
        lost_to_retention=backlog.lost,
        seconds=time.monotonic() - started,
        quarantine_reasons=quarantine_reasons(lake, run_id),
    )


def quarantine_reasons(lake: Lake, run_id: str | None = None) -> dict[str, int]:
    """How many quarantined messages name each rule, of one run or of all, most frequent first."""
    rows = lake.rows(
        f"""
        with reasons as (
            select quarantine_id, unnest(reasons).rule as rule
            from {LAKE}.ingest.quarantine
            where $run_id is null or run_id = $run_id
        )
        select rule, count(distinct quarantine_id) as messages from reasons group by rule order by messages desc, rule
        """,
        {"run_id": run_id},
    )
    return dict(rows)


def normalise_settings(workspace: Workspace) -> NormaliseSettings:
    """What the normalisers need of the workspace's settings."""
    from pipelines.normalise.events import BlockedIdentifiers, CustomIdentifier, NormaliseSettings

    settings = workspace.settings
    return NormaliseSettings(
        default_country=settings.workspace.default_country,
        default_currency=settings.workspace.default_currency,
        earliest=datetime.fromisoformat(settings.ingest.earliest_timestamp).replace(tzinfo=UTC),
        max_ahead=timedelta(hours=settings.ingest.max_ahead_hours),
        max_message_bytes=settings.ingest.max_message_bytes,
        blocked={
            name: BlockedIdentifiers(policy.blocked_values, policy.blocked_patterns)
            for name, policy in settings.identifier_policies().items()
        },
        custom={
            name: CustomIdentifier(policy.places(name), policy.normaliser, policy.pattern)
            for name, policy in custom_identifiers(settings.identity.identifiers).items()
        },
    )


def _ingest_once(
    workspace: Workspace, lake: Lake, job_id: str, run_id: str, ranges: Sequence[OffsetRange]
) -> list[WrittenChunk]:
    # Beam takes seconds to import: not before there is something to do.
    from pipelines.ingest.beam_job import JobPlan, run_job

    staging = workspace.staging / job_id
    staging.mkdir(parents=True)
    plan = JobPlan(
        workspace, normalise_settings(workspace), run_id, job_id, staging, lake.table_folder("ingest.events")
    )
    written = run_job(plan, pack_chunks(ranges, workspace.settings.ingest.chunk_messages))
    commit_chunks(lake, run_id, ranges, written)
    shutil.rmtree(staging)
    return written
