"""What dbt parsed is used again where it would parse the same, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.workspaces import Workspace
from pipelines import dbt_projects
from pipelines.build import build
from tests.support.built_lakes import built_copy, built_workspace
from tests.support.lakes import AS_OF, make_lake

pytestmark = pytest.mark.xdist_group("built_lake")

PARSE = "dbt.parser.manifest.ManifestLoader.get_full_manifest"


class ParsesError(Exception):
    """dbt begins to parse."""


@pytest.fixture
def never_parses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has parsed nothing yet, in which dbt fails when it would."""

    def parse(*_: Any, **__: Any) -> None:
        raise ParsesError

    built_workspace()
    monkeypatch.setattr(dbt_projects, "_parsed", {})
    monkeypatch.setattr(PARSE, parse)


def key_file(workspace: Workspace) -> Path:
    return workspace.data / "dbt" / "target" / dbt_projects.PARSE_KEY_FILE


@pytest.mark.usefixtures("never_parses")
def test_a_copy_of_a_built_workspace_is_built_without_parsing(tmp_path: Path) -> None:
    assert build(built_copy(tmp_path / "copy"), "again", AS_OF).segments


@pytest.mark.slow
@pytest.mark.usefixtures("never_parses")
def test_a_workspace_made_from_another_takes_what_was_parsed_there(tmp_path: Path) -> None:
    source, target = built_copy(tmp_path / "source"), make_lake(tmp_path / "target")
    dbt_projects.take_parsed(source, target)
    assert build(target, "first", AS_OF).models


@pytest.mark.usefixtures("never_parses")
def test_a_segment_more_is_parsed_and_until_then_nothing_counts_as_parsed(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "copy")
    workspace.segments.mkdir(exist_ok=True)
    (workspace.segments / "everybody.sql").write_text(
        "select profile_id, 'is there' as reason from {{ ref('dim_profiles') }}"
    )
    assert key_file(workspace).exists()
    with pytest.raises(Exception, match="dbt cannot read the project"):
        build(workspace, "killed", AS_OF)
    assert not key_file(workspace).exists()


@pytest.mark.slow
@pytest.mark.usefixtures("never_parses")
def test_what_this_process_parsed_elsewhere_is_kept_for_the_next_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = built_copy(tmp_path / "parsed")
    file = parsed.data / "dbt" / "target" / dbt_projects.PARSED_FILE
    monkeypatch.setattr(dbt_projects, "_parsed", {key_file(parsed).read_text(): file.read_bytes()})
    workspace = make_lake(tmp_path / "new")
    build(workspace, "first", AS_OF)
    monkeypatch.setattr(dbt_projects, "_parsed", {})
    build(workspace, "second", AS_OF)
