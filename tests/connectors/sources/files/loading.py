"""Load small files into a real embedded log and read back what it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.log.embedded import EmbeddedLog
from connectors.log.logs import FAMILIES
from connectors.sources.files import LoadReport, load_file
from models.progress import Progress, no_progress
from models.workspaces import Workspace
from tests.support.workspaces import make_workspace

RECEIVED_AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

CRM = """
[sources.crm]
kind = "file"
type = "crm.contact"
{more}
[sources.crm.columns]
"external_ids.crm_id" = "id"
"traits.given_name" = "name"
"""

TILL = """
[sources.till]
kind = "file"
type = "pos.sale"
{more}
[sources.till.columns]
"properties.receipt_id" = "receipt"
"properties.total" = "total"
original_timestamp = "sold_at?"
"""


@dataclass(frozen=True)
class Message:
    """A record of the log: ``event`` is None where the value is not JSON or the record carries an error."""

    topic: str
    key: bytes | None
    value: bytes
    headers: dict[str, str]

    @property
    def error(self) -> str | None:
        return self.headers.get("error")

    @property
    def event(self) -> dict[str, Any]:
        return json.loads(self.value)


@dataclass
class Loading:
    """A workspace with one partition per topic, so that the log keeps the order of the file, and its log."""

    workspace: Workspace
    log: EmbeddedLog

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.workspace.root / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def load(self, path: Path, *, again: bool = False, progress: Progress = no_progress) -> LoadReport:
        source, settings = next(iter(self.workspace.settings.sources.items()))
        return load_file(
            path, source, settings, self.workspace, self.log, progress, received_at=RECEIVED_AT, again=again
        )

    def load_text(self, content: str | bytes, name: str = "export.csv") -> LoadReport:
        return self.load(self.write(name, content))

    def messages(self) -> list[Message]:
        found = []
        for (topic, partition), end in sorted(
            self.log.end_offsets([f"klantbeeld.{name}" for name in FAMILIES]).items()
        ):
            for batch in self.log.read(topic, partition, 0, end, 1_000):
                for row in batch.to_pylist():
                    found.append(Message(topic, row["key"], row["value"], json.loads(row["headers"])))
        return found

    def events(self) -> list[dict[str, Any]]:
        return [message.event for message in self.messages() if message.error is None]

    def ids(self) -> list[str]:
        return [event["message_id"] for event in self.events()]


@contextmanager
def loading(root: Path, settings: str, more: str = "") -> Iterator[Loading]:
    """A workspace for one source; ``more`` stands in the source's table."""
    text = "[log]\npartitions = 1\n" + settings.replace("{more}", more)
    workspace = make_workspace(root, text)
    log = EmbeddedLog(workspace.log_file, workspace.settings.log.partitions)
    try:
        yield Loading(workspace, log)
    finally:
        log.close()
