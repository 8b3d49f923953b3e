"""Dates as exports write them: day or month first, months by name, years of two digits."""

from __future__ import annotations

import re
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.normalise.dates import EARLIEST_BIRTH, normalise_birth_dates
from pipelines.normalise.dictionaries import map_distinct

EARLIEST_REGISTER = date(1000, 1, 1)
"""Parish registers and lists of historical people go back further than customers do."""

# Eight digits that end in 19.. or 20.. are no year first: no month has that number.
_YEAR_LAST = re.compile(
    r"([0-9]{1,2}(?=[-/. ])|[0-9]{2}(?=[0-9]{6}))([-/. ]?)([0-9]{1,2})\2"
    r"((?:19|20)[0-9]{2}|(?<=[-/. ])1[0-8][0-9]{2}|(?<=[-/.])[0-9]{2})"
)
_YEAR = r"(1[0-9]{3}|20[0-9]{2}|[0-9]{2})"
_DAY_AND_NAME = re.compile(
    rf"([0-9]{{1,2}})(?:st|nd|rd|th|\.)?[-/. ]*([^\W\d_]{{3,}})\.?[-/., ]*{_YEAR}", re.IGNORECASE
)
_NAME_AND_DAY = re.compile(rf"([^\W\d_]{{3,}})\.?[-/. ]*([0-9]{{1,2}})(?:st|nd|rd|th)?[-/., ]+{_YEAR}", re.IGNORECASE)

_MONTHS = """
    jan january januari januar janvier|feb february februari februar fevrier fev|mar march maart maerz märz mars mrt
    maa|apr april avril avr|may mei mai|jun june juni juin|jul july juli juillet|aug august augustus aout août
    |sep sept september septembre|oct october oktober octobre okt|nov november novembre|dec december dezember
    decembre décembre dez déc
"""
MONTHS = {name: number for number, names in enumerate(_MONTHS.split("|"), 1) for name in names.split()}
"""English, Dutch, German and French names of months, and their usual abbreviations."""


def day_first(values: pa.Array, country: str, latest: date) -> pa.Array:
    """Dates that end in a year as day-month-year; whether months come first is told by the column's other dates.

    Where they tell nothing, by the country. A year of two digits is the last such year that is not after ``latest``.
    """
    found = [match for match in map(_YEAR_LAST.fullmatch, values.unique().drop_null().to_pylist()) if match]
    days_first = sum(int(match[1]) > 12 for match in found)
    months_first = sum(int(match[3]) > 12 for match in found)
    is_month_first = months_first > days_first or (months_first == days_first and country == "US")

    def turned(text: str) -> str:
        match = _YEAR_LAST.fullmatch(text)
        if match is None:
            return _with_named_month(text, latest)
        first, second = int(match[1]), int(match[3])
        day, month = (second, first) if (is_month_first and first <= 12) or second > 12 else (first, second)
        return f"{day}-{month}-{_year(match[4], latest):04}"

    return map_distinct(values, turned)


def believed_birth_dates(values: pa.Array, latest: date) -> pa.Array:
    """Birth dates as ``date32``; those before :func:`_earliest_birth` or after ``latest`` are null."""
    born = normalise_birth_dates(values, date.max, EARLIEST_REGISTER)
    return normalise_birth_dates(born, latest, _earliest_birth(born))


def _earliest_birth(born: pa.Array) -> date:
    """From when on birth dates are believed: 1900, or earlier in a register of people who lived earlier.

    Such a register is told by its days: a tenth of those that occur lie earlier. What a system writes for a date that
    it does not have (1753, 1899) is a day or two.
    """
    days = pc.unique(born).drop_null()
    earlier = pc.sum(pc.less(days, pa.scalar(EARLIEST_BIRTH, pa.date32()))).as_py() or 0
    return EARLIEST_REGISTER if earlier * 10 >= max(len(days), 100) else EARLIEST_BIRTH


def _with_named_month(text: str, latest: date) -> str:
    if match := _DAY_AND_NAME.fullmatch(text):
        day, name, year = match.groups()
    elif match := _NAME_AND_DAY.fullmatch(text):
        name, day, year = match.groups()
    else:
        return text
    month = MONTHS.get(name.lower())
    return text if month is None else f"{day}-{month}-{_year(year, latest):04}"


def _year(text: str, latest: date) -> int:
    year = int(text)
    if len(text) > 2:
        return year
    century = latest.year // 100 * 100
    return year + (century if century + year <= latest.year else century - 100)
