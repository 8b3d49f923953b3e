"""Deterministic edges: equal identifier values that link by themselves."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from identity.comparison_columns import comparison_columns
from identity.queries import conform, query, session
from schemas.tables import EDGES

MIN_KEY_MATCH_WEIGHT = 8.0
"""A key in a small table: the few values seen there say little about how rare the value is in the world."""

MAX_KEY_MATCH_WEIGHT = 24.0
"""However rare a value, it may have been typed into the wrong record."""

MAX_ALL_PAIRS = 6
"""Up to so many records with one value are linked each with each; more of them hang on hubs."""


def key_totals(states: pa.Table) -> pa.Table:
    """Per identifier type, of the values that are not junk: the sum of their records and of the squares of those.

    As doubles, which hold whole numbers exactly up to 2**53: ``type``, ``records``, ``squares``.
    """
    used = states.filter(pc.not_equal(states["state"], "junk"))
    records = pc.cast(used["records"], pa.float64())
    table = pa.table({"type": used["type"], "records": records, "squares": pc.multiply(records, records)})
    sums = table.group_by("type").aggregate([("records", "sum"), ("squares", "sum")])
    return sums.rename_columns({"records_sum": "records", "squares_sum": "squares"})


def key_weights(totals: pa.Table) -> pa.Table:
    """What an equal value of each identifier type is worth (``type``, ``weight``), before it is known who shares it.

    log2(1/u), bounded and in whole bits, with u the chance that two random records agree on the type (the sum of the
    squared shares of its values). Rows of :func:`key_totals` of one type are added up.
    """
    bounds = {"min_weight": MIN_KEY_MATCH_WEIGHT, "max_weight": MAX_KEY_MATCH_WEIGHT}
    with session() as connection:
        return query(connection, "key_weights", {"totals": totals}, bounds)


def match_key_edges(
    records: pa.Table,
    pairs: pa.Table,
    states: pa.Table,
    weights: pa.Table | None = None,
    compared: pa.Table | None = None,
) -> pa.Table:
    """Edges of kind ``deterministic`` in EDGES, sorted; ``rule`` is the identifier type, one row per pair and type.

    Only values in state ``ok`` link. ``match_weight`` is the type's (:func:`key_weights`) less log2 of the people
    behind the value. Many records with one value are not linked each with each: those that say the same name and
    birth date hang on one hub, hubs on each other, and records without a name on every hub, so that refusing one
    union leaves the others in reach.

    Args:
        weights: of all data, where ``states`` are a part of them.
        compared: the comparison columns of ``records``, where they are known already.
    """
    tables = {
        "pairs": pairs,
        "states": states,
        "people_columns": comparison_columns(records) if compared is None else compared,
        "key_weights": key_weights(key_totals(states)) if weights is None else weights,
    }
    with session() as connection:
        return conform(query(connection, "match_keys", tables, {"max_all_pairs": MAX_ALL_PAIRS}), EDGES)
