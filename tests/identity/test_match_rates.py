"""How many matches a record has is told by the pairs."""

from __future__ import annotations

import math

import pyarrow as pa
import pytest

from identity.match_rates import MOST_MATCHES_PER_RECORD, matches_per_record
from schemas.tables import EDGES


def edges(weights: list[float], kind: str = "probabilistic") -> pa.Table:
    count = len(weights)
    columns = {
        "record_id_l": [f"l{at}" for at in range(count)],
        "record_id_r": [f"r{at}" for at in range(count)],
        "kind": [kind] * count,
        "rule": [None] * count,
        "match_weight": weights,
        "evidence": [[]] * count,
        "model_version": [None] * count,
    }
    return pa.table([pa.array(columns[name], EDGES.field(name).type) for name in EDGES.names], names=EDGES.names)


def test_sure_pairs_are_counted_and_rounded_down() -> None:
    assert matches_per_record(edges([30.0] * 50), 100) == 1
    assert matches_per_record(edges([30.0] * 190), 100) == 2
    assert matches_per_record(edges([30.0] * 210), 100) == 4


def test_fewer_pairs_than_one_a_record_leave_it_at_one() -> None:
    assert matches_per_record(edges([]), 100) == 1
    assert matches_per_record(edges([30.0]), 100) == 1
    assert matches_per_record(edges([]), 0) == 1


def test_doubtful_pairs_count_by_their_probability_and_more_once_there_are_many() -> None:
    # 300 pairs at even odds are 150 matches, 3 a record of 100. At that prior they are 225, 4.5 a record, and so on.
    assert matches_per_record(edges([0.0] * 300), 100) == 4
    assert matches_per_record(edges([-8.0] * 300), 100) == 1


def test_identifiers_alone_tell_nothing() -> None:
    assert matches_per_record(edges([30.0] * 400, "deterministic"), 100) == 1


def test_no_more_is_believed_than_people_have() -> None:
    assert matches_per_record(edges([30.0] * 10_000), 10) == MOST_MATCHES_PER_RECORD


@pytest.mark.parametrize("weights", [[0.3, 5.0, -1.0, 2.0, 30.0], [1.0] * 40 + [-1.4] * 900])
def test_the_order_of_pairs_changes_nothing(weights: list[float]) -> None:
    found = matches_per_record(edges(weights), 7)
    assert found == matches_per_record(edges(weights[::-1]), 7)
    assert math.log2(found).is_integer()
