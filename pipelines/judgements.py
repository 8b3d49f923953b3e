"""The workspace's judgements: CSV files in its folder ``judgements/``, kept in git and read by every resolve."""

from __future__ import annotations

import csv
import fcntl
import hashlib
import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from identity.judgements import Judgement, Verdict, find_contradiction
from models.errors import UsageError
from models.workspaces import Workspace

COLUMNS = ("number", "record_id_a", "record_id_b", "judgement", "judged_by", "judged_at", "reason")
"""Columns of a file, in this order. Rows of one number are one decision, made and undone as a whole."""

VERDICTS: dict[str, Verdict] = {"same": "same", "different": "different"}
"""The words that a file may use."""

FOLDER, FILE = "judgements", "judgements.csv"


@dataclass(frozen=True)
class Entry(Judgement):
    """A judgement and where it stands: the number of its decision, the file's name, its first and last line."""

    number: int
    file: str
    line: int
    last_line: int


def read_judgements(workspace: Workspace) -> list[Entry]:
    """All judgements of the workspace, by file and line.

    Raises:
        UsageError: a file is not as it should be, or judgements contradict each other; names files and lines.
    """
    files = sorted((workspace.root / FOLDER).glob("*.csv"))
    entries = [entry for path in files for entry in _entries(path.name, _read(path))]
    refuse_contradiction(entries)
    return entries


def judgements_key(workspace: Workspace) -> str:
    """A hash of all judgements, whatever their order: others are another answer to who is who.

    Raises:
        UsageError: as :func:`read_judgements`.
    """
    places = {"number", "file", "line", "last_line"}
    rows = {
        tuple(str(value) for name, value in asdict(entry).items() if name not in places)
        for entry in read_judgements(workspace)
    }
    return hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()[:32]


def add_decision(workspace: Workspace, judgements: Sequence[Judgement]) -> int:
    """Write judgements as one decision and give its number; that of the earlier one, where all were judged so before.

    Raises:
        UsageError: they contradict others; nothing was written.
    """
    with _lock(workspace):
        entries = read_judgements(workspace)
        known = {(frozenset((entry.record_id_a, entry.record_id_b)), entry.judgement): entry for entry in entries}
        before = [known.get((frozenset((new.record_id_a, new.record_id_b)), new.judgement)) for new in judgements]
        if before[0] is not None and None not in before:
            return before[0].number
        number = max((entry.number for entry in entries), default=0) + 1
        path = workspace.root / FOLDER / FILE
        text = _read(path) or ",".join(COLUMNS) + "\n"
        text = text if text.endswith("\n") else text + "\n"
        rows = io.StringIO()
        writer = csv.DictWriter(rows, COLUMNS, lineterminator="\n")
        writer.writerows(asdict(new) | {"number": number} for new in judgements)
        text += rows.getvalue()
        others = [entry for entry in entries if entry.file != FILE]
        refuse_contradiction([*others, *_entries(FILE, text)])
        _write(path, text)
    return number


def undo_decision(workspace: Workspace, number: int) -> int:
    """Take a decision out of its files, all others left byte for byte; how many judgements it held.

    Raises:
        UsageError: there is no decision of that number.
    """
    with _lock(workspace):
        files = sorted((workspace.root / FOLDER).glob("*.csv"))
        # Undoing is the way out of a contradiction, so that one is no hindrance here.
        found = {path: list(_entries(path.name, _read(path))) for path in files}
        count = 0
        for path, entries in found.items():
            gone = {line for e in entries if e.number == number for line in range(e.line, e.last_line + 1)}
            if gone:
                count += sum(entry.number == number for entry in entries)
                lines = list(io.StringIO(_read(path), newline=""))
                _write(path, "".join(text for at, text in enumerate(lines, 1) if at not in gone))
    if not count:
        msg = f"No decision has the number {number}. See them with: klantbeeld judge list"
        raise UsageError(msg)
    return count


def refuse_contradiction(entries: Sequence[Entry]) -> None:
    """Nothing, if the judgements agree.

    Raises:
        UsageError: they do not; names the files and lines.
    """
    found = find_contradiction(entries)
    if found is not None:
        different, same = found
        chain = ", ".join(_place(entry) for entry in same) or "nothing but itself"
        msg = (
            f"Contradictory judgements: {_place(different)} keeps apart what {chain} makes one person. "
            "Take one of them back, for example with: klantbeeld judge undo NUMBER"
        )
        raise UsageError(msg)


def _place(entry: Entry) -> str:
    return f"{FOLDER}/{entry.file} line {entry.line} (number {entry.number})"


def _entries(file: str, text: str) -> Iterator[Entry]:
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
        msg = f"{FOLDER}/{file} line {before}: {error}. Correct the line, or take it out."
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


@contextmanager
def _lock(workspace: Workspace) -> Iterator[None]:
    """One writer of judgements at a time; a run does not keep anybody from judging."""
    workspace.data.mkdir(parents=True, exist_ok=True)
    with (workspace.data / ".judgements.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8") if path.exists() else ""
    except UnicodeDecodeError as error:
        msg = f"{FOLDER}/{path.name} is not UTF-8. Save it as UTF-8."
        raise UsageError(msg) from error


def _write(path: Path, text: str) -> None:
    """A reader sees the old file or the new one, never a half."""
    path.parent.mkdir(exist_ok=True)
    partial = path.with_suffix(".partial")
    with partial.open("wb") as handle:
        handle.write(text.encode("utf-8"))
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(path)
