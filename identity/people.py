"""Who is who: people = f(records, rules, match model, judgements), evaluated over all records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from identity.clustering import Clusters, cluster_edges
from identity.comparison_columns import comparison_columns
from identity.identifiers import identifier_states, without_junk
from identity.judgements import JUDGEMENTS, judgement_edges
from identity.match_keys import match_key_edges
from identity.match_models import MatchModel
from identity.scoring import score_pairs
from models.policies import IdentifierPolicy
from models.settings import IdentitySettings
from schemas.tables import EDGES

STEPS = 4

PAIR_COLUMNS = ("record_id", "type", "value", "first_seen", "last_seen")
"""Of PAIRS; without the last two, limits hold for all time."""


@dataclass(frozen=True)
class Rules:
    """What decides who is who besides the records: settings, policies per identifier type, model and judgements."""

    settings: IdentitySettings
    policies: Mapping[str, IdentifierPolicy]
    model: MatchModel
    judgements: pa.Table = field(default_factory=JUDGEMENTS.empty_table)


@dataclass(frozen=True)
class Evidence:
    """Identifier states, edges, the ``pairs`` whose values are not junk, and the records' comparison columns."""

    states: pa.Table
    edges: pa.Table
    pairs: pa.Table
    compared: pa.Table


@dataclass(frozen=True)
class People:
    """Identifier states (IDENTIFIER_STATES), edges (EDGES) and clusters."""

    states: pa.Table
    edges: pa.Table
    clusters: Clusters


def find_people(
    records: pa.Table, pairs: pa.Table, rules: Rules, progress: Callable[[int], None] = lambda _: None
) -> People:
    """The people among RECORDS, with the evidence.

    Args:
        records: RECORDS.
        pairs: every identifier of every record (``record_id``, ``type``, ``value``).
        rules: settings, policies, model and judgements.
        progress: called with the number of steps done, of ``STEPS``.
    """
    return cluster_evidence(records, weigh_evidence(records, pairs, rules, progress), rules, progress)


def weigh_evidence(
    records: pa.Table, pairs: pa.Table, rules: Rules, progress: Callable[[int], None] = lambda _: None
) -> Evidence:
    """What :func:`find_people` forms people by; all of its steps but the last."""
    pairs = pairs.select([name for name in PAIR_COLUMNS if name in pairs.column_names])
    compared = comparison_columns(records)
    states = identifier_states(records, pairs, rules.policies, compared)
    progress(1)
    used = without_junk(pairs, states)
    keys = match_key_edges(records, used, states, compared=compared)
    progress(2)
    scored = score_pairs(records, states, rules.model, rules.settings, compared=compared)
    judged = judgement_edges(rules.judgements, records)
    edges = pa.concat_tables([keys, scored, judged]).cast(EDGES).combine_chunks()
    progress(3)
    return Evidence(states, edges, used, compared)


def cluster_evidence(
    records: pa.Table, evidence: Evidence, rules: Rules, progress: Callable[[int], None] = lambda _: None
) -> People:
    """The people among RECORDS by their evidence: the last step of :func:`find_people`."""
    used, edges, compared = evidence.pairs, evidence.edges, evidence.compared
    clusters = cluster_edges(records, used, edges, rules.policies, rules.settings, compared)
    progress(STEPS)
    return People(evidence.states, edges, clusters)
