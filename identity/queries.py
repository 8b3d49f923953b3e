"""Run the SQL files that stand beside the modules on Arrow tables, in a DuckDB of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

FOLDER = Path(__file__).parent


@contextmanager
def session(connection: duckdb.DuckDBPyConnection | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty in-memory DuckDB in UTC, closed afterwards; or the caller's own, left open.

    A connection of its own keeps Splink away from the lake's tables: it finds columns by table name alone.
    """
    if connection is not None:
        yield connection
        return
    own = duckdb.connect(config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"})
    try:
        own.execute("set timezone = 'UTC'")
        yield own
    finally:
        own.close()


def sql_of(name: str) -> str:
    """The text of a SQL file of this package."""
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def query(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    tables: Mapping[str, pa.Table],
    parameters: Mapping[str, Any] | None = None,
) -> pa.Table:
    """The result of one SQL file, which reads the given Arrow tables by name; values are bound, never pasted."""
    for table_name, table in tables.items():
        connection.register(table_name, table)
    try:
        return connection.execute(sql_of(name), dict(parameters or {})).to_arrow_table()
    finally:
        for table_name in tables:
            connection.unregister(table_name)


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The same rows with exactly the schema's columns, order, types and nullability.

    Raises:
        ValueError: a column is missing, holds a null where none may be, or does not fit its type.
    """
    return pa.Table.from_arrays([table[name].combine_chunks() for name in schema.names], names=schema.names).cast(
        schema
    )
