"""What hangs together by edges, on Spark: the smallest record id that each record is linked to, however far.

Large-star and small-star steps in turn (Kiveris et al., "Connected Components in MapReduce and Beyond", 2014): the
number of rounds grows with the logarithm of a component's size, and no record has to know its whole component.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity.spark.frames import settle

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

MAX_ROUNDS = 60
"""More than any graph that fits a cluster takes; reached, something is wrong."""


def component_labels(pairs: DataFrame) -> DataFrame:
    """One row per record in the pairs (``l``, ``r``): ``record_id`` and ``component``, the smallest id in it.

    Raises:
        RuntimeError: the labels do not come to rest.
    """
    from pyspark.sql import functions as f

    edges = settle(
        pairs.where("l <> r").select(f.greatest("l", "r").alias("high"), f.least("l", "r").alias("low")).distinct()
    )
    before = None
    for _ in range(MAX_ROUNDS):
        edges = settle(_small_star(_large_star(edges)))
        # Edges only ever go to smaller ids, so equal counts and sums of hashes mean that nothing moved.
        now = edges.agg(f.count("*"), f.sum(f.xxhash64("high", "low").cast("decimal(38,0)"))).first()
        if now == before:
            return _labels(edges)
        before = now
    msg = f"The components of the records did not come to rest in {MAX_ROUNDS} rounds. Please report this."
    raise RuntimeError(msg)


def _large_star(edges: DataFrame) -> DataFrame:
    """Hang every larger neighbour of a record on the smallest record around it."""
    from pyspark.sql import functions as f

    around = edges.select(f.col("high").alias("at"), f.col("low").alias("near")).union(
        edges.select(f.col("low").alias("at"), f.col("high").alias("near"))
    )
    nearest = around.groupBy("at").agg(f.min("near").alias("nearest"))
    smallest = nearest.select("at", f.least("at", "nearest").alias("smallest"))
    larger = around.where("near > at").join(smallest, "at")
    return larger.select(f.col("near").alias("high"), f.col("smallest").alias("low")).distinct()


def _small_star(edges: DataFrame) -> DataFrame:
    """Hang a record and its smaller neighbours on the smallest of them."""
    from pyspark.sql import functions as f

    smallest = edges.groupBy("high").agg(f.min("low").alias("smallest"))
    joined = edges.join(smallest, "high")
    members = joined.select(f.col("low").alias("high"), f.col("smallest").alias("low")).union(
        smallest.select("high", f.col("smallest").alias("low"))
    )
    return members.where("high <> low").distinct()


def _labels(stars: DataFrame) -> DataFrame:
    from pyspark.sql import functions as f

    centres = stars.select(f.col("low").alias("record_id"), f.col("low").alias("component")).distinct()
    return stars.select(f.col("high").alias("record_id"), f.col("low").alias("component")).union(centres)
