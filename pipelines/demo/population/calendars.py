"""When things happen: the days and hours of eighteen months, busier before Christmas and at each trade's hours.

Days are numbered from 0 (:data:`DAYS` before the local date of ``as_of``) to ``DAYS - 1``; times are local wall
clock in the shop's time zone until they are written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from pipelines.demo.population.draws import Floats, Ints, Random, Texts

DAYS = 548
TIME_ZONE = "Europe/Amsterdam"
Times = npt.NDArray[np.datetime64]

# Shares per hour of the day, 0 to 23.
HOURS_WEB = (2, 1, 0.5, 0.3, 0.3, 0.6, 1.5, 3, 4, 5, 5.5, 5.5, 6, 5.5, 5, 5, 5, 5.5, 6.5, 8, 9.5, 9, 7, 4)
HOURS_STORE = (0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 9, 11, 11, 12, 13, 12, 11, 9, 4, 2, 0, 0, 0, 0)
HOURS_DESK = (0, 0, 0, 0, 0, 0, 0.5, 2, 9, 12, 12, 10, 7, 9, 10, 9, 7, 4, 3, 3, 2, 1, 0.5, 0)
HOURS_MAIL = (0, 0, 0, 0, 0, 0, 2, 10, 15, 20, 20, 5, 2, 1, 1, 2, 5, 8, 5, 3, 1, 0, 0, 0)
# Shares per day of the week, Monday first.
WEEK_WEB = (14, 13, 13, 13, 12, 15, 20)
WEEK_STORE = (10, 12, 13, 15, 17, 24, 9)
WEEK_DESK = (22, 18, 17, 17, 16, 7, 3)
WEEK_MAIL = (5, 25, 10, 30, 20, 2, 8)
# Shares per month, January first.
SEASON = (0.85, 0.8, 0.9, 0.95, 1.0, 0.95, 0.85, 0.85, 0.95, 1.05, 1.4, 1.6)


@dataclass(frozen=True)
class Calendar:
    """The window of the demo: the local date of day 0 and each day's distance to UTC."""

    first_date: np.datetime64
    weekday: Ints
    month: Ints
    utc_offset_s: Ints

    def cumulative(self, week: Sequence[float]) -> Floats:
        """Cumulative weights of the days for a trade with these shares per weekday, with a leading 0."""
        weights = np.asarray(week)[self.weekday] * np.asarray(SEASON)[self.month]
        return np.concatenate([[0.0], np.cumsum(weights)])

    def draw_days(self, random: Random, first: Ints, last: Ints, week: Sequence[float]) -> Ints:
        """A day for each place, from ``first`` to ``last`` inclusive."""
        sums = self.cumulative(week)
        low, high = sums[first], sums[last + 1]
        found = np.searchsorted(sums, low + random.random(len(first)) * (high - low), side="right") - 1
        return np.clip(found, first, last).astype(np.int64)

    def draw_seconds(self, random: Random, size: int, hours: Sequence[float]) -> Ints:
        """A second of the day for each place."""
        sums = np.cumsum(np.asarray(hours, dtype=np.float64))
        hour = np.searchsorted(sums, random.random(size) * sums[-1], side="right")
        return (hour * 3600 + random.integers(0, 3600, size)).astype(np.int64)

    def local(self, day: Ints, second: Ints) -> Times:
        """Wall clock time of a second (which may run over midnight) of a day."""
        moment = self.first_date.astype("datetime64[s]") + day * 86_400 + second
        return np.asarray(moment, dtype="datetime64[s]")

    def utc(self, day: Ints, second: Ints) -> Times:
        """The same moment in UTC. In the two nights a year when clocks change it may be an hour off."""
        return np.asarray(self.local(day, second) - self.utc_offset_s[np.clip(day, 0, DAYS - 1)], dtype="datetime64[s]")

    @property
    def end(self) -> np.datetime64:
        """The first moment (UTC) after the window; nothing happens from there on."""
        midnight = self.first_date.astype("datetime64[s]") + DAYS * 86_400 - int(self.utc_offset_s[-1])
        return np.datetime64(midnight, "s")


def make_calendar(as_of: datetime) -> Calendar:
    """The eighteen months before the local date of ``as_of``, which must be aware.

    Raises:
        ValueError: ``as_of`` has no time zone.
    """
    if as_of.tzinfo is None:
        msg = "as_of needs a time zone, for example datetime(2026, 11, 1, tzinfo=UTC)."
        raise ValueError(msg)
    zone = ZoneInfo(TIME_ZONE)
    noon = as_of.astimezone(zone).replace(hour=12, minute=0, second=0, microsecond=0)
    days = [noon - timedelta(days=DAYS - day) for day in range(DAYS)]
    offsets = [(moment.utcoffset() or timedelta()).total_seconds() for moment in days]
    return Calendar(
        first_date=np.datetime64(days[0].date(), "D"),
        weekday=np.array([moment.weekday() for moment in days]),
        month=np.array([moment.month - 1 for moment in days]),
        utc_offset_s=np.array(offsets, dtype=np.int64),
    )


def iso_utc(moments: Times) -> Texts:
    """RFC 3339 text in UTC, to the second ("2026-03-04T13:11:09Z")."""
    return np.char.add(np.datetime_as_string(moments, unit="s"), "Z").astype(object)


def iso_local(moments: Times, separator: str = "T") -> Texts:
    """Wall clock text without an offset ("2026-03-04T14:11:09"), as tills write it."""
    text = np.datetime_as_string(moments, unit="s")
    return (text if separator == "T" else np.char.replace(text, "T", separator)).astype(object)


def first_events(unit: Ints, moments: Times, end: np.datetime64, count: int) -> Ints:
    """Positions of the first ``count`` events before ``end``, taken unit by unit (mail, ticket, visit).

    Units are drawn in no order, so that what is left out is no period and no person in particular.

    Raises:
        ValueError: there are fewer; more units must be drawn.
    """
    inside = np.flatnonzero(moments < end)
    kept = inside[np.argsort(unit[inside], kind="stable")][:count]
    if len(kept) < count:
        msg = f"Only {len(kept)} events were drawn where {count} are wanted."
        raise ValueError(msg)
    return kept.astype(np.int64)
