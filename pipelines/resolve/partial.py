"""Resolve by looking at what changed since the last time, and at whatever that has an effect on."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from identity.changed_states import Changed, distinct_values, subtract
from identity.increments import Increment, apply_increment, find_increment, write_records
from identity.match_indexes import MatchIndex
from identity.people import Rules
from identity.profile_ids import MEMBERS, Names, carry_over
from identity.profiles import golden_records, profile_identifiers
from identity.removals import SOURCES
from identity.resolved_states import ResolvedState
from identity.survivorship import surviving_traits
from models.lakes import LAKE, Lake
from models.progress import Progress
from pipelines.changes.grounds import read_grounds
from pipelines.removals.effects import Effects
from pipelines.resolve.inputs import ResolveInputs, read_activity, read_inputs, read_observations
from pipelines.resolve.published_names import moved_since, named_together, published_members
from pipelines.resolve.resolutions import Resolution
from pipelines.resolve.returns import returned_records, write_removals
from pipelines.resolve.writing import Outcome, record_profiles, write_names
from schemas.tables import RECORDS

STEPS = 5

MOMENTS = ("first_seen", "last_seen")
"""What a record's new events change and identity does not look at."""


def resolve_changes(
    lake: Lake, rules: Rules, last: Resolution, index: MatchIndex, sources: pa.Table, removed: Effects, run_id: str,
    resolved_at: datetime, progress: Progress,
) -> Outcome | None:  # fmt: skip
    """What a resolution finds after some source records (SOURCES) changed; None when all must be looked at.

    Nothing is written before ``Outcome.write`` is called.
    """
    progress("resolve", 0, STEPS)
    state = ResolvedState(lake.connection, f"{LAKE}.identity")
    inputs = read_inputs(lake, sources, removed)
    timed = [name for name, policy in rules.policies.items() if policy.max_per_person and policy.window_days]
    changed, refreshed = _split(state, inputs, sources, timed)
    progress("resolve", 1, STEPS)
    increment = find_increment(state, index, last.calibration, changed, rules)
    if increment is None:
        return None
    progress("resolve", 2, STEPS)
    names = _carry_over(lake, state, increment, run_id, resolved_at)
    progress("resolve", 3, STEPS)

    def write() -> None:
        told = [*changed.ids, *refreshed.ids, *increment.restated, *_moved(names)]
        former = _profiles_of(lake, told)
        apply_increment(state, increment)
        write_records(state, refreshed)
        _write_members(lake, increment, names)
        write_names(lake, names)
        progress("resolve", 4, STEPS)
        _write_profiles(lake, former | _profiles_of(lake, told), removed)
        write_removals(lake, removed)

    alarms = increment.clusters.alarms.num_rows
    return Outcome(write, increment.index, increment.calibration, names.changes, len(changed.ids), alarms)


def _split(state: ResolvedState, inputs: ResolveInputs, sources: pa.Table, timed: list[str]) -> tuple[Changed, Changed]:
    """Records that say something else than before; and those of which there is only more to be seen.

    ``timed`` are identifier types whose limit has a window of event time: of them, when they were seen says something.
    """
    asked = pc.binary_join_element_wise(sources["source"], sources["source_record_id"], ":").to_pylist()
    before, pairs_before = state.records(asked), state.pairs(asked)
    gone = frozenset(before["record_id"].to_pylist()) - frozenset(inputs.records["record_id"].to_pylist())
    other: set[str] = set()
    for old, new, ignored in (
        (before, inputs.records, MOMENTS),
        (pairs_before, inputs.pairs, (*MOMENTS, "events")),
        (_of_types(pairs_before, timed), _of_types(inputs.pairs, timed), ("events",)),
    ):
        told = [name for name in new.column_names if name not in ignored]
        for one, another in ((old, new), (new, old)):
            other |= set(subtract(one.select(told), another.select(told))["record_id"].to_pylist())
    return _only(inputs, other - gone, gone), _only(inputs, set(inputs.records["record_id"].to_pylist()) - other)


def _of_types(pairs: pa.Table, types: list[str]) -> pa.Table:
    return pairs.filter(pc.is_in(pairs["type"], pa.array(types, pa.string())))


def _only(inputs: ResolveInputs, record_ids: set[str], gone: frozenset[str] = frozenset()) -> Changed:
    wanted = pa.array(sorted(record_ids), pa.string())
    records, pairs = (table.filter(pc.is_in(table["record_id"], wanted)) for table in (inputs.records, inputs.pairs))
    return Changed(records, pairs, gone)


def _carry_over(lake: Lake, state: ResolvedState, increment: Increment, run_id: str, resolved_at: datetime) -> Names:
    """Names of the clusters that were looked at; all former profiles of their records lie within them.

    Where names changed that nobody saw yet, also of those whose names hang together with theirs.
    """
    asked = set(increment.members | increment.changed.gone)
    assignments, moved = increment.clusters.assignments, moved_since(lake)
    published = None
    if moved is not None:
        others = named_together(lake, moved, asked) - asked
        assignments = pa.concat_tables([assignments, _as_they_are(lake, others).cast(assignments.schema)])
        asked |= others
        published = published_members(lake, moved, asked)
    touched = pa.table({"record_id": pa.array(sorted(asked), pa.string())})
    with lake.registered(touched, "touched"):
        before = lake.sql(
            f"""select record_id, profile_id from {LAKE}.identity.record_profiles semi join touched using (record_id)
            order by record_id"""
        ).cast(MEMBERS)
    returned = returned_records(lake, increment.changed.records["record_id"]).cast(MEMBERS)
    with lake.registered(pa.concat_tables([before, returned, *([] if published is None else [published])]), "carried"):
        ids = lake.sql(f"from {LAKE}.identity.profile_ids semi join carried using (profile_id)")
    unchanged = asked - increment.changed.ids
    records = pa.concat_tables([state.records(unchanged), increment.changed.records]).sort_by("record_id")
    pairs = pa.concat_tables([state.pairs(unchanged), increment.changed.pairs])
    return carry_over(
        assignments, records, before, ids, run_id, resolved_at,
        edges=increment.edges, pairs=pairs, grounds=read_grounds(lake.workspace, lake), returned=returned,
        published=published,
    )  # fmt: skip


def _as_they_are(lake: Lake, record_ids: set[str]) -> pa.Table:
    """``record_id``, ``cluster`` of records that were not looked at; a cluster is called by its smallest record."""
    with lake.registered(pa.table({"record_id": pa.array(sorted(record_ids), pa.string())}), "others"):
        return lake.sql(
            f"""select record_id, min(record_id) over (partition by profile_id) as cluster
            from {LAKE}.identity.record_profiles semi join others using (record_id) order by record_id"""
        )


def _moved(names: Names) -> list[str]:
    return pc.drop_null(names.changes["record_id"]).to_pylist()


def _profiles_of(lake: Lake, record_ids: list[str]) -> set[str]:
    with lake.registered(pa.table({"record_id": pa.array(record_ids, pa.string())}), "asked_records"):
        rows = lake.rows(
            f"select distinct profile_id from {LAKE}.identity.record_profiles semi join asked_records using (record_id)"
        )
    return {profile_id for (profile_id,) in rows}


def _write_members(lake: Lake, increment: Increment, names: Names) -> None:
    """Only the rows of records that went to another profile, came or are gone."""
    gone = pa.array(sorted(increment.changed.gone), pa.string())
    moved = pa.array(sorted({*_moved(names)} - increment.changed.gone), pa.string())
    lake.delete("identity.record_profiles", pa.table({"record_id": pa.concat_arrays([gone, moved])}))
    members = names.members.filter(pc.is_in(names.members["record_id"], moved))
    with lake.registered(members, "moved_members"):
        records = lake.sql(f"from {LAKE}.identity.records semi join moved_members using (record_id) order by record_id")
    lake.insert("identity.record_profiles", record_profiles(records.select(RECORDS.names), members))


def _write_profiles(lake: Lake, profile_ids: set[str], removed: Effects) -> None:
    """Make some profiles anew from what the transaction has written; those without records are gone."""
    asked = pa.table({"profile_id": pa.array(sorted(profile_ids), pa.string())})
    with lake.registered(asked, "asked_profiles"):
        people = lake.sql(
            f"from {LAKE}.identity.record_profiles semi join asked_profiles using (profile_id) order by record_id"
        )
    state = ResolvedState(lake.connection, f"{LAKE}.identity")
    pairs = state.pairs(people["record_id"].to_pylist())
    states = state.states(distinct_values(pairs))
    only = people.select(SOURCES.names).cast(SOURCES)
    observations = read_observations(lake, states, only, removed)
    traits = surviving_traits(observations, people, lake.workspace.settings.trait_rules())
    golden = golden_records(traits, people, read_activity(lake, only, removed))
    identifiers = profile_identifiers(people.select(["record_id", "profile_id"]), pairs, states)
    for table, rows in (("profiles", golden), ("traits", traits), ("identifiers", identifiers)):
        lake.delete(f"profiles.{table}", asked)
        lake.insert(f"profiles.{table}", rows)
