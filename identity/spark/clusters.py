"""Clusters on Spark: the components are found by Spark, and each is clustered by the function that always does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from identity.clustering import ALARMS, ASSIGNMENTS, Clusters, cluster_edges
from identity.spark.components import component_labels
from identity.spark.frames import bucket_of, map_bucket_pairs, settle
from identity.spark.holders import COLUMNS, SEEN, held_pairs
from models.policies import IdentifierPolicy
from models.settings import IdentitySettings
from schemas.tables import REFUSALS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

PARTS = {"assignments": ASSIGNMENTS, "refusals": REFUSALS, "alarms": ALARMS}

FOUND = pa.schema(
    [pa.field(name, pa.struct([field.with_nullable(True) for field in schema])) for name, schema in PARTS.items()]
)
"""A row of one of the three tables; the other two are null. Spark's functions give one table."""


@dataclass(frozen=True)
class ClusterFrames:
    """``assignments`` (ASSIGNMENTS), ``refusals`` (REFUSALS) and ``alarms`` (ALARMS) as data frames, in any order."""

    assignments: DataFrame
    refusals: DataFrame
    alarms: DataFrame


def cluster_on_spark(
    records: DataFrame,
    pairs: DataFrame,
    edges: DataFrame,
    policies: Mapping[str, IdentifierPolicy],
    settings: IdentitySettings,
) -> ClusterFrames:
    """Clusters as :func:`identity.clustering.cluster_edges` finds them; a component is looked at by one executor."""
    from pyspark.sql import functions as f

    # That two are different brings nothing together.
    linking = edges.where("kind <> 'steward' or rule = 'same'")
    labels = component_labels(linking.select(f.col("record_id_l").alias("l"), f.col("record_id_r").alias("r")))
    labels = settle(labels.withColumn("bucket", bucket_of(edges.sparkSession, "component")))
    rows = labels.join(records.select(*COLUMNS), "record_id").join(_limited(pairs, policies), "record_id", "left")

    def clusters_of(part: pa.Table, part_edges: pa.Table) -> pa.Table:
        return _as_rows(cluster_edges(part.select(COLUMNS), held_pairs(part), part_edges, policies, settings))

    found = settle(map_bucket_pairs(rows, _inside(edges, labels), clusters_of, FOUND))
    parts = {name: found.where(f.col(name).isNotNull()).select(f"{name}.*") for name in PARTS}
    alone = records.join(labels, "record_id", "left_anti").select("record_id", f.col("record_id").alias("cluster"))
    return ClusterFrames(parts["assignments"].union(alone), parts["refusals"], parts["alarms"])


def _limited(pairs: DataFrame, policies: Mapping[str, IdentifierPolicy]) -> DataFrame:
    """Per record its values of the types of which one person may have only so many."""
    from pyspark.sql import functions as f

    limited = [name for name, policy in policies.items() if policy.max_per_person > 0]
    held = pairs.where(f.col("type").isin(limited)).groupBy("record_id")
    told = [name for name in ("type", "value", *SEEN) if name in pairs.columns]
    return held.agg(f.collect_list(f.struct(*told)).alias("held"))


def _inside(edges: DataFrame, labels: DataFrame) -> DataFrame:
    """The edges within a component, with its bucket; a judgement on two components is in none."""

    # Under new names, since both sides of what follows come from the same labels.
    left = labels.selectExpr("record_id as record_id_l", "component as component", "bucket as bucket")
    right = labels.selectExpr("record_id as record_id_r", "component as component")
    told = edges.select("record_id_l", "record_id_r", "kind", "rule", "match_weight")
    return told.join(left, "record_id_l").join(right, ["record_id_r", "component"])


def _as_rows(clusters: Clusters) -> pa.Table:
    tables = []
    for name, table in (
        ("assignments", clusters.assignments),
        ("refusals", clusters.refusals),
        ("alarms", clusters.alarms),
    ):
        columns = {other: pa.nulls(table.num_rows, FOUND.field(other).type) for other in PARTS}
        columns[name] = pa.StructArray.from_arrays(
            [table[column].combine_chunks() for column in table.column_names], fields=list(FOUND.field(name).type)
        )
        tables.append(pa.table([columns[other] for other in PARTS], schema=FOUND))
    return pa.concat_tables(tables)
