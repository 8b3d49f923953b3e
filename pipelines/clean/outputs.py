"""The files of a cleaning: made out of sight, shown by renames, the crosswalk last."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from connectors.destinations.csv_files import write_csv
from models.errors import FatalError, UsageError

CROSSWALK = "crosswalk.csv"
PREPARED = ".prepared"


def refuse_bad_folder(folder: Path) -> None:
    """Raise UsageError where no folder can be made at this path."""
    taken = next((path for path in (folder, *folder.parents) if path.exists()), None)
    if taken is not None and not taken.is_dir():
        msg = f"--out {folder}: {taken} is a file. Name a folder; it is made where there is none."
        raise UsageError(msg)


def write_outputs(folder: Path, crosswalk: pa.Table, tables: Mapping[str, pa.Table], texts: Mapping[str, str]) -> None:
    """Write all files into the folder; those of an earlier run are replaced.

    ``crosswalk.csv`` goes first and comes last: where it stands, all files are of one run, whenever this was killed.

    Raises:
        FatalError: the folder cannot be written.
    """
    prepared = folder / PREPARED
    try:
        shutil.rmtree(prepared, ignore_errors=True)
        prepared.mkdir(parents=True)
        _write_exact(prepared / CROSSWALK, crosswalk)
        for name, table in tables.items():
            write_csv(prepared / name, table)
        for name, text in texts.items():
            _write_text(prepared / name, text)
        (folder / CROSSWALK).unlink(missing_ok=True)
        for name in (*tables, *texts, CROSSWALK):
            (prepared / name).replace(folder / name)
        prepared.rmdir()
    except OSError as error:
        msg = f"--out {folder} cannot be written: {error.strerror}."
        raise FatalError(msg) from error


def _write_exact(path: Path, table: pa.Table) -> None:
    """A CSV whose cells are as they are, without apostrophes before what looks like a formula: it is joined on."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\r\n")
        writer.writerow(table.column_names)
        writer.writerows(zip(*(column.to_pylist() for column in table.columns), strict=True))
        handle.flush()
        os.fsync(handle.fileno())


def _write_text(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
