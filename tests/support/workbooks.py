"""Excel workbooks for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter


def write_workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]], hidden: Sequence[str] = ()) -> Path:
    """A workbook with these rows; dates are dates, ``("=formula", value)`` is a formula and its saved value."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        dates = workbook.add_format({"num_format": "dd-mm-yyyy"})
        made = {}
        for name, rows in sheets.items():
            sheet = made[name] = workbook.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, value in enumerate(cells):
                    if isinstance(value, date):
                        sheet.write_datetime(row, column, value, dates)
                    elif isinstance(value, tuple):
                        sheet.write_formula(row, column, value[0], None, value[1])
                    elif value is not None:
                        sheet.write(row, column, value)
        for name in hidden:
            made[name].hide()
        if hidden:
            next(sheet for name, sheet in made.items() if name not in hidden).activate()
    return path
