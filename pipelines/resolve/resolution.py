"""Resolve a workspace: people = f(records, rules, match model, judgements), their names and profiles."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa

from identity.index_files import read_index, tidy_indexes, write_index
from identity.people import Rules
from models.lakes import LAKE, Lake
from models.progress import Progress, no_progress
from models.workspaces import Workspace
from pipelines.households import HouseholdSummary, update_households
from pipelines.removals import read_removals
from pipelines.removals.effects import Effects, find_effects
from pipelines.resolve.full import resolve_in_full
from pipelines.resolve.inputs import changed_sources
from pipelines.resolve.partial import resolve_changes
from pipelines.resolve.resolutions import Mode, Resolution, last_resolution, read_rules, rules_key
from pipelines.resolve.returns import with_touched
from pipelines.resolve.writing import Outcome

MANY_CHANGED = 0.2
"""Where more than this share of the records changed, looking at all of them costs less."""


@dataclass(frozen=True)
class ResolveSummary:
    """What a resolution found.

    ``mode`` is ``full`` or ``incremental``, ``because`` says why, ``looked_at`` counts the records that it began with.
    ``alarms`` counts components too large for one person among those it looked at, ``identifier_states`` values, and
    ``waiting_judgements`` are on records that do not exist (yet). ``household_alarms`` counts addresses and groups of
    people too large or too contradictory for a household.
    """

    mode: Mode = "full"
    because: str = ""
    looked_at: int = 0
    records: int = 0
    profiles: int = 0
    deterministic_edges: int = 0
    probabilistic_edges: int = 0
    judged_pairs: int = 0
    waiting_judgements: int = 0
    refused_unions: int = 0
    alarms: int = 0
    minted: int = 0
    retired: int = 0
    moved: int = 0
    households: int = 0
    household_alarms: int = 0
    seconds: float = 0.0
    identifier_states: dict[str, int] = field(default_factory=dict)


def resolve_workspace(
    workspace: Workspace,
    lake: Lake,
    run_id: str,
    resolved_at: datetime,
    progress: Progress = no_progress,
    *,
    in_full: bool = False,
) -> ResolveSummary:
    """Find out who is who among all source records of the lake, and make their profiles.

    Everything is computed first and then written in one transaction: killed at any moment, the lake holds the previous
    people or the new ones. The people depend on what was ingested, the rules, the match model, the judgements and the
    removals alone; their ids on the previous run's too. Where the last resolution went by the same rules, only what
    changed since is looked at, and what that has an effect on, with the same result.

    Args:
        in_full: look at everything, whatever changed.

    Raises:
        UsageError: the match model is not there or is none, or judgements or removals are wrong or contradict
            each other.
        RetriableError: the catalog is held by another process.
    """
    started = time.monotonic()
    rules, key = read_rules(workspace), rules_key(workspace)
    last, snapshot = last_resolution(lake), lake.snapshot_id()
    removed = find_effects(lake, read_removals(workspace))
    because, found = "asked for", None
    if not in_full:
        because, found = _try_changes(lake, rules, last, key, snapshot, removed, run_id, resolved_at, progress)
    mode: Mode = "full" if found is None else "incremental"
    if found is None:
        found = resolve_in_full(lake, rules, removed, run_id, resolved_at, progress)
    number = 1 if last is None else last.number + 1
    folder = workspace.match_index
    # The index first, under a name of its own: which of the two holds, the lake says.
    write_index(found.index, folder, str(number))
    with lake.transaction(run_id, "resolve"):
        found.write()
        households = update_households(lake, run_id, resolved_at)
        records = int(lake.value(f"select count(*) from {LAKE}.identity.records"))
        resolution = Resolution(
            number, run_id, resolved_at, mode, because, snapshot, key, found.calibration, records, found.changed_records
        )
        lake.insert("identity.resolutions", resolution.row())
    tidy_indexes(folder, str(number))
    return _summary(lake, resolution, found, households, rules.judgements, time.monotonic() - started)


def _try_changes(
    lake: Lake,
    rules: Rules,
    last: Resolution | None,
    key: str,
    snapshot: int,
    removed: Effects,
    run_id: str,
    resolved_at: datetime,
    progress: Progress,
) -> tuple[str, Outcome | None]:
    """Why all must be looked at, and None; or what looking at the changes alone found."""
    if last is None:
        return "the first time", None
    if last.rules_key != key:
        return "other rules or another match model", None
    index = read_index(lake.workspace.match_index, str(last.number))
    if index is None:
        return "no match index here that goes with the lake", None
    sources = changed_sources(lake, last.read_snapshot, snapshot)
    if sources is None:
        return "the lake has let go of what it was the last time", None
    sources = with_touched(lake, sources, removed)
    if sources.num_rows > MANY_CHANGED * last.records:
        return f"{sources.num_rows} of {last.records} records changed", None
    outcome = resolve_changes(lake, rules, last, index, sources, removed, run_id, resolved_at, progress)
    if outcome is None:
        return "frequencies have moved so far that every weight is another", None
    return f"{sources.num_rows} of {last.records} records have new events or other removals", outcome


def _summary(
    lake: Lake,
    resolution: Resolution,
    found: Outcome,
    households: HouseholdSummary,
    judgements: pa.Table,
    seconds: float,
) -> ResolveSummary:
    kinds = dict(lake.rows(f"select kind, count(*) from {LAKE}.identity.edges group by kind"))
    changes = Counter(found.changes["kind"].to_pylist())
    states = lake.rows(f"select state, count(*) from {LAKE}.identity.identifier_states group by state order by state")
    return ResolveSummary(
        mode=resolution.mode,
        because=resolution.because,
        looked_at=found.changed_records,
        records=resolution.records,
        profiles=int(lake.value(f"select count(*) from {LAKE}.profiles.profiles")),
        deterministic_edges=kinds.get("deterministic", 0),
        probabilistic_edges=kinds.get("probabilistic", 0),
        judged_pairs=kinds.get("steward", 0),
        waiting_judgements=_count_waiting(lake, judgements),
        refused_unions=int(lake.value(f"select count(*) from {LAKE}.identity.refusals")),
        alarms=found.alarms,
        minted=changes["mint"],
        retired=changes["retire"],
        moved=changes["move"],
        households=households.households,
        household_alarms=households.alarms,
        seconds=seconds,
        identifier_states=dict(states),
    )


def _count_waiting(lake: Lake, judgements: pa.Table) -> int:
    with lake.registered(judgements, "judgements"):
        return int(
            lake.value(
                f"""select count(*) from judgements
                where record_id_a not in (select record_id from {LAKE}.identity.records)
                or record_id_b not in (select record_id from {LAKE}.identity.records)"""
            )
        )
