"""A file becomes tables in DuckDB: ``file_events`` and ``file_rejects``; and then records, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from connectors.log.logs import FAMILIES, MAX_RECORD_BYTES, LogRecord
from connectors.sources.files.bindings import bind_mapping
from connectors.sources.files.columns import Reader, create_rejects
from connectors.sources.files.contents import FileContent, Format
from connectors.sources.files.delimited import DelimitedReader
from connectors.sources.files.json_lines import JsonLinesReader
from connectors.sources.files.mappings import home_family
from connectors.sources.files.parquet_files import ParquetReader
from connectors.sources.files.statements import events_statement
from models.errors import FatalError, UsageError
from models.settings import SourceSettings

BATCH_RECORDS = 2048
"""Records appended, and then checkpointed, together; DuckDB hands out its rows in vectors of this size."""

ENVELOPE_BYTES = 4096
"""More than message id and receipt time add to an event."""

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of the file, the events made of them, and rows that could not be read."""

    rows: int
    events: int
    rejected: int


def stage_file(
    connection: duckdb.DuckDBPyConnection,
    content: FileContent,
    file_format: Format,
    source: str,
    settings: SourceSettings,
) -> Counts:
    """Make ``file_events`` and ``file_rejects`` of a file; every row ends in one of them.

    Raises:
        UsageError: the file cannot be read as that format, or the mapping does not fit its columns or time zone.
    """
    _check_times(connection, f"sources.{source}", settings)
    connection.execute((FOLDER / "macros.sql").read_text(encoding="utf-8"))
    create_rejects(connection)
    reader = _open_reader(connection, content, file_format, settings)
    names = reader.names()
    # JSON lines without one object have no columns, and no row that a mapping could be wrong about.
    mapping = bind_mapping(source, settings, content.name, names) if names else None
    read = 0
    if mapping is None:
        connection.execute((FOLDER / "no_events.sql").read_text(encoding="utf-8"))
    else:
        columns = reader.stage(mapping.columns())
        statement, parameters = events_statement(mapping, columns)
        connection.execute(statement, parameters)
        read = _count(connection, "file_rows")
        connection.execute("drop table file_rows")
    _refuse_huge_rows(connection, content.name)
    rejected = _count(connection, "file_rejects")
    return Counts(read + rejected, _count(connection, "file_events"), rejected)


def record_batches(
    connection: duckdb.DuckDBPyConnection,
    file_name: str,
    source: str,
    settings: SourceSettings,
    topic_prefix: str,
    received_at: datetime,
    done: int,
) -> Iterator[list[LogRecord]]:
    """The records of a staged file from number ``done`` on, in the order of its rows, in batches."""
    reader = connection.execute(
        (FOLDER / "records.sql").read_text(encoding="utf-8"),
        {
            "source": source,
            "file": file_name,
            "families": list(FAMILIES),
            "home": home_family(settings),
            "prefix": topic_prefix,
            "received_at": received_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "done": done,
        },
    ).to_arrow_reader(BATCH_RECORDS)
    for batch in reader:
        yield _records(batch, source)


def _records(batch: pa.RecordBatch, source: str) -> list[LogRecord]:
    # One mapping for all events of the file: records are many, and their headers the same.
    headers = {"source": source}
    rows = zip(*(batch[name].to_pylist() for name in ("topic", "key", "value", "error")), strict=True)
    return [
        LogRecord(topic, key, value, headers if error is None else headers | {"error": error})
        for topic, key, value, error in rows
    ]


def _open_reader(
    connection: duckdb.DuckDBPyConnection, content: FileContent, file_format: Format, settings: SourceSettings
) -> Reader:
    if file_format == "parquet":
        return ParquetReader(connection, content)
    if file_format == "jsonl":
        return JsonLinesReader(connection, content, settings)
    return DelimitedReader(connection, content, settings)


def _check_times(connection: duckdb.DuckDBPyConnection, where: str, settings: SourceSettings) -> None:
    try:
        connection.execute("select timezone($zone, timestamp '2026-01-01')", {"zone": settings.time_zone})
    except duckdb.Error as error:
        msg = f"{where}.time_zone: no time zone '{settings.time_zone}'. Use an IANA name, for example Europe/Amsterdam."
        raise UsageError(msg) from error
    written = settings.timestamp_format
    if written in (None, "unix_s", "unix_ms"):
        return
    try:
        connection.execute("select try_strptime('', $written)", {"written": written})
    except duckdb.Error as error:
        msg = f"{where}.timestamp_format: '{written}' is no strptime format. Write it like %d-%m-%Y %H:%M:%S."
        raise UsageError(msg) from error


def _refuse_huge_rows(connection: duckdb.DuckDBPyConnection, file_name: str) -> None:
    """Raise UsageError where the log would refuse a record: found half-way, it would stop every later load too."""
    found = connection.execute(
        """
        select min(n) from (
            select n, strlen(body) as bytes from file_events
            union all
            select n, octet_length(original) from file_rejects
        )
        where bytes > $limit
        """,
        {"limit": MAX_RECORD_BYTES - ENVELOPE_BYTES},
    ).fetchone()
    if found is not None and found[0] is not None:
        limit = MAX_RECORD_BYTES >> 20
        msg = f"{file_name}:{found[0]}: more than the {limit} MB that one record of the log may hold. Take it out."
        raise UsageError(msg)


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    found = connection.execute(f"select count(*) from {table}").fetchone()
    if found is None:
        msg = f"{table} has no count"
        raise FatalError(msg)
    return int(found[0])
