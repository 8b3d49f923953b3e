"""The chance that a pair of a match weight is one person, learned from answers, with the match model's own as prior.

The match model says that the odds are 2 to the power of the weight. The curve has them 2 to the power of
``offset + slope * weight``: it rises with the weight, whatever the answers are, and is the match model's own where
there are none. Its two numbers are weighed on a grid (posterior), so that few answers give wide intervals.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

OFFSET_SPREAD = 2.0
"""Prior standard deviation of the offset, in match weight."""

SLOPE_SPREAD = 1.0
"""Prior standard deviation of the logarithm of the slope: households and twins make slopes of a third."""

OFFSETS: Numbers = np.linspace(-8, 8, 129)
LOG_SLOPES: Numbers = np.linspace(-2.5, 2.5, 101)
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Curve:
    """``chance = 1 / (1 + 2 ** -(offset + slope * match_weight))``."""

    offset: float = 0.0
    slope: float = 1.0

    def chance(self, match_weight: float) -> float:
        """The chance that a pair of this weight is one person."""
        exponent = self.offset + self.slope * match_weight
        return 1 / (1 + 2**-exponent) if exponent > -500 else 0.0


@dataclass(frozen=True)
class Estimate:
    """A value and its 95 % interval."""

    value: float
    low: float
    high: float


class Fit:
    """All curves of the grid, and how credible each is after the answers.

    Args:
        match_weights: of the answered pairs.
        is_same: whether each was said to be one person.
    """

    def __init__(self, match_weights: Sequence[float], is_same: Sequence[bool]) -> None:
        offsets, log_slopes = (axis.ravel() for axis in np.meshgrid(OFFSETS, LOG_SLOPES, indexing="ij"))
        self.answers = len(match_weights)
        self._offsets, self._slopes = offsets, np.exp(log_slopes)
        credits = -0.5 * ((offsets / OFFSET_SPREAD) ** 2 + (log_slopes / SLOPE_SPREAD) ** 2)
        for weight, same in zip(match_weights, is_same, strict=True):
            exponents = (offsets + self._slopes * weight) * math.log(2)
            credits = credits - np.logaddexp(0, -exponents if same else exponents)
        shares = np.exp(credits - credits.max())
        self._shares: Numbers = shares / shares.sum()

    @property
    def curve(self) -> Curve:
        """The most credible curve on average."""
        return Curve(float(self._shares @ self._offsets), math.exp(float(self._shares @ np.log(self._slopes))))

    def threshold(self, chance: float) -> Estimate:
        """The match weight from which a pair is one person with at least this chance."""
        wanted = math.log2(chance / (1 - chance))
        return self._estimate((wanted - self._offsets) / self._slopes)

    def precision_and_recall(self, population: Numbers, link_match_weight: float) -> tuple[Estimate, Estimate]:
        """The share of the pairs from a threshold on that are one person, and the share of those that lies there.

        Args:
            population: the match weights of all pairs.
        """
        weights, counts = np.unique(np.round(population, 2), return_counts=True)
        matches = np.zeros((2, len(self._shares)))
        pairs = 0
        for weight, count in zip(weights, counts, strict=True):
            chances = count / (1 + np.exp2(-(self._offsets + self._slopes * weight)))
            matches[1] += chances
            if weight >= link_match_weight:
                matches[0] += chances
                pairs += int(count)
        precision = matches[0] / pairs if pairs else np.ones(len(self._shares))
        return self._estimate(precision), self._estimate(matches[0] / np.maximum(matches[1], 1e-12))

    def _estimate(self, values: Numbers) -> Estimate:
        order = np.argsort(values, kind="stable")
        below = np.cumsum(self._shares[order])
        tail = (1 - CONFIDENCE) / 2
        low, middle, high = (
            float(values[order[min(int(np.searchsorted(below, at)), len(order) - 1)]]) for at in (tail, 0.5, 1 - tail)
        )
        return Estimate(middle, low, high)


def answers_for_half(chance: float, fit: Fit) -> int | None:
    """How many more answers, as telling as those so far, halve the threshold's interval; None before there are any."""
    if not fit.answers:
        return None
    before, now = (one.threshold(chance) for one in (Fit([], []), fit))
    known, gained = ((each.high - each.low) ** -2 for each in (before, now))
    per_answer = (gained - known) / fit.answers
    return math.ceil(3 * gained / per_answer) if per_answer > 0 else None
