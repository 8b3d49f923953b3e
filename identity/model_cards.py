"""A match model's card: what it was trained on, what it says, how sure that is, and how good it is. Nobody's data."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from identity.level_counts import LevelCounts
from identity.match_models import MatchModel
from identity.thresholds import Thresholds
from schemas.tables import IDENTIFIER_TYPES, TRAITS

FEW_PAIRS = 30
"""A probability that rests on fewer pairs than this may be off by a factor of two."""

NEVER_SEEN = 1e-6
"""What training writes for a level that it never saw (``identity.training.MIN_PROBABILITY``)."""


class DataFacts(Struct, frozen=True, kw_only=True):
    """The records trained on: counts and shares. ``first_seen`` and ``last_seen`` are ISO dates, null if unknown."""

    records: int
    sources: dict[str, int]
    #: Per column, in what share of the records it is known.
    known: dict[str, float]
    first_seen: str | None
    last_seen: str | None


class TruthFacts(Struct, frozen=True, kw_only=True):
    """The truth that m was counted with; ``held_out_*`` were kept from training, to measure on."""

    file: str
    records: int
    people: int
    held_out_records: int
    held_out_people: int


class LevelFacts(Struct, frozen=True, kw_only=True):
    """A level of a comparison. ``m_pairs`` and ``u_pairs``: of how many pairs of that level its m and u were told."""

    comparison: str
    level: str
    m: float
    u: float
    match_weight: float
    adjusts_for: str | None
    m_pairs: int
    u_pairs: int


class Convergence(Struct, frozen=True, kw_only=True):
    """One session of expectation maximisation: what was held equal, after how many iterations it ended, and how."""

    equal: str
    iterations: int
    largest_last_change: float


class ThresholdFigures(Struct, frozen=True, kw_only=True):
    """Pairs at or over a match weight: how many are matches, and how many of the matches they are."""

    match_weight: float
    precision: float
    recall: float


class Measured(Struct, frozen=True, kw_only=True):
    """How good the model is on records with known truth that it was not trained on."""

    records: int
    by_threshold: list[ThresholdFigures]
    #: After clustering at the model's threshold: the figures of ``klantbeeld evaluate``.
    people_found: dict[str, float]


class Judged(Struct, frozen=True, kw_only=True):
    """What the model makes of pairs that people judged, at its own threshold; they were no training data."""

    same: int
    same_found: int
    different: int
    different_joined: int


class ModelCard(Struct, frozen=True, kw_only=True):
    """All of it. ``weights`` counts the scored pairs of the training data by match weight, rounded down."""

    version: str
    trained_at: str
    model_file: str
    model_sha256: str
    method: str
    parameters: dict[str, str]
    data: DataFacts
    truth: TruthFacts | None
    levels: list[LevelFacts]
    convergence: list[Convergence]
    thresholds: Thresholds
    matches_per_record: float
    expected_by_threshold: list[ThresholdFigures]
    weights: dict[int, int]
    measured: Measured | None
    judged: Judged | None
    frozen_frequencies: dict[str, int] | None
    warnings: list[str]


def describe_records(records: pa.Table) -> DataFacts:
    """What RECORDS are, without what they say. A moment before 1971 stands for one that nobody told."""
    count = records.num_rows
    moments = [pc.min(records["first_seen"]).as_py(), pc.max(records["last_seen"]).as_py()]
    first, last = (
        moment.date().isoformat() if moment is not None and moment.year > 1970 else None for moment in moments
    )
    columns = [name for name in (*TRAITS, *IDENTIFIER_TYPES) if records[name].null_count < count]
    return DataFacts(
        records=count,
        sources=dict(sorted(Counter(records["source"].to_pylist()).items())),
        known={name: round(1 - records[name].null_count / count, 4) for name in columns},
        first_seen=first,
        last_seen=last,
    )


def describe_levels(
    model: MatchModel, matches: LevelCounts, random_pairs: float, known: Mapping[str, float]
) -> list[LevelFacts]:
    """Every level with the number of pairs behind its probabilities.

    Args:
        matches: by level, the pairs of one person that m was counted in.
        random_pairs: how many pairs of different people were drawn for u.
        known: per comparison, in what share of them it could be made.
    """
    return [
        LevelFacts(
            comparison=(name := str(comparison["output_column_name"])),
            level=(label := str(level["label_for_charts"])),
            m=level["m_probability"],
            u=level["u_probability"],
            match_weight=round(math.log2(level["m_probability"] / level["u_probability"]), 4),
            adjusts_for=level.get("tf_adjustment_column"),
            m_pairs=matches.get((name, label), 0),
            u_pairs=round(level["u_probability"] * random_pairs * known.get(name, 0.0)),
        )
        for comparison in model.settings["comparisons"]
        for level in comparison["comparison_levels"]
        if not level.get("is_null_level")
    ]


def find_warnings(levels: Sequence[LevelFacts], known: Mapping[str, float]) -> list[str]:
    """What a reader should know before trusting the model, one sentence each; comparisons in their order."""
    found: list[str] = []
    for name in dict.fromkeys(level.comparison for level in levels):
        own = [level for level in levels if level.comparison == name]
        if known.get(name, 0.0) == 0 and not any(level.m_pairs for level in own):
            found.append(f"{name}: hardly any two records have it both, so nothing was learned of it.")
            continue
        for level in own:
            found += _level_warnings(level, is_last=level is own[-1])
    return found


def _level_warnings(level: LevelFacts, *, is_last: bool) -> list[str]:
    where = f"{level.comparison}, {level.level}:"
    if level.m <= NEVER_SEEN and level.u <= NEVER_SEEN:
        return [f"{where} never seen, neither among matches nor among others; it weighs nothing."]
    found: list[str] = []
    if level.m <= NEVER_SEEN:
        found.append(f"{where} never seen among matches.")
    elif level.m_pairs < FEW_PAIRS:
        found.append(f"{where} m rests on {level.m_pairs} pairs.")
    # Of near-unique values u is the sum of squared shares of all of them, not a count of random pairs.
    if level.u_pairs < FEW_PAIRS and level.adjusts_for is None:
        found.append(f"{where} u rests on about {level.u_pairs} random pairs.")
    if level.m < level.u and not is_last:
        found.append(f"{where} m is smaller than u, so that it speaks against a match.")
    return found
