"""Spark sessions as the settings ask for them."""

from __future__ import annotations

import importlib.util
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from models.errors import RetriableError, UsageError
from models.spark_settings import SparkSettings
from pipelines.spark.java import java_home

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PARTS_PER_CORE = 2
"""Parts that data are divided into where the settings do not say: enough to even out, few enough to be cheap."""


@contextmanager
def spark_session(settings: SparkSettings) -> Iterator[SparkSession]:
    """A Spark session, stopped afterwards; in UTC, as what DuckDB works in.

    Raises:
        UsageError: pyspark or Java is not installed.
        RetriableError: Spark does not start; names the master.
    """
    if importlib.util.find_spec("pyspark") is None:
        msg = (
            "identity.backend is 'spark' and pyspark is not installed. Install the extra: "
            "pip install 'klantbeeld[spark]' (in a checkout: make spark), or set identity.backend = \"duckdb\"."
        )
        raise UsageError(msg)
    with java_home(), _environment(settings.master), warnings.catch_warnings():
        # pandas is on none of our ways through Spark, so it does not matter which release is there.
        warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
        session = _start(settings)
        try:
            yield session
        finally:
            session.stop()


@contextmanager
def _environment(master: str) -> Iterator[None]:
    """On this machine alone, workers are of this Python, and nothing listens to the network.

    Workers on other machines have a Python of their own (``PYSPARK_PYTHON``).
    """
    wanted = {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"} if master.startswith("local") else {}
    added = {name: value for name, value in wanted.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]


def _start(settings: SparkSettings) -> SparkSession:
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(settings.master).appName("klantbeeld resolve")
    for name, value in (_defaults(settings) | settings.properties).items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except (PySparkException, RuntimeError) as error:
        msg = (
            f"Spark did not start with spark.master = '{settings.master}'. What it said stands above; "
            "is the address right, and is Java 17 or newer?"
        )
        raise RetriableError(msg) from error


def _defaults(settings: SparkSettings) -> dict[str, str]:
    parts = settings.shuffle_partitions or PARTS_PER_CORE * (os.cpu_count() or 1)
    return {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": str(parts),
        "spark.log.level": "ERROR",
        # The statement that scores pairs is too long for it: it would try in vain, and say so at length.
        "spark.sql.codegen.wholeStage": "false",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.memory": settings.driver_memory,
        "spark.executor.memory": settings.executor_memory,
        "spark.executorEnv.PYTHONWARNINGS": "ignore",
        **({"spark.checkpoint.dir": settings.checkpoint_path} if settings.checkpoint_path else {}),
    }
