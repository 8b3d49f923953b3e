"""Run the SQL files that stand beside the modules on Arrow tables, in a DuckDB of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

FOLDER = Path(__file__).parent


_idle: list[duckdb.DuckDBPyConnection] = []


@contextmanager
def session(connection: duckdb.DuckDBPyConnection | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty in-memory DuckDB in UTC, gone afterwards; or the caller's own, left open.

    A DuckDB of its own keeps Splink away from the lake's tables: it finds columns by table name alone. To start one
    takes 20 ms, and a resolve needs dozens, one after the other. So one that is done with is emptied and used again,
    by one session at a time.
    """
    if connection is not None:
        yield connection
        return
    base = _idle.pop() if _idle else start_duckdb()
    # What is registered, and every temporary table, ends with the cursor; all other tables with the database.
    own = base.cursor()
    try:
        own.execute("attach ':memory:' as work")
        own.execute("use work")
        own.execute("set timezone = 'UTC'")
        yield own
        own.close()
        base.execute("detach work")
    except BaseException:
        # What was interrupted may hold the database still.
        own.close()
        base.close()
        raise
    _idle.append(base)


def start_duckdb(**config: str | bool | int | float | list[str]) -> duckdb.DuckDBPyConnection:
    """An empty in-memory DuckDB that loads no extension by itself."""
    without = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    return duckdb.connect(config={**without, **config})


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
