"""How good a match model is: on records whose truth is known, and on pairs that people judged."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from identity.clustering import cluster_edges
from identity.evaluation import evaluate
from identity.fitted_thresholds import with_thresholds
from identity.judgements import Judgement
from identity.match_keys import match_key_edges
from identity.match_models import MatchModel
from identity.model_cards import Judged, Measured, ThresholdFigures
from identity.scoring import score_pairs
from models.policies import IdentifierPolicy
from models.settings import IdentitySettings
from pipelines.match_models.inputs import TrainingData

LEAST_MATCH_WEIGHT = -10.0
"""Pairs under it are not counted: there are far too many, and none is of interest."""

Pair = tuple[str, str]


def is_held_out(person_id: str, share: float) -> bool:
    """Whether a person is kept from training; the same one every time, whatever the order."""
    return int.from_bytes(hashlib.sha256(person_id.encode()).digest()[:8]) < share * 2**64


def scored_pairs(data: TrainingData, model: MatchModel) -> pa.Table:
    """EDGES of the pairs that blocking finds, from ``LEAST_MATCH_WEIGHT`` on."""
    settings = IdentitySettings(keep_match_weight=LEAST_MATCH_WEIGHT)
    return score_pairs(data.records, data.states, model, settings)


def count_weights(edges: pa.Table) -> dict[int, int]:
    """How many pairs have each match weight, rounded down."""
    return dict(sorted(Counter(math.floor(weight) for weight in edges["match_weight"].to_pylist()).items()))


def measure(
    data: TrainingData,
    truth: pa.Table,
    model: MatchModel,
    settings: IdentitySettings,
    policies: Mapping[str, IdentifierPolicy],
) -> Measured:
    """The model's figures on the records of the truth, which it should not have been trained on.

    By threshold the scored pairs alone are counted, before clustering and without match keys; ``people_found`` is
    what a resolve would make of these records.
    """
    held = data.records.filter(pc.is_in(data.records["record_id"], value_set=truth["record_id"]))
    pairs = data.pairs.filter(pc.is_in(data.pairs["record_id"], value_set=truth["record_id"]))
    part = TrainingData(held, pairs, data.states, data.origin)
    scored = scored_pairs(part, model)
    chosen = with_thresholds(settings, model)
    kept = scored.filter(pc.greater_equal(scored["match_weight"], chosen.keep_match_weight))
    edges = pa.concat_tables([match_key_edges(held, pairs, data.states), kept])
    clusters = cluster_edges(held, pairs, edges, policies, chosen).assignments
    found = evaluate(truth, clusters).to_dict()
    return Measured(
        records=held.num_rows,
        by_threshold=_by_threshold(scored, truth),
        people_found={name: round(value, 4) for name, value in found.items()},
    )


def true_pairs(truth: pa.Table) -> int:
    """How many pairs of records are one person's."""
    return sum(count * (count - 1) // 2 for count in Counter(truth["person_id"].to_pylist()).values())


def judge_model(edges: pa.Table, judgements: Iterable[Judgement], model: MatchModel) -> Judged | None:
    """What the scored pairs say where people judged, at the model's threshold; None where no judged pair is of these.

    A judged pair without an edge was not found, or weighs next to nothing: it does not join.
    """
    link = model.calibrated().link_match_weight
    ends = zip(*(edges[name].to_pylist() for name in ("record_id_l", "record_id_r", "match_weight")), strict=True)
    weights: dict[Pair, float] = {(one, other): weight for one, other, weight in ends}
    counts: Counter[tuple[str, bool]] = Counter()
    for judgement in judgements:
        low, high = sorted((judgement.record_id_a, judgement.record_id_b))
        counts[judgement.judgement, weights.get((low, high), -math.inf) >= link] += 1
    if not counts:
        return None
    return Judged(
        same=counts["same", True] + counts["same", False],
        same_found=counts["same", True],
        different=counts["different", True] + counts["different", False],
        different_joined=counts["different", True],
    )


def _by_threshold(scored: pa.Table, truth: pa.Table) -> list[ThresholdFigures]:
    """Precision and recall of the pairs at or over each whole match weight, ascending."""
    person = dict(zip(truth["record_id"].to_pylist(), truth["person_id"].to_pylist(), strict=True))
    found: Counter[tuple[int, bool]] = Counter()
    columns = (scored[name].to_pylist() for name in ("record_id_l", "record_id_r", "match_weight"))
    for one, other, weight in zip(*columns, strict=True):
        found[math.floor(weight), person[one] == person[other]] += 1
    figures: list[ThresholdFigures] = []
    true = false = 0
    total = true_pairs(truth)
    for at in sorted({weight for weight, _ in found}, reverse=True):
        true, false = true + found[at, True], false + found[at, False]
        figures.append(
            ThresholdFigures(
                match_weight=float(at),
                precision=round(true / (true + false), 4),
                recall=round(true / total, 4) if total else 1.0,
            )
        )
    return figures[::-1]
