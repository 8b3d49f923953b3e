"""How many values of an identifier type one person may have, for all time or within a window of event time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from models.policies import IdentifierPolicy


class Held(NamedTuple):
    """A value that somebody has, and when it was first and last seen in event time.

    Without moments it is there whenever others are: so are values of types that have no window.
    """

    value: str
    first_seen: datetime | None = None
    last_seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many values a person; with ``window_days``, among those seen within so many days of each other."""

    most: int
    window_days: int = 0

    def is_broken_by(self, held: Collection[Held]) -> bool:
        """Whether these are too many. Their order changes nothing, nor that one value stands there several times."""
        if not self.window_days:
            return len({one.value for one in held}) > self.most
        spans = _spans(held)
        if len(spans) <= self.most:
            return False
        window = timedelta(days=self.window_days)
        always = sum(first is None for first, _ in spans)
        known = [(first, last) for first, last in spans if first is not None and last is not None]
        # The most values at once are there when some value comes: all that were seen in the window up to then.
        most = max((sum(first <= at <= last + window for first, last in known) for at, _ in known), default=0)
        return always + most > self.most

    @property
    def words(self) -> str:
        """``more than 2 for one person within 365 days``."""
        within = f" within {self.window_days} days" if self.window_days else ""
        return f"more than {self.most} for one person{within}"


def limits_of(policies: Mapping[str, IdentifierPolicy]) -> dict[str, Limit]:
    """The limits of those identifier types that have one."""
    return {
        name: Limit(policy.max_per_person, policy.window_days)
        for name, policy in policies.items()
        if policy.max_per_person > 0
    }


def limited_values(
    rows: Iterable[tuple[str, str, datetime | None, datetime | None]], limits: Mapping[str, Limit]
) -> dict[str, frozenset[Held]]:
    """Of one record's (type, value, first_seen, last_seen), those of limited types, by type."""
    found: dict[str, set[Held]] = {}
    for name, value, first_seen, last_seen in rows:
        if name in limits:
            # Without a window one value is one value, whenever it was seen.
            moments = (first_seen, last_seen) if limits[name].window_days else (None, None)
            found.setdefault(name, set()).add(Held(value, *moments))
    return {name: frozenset(values) for name, values in found.items()}


def moments_of(pairs: pa.Table, limits: Mapping[str, Limit]) -> tuple[list[datetime | None], list[datetime | None]]:
    """``first_seen`` and ``last_seen`` of identifier pairs; nulls where they are not told, or no limit asks for them.

    A million moments take ten seconds to become Python's.
    """
    windowed = pa.array([name for name, limit in limits.items() if limit.window_days], pa.string())
    is_asked = pc.is_in(pairs["type"], value_set=windowed)

    def moments(name: str) -> list[datetime | None]:
        if not len(windowed) or name not in pairs.column_names:
            return [None] * pairs.num_rows
        told: list[datetime | None] = pc.if_else(is_asked, pairs[name], pa.scalar(None, pairs[name].type)).to_pylist()
        return told

    return moments("first_seen"), moments("last_seen")


def _spans(held: Iterable[Held]) -> list[tuple[datetime | None, datetime | None]]:
    """From when to when each distinct value was seen."""
    spans: dict[str, tuple[datetime | None, datetime | None]] = {}
    for value, first, last in held:
        if first is None or last is None:
            spans[value] = (None, None)
        elif value not in spans:
            spans[value] = (first, last)
        else:
            before, after = spans[value]
            if before is not None and after is not None:
                spans[value] = (min(before, first), max(after, last))
    return list(spans.values())
