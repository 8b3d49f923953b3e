"""What people read of the dbt project: each model, column and segment says what it is."""

from __future__ import annotations

from typing import Any

import pytest

from models.lakes import LAKE, open_lake
from pipelines.build import Segment, segment_catalogue
from pipelines.dbt_projects import dbt_project_dir, read_yaml
from tests.support.built_lakes import built_workspace

pytestmark = pytest.mark.xdist_group("built_lake")


def described_models() -> dict[str, dict[str, Any]]:
    files = (dbt_project_dir() / "models").rglob("*.yml")
    return {model["name"]: model for file in files for model in read_yaml(file).get("models", [])}


def columns_of_the_lake() -> dict[str, list[str]]:
    with open_lake(built_workspace(), read_only=True) as lake:
        rows = lake.rows(
            "select table_name, list(column_name order by column_index) from duckdb_columns() where database_name = ?"
            " and schema_name in ('staging', 'intermediate', 'marts', 'segments') group by table_name",
            [LAKE],
        )
    return {name: columns for name, columns in rows}


def test_every_model_that_is_built_is_described() -> None:
    described = described_models()
    files = {path.stem for path in (dbt_project_dir() / "models").rglob("*.sql")}
    assert set(columns_of_the_lake()) == files == set(described)
    assert [name for name, model in described.items() if not model.get("description", "").strip()] == []


def test_every_column_is_described_and_nothing_else_is() -> None:
    built = columns_of_the_lake()
    described = {
        name: [column["name"] for column in model["columns"] if column.get("description", "").strip()]
        for name, model in described_models().items()
    }
    assert {name: sorted(columns) for name, columns in described.items()} == {
        name: sorted(columns) for name, columns in built.items()
    }


def test_every_segment_gives_who_and_why() -> None:
    built = columns_of_the_lake()
    segments = [segment.name for segment in segment_catalogue(built_workspace())]
    assert segments == ["lapsed_high_value_buyers", "newsletter_readers_who_never_bought", "open_complaints"]
    assert [built[name] for name in segments] == [["profile_id", "reason"]] * 3


def test_the_catalogue_tells_a_marketer_what_a_segment_is_and_its_thresholds() -> None:
    assert segment_catalogue(built_workspace())[2] == Segment(
        name="open_complaints",
        label="Open complaints",
        description="People whose complaint was opened in the last days and is not closed."
        " Leave them out of campaigns, or call them.",
        origin="product",
        thresholds={"complaint_window_days": 14},
    )
