"""Probabilistic edges on Spark: candidates by distributed SQL, scored by Splink's Spark backend with the same model."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from itertools import count
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from identity.blocking import KEYS, MAX_BLOCK_RECORDS, blocking_keys
from identity.comparison_columns import comparison_columns
from identity.frequencies import frequency_keys, known_of, value_shares
from identity.queries import session as duckdb_session
from identity.scored_edges import scored_edges
from identity.scoring import with_places
from identity.spark.frames import checkpoint_path, map_rows, run_sql, settle
from identity.spark.holders import COLUMNS
from identity.spark.translations import model_on_spark, register_functions
from identity.spark.value_states import without_junk_values
from identity.splink_scores import frequency_columns, splink_settings
from models.settings import IdentitySettings
from schemas.tables import EDGES, RECORDS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from identity.match_models import MatchModel

NAMED_KEYS = pa.schema([("place", pa.string()), KEYS.field("rule"), KEYS.field("key")])
"""Blocking keys whose ``place`` is the record's id: nobody counts through all records of a cluster."""

TERMS = pa.schema([("name", pa.string()), ("value", pa.string()), ("witness_key", pa.int64())])


_TURNS = count()
"""Numbers for the names that Splink registers tables under: a session may score more than once."""


def score_on_spark(records: DataFrame, states: DataFrame, model: MatchModel, settings: IdentitySettings) -> DataFrame:
    """EDGES of kind ``probabilistic`` as :func:`identity.scoring.score_pairs` finds them, in any order."""
    real = settle(without_junk_values(records.select(*COLUMNS), states))
    compared = settle(map_rows(real, comparison_columns, comparison_columns(RECORDS.empty_table()).schema))
    pairs = settle(_candidates(compared))
    fitted = model.of_records(records.count())
    scored = _predict(compared, pairs, _counts(compared), fitted, settings.keeps_from)
    return _edges(real, pairs, scored, fitted)


def _candidates(compared: DataFrame) -> DataFrame:
    def keys_of(part: pa.Table) -> pa.Table:
        keys = blocking_keys(with_places(part))
        return keys.set_column(0, "place", part["record_id"].combine_chunks().take(keys["place"].combine_chunks()))

    keys = settle(map_rows(compared, keys_of, NAMED_KEYS))
    session = compared.sparkSession
    blocks = settle(run_sql(session, "blocks", {"keys": keys}, {"max_block_records": MAX_BLOCK_RECORDS}))
    return run_sql(session, "blocking", {"blocks": blocks, "ones": blocks}, {})


def _counts(compared: DataFrame) -> DataFrame:
    """COUNTS of all values, as :func:`identity.frequencies.count_people`."""
    from pyspark.sql import functions as f

    terms = map_rows(compared, lambda part: frequency_keys(with_places(part)), TERMS)
    people = f.greatest(f.countDistinct("witness_key"), f.lit(1)).alias("people")
    return settle(terms.groupBy("name", "value").agg(people))


def _known(counts: DataFrame) -> dict[str, float]:
    from pyspark.sql import functions as f

    rows = counts.groupBy("name").agg(f.sum("people").alias("people"), f.count("*").alias("values")).collect()
    return known_of({row["name"]: (row["people"], row["values"]) for row in rows})


def _shares(counts: DataFrame, known: Mapping[str, float], column: str, typical_frequency: float) -> DataFrame:
    """The chance to meet each value of one column in another person (``tf_<column>``)."""

    def shares_of(part: pa.Table) -> pa.Table:
        values, shares = value_shares(part, known, column, typical_frequency)
        return pa.table({column: values, f"tf_{column}": shares})

    schema = pa.schema([(column, pa.string()), (f"tf_{column}", pa.float64())])
    return map_rows(counts.where(counts["name"] == column), shares_of, schema)


def _predict(
    compared: DataFrame, pairs: DataFrame, counts: DataFrame, model: MatchModel, keep_match_weight: float
) -> DataFrame:
    """Splink's scores of the pairs, with one column of weight per comparison."""
    from splink import Linker
    from splink.backends.spark import SparkAPI

    logging.getLogger("splink").setLevel(logging.ERROR)
    session, turn = compared.sparkSession, next(_TURNS)
    register_functions(session)
    api = SparkAPI(  # type: ignore[no-untyped-call]
        spark_session=session,
        break_lineage_method="parquet" if checkpoint_path(session) else "persist",
        register_udfs_automatically=False,
    )
    settings = splink_settings(model_on_spark(model), "record_id")
    linker = Linker(api.register(compared, dataset_display_name=f"compared_{turn}"), settings, log_level=None)
    known = _known(counts)
    for column in frequency_columns(model):
        shares = settle(_shares(counts, known, column, model.typical_frequencies[column]))
        registered = api.register(shares, dataset_display_name=f"frequencies_{column}_{turn}")
        linker.table_management.register_term_frequency_lookup(registered, column)
    blocked = pairs.selectExpr("join_key_l", "join_key_r", "'0' as match_key")
    linker.table_management.register_blocked_pairs_for_predict(
        api.register(blocked, dataset_display_name=f"candidates_{turn}")
    )
    found = linker.inference.predict(threshold_match_weight=keep_match_weight, warning_mode="never")
    return found.as_spark_dataframe()


def _edges(records: DataFrame, pairs: DataFrame, scored: DataFrame, model: MatchModel) -> DataFrame:
    from pyspark.sql import functions as f

    told = [name for name in scored.columns if name.startswith(("gamma_", "mw_"))]
    left, right = (
        records.select(f.col("record_id").alias(f"record_id_{side}"), f.struct(*COLUMNS).alias(side)) for side in "lr"
    )
    found = pairs.select(f.col("join_key_l").alias("record_id_l"), f.col("join_key_r").alias("record_id_r"), "rule")
    rows = scored.select("record_id_l", "record_id_r", *told).join(found, ["record_id_l", "record_id_r"])
    rows = rows.join(left, "record_id_l").join(right, "record_id_r")

    def edges_of(part: pa.Table) -> pa.Table:
        records = pa.concat_tables([_records(part, "l"), _records(part, "r")])
        ids = pc.unique(records["record_id"])
        records = records.take(pc.index_in(ids, records["record_id"].combine_chunks()))
        places = {side: pc.index_in(part[f"record_id_{side}"], ids).cast(pa.int64()) for side in "lr"}
        pairs = pa.table({"join_key_l": places["l"], "join_key_r": places["r"], "rule": part["rule"]})
        weights = part.select(told).append_column("place_l", places["l"]).append_column("place_r", places["r"])
        with duckdb_session() as sql:
            sql.register("scored_pairs", weights)
            return scored_edges(sql, records, with_places(records.select(["record_id"])), pairs, "scored_pairs", model)

    return map_rows(rows, edges_of, EDGES)


def _records(part: pa.Table, side: str) -> pa.Table:
    return pa.Table.from_struct_array(part[side].combine_chunks())
