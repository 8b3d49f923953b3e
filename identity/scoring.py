"""Probabilistic edges: candidate pairs by blocking rules, scored by a Splink match model, with their evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from identity.blocking import CANDIDATES, blocking_keys, candidate_pairs
from identity.comparison_columns import comparison_columns
from identity.frequencies import count_people, known_people
from identity.junk_values import columns_without_junk_values, without_junk_values
from identity.queries import session
from identity.scored_edges import scored_edges
from identity.sieves import sieve
from identity.splink_scores import predict
from models.settings import IdentitySettings
from schemas.tables import EDGES

if TYPE_CHECKING:
    import duckdb

    from identity.match_models import MatchModel

SPLINK_PAIRS = 250_000
"""So many pairs Splink weighs at once: it writes all values of all of them down first."""


def score_pairs(
    records: pa.Table,
    states: pa.Table,
    model: MatchModel,
    settings: IdentitySettings,
    connection: duckdb.DuckDBPyConnection | None = None,
    compared: pa.Table | None = None,
) -> pa.Table:
    """Edges of kind ``probabilistic`` in EDGES with a match weight of at least ``settings.keep_match_weight``, sorted.

    ``records`` has the schema RECORDS, ``states`` IDENTIFIER_STATES; junk values count as unknown.
    The evidence of an edge is the prior, one weight per comparison that could be made, and one per term-frequency
    adjustment; together they are the match weight. Columns that are null everywhere weigh nothing.

    The prior is the model's matches per record over the number of records (to a power of two), frequencies are the
    data's, blended with the model's where data are few. So equal input gives equal edges, in whatever order the rows
    stand.

    Args:
        connection: a DuckDB to work in; by default one of its own. It must not have the lake attached.
        compared: the comparison columns of ``records``, where they are known already.
    """
    with session(connection) as sql:
        real = without_junk_values(records, states)
        spelled = comparison_columns(records, sql) if compared is None else compared
        compared = with_places(columns_without_junk_values(records, real, spelled, sql))
        del spelled
        parts = candidate_pairs(blocking_keys(compared, sql), sql)
        counts = count_people(compared, sql)
        fitted = model.of_records(records.num_rows)
        return _score(sql, real, compared, parts, counts, known_people(counts), fitted, settings.keeps_from)


def score_candidates(
    real: pa.Table,
    compared: pa.Table,
    pairs: pa.Table,
    counts: pa.Table,
    known: Mapping[str, float],
    model: MatchModel,
    settings: IdentitySettings,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> pa.Table:
    """The edges of given candidate pairs, as :func:`score_pairs` makes them of all.

    Args:
        real: RECORDS without junk values.
        compared: their comparison columns, with a ``place`` that sorts as ``record_id`` does.
        pairs: ``join_key_l`` < ``join_key_r`` (places) and ``rule``.
        counts: COUNTS of at least the values in ``compared``.
        known: of how many people each column's values are known (:func:`identity.frequencies.known_people`).
        model: with the prior of the whole data.
    """
    if pairs.num_rows == 0:
        return EDGES.empty_table()
    with session(connection) as sql:
        return _score(sql, real, compared, [pairs], counts, known, model, settings.keeps_from)


def _score(
    sql: duckdb.DuckDBPyConnection,
    real: pa.Table,
    compared: pa.Table,
    parts: Iterable[pa.Table],
    counts: pa.Table,
    known: Mapping[str, float],
    model: MatchModel,
    keep_match_weight: float,
) -> pa.Table:
    """The edges of candidate pairs that come in parts, sorted by both places over all parts."""
    with sieve(sql, compared, counts, known, model, keep_match_weight) as sift:
        sifted = pa.concat_tables([CANDIDATES.empty_table(), *(sift(part) for part in parts)])
    if sifted.num_rows == 0:
        return EDGES.empty_table()
    wide = (sifted.slice(start, SPLINK_PAIRS) for start in range(0, sifted.num_rows, SPLINK_PAIRS))
    scored = predict(sql, compared, wide, counts, known, model, keep_match_weight)
    edges = (scored_edges(sql, real, compared, pairs, table, model) for pairs, table in scored)
    return pa.concat_tables([EDGES.empty_table(), *edges])


def with_places(compared: pa.Table) -> pa.Table:
    """The rows, sorted by ``record_id``, numbered in ``place``: integers join faster, and "l" is the smaller id."""
    return compared.append_column("place", pa.array(range(compared.num_rows), pa.int64()))
