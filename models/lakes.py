"""The lake: DuckLake on DuckDB, opened with extensions that came with the installation (nothing is downloaded).

One process writes at a time (the workspace's writer lock): a SQLite catalog refuses a second writer's commit.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from models.errors import RetriableError, UsageError
from models.extensions import EXTENSION_CONFIG, load_extensions
from models.migrations import migrate_tables
from models.settings import secret
from models.workspaces import Workspace
from schemas.tables import LAKE_TABLES

LAKE = "lake"
"""Name under which the lake is attached to every DuckDB connection."""

CATALOG = f"__ducklake_metadata_{LAKE}"
"""Name under which DuckLake attaches the lake's catalog."""

COMMIT_AUTHOR = "klantbeeld"


def connect_duckdb(workspace: Workspace, extensions: Sequence[str] = ()) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that never installs anything, with the named extensions loaded from their packages.

    Raises:
        FatalError: an extension package is missing, was built for another DuckDB, or its signature is wrong.
    """
    config = dict(EXTENSION_CONFIG)
    if workspace.settings.lake.memory_limit:
        config["memory_limit"] = workspace.settings.lake.memory_limit
    if workspace.settings.lake.threads:
        config["threads"] = workspace.settings.lake.threads
    connection = duckdb.connect(config=config)
    spill = workspace.data / "tmp"
    connection.execute(f"set temp_directory = {quote(str(spill))}")
    connection.execute("set timezone = 'UTC'")
    # DuckLake 1.5.5 answers `is null` wrongly on old snapshots and on files that lack a column, unless this is off.
    connection.execute("set disabled_optimizers = 'statistics_propagation'")
    load_extensions(connection, extensions)
    return connection


def catalog_extensions(workspace: Workspace) -> tuple[str, ...]:
    """Extensions that attaching this workspace's lake needs."""
    scanner = "sqlite_scanner" if workspace.settings.lake.catalog == "sqlite" else "postgres_scanner"
    return ("ducklake", scanner)


def attach_target(workspace: Workspace) -> tuple[str, dict[str, Any]]:
    """The ATTACH path of the lake and its options. With Postgres the path holds the secret: never log it.

    Raises:
        UsageError: the catalog is Postgres and its environment variable is not set.
    """
    options: dict[str, Any] = {"DATA_PATH": f"{workspace.lake_data}/"}
    if workspace.settings.lake.catalog == "postgres":
        dsn = secret(workspace.settings.lake.postgres_dsn_env, "the libpq connection string of the lake's catalog")
        return f"ducklake:postgres:{dsn}", options
    options |= {"META_JOURNAL_MODE": "WAL", "META_BUSY_TIMEOUT": 10_000}
    return f"ducklake:sqlite:{workspace.lake_catalog}", options


class Lake:
    """An attached lake. Use :func:`open_lake`; close it, or use it as a context manager."""

    def __init__(self, workspace: Workspace, connection: duckdb.DuckDBPyConnection) -> None:
        self.workspace = workspace
        self.connection = connection

    def __enter__(self) -> Lake:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; uncommitted work is rolled back."""
        self.connection.close()

    def sql(self, statement: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> pa.Table:
        """The result of one statement as an Arrow table. Values belong in ``parameters``."""
        return self.connection.execute(statement, parameters).to_arrow_table()

    def rows(self, statement: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The result of one statement as tuples, for small results."""
        return self.connection.execute(statement, parameters).fetchall()

    def value(self, statement: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> Any:
        """The first column of the first row, or None."""
        row = self.connection.execute(statement, parameters).fetchone()
        return None if row is None else row[0]

    def snapshot_id(self) -> int:
        """The snapshot that this connection reads."""
        return int(self.value(f"select id from {LAKE}.current_snapshot()"))

    def published_snapshot_id(self) -> int | None:
        """The newest snapshot that passed all gates, or None before the first."""
        found = self.value(f"select max(snapshot_id) from {LAKE}.ops.publications")
        return None if found is None else int(found)

    @contextmanager
    def transaction(self, run_id: str, message: str) -> Iterator[None]:
        """All or nothing: commit at the end of the block, roll back when it raises.

        Raises:
            RetriableError: the catalog is held by another process.
        """
        self.connection.execute("begin")
        try:
            yield
            self.connection.execute(
                f"call {LAKE}.set_commit_message(?, ?, extra_info => ?)",
                [COMMIT_AUTHOR, message, json.dumps({"run_id": run_id})],
            )
            self.connection.execute("commit")
        except BaseException as error:
            _rollback(self.connection)
            if isinstance(error, duckdb.Error) and "database is locked" in str(error):
                msg = "The lake's catalog is locked by another process. Wait for it to end, then run again."
                raise RetriableError(msg) from error
            raise

    def insert(self, table: str, rows: pa.Table) -> None:
        """Append Arrow rows to a table of the lake (``schema.table``), in the current transaction."""
        if rows.num_rows == 0:
            return
        with self.registered(rows) as name:
            self.connection.execute(f"insert into {LAKE}.{table} by name select * from {name}")

    def delete(self, table: str, keys: pa.Table) -> None:
        """Take the rows out of a table of the lake that equal a row of ``keys`` in its columns, in one statement.

        Each statement costs DuckLake about 30 ms, however few rows it touches.
        """
        if keys.num_rows == 0:
            return
        columns = ", ".join(keys.column_names)
        with self.registered(keys) as name:
            self.connection.execute(f"delete from {LAKE}.{table} where ({columns}) in (select ({columns}) from {name})")

    def replace(self, table: str, rows: pa.Table) -> None:
        """Make a table of the lake hold exactly these rows, in the current transaction."""
        self.connection.execute(f"delete from {LAKE}.{table}")
        self.insert(table, rows)

    def add_files(self, table: str, files: Sequence[Path]) -> None:
        """Register Parquet files that stand in the table's folder, in the current transaction.

        Each file must carry the table's full schema and must not be registered yet (DuckLake does not check).
        """
        schema, name = table.split(".")
        for file in files:
            self.connection.execute(
                f"call ducklake_add_data_files({quote(LAKE)}, ?, ?, schema => ?)", [name, str(file), schema]
            )

    def tables(self) -> set[tuple[str, str]]:
        """(schema, table) of every table at this connection's snapshot, as committed.

        The catalog is asked: DuckDB's own list of tables reads the statistics of all of them first, a quarter of a
        second.
        """
        live = "{0}.begin_snapshot <= $snapshot and coalesce({0}.end_snapshot > $snapshot, true)"
        rows = self.rows(
            f"""
            select schemas.schema_name, tables.table_name
            from {CATALOG}.ducklake_table as tables
            inner join {CATALOG}.ducklake_schema as schemas using (schema_id)
            where {live.format("tables")} and {live.format("schemas")}
            """,
            {"snapshot": self.snapshot_id()},
        )
        return {(row[0], row[1]) for row in rows}

    def files(self, table: str) -> set[Path]:
        """The Parquet files of a table at this snapshot."""
        schema, name = table.split(".")
        rows = self.rows(f"select data_file from ducklake_list_files({quote(LAKE)}, ?, schema => ?)", [name, schema])
        return {Path(row[0]) for row in rows}

    def table_folder(self, table: str) -> Path:
        """Where files of a table belong."""
        return self.workspace.lake_data.joinpath(*table.split("."))

    @contextmanager
    def registered(self, rows: pa.Table | pa.RecordBatchReader, name: str = "_arrow_rows") -> Iterator[str]:
        """Make Arrow rows readable in SQL under a name, for the block."""
        self.connection.register(name, rows)
        try:
            yield name
        finally:
            self.connection.unregister(name)


def open_lake(
    workspace: Workspace, *, read_only: bool = False, snapshot_id: int | None = None, create: bool = False
) -> Lake:
    """Attach the workspace's lake.

    Args:
        read_only: refuse writes (and allow a writer beside it).
        snapshot_id: read the lake as it was then; implies ``read_only``.
        create: make the lake and any missing table.

    Raises:
        UsageError: there is no lake yet (and ``create`` is false), or its secret is not set.
        RetriableError: the catalog does not answer.
    """
    target, options = attach_target(workspace)
    if workspace.settings.lake.catalog == "sqlite" and not create and not workspace.lake_catalog.exists():
        msg = f"Workspace {workspace.root} holds no lake yet. Fill it with: klantbeeld ingest"
        raise UsageError(msg)
    if create:
        workspace.lake_data.mkdir(parents=True, exist_ok=True)
    if snapshot_id is not None:
        options["SNAPSHOT_VERSION"] = snapshot_id
    clauses = [f"{key} {quote(str(value)) if isinstance(value, str) else value}" for key, value in options.items()]
    if read_only or snapshot_id is not None:
        clauses.append("READ_ONLY")
    connection = connect_duckdb(workspace, catalog_extensions(workspace))
    try:
        connection.execute(f"attach {quote(target)} as {LAKE} ({', '.join(clauses)})")
    except duckdb.Error as error:
        connection.close()
        # The message of the driver may repeat the connection string, so that it is not passed on.
        kind = workspace.settings.lake.catalog
        where = str(workspace.lake_catalog) if kind == "sqlite" else f"${workspace.settings.lake.postgres_dsn_env}"
        msg = f"Cannot open the lake's {kind} catalog ({where}): {type(error).__name__}. Is it there, and not locked?"
        raise RetriableError(msg) from None
    lake = Lake(workspace, connection)
    if create:
        _create_missing_tables(lake)
    return lake


@contextmanager
def published_lake(workspace: Workspace) -> Iterator[Lake]:
    """The lake as of the newest published snapshot, read-only.

    Raises:
        UsageError: nothing was published yet.
    """
    with open_lake(workspace, read_only=True) as newest:
        snapshot_id = newest.published_snapshot_id()
    if snapshot_id is None:
        msg = f"Workspace {workspace.root} has published nothing yet. Do it with: klantbeeld run"
        raise UsageError(msg)
    with open_lake(workspace, snapshot_id=snapshot_id) as lake:
        yield lake


def quote(text: str) -> str:
    """A SQL string literal, for the statements that take no parameters (ATTACH, SET)."""
    return "'" + text.replace("'", "''") + "'"


def column_type(data_type: pa.DataType) -> str:
    """The DuckDB type of an Arrow type, for the types in :mod:`schemas.tables`.

    Raises:
        TypeError: a type that no lake table uses.
    """
    simple = {
        pa.string(): "varchar",
        pa.int32(): "integer",
        pa.int64(): "bigint",
        pa.float64(): "double",
        pa.bool_(): "boolean",
        pa.binary(): "blob",
        pa.date32(): "date",
        pa.timestamp("us", tz="UTC"): "timestamptz",
    }
    if data_type in simple:
        return simple[data_type]
    if pa.types.is_decimal(data_type):
        return f"decimal({data_type.precision}, {data_type.scale})"
    if pa.types.is_list(data_type):
        return f"{column_type(data_type.value_type)}[]"
    if pa.types.is_struct(data_type):
        fields = ", ".join(f'"{part.name}" {column_type(part.type)}' for part in data_type)
        return f"struct({fields})"
    msg = f"No DuckDB type known for Arrow type {data_type}."
    raise TypeError(msg)


def _create_missing_tables(lake: Lake) -> None:
    known = lake.tables()
    missing = [
        (schema, table, columns)
        for schema, tables in LAKE_TABLES.items()
        for table, columns in tables.items()
        if (schema, table) not in known
    ]
    if not missing:
        return
    with lake.transaction("-", "create tables"):
        for schema, table, columns in missing:
            lake.connection.execute(f"create schema if not exists {LAKE}.{schema}")
            parts = [f'"{f.name}" {column_type(f.type)}{"" if f.nullable else " not null"}' for f in columns]
            lake.connection.execute(f'create table {LAKE}.{schema}."{table}" ({", ".join(parts)})')
        migrate_tables(lake, known)
    lake.connection.execute(f"call {LAKE}.set_option('parquet_compression', 'zstd')")
    lake.connection.execute(f"call {LAKE}.set_option('parquet_compression_level', '1')")


def _rollback(connection: duckdb.DuckDBPyConnection) -> None:
    # After a failed commit DuckDB has ended the transaction itself; a second error here would hide the first.
    try:
        connection.execute("rollback")
    except duckdb.Error:
        return
