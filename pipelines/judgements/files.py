"""The files of judgements: what a line says, read whole and written whole."""

from __future__ import annotations

import csv
import fcntl
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from identity.judgements import Judgement, Verdict
from models.errors import UsageError
from models.workspaces import Workspace

COLUMNS = ("number", "record_id_a", "record_id_b", "judgement", "judged_by", "judged_at", "reason")
"""Columns of a file, in this order. Rows of one number are one decision, made and undone as a whole."""

VERDICTS: dict[str, Verdict] = {"same": "same", "different": "different"}
"""The words that a file may use."""


@dataclass(frozen=True)
class Entry(Judgement):
    """A judgement and where it stands: the number of its decision, the file, its first and last line."""

    number: int
    file: str
    line: int
    last_line: int

    @property
    def place(self) -> str:
        """Where it stands, as messages say it."""
        return f"{self.file} line {self.line} (number {self.number})"


def judgement_files(workspace: Workspace) -> list[Path]:
    """All files of judgements, by name."""
    return sorted(workspace.judgements.glob("*.csv"))


def read_entries(path: Path) -> list[Entry]:
    """The judgements of one file, by line; none where there is no file.

    Raises:
        UsageError: a line is not as it should be; names file and line.
    """
    return list(parse_entries(file_name(path), read_text(path)))


def parse_entries(file: str, text: str) -> Iterator[Entry]:
    """The judgements of a file's text, by line.

    Raises:
        UsageError: as :func:`read_entries`.
    """
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    before = 0
    try:
        for row in rows:
            line, before = before + 1, rows.line_num
            if line == 1:
                if tuple(row) != COLUMNS:
                    msg = "the header must be " + ",".join(COLUMNS)
                    raise ValueError(msg)
            elif row:
                yield _entry(row, file, line, rows.line_num)
    except (csv.Error, ValueError) as error:
        msg = f"{file} line {before}: {error}. Correct the line, or take it out."
        raise UsageError(msg) from error


def _entry(row: list[str], file: str, line: int, last_line: int) -> Entry:
    if len(row) != len(COLUMNS):
        msg = f"{len(row)} values where {len(COLUMNS)} belong"
        raise ValueError(msg)
    values = dict(zip(COLUMNS, (value.strip() for value in row), strict=True))
    empty = [name for name, value in values.items() if not value]
    if empty:
        msg = f"{empty[0]} is empty"
        raise ValueError(msg)
    if not (values["number"].isascii() and values["number"].isdigit()):
        msg = "number is no whole number"
        raise ValueError(msg)
    if values["judgement"] not in VERDICTS:
        msg = "judgement is neither 'same' nor 'different'"
        raise ValueError(msg)
    try:
        at = datetime.fromisoformat(values["judged_at"])
    except ValueError as error:
        msg = "judged_at is no ISO 8601 time"
        raise ValueError(msg) from error
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return Entry(
        record_id_a=values["record_id_a"],
        record_id_b=values["record_id_b"],
        judgement=VERDICTS[values["judgement"]],
        judged_by=values["judged_by"],
        judged_at=utc_text(at),
        reason=values["reason"],
        number=int(values["number"]),
        file=file,
        line=line,
        last_line=last_line,
    )


def utc_text(moment: datetime) -> str:
    """A moment as judgements hold it: ``2026-11-24T09:30:00Z``."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def file_name(path: Path) -> str:
    """The file as messages name it: ``judgements/judgements.csv``."""
    return f"{path.parent.name}/{path.name}"


@contextmanager
def only_writer(workspace: Workspace) -> Iterator[None]:
    """One writer of judgements at a time; a run does not keep anybody from judging."""
    workspace.data.mkdir(parents=True, exist_ok=True)
    with (workspace.data / ".judgements.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def read_text(path: Path) -> str:
    """The file's text, "" where there is none.

    Raises:
        UsageError: it is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8") if path.exists() else ""
    except UnicodeDecodeError as error:
        msg = f"{file_name(path)} is not UTF-8. Save it as UTF-8."
        raise UsageError(msg) from error


def write_text(path: Path, text: str) -> None:
    """A reader sees the old file or the new one, never a half."""
    path.parent.mkdir(exist_ok=True)
    partial = path.with_suffix(".partial")
    with partial.open("wb") as handle:
        handle.write(text.encode("utf-8"))
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(path)
