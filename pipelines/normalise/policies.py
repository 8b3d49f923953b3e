"""What normalisation must know about the workspace."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from models.policies import Normaliser
from pipelines.normalise.dictionaries import map_distinct


@dataclass(frozen=True)
class BlockedIdentifiers:
    """Values of one identifier type that are nobody's, in any case: listed, or matching a pattern as a whole."""

    values: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()

    def mask(self, values: pa.Array) -> pa.Array:
        """True where a value is blocked; false for null."""
        listed, matches = _compiled(self)
        blocked = pc.is_in(pc.utf8_lower(values), value_set=listed)
        if matches:
            # Python's own patterns: the settings are checked as such, and Arrow's know no back references.
            matched = map_distinct(values, lambda value: any([match(value) for match in matches]), pa.bool_())
            blocked = pc.or_(blocked, pc.fill_null(matched, False))
        return blocked


NOTHING_BLOCKED = BlockedIdentifiers()


@dataclass(frozen=True)
class CustomIdentifier:
    """An identifier type of the workspace's own: where events carry it, its one spelling, and what it looks like.

    ``pattern`` is matched as a whole after normalising; empty: anything.
    """

    places: tuple[tuple[str, ...], ...]
    normaliser: Normaliser = "text"
    pattern: str = ""


@dataclass(frozen=True)
class NormaliseSettings:
    """Defaults and limits; all of it comes from the workspace's settings file."""

    #: ISO 3166-1 alpha-2, for telephone numbers and postcodes without a country.
    default_country: str
    #: ISO 4217, for amounts without a currency.
    default_currency: str
    #: Event times before this are refused; with a time zone.
    earliest: datetime
    #: Event times further ahead of their receipt are refused.
    max_ahead: timedelta
    #: Larger messages are refused unparsed.
    max_message_bytes: int
    #: By identifier type.
    blocked: Mapping[str, BlockedIdentifiers] = field(default_factory=dict)
    #: Types of the workspace's own, by name.
    custom: Mapping[str, CustomIdentifier] = field(default_factory=dict)


@lru_cache(maxsize=64)
def _compiled(blocked: BlockedIdentifiers) -> tuple[pa.Array, tuple[Callable[[str], object], ...]]:
    listed = pc.utf8_lower(pa.array(blocked.values, pa.string()))
    return listed, tuple(re.compile(pattern, re.IGNORECASE).fullmatch for pattern in blocked.patterns)
