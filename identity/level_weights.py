"""What the levels of a match model weigh, as Splink computes it from the trained probabilities."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlglot import exp

from identity.conditions import UnknownExpressionError, is_else, parse

SMALLEST_PROBABILITY = 1e-300
"""Splink's own bound, so that a level that was never seen has a weight at all."""

NOT_OBSERVED = "level not observed in training dataset"
NOT_OBSERVED_PROBABILITY = 1e-6
"""What Splink writes for, and takes in place of, a probability that training had no pair for."""


class LevelWeight(NamedTuple):
    """A level's match weight, and how the frequency of the value that agrees adjusts it.

    The adjustment is ``frequency_weight * (u_log2 - log2(share))``; the share is that of the commoner of both values
    among people, ``least_share`` at least. Without ``frequency_column`` there is none.
    """

    weight: float
    frequency_column: str | None = None
    frequency_weight: float = 0.0
    u_log2: float = 0.0
    least_share: float = 0.0


def level_weight(level: Mapping[str, Any], all_levels: Sequence[Mapping[str, Any]]) -> LevelWeight:
    """The weight of one level among those of its comparison, both as in a Splink settings dictionary.

    Raises:
        UnknownExpressionError: the level adjusts for frequencies, and none tells the u probability to compare with.
    """
    if level.get("is_null_level"):
        return LevelWeight(0.0)
    weight = math.log2(probability(level["m_probability"]) / probability(level["u_probability"]))
    column, share = level.get("tf_adjustment_column"), float(level.get("tf_adjustment_weight", 1.0))
    if column is None or share == 0 or is_else(level):
        return LevelWeight(weight)
    least = float(level.get("tf_minimum_u_value", 0.0))
    return LevelWeight(weight, str(column), share, math.log2(_u_of_equal_values(level, all_levels)), least)


def probability(value: float | str) -> float:
    """A trained probability as Splink takes it."""
    return max(NOT_OBSERVED_PROBABILITY if value == NOT_OBSERVED else float(value), SMALLEST_PROBABILITY)


def _u_of_equal_values(level: Mapping[str, Any], all_levels: Sequence[Mapping[str, Any]]) -> float:
    """The u probability that a frequency takes the place of: the level's own, or that of the column's equality."""
    if level.get("disable_tf_exact_match_detection"):
        return probability(level["u_probability"])
    column = str(level["tf_adjustment_column"]).lower()
    for other in all_levels:
        if not is_else(other) and _is_equality_of(parse(str(other["sql_condition"])), column):
            return probability(other["u_probability"])
    msg = f"no level that says {column}_l = {column}_r to adjust by frequency"
    raise UnknownExpressionError(msg)


def _is_equality_of(tree: exp.Expr, column: str) -> bool:
    if not isinstance(tree, exp.EQ) or not isinstance(tree.this, exp.Column):
        return False
    return {part.name.lower() for part in (tree.this, tree.expression)} == {f"{column}_l", f"{column}_r"}
