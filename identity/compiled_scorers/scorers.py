"""A match model as a plain function: two records in, match weight and evidence out, as Splink and scoring.py give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from identity.compiled_scorers.levels import Comparison, LevelsOf, Row, Shares, adjustment


class EvidencePart(NamedTuple):
    """One entry of an edge's evidence, as in EDGES."""

    comparison: str
    level: str
    value_l: str | None
    value_r: str | None
    match_weight: float


class ScoredPair(NamedTuple):
    """What speaks for one person: log2 odds, the prior included, and the parts that add up to them."""

    match_weight: float
    evidence: tuple[EvidencePart, ...]


class CompiledScorer:
    """A compiled match model. Use :func:`identity.compiled_scorers.compile_scorer`."""

    def __init__(
        self, comparisons: Sequence[Comparison], levels_of: LevelsOf, version: str, columns: frozenset[str]
    ) -> None:
        self.version = version
        """Of the match model; stands on its edges."""
        self.columns = columns
        """What the rows must have."""
        self._comparisons, self._levels_of = tuple(comparisons), levels_of

    def score(self, left: Row, right: Row, shares: Shares, prior: EvidencePart) -> float:
        """The match weight alone: what most candidates need."""
        total = prior.match_weight
        for comparison, at in zip(self._comparisons, self._levels_of(left, right), strict=True):
            level = comparison.levels[at]
            total += level.weight
            if level.frequency_column is not None:
                total += adjustment(level, left, right, shares)
        return total

    def explain(
        self,
        left: Row,
        right: Row,
        shares: Shares,
        prior: EvidencePart,
        shown: tuple[Mapping[str, str | None], Mapping[str, str | None]],
    ) -> ScoredPair:
        """The match weight and its parts; ``shown`` says of each side what evidence shows, per comparison."""
        parts = [prior]
        for comparison, at in zip(self._comparisons, self._levels_of(left, right), strict=True):
            level = comparison.levels[at]
            if level.label is None:
                continue
            values = (shown[0].get(comparison.name), shown[1].get(comparison.name))
            parts.append(EvidencePart(comparison.name, level.label, *values, level.weight))
            adjusted = 0.0 if level.frequency_column is None else adjustment(level, left, right, shares)
            if adjusted:
                rarity = "a rare value" if adjusted > 0 else "a common value"
                parts.append(EvidencePart(comparison.name, rarity, *values, adjusted))
        return ScoredPair(sum(part.match_weight for part in parts), tuple(parts))


def prior_part(match_weight: float) -> EvidencePart:
    """The evidence's first entry: log2 odds before anything is compared."""
    return EvidencePart("prior", f"one pair in about {round(2**-match_weight)}", None, None, match_weight)
