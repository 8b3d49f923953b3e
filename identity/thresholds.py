"""From which match weight on pairs are linked and kept: worked out from the match model, never a fixed probability.

The weight of a pair is the log2 odds that it is one person, so a fixed threshold asks for fixed odds, whatever can be
seen of the data. Records of two or three fields seldom reach high odds: a threshold that suits full ones would find
nothing there. So the weights of matches and of others are worked out from the model's m and u, and the threshold is
the one that is best for *these* data.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

WRONG_JOIN_COST = math.sqrt(2)
"""A pair joined wrongly counts as much as so many missed ones: clustering multiplies it, and refuses most of them.

At twice, which asks for a weight of 1 of full data, seven of nine labelled sets come out worse than at the half bit
less that this asks for, and one better.
"""

MOST_LINK_MATCH_WEIGHT = math.log2(WRONG_JOIN_COST)
"""What is asked where everybody could be found: joining pays from odds of ``WRONG_JOIN_COST`` to one on."""

LEAST_LINK_MATCH_WEIGHT = -1.0
"""Under one in three no pair joins by itself, however little would be found."""

KEPT_BELOW_LINK = 2.0
"""Pairs of a quarter of the odds asked are kept: evidence against unions, and the doubtful cases to review."""

THRESHOLD_STEP = 0.5
"""Thresholds are rounded up to it: they stay put while data grow, and in doubt more is asked.

Rounded to the nearest quarter, full data would be joined from 0.75 on, which mixes 0.1 to 0.3 % more people on half of
the labelled sets and finds next to nothing more.
"""

LEAST_PRECISION = 0.01
"""Under it a threshold is of no interest to anybody."""

STEPS_PER_UNIT = 16
"""How finely match weights are told apart when distributions are added up."""

LEAST_TOTAL_U = 0.5
"""The u of a comparison add up to 1. Where they add up to next to nothing, it is only ever made of equal values (that
customer numbers differ tells nothing), and the model does not say how often matches have them: it counts as never made.
"""

Distribution = dict[int, float]
"""Chance of each match weight, in sixteenths."""


class Thresholds(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Thresholds of match weights (log2 odds, prior included), and what the model expects of them."""

    #: Pairs at or over it may join people.
    link_match_weight: float
    #: Pairs at or over it are kept as evidence.
    keep_match_weight: float
    #: For how many records, to a power of two.
    records: int
    #: Per comparison, the share of pairs of which it can be made.
    known: dict[str, float]
    #: Of the pairs at or over link_match_weight, how many are matches, if the model is right.
    expected_precision: float
    #: Of the matches, how many weigh as much.
    expected_recall: float


def calibrate_thresholds(
    settings: Mapping[str, Any], known: Mapping[str, float], records: int, matches_per_record: float = 1.0
) -> Thresholds:
    """The thresholds for data of that size in which comparisons can be made that often.

    The expected F measure, with precision counting ``WRONG_JOIN_COST`` times as much as recall, is at its best F* when
    pairs are joined that match with a probability of at least F* / (1 + 1 / WRONG_JOIN_COST). Term frequencies are
    left out of account: they move weights up and down by about as much.

    Args:
        settings: Splink's settings, with m and u on every level.
        known: per comparison, the share of pairs of which it can be made; one that is not named cannot.
        records: how many there are, which is taken to a power of two.
        matches_per_record: how many other records of its person each has; over the number of records it is the prior.
    """
    size = 2 ** round(math.log2(max(records, 64)))
    prior = matches_per_record / size
    matches, others = match_weight_distributions(settings, known)
    tail = _tails(matches, others, prior)
    best = max((_f_measure(precision, recall) for _, precision, recall in tail), default=0.0)
    asked = best / (1 + 1 / WRONG_JOIN_COST)
    link = math.log2(asked / (1 - asked)) if asked > 0 else MOST_LINK_MATCH_WEIGHT
    link = _clamped(math.ceil(link / THRESHOLD_STEP) * THRESHOLD_STEP)
    over = [entry for entry in tail if entry[0] >= link]
    _, precision, recall = over[-1] if over else (link, 1.0, 0.0)
    return Thresholds(
        link_match_weight=link,
        keep_match_weight=link - KEPT_BELOW_LINK,
        records=size,
        known={name: round(share, 4) for name, share in sorted(known.items())},
        expected_precision=round(precision, 4),
        expected_recall=round(recall, 4),
    )


def expected_figures(
    settings: Mapping[str, Any], known: Mapping[str, float], records: int, matches_per_record: float = 1.0
) -> list[tuple[float, float, float]]:
    """(match weight, precision, recall) that the model expects of all pairs of that weight or more, ascending.

    One entry a whole match weight, over the range in which anything changes.
    """
    tail = _tails(*match_weight_distributions(settings, known), matches_per_record / records)
    by_step: dict[int, tuple[float, float]] = {}
    for weight, precision, recall in tail:
        by_step[math.floor(weight)] = (precision, recall)
    return [(float(weight), *by_step[weight]) for weight in sorted(by_step) if by_step[weight][0] > LEAST_PRECISION]


def match_weight_distributions(
    settings: Mapping[str, Any], known: Mapping[str, float]
) -> tuple[Distribution, Distribution]:
    """How match weights of matches and of others are spread, prior left out; comparisons count as independent."""
    matches: Distribution = {0: 1.0}
    others: Distribution = {0: 1.0}
    for comparison in settings["comparisons"]:
        share = known.get(comparison["output_column_name"], 0.0)
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        total_m = sum(level["m_probability"] for level in levels)
        total_u = sum(level["u_probability"] for level in levels)
        if share <= 0 or total_m <= 0 or total_u < LEAST_TOTAL_U:
            continue
        by_m: Distribution = {0: 1 - share}
        by_u: Distribution = {0: 1 - share}
        for level in levels:
            m, u = level["m_probability"], level["u_probability"]
            at = round(STEPS_PER_UNIT * math.log2(m / u))
            by_m[at] = by_m.get(at, 0.0) + share * m / total_m
            by_u[at] = by_u.get(at, 0.0) + share * u / total_u
        matches, others = _sum(matches, by_m), _sum(others, by_u)
    return matches, others


def _sum(one: Distribution, other: Distribution) -> Distribution:
    """The distribution of the sum of two independent weights."""
    found: Distribution = {}
    for at, chance in one.items():
        for further, chance_further in other.items():
            found[at + further] = found.get(at + further, 0.0) + chance * chance_further
    return found


def _tails(matches: Distribution, others: Distribution, prior: float) -> list[tuple[float, float, float]]:
    """(match weight, precision, recall) of all pairs of that weight or more, from the highest weight down."""
    start = math.log2(prior / (1 - prior))
    found: list[tuple[float, float, float]] = []
    true = false = 0.0
    for at in sorted({*matches, *others}, reverse=True):
        true += matches.get(at, 0.0) * prior
        false += others.get(at, 0.0) * (1 - prior)
        if true > 0:
            found.append((at / STEPS_PER_UNIT + start, true / (true + false), true / prior))
    return found


def _f_measure(precision: float, recall: float) -> float:
    beta_squared = 1 / WRONG_JOIN_COST
    return (1 + beta_squared) * precision * recall / (beta_squared * precision + recall)


def _clamped(match_weight: float) -> float:
    return min(max(match_weight, LEAST_LINK_MATCH_WEIGHT), MOST_LINK_MATCH_WEIGHT)
