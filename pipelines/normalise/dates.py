"""Birth dates."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.normalise.dictionaries import map_distinct

EARLIEST_BIRTH = date(1900, 1, 1)

_YEAR_FIRST = re.compile(r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|()([0-9]{2})([0-9]{2}))(.*)", re.DOTALL)
_DAY_FIRST = re.compile(r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{4})")
_INSTANT = re.compile(r"[T ]([0-9]{2}):[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?")


def normalise_birth_dates(values: pa.Array, latest: date | pa.Array, earliest: date = EARLIEST_BIRTH) -> pa.Array:
    """Birth dates as ``date32``: ISO, ``YYYYMMDD`` or day-month-year; null where no such day or not plausible.

    Plausible is from ``earliest`` to ``latest`` (one date, or one a row: when it was said). A date with a time is a
    local midnight that was written in another zone: the nearest midnight's date.
    """
    if pa.types.is_date32(values.type):
        dates = values
    else:
        dates = map_distinct(pc.utf8_trim_whitespace(values.cast(pa.string())), birth_date, pa.date32())
    newest = latest if isinstance(latest, pa.Array) else pa.scalar(latest, pa.date32())
    plausible = pc.and_(pc.greater_equal(dates, pa.scalar(earliest, pa.date32())), pc.less_equal(dates, newest))
    return pc.if_else(plausible, dates, pa.scalar(None, pa.date32()))


def birth_date(text: str) -> date | None:
    """The date that a text names, or None; whether it is plausible is not asked."""
    if found := _DAY_FIRST.fullmatch(text):
        return _date(int(found[4]), int(found[3]), int(found[1]))
    found = _YEAR_FIRST.fullmatch(text)
    if found is None:
        return None
    day = _date(int(found[1]), int(found[3] or found[6]), int(found[4] or found[7]))
    if day is None or not found[8]:
        return day
    instant = _INSTANT.fullmatch(found[8])
    if instant is None or day.year > 9000:
        return None
    return day + timedelta(days=int(instant[1]) // 12)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
