"""Resolve by looking at everything."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from identity.comparison_columns import comparison_columns
from identity.edge_weights import edge_weights
from identity.increments import Calibration
from identity.junk_values import without_junk_values
from identity.match_indexes import MatchIndex
from identity.match_keys import key_totals
from identity.people import People, Rules
from identity.profile_ids import carry_over
from identity.profiles import golden_records, profile_identifiers
from identity.scoring import with_places
from identity.survivorship import surviving_traits
from models.lakes import LAKE, Lake
from models.progress import Progress
from pipelines.changes.grounds import read_grounds
from pipelines.removals.effects import Effects
from pipelines.resolve.backends import find_people_by
from pipelines.resolve.inputs import read_inputs, read_observations
from pipelines.resolve.published_names import moved_since, published_members
from pipelines.resolve.returns import returned_records, write_removals
from pipelines.resolve.writing import Outcome, record_profiles, write_names

STEPS = 8


def resolve_in_full(
    lake: Lake, rules: Rules, removed: Effects, run_id: str, resolved_at: datetime, progress: Progress
) -> Outcome:
    """Everything that a resolution finds; nothing is written before ``Outcome.write`` is called."""
    progress("resolve", 0, STEPS)
    inputs = read_inputs(lake, removed=removed)
    progress("resolve", 1, STEPS)
    people = find_people_by(
        inputs.records, inputs.pairs, rules, lake.workspace.settings.spark,
        lambda step: progress("resolve", 1 + step, STEPS),
    )  # fmt: skip
    index = make_index(inputs.records, people)
    ids = lake.sql(f"select * from {LAKE}.identity.profile_ids")
    before = lake.sql(f"select record_id, profile_id from {LAKE}.identity.record_profiles order by record_id")
    moved = moved_since(lake)
    names = carry_over(
        people.clusters.assignments, inputs.records, before, ids, run_id, resolved_at,
        edges=edge_weights(people.edges), pairs=inputs.pairs, grounds=read_grounds(lake.workspace, lake),
        returned=returned_records(lake, inputs.records["record_id"]),
        published=None if moved is None else published_members(lake, moved),
    )  # fmt: skip
    progress("resolve", 6, STEPS)
    members = record_profiles(inputs.records, names.members)
    observations = read_observations(lake, people.states, removed=removed)
    traits = surviving_traits(observations, members, lake.workspace.settings.trait_rules())
    golden = golden_records(traits, members, inputs.activity)
    identifiers = profile_identifiers(names.members, inputs.pairs, people.states)
    progress("resolve", 7, STEPS)

    def write() -> None:
        lake.replace("identity.records", inputs.records)
        lake.replace("identity.record_identifiers", inputs.pairs)
        lake.replace("identity.identifier_states", people.states)
        lake.replace("identity.edges", people.edges)
        lake.replace("identity.refusals", people.clusters.refusals)
        lake.replace("identity.record_profiles", members)
        write_names(lake, names)
        write_removals(lake, removed)
        lake.replace("profiles.profiles", golden)
        lake.replace("profiles.traits", traits)
        lake.replace("profiles.identifiers", identifiers)

    calibration = Calibration.of(inputs.records.num_rows, index, key_totals(people.states))
    alarms = people.clusters.alarms.num_rows
    return Outcome(write, index, calibration, names.changes, inputs.records.num_rows, alarms)


def make_index(records: pa.Table, people: People) -> MatchIndex:
    """The match index of resolved records."""
    compared = with_places(comparison_columns(without_junk_values(records, people.states)))
    return MatchIndex.of(compared).with_edges(people.edges.slice(0, 0), people.edges)
