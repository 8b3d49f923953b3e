"""Thresholds worked out from a match model."""

from __future__ import annotations

from typing import Any

import pytest

from identity.match_models import read_match_model
from identity.thresholds import Thresholds, calibrate_thresholds, match_weight_distributions

SETTINGS = read_match_model().settings
EVERYTHING = {c["output_column_name"]: 0.9 for c in SETTINGS["comparisons"]}
NAMES = {"given_name": 1.0, "family_name": 1.0}


def one_comparison(*levels: tuple[float, float]) -> dict[str, Any]:
    probabilities = [{"m_probability": m, "u_probability": u} for m, u in levels]
    return {
        "comparisons": [{"output_column_name": "email", "comparison_levels": [{"is_null_level": True}, *probabilities]}]
    }


def test_where_everything_is_known_joining_asks_for_odds_of_two_to_one() -> None:
    found = calibrate_thresholds(SETTINGS, EVERYTHING, 5000)
    assert (found.link_match_weight, found.keep_match_weight) == (0.5, -1.5)
    assert found.expected_precision > 0.99
    assert found.expected_recall > 0.95


def test_where_little_is_known_less_is_asked_but_never_less_than_one_in_three() -> None:
    small, large = calibrate_thresholds(SETTINGS, NAMES, 1000), calibrate_thresholds(SETTINGS, NAMES, 10_000_000)
    assert -1.0 < small.link_match_weight < 1.0
    assert large.link_match_weight == -1.0
    assert large.keep_match_weight == -3.0


def test_names_alone_find_most_matches_in_a_small_file_and_hardly_any_in_a_huge_one() -> None:
    small, large = calibrate_thresholds(SETTINGS, NAMES, 1000), calibrate_thresholds(SETTINGS, NAMES, 10_000_000)
    assert small.expected_recall > 0.6
    assert large.expected_recall < 0.01


def test_where_nothing_is_known_nothing_is_expected() -> None:
    found = calibrate_thresholds(SETTINGS, {}, 1000)
    assert (found.link_match_weight, found.expected_recall) == (-1.0, 0.0)


def test_sizes_that_round_to_one_power_of_two_have_equal_thresholds() -> None:
    assert calibrate_thresholds(SETTINGS, NAMES, 900) == calibrate_thresholds(SETTINGS, NAMES, 1100)
    assert calibrate_thresholds(SETTINGS, NAMES, 900).records == 1024


def test_weights_of_matches_and_of_others_are_spread_as_m_and_u_say() -> None:
    matches, others = match_weight_distributions(one_comparison((0.8, 0.1), (0.2, 0.9)), {"email": 0.5})
    # log2(0.8 / 0.1) is 3 and log2(0.2 / 0.9) is -2.17, in sixteenths.
    assert matches == pytest.approx({0: 0.5, 48: 0.4, -35: 0.1})
    assert others == pytest.approx({0: 0.5, 48: 0.05, -35: 0.45})


def test_expected_precision_and_recall_are_those_of_the_pairs_over_the_threshold() -> None:
    found = calibrate_thresholds(one_comparison((0.9, 0.001), (0.1, 0.999)), {"email": 1.0}, 64)
    # Of 64 pairs one matches: 0.9 / 64 true ones are found among 0.001 * 63 / 64 false ones.
    assert found.expected_recall == 0.9
    assert found.expected_precision == round(0.9 / (0.9 + 0.001 * 63), 4)
    assert isinstance(found, Thresholds)
