"""A crosswalk against a file of known truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from identity.evaluation import Evaluation, Interval, evaluate_with_intervals
from models.errors import UsageError, suggest
from pipelines.clean.exports import open_export


@dataclass(frozen=True)
class Comparison:
    """The figures over the records that both tables know, and how many records only one of them knows.

    ``intervals`` holds the 95 % interval of each share by its name.
    """

    evaluation: Evaluation
    intervals: dict[str, Interval]
    unknown_records: int
    records_without_truth: int


def read_crosswalk(path: Path) -> pa.Table:
    """``record_id``, ``profile_id`` of a file. Raises UsageError as :func:`read_columns`."""
    return read_columns(path, "record_id", "profile_id")


def evaluate_table(crosswalk: pa.Table, name: str, truth_file: Path, *, truth_is_complete: bool = False) -> Comparison:
    """Compare ``record_id``, ``profile_id`` with a file's ``record_id``, ``person_id``.

    Args:
        name: what the crosswalk is called in errors.
        truth_is_complete: the file names every record of the people in it (see :mod:`identity.evaluation`).

    Raises:
        UsageError: the file is not there or is none, or knows no record of the crosswalk.
    """
    truth = read_columns(truth_file, "record_id", "person_id")
    if truth.num_rows == 0:
        msg = f"{truth_file.name} has a header and no rows. Give the truth of at least one record."
        raise UsageError(msg)
    unknown = _missing(truth["record_id"], crosswalk["record_id"])
    if unknown == truth.num_rows:
        msg = f"{truth_file.name} and {name} have no record_id in common. Is it the truth of other records?"
        raise UsageError(msg)
    evaluation, intervals = evaluate_with_intervals(
        truth, crosswalk.rename_columns(["record_id", "cluster"]), truth_is_complete=truth_is_complete
    )
    return Comparison(
        evaluation=evaluation,
        intervals=intervals,
        unknown_records=unknown,
        records_without_truth=_missing(crosswalk["record_id"], truth["record_id"]),
    )


def read_columns(path: Path, record: str, group: str) -> pa.Table:
    """Two columns of a file, every record once.

    Raises:
        UsageError: no such file or column, an empty cell, a row that cannot be read, or a record that stands twice.
    """
    with open_export(path) as file:
        for name in (record, group):
            if name not in file.columns:
                msg = f"{path.name} has no column '{name}'. {suggest(name, file.columns)} Rename one of them."
                raise UsageError(msg)
        export = file.read([record, group])
    table = export.table
    empty = sum(table[name].null_count for name in (record, group))
    if empty or export.unreadable:
        msg = f"{path.name}: {empty} cells are empty and {export.unreadable} rows cannot be read. Correct the file."
        raise UsageError(msg)
    doubles = table.num_rows - pc.count_distinct(table[record]).as_py()
    if doubles:
        contrary = table.group_by([record, group]).aggregate([]).num_rows - table.num_rows + doubles
        msg = (
            f"{path.name}: {doubles} rows repeat a {record}, {contrary} of them with another {group}. "
            f"Every record stands there once and has one {group}."
        )
        raise UsageError(msg)
    return table


def _missing(ids: pa.ChunkedArray, known: pa.ChunkedArray) -> int:
    return int(pc.sum(pc.invert(pc.is_in(ids, value_set=known))).as_py() or 0)
