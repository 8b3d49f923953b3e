"""Deterministic edges: equal identifier values that link by themselves."""

from __future__ import annotations

import pyarrow as pa

from identity.comparison_columns import comparison_columns
from identity.queries import conform, query, session
from schemas.tables import EDGES

MIN_KEY_MATCH_WEIGHT = 8.0
"""A key in a small table: the few values seen there say little about how rare the value is in the world."""

MAX_KEY_MATCH_WEIGHT = 24.0
"""However rare a value, it may have been typed into the wrong record."""

MAX_ALL_PAIRS = 6
"""Up to so many records with one value are linked each with each; more of them hang on hubs."""


def match_key_edges(records: pa.Table, pairs: pa.Table, states: pa.Table) -> pa.Table:
    """Edges of kind ``deterministic`` in EDGES, sorted; ``rule`` is the identifier type, one row per pair and type.

    Only values in state ``ok`` link. ``match_weight`` is log2(1/u), bounded, with u the chance that two random
    records agree on this identifier type (the sum of the squared shares of its values), less log2 of the people
    behind the value. Many records with one value are not linked each with each: those that say the same name and
    birth date hang on one hub, hubs on each other, and records without a name on every hub, so that refusing one
    union leaves the others in reach.
    """
    tables = {"pairs": pairs, "states": states, "people_columns": comparison_columns(records)}
    parameters = {
        "min_weight": MIN_KEY_MATCH_WEIGHT,
        "max_weight": MAX_KEY_MATCH_WEIGHT,
        "max_all_pairs": MAX_ALL_PAIRS,
    }
    with session() as connection:
        return conform(query(connection, "match_keys", tables, parameters), EDGES)
