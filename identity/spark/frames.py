"""Arrow functions on Spark's data frames: part by part, where a part is whatever has to be looked at together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from identity.queries import sql_of

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

TableFunction = Callable[[pa.Table], pa.Table]


def from_arrow(session: SparkSession, table: pa.Table) -> DataFrame:
    """The table as a data frame, spread over the executors."""
    frame = session.createDataFrame(table.combine_chunks(), spark_schema(table.schema))
    return frame.repartition(bucket_count(session)) if table.num_rows else frame


def to_arrow(frame: DataFrame, schema: pa.Schema) -> pa.Table:
    """All rows on this machine, with exactly the schema's columns, order and types."""
    return frame.select(*schema.names).toArrow().cast(schema)


def spark_schema(schema: pa.Schema) -> Any:
    """The same schema as Spark's StructType; every column may be null."""
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(pa.schema([field.with_nullable(True) for field in schema]))


def bucket_count(session: SparkSession) -> int:
    """Into how many parts data are divided (``spark.sql.shuffle.partitions``)."""
    return int(session.conf.get("spark.sql.shuffle.partitions", "200") or 200)


def bucket_of(session: SparkSession, *names: str) -> Column:
    """The part that a row belongs to: rows that are equal in these columns share one."""
    from pyspark.sql import functions as f

    return f.pmod(f.xxhash64(*names), f.lit(bucket_count(session)))


def map_rows(frame: DataFrame, function: TableFunction, schema: pa.Schema) -> DataFrame:
    """``function`` of some rows at a time; it must not matter which rows come together."""

    def of_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            if batch.num_rows:
                yield from _batches(function(pa.Table.from_batches([batch])), schema)

    return frame.mapInArrow(of_batches, spark_schema(schema))


def map_buckets(frame: DataFrame, function: TableFunction, schema: pa.Schema) -> DataFrame:
    """``function`` of all rows with one number in ``bucket``."""

    def of_bucket(rows: pa.Table) -> pa.Table:
        return function(rows).select(schema.names).cast(schema)

    return frame.groupBy("bucket").applyInArrow(of_bucket, spark_schema(schema))


def map_bucket_pairs(
    one: DataFrame, other: DataFrame, function: Callable[[pa.Table, pa.Table], pa.Table], schema: pa.Schema
) -> DataFrame:
    """``function`` of all rows of both frames with one number in ``bucket``; one of both may be empty."""

    def of_bucket(left: pa.Table, right: pa.Table) -> pa.Table:
        return function(left, right).select(schema.names).cast(schema)

    return one.groupBy("bucket").cogroup(other.groupBy("bucket")).applyInArrow(of_bucket, spark_schema(schema))


def settle(frame: DataFrame) -> DataFrame:
    """The same rows, computed once and kept: on the checkpoint path, or without one on the executors.

    What has no checkpoint path is lost with an executor, and the run with it.
    """
    return frame.checkpoint() if checkpoint_path(frame.sparkSession) else frame.localCheckpoint()


def checkpoint_path(session: SparkSession) -> str:
    """Where intermediate results are kept (``spark.checkpoint.dir``); empty: on the executors."""
    return session.conf.get("spark.checkpoint.dir", "") or ""


def run_sql(session: SparkSession, name: str, tables: Mapping[str, DataFrame], parameters: Mapping[str, Any]) -> Any:
    """The result of one of the SQL files that DuckDB runs, translated; values are bound."""
    import sqlglot

    (statement,) = sqlglot.transpile(sql_of(name), read="duckdb", write="spark", comments=False)
    for table_name, frame in tables.items():
        frame.createOrReplaceTempView(table_name)
    try:
        return session.sql(statement, args=dict(parameters))
    finally:
        for table_name in tables:
            session.catalog.dropTempView(table_name)


def _batches(table: pa.Table, schema: pa.Schema) -> list[pa.RecordBatch]:
    return table.select(schema.names).cast(schema).to_batches()
