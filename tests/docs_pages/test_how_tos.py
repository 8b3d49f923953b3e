"""What the how-to pages and a new workspace's notes show works as it stands there."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
from pathlib import Path

import pytest

from models.workspaces import Workspace, open_workspace
from pipelines.audiences.overviews import preview_audience
from pipelines.build import build, segment_catalogue
from tests.support.built_lakes import built_copy, publish_now, segment_rows
from tests.support.lakes import AS_OF
from tests.support.pages import ROOT, code_blocks

pytestmark = pytest.mark.xdist_group("built_lake")


def pages() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in listed.splitlines()]


def test_every_link_between_pages_leads_to_a_file() -> None:
    broken = []
    for page in pages():
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []


def with_segment(root: Path, page: str, segment: str, audience: str) -> Workspace:
    """A built workspace with the segment, its words and its audience as a page shows them."""
    workspace = built_copy(root, code_blocks(page, "toml")[0])
    workspace.segments.mkdir(exist_ok=True)
    (workspace.segments / f"{segment}.sql").write_text(code_blocks(page, "sql")[0], encoding="utf-8")
    for name, text in zip(("vars.yml", "segments.yml"), code_blocks(page, "yaml"), strict=False):
        (workspace.segments / name).write_text(text, encoding="utf-8")
    build(workspace, "docs", AS_OF)
    publish_now(workspace)
    assert audience in workspace.settings.audiences
    return open_workspace(root)


@pytest.mark.slow
def test_the_segment_of_the_how_to_builds_and_becomes_an_audience(tmp_path: Path) -> None:
    workspace = with_segment(tmp_path / "w", "docs/how-to/segments.md", "recent_big_spenders", "big_spenders")
    assert segment_rows(workspace, "recent_big_spenders") == []
    assert preview_audience(workspace, "big_spenders", 5).members == 0
    entry = next(segment for segment in segment_catalogue(workspace) if segment.name == "recent_big_spenders")
    assert (entry.label, entry.description, entry.thresholds) == (
        "Recent big spenders",
        "People who spent a lot and were here lately.",
        {"recent_days": 90},
    )


@pytest.mark.slow
def test_the_segment_of_a_new_workspaces_notes_builds(tmp_path: Path) -> None:
    page = "pipelines/workspace_template/segments.md"
    workspace = with_segment(tmp_path / "w", page, "recent_big_spenders", "big_spenders")
    assert segment_rows(workspace, "recent_big_spenders") == []


@pytest.mark.filterwarnings("ignore")
def test_the_lake_opens_in_duckdb_polars_and_pandas_as_shown(tmp_path: Path) -> None:
    workspace = built_copy(tmp_path / "w")
    publish_now(workspace)
    code = "\n".join(code_blocks("docs/how-to/open-the-lake.md", "python"))
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(code.replace("demo/data/", f"{workspace.data}/"), {})  # noqa: S102  our own page
    assert "pos.sale" in output.getvalue()
    assert "till" in output.getvalue()
