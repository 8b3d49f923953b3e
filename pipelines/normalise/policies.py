"""What normalisation must know about the workspace."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.normalise.dictionaries import map_distinct


@dataclass(frozen=True)
class BlockedIdentifiers:
    """Values of one identifier type that are nobody's, in any case: listed, or matching a pattern as a whole."""

    values: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()

    def mask(self, values: pa.Array) -> pa.Array:
        """True where a value is blocked; false for null."""
        listed, patterns = _compiled(self)

        def blocked(value: str) -> bool:
            folded = value.casefold()
            return folded in listed or any(pattern.fullmatch(folded) for pattern in patterns)

        return pc.fill_null(map_distinct(values, blocked, pa.bool_()), False)


NOTHING_BLOCKED = BlockedIdentifiers()


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


@lru_cache(maxsize=64)
def _compiled(blocked: BlockedIdentifiers) -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    listed = frozenset(value.casefold() for value in blocked.values)
    return listed, tuple(re.compile(pattern, re.IGNORECASE) for pattern in blocked.patterns)
