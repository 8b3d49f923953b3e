"""The dbt project on a real lake: its own tests, whom the segments hold, and that a build can be repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import GateFailedError
from models.lakes import LAKE, open_lake
from models.workspaces import Workspace
from pipelines.build import build, build_variables
from pipelines.dbt_projects import run_dbt
from tests.support.built_lakes import built_copy, built_workspace, segment_rows
from tests.support.lakes import AS_OF

pytestmark = pytest.mark.xdist_group("built_lake")

LAPSED = "bought for 812.40 EUR in 10 purchases, last 2025-10-01 (more than 180 days ago)"
TABLES = (
    "marts.dim_households",
    "marts.dim_profiles",
    "marts.fct_events",
    "marts.fct_sales",
    "marts.fct_timeline",
    "segments.lapsed_high_value_buyers",
    "segments.newsletter_readers_who_never_bought",
    "segments.open_complaints",
)


def every_row(workspace: Workspace) -> dict[str, list[tuple[object, ...]]]:
    with open_lake(workspace, read_only=True) as lake:
        return {table: lake.rows(f"from {LAKE}.{table} order by all") for table in TABLES}


def test_every_unit_test_of_the_project_passes(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "ws")
    result = run_dbt(workspace, ["test", "--select", "test_type:unit"], build_variables(workspace, AS_OF))
    assert result.failures == ()
    assert set(result.tests) >= {
        "a_lapsed_high_value_buyer_bought_enough_often_enough_and_long_ago",
        "a_newsletter_reader_who_never_bought_reads_and_may_be_mailed",
        "an_open_complaint_counts_for_two_weeks",
    }


def test_every_data_test_passes_on_the_seeded_lake(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "ws")
    result = run_dbt(workspace, ["test", "--select", "test_type:data"], build_variables(workspace, AS_OF))
    assert result.failures == ()
    assert set(result.tests) >= {
        "unique_open_complaints_profile_id",
        "not_null_open_complaints_reason",
        "relationships_open_complaints_profile_id__profile_id__ref_dim_profiles_",
        "unique_dim_profiles_profile_id",
    }


def test_lapsed_high_value_buyers_are_those_who_bought_much_and_long_ago() -> None:
    assert segment_rows(built_workspace(), "lapsed_high_value_buyers") == [
        ("p01_lapsed", LAPSED),
        ("p02_lapsed_left", LAPSED),
        ("p03_lapsed_bounced", LAPSED),
        ("p04_lapsed_no_mail", LAPSED),
        ("p05_lapsed_angry", LAPSED),
    ]


def test_a_newsletter_reader_who_bought_on_the_web_is_not_one_who_never_bought() -> None:
    assert segment_rows(built_workspace(), "newsletter_readers_who_never_bought") == [
        ("p06_reader", "read 4 newsletters in 90 days, last 2026-06-22, and never bought")
    ]


def test_a_closed_complaint_and_an_old_one_are_not_open_complaints() -> None:
    assert segment_rows(built_workspace(), "open_complaints") == [
        ("p08_complaint", "1 open complaint, newest opened 2026-06-25 (ticket T-p08), in the last 14 days")
    ]


@pytest.mark.slow
def test_the_same_lake_and_moment_give_the_same_rows(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "ws")
    build(workspace, "again", AS_OF)
    assert every_row(workspace) == every_row(built_workspace())


def test_a_data_test_that_fails_is_named_with_its_number_of_rows_and_no_value(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "ws")
    with open_lake(workspace) as lake:
        lake.connection.execute(
            f"insert into {LAKE}.profiles.profiles from {LAKE}.profiles.profiles where profile_id = 'p06_reader'"
        )
    with pytest.raises(GateFailedError) as caught:
        build(workspace, "broken", AS_OF)
    message = str(caught.value)
    assert "Data tests failed, nothing is published." in message
    assert "unique_int_profile_suppressions_profile_id: Got 1 result, configured to fail if != 0" in message
    assert "p06_reader" not in message
    assert "fatima" not in message
