"""What a reader of a format gives to the rest: rows in DuckDB, and each column's value as SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import duckdb
import pyarrow as pa

REJECTS = pa.schema([("n", pa.int64()), ("original", pa.binary()), ("what", pa.string())])
"""Rows that could not be read: their line, their bytes without the line end, and what is wrong with them."""


@dataclass(frozen=True, slots=True)
class Column:
    """SQL for one column's value over the table ``file_rows``; null where the file says nothing.

    ``text`` is the value as text and ``json`` as JSON text of its own type; ``is_text`` says (as SQL) whether the file
    has it as text, so that a decimal comma may be meant; ``is_moment`` whether it is a timestamp or date by its type.
    """

    text: str
    json: str
    is_text: str = "true"
    is_moment: bool = False


class Reader(Protocol):
    """Reads one file of one format."""

    def names(self) -> Sequence[str]:
        """The file's columns, without reading the file to its end where the format allows it."""
        ...

    def stage(self, names: Sequence[str]) -> Mapping[str, Column]:
        """Make the table or view ``file_rows`` (``n``: the row's line, or place, ascending in file order) with what the
        named columns need, add what could not be read to ``file_rejects``, and give the columns' SQL."""
        ...


def create_rejects(connection: duckdb.DuckDBPyConnection) -> None:
    """The empty table ``file_rejects`` (:data:`REJECTS`)."""
    connection.execute("create temp table file_rejects (n bigint, original blob, what varchar)")


def insert_arrow(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    """Append Arrow rows to a temporary table of the same columns."""
    if rows.num_rows:
        connection.register("_arrow_rows", rows)
        connection.execute(f"insert into {table} by name select * from _arrow_rows")
        connection.unregister("_arrow_rows")
