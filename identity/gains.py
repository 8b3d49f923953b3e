"""What would speak for a pair that is too unlike: how much each comparison would add if its values were the same."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from identity.evidence import Edge
from identity.match_models import MatchModel
from identity.wording import EQUAL

TOLD_BY = {"city": "address"}
"""Comparisons that say nothing where another one could be made."""


@dataclass(frozen=True)
class Gain:
    """What an equal value would add to a pair's weight (before its rarity counts), in place of what is there now.

    ``is_known``: both records have a value, and the two differ; else one or both lack it.
    """

    comparison: str
    match_weight: float
    is_known: bool


def possible_gains(edge: Edge, model: MatchModel) -> list[Gain]:
    """The gains of a scored pair, largest first; comparisons that could add less than a point are left out."""
    current: dict[str, float] = {}
    for part in edge.evidence:
        current[part.comparison] = current.get(part.comparison, 0.0) + part.match_weight
    found = [
        Gain(name, _equal_weight(comparison) - current.get(name, 0.0), name in current)
        for comparison in model.settings["comparisons"]
        if not _is_equal(edge, name := str(comparison["output_column_name"])) and TOLD_BY.get(name) not in current
    ]
    return sorted(
        (gain for gain in found if gain.match_weight >= 1.0), key=lambda gain: (-gain.match_weight, gain.comparison)
    )


def _equal_weight(comparison: dict[str, Any]) -> float:
    """The weight of a comparison's best level."""
    return max(
        math.log2(level["m_probability"] / level["u_probability"])
        for level in comparison["comparison_levels"]
        if not level.get("is_null_level")
    )


def _is_equal(edge: Edge, comparison: str) -> bool:
    return any(part.comparison == comparison and part.level in EQUAL for part in edge.evidence)
