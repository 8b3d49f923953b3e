"""What each identifier value may do, on Spark: a function of a value's holders, so values are looked at bucket by
bucket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from identity.identifiers import identifier_states
from identity.spark.frames import bucket_of, map_buckets
from identity.spark.holders import COLUMNS, held_pairs, with_values
from models.policies import IdentifierPolicy
from schemas.tables import IDENTIFIER_STATES

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def value_states(records: DataFrame, pairs: DataFrame, policies: Mapping[str, IdentifierPolicy]) -> DataFrame:
    """IDENTIFIER_STATES as :func:`identity.identifiers.identifier_states` finds them, in any order."""
    from pyspark.sql import functions as f

    addresses = pairs.where("type = 'email'").groupBy("record_id")
    emails = addresses.agg(f.collect_list(f.struct("type", "value")).alias("emails"))
    bucketed = pairs.withColumn("bucket", bucket_of(pairs.sparkSession, "type", "value"))
    rows = with_values(bucketed, records, "bucket").join(emails, "record_id", "left")

    def states_of(part: pa.Table) -> pa.Table:
        held = held_pairs(part)
        # The addresses of holders tell how many people stand behind a device; they have states of their own elsewhere.
        known = pa.concat_tables([held, held_pairs(part, "emails")])
        states = identifier_states(part.select(COLUMNS), known, policies)
        asked = held.select(["type", "value"]).group_by(["type", "value"]).aggregate([])
        return states.join(asked, ["type", "value"], join_type="left semi")

    return map_buckets(rows, states_of, IDENTIFIER_STATES)


def without_junk(pairs: DataFrame, states: DataFrame) -> DataFrame:
    """The (record, identifier) pairs whose value is not ``junk``."""
    return pairs.join(states.where("state = 'junk'").select("type", "value"), ["type", "value"], "left_anti")


def without_junk_values(records: DataFrame, states: DataFrame) -> DataFrame:
    """The same records; e-mail addresses, phones and customer numbers that are nobody's are null."""
    from pyspark.sql import functions as f

    for name in ("email", "phone", "crm_id"):
        junk = states.where((f.col("state") == "junk") & (f.col("type") == name))
        junk = junk.select(f.col("value").alias(name), f.lit(True).alias("is_junk"))
        real = f.when(f.col("is_junk").isNull(), f.col(name)).alias(name)
        joined = records.join(junk, name, "left")
        records = joined.select(*(real if column == name else column for column in COLUMNS))
    return records
