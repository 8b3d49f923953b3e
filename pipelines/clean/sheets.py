"""Excel workbooks: one sheet as columns of text; the first row that says something names the columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from connectors.sources.files.columns import Column, insert_arrow
from models.errors import UsageError, suggest

SUFFIXES = (".xlsx", ".xlsm")
"""File names that mean a workbook."""

# What Excel writes when a workbook gets a password; an .xls of old begins like that too.
COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
EXACT_WHOLE = 2.0**53
MIDNIGHT = time()


def split_sheet(path: Path) -> tuple[Path, str | None]:
    """A workbook's path and the sheet that ``crm.xlsx#Customers`` names; any other path as it is."""
    file, sign, sheet = path.name.partition("#")
    if not sign or path.exists() or not is_workbook(Path(file)):
        return path, None
    return path.with_name(file), sheet


def is_workbook(path: Path) -> bool:
    """Whether the file's name is that of a workbook."""
    return path.suffix.lower() in SUFFIXES


class SheetReader:
    """One sheet of a workbook; of a formula the value that was saved with it.

    ``sheet`` is its name, ``other_sheets`` are those that are not read, ``empty_rows`` (once staged) counts rows
    between the others that say nothing. They are skipped.

    Args:
        sheet: the sheet's name; None: the first that is not hidden.

    Raises:
        UsageError: it is no workbook, a broken one, one with a password, or it has no such sheet.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path, sheet: str | None) -> None:
        self._connection, self._path = connection, path
        self.empty_rows = 0
        workbook = _open(path)
        visible = [found.name for found in workbook.sheets_metadata if str(found.visible).endswith(".Visible")]
        names = list(workbook.sheet_names)
        if sheet is not None and sheet not in names:
            msg = f"{path.name} has no sheet '{sheet}'. {suggest(sheet, names)}"
            raise UsageError(msg)
        self.sheet = sheet or (visible or names)[0]
        self.other_sheets = tuple(name for name in names if name != self.sheet)
        self._rows: list[list[Any]] = _rows(path, workbook, self.sheet)
        self._places = _named_columns(self._rows)

    def names(self) -> Sequence[str]:
        """The sheet's columns; one without a heading is called by its letter, for example ``column C``."""
        return tuple(self._places)

    def stage(self, names: Sequence[str]) -> Mapping[str, Column]:
        """Make ``file_rows``; ``n`` is the row's number in the sheet."""
        header = next((at for at, row in enumerate(self._rows) if _says_something(row)), len(self._rows))
        wanted = [self._places[name] for name in names]
        kept: list[int] = []
        columns: list[list[str | None]] = [[] for _ in wanted]
        for at, row in enumerate(self._rows[header + 1 :], header + 2):
            if not _says_something(row):
                continue
            kept.append(at)
            for column, place in zip(columns, wanted, strict=True):
                column.append(cell_text(row[place]))
        self.empty_rows = (kept[-1] - header - 1 - len(kept)) if kept else 0
        types = "".join(f", c{place} varchar" for place in range(len(names)))
        self._connection.execute(f"create temp table file_rows (n bigint{types})")
        values = {f"c{place}": pa.array(column, pa.string()) for place, column in enumerate(columns)}
        insert_arrow(self._connection, "file_rows", pa.table({"n": pa.array(kept, pa.int64()), **values}))
        self._rows = []
        return {name: Column(text=f"c{place}", json=f"to_json(c{place})::varchar") for place, name in enumerate(names)}


def cell_text(value: Any) -> str | None:
    """What a cell says, None for nothing. Dates are ISO 8601; whole numbers have no ``.0``: ids often are numbers."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) <= EXACT_WHOLE else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == MIDNIGHT else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value).strip() or None


def _open(path: Path) -> Any:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    with path.open("rb") as file:
        is_compound = file.read(len(COMPOUND_FILE)) == COMPOUND_FILE
    if is_compound:
        msg = _locked(path)
        raise UsageError(msg)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
    except PasswordError as error:
        raise UsageError(_locked(path)) from error
    except CalamineError as error:
        raise UsageError(_broken(path)) from error
    if not workbook.sheet_names:
        raise UsageError(_broken(path))
    return workbook


def _rows(path: Path, workbook: Any, sheet: str) -> list[list[Any]]:
    from python_calamine import CalamineError

    try:
        rows: Iterator[list[Any]] = workbook.get_sheet_by_name(sheet).iter_rows()
        return list(rows)
    except CalamineError as error:
        raise UsageError(_broken(path)) from error


def _locked(path: Path) -> str:
    return (
        f"{path.name} is protected by a password (or an .xls under another name). "
        "Save it as .xlsx without a password, or as CSV UTF-8."
    )


def _broken(path: Path) -> str:
    return f"{path.name} is not an Excel workbook, or a broken one. Save it again as .xlsx, or correct its name."


def _named_columns(rows: Sequence[Sequence[Any]]) -> dict[str, int]:
    """Name of each column that says something -> its place; of two columns of one name the first."""
    first = next((at for at, row in enumerate(rows) if _says_something(row)), None)
    if first is None:
        return {}
    header = [cell_text(value) for value in rows[first]]
    named = {name: place for place, name in reversed(list(enumerate(header))) if name is not None}
    unnamed = [place for place, name in enumerate(header) if name is None]
    bare = [place for place in unnamed if any(_says_something(row[place : place + 1]) for row in rows[first + 1 :])]
    places = [*named.items(), *((f"column {_letters(place)}", place) for place in bare)]
    return dict(sorted(places, key=lambda item: item[1]))


def _says_something(row: Sequence[Any]) -> bool:
    return any(value.strip() if isinstance(value, str) else True for value in row)


def _letters(place: int) -> str:
    """``A``, ``B``, … ``Z``, ``AA``, …"""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
