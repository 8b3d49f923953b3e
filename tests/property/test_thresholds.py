"""Thresholds hold together, whatever the model and the data."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from identity.thresholds import (
    LEAST_LINK_MATCH_WEIGHT,
    MOST_LINK_MATCH_WEIGHT,
    calibrate_thresholds,
    expected_figures,
    match_weight_distributions,
)

PROBABILITIES = st.lists(st.floats(1e-6, 1.0), min_size=2, max_size=4).map(
    lambda parts: [p / sum(parts) for p in parts]
)


@st.composite
def models(draw: st.DrawFn) -> dict[str, Any]:
    comparisons = []
    for at in range(draw(st.integers(1, 4))):
        m, u = draw(PROBABILITIES), draw(PROBABILITIES)
        levels = [{"m_probability": a, "u_probability": b} for a, b in zip(m, u, strict=False)]
        comparisons.append({"output_column_name": f"c{at}", "comparison_levels": [{"is_null_level": True}, *levels]})
    return {"comparisons": comparisons}


KNOWN = st.fixed_dictionaries({f"c{at}": st.floats(0.0, 1.0) for at in range(4)})
RECORDS = st.integers(0, 10**9)


@given(models(), KNOWN, RECORDS)
def test_thresholds_stay_within_their_bounds_and_expectations_are_shares(
    settings: dict[str, Any], known: dict[str, float], records: int
) -> None:
    found = calibrate_thresholds(settings, known, records)
    assert LEAST_LINK_MATCH_WEIGHT <= found.link_match_weight <= MOST_LINK_MATCH_WEIGHT
    assert found.keep_match_weight < found.link_match_weight
    assert 0 <= found.expected_precision <= 1
    assert 0 <= found.expected_recall <= 1


@given(models(), KNOWN)
def test_distributions_add_up_to_one(settings: dict[str, Any], known: dict[str, float]) -> None:
    for distribution in match_weight_distributions(settings, known):
        assert abs(sum(distribution.values()) - 1) < 1e-9


@given(models(), KNOWN, st.integers(64, 10**9))
def test_recall_never_rises_with_the_threshold(settings: dict[str, Any], known: dict[str, float], records: int) -> None:
    recalls = [recall for _, _, recall in expected_figures(settings, known, records)]
    assert all(one >= other - 1e-12 for one, other in zip(recalls, recalls[1:], strict=False))


@given(models(), KNOWN, RECORDS)
def test_the_order_of_comparisons_changes_nothing(
    settings: dict[str, Any], known: dict[str, float], records: int
) -> None:
    backwards = {"comparisons": settings["comparisons"][::-1]}
    one, other = calibrate_thresholds(settings, known, records), calibrate_thresholds(backwards, known, records)
    # Sums of floats in another order: a threshold just between two steps may fall to either.
    assert abs(one.link_match_weight - other.link_match_weight) <= 0.5
