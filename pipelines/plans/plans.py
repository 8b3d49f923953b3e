"""A plan: what a resolution by proposed rules would do, found by doing it on a copy of the lake's catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from identity.causes import Grounds
from models.errors import FatalError, UsageError
from models.lakes import LAKE, Lake, open_lake
from models.progress import Progress, no_progress
from models.workspaces import Workspace
from pipelines.build import build_variables
from pipelines.changes.grounds import read_grounds
from pipelines.dbt_projects import run_dbt, take_parsed
from pipelines.gates.id_changes import measure_ids
from pipelines.plans.audience_changes import AudienceChange, Key, compare_audiences, read_members
from pipelines.plans.examples import Example, read_examples
from pipelines.plans.proposals import Proposal
from pipelines.plans.regroupings import PeopleChanges, compare_people
from pipelines.plans.rehearsals import rehearsal
from pipelines.plans.states import IdChanges, RuleChanges, StateChange, compare_states, count_ids
from pipelines.resolve import ResolveSummary, resolve_workspace

STEPS = 4


@dataclass(frozen=True)
class IdStability:
    """What the gate of the next publication would find: figures (``measures/ids.sql``), and the limits they are over.

    ``limits``: of the settings by name, those that the plan would break.
    """

    figures: Mapping[str, Any]
    limits: Mapping[str, float]


@dataclass(frozen=True)
class Plan:
    """What a resolution would do.

    ``records`` there would be, ``new_records`` were ingested since the last resolution, ``gone_records`` would be no
    more. ``audiences`` is None when they were not asked for.
    """

    rules: RuleChanges
    resolution: ResolveSummary
    records: int
    new_records: int
    gone_records: int
    people: PeopleChanges
    ids: IdChanges
    states: tuple[StateChange, ...]
    audiences: tuple[AudienceChange, ...] | None
    stability: IdStability
    examples: tuple[Example, ...]


def make_plan(
    workspace: Workspace,
    proposal: Proposal,
    run_id: str,
    planned_at: datetime,
    as_of: datetime,
    progress: Progress = no_progress,
    *,
    examples: int = 5,
    with_audiences: bool = True,
) -> Plan:
    """Compare the state resolved last with what a resolution would make of it now. The workspace is not written to.

    Segments are built for ``as_of`` on both states, so that the people alone make the difference.

    Raises:
        UsageError: nothing is resolved yet; or settings, match model, judgements or a segment are wrong.
        FatalError: a dbt model of the product failed.
    """
    planned = proposal.applied_to(workspace)
    with rehearsal(planned) as scratch:
        progress("plan", 0, STEPS)
        grounds = _read_grounds(scratch)
        if with_audiences:
            take_parsed(planned, scratch)
        members = _build_members(scratch, as_of, progress) if with_audiences else {}
        progress("plan", 1, STEPS)
        with open_lake(scratch) as lake:
            before_id = lake.snapshot_id()
            summary = resolve_workspace(scratch, lake, run_id, planned_at, progress)
        progress("plan", 2, STEPS)
        members_after = _build_members(scratch, as_of, progress) if with_audiences else {}
        progress("plan", 3, STEPS)
        with open_lake(scratch, snapshot_id=before_id) as before, open_lake(scratch, read_only=True) as after:
            old, new = _people(before), _people(after)
            people = compare_people(old, new)
            changes = compare_audiences(members, members_after, old, new, examples) if with_audiences else None
            plan = Plan(
                rules=RuleChanges(grounds.rules_changed, grounds.match_model_before, grounds.match_model),
                resolution=summary,
                records=new.num_rows,
                new_records=_count_missing(new, old),
                gone_records=_count_missing(old, new),
                people=people,
                ids=count_ids(after, run_id),
                states=tuple(compare_states(before, after)),
                audiences=None if changes is None else tuple(changes),
                stability=_stability(after),
                examples=tuple(read_examples(before, after, people, grounds.link_match_weight, examples)),
            )
        progress("plan", STEPS, STEPS)
    return plan


def _read_grounds(scratch: Workspace) -> Grounds:
    with open_lake(scratch, read_only=True) as lake:
        if not lake.value(f"select count(*) from {LAKE}.identity.record_profiles"):
            msg = (
                "Nothing is resolved yet, so that there is nothing to compare a plan with."
                " Do it with: klantbeeld resolve"
            )
            raise UsageError(msg)
        return read_grounds(scratch, lake)


def _build_members(scratch: Workspace, as_of: datetime, progress: Progress) -> dict[Key, pa.Table]:
    """Build the segments on the people of the newest state; without data tests, which are for what is published."""
    result = run_dbt(scratch, ["run"], build_variables(scratch, as_of), progress)
    if result.failures:
        own = {path.stem for path in scratch.segments.rglob("*.sql")}
        msg = "The segments could not be built. " + "; ".join(f"{one.name}: {one.message}" for one in result.failures)
        raise UsageError(msg) if any(one.name in own for one in result.failures) else FatalError(msg)
    with open_lake(scratch, read_only=True) as lake:
        return read_members(lake)


def _people(lake: Lake) -> pa.Table:
    return lake.sql(f"select record_id, profile_id from {LAKE}.identity.record_profiles")


def _count_missing(rows: pa.Table, others: pa.Table) -> int:
    found = pc.is_in(rows["record_id"], others["record_id"].combine_chunks())
    return rows.num_rows - int(pc.sum(found).as_py() or 0)


def _stability(after: Lake) -> IdStability:
    [figures] = measure_ids(after).to_pylist()
    gates = after.workspace.settings.gates
    limits = {
        "max_moved_records_share": (figures["moved_share"], gates.max_moved_records_share),
        "max_merged_profiles_share": (figures["merged_share"], gates.max_merged_profiles_share),
    }
    return IdStability(figures, {name: limit for name, (share, limit) in limits.items() if share > limit})
