"""A new workspace: settings with comments, the folders, and what git should ignore."""

from __future__ import annotations

import json
from pathlib import Path

from models.errors import UsageError
from models.settings import SETTINGS_FILE, parse_settings

TEMPLATE = Path(__file__).parent / "workspace_template"


def write_scaffold(root: Path, name: str) -> list[Path]:
    """Make a workspace in ``root`` and give the files written. Nothing that exists is overwritten.

    Raises:
        UsageError: there is a workspace already, or ``root`` is a file.
    """
    if root.is_file():
        msg = f"{root} is a file. Name a folder that does not exist yet, or an empty one."
        raise UsageError(msg)
    if (root / SETTINGS_FILE).exists():
        msg = f"{root} is a workspace already (it holds {SETTINGS_FILE}). Edit that, or name another folder."
        raise UsageError(msg)
    # A TOML string escapes quotes and backslashes as a JSON string does.
    escaped = json.dumps(name, ensure_ascii=False)[1:-1]
    settings = (TEMPLATE / SETTINGS_FILE).read_text(encoding="utf-8").replace("{name}", escaped)
    parse_settings(settings, SETTINGS_FILE)
    files = {
        SETTINGS_FILE: settings,
        "README.md": (TEMPLATE / "README.md").read_text(encoding="utf-8").replace("{name}", name),
        "segments/README.md": (TEMPLATE / "segments.md").read_text(encoding="utf-8"),
        "tracking_plans/.gitkeep": "",
        "judgements/.gitkeep": "",
        ".gitignore": "data/\n",
    }
    written = []
    for relative, text in files.items():
        path = root / relative
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written
