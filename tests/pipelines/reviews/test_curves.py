"""The chance of being one person by match weight, learned from answers."""

from __future__ import annotations

import random

import numpy as np
import pytest

from pipelines.reviews.curves import Curve, Fit, answers_for_half


def answered(offset: float, slope: float, count: int, seed: int = 3) -> tuple[list[float], list[bool]]:
    """Answers on pairs of which the curve with this offset and slope is true."""
    draw, truth = random.Random(seed), Curve(offset, slope)
    weights = [draw.uniform(-2, 9) for _ in range(count)]
    return weights, [draw.random() < truth.chance(weight) for weight in weights]


def test_without_answers_the_match_model_is_believed() -> None:
    assert Curve().chance(1.0) == pytest.approx(2 / 3)
    assert Fit([], []).threshold(2 / 3).value == pytest.approx(1.0, abs=0.4)
    assert Fit([], []).curve.chance(3.0) == pytest.approx(8 / 9, abs=0.01)
    assert answers_for_half(2 / 3, Fit([], [])) is None


def test_answers_move_the_threshold_to_where_it_belongs() -> None:
    # With odds of 2 ** (w - 3), two to one is reached at a weight of 4.
    found = Fit(*answered(-3, 1, 300)).threshold(2 / 3)
    assert found.low < 4 < found.high
    assert found.value == pytest.approx(4, abs=0.8)


@pytest.mark.parametrize("seed", range(8))
def test_more_answers_narrow_the_interval(seed: int) -> None:
    few = Fit(*answered(-2, 0.8, 30, seed)).threshold(2 / 3)
    many = Fit(*answered(-2, 0.8, 480, seed)).threshold(2 / 3)
    assert many.high - many.low < 0.6 * (few.high - few.low)


def test_the_interval_holds_the_truth_about_nineteen_times_in_twenty() -> None:
    # 2 ** (w * 0.9 - 1.5) is 2 at this weight.
    threshold = 2.5 / 0.9
    found = [Fit(*answered(-1.5, 0.9, 80, seed)).threshold(2 / 3) for seed in range(100)]
    assert sum(one.low <= threshold <= one.high for one in found) >= 90


def test_the_chance_rises_with_the_weight_whatever_the_answers_are() -> None:
    curve = Fit([0.0, 1.0, 5.0, 6.0], [True, True, False, False]).curve
    assert curve.slope > 0


def test_the_number_of_answers_said_to_halve_the_interval_about_halves_it() -> None:
    weights, same = answered(-2, 1, 60)
    fit = Fit(weights, same)
    more = answers_for_half(2 / 3, fit)
    assert more is not None
    wider, narrower = fit.threshold(2 / 3), Fit(*answered(-2, 1, 60 + more)).threshold(2 / 3)
    assert 0.35 < (narrower.high - narrower.low) / (wider.high - wider.low) < 0.7


def test_precision_and_recall_are_over_the_pairs_on_both_sides_of_the_threshold() -> None:
    fit = Fit(*answered(0, 1, 400))
    precision, recall = fit.precision_and_recall(np.array([0.0] * 10 + [8.0] * 10), 1.0)
    assert precision.value == pytest.approx(0.99, abs=0.01)
    # Ten pairs of one to one beside ten that are certain.
    assert recall.value == pytest.approx(10 / 15, abs=0.05)
    assert precision.low <= precision.value <= precision.high
