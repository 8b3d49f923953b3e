"""Resolve a workspace: people = f(records, rules, match model, judgements), their names and profiles."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa

from identity.clustering import cluster_edges
from identity.identifiers import identifier_states, without_junk
from identity.judgements import judgement_edges, judgements_table
from identity.match_keys import match_key_edges
from identity.match_models import match_model_file, read_match_model
from identity.profile_ids import Names, carry_over
from identity.profiles import golden_records, profile_identifiers
from identity.scoring import score_pairs
from identity.survivorship import surviving_traits
from models.lakes import LAKE, Lake
from models.progress import Progress, no_progress
from models.workspaces import Workspace
from pipelines.changes.grounds import read_grounds
from pipelines.judgements import read_judgements
from pipelines.resolve.inputs import ResolveInputs, read_inputs, read_observations
from schemas.tables import EDGES, RECORD_PROFILES

STEPS = 7


@dataclass(frozen=True)
class ResolveSummary:
    """What a resolution found. ``alarms`` counts components too large for one person, ``identifier_states`` values.

    ``waiting_judgements`` are on records that do not exist (yet).
    """

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
    seconds: float = 0.0
    identifier_states: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _People:
    """Who is who, with the evidence."""

    states: pa.Table
    edges: pa.Table
    refusals: pa.Table
    assignments: pa.Table
    alarms: int
    waiting_judgements: int


def match_model_key(workspace: Workspace) -> str:
    """A hash of the match model's file: another model is another answer to who is who.

    Raises:
        UsageError: the settings name a file that is not there.
    """
    path = match_model_file(workspace.settings.identity.match_model, workspace.root)
    return hashlib.sha256(path.read_bytes()).hexdigest()[:32]


def resolve_workspace(
    workspace: Workspace, lake: Lake, run_id: str, resolved_at: datetime, progress: Progress = no_progress
) -> ResolveSummary:
    """Find out who is who among all source records of the lake, and make their profiles.

    Everything is computed first and then written in one transaction: killed at any moment, the lake holds the previous
    people or the new ones. The people depend on what was ingested, the rules, the match model and the judgements
    alone; their ids on the previous run's too.

    Raises:
        UsageError: the match model is not there or is none, or judgements are wrong or contradict each other.
        RetriableError: the catalog is held by another process.
    """
    started = time.monotonic()
    progress("resolve", 0, STEPS)
    inputs = read_inputs(lake)
    progress("resolve", 1, STEPS)
    people = _find_people(workspace, inputs, progress)
    ids = lake.sql(f"select * from {LAKE}.identity.profile_ids")
    before = lake.sql(f"select record_id, profile_id from {LAKE}.identity.record_profiles order by record_id")
    names = carry_over(
        people.assignments, inputs.records, before, ids, run_id, resolved_at,
        edges=people.edges, pairs=inputs.pairs, grounds=read_grounds(workspace, lake),
    )  # fmt: skip
    progress("resolve", 5, STEPS)
    record_profiles = _record_profiles(inputs.records, names.members)
    observations = read_observations(lake, people.states)
    traits = surviving_traits(observations, record_profiles, workspace.settings.trait_rules())
    golden = golden_records(traits, record_profiles, inputs.activity)
    identifiers = profile_identifiers(names.members, inputs.pairs, people.states)
    progress("resolve", 6, STEPS)
    with lake.transaction(run_id, "resolve"):
        lake.replace("identity.records", inputs.records)
        lake.replace("identity.identifier_states", people.states)
        lake.replace("identity.edges", people.edges)
        lake.replace("identity.refusals", people.refusals)
        lake.replace("identity.record_profiles", record_profiles)
        _write_names(lake, names)
        lake.replace("profiles.profiles", golden)
        lake.replace("profiles.traits", traits)
        lake.replace("profiles.identifiers", identifiers)
    progress("resolve", STEPS, STEPS)
    kinds = Counter(people.edges["kind"].to_pylist())
    changes = Counter(names.changes["kind"].to_pylist())
    return ResolveSummary(
        records=inputs.records.num_rows,
        profiles=golden.num_rows,
        deterministic_edges=kinds["deterministic"],
        probabilistic_edges=kinds["probabilistic"],
        judged_pairs=kinds["steward"],
        waiting_judgements=people.waiting_judgements,
        refused_unions=people.refusals.num_rows,
        alarms=people.alarms,
        minted=changes["mint"],
        retired=changes["retire"],
        moved=changes["move"],
        seconds=time.monotonic() - started,
        identifier_states=dict(sorted(Counter(people.states["state"].to_pylist()).items())),
    )


def _find_people(workspace: Workspace, inputs: ResolveInputs, progress: Progress) -> _People:
    settings = workspace.settings.identity
    policies = workspace.settings.identifier_policies()
    model = read_match_model(settings.match_model, workspace.root)
    # From the workspace and not from the lake: they survive whatever becomes of that.
    judgements = judgements_table(read_judgements(workspace))
    pairs = inputs.pairs.select(["record_id", "type", "value"])
    states = identifier_states(inputs.records, pairs, policies)
    progress("resolve", 2, STEPS)
    keys = match_key_edges(inputs.records, pairs, states)
    progress("resolve", 3, STEPS)
    scored = score_pairs(inputs.records, states, model, settings)
    judged = judgement_edges(judgements, inputs.records)
    known = set(inputs.records["record_id"].to_pylist())
    ends = zip(judgements["record_id_a"].to_pylist(), judgements["record_id_b"].to_pylist(), strict=True)
    waiting = sum(not known.issuperset(pair) for pair in ends)
    edges = pa.concat_tables([keys, scored, judged]).cast(EDGES).combine_chunks()
    progress("resolve", 4, STEPS)
    clusters = cluster_edges(inputs.records, without_junk(pairs, states), edges, policies, settings)
    return _People(states, edges, clusters.refusals, clusters.assignments, clusters.alarms.num_rows, waiting)


def _record_profiles(records: pa.Table, members: pa.Table) -> pa.Table:
    # Both are sorted by record_id, and hold the same records.
    columns = [records["record_id"], records["source"], records["source_record_id"], members["profile_id"]]
    return pa.table(columns, schema=RECORD_PROFILES)


def _write_names(lake: Lake, names: Names) -> None:
    lake.insert("identity.profile_ids", names.minted)
    if names.retired.num_rows:
        with lake.registered(names.retired.select(["profile_id"])) as retired:
            lake.connection.execute(
                f"delete from {LAKE}.identity.profile_ids where profile_id in (select profile_id from {retired})"
            )
        lake.insert("identity.profile_ids", names.retired)
    lake.insert("identity.changes", names.changes)
