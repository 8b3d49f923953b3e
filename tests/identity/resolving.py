"""The whole pure way, from records and identifier pairs to clusters."""

from __future__ import annotations

import pyarrow as pa

from identity.clustering import Clusters
from identity.fitted_thresholds import with_thresholds
from identity.match_models import read_match_model
from identity.people import Rules, find_people
from models.settings import IdentitySettings, Settings

POLICIES = Settings().identifier_policies()
SETTINGS = with_thresholds(IdentitySettings(), read_match_model())


def resolve(records: pa.Table, pairs: pa.Table) -> Clusters:
    """Clusters as the shipped match model and the default settings make them."""
    return find_people(records, pairs, Rules(SETTINGS, POLICIES, read_match_model())).clusters
