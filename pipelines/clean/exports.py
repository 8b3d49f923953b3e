"""Exported files as tables of text: CSV, JSON lines, Parquet and Excel, mostly by the readers of the file loader."""

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
from connectors.sources.files.contents import FileContent, Format, look_at_file, read_blocks, tell_format
from connectors.sources.files.delimited import DelimitedReader
from connectors.sources.files.json_lines import JsonLinesReader
from connectors.sources.files.parquet_files import ParquetReader
from models.errors import UsageError
from models.settings import SourceSettings
from pipelines.clean.sheets import SheetReader, is_workbook, split_sheet

MACROS = Path(file_columns.__file__).parent / "macros.sql"
Encoding = Literal["utf-8", "windows-1252"]


@dataclass(frozen=True)
class Export:
    """What a file holds. ``table`` has the wanted columns as text, null where the file says nothing.

    ``rows`` are the places of the table's rows in the file, from 1; rows that could not be read have places too, and
    ``unreadable`` counts them. ``notes`` are sentences about what was left aside.
    """

    rows: pa.Array
    table: pa.Table
    unreadable: int
    encoding: Encoding
    notes: tuple[str, ...] = ()


class ExportFile:
    """One file, open for reading; made by :func:`open_export`."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, content: FileContent, sheet: str | None, encoding: Encoding
    ) -> None:
        self._connection, self._content, self._encoding = connection, content, encoding
        self._reader = _reader(connection, content, sheet, encoding)
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
        notes = _notes(self._reader) if isinstance(self._reader, SheetReader) else ()
        return Export(found["place"].combine_chunks(), pa.table(columns), unreadable, self._encoding, notes)


@contextmanager
def open_export(path: Path) -> Iterator[ExportFile]:
    """The file, told by its name and its bytes; ``crm.xlsx#Customers`` is a sheet of a workbook.

    Raises:
        UsageError: no such file, an empty one, or one of no known format.
    """
    file, sheet = split_sheet(path)
    content = look_at_file(file)
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(MACROS.read_text(encoding="utf-8"))
        file_columns.create_rejects(connection)
        is_text = not is_workbook(file) and _format(file) != "parquet"
        yield ExportFile(connection, content, sheet, tell_encoding(file) if is_text else "utf-8")


def tell_encoding(path: Path) -> Encoding:
    """UTF-8 where all bytes are; else what office programs write."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in read_blocks(path):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def _reader(
    connection: duckdb.DuckDBPyConnection, content: FileContent, sheet: str | None, encoding: Encoding
) -> file_columns.Reader:
    if is_workbook(content.path):
        return SheetReader(connection, content.path, sheet)
    settings = SourceSettings(kind="file", encoding=encoding)
    file_format = _format(content.path)
    if file_format == "parquet":
        return ParquetReader(connection, content)
    if file_format == "jsonl":
        return JsonLinesReader(connection, content, settings)
    return DelimitedReader(connection, content, settings)


def _format(path: Path) -> Format:
    try:
        return tell_format(path, None)
    except UsageError as error:
        msg = f"{path}: its name does not tell its format. Export it as .csv, .jsonl, .parquet or .xlsx."
        raise UsageError(msg) from error


def _notes(reader: SheetReader) -> tuple[str, ...]:
    notes = []
    if reader.other_sheets:
        others = ", ".join(f"'{name}'" for name in reader.other_sheets)
        notes.append(f"read the sheet '{reader.sheet}', not {others} (name one as FILE.xlsx#SHEET).")
    if reader.empty_rows:
        notes.append(f"{reader.empty_rows:,} empty rows were skipped.")
    return tuple(notes)
