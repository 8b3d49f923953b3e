"""What was exported: the newest folder of each audience."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from connectors.destinations.csv_files import MANIFEST
from models.workspaces import Workspace


def newest_exports(workspace: Workspace) -> list[dict[str, Any]]:
    """Per audience that was ever exported, its newest export, by audience.

    Keys: ``audience``, ``members``, ``created_at``, ``run_id``, ``folder`` and ``files`` (name, rows, bytes, sha256).
    """
    found = []
    for name in sorted(workspace.settings.audiences):
        manifests = [_read(path) for path in (workspace.exports / name).glob(f"*/{MANIFEST}")]
        if manifests:
            found.append(max(manifests, key=lambda manifest: (manifest["created_at"], manifest["run_id"])))
    return found


def _read(path: Path) -> dict[str, Any]:
    manifest = json.loads(path.read_text(encoding="utf-8"))
    return {
        "audience": manifest["audience"],
        "members": manifest["counts"]["members"],
        "created_at": manifest["created_at"],
        "run_id": manifest["run_id"],
        "folder": path.parent,
        "files": manifest["files"],
    }
