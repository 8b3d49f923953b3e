"""A crosswalk against a file of known truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from identity.evaluation import Evaluation, evaluate
from models.errors import UsageError, suggest
from pipelines.clean.exports import open_export


@dataclass(frozen=True)
class Comparison:
    """The figures over the records that both tables know, and how many records only one of them knows."""

    evaluation: Evaluation
    unknown_records: int
    records_without_truth: int


def read_crosswalk(path: Path) -> pa.Table:
    """``record_id``, ``profile_id`` of a file. Raises UsageError as :func:`read_columns`."""
    return read_columns(path, "record_id", "profile_id")


def evaluate_table(crosswalk: pa.Table, name: str, truth_file: Path) -> Comparison:
    """Compare ``record_id``, ``profile_id`` with a file's ``record_id``, ``person_id``.

    Args:
        name: what the crosswalk is called in errors.

    Raises:
        UsageError: the file is not there or is none, or knows no record of the crosswalk.
    """
    truth = read_columns(truth_file, "record_id", "person_id")
    unknown = _missing(truth["record_id"], crosswalk["record_id"])
    if unknown == truth.num_rows:
        msg = f"{truth_file.name} and {name} have no record_id in common. Is it the truth of other records?"
        raise UsageError(msg)
    return Comparison(
        evaluation=evaluate(truth, crosswalk.rename_columns(["record_id", "cluster"])),
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
        msg = f"{path.name}: {doubles} rows repeat a {record}. Every record has one {group}."
        raise UsageError(msg)
    return table


def _missing(ids: pa.ChunkedArray, known: pa.ChunkedArray) -> int:
    return int(pc.sum(pc.invert(pc.is_in(ids, value_set=known))).as_py() or 0)
