"""The whole pure way, from records and identifier pairs to clusters."""

from __future__ import annotations

import pyarrow as pa

from identity.clustering import Clusters, cluster_edges
from identity.fitted_thresholds import with_thresholds
from identity.identifiers import identifier_states, without_junk
from identity.match_keys import match_key_edges
from identity.match_models import read_match_model
from identity.scoring import score_pairs
from models.settings import IdentitySettings, Settings

POLICIES = Settings().identifier_policies()
SETTINGS = with_thresholds(IdentitySettings(), read_match_model())


def resolve(records: pa.Table, pairs: pa.Table) -> Clusters:
    """Clusters as the shipped match model and the default settings make them."""
    states = identifier_states(records, pairs, POLICIES)
    used = without_junk(pairs, states)
    edges = pa.concat_tables(
        [
            match_key_edges(records, used, states),
            score_pairs(records, states, read_match_model(), SETTINGS),
        ]
    )
    return cluster_edges(records, used, edges, POLICIES, SETTINGS)
