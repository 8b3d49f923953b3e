"""Decisions: judgements made and taken back together, under one number."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby

from identity.judgements import Judgement, find_contradiction
from models.errors import UsageError
from models.workspaces import Workspace
from pipelines.judgements.files import (
    COLUMNS,
    Entry,
    file_name,
    judgement_files,
    only_writer,
    parse_entries,
    read_entries,
    read_text,
    write_text,
)

FILE = "judgements.csv"
"""Where new decisions go; every other file of the folder is read too."""


def read_judgements(workspace: Workspace) -> list[Entry]:
    """All judgements of the workspace, by file and line.

    Raises:
        UsageError: a file is not as it should be, or judgements contradict each other; names files and lines.
    """
    entries = [entry for path in judgement_files(workspace) for entry in read_entries(path)]
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
    with only_writer(workspace):
        entries = read_judgements(workspace)
        known = {(frozenset((entry.record_id_a, entry.record_id_b)), entry.judgement): entry for entry in entries}
        before = [known.get((frozenset((new.record_id_a, new.record_id_b)), new.judgement)) for new in judgements]
        if before[0] is not None and None not in before:
            return before[0].number
        number = max((entry.number for entry in entries), default=0) + 1
        path = workspace.judgements / FILE
        text = read_text(path) or ",".join(COLUMNS) + "\n"
        text = text if text.endswith("\n") else text + "\n"
        rows = io.StringIO()
        writer = csv.DictWriter(rows, COLUMNS, lineterminator="\n")
        writer.writerows(asdict(new) | {"number": number} for new in judgements)
        text += rows.getvalue()
        others = [entry for entry in entries if entry.file != file_name(path)]
        refuse_contradiction([*others, *parse_entries(file_name(path), text)])
        write_text(path, text)
    return number


def undo_decision(workspace: Workspace, number: int) -> int:
    """Take a decision out of its files, all others left byte for byte; how many judgements it held.

    Raises:
        UsageError: there is no decision of that number, or there are several: two branches of the folder gave it.
    """
    with only_writer(workspace):
        # Undoing is the way out of a contradiction, so that one is no hindrance here.
        found = {path: read_entries(path) for path in judgement_files(workspace)}
        everything = [entry for entries in found.values() for entry in entries]
        wanted = [entry for entry in everything if entry.number == number]
        if not wanted:
            msg = f"No decision has the number {number}. See them with: klantbeeld judge list"
            raise UsageError(msg)
        _refuse_several(wanted, max(entry.number for entry in everything) + 1)
        for path, entries in found.items():
            gone = {line for e in entries if e.number == number for line in range(e.line, e.last_line + 1)}
            if gone:
                lines = list(io.StringIO(read_text(path), newline=""))
                write_text(path, "".join(text for at, text in enumerate(lines, 1) if at not in gone))
    return len(wanted)


def refuse_contradiction(entries: Sequence[Entry]) -> None:
    """Nothing, if the judgements agree.

    Raises:
        UsageError: they do not; names the files and lines.
    """
    found = find_contradiction(entries)
    if found is not None:
        different, same = found
        chain = ", ".join(entry.place for entry in same) or "nothing but itself"
        msg = (
            f"Contradictory judgements: {different.place} keeps apart what {chain} makes one person. "
            "Take one of them back, for example with: klantbeeld judge undo NUMBER"
        )
        raise UsageError(msg)


def _refuse_several(wanted: Sequence[Entry], free: int) -> None:
    """Two people who judge on two branches both take the next number; merged, one number is two decisions.

    One decision is made by one person in one moment, and that tells them apart.
    """
    ordered = sorted(wanted, key=lambda entry: (entry.judged_at, entry.judged_by, entry.file, entry.line))
    made = [list(group) for _, group in groupby(ordered, key=lambda entry: (entry.judged_at, entry.judged_by))]
    if len(made) > 1:
        places = "; ".join(
            f"{', '.join(f'{entry.file} line {entry.line}' for entry in group)} ({group[0].judged_at})"
            for group in made
        )
        msg = (
            f"Number {wanted[0].number} was given to {len(made)} decisions: {places}. Nothing was taken back. Give the "
            f"lines of one of them another number, for example {free}, then undo the one that you mean."
        )
        raise UsageError(msg)
