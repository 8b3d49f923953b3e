"""The demo's workspace: its settings, on the embedded log or on a Kafka cluster."""

from __future__ import annotations

import json
from pathlib import Path

from models.errors import UsageError
from models.settings import SETTINGS_FILE, parse_settings
from models.workspaces import Workspace, open_workspace

SETTINGS = Path(__file__).parent / "workspace.toml"
WRITE_KEY_ENV = "KLANTBEELD_WEBSHOP_WRITE_KEY"
"""Environment variable that holds the web shop's write key in the demo's workspace."""


def demo_workspace(folder: Path, *, kafka: str | None = None, topic_prefix: str | None = None) -> Workspace:
    """Make the demo's workspace in ``folder`` (idempotent) and open it.

    Args:
        kafka: ``host:port`` of a cluster; without it the log is the embedded one.
        topic_prefix: prefix of the topics on that cluster, so that two demos do not read each other's events.

    Raises:
        UsageError: the folder holds a workspace with other settings; nothing was written.
    """
    text = SETTINGS.read_text(encoding="utf-8") + _log_settings(kafka, topic_prefix)
    parse_settings(text, SETTINGS_FILE)
    path = folder / SETTINGS_FILE
    if path.exists() and path.read_text(encoding="utf-8") != text:
        msg = f"{path} holds other settings than this demo's. Name another folder, or remove that file."
        raise UsageError(msg)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    (folder / ".gitignore").write_text("data/\n", encoding="utf-8")
    return open_workspace(folder)


def _log_settings(kafka: str | None, topic_prefix: str | None) -> str:
    lines = ["\n[log]", f'kind = "{"embedded" if kafka is None else "kafka"}"']
    if topic_prefix is not None:
        lines.append(f"topic_prefix = {_toml_string(topic_prefix)}")
    if kafka is not None:
        lines += ["\n[log.kafka]", f"bootstrap_servers = {_toml_string(kafka)}"]
    return "\n".join(lines) + "\n"


def _toml_string(text: str) -> str:
    # A JSON string in ASCII is a TOML basic string.
    return json.dumps(text)
