"""What resolves makes no difference to what is in the lake afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.workspaces import Workspace
from pipelines.resolve.backends import with_backend
from pipelines.resolve.resolutions import rules_key
from tests.pipelines.resolve.test_partial import LATER, content, resolve, resolved, take
from tests.support.sparks import ignores_pandas, needs_spark
from tests.support.workspaces import make_workspace

SETTINGS = """
[spark]
master = "local[2]"
shuffle_partitions = 2
"""


def test_the_backend_is_no_part_of_the_rules(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    assert rules_key(with_backend(workspace, "spark")) == rules_key(workspace)


@pytest.mark.slow
@pytest.mark.timeout(1500)
@pytest.mark.xdist_group("spark")
@needs_spark
@ignores_pandas
def test_spark_writes_what_duckdb_writes_and_either_goes_on_with_the_others_work(tmp_path: Path) -> None:
    resolved(tmp_path)
    workspace: Workspace = with_backend(make_workspace(tmp_path, SETTINGS), "spark")
    by_duckdb = content(workspace)
    again = resolve(workspace, "r2", in_full=True)
    assert (again.mode, again.minted, again.retired, again.moved) == ("full", 0, 0, 0)
    assert content(workspace) == by_duckdb
    assert take(workspace, LATER, "r3").mode == "incremental"
