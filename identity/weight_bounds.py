"""What a comparison of a match model weighs at most, of many pairs at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sqlglot import exp

from identity.level_weights import LevelWeight
from identity.truths import Pairs

Weights = npt.NDArray[np.float64]


class Level(NamedTuple):
    """A level of a comparison: the first whose condition holds speaks."""

    condition: exp.Expr | None
    """None for all that is left."""
    weight: LevelWeight


def most_weight(pairs: Pairs, levels: Sequence[Level]) -> Weights:
    """No less than the comparison's weight of each pair; less than anything where it has none."""
    most = np.full(len(pairs), -np.inf)
    left = np.ones(len(pairs), np.bool_)
    for level in levels:
        truth = None if level.condition is None else pairs.truth(level.condition)
        # Most levels hold of few pairs: what they weigh is looked up for those alone.
        some = np.flatnonzero(left if truth is None else left & truth.true)
        most[some] = np.maximum(most[some], _weight(pairs, level.weight, some))
        if truth is None:
            break
        left &= truth.false | truth.null
    return most


def _weight(pairs: Pairs, weight: LevelWeight, some: npt.NDArray[np.int64]) -> Weights | float:
    """The weight of the level of some of the pairs, adjusted for the frequency of the value that agrees."""
    if weight.frequency_column is None:
        return weight.weight
    shares = pairs.numbers.shares(weight.frequency_column)
    commoner = np.fmax(*(shares.take(rows.take(some)) for rows in pairs.rows.values()))
    if weight.least_share:
        commoner = np.fmax(commoner, math.log2(weight.least_share))
    adjusted = weight.frequency_weight * (weight.u_log2 - commoner)
    return weight.weight + np.where(np.isnan(adjusted), 0.0, adjusted)
