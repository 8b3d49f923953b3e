"""The levels of a compiled match model, and what they weigh."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from identity.compiled_scorers.terms import Row, Term

ROUNDING = 1e-6

Shares = Callable[[str, Any], float | None]
"""The share of people who have a value of a column (:func:`identity.frequencies.value_shares`); None if unknown."""


@dataclass(frozen=True, slots=True)
class Level:
    """A condition, and what it weighs where it is the first that holds."""

    holds: Term | None  # None: always, which is the level of all that is left
    label: str | None  # None: unknown, which is no evidence
    weight: float
    frequency_column: str | None
    frequency_weight: float
    u_log2: float
    least_share: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """One fact: the first of its levels that holds speaks."""

    name: str
    levels: tuple[Level, ...]


def steps(
    comparisons: Sequence[Comparison], least_shares: Mapping[str, float] | None
) -> tuple[tuple[tuple[Level, ...], float], ...]:
    """The levels of each comparison with the most that it and all after it can add, what adds most first."""
    if least_shares is None:
        return tuple((comparison.levels, math.inf) for comparison in comparisons)
    most = {
        comparison.name: max(most_of(level, least_shares) for level in comparison.levels) for comparison in comparisons
    }
    ordered = sorted(comparisons, key=lambda comparison: -most[comparison.name])
    to_come = [sum(most[other.name] for other in ordered[at:]) for at in range(len(ordered))]
    # A sum may be off in its last digits.
    return tuple((one.levels, rest + ROUNDING) for one, rest in zip(ordered, to_come, strict=True))


def most_of(level: Level, least_shares: Mapping[str, float]) -> float:
    """The most that the level adds to a match weight."""
    if level.frequency_column is None:
        return level.weight
    share = max(least_shares[level.frequency_column], level.least_share)
    return level.weight + max(level.frequency_weight * (level.u_log2 - math.log2(share)), 0.0)


def adjustment(level: Level, left: Row, right: Row, shares: Shares) -> float:
    """What the commoner of two values takes from a level's weight, or a rare one adds."""
    column = str(level.frequency_column)
    one, other = left[column], right[column]
    share_l = None if one is None else shares(column, one)
    share_r = share_l if one == other else None if other is None else shares(column, other)
    share = max(share for share in (share_l or 0.0, share_r or 0.0, level.least_share))
    if share_l is None and share_r is None:
        return 0.0
    return level.frequency_weight * (level.u_log2 - math.log2(share))
