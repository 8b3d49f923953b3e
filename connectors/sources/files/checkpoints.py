"""How far a file was loaded: one small JSON file per source, content and mapping. It holds counts, never values."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from connectors.sources.files.contents import FileContent
from models.settings import SourceSettings
from models.workspaces import Workspace

LOADER_VERSION = 1
"""Raised when the same file and mapping would give other records, or another order: old checkpoints then are void."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The first ``done`` of ``total`` records of a file are in the log.

    ``ends`` are the log's end offsets (topic -> partition -> offset) as they were after those: what an interrupted
    load appended beyond its checkpoint stands behind them.
    """

    file: str
    rows: int
    events: int
    rejected: int
    done: int = 0
    ends: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def counts(self) -> tuple[int, int, int]:
        """Rows, events and rejected rows of the file."""
        return (self.rows, self.events, self.rejected)

    @property
    def total(self) -> int:
        """Records that the file gives."""
        return self.events + self.rejected

    @property
    def is_finished(self) -> bool:
        """Whether the log holds them all."""
        return self.done >= self.total


def checkpoint_path(workspace: Workspace, source: str, settings: SourceSettings, content: FileContent) -> Path:
    """Where the checkpoint of this content under this mapping stands; another mapping is another load."""
    mapping = msgspec.json.encode([LOADER_VERSION, source, settings], order="sorted")
    name = f"{content.sha256[:32]}-{hashlib.sha256(mapping).hexdigest()[:16]}.json"
    return workspace.loads / source / name


def read_checkpoint(path: Path) -> Checkpoint | None:
    """The checkpoint, or None where there is none that can be read: the load then begins anew, which is harmless."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Checkpoint)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write the checkpoint whole or not at all, and on disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(f".{os.getpid()}.tmp")
    with aside.open("wb") as stream:
        stream.write(msgspec.json.encode(checkpoint))
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(path)
