"""What looks at all records: DuckDB on this machine, or Apache Spark."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import msgspec
import pyarrow as pa

from identity.people import People, Rules, find_people
from models.settings import SparkSettings
from models.workspaces import Workspace

Backend = Literal["duckdb", "spark"]


def find_people_by(
    records: pa.Table, pairs: pa.Table, rules: Rules, spark: SparkSettings, progress: Callable[[int], None]
) -> People:
    """The people that :func:`identity.people.find_people` finds, by the backend that the rules' settings name.

    Raises:
        UsageError: the backend is Spark, and pyspark or Java is not installed.
        RetriableError: Spark does not start.
    """
    if rules.settings.backend == "duckdb":
        return find_people(records, pairs, rules, progress)
    from identity.spark import find_people_on_spark
    from pipelines.spark.sessions import spark_session

    with spark_session(spark) as session:
        return find_people_on_spark(records, pairs, rules, session, progress)


def with_backend(workspace: Workspace, backend: Backend) -> Workspace:
    """The same workspace, resolved by that backend whatever its settings say."""
    settings = workspace.settings
    identity = msgspec.structs.replace(settings.identity, backend=backend)
    return replace(workspace, settings=msgspec.structs.replace(settings, identity=identity))
