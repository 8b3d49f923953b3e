"""Segments of a workspace's own: what works, and the one clear error for what does not."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from models.errors import UsageError
from models.lakes import LAKE, open_lake
from models.workspaces import Workspace
from pipelines.build import build, segment_catalogue, segment_sizes
from pipelines.scaffolds import TEMPLATE
from tests.support.built_lakes import built_copy, segment_rows
from tests.support.lakes import AS_OF

pytestmark = pytest.mark.xdist_group("built_lake")


def own_segment(root: Path, **files: str) -> Workspace:
    """A copy of the built lake with these files in ``segments/`` (``vars_yml="..."``)."""
    workspace = built_copy(root)
    workspace.segments.mkdir(exist_ok=True)
    for name, text in files.items():
        stem, _, suffix = name.rpartition("_")
        (workspace.segments / f"{stem}.{suffix}").write_text(text, encoding="utf-8")
    return workspace


def refusal(workspace: Workspace) -> str:
    """The message of the UsageError that a build raises: one line."""
    with pytest.raises(UsageError) as caught:
        build(workspace, "own", AS_OF)
    message = str(caught.value)
    assert "\n" not in message
    assert "Traceback" not in message
    return message


@pytest.mark.slow
def test_the_example_of_a_new_workspace_builds_with_thresholds_of_its_own_and_at_a_later_moment(tmp_path: Path) -> None:
    guide = (TEMPLATE / "segments.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```sql\n(.*?)```", guide, re.DOTALL)
    workspace = own_segment(
        tmp_path / "ws",
        big_spenders_sql=example.replace("> 1000", "> 500").replace("< 90", "< 400"),
        big_spenders_yml="models: [{name: big_spenders, description: Who spent much., meta: {label: Big spenders}}]",
        vars_yml="high_value_min_amount: 900\n",
    )
    assert build(workspace, "own", AS_OF + timedelta(days=100)).segments == {
        "big_spenders": 5,
        "lapsed_high_value_buyers": 0,
        "newsletter_readers_who_never_bought": 0,
        "open_complaints": 0,
    }
    assert segment_rows(workspace, "big_spenders")[0] == ("p01_lapsed", "spent 812.4000 EUR in all")
    own = segment_catalogue(workspace)[0]
    assert (own.name, own.label, own.description, own.origin) == (
        "big_spenders",
        "Big spenders",
        "Who spent much.",
        "workspace",
    )


def test_sql_that_does_not_run_names_the_segment_and_the_file(tmp_path: Path) -> None:
    workspace = own_segment(
        tmp_path / "ws", big_sql="select profile_id, 'x' as reason from {{ ref('dim_profiles') }} where worth > 3"
    )
    message = refusal(workspace)
    assert message.startswith("Build failed. model big: ")
    assert 'Referenced column "worth" not found' in message
    assert message.endswith("models/segments/workspace/big.sql)")


def test_a_model_that_does_not_exist_is_named(tmp_path: Path) -> None:
    workspace = own_segment(tmp_path / "ws", big_sql="select profile_id, 'x' as reason from {{ ref('dim_persons') }}")
    message = refusal(workspace)
    assert message.startswith("dbt cannot read the project: ")
    assert "(models/segments/workspace/big.sql) depends on a node named 'dim_persons' which was not found." in message
    assert message.endswith(f"Your own segments are in {workspace.segments}.")


def test_jinja_that_is_not_closed_names_the_segment(tmp_path: Path) -> None:
    message = refusal(own_segment(tmp_path / "ws", big_sql="select {{ ref('dim_profiles' from"))
    assert message.startswith("dbt cannot read the project: ")
    assert "big" in message


def test_a_segment_with_other_columns_is_refused(tmp_path: Path) -> None:
    workspace = own_segment(tmp_path / "ws", big_sql="select profile_id from {{ ref('dim_profiles') }}")
    with open_lake(workspace) as lake:
        lake.connection.execute(f"create table {LAKE}.segments.big as select profile_id from {LAKE}.marts.dim_profiles")
        with pytest.raises(UsageError) as caught:
            segment_sizes(lake)
    assert str(caught.value) == (
        "Segment 'big' gives the columns profile_id; a segment gives exactly profile_id and reason."
        f" Change {workspace.segments / 'big.sql'}."
    )


def test_the_name_of_one_of_the_products_models_is_taken(tmp_path: Path) -> None:
    workspace = own_segment(tmp_path / "ws", open_complaints_sql="select 1")
    assert refusal(workspace) == (
        f"{workspace.segments / 'open_complaints.sql'}: the name 'open_complaints' is taken by the product."
        " Rename the file."
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("lapsed_after_day: 90\n", ": no segment reads 'lapsed_after_day'. Known: "),
        ("as_of: 2026-01-01\n", ": 'as_of' is set by klantbeeld build itself. Remove it."),
        ("- 90\n", ": must be a mapping of names to values."),
        ("a: [\n", ":2: not valid YAML: "),
    ],
)
def test_thresholds_that_nobody_reads_or_no_yaml_are_refused(tmp_path: Path, text: str, problem: str) -> None:
    workspace = own_segment(tmp_path / "ws", vars_yml=text)
    assert refusal(workspace).startswith(f"{workspace.segments / 'vars.yml'}{problem}")
