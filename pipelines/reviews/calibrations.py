"""What the labelled sample says about the link threshold."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.reviews.curves import Estimate, Fit, answers_for_half
from pipelines.reviews.samples import Sample

JOIN_CHANCE = 2 / 3
"""A pair is worth joining from two to one on: a wrong join costs twice a missed one, since clustering spreads it."""

LEAST_LABELS = 20
"""With fewer labels the proposal is mostly the match model's own opinion, and is not written."""


@dataclass(frozen=True)
class Calibration:
    """The threshold that the answers ask for, beside the one that holds.

    ``precision`` and ``recall`` are over the pairs that the threshold decides on (``pairs``; those that a shared
    identifier joins are not among them), now and as proposed, by the fitted curve. ``sampled_precision`` and
    ``sampled_recall`` estimate the same of now from the answers and their probabilities alone, without any curve: where
    they lie outside the intervals, the curve does not fit. Null where no answer tells.
    """

    pairs: int
    labels: int
    same: int
    skipped: int
    join_chance: float
    link_match_weight: float
    proposed: Estimate
    precision_now: Estimate
    recall_now: Estimate
    precision_proposed: Estimate
    recall_proposed: Estimate
    sampled_precision: float | None
    sampled_recall: float | None
    labels_to_halve: int | None


def calibrate(sample: Sample, link_match_weight: float, join_chance: float = JOIN_CHANCE) -> Calibration:
    """The calibration; the proposed threshold is rounded to a tenth."""
    labels = sample.labels
    fit = Fit([label.match_weight for label in labels], [label.is_same for label in labels])
    found = fit.threshold(join_chance)
    proposed = Estimate(*(round(value, 1) for value in (found.value, found.low, found.high)))
    now = fit.precision_and_recall(sample.match_weights, link_match_weight)
    then = fit.precision_and_recall(sample.match_weights, proposed.value)
    sampled_precision, sampled_recall = _from_probabilities(sample, link_match_weight)
    return Calibration(
        pairs=len(sample.match_weights),
        labels=len(labels),
        same=sum(label.is_same for label in labels),
        skipped=sample.skipped,
        join_chance=join_chance,
        link_match_weight=link_match_weight,
        proposed=proposed,
        precision_now=now[0],
        recall_now=now[1],
        precision_proposed=then[0],
        recall_proposed=then[1],
        sampled_precision=sampled_precision,
        sampled_recall=sampled_recall,
        labels_to_halve=answers_for_half(join_chance, fit),
    )


def _from_probabilities(sample: Sample, link_match_weight: float) -> tuple[float | None, float | None]:
    """Each label stands for 1 / its probability pairs."""
    linked = [label for label in sample.labels if label.match_weight >= link_match_weight]
    matches = sum(1 / label.probability for label in sample.labels if label.is_same)
    linked_matches = sum(1 / label.probability for label in linked if label.is_same)
    pairs = sum(1 / label.probability for label in linked)
    return linked_matches / pairs if pairs else None, linked_matches / matches if matches else None
