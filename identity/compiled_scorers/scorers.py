"""A match model as a plain function: two records in, match weight and evidence out, as Splink and scoring.py give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from identity.compiled_scorers.levels import Comparison, Levels, LevelsOf, Row, Shares, adjustment


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
        self, comparisons: Sequence[Comparison], levels_of: LevelsOf, version: str, columns: Sequence[str]
    ) -> None:
        self.version = version
        """Of the match model; stands on its edges."""
        self.columns = tuple(columns)
        """What rows hold, in this order."""
        self._comparisons, self._levels_of = tuple(comparisons), levels_of

    def row(self, compared: Mapping[str, Any]) -> Row:
        """The row of a record's comparison columns."""
        return tuple(compared[name] for name in self.columns)

    def levels(self, left: Row, right: Row) -> Levels:
        """Which level of each comparison speaks, to be weighed by the other methods."""
        return self._levels_of(left, right)

    def counted(self, levels: Levels, left: Row, right: Row) -> Iterator[tuple[str, str]]:
        """Columns and values whose shares are asked for when the pair is weighed."""
        for comparison, at in zip(self._comparisons, levels, strict=True):
            level = comparison.levels[at]
            if level.frequency_column is not None:
                values = {left[level.place], right[level.place]}
                yield from ((level.frequency_column, value) for value in values if value is not None)

    def score(self, levels: Levels, left: Row, right: Row, shares: Shares, prior: EvidencePart) -> float:
        """The match weight alone: what most candidates need."""
        total = prior.match_weight
        for comparison, at in zip(self._comparisons, levels, strict=True):
            level = comparison.levels[at]
            total += level.weight
            if level.frequency_column is not None:
                total += adjustment(level, left, right, shares)
        return total

    def explain(
        self,
        levels: Levels,
        left: Row,
        right: Row,
        shares: Shares,
        prior: EvidencePart,
        shown: tuple[Mapping[str, str | None], Mapping[str, str | None]],
    ) -> ScoredPair:
        """The match weight and its parts; ``shown`` says of each side what evidence shows, per comparison."""
        parts = [prior]
        for comparison, at in zip(self._comparisons, levels, strict=True):
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
