"""The files of removals: what a line says."""

from __future__ import annotations

import csv
import fcntl
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from identity.removals import Kind, Removal
from models.errors import UsageError
from models.workspaces import Workspace
from pipelines.judgements.files import file_name, read_text, utc_text

COLUMNS = ("number", "kind", "what", "record_id", "removed_by", "removed_at", "reason")
"""Columns of a file, in this order; ``record_id`` may be empty. Rows of one number are one decision."""

KINDS: dict[str, Kind] = {"record": "record", "identifier": "identifier", "batch": "batch"}
"""The words that a file may use."""

PLACES = re.compile(r"(?P<topic>[^/]+)/(?P<partition>\d+)/(?P<first>\d+)-(?P<last>\d+)")
"""Messages of the log: ``topic/partition/first-last``, both ends included."""


@dataclass(frozen=True)
class Entry(Removal):
    """A removal and where it stands: the number of its decision, the file, its first and last line."""

    number: int
    file: str
    line: int
    last_line: int


def removal_files(workspace: Workspace) -> list[Path]:
    """All files of removals, by name."""
    return sorted(workspace.removals.glob("*.csv"))


def read_entries(path: Path) -> list[Entry]:
    """The removals of one file, by line; none where there is no file.

    Raises:
        UsageError: a line is not as it should be; names file and line.
    """
    return list(parse_entries(file_name(path), read_text(path)))


def parse_entries(file: str, text: str) -> Iterator[Entry]:
    """The removals of a file's text, by line.

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
    _refuse_values(values)
    try:
        at = datetime.fromisoformat(values["removed_at"])
    except ValueError as error:
        msg = "removed_at is no ISO 8601 time"
        raise ValueError(msg) from error
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return Entry(
        kind=KINDS[values["kind"]],
        what=values["what"],
        record_id=values["record_id"] or None,
        removed_by=values["removed_by"],
        removed_at=utc_text(at),
        reason=values["reason"],
        number=int(values["number"]),
        file=file,
        line=line,
        last_line=last_line,
    )


def _refuse_values(values: dict[str, str]) -> None:
    empty = [name for name, value in values.items() if not value and name != "record_id"]
    kind, what = values["kind"], values["what"]
    if empty:
        msg = f"{empty[0]} is empty"
    elif not (values["number"].isascii() and values["number"].isdigit()):
        msg = "number is no whole number"
    elif kind not in KINDS:
        msg = "kind is none of 'record', 'identifier' and 'batch'"
    elif values["record_id"] and kind != "identifier":
        msg = "record_id belongs to an identifier alone"
    elif kind == "record" and what.count(":") < 2:
        msg = "what is no record id (source:type:value)"
    elif kind == "identifier" and not all(what.partition(":")):
        msg = "what is no identifier (type:value)"
    elif kind == "batch" and not _are_places(what):
        msg = "what is no stretch of the log (topic/partition/first-last)"
    else:
        return
    raise ValueError(msg)


def _are_places(what: str) -> bool:
    found = PLACES.fullmatch(what)
    return found is not None and int(found["first"]) <= int(found["last"])


@contextmanager
def only_writer(workspace: Workspace) -> Iterator[None]:
    """One writer of removals at a time; a run does not keep anybody from deciding."""
    workspace.data.mkdir(parents=True, exist_ok=True)
    with (workspace.data / ".removals.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
