"""A new workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import UsageError
from models.workspaces import open_workspace
from pipelines.scaffolds import write_scaffold


def test_a_new_workspace_can_be_opened_and_has_a_place_for_everything(tmp_path: Path) -> None:
    root = tmp_path / "new" / "my-company"
    written = write_scaffold(root, "my-company")
    assert [str(path.relative_to(root)) for path in written] == [
        "klantbeeld.toml",
        "README.md",
        "segments/README.md",
        "tracking_plans/.gitkeep",
        "judgements/.gitkeep",
        ".gitignore",
    ]
    settings = open_workspace(root).settings
    assert settings.workspace.name == "my-company"
    assert sorted(settings.sources) == ["crm", "webshop"]
    assert (root / ".gitignore").read_text() == "data/\n"
    assert (root / "README.md").read_text().startswith("# my-company\n")


@pytest.mark.parametrize("name", ['the "good" shop', "C:\\shop", "Zoë & Søn"])
def test_any_name_of_a_company_will_do(tmp_path: Path, name: str) -> None:
    write_scaffold(tmp_path, name)
    assert open_workspace(tmp_path).settings.workspace.name == name


def test_what_stands_in_the_folder_already_stays(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("ours")
    written = write_scaffold(tmp_path, "shop")
    assert tmp_path / "README.md" not in written
    assert (tmp_path / "README.md").read_text() == "ours"


def test_a_workspace_is_not_made_twice(tmp_path: Path) -> None:
    write_scaffold(tmp_path, "shop")
    (tmp_path / "klantbeeld.toml").write_text("# changed\n")
    with pytest.raises(UsageError, match="is a workspace already"):
        write_scaffold(tmp_path, "shop")
    assert (tmp_path / "klantbeeld.toml").read_text() == "# changed\n"


def test_a_file_is_no_place_for_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="file is a file. Name a folder"):
        write_scaffold(tmp_path / "file", "shop")
