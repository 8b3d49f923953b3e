"""A workspace: one company's settings, segments and data, apart from the product's code."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import RetriableError
from models.settings import SETTINGS_FILE, Settings, read_settings


@dataclass(frozen=True)
class Workspace:
    """The folder of a workspace and its settings. Paths are derived, nothing is created by looking at them."""

    root: Path
    settings: Settings

    @property
    def data(self) -> Path:
        """Everything that a run may write; never kept in git."""
        return self.root / "data"

    @property
    def log_file(self) -> Path:
        """The embedded event log."""
        return self.data / "log" / "log.sqlite"

    @property
    def lake_data(self) -> Path:
        """Folder of the lake's Parquet files (absolute)."""
        return (self.root / self.settings.lake.data_path).resolve()

    @property
    def lake_catalog(self) -> Path:
        """The SQLite catalog (``lake.catalog = "sqlite"``)."""
        return self.data / "catalog.sqlite"

    @property
    def staging(self) -> Path:
        """What an ingest has written and not yet committed; outside the lake, on the same disk."""
        return self.data / "staging"

    @property
    def runs(self) -> Path:
        """Run manifests, one JSON file a run."""
        return self.data / "runs"

    @property
    def exports(self) -> Path:
        """Exported audiences."""
        return self.data / "exports"

    @property
    def loads(self) -> Path:
        """How far each file was loaded."""
        return self.data / "loads"

    @property
    def match_index(self) -> Path:
        """What matching looks up of all records, as files; made anew from the lake where it is missing."""
        return self.data / "match_index"

    @property
    def segments(self) -> Path:
        """The company's own dbt models of segments."""
        return self.root / "segments"

    @property
    def judgements(self) -> Path:
        """What people decided on who is who, kept in git."""
        return self.root / "judgements"

    @property
    def removals(self) -> Path:
        """What people took out of the picture (records, identifiers, batches), kept in git."""
        return self.root / "removals"

    @property
    def skipped_pairs(self) -> Path:
        """Keys of the pairs that somebody reviewed and could not decide on."""
        return self.data / "reviews" / "skipped.csv"

    @contextmanager
    def writer_lock(self, purpose: str) -> Iterator[None]:
        """Hold the workspace's one writer lock; released by the system when the process dies.

        Raises:
            RetriableError: another process holds it; names its pid and what it does.
        """
        self.data.mkdir(parents=True, exist_ok=True)
        path = self.data / ".writer.lock"
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                holder = _holder(os.pread(handle, 4096, 0))
                msg = f"Workspace {self.root} is being written by {holder}. Wait for it to end, then run again."
                raise RetriableError(msg) from error
            os.ftruncate(handle, 0)
            os.pwrite(handle, json.dumps({"pid": os.getpid(), "purpose": purpose}).encode(), 0)
            yield
            os.ftruncate(handle, 0)
        finally:
            os.close(handle)


def open_workspace(root: Path) -> Workspace:
    """The workspace in a folder.

    Raises:
        UsageError: the folder has no settings file, or the settings are wrong.
    """
    root = root.resolve()
    return Workspace(root=root, settings=read_settings(root / SETTINGS_FILE))


def _holder(text: bytes) -> str:
    try:
        lock: dict[str, Any] = json.loads(text)
        return f"'klantbeeld {lock['purpose']}' (process {lock['pid']})"
    except (ValueError, KeyError, TypeError):
        return "another klantbeeld process"
