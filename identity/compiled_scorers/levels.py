"""The levels of a compiled match model, and what they weigh."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Row = tuple[Any, ...]
"""Those comparison columns of one record that a match model reads, in the order in which its scorer names them."""

Levels = tuple[int, ...]
"""Of two records: per comparison, the place of the first level that holds."""

LevelsOf = Callable[[Row, Row], Levels]

Shares = Callable[[str, Any], float | None]
"""The share of people who have a value of a column (:func:`identity.frequencies.value_shares`); None if unknown."""


@dataclass(frozen=True, slots=True)
class Level:
    """What a level weighs where it is the first that holds."""

    label: str | None  # None: unknown, which is no evidence
    weight: float
    frequency_column: str | None
    frequency_weight: float
    u_log2: float
    least_share: float
    place: int = -1
    """Of the frequency column in a row."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One fact: the first of its levels that holds speaks."""

    name: str
    levels: tuple[Level, ...]


def adjustment(level: Level, left: Row, right: Row, shares: Shares) -> float:
    """What the commoner of two values takes from a level's weight, or a rare one adds."""
    column = str(level.frequency_column)
    one, other = left[level.place], right[level.place]
    share_l = None if one is None else shares(column, one)
    share_r = share_l if one == other else None if other is None else shares(column, other)
    share = max(share for share in (share_l or 0.0, share_r or 0.0, level.least_share))
    if share_l is None and share_r is None:
        return 0.0
    return level.frequency_weight * (level.u_log2 - math.log2(share))
