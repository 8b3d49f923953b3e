"""Exported files as tables of text: CSV, JSON lines and Parquet, read by the readers of the file loader."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa

import connectors.sources.files.columns as file_columns
from connectors.sources.files.contents import FileContent, look_at_file, read_blocks, tell_format
from connectors.sources.files.delimited import DelimitedReader
from connectors.sources.files.json_lines import JsonLinesReader
from connectors.sources.files.parquet_files import ParquetReader
from models.errors import UsageError
from models.settings import SourceSettings

MACROS = Path(file_columns.__file__).parent / "macros.sql"
Encoding = Literal["utf-8", "windows-1252"]


@dataclass(frozen=True)
class Export:
    """What a file holds. ``table`` has the wanted columns as text, null where the file says nothing.

    ``rows`` are the places of the table's rows in the file, from 1; rows that could not be read have places too, and
    ``unreadable`` counts them.
    """

    rows: pa.Array
    table: pa.Table
    unreadable: int
    encoding: Encoding


class ExportFile:
    """One file, open for reading; made by :func:`open_export`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, content: FileContent, encoding: Encoding) -> None:
        self._connection, self._content, self._encoding = connection, content, encoding
        self._reader = _reader(connection, content, encoding)
        self.columns: tuple[str, ...] = tuple(dict.fromkeys(self._reader.names()))

    def read(self, names: Sequence[str]) -> Export:
        """The rows with these columns.

        Raises:
            RetriableError: somebody wrote the file meanwhile.
        """
        staged = self._reader.stage(names)
        values = "".join(f", {staged[name].text} as c{place}" for place, name in enumerate(names))
        found = self._connection.execute(f"""
            with places as (
                select n, row_number() over (order by n) as place
                from (select n from file_rows union all select n from file_rejects)
            )

            select place{values}
            from file_rows
            inner join places using (n)
            order by place
        """).to_arrow_table()
        rejected = self._connection.execute("select count(*) from file_rejects").fetchone()
        self._content.refuse_change()
        columns = {name: found[f"c{place}"].cast(pa.string()).combine_chunks() for place, name in enumerate(names)}
        unreadable = int(rejected[0]) if rejected else 0
        return Export(found["place"].combine_chunks(), pa.table(columns), unreadable, self._encoding)


@contextmanager
def open_export(path: Path) -> Iterator[ExportFile]:
    """The file, told by its name and its bytes.

    Raises:
        UsageError: no such file, an empty one, or one of no known format.
    """
    content = look_at_file(path)
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(MACROS.read_text(encoding="utf-8"))
        file_columns.create_rejects(connection)
        yield ExportFile(connection, content, tell_encoding(path))


def tell_encoding(path: Path) -> Encoding:
    """UTF-8 where all bytes are; else what office programs write (of binary formats the answer means nothing)."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in read_blocks(path):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def _reader(connection: duckdb.DuckDBPyConnection, content: FileContent, encoding: Encoding) -> file_columns.Reader:
    try:
        file_format = tell_format(content.path, None)
    except UsageError as error:
        msg = f"{content.path}: its name does not tell its format. Export it as .csv, .jsonl or .parquet."
        raise UsageError(msg) from error
    settings = SourceSettings(kind="file", encoding=encoding)
    if file_format == "parquet":
        return ParquetReader(connection, content)
    if file_format == "jsonl":
        return JsonLinesReader(connection, content, settings)
    return DelimitedReader(connection, content, settings)
