"""Removals made and taken back together, under one number."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby

from identity.removals import Removal
from models.errors import UsageError
from models.workspaces import Workspace
from pipelines.judgements.files import file_name, read_text, write_text
from pipelines.removals.files import COLUMNS, Entry, only_writer, parse_entries, read_entries, removal_files

FILE = "removals.csv"
"""Where new removals go; every other file of the folder is read too."""


def read_removals(workspace: Workspace) -> list[Entry]:
    """All removals of the workspace, by file and line.

    Raises:
        UsageError: a file is not as it should be; names file and line.
    """
    return [entry for path in removal_files(workspace) for entry in read_entries(path)]


def removals_key(workspace: Workspace) -> str:
    """A hash of all removals, whatever their order: others leave other records.

    Raises:
        UsageError: as :func:`read_removals`.
    """
    rows = {tuple(str(getattr(entry, name)) for name in COLUMNS) for entry in read_removals(workspace)}
    return hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()[:32]


def add_removal(workspace: Workspace, removals: Sequence[Removal]) -> int:
    """Write removals as one decision and give its number; that of the earlier one, where all were removed before.

    Raises:
        UsageError: a file is not as it should be, or what is to be written is not; nothing was written.
    """
    with only_writer(workspace):
        entries = read_removals(workspace)
        known = {_target(entry): entry.number for entry in entries}
        before = [known.get(_target(new)) for new in removals]
        if before[0] is not None and None not in before:
            return before[0]
        number = max((entry.number for entry in entries), default=0) + 1
        path = workspace.removals / FILE
        text = read_text(path) or ",".join(COLUMNS) + "\n"
        rows = io.StringIO()
        writer = csv.DictWriter(rows, COLUMNS, lineterminator="\n")
        writer.writerows(asdict(new) | {"number": number} for new in removals)
        text = (text if text.endswith("\n") else text + "\n") + rows.getvalue()
        # What is refused when it is read is not to be written.
        list(parse_entries(file_name(path), text))
        write_text(path, text)
    return number


def undo_removal(workspace: Workspace, number: int) -> list[Entry]:
    """Take a removal out of its files, all others left byte for byte; what it held.

    Raises:
        UsageError: there is no removal of that number, or there are several: two branches of the folder gave it.
    """
    with only_writer(workspace):
        found = {path: read_entries(path) for path in removal_files(workspace)}
        everything = [entry for entries in found.values() for entry in entries]
        wanted = [entry for entry in everything if entry.number == number]
        if not wanted:
            msg = f"No removal has the number {number}. See them with: klantbeeld remove list"
            raise UsageError(msg)
        _refuse_several(wanted, max(entry.number for entry in everything) + 1)
        for path, entries in found.items():
            gone = {line for e in entries if e.number == number for line in range(e.line, e.last_line + 1)}
            if gone:
                lines = list(io.StringIO(read_text(path), newline=""))
                write_text(path, "".join(text for at, text in enumerate(lines, 1) if at not in gone))
    return wanted


def _target(removal: Removal) -> tuple[str, str, str | None]:
    return removal.kind, removal.what, removal.record_id


def _refuse_several(wanted: Sequence[Entry], free: int) -> None:
    """Two people who remove on two branches both take the next number; merged, one number is two decisions."""
    ordered = sorted(wanted, key=lambda entry: (entry.removed_at, entry.removed_by, entry.file, entry.line))
    made = [list(group) for _, group in groupby(ordered, key=lambda entry: (entry.removed_at, entry.removed_by))]
    if len(made) > 1:
        places = "; ".join(
            f"{', '.join(f'{entry.file} line {entry.line}' for entry in group)} ({group[0].removed_at})"
            for group in made
        )
        msg = (
            f"Number {wanted[0].number} was given to {len(made)} removals: {places}. Nothing was taken back. Give the "
            f"lines of one of them another number, for example {free}, then undo the one that you mean."
        )
        raise UsageError(msg)
