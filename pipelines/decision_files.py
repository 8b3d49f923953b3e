"""Files of people's decisions: CSV in the workspace, kept in git; rows of one number are made and undone together."""

from __future__ import annotations

import csv
import fcntl
import io
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Generic, TypeVar

from models.errors import UsageError
from models.workspaces import Workspace


@dataclass(frozen=True)
class Placed:
    """Where a row stands: the number of its decision, the file, its first and last line."""

    number: int
    file: str
    line: int
    last_line: int

    @property
    def place(self) -> str:
        """Where it stands, as messages say it."""
        return f"{self.file} line {self.line} (number {self.number})"


EntryT = TypeVar("EntryT", bound=Placed)


@dataclass(frozen=True)
class DecisionFiles(Generic[EntryT]):
    """How one kind of decisions is written down.

    - ``folder``: in the workspace. All its CSV files are read; new ones go to the file that is called as the folder is.
    - ``noun`` and ``command``: what messages call one, and the command that lists them.
    - ``columns``: of a file, in this order; those in ``optional`` may be empty. ``by`` and ``at``: who and when.
    - ``make``: a row of values and its place to an entry; a ValueError says what is wrong with the values.
    - ``target``: what an entry is about; deciding the same again adds nothing.
    - ``refuse``: raises where entries do not go together.
    """

    folder: Callable[[Workspace], Path]
    noun: str
    command: str
    columns: tuple[str, ...]
    by: str
    at: str
    make: Callable[[dict[str, str], Placed], EntryT]
    target: Callable[[Any], object]
    optional: frozenset[str] = frozenset()
    refuse: Callable[[Sequence[EntryT]], None] = lambda _: None

    def read(self, workspace: Workspace) -> list[EntryT]:
        """All entries of the workspace, by file and line.

        Raises:
            UsageError: a file is not as it should be, or entries do not go together; names files and lines.
        """
        entries = [entry for found in self._read_files(workspace).values() for entry in found]
        self.refuse(entries)
        return entries

    def add(self, workspace: Workspace, decided: Sequence[Any]) -> int:
        """Write rows as one decision and give its number; that of the earlier one, where all were decided before.

        Raises:
            UsageError: a file is not as it should be, or the rows are not, or do not go together with others; nothing
                was written.
        """
        with self._only_writer(workspace):
            entries = self.read(workspace)
            known = {self.target(entry): entry.number for entry in entries}
            before = [known.get(self.target(new)) for new in decided]
            if before[0] is not None and None not in before:
                return before[0]
            number = max((entry.number for entry in entries), default=0) + 1
            folder = self.folder(workspace)
            path = folder / f"{folder.name}.csv"
            text = _read_text(path) or ",".join(self.columns) + "\n"
            rows = io.StringIO()
            writer = csv.DictWriter(rows, self.columns, lineterminator="\n")
            writer.writerows(asdict(new) | {"number": number} for new in decided)
            text = (text if text.endswith("\n") else text + "\n") + rows.getvalue()
            # What is refused when it is read is not to be written.
            others = [entry for entry in entries if entry.file != _file_name(path)]
            self.refuse([*others, *self._parse(_file_name(path), text)])
            _write_text(path, text)
        return number

    def undo(self, workspace: Workspace, number: int) -> list[EntryT]:
        """Take a decision out of its files, all others left byte for byte; what it held.

        Raises:
            UsageError: there is none of that number, or there are several: two branches of the folder gave it.
        """
        with self._only_writer(workspace):
            # Undoing is the way out where entries do not go together, so that this is no hindrance here.
            found = self._read_files(workspace)
            everything = [entry for entries in found.values() for entry in entries]
            wanted = [entry for entry in everything if entry.number == number]
            if not wanted:
                msg = f"No {self.noun} has the number {number}. See them with: klantbeeld {self.command} list"
                raise UsageError(msg)
            self._refuse_several(wanted, max(entry.number for entry in everything) + 1)
            for path, entries in found.items():
                gone = {line for e in entries if e.number == number for line in range(e.line, e.last_line + 1)}
                if gone:
                    lines = list(io.StringIO(_read_text(path), newline=""))
                    _write_text(path, "".join(text for at, text in enumerate(lines, 1) if at not in gone))
        return wanted

    def _read_files(self, workspace: Workspace) -> dict[Path, list[EntryT]]:
        paths = sorted(self.folder(workspace).glob("*.csv"))
        return {path: list(self._parse(_file_name(path), _read_text(path))) for path in paths}

    @contextmanager
    def _only_writer(self, workspace: Workspace) -> Iterator[None]:
        """One writer of these decisions at a time; a run does not keep anybody from deciding."""
        workspace.data.mkdir(parents=True, exist_ok=True)
        with (workspace.data / f".{self.folder(workspace).name}.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _parse(self, file: str, text: str) -> Iterator[EntryT]:
        rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
        before = 0
        try:
            for row in rows:
                line, before = before + 1, rows.line_num
                if line == 1:
                    if tuple(row) != self.columns:
                        msg = "the header must be " + ",".join(self.columns)
                        raise ValueError(msg)
                elif row:
                    values = self._values(row)
                    yield self.make(values, Placed(int(values["number"]), file, line, rows.line_num))
        except (csv.Error, ValueError) as error:
            msg = f"{file} line {before}: {error}. Correct the line, or take it out."
            raise UsageError(msg) from error

    def _values(self, row: list[str]) -> dict[str, str]:
        if len(row) != len(self.columns):
            msg = f"{len(row)} values where {len(self.columns)} belong"
            raise ValueError(msg)
        values = dict(zip(self.columns, (value.strip() for value in row), strict=True))
        empty = [name for name, value in values.items() if not value and name not in self.optional]
        if empty:
            msg = f"{empty[0]} is empty"
            raise ValueError(msg)
        if not (values["number"].isascii() and values["number"].isdigit()):
            msg = "number is no whole number"
            raise ValueError(msg)
        return values

    def _refuse_several(self, wanted: Sequence[EntryT], free: int) -> None:
        """Two people who decide on two branches both take the next number; merged, one number is two decisions.

        One decision is made by one person in one moment, and that tells them apart.
        """

        def maker(entry: EntryT) -> tuple[str, str]:
            return getattr(entry, self.at), getattr(entry, self.by)

        ordered = sorted(wanted, key=lambda entry: (*maker(entry), entry.file, entry.line))
        made = [list(group) for _, group in groupby(ordered, key=maker)]
        if len(made) > 1:
            places = "; ".join(
                f"{', '.join(f'{entry.file} line {entry.line}' for entry in group)} ({maker(group[0])[0]})"
                for group in made
            )
            msg = (
                f"Number {wanted[0].number} was given to {len(made)} {self.noun}s: {places}. Nothing was taken back. "
                f"Give the lines of one of them another number, for example {free}, then undo the one that you mean."
            )
            raise UsageError(msg)


def utc_text(moment: datetime) -> str:
    """A moment as decisions hold it: ``2026-11-24T09:30:00Z``."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def utc_value(values: dict[str, str], column: str) -> str:
    """The moment in a column as decisions hold it; one without an offset is in UTC.

    Raises:
        ValueError: it is no ISO 8601 time.
    """
    try:
        at = datetime.fromisoformat(values[column])
    except ValueError as error:
        msg = f"{column} is no ISO 8601 time"
        raise ValueError(msg) from error
    return utc_text(at.replace(tzinfo=UTC) if at.tzinfo is None else at)


def _file_name(path: Path) -> str:
    """The file as messages name it: ``judgements/judgements.csv``."""
    return f"{path.parent.name}/{path.name}"


def _read_text(path: Path) -> str:
    """The file's text, "" where there is none."""
    try:
        return path.read_bytes().decode("utf-8") if path.exists() else ""
    except UnicodeDecodeError as error:
        msg = f"{_file_name(path)} is not UTF-8. Save it as UTF-8."
        raise UsageError(msg) from error


def _write_text(path: Path, text: str) -> None:
    """A reader sees the old file or the new one, never a half."""
    path.parent.mkdir(exist_ok=True)
    partial = path.with_suffix(".partial")
    with partial.open("wb") as handle:
        handle.write(text.encode("utf-8"))
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(path)
