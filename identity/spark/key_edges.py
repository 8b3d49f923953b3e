"""Deterministic edges on Spark: made value by value, and of the values that a pair shares the rarest speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from identity.match_keys import key_weights, match_key_edges
from identity.spark.frames import bucket_of, map_bucket_pairs, to_arrow
from identity.spark.holders import COLUMNS, held_pairs, with_values
from schemas.tables import EDGES, IDENTIFIER_STATES

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

TOTALS = pa.schema([("type", pa.string()), ("records", pa.float64()), ("squares", pa.float64())])


def key_edges(records: DataFrame, pairs: DataFrame, states: DataFrame) -> DataFrame:
    """EDGES of kind ``deterministic`` as :func:`identity.match_keys.match_key_edges` finds them, in any order.

    ``pairs`` must not hold junk values.
    """
    from pyspark.sql import functions as f

    bucket = bucket_of(pairs.sparkSession, "type", "value")
    weights = key_weights(to_arrow(_totals(states), TOTALS))
    linking = states.where("state = 'ok' and records > 1").withColumn("bucket", bucket)
    held = pairs.join(linking.select("type", "value"), ["type", "value"], "left_semi").withColumn("bucket", bucket)

    def edges_of(part: pa.Table, part_states: pa.Table) -> pa.Table:
        if part.num_rows == 0:
            return EDGES.empty_table()
        known = part_states.select(IDENTIFIER_STATES.names)
        return match_key_edges(part.select(COLUMNS), held_pairs(part), known, weights)

    found = map_bucket_pairs(with_values(held, records, "bucket"), linking, edges_of, EDGES)
    # Fewer people behind a value make a greater weight; of equally rare values the first in the alphabet speaks.
    rarest = f.min(
        f.struct((-f.col("match_weight")).alias("less"), f.col("evidence")[0]["value_l"].alias("value"), "evidence")
    )
    best = found.groupBy("record_id_l", "record_id_r", "rule").agg(rarest.alias("best"))
    return best.select(
        "record_id_l",
        "record_id_r",
        f.lit("deterministic").alias("kind"),
        "rule",
        (-f.col("best.less")).alias("match_weight"),
        f.col("best.evidence").alias("evidence"),
        f.lit(None).cast("string").alias("model_version"),
    )


def _totals(states: DataFrame) -> DataFrame:
    """As :func:`identity.match_keys.key_totals`: a row per identifier type."""
    from pyspark.sql import functions as f

    count = f.col("records").cast("double")
    used = states.where("state <> 'junk'").groupBy("type")
    return used.agg(f.sum(count).alias("records"), f.sum(count * count).alias("squares"))
