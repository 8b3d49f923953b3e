"""Workspaces for tests."""

from __future__ import annotations

from pathlib import Path

from models.workspaces import Workspace, open_workspace


def make_workspace(root: Path, settings: str = "") -> Workspace:
    """A workspace in ``root`` with these settings (TOML)."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "klantbeeld.toml").write_text(settings, encoding="utf-8")
    return open_workspace(root)
